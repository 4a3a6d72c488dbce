"""Which report of a story lends a standing message its headline, link and quote?

Pure. A message is about the article that made it, and stands for the reports that were withheld into it
too: the best of them speaks for all. Whether an article is withheld is decided in `alerts/stories/`;
what the message says then is `wirewatch/saying.py`.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from archive.members import Member

# The tier of an outlet that states none.
USUAL_TIER = 2

# Smaller is better.
Rank: TypeAlias = tuple[int, int]


def rank(member: Member) -> Rank:
    """How good a headline the report makes: by the tier of its outlet, then by how complete it is.

    It is complete that can be read without paying, has more to read than its headline, and bears a time.
    Among equals the message keeps what it says, so it never flickers: each change is one for the better.
    """
    lacks = member.walled + (not member.told) + (not member.dated)
    return member.tier or USUAL_TIER, lacks


def stood_for(about: int, members: Sequence[Member], own: Sequence[int]) -> list[Member]:
    """The reports that the message about the article `about` stands for, in the order of `members`.

    `own` are the articles of the story that have messages in the channel, the story's own message first.
    What was withheld belongs to the message whose text it shares, else to that of its part of the story,
    else to the story's. What answers a message is less sure to be the same event, and stands for itself
    alone; so does another language.
    """
    article = next((one for one in members if one.id == about), None)
    if article is None:
        return []
    first = own[0] if own else about

    def belongs(one: Member) -> bool:
        message = next((id_ for id_ in (one.copied, one.beside) if id_ in own), first)
        alike = one.action == "withhold" and _language(one) == _language(article)
        return alike and message == about and one.id not in own

    return [one for one in members if one is article or belongs(one)]


def better(about: int, reports: Sequence[Member]) -> list[Member]:
    """Those of `reports` that make a better headline than the article itself, the best first; of equals the
    first that came."""
    own = next(one for one in reports if one.id == about)
    return sorted((one for one in reports if rank(one) < rank(own)), key=lambda one: (rank(one), one.id))


def shown(about: int, reports: Sequence[Member], fits: Callable[[Member], bool] = lambda _: True) -> int:
    """The article whose headline the message bears: the best report that `fits`, else its own."""
    return next((one.id for one in better(about, reports) if fits(one)), about)


def _language(member: Member) -> str | None:
    return member.language and member.language.split("-")[0].lower()
