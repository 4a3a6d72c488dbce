"""How does the daemon know which stories are live, and what when it is killed?

The clusterer's state is in memory; what it follows from, the placements, is in the archive and is
written in the transaction that tells the article. At start, after a transaction that failed and
after a person mended stories, the state is read from there anew, in seconds.
"""

import logging
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Connection

from archive.articles import StoredArticle

if TYPE_CHECKING:
    from alerts.stories.clusterer import Clusterer, Part, Placement
    from alerts.stories.features import Features
    from archive.stories import Action, Placed

log = logging.getLogger("wirewatch")


New: TypeAlias = tuple[StoredArticle, Set[str]]


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, and what is done with it."""

    story: int
    action: "Action"


class LiveStories:
    """The live stories of one archive. Use it in the archive's writer only, and `forget` it when the
    transaction in which it was used fails."""

    def __init__(self) -> None:
        self._clusterer: Clusterer | None = None
        self._mended = 0

    def forget(self) -> None:
        """Read the state anew when it is needed next."""
        self._clusterer = None

    def join(self, conn: Connection, come: Sequence[New], now: datetime) -> list[Joined]:
        """Place articles, in order, in their stories, or say of each where it was placed before; each comes
        with the term sets of which it has a term."""
        # Slow to load, as all that follows: only where there is an article.
        from archive import stories

        before = [stored.id for stored, _ in come if stored.story is not None]
        known = {one.article: one.action for one in stories.placed(conn, before)} if before else {}
        new = [one for one in come if one[0].story is None]
        joined = dict(zip((stored.id for stored, _ in new), self._place(conn, new, now), strict=True))
        return [
            joined[stored.id] if stored.story is None else Joined(stored.story, known.get(stored.id, "new"))
            for stored, _ in come
        ]

    def _place(self, conn: Connection, new: Sequence[New], now: datetime) -> list[Joined]:
        if not new:
            return []
        from archive import stories

        clusterer = self._up_to_date(conn, now)
        # As exact as the archive keeps it, so that a restart sees the same.
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        free = iter(stories.free_numbers(conn, len(new)))
        placed = []
        for stored, sets in new:
            found = compared(stored, sets)
            placement = clusterer.place(stored.id, found, now, lambda: next(free))
            verdict = placement.verdict
            placed.append(
                stories.Placed(
                    stored.id, placement.story, verdict.action, verdict.why, _evidence(placement),
                    found.to_bytes(), now,
                )
            )  # fmt: skip
        opened = [one.story for one in placed if one.action == "new"]
        stories.open_stories(conn, opened, now)
        stories.grow(conn, sorted({one.story for one in placed}.difference(opened)), now)
        stories.place(conn, placed)
        return [Joined(one.story, one.action) for one in placed]

    def _up_to_date(self, conn: Connection, now: datetime) -> "Clusterer":
        from archive import stories

        mended = stories.mended(conn)
        if self._clusterer is None or self._mended != mended:
            self._clusterer, self._mended = read(conn, now), mended
        return self._clusterer


def compared(stored: StoredArticle, sets: Set[str]) -> "Features":
    """What of an article with terms of these sets is compared. Without a time of its own it is of the day
    on which it was found."""
    from alerts.stories.features import features

    article = stored.article
    if article.published is None:
        article = replace(article, published=stored.found_at)
    return features(article, sets)


def read(conn: Connection, now: datetime) -> "Clusterer":
    """What is live by the archive."""
    from alerts.stories.clusterer import QUIET, Clusterer
    from alerts.stories.features import Features, OldFormat
    from archive import stories

    clusterer, unread = Clusterer(), 0
    for placed in stories.live(conn, now - QUIET - timedelta(days=1)):
        try:
            found = Features.from_bytes(placed.features)
        except OldFormat:
            unread += 1
            continue
        clusterer.remember(placed.article, found, _part(placed), placed.placed_at)
    if unread:
        log.warning("%d articles of live stories were compared by another version and are left out", unread)
    return clusterer


def _part(placed: "Placed") -> "Part":
    from alerts.stories.clusterer import Part

    kept = placed.evidence or {}
    return Part(placed.story, kept.get("beside"), placed.why == "copy", kept.get("loose", False))


def _evidence(placement: "Placement") -> dict[str, object] | None:
    likeness = placement.likeness
    if likeness is None:
        return None
    rounded = {k: round(v, 3) if isinstance(v, float) else v for k, v in asdict(likeness).items()}
    return {
        **rounded,
        "score": round(likeness.score, 3),
        "beside": placement.beside,
        "loose": placement.verdict.loose,
    }
