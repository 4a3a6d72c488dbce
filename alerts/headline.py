"""Which report of a story lends a standing message its headline, link and quote, and is it still true?

Pure. A message is about the article that made it, and stands for the reports that were withheld into it
too: the best of them speaks for all. One that its outlet corrected, or took back, is marked. Whether an
article is withheld is decided in `alerts/stories/`; what the message says then is `wirewatch/saying.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from alerts.corrections import Correction, correction
from archive.members import Member

# The tier of an outlet that states none.
USUAL_TIER = 2

# Smaller is better.
Rank: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a message stands for: the article that it is `about`, and all its `reports`, that one among
    them, in the order in which they came; and what corrects or takes back one of them."""

    about: Member
    reports: tuple[Member, ...]
    corrections: tuple[tuple[Correction, Member], ...] = ()

    def is_withdrawn(self, report: Member) -> bool:
        """Whether its outlet has taken the report back."""
        return any(kind == "withdrawn" and one.outlet == report.outlet for kind, one in self.corrections)


def rank(member: Member) -> Rank:
    """How good a headline the report makes: by the tier of its outlet, then by how complete it is.

    It is complete that can be read without paying, has more to read than its headline, and bears a time.
    Among equals the message keeps what it says, so it never flickers: each change is one for the better.
    """
    lacks = member.walled + (not member.told) + (not member.dated)
    return member.tier or USUAL_TIER, lacks


def coverage(about: Member, members: Sequence[Member], own: Sequence[int]) -> Coverage:
    """What the message about the article `about`, one of the story's `members`, stands for.

    `own` are the articles of the story that have messages in the channel, the story's own message first.
    What was withheld belongs to the message whose text it shares, else to that of its part of the story,
    else to the story's. What answers a message is less sure to be the same event, and stands for itself
    alone; so does another language. But an outlet that corrects its own report is believed: that whose text
    the correction shares, else its latest.
    """
    first = own[0] if own else about.id

    def belongs(one: Member) -> bool:
        return next((id_ for id_ in (one.copied, one.beside) if id_ in own), first) == about.id

    def is_report(one: Member) -> bool:
        alike = one.action == "withhold" and _language(one) == _language(about)
        return one.id == about.id or (alike and belongs(one) and one.id not in own)

    reports = tuple(one for one in members if is_report(one))
    ids = {one.id for one in reports}

    def corrects(one: Member) -> bool:
        answers = one.action == "reply" and one.why in ("correction", "mended")
        return one.id in ids or (answers and _corrected(one, members) in ids)

    marked = ((correction(one.title), one) for one in members if corrects(one))
    return Coverage(about, reports, tuple((kind, one) for kind, one in marked if kind is not None))


def better(of: Coverage) -> list[Member]:
    """The reports that make a better headline than the article itself, the best first; of equals the first
    that came. What was taken back is worse than anything that was not."""

    def place(one: Member) -> tuple[bool, Rank]:
        return of.is_withdrawn(one), rank(one)

    least = place(of.about)
    return sorted((one for one in of.reports if place(one) < least), key=lambda one: (place(one), one.id))


def shown(of: Coverage, fits: Callable[[Member], bool] = lambda _: True) -> Member:
    """The report whose headline the message bears: the best that `fits`, else the article's own."""
    return next((one for one in better(of) if fits(one)), of.about)


def marked_by(of: Coverage, shown_id: int) -> tuple[Correction, Member] | None:
    """What the message has to say of a correction that its headline does not say itself: that something was
    taken back before that it was corrected, of those the latest."""
    others = [(kind, one) for kind, one in of.corrections if one.id != shown_id]
    return max(others, key=lambda pair: (pair[0] == "withdrawn", pair[1].id), default=None)


def _corrected(by: Member, members: Sequence[Member]) -> int | None:
    """Which earlier report of its outlet a correction is about."""
    earlier = [one.id for one in members if one.outlet == by.outlet and one.id < by.id]
    return by.copied if by.copied in earlier else next(reversed(earlier), None)


def _language(member: Member) -> str | None:
    return member.language and member.language.split("-")[0].lower()
