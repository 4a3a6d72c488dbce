"""Is it a regular Scrapy project, and safe to run by hand?"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler.source import Source
from crawler.spiders.catalogue import UnknownSource, find_source
from crawler.spiders.crawl import crawl
from crawler.spiders.errand import CrawlSettings
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


def test_scrapy_list_names_the_spiders() -> None:
    done = scrapy("list", env=dict(os.environ))
    assert "section" in done.stdout.split()


async def test_scrapy_crawl_section_works_by_a_sources_name(tmp_path: Path) -> None:
    async with running(paged) as site:
        env, out = config(tmp_path, site.url("/news")), tmp_path / "out.json"
        done = await asyncio.to_thread(
            scrapy, "crawl", "section", "-a", "source=ours", "-s", "WIREWATCH_ALLOW_PRIVATE=127.0.0.0/8",
            "-s", "DOWNLOAD_DELAY=0", "-O", str(out), env=env,
        )  # fmt: skip
    entries = json.loads(out.read_text())
    assert done.returncode == 0
    assert [entry["title"] for entry in entries] == [title(1, n) for n in range(3)]
    assert entries[0]["link"] == site.url("/story-1-0")
    assert site.paths == ["/robots.txt", "/news"]


async def test_scrapy_crawl_stands_behind_the_guard(tmp_path: Path) -> None:
    async with running(never) as trap:
        env = config(tmp_path, trap.url("/news"))
        await asyncio.to_thread(
            scrapy, "crawl", "section", "-a", "source=ours", "-s", "DOWNLOAD_DELAY=0", env=env
        )
        assert trap.connections == 0


def test_a_source_is_found_in_the_config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, "http://127.0.0.1/news")
    monkeypatch.setenv("WIREWATCH_CONFIG", str(tmp_path))
    assert find_source("ours").selectors.articles == ".item h3 a"
    with pytest.raises(UnknownSource, match="no source 'theirs' in"):
        find_source("theirs")
    monkeypatch.delenv("WIREWATCH_CONFIG")
    assert find_source("vientiane-times").type == "section"


def test_a_crawl_can_also_be_run_in_this_process() -> None:
    result = crawl(Source(name="x", type="section", url="http://127.0.0.1:1/"), CrawlSettings(min_delay=0))
    assert "leads to a private or reserved address" in str(result.error)
