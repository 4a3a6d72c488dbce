"""Which hits stand in the company that they need (`with:` in a term file)?

A hit that needs none is sure. Another one becomes sure when a sure hit of its company stands near
enough, until nothing changes any more: so two ambiguous words never vouch for each other.
"""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from alerts.query.lexicon import Company
from alerts.query.reading import Place, Reading


class Vouched(NamedTuple):
    """The sure hits by unit, and for those that needed company the hit that gives it."""

    sure: dict[int, list[Place]]
    companion: dict[Place, Place]


def vouch(reading: Reading, *, body_unknown: bool = False) -> Vouched:
    """Resolve the company of all hits.

    With `body_unknown` the answer is the most that a later body can bring about in the other
    fields: company that may stand anywhere is taken as given.
    """
    companies = reading.lexicon.companies
    needing = {unit: companies[unit] for unit in reading.places if unit in companies}
    if not needing:
        return Vouched(reading.places, {})
    sure = {unit: places for unit, places in reading.places.items() if unit not in needing}
    companion: dict[Place, Place] = {}
    waiting = {unit: list(reading.places[unit]) for unit in needing}
    changed = True
    while changed:
        changed = False
        for unit, company in needing.items():
            if not waiting[unit]:
                continue
            if body_unknown and company.within is None:
                found: dict[Place, Place] = {}
                settled = waiting[unit]
            else:
                found = _find(reading, company, waiting[unit], sure)
                settled = list(found)
            if settled:
                changed = True
                companion.update(found)
                sure[unit] = sorted([*sure.get(unit, ()), *settled])
                done = set(settled)
                waiting[unit] = [place for place in waiting[unit] if place not in done]
    return Vouched(sure, companion)


def _find(
    reading: Reading, company: Company, places: list[Place], sure: dict[int, list[Place]]
) -> dict[Place, Place]:
    """The companion of each place that has one."""
    companions = sorted(place for unit, found in sure.items() if unit in company.units for place in found)
    if not companions:
        return {}
    if company.within is None:
        pairs = ((place, next((c for c in companions if not _overlap(place, c)), None)) for place in places)
    else:
        near = Neighbours(companions)
        within = company.within
        pairs = ((place, near.nearest(reading, place, within)) for place in places)
    return {place: companion for place, companion in pairs if companion is not None}


def _overlap(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


class Neighbours:
    """Places of one kind, to be asked which of them is nearest to another place."""

    def __init__(self, places: list[Place]) -> None:
        self._by_start = sorted(places)
        self._by_end = sorted(places, key=lambda place: (place[0], place[2]))
        self._starts = [place[:2] for place in self._by_start]
        self._ends = [(place[0], place[2]) for place in self._by_end]

    def beside(self, place: tuple[int, ...]) -> list[Place]:
        """The nearest that ends before (field, start, end, …) and the nearest that begins after it."""
        field, start, end = place[:3]
        before = bisect_right(self._ends, (field, start)) - 1
        after = bisect_left(self._starts, (field, end))
        found = []
        if before >= 0 and self._by_end[before][0] == field:
            found.append(self._by_end[before])
        if after < len(self._by_start) and self._by_start[after][0] == field:
            found.append(self._by_start[after])
        return found

    def nearest(self, reading: Reading, place: Place, within: int) -> Place | None:
        """The one with the fewest words between, None if they are more than `within`."""
        near = [(gap(reading, place, other, within), other) for other in self.beside(place)]
        words, other = min(near, default=(within + 1, None))
        return other if words <= within else None


def gap(reading: Reading, one: tuple[int, ...], other: tuple[int, ...], most: int) -> int:
    """Words between two places that do not overlap."""
    first, second = (one, other) if one[1] < other[1] else (other, one)
    return reading.words_between(one[0], first[2], second[1], most)
