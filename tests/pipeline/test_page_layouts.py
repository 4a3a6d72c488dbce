"""One article in six page layouts, through the whole path: feed, page, watches, chat.

In each layout stands an opinion piece that speaks of all three shipped watches, and beside it an
article that speaks of none. Both are surrounded by menus, adverts, related headlines and comments
that name what the watches look for: whatever of these was taken for text would raise an alert.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive import articles
from tests.crawler.layouts import (
    NOISE,
    TEXTS,
    classic,
    div_soup,
    json_ld_only,
    paginated,
    table,
    with_comments,
)
from tests.peers.botapi import BotApiPeer
from tests.peers.newsroom import PeerNewsroom, Reply, item, rss
from tests.pipeline.house import feed_source, house, until, write_config
from wirewatch.daemon import Daemon
from wirewatch.demo import acceptance
from wirewatch.demo.botapi import Chat

LAYOUTS = {
    "classic-blog": classic,
    "div-soup": div_soup,
    "table-layout": table,
    "json-ld-only": json_ld_only,
    "paginated": paginated,
    "comments-below": with_comments,
}
QUIET_TITLE, QUIET_TEXT = TEXTS["en"]
WATCHED = acceptance.BODY_PARAGRAPHS
# What the feed says of the piece names no watch: everything comes from its page.
HEADLINE = "A column on neighbours and noodles"


def serve(site: PeerNewsroom, path: str, layout: str, title: str, paragraphs: Sequence[str]) -> str:
    """Put an article up in a layout, on as many pages as it takes; its address."""
    made = LAYOUTS[layout](title, paragraphs)
    pages = (made,) if isinstance(made, str) else made
    for number, page in enumerate(pages, 1):
        reply = Reply(page, headers={"Content-Type": "text/html; charset=utf-8"})
        site.script(path if number == 1 else f"{path}?page={number}", reply)
    return site.url(path)


def newsroom(site: PeerNewsroom) -> Iterator[dict[str, object]]:
    """A source for each layout, which publishes the two articles after its first poll."""
    now = datetime.now(UTC) - timedelta(seconds=1)
    for layout in LAYOUTS:
        piece = serve(site, f"/{layout}/piece", layout, HEADLINE, WATCHED)
        quiet = serve(site, f"/{layout}/quiet", layout, QUIET_TITLE, QUIET_TEXT)
        news = [
            item(f"{HEADLINE} ({layout})", link=piece, published=now),
            item(f"{QUIET_TITLE} ({layout})", link=quiet, published=now),
        ]
        site.script(f"/{layout}", rss([f"Nothing yet at {layout}"]), rss([*news, f"Nothing yet at {layout}"]))
        yield feed_source(layout, site.url(f"/{layout}"), full_text="always", title=layout)


async def pages_told(daemon: Daemon) -> list[articles.StoredArticle]:
    """The articles whose page was read and that have been told."""
    stored = await daemon.rooms.archive.read(lambda conn: articles.by_ids(conn, range(1, 100)))
    return [one for one in stored if one.page == "read" and one.told_at is not None]


async def test_one_alert_three_watches_and_nothing_from_the_noise_in_six_layouts(
    api: BotApiPeer, chat: Chat, site: PeerNewsroom, tmp_path: Path
) -> None:
    # One message an article: as copies of one text they would else share a single one.
    desk = {"name": "desk", "type": "telegram", "chat": chat.id, "stories": False}
    folder = write_config(tmp_path / "config", list(newsroom(site)), api, chat, watches=None, channels=[desk])
    async with house(folder) as daemon:
        async with asyncio.timeout(90):
            while len(told := await pages_told(daemon)) < 2 * len(LAYOUTS):
                await asyncio.sleep(0.05)
        await until(lambda: len(api.ledger.messages) >= len(LAYOUTS), 60)
        await until(lambda: daemon.jobs.idle, 60)
    messages = api.ledger.messages

    texts = {(one.article.source, one.article.title): (one.article.body or "").split("\n\n") for one in told}
    for layout in LAYOUTS:
        assert texts[layout, f"{HEADLINE} ({layout})"] == list(WATCHED)
        assert texts[layout, f"{QUIET_TITLE} ({layout})"] == list(QUIET_TEXT)
        alerts = [message.text for message in messages if f"({layout})" in message.text]
        assert len(alerts) == 1, layout
        (alert,) = alerts
        assert alert.startswith(f"{HEADLINE} ({layout})")
        assert set(alert.split("\n")[-1].split()) == {"#laos", "#asean", "#north_korea"}
        assert not [line for line in NOISE if line in alert]
    assert len(messages) == len(LAYOUTS)
