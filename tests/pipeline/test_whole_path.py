"""From a source to a chat, through the real daemon, a real site and a real Bot API server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive import articles, events
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import feed_source, headlines, house, until, write_config
from wirewatch.demo.botapi import Chat
from wirewatch.demo.feeds import FeedItem

LONG = (
    "The ministry said that the bridge over the river would be finished before the rains begin, and that "
    "the villages on both banks would be asked about the road that leads to it."
)


def published(**ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(**ago)


def entry(title: str, summary: str = "", link: str | None = None, **ago: float) -> FeedItem:
    return item(title, summary=summary, link=link, published=published(**ago))


async def test_a_new_match_is_told_once_with_its_watch(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    before = [entry("A quiet day", days=2)]
    site.script("/feed", rss(before), rss([entry("Laos opens a bridge", seconds=1), *before]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: len(api.ledger.messages) == 1)
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 5)
    (message,) = api.ledger.messages
    assert message.text.split("\n")[0] == "Laos opens a bridge"
    assert message.text.split("\n")[-1] == "#laos"


async def test_a_restart_tells_nothing_again(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss(["A quiet day"]), rss([entry("Laos opens a bridge"), "A quiet day"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: len(api.ledger.messages) == 1)
    polled = len(site.seen("/feed"))
    async with house(folder):
        await until(lambda: len(site.seen("/feed")) > polled + 3)
    assert headlines(api) == ["Laos opens a bridge"]


async def test_first_contact_comes_as_one_digest_and_old_articles_are_only_counted(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script(
        "/feed",
        rss([
            entry("Laos opens a bridge", hours=1),
            entry("Laos closes a road", hours=2),
            entry("Laos of last week", days=7),
            item("Laos without a date", published=None),
            entry("Something else", hours=1),
        ]),
    )  # fmt: skip
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: len(api.ledger.messages) == 1)
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 5)
    (digest,) = api.ledger.messages
    assert "Laos opens a bridge" in digest.text
    assert "Laos closes a road" in digest.text
    assert "last week" not in digest.text
    assert "without a date" not in digest.text
    assert "2 older articles that match are in the archive" in digest.text


async def test_a_breaking_match_at_first_contact_comes_singly(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    site.script("/feed", rss([entry("Missile over Laos", hours=1), entry("Laos opens a bridge", hours=1)]))
    watches = [
        {"name": "laos", "query": "Laos"},
        {"name": "missile", "query": "missile", "urgency": "breaking"},
    ]
    folder = write_config(
        tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat, watches=watches
    )
    async with house(folder):
        await until(lambda: len(api.ledger.messages) == 2)
    alert, digest = sorted(api.ledger.messages, key=lambda message: "Missile" not in message.text)
    assert "#missile" in alert.text
    assert "Laos opens a bridge" in digest.text
    assert "Missile" not in digest.text


async def test_a_word_for_word_copy_grows_the_standing_message(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    wire = entry("Laos opens a bridge", LONG, site.url("/wire/1"))
    copy = entry("Laos opens a bridge", LONG, site.url("/copy/1"))
    site.script("/wire", rss(["Quiet"]), rss([wire, "Quiet"]))
    site.script("/copy", *[rss(["Still"])] * 8, rss([copy, "Still"]))
    sources = [
        feed_source("wire", site.url("/wire"), title="The Wire"),
        feed_source("copy", site.url("/copy"), title="The Copy"),
    ]
    folder = write_config(tmp_path / "config", sources, api, chat)
    async with house(folder):
        await until(lambda: bool(api.ledger.of("editMessageText")))
    assert headlines(api) == ["Laos opens a bridge"]
    assert "also: The Copy" in api.ledger.of("editMessageText")[-1].text


async def test_a_changed_number_is_no_copy(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    early, late = f"Three are dead in Laos. {LONG}", f"Seven are dead in Laos. {LONG}"
    site.script("/wire", rss(["Quiet"]), rss([entry("Flood in Laos", early, site.url("/wire/1")), "Quiet"]))
    site.script("/copy", rss(["Still"]), rss([entry("Flood in Laos", late, site.url("/copy/1")), "Still"]))
    sources = [feed_source("wire", site.url("/wire")), feed_source("copy", site.url("/copy"))]
    folder = write_config(tmp_path / "config", sources, api, chat)
    async with house(folder):
        await until(lambda: len(api.ledger.messages) == 2)
    assert headlines(api) == ["Flood in Laos"] * 2


async def test_a_word_that_only_the_page_has_is_found_where_the_source_says_always(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    page = "<html><head><title>Ministers meet</title></head><body><article><h1>Ministers meet</h1>" + "".join(
        f"<p>{LONG} Paragraph {number} speaks of Laos and its rivers.</p>" for number in range(5)
    )
    site.script("/a/ministers-meet", Reply(page, headers={"Content-Type": "text/html"}))
    news = item("Ministers meet", link=site.url("/a/ministers-meet"), published=published(seconds=1))
    site.script("/feed", rss(["Quiet"]), rss([news, "Quiet"]))
    source = feed_source("post", site.url("/feed"), full_text="always")
    folder = write_config(tmp_path / "config", [source], api, chat)
    async with house(folder):
        await until(lambda: len(api.ledger.messages) == 1)
    assert "Laos and its rivers" in api.ledger.messages[0].text


async def test_a_failing_source_is_told_to_operators_once_and_never_to_readers(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    operators = api.supergroup("Operators")
    site.script("/bad", Reply("", status=404))
    site.script("/feed", rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"]))
    channels = [
        {"name": "desk", "type": "telegram", "chat": chat.id},
        {"name": "ops", "type": "telegram", "chat": operators.id},
    ]
    sources = [feed_source("bad", site.url("/bad")), feed_source("post", site.url("/feed"))]
    folder = write_config(tmp_path / "config", sources, api, chat, channels=channels, ops="ops")
    async with house(folder) as daemon:
        await until(lambda: len(site.seen("/bad")) > 3 and len(api.ledger.messages) >= 2)
        told = await daemon.rooms.archive.read(events.latest)
    by_chat = {
        here.id: [act.text for act in api.ledger.messages if act.chat_id == here.id]
        for here in (chat, operators)
    }
    assert [text.split("\n")[0] for text in by_chat[chat.id]] == ["Laos opens a bridge"]
    assert len(by_chat[operators.id]) == 1
    assert "bad" in by_chat[operators.id][0]
    assert "404" in by_chat[operators.id][0]
    assert [event.kind for event in told] == ["source-failing"]


@pytest.mark.parametrize("kind", ["aggregator", "wire"])
async def test_a_channel_hears_only_what_its_filter_lets_through(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, kind: str
) -> None:
    everything = api.supergroup("Everything")
    channels = [
        {"name": "desk", "type": "telegram", "chat": chat.id, "only": "NOT kind:aggregator"},
        {"name": "all", "type": "telegram", "chat": everything.id},
    ]
    site.script("/feed", rss(["Quiet"]), rss([entry("Laos opens a bridge"), "Quiet"]))
    source = feed_source("post", site.url("/feed"), kind=kind)
    folder = write_config(tmp_path / "config", [source], api, chat, channels=channels)
    expected = 1 if kind == "aggregator" else 2
    async with house(folder) as daemon:
        await until(lambda: len(api.ledger.messages) >= expected)
        await until(lambda: daemon.jobs.idle)
    heard = {act.chat_id for act in api.ledger.messages}
    assert heard == ({everything.id} if kind == "aggregator" else {everything.id, chat.id})


async def test_a_feed_that_changes_its_guids_at_every_fetch_alerts_what_is_new_once(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    now = published(hours=1)

    def fetch(number: int, *titles: str) -> str:
        return rss(
            item(title, link=site.url(f"/{title[:4]}"), guid=f"{title}-{number}", published=now)
            for title in titles
        )

    old = ("Calm in the north", "Rain in the east", "Mist on the river")
    site.script("/feed", fetch(0, *old), *(fetch(n, "Laos opens a bridge", *old) for n in range(1, 9)))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: len(site.seen("/feed")) > 8 and bool(api.ledger.messages))
    assert headlines(api) == ["Laos opens a bridge"]


async def test_a_revised_text_adds_its_watch_to_the_standing_message_and_alerts_nobody_again(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    def story(text: str) -> FeedItem:
        return item("Laos opens a bridge", link=site.url("/a/1"), content=f"<p>{text}</p>", published=at)

    at = published(seconds=1)
    first, revised = story(LONG * 5), story(f"{LONG * 5} North Korea sent engineers.")
    site.script("/feed", rss(["Quiet"]), rss([first, "Quiet"]))
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        # A revision that comes before its alert has gone out changes the alert itself.
        await until(lambda: any(act.seen_by_client for act in api.ledger.messages))
        site.script("/feed", *[rss([revised, "Quiet"]), rss([first, "Quiet"])] * 4)
        await until(lambda: bool(api.ledger.of("editMessageText")))
        asked = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > asked + 8)
    assert headlines(api) == ["Laos opens a bridge"]
    assert api.ledger.messages[0].text.split("\n")[-1] == "#laos"
    (edit,) = api.ledger.of("editMessageText")
    assert edit.text.split("\n")[-1].split() == ["#laos", "#north_korea"]


async def test_a_revised_text_alerts_where_its_watch_is_the_first_to_fire(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    def story(text: str) -> FeedItem:
        return item("Ministers meet", link=site.url("/a/1"), content=f"<p>{text}</p>", published=at)

    at = published(seconds=1)
    site.script(
        "/feed",
        rss(["Quiet"]),
        rss([story(LONG * 5), "Quiet"]),
        rss([story(f"{LONG * 5} In Laos."), "Quiet"]),
    )
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: bool(api.ledger.messages))
        await until(lambda: len(site.seen("/feed")) > 8)
    assert headlines(api) == ["Ministers meet"]


async def test_of_what_was_old_at_first_contact_a_revision_is_heard_unless_its_date_is_old(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    def page(*titles: str) -> str:
        undated, seen, dated = titles
        return rss([
            item(undated, link=site.url("/a/1"), published=None),
            item(seen, link=site.url("/a/2"), published=None),
            item(dated, link=site.url("/a/3"), published=published(days=3)),
        ])  # fmt: skip

    site.script(
        "/feed",
        page("Ministers meet", "Laos closes a road", "Rain in the east"),
        page("Ministers meet in Laos", "Laos opens a road again", "Rain in Laos"),
    )
    folder = write_config(tmp_path / "config", [feed_source("post", site.url("/feed"))], api, chat)
    async with house(folder):
        await until(lambda: bool(api.ledger.messages))
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > polled + 8)
    assert headlines(api) == ["Ministers meet in Laos"]


async def test_a_text_that_only_the_outlets_other_feed_gives_in_full_is_looked_at(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    def story(**said: str) -> str:
        return rss([item("Ministers meet", link=site.url("/a/1"), published=at, **said), "Quiet"])

    at = published(seconds=1)
    sources = [
        feed_source("post", site.url("/feed")),
        feed_source("post-politics", site.url("/politics"), outlet="post"),
    ]
    for path in ("/feed", "/politics"):
        site.script(path, rss(["Quiet"]))
    folder = write_config(tmp_path / "config", sources, api, chat)
    async with house(folder) as daemon:
        await until(lambda: all(len(site.seen(path)) > 1 for path in ("/feed", "/politics")))
        site.script("/politics", story(summary="They smiled."))
        await until(lambda: daemon.rooms.archive.read_now(articles.count) == 2)
        site.script("/feed", story(content=f"<p>{LONG * 5} In Laos.</p>"))
        await until(lambda: bool(api.ledger.messages))
    assert headlines(api) == ["Ministers meet"]


async def test_the_page_of_a_revised_article_is_read_again(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    def page(more: str) -> Reply:
        text = "".join(f"<p>{LONG} Paragraph {number}.</p>" for number in range(5)) + f"<p>{LONG} {more}</p>"
        body = f"<html><body><article><h1>Ministers meet</h1>{text}</article></body></html>"
        return Reply(body, headers={"Content-Type": "text/html"})

    at = published(seconds=1)
    early = item("Ministers meet in Laos", link=site.url("/a/1"), published=at)
    late = item("Ministers meet in Laos, two leave early", link=site.url("/a/1"), published=at)
    site.script("/a/1", page("All smiled."), page("North Korea was named."))
    site.script("/feed", *[rss(["Quiet"])] * 2, *[rss([early, "Quiet"])] * 20, rss([late, "Quiet"]))
    source = feed_source("post", site.url("/feed"), full_text="always")
    folder = write_config(tmp_path / "config", [source], api, chat)
    async with house(folder):
        await until(lambda: any("#north_korea" in act.text for act in api.ledger.of("editMessageText")))
    assert headlines(api) == ["Ministers meet in Laos"]
    assert len(site.seen("/a/1")) == 2


@pytest.mark.parametrize("named", ["The Post", "the post", "Post Online (another name)"])
async def test_a_news_search_and_the_publishers_own_feed_tell_an_article_once(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path, named: str
) -> None:
    own = entry("Laos opens a bridge", link=site.url("/a/bridge"))
    wrapped = entry(f"Laos opens a bridge - {named}", link=site.url("/rss/articles/CBMiX?oc=5"))
    search = rss([wrapped]).replace("</item>", f'<source url="http://www.post.test">{named}</source></item>')
    # The search comes first; the article's own address joins it later.
    site.script("/search", rss(["Quiet - Nobody"]), search)
    site.script("/feed", *[rss(["Calm"])] * 8, rss([own, "Calm"]))
    sources = [
        feed_source("post", "http://post.test/rss", title="The Post", country="LA", enabled=False),
        feed_source("post-news", site.url("/feed"), outlet="post"),
        feed_source("search", site.url("/search"), type="google-news"),
    ]
    folder = write_config(tmp_path / "config", sources, api, chat)
    async with house(folder) as daemon:
        await until(lambda: bool(api.ledger.messages))
        polled = len(site.seen("/feed"))
        await until(lambda: len(site.seen("/feed")) > max(polled, 10) + 2)
        stored = await daemon.rooms.archive.read(lambda conn: articles.by_ids(conn, range(1, 30)))
    assert headlines(api) == ["Laos opens a bridge"]
    (article,) = (one.article for one in stored if one.article.title == "Laos opens a bridge")
    assert article.outlet is not None
    assert (article.outlet.name, article.outlet.country) == ("post", "LA")
    assert article.url == site.url("/rss/articles/CBMiX?oc=5")
