"""Can a source not be reached, or has this machine no net?

Pure. A source is not charged for what is the machine's: when several hosts that were well cannot be
reached one after the other, and none answers in between, the machine counts as offline until any
host answers. Who is told of it is `wirewatch/offline.py`; what a failure costs is `crawler/polling.py`.
"""

from dataclasses import dataclass, replace
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
    """`answered_at` is when any host last answered; `lost` are hosts that were well and that could not
    be reached since; `offline_since` is when they became too many for chance."""

    answered_at: datetime | None = None
    lost: frozenset[str] = frozenset()
    offline_since: datetime | None = None


def after(
    reach: Reach, source: Source, state: SourceState, gathered: Gathered, *, began: datetime, now: datetime
) -> Reach:
    """What is known of this machine's net after a poll of `source`, whose state was `state`; the poll
    `began` then."""
    if answered(gathered):
        return Reach(answered_at=now)
    # A source that has failed before tells nothing new: it may be down for good.
    if gathered.trouble != "unreachable" or state.failures:
        return reach
    # Many that time out together do not mean much, if others answered in that time.
    if reach.answered_at is not None and reach.answered_at > began:
        return reach
    lost = reach.lost | {URL(address_of(source, state)).raw_host or ""}
    since = reach.offline_since or (now if len(lost) >= ENOUGH else None)
    return replace(reach, lost=lost, offline_since=since)


def excused(reach: Reach, gathered: Gathered) -> bool:
    """Whether a poll with this outcome is not to be counted: this machine is offline."""
    return reach.offline_since is not None and not answered(gathered)


def answered(gathered: Gathered) -> bool:
    """Whether a server on the net has said something, be it good or bad."""
    return gathered.outcome != "failed" or gathered.trouble not in (None, "unreachable", "refused")
