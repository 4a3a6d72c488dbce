"""`wirewatch opml`: moving in from other readers, and out again."""

import os
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from lxml import etree

from tests.commands.desk import Desk
from wirewatch.config_files import locate
from wirewatch.opml import LARGEST, MOST, Outline, entries, read
from wirewatch.settings import load

# As each reader writes it: their own order of attributes, folders and extensions.
RSS_TO_TELEGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>RSStT</title></head><body>
<outline type="rss" text="VnExpress" title="VnExpress" xmlUrl="https://vnexpress.example/rss"/>
</body></opml>"""
MINIFLUX = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Miniflux</title></head><body>
<outline text="Asia"><outline title="Bangkok &amp;amp; beyond" text="Bangkok &amp;amp; beyond"
  xmlUrl="https://bangkok.example/feed?a=1&amp;b=2" htmlUrl="https://bangkok.example/"></outline></outline>
</body></opml>"""
FRESHRSS = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><head><title>FreshRSS</title></head><body>
<outline text="ข่าว">
<outline text="ข่าวไทย" type="rss" xmlUrl="https://thai.example/feed"
  frss:cssFullContent=".body" frss:priority="main"/>
<outline text="No feed" type="HTML+XPath" xmlUrl="https://pages.example/" frss:xPathItem="//li"/>
<outline text="JSON" type="JSONFEED" xmlUrl="https://json.example/feed.json"/>
</outline></body></opml>"""
# Made by hand to be hostile: newsboat lists neither exec: nor query: in what it exports.
NEWSBOAT = """<?xml version="1.0"?>
<opml version="1.0"><head><title>Newsboat - Exported Feeds</title></head><body>
<outline type="rss" xmlUrl="https://kpl.example/rss"
  htmlUrl="https://kpl.example" title="KPL: &quot;news&quot; #1"/>
<outline type="rss" xmlUrl="exec:~/bin/feed.py" title="A script"/>
<outline type="rss" xmlUrl="query:Unread:unread = &quot;yes&quot;" title="Unread"/>
</body></opml>"""
# Word for word what newsboat 2.21 wrote of feeds never read, one of them listed twice. By itself it leaves
# out what it calls exec:, filter: and query:.
NEWSBOAT_UNREAD = """<?xml version="1.0"?>
<opml version="1.0">
  <head>
    <title>newsboat - Exported Feeds</title>
  </head>
  <body>
    <outline type="rss" xmlUrl="https://kpl.example/rss" htmlUrl="" title="KPL: &quot;news&quot; &amp; more"/>
    <outline type="rss" xmlUrl="https://thai.example/feed?a=1&amp;b=2" htmlUrl="" title=""/>
    <outline type="rss" xmlUrl="file:///tmp/x.xml" htmlUrl="" title=""/>
    <outline type="rss" xmlUrl="https://kpl.example/rss" htmlUrl="" title="KPL: &quot;news&quot; &amp; more"/>
  </body>
</opml>
"""


def urls_of(folder: Path) -> dict[str, str]:
    return {source.name: source.url for source in load(locate(folder, {}), {}).sources}


def test_feeds_of_every_reader_become_sources_and_the_rest_is_named(desk: Desk, tmp_path: Path) -> None:
    said = []
    for name, text in (
        ("rsstt", RSS_TO_TELEGRAM),
        ("miniflux", MINIFLUX),
        ("fresh", FRESHRSS),
        ("newsboat", NEWSBOAT),
    ):
        file = tmp_path / f"{name}.opml"
        file.write_text(text, encoding="utf-8")
        ended = desk.run("opml", "import", file)
        assert ended.code == 0
        said += ended.err.splitlines()
    urls = urls_of(desk.config)
    assert {name: urls[name] for name in urls if not name.startswith("laotian")} == {
        "vnexpress": "https://vnexpress.example/rss",
        "bangkok-beyond": "https://bangkok.example/feed?a=1&b=2",
        "thai-example": "https://thai.example/feed",
        "json": "https://json.example/feed.json",
        "kpl-news-1": "https://kpl.example/rss",
    }
    assert [line.strip() for line in said if line.startswith("  ")] == [
        "thai-example: came without its settings cssfullcontent, priority",
        "No feed: it is no feed but HTML+XPath: see `wirewatch discover https://pages.example/`",
        "A script: exec:~/bin/feed.py is no address on the web",
        'Unread: query:Unread:unread = "yes" is no address on the web',
    ]


def test_feeds_that_newsboat_never_read_come_without_titles_and_once_each(desk: Desk) -> None:
    ended = desk.run("opml", "import", "-", "--to", "newsboat", stdin=NEWSBOAT_UNREAD)
    urls = urls_of(desk.config)
    assert {name: urls[name] for name in urls if not name.startswith("laotian")} == {
        "kpl-news-more": "https://kpl.example/rss",
        "thai-example": "https://thai.example/feed?a=1&b=2",
    }
    assert [line.strip() for line in ended.err.splitlines() if line.startswith("  ")] == [
        "file:///tmp/x.xml: file:///tmp/x.xml is no address on the web",
        'KPL: "news" & more: is there already, as kpl-news-more',
    ]


def test_what_is_written_reads_like_a_users_own_file(desk: Desk) -> None:
    ended = desk.run("opml", "import", "-", "--to", "moved", stdin=MINIFLUX)
    assert (desk.config / "sources" / "moved.yaml").read_text(encoding="utf-8") == (
        "sources:\n  # Asia\n  - name: bangkok-beyond\n    title: Bangkok & beyond\n"
        "    url: https://bangkok.example/feed?a=1&b=2\n"
    )
    assert ended.out.startswith("1 sources are in ")


@pytest.mark.parametrize(
    "category",
    [
        "News&#10;  - {name: evil, url: 'http://evil.example/'}",
        "News&#x2028;- x",
        "News&#x85;- x",
        "a&#x7f;b",
    ],
)
def test_no_title_of_another_reader_is_read_as_yaml(desk: Desk, category: str) -> None:
    feed = f'<outline text="{category}" category="{category}" xmlUrl="http://a.example/fe&#10;ed"/>'
    folder = f'<outline text="{category}"><outline text="B" xmlUrl="http://b.example/"/></outline>'
    text = f"<opml><body>{feed}{folder}</body></opml>"
    ended = desk.run("opml", "import", "-", "--to", "hostile", stdin=text)
    assert (ended.code, ended.err) == (0, "")
    urls = [url for name, url in urls_of(desk.config).items() if not name.startswith("laotian")]
    assert urls == ["http://a.example/feed", "http://b.example/"]


@pytest.mark.parametrize("host", ["exa mple.com", "xn--a.example", "a.example:99999", "[::1"])
def test_an_address_that_the_config_does_not_take_is_left_behind(desk: Desk, host: str) -> None:
    text = f'<opml><body><outline text="Odd" xmlUrl="http://{host}/feed"/></body></opml>'
    ended = desk.run("opml", "import", "-", "--to", "odd", stdin=text)
    assert ended.code == 1
    assert f"Odd: http://{host}/feed is no address on the web" in ended.err
    assert all(name.startswith("laotian") for name in urls_of(desk.config))


def test_what_is_there_already_is_not_taken_twice_and_no_file_is_touched(desk: Desk) -> None:
    assert desk.run("opml", "import", "-", "--to", "one", stdin=RSS_TO_TELEGRAM).code == 0
    again = desk.run("opml", "import", "-", "--to", "two", stdin=RSS_TO_TELEGRAM)
    assert again.code == 1
    assert "VnExpress: is there already, as vnexpress" in again.err
    assert not (desk.config / "sources" / "two.yaml").exists()
    taken = desk.run("opml", "import", "-", "--to", "one", stdin=NEWSBOAT)
    assert taken.code == 2
    assert "choose another name" in taken.err


def test_equal_titles_get_names_of_their_own(desk: Desk) -> None:
    feeds = "".join(f'<outline text="News" xmlUrl="https://{n}.example/feed"/>' for n in "abc")
    desk.run("opml", "import", "-", "--to", "x", stdin=f"<opml><body>{feeds}</body></opml>")
    assert {"news", "news-2", "news-3"} <= urls_of(desk.config).keys()


@pytest.mark.parametrize("text", ["", "no xml at all", "<html><body/></html>", "<rss><channel/></rss>"])
def test_what_is_no_opml_is_said_so(desk: Desk, text: str) -> None:
    ended = desk.run("opml", "import", "-", "--to", "x", stdin=text)
    assert ended.code == 1
    assert "this is no OPML" in ended.err
    assert not (desk.config / "sources" / "x.yaml").exists()


def test_entities_are_not_expanded_and_a_damaged_file_is_read_as_far_as_it_goes() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    text = f'{bomb}<opml><body><outline text="&e;A & B" xmlUrl="https://a.example/feed"><outline'
    found, damage = read(text.encode())
    assert found == [Outline("https://a.example/feed", "A & B")]
    assert damage is not None
    assert damage.startswith("line 1: ")


@pytest.mark.parametrize(("ampersand", "encoding"), [("&", "utf-8"), ("&amp;", "utf-8"), ("&amp;", "utf-16")])
def test_an_address_keeps_its_parameters_however_they_are_written(ampersand: str, encoding: str) -> None:
    feed = f'<outline text="A&nbsp;b" xmlUrl="https://a.example/feed?a=1{ampersand}b=2{ampersand}copy=3"/>'
    said = f'<?xml version="1.0" encoding="{encoding}"?><opml><body>{feed}</body></opml>'
    found, damage = read(said.encode(encoding))
    assert [outline.url for outline in found] == ["https://a.example/feed?a=1&b=2&copy=3"]
    if encoding == "utf-8":
        assert (found[0].title, damage) == ("A b", None)


def bomb(inside: str) -> str:
    """A billion laughs in `inside`."""
    layers = ""
    for of, name in pairwise("abcdefghij"):
        many = f"&{of};" * 10
        layers += f'<!ENTITY {name} "{many}">'
    return f'<!DOCTYPE x [<!ENTITY a "ha">{layers}]><opml><body>{inside}</body></opml>'


@pytest.mark.parametrize("text", [
    bomb('<outline text="&j;" xmlUrl="https://a.example/feed"/>'),
    bomb('&j;<outline text="A" xmlUrl="https://a.example/feed"/>'),
    "<opml><body>" + '<outline text="x">' * 1000 + '<outline text="A" xmlUrl="https://a.example/feed"/>',
], ids=["bomb-in-a-title", "bomb-in-the-body", "a-thousand-deep"])  # fmt: skip
def test_what_would_blow_up_is_not_followed_and_that_is_said(desk: Desk, text: str) -> None:
    ended = desk.run("opml", "import", "-", "--to", "x", stdin=text)
    assert ended.code == 1
    assert "the file is damaged" in ended.err
    assert "nothing was carried over" in ended.err
    assert not (desk.config / "sources" / "x.yaml").exists()


@pytest.mark.parametrize(("text", "said"), [
    ('<outline xmlUrl="https://a.example/feed"/>' * (MOST + 1), "10,001 feeds"),
    (" " * LARGEST, "larger than 20 MB"),
], ids=["feeds", "bytes"])  # fmt: skip
def test_too_much_is_refused(desk: Desk, text: str, said: str) -> None:
    ended = desk.run("opml", "import", "-", "--to", "x", stdin=f"<opml><body>{text}</body></opml>")
    assert (ended.code, said in ended.err) == (1, True)
    assert not (desk.config / "sources" / "x.yaml").exists()


def test_thousands_of_equal_titles_take_no_time_each() -> None:
    outlines = [Outline(f"https://{n}.example/feed", "News") for n in range(MOST)]
    begun = process_time()
    moved = entries(outlines, [], [])
    # Trying every number for each would take eight seconds of the processor, this takes half of one.
    assert process_time() - begun < 3
    names = [entry["name"] for entry in moved.entries[""]]
    assert (names[0], names[-1], len(set(names))) == ("news", f"news-{MOST}", MOST)


def test_nested_folders_are_told_whole(desk: Desk) -> None:
    feed = '<outline text="A" xmlUrl="https://a.example/feed"/>'
    nested = f'<outline text="Asia"><outline text="Laos">{feed}</outline></outline>'
    desk.run("opml", "import", "-", "--to", "x", stdin=f"<opml><body>{nested}</body></opml>")
    assert "  # Asia / Laos\n" in (desk.config / "sources" / "x.yaml").read_text()


@pytest.mark.parametrize(("address", "mode"), [
    ("https://me:geheim-8@a.example/feed", 0o600), ("https://a.example/feed", 0o644),
], ids=["password", "plain"])  # fmt: skip
def test_a_file_with_a_password_is_its_owners_alone_and_that_is_said(
    desk: Desk, address: str, mode: int
) -> None:
    feeds = f'<outline text="A" xmlUrl="{address}"/>' * 2
    before = os.umask(0o022)
    ended = desk.run("opml", "import", "-", "--to", "x", stdin=f"<opml><body>{feeds}</body></opml>")
    os.umask(before)
    file = desk.config / "sources" / "x.yaml"
    assert (ended.code, file.stat().st_mode & 0o777) == (0, mode)
    assert urls_of(desk.config)["a"] == address
    assert ("url_file" in ended.err) == (mode == 0o600)
    assert "geheim" not in ended.out + ended.err


def test_what_is_exported_is_imported_again(desk: Desk, tmp_path: Path) -> None:
    ended = desk.run("opml", "export")
    root = etree.fromstring(ended.out.encode())
    outlines = root.findall("body/outline")
    assert [(o.get("type"), o.get("title"), o.get("xmlUrl")) for o in outlines] == [
        ("rss", "The Laotian Times", "https://laotiantimes.example/feed/"),
        ("rss", "laotian-times-business", "https://laotiantimes.example/business/feed/"),
    ]
    assert [outline.url for outline in read(ended.out.encode())[0]] == list(urls_of(desk.config).values())


def test_no_secret_address_and_nothing_that_is_no_feed_is_exported(tmp_path: Path) -> None:
    from tests.commands.desk import open_desk

    sources = """\
        sources:
          - {name: own, url_file: own.secret}
          - {name: other, url: 'https://me:password@other.example/feed'}
          - {name: list, type: section, url: 'https://list.example/'}
    """
    desk = open_desk(tmp_path, sources__own=sources)
    (desk.config / "sources" / "own.secret").write_text("https://own.example/feed?key=abcdefgh")
    ended = desk.run("opml", "export")
    desk.archive.close()
    assert "abcdefgh" not in ended.out + ended.err
    assert "password" not in ended.out + ended.err
    assert [line.strip() for line in ended.err.splitlines()[1:]] == [
        "own: its address is a secret",
        "other: its address is a secret",
        "list: is no feed but a section",
    ]
