"""Is it a regular Scrapy project, and safe to run by hand?"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from scrapy.settings import Settings

from crawler.source import Source
from crawler.spiders.crawl import crawl
from crawler.spiders.errand import CrawlSettings
from crawler.types import spiders
from tests.crawler.site import never, running
from tests.crawler.test_spiders import paged, title

ROOM = Path(__file__).parents[2]


def test_the_settings_are_safe() -> None:
    made = Settings()
    made.setmodule("crawler.spiders.settings", priority="project")
    handlers = made.getdict("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
    assert {scheme for scheme, handler in handlers.items() if not handler} >= {"file", "ftp", "s3", "data"}
    assert made.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert made.getbool("ROBOTSTXT_OBEY")
    assert not made.getbool("TELNETCONSOLE_ENABLED")
    assert not made.getbool("COOKIES_ENABLED")
    assert made.getint("DOWNLOAD_MAXSIZE") == 10 * 1024 * 1024
    assert (made.getint("DOWNLOAD_TIMEOUT"), made.getint("REDIRECT_MAX_TIMES")) == (30, 5)


def config(folder: Path, url: str) -> dict[str, str]:
    (folder / "sources").mkdir()
    (folder / "sources" / "mine.yaml").write_text(
        f"sources:\n  - {{name: ours, type: section, url: '{url}', selectors: {{articles: '.item h3 a'}}}}\n"
    )
    return {**os.environ, "WIREWATCH_CONFIG": str(folder)}


def scrapy(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=ROOM, env=env, capture_output=True, text=True, timeout=60)


async def test_scrapy_crawl_section_works_by_a_sources_name(tmp_path: Path) -> None:
    async with running(paged) as site:
        env, out = config(tmp_path, site.url("/news")), tmp_path / "out.json"
        done = await asyncio.to_thread(
            scrapy, "crawl", "section", "-a", "source=ours", "-s", "WIREWATCH_ALLOW_PRIVATE=127.0.0.0/8",
            "-s", "DOWNLOAD_DELAY=0", "-O", str(out), env=env,
        )  # fmt: skip
    entries = json.loads(out.read_text())
    assert done.returncode == 0
    assert [entry["title"] for entry in entries] == [title(page, n) for page in (1, 2, 3) for n in range(3)]
    assert entries[0]["link"] == site.url("/story-1-0")
    assert site.paths == ["/robots.txt", "/news", "/news?page=2", "/news?page=3"]


async def test_scrapy_crawl_stands_behind_the_guard(tmp_path: Path) -> None:
    async with running(never) as trap:
        env = config(tmp_path, trap.url("/news"))
        await asyncio.to_thread(
            scrapy, "crawl", "section", "-a", "source=ours", "-s", "DOWNLOAD_DELAY=0", env=env
        )
        assert trap.connections == 0


def test_spiders_by_hand_know_what_the_daemon_knows(tmp_path: Path) -> None:
    config(tmp_path, "http://127.0.0.1/news")
    (tmp_path / "wirewatch.yaml").write_text(
        "contact: desk@example.org\nfetch: {min_delay: 3s, proxy: 'http://127.0.0.1:3128'}\n"
    )
    over = "  - {name: vientiane-times, every: 7m}\n  - {name: kcna, timezone: Asia/Tokyo}\n"
    with (tmp_path / "sources" / "mine.yaml").open("a") as file:
        file.write(over)
    code = (
        "from scrapy.utils.project import get_project_settings as g; s = g(); n = s['WIREWATCH_SOURCES'];"
        "v, k = n['vientiane-times'], n['kcna'];"
        "print(v.every, v.selectors.articles is not None, k.timezone, k.enabled, n['ours'].type,"
        "s['USER_AGENT'].endswith('(+desk@example.org)'), s['DOWNLOAD_DELAY'], s['WIREWATCH_PROXY'])"
    )
    env = {**os.environ, "WIREWATCH_CONFIG": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOM, env=env, capture_output=True, text=True, timeout=60
    )
    expected = "0:07:00 True Asia/Tokyo False section True 3.0 http://127.0.0.1:3128"
    assert (done.stdout.strip(), done.stderr) == (expected, "")


def test_a_source_that_no_config_names_is_told_with_its_nearest(tmp_path: Path) -> None:
    done = scrapy(
        "crawl", "section", "-a", "source=vientiane-time", env=config(tmp_path, "http://127.0.0.1/")
    )
    assert done.returncode != 0
    assert "no source is called 'vientiane-time', did you mean vientiane-times" in done.stderr


def test_a_wrong_config_is_told_with_file_and_line(tmp_path: Path) -> None:
    env = config(tmp_path, "not-an-address")
    done = scrapy("list", env=env)
    assert done.returncode == 1
    assert "mine.yaml:2:" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_spiders_names_are_told_without_scrapy() -> None:
    assert list(spiders()) == scrapy("list", env=dict(os.environ)).stdout.split()
    assert {"kcna", "rodong", "section"} <= set(spiders())


def test_a_crawl_can_also_be_run_in_this_process() -> None:
    result = crawl(Source(name="x", type="section", url="http://127.0.0.1:1/"), CrawlSettings(min_delay=0))
    assert "leads to a private or reserved address" in str(result.error)
