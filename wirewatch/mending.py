"""What happens when a person says that articles were joined wrongly, or ought to have been?

One transaction each: the articles change their story, what was sent for them goes with them, the
messages that stand say what is true now, and what had been withheld is told. A daemon reads anew
what is live (`archive.stories.mended`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.routing import Told
from archive import articles, deliveries, matches, mutes, stories
from archive.articles import StoredArticle
from archive.members import members_of
from archive.stories import Action, Placed
from wirewatch.live_stories import compared
from wirewatch.rooms import Durations, Rulebook
from wirewatch.saying import match_from_row, refresh
from wirewatch.telling import Come, tell_channels


class CannotMend(Exception):
    """The stories cannot be mended so; the text says why."""


def split(conn: Connection, rules: Rulebook, ids: Sequence[int], now: datetime) -> int:
    """Let these articles be a story of their own; its number. Raises CannotMend."""
    chosen = articles.by_ids(conn, ids)
    left = {one.story for one in chosen if one.story is not None}
    if not chosen or len(left) != 1 or any(one.story is None for one in chosen):
        raise CannotMend("the articles to split off are not of one story")
    (old,) = left
    kept = [one for one in members_of(conn, [old])[old] if one.id not in ids]
    if not kept:
        raise CannotMend(f"these are all articles of story {old}: nothing would be left of it")
    new = stories.open_story(conn, now)
    _move(conn, rules, [one.id for one in chosen], new, now, opens=chosen[0].id)
    deliveries.move_to_story(conn, [one.id for one in chosen], new)
    stories.count_mended(conn)
    for one in articles.by_ids(conn, ids):
        _tell(conn, rules, one, new, now)
    # Where the message of the old story went with the others, what is left has none.
    _move(conn, rules, [kept[0].id], old, now, opens=kept[0].id)
    (first,) = articles.by_ids(conn, [kept[0].id])
    _tell(conn, rules, first, old, now)
    refresh(conn, rules, old, now)
    return new


def merge(conn: Connection, rules: Rulebook, into: int, others: Sequence[int], now: datetime) -> None:
    """Let the articles of `others` belong to the story `into`. Raises CannotMend."""
    for story in (into, *others):
        if not stories.exists(conn, story):
            raise CannotMend(f"the archive knows no story {story}")
    if into in others:
        raise CannotMend(f"story {into} cannot be merged into itself")
    moved = [one.id for some in members_of(conn, others).values() for one in some]
    _move(conn, rules, moved, into, now)
    deliveries.move_to_story(conn, moved, into)
    for story in others:
        mutes.move_story(conn, story, into)
    stories.grow(conn, [into], now)
    stories.count_mended(conn)
    refresh(conn, rules, into, now)


def _move(
    conn: Connection,
    rules: Rulebook,
    ids: Sequence[int],
    story: int,
    now: datetime,
    *,
    opens: int | None = None,
) -> None:
    """Place articles by hand. Each keeps what was done with it, but only the one that `opens` the story
    does so; and what it was found beside, which is so in any story."""
    known = {one.article: one for one in stories.placed(conn, ids)}
    placed = []
    for id_, kept in known.items():
        action: Action = "new" if id_ == opens else "reply" if kept.action == "new" else kept.action
        beside = {name: id_ for name, id_ in (kept.evidence or {}).items() if name in ("copied", "beside")}
        placed.append(replace(kept, story=story, action=action, why="mended", evidence=beside or None))
    for one in articles.by_ids(conn, [id_ for id_ in ids if id_ not in known]):
        action = "new" if one.id == opens else "reply"
        found = compared(one, rules.watchlist.sets_in(one.article)).to_bytes()
        placed.append(Placed(one.id, story, action, "mended", None, found, now))
    stories.place(conn, placed)


def _tell(conn: Connection, rules: Rulebook, one: StoredArticle, story: int, now: datetime) -> None:
    """Tell an article of a new story wherever no message of its own stands."""
    rows = matches.of_articles(conn, [one.id]).get(one.id, [])
    found = [match_from_row(row, one.article) for row in rows]
    action = stories.placed(conn, [one.id])[0].action
    told = Told(one.article, one.contact, found, frozenset(match.watch for match in found), action)
    tell_channels(conn, rules, [Come(one, told, story)], now, Durations())
