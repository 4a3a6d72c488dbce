"""Of more new articles in one poll than may alert, the newest do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.archive import Archive
from archive.tables import article, event
from tests.config_folder import write
from tests.peers.newsroom import FeedItem, PeerNewsroom, item, rss
from tests.pipeline.house import settings_of
from wirewatch.new_articles import MOST_NEW
from wirewatch.trial import apply, tools_of

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
UNDATED = item("Undated")


def numbered(count: int) -> list[FeedItem]:
    """The newest first."""
    return [item(f"News {n}", published=NOW - n * timedelta(minutes=1)) for n in range(count)]


@pytest.mark.parametrize("known", [True, False], ids=["a known source", "first contact"])
@pytest.mark.parametrize(
    "items",
    [
        pytest.param([*numbered(MOST_NEW + 20), UNDATED], id="newest first"),
        pytest.param([UNDATED, *reversed(numbered(MOST_NEW + 20))], id="newest last"),
    ],
)
async def test_of_too_many_new_articles_the_newest_may_alert(
    sqlite_archive: Archive, tmp_path: Path, items: Sequence[FeedItem], known: bool
) -> None:
    main = "shipped: []\nfetch: {allow_private: [127.0.0.0/8], min_delay: 0s}\n"
    async with PeerNewsroom() as site:
        source = f"sources: [{{name: kpl, url: '{site.url('/feed')}', full_text: never}}]\n"
        write(tmp_path, {"wirewatch.yaml": main, "sources/a.yaml": source})
        async with tools_of(settings_of(tmp_path), sqlite_archive, lambda: NOW) as rooms:
            if known:
                site.script("/feed", rss(["Old news"]))
                await apply(rooms, "kpl")
            site.script("/feed", rss(items))
            assert (await apply(rooms, "kpl")).new == MOST_NEW + 21
    rows = sqlite_archive.read_now(lambda conn: conn.execute(select(article)).all())
    met = {row.title: row.contact for row in rows}
    told = {title for title, contact in met.items() if contact == ("live" if known else "catch-up")}
    assert told - {"Undated"} >= {f"News {n}" for n in range(MOST_NEW - 1)}
    assert {f"News {n}" for n in range(MOST_NEW, MOST_NEW + 20)}.isdisjoint(told)
    assert ("Undated" in told) is known
    kinds = sqlite_archive.read_now(lambda conn: conn.execute(select(event.c.kind)).scalars().all())
    assert "flood" in kinds
