"""Can a source not be reached, or has this machine no net?

Pure. A source is not charged for what is the machine's: when several hosts that were well cannot be
reached one after the other, and none answers in between, the machine counts as offline until any
host answers. Who is told of it is `wirewatch/offline.py`; what a failure costs is `crawler/polling.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from yarl import URL

from archive.sources import SourceState
from crawler.gathering import Gathered
from crawler.polling import address_of
from crawler.source import Source

# One or two hosts may be down at once; of three in a row the fault is here. With fewer hosts in the
# config nobody can tell, and the sources are charged.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Reach:
    """`lost` are hosts that were well and that could not be reached since the last answer of any
    host; `offline_since` is when they became too many for chance."""

    lost: frozenset[str] = frozenset()
    offline_since: datetime | None = None


def after(reach: Reach, source: Source, state: SourceState, gathered: Gathered, now: datetime) -> Reach:
    """What is known of this machine's net after a poll of `source`, whose state was `state`."""
    if answered(gathered):
        return Reach()
    # A source that has failed before tells nothing new: it may be down for good.
    if gathered.trouble != "unreachable" or state.failures:
        return reach
    lost = reach.lost | {URL(address_of(source, state)).raw_host or ""}
    return Reach(lost, reach.offline_since or (now if len(lost) >= ENOUGH else None))


def excused(reach: Reach, gathered: Gathered) -> bool:
    """Whether a poll with this outcome is not to be counted: this machine is offline."""
    return reach.offline_since is not None and not answered(gathered)


def answered(gathered: Gathered) -> bool:
    """Whether a server on the net has said something, be it good or bad."""
    return gathered.outcome != "failed" or gathered.trouble not in (None, "unreachable", "refused")
