"""Which threads have rare terms in common with an article?

`Index` maps each term to the threads that have it. Its cost an article is bounded: the rarest terms
are looked up first, and no more than `MOST_VISITS` entries are visited. How rare a term is follows
from the same lists, so that it is a function of the live threads alone. Deciding is not here.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log

MOST_VISITS = 2_500
# A stream that has just begun knows no term as common: so many threads are imagined.
_IMAGINED = 40
# A term that fewer threads have says no more than one that so many have: most are slips and one-offs.
_RAREST = 2.0
RAREST = 0
# Nearer threads share so much of an article's weight, and so much of what the nearest one shares.
_LEAST_SHARED = 0.06
_LEAST_OF_BEST = 0.25


class Index:
    """Terms to threads. A term that only one thread has, as most have, costs no list."""

    def __init__(self) -> None:
        self._threads: dict[int, int | array[int]] = {}
        self._counts: Counter[str] = Counter()

    def open(self, language: str) -> None:
        """Another thread in this language is live."""
        self._counts[language] += 1

    def close(self, language: str) -> None:
        """One thread fewer is live."""
        self._counts[language] -= 1

    def add(self, thread: int, terms: Iterable[int]) -> None:
        """A thread has these terms; each must be new to it."""
        threads = self._threads
        for term in terms:
            found = threads.get(term)
            if found is None:
                threads[term] = thread
            elif isinstance(found, int):
                threads[term] = array("I", (found, thread))
            else:
                found.append(thread)

    def remove(self, thread: int, terms: Iterable[int]) -> None:
        """A thread has these terms no more."""
        threads = self._threads
        for term in terms:
            found = threads[term]
            if isinstance(found, int):
                del threads[term]
            elif len(found) == 2:
                threads[term] = found[1] if found[0] == thread else found[0]
            else:
                found.remove(thread)

    def rarity(self, terms: Iterable[int], language: str) -> dict[int, float]:
        """How much each term says: the logarithm of how few threads of its language have it.

        Under RAREST the greatest value there is.
        """
        live = self._counts[language] + _IMAGINED
        threads, rarities = self._threads, {}
        greatest = rarities[RAREST] = log(1 + live / _RAREST)
        for term in terms:
            found = threads.get(term)
            # A number: only one thread has it.
            rarities[term] = log(1 + live / len(found)) if type(found) is array else greatest
        return rarities

    def nearest(self, weights: Mapping[int, float], most: int) -> Sequence[int]:
        """The threads that share most weight with an article, at most `most`."""
        threads = self._threads
        found = [(threads[term], weight * weight) for term, weight in weights.items() if term in threads]
        found.sort(key=lambda entry: 1 if isinstance(entry[0], int) else len(entry[0]))
        shared: defaultdict[int, float] = defaultdict(float)
        visits = 0
        for holders, weight in found:
            if isinstance(holders, int):
                shared[holders] += weight
                continue
            visits += len(holders)
            if visits > MOST_VISITS:
                break
            for thread in holders:
                shared[thread] += weight
        whole = sum(weight * weight for weight in weights.values())
        least = max(_LEAST_SHARED * whole, _LEAST_OF_BEST * max(shared.values(), default=0.0))
        near = [(-share, thread) for thread, share in shared.items() if share >= least]
        # By number where they share alike, so that every run gives the same answer.
        return [thread for _, thread in sorted(near)[:most]]
