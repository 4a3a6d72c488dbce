"""What must the others of a story know of each of its articles?

One statement over `article`, `outlet` and `placement`. Whole articles, with their texts, are
`archive/articles.py`: stories can be large.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from archive.one_of import one_of
from archive.stories import Action
from archive.tables import article as table
from archive.tables import outlet, placement


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story, as much of it as others of the story need.

    `outlet` is a title. `told` says that it has more to read than its headline, `dated` that it bears a
    time, `walled` that its text is behind payment, `free` that its text has been read and is not. `action`
    is what was done with it, None where nothing is kept of that; `copied` is the article whose text it
    shares, `beside` the one that opened the part of the story to which it belongs.
    """

    id: int
    outlet: str
    tier: int | None
    language: str | None
    title: str
    told: bool
    dated: bool
    walled: bool
    free: bool
    action: Action | None = None
    why: str | None = None
    copied: int | None = None
    beside: int | None = None


def members_of(conn: Connection, stories: Iterable[int]) -> dict[int, list[Member]]:
    """The articles of each of these stories, the first found first."""
    found: dict[int, list[Member]] = {}
    for story, *member in conn.execute(_MEMBERS, {"stories": list(stories)}):
        found.setdefault(story, []).append(Member(*member))
    return found


_HAS_BODY = func.coalesce(table.c.body, "") != ""
# The story, then the fields of `Member` in their order.
_MEMBERS = (
    select(
        table.c.story, table.c.id, outlet.c.title.label("outlet"), outlet.c.tier, table.c.language,
        table.c.title,
        # A text that was read and is no longer kept counts: to forget it changes no message.
        or_(table.c.summary != "", _HAS_BODY, table.c.page == "read").label("told"),
        table.c.published.is_not(None).label("dated"),
        table.c.paywalled.label("walled"),
        and_(_HAS_BODY, ~table.c.paywalled).label("free"),
        placement.c.action, placement.c.why,
        placement.c.evidence["copied"].as_integer().label("copied"),
        placement.c.evidence["beside"].as_integer().label("beside"),
    )
    .join(outlet, outlet.c.name == table.c.outlet)
    .outerjoin(placement, placement.c.article == table.c.id)
    .where(one_of(table.c.story, "stories"))
    .order_by(table.c.id)
)  # fmt: skip
