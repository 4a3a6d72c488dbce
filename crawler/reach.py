"""Can a source not be reached, or has this machine no net?

Pure. A source is not charged for what is the machine's: when several hosts that were well cannot be
reached one after the other, and none answers in between, the machine counts as offline until any
host answers. Where there are fewer hosts, it does when no name server answers for any of them. Until
that is known the failures of a source count as one, which is taken back if the fault was here. Who is
told of it is `wirewatch/offline.py`; what a failure costs is `crawler/polling.py`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from yarl import URL

from archive.sources import SourceState
from crawler.gathering import Gathered
from crawler.polling import TOLD_AFTER, address_of
from crawler.source import Source

# What may be the source's trouble or the machine's.
LOST = ("unreachable", "unnamed")
# One or two hosts may be down at once; of three in a row the fault is here.
ENOUGH = 3
# An article's page is wanted for so long while nobody answers.
PAGE_PATIENCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """`answered_at` is when any host last answered; `lost` are hosts that were well and that could not
    be reached since, `unnamed` those of them for which no name server answered; `offline_since` is when
    they became too many for chance."""

    answered_at: datetime | None = None
    lost: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    offline_since: datetime | None = None


def after(
    reach: Reach,
    source: Source,
    state: SourceState,
    gathered: Gathered,
    *,
    began: datetime,
    now: datetime,
    hosts: int = ENOUGH,
) -> Reach:
    """What is known of this machine's net after a poll of `source`, whose state was `state`; the poll
    `began` then. `hosts` is how many the config names, if they are fewer than `ENOUGH`."""
    if answered(gathered):
        return Reach(answered_at=now)
    if gathered.trouble not in LOST:
        return reach
    unnamed = gathered.trouble == "unnamed"
    # A source that had failed so before tells nothing new: it may be down for good.
    if not _was_well(reach, state) and (not unnamed or state.trouble == "unnamed"):
        return reach
    # Many that time out together do not mean much, if others answered in that time.
    if reach.answered_at is not None and reach.answered_at > began:
        return reach
    host = frozenset({URL(address_of(source, state)).raw_host or ""})
    lost, without_name = reach.lost | host, reach.unnamed | host if unnamed else reach.unnamed
    enough = len(lost) >= ENOUGH or len(without_name) >= hosts
    return replace(
        reach, lost=lost, unnamed=without_name, offline_since=reach.offline_since or (now if enough else None)
    )


def as_counted(reach: Reach, state: SourceState, gathered: Gathered, hosts: int) -> SourceState:
    """`state` as a poll with this outcome counts on: while nobody has answered, and not every host was
    heard, it is not known whose fault a failure is, and it counts as one with that before it."""
    undecided = gathered.trouble in LOST and len(reach.lost) < hosts and _was_well(reach, state)
    return state._replace(failures=0) if undecided else state


def _was_well(reach: Reach, state: SourceState) -> bool:
    """Whether a source was well before the time in which nobody has answered."""
    if state.error_since is None or state.failures >= TOLD_AFTER or state.trouble not in LOST:
        return state.failures == 0
    return reach.answered_at is None or state.error_since > reach.answered_at


def is_worth_another_try(reach: Reach, failed_at: datetime, found_at: datetime, now: datetime) -> bool:
    """Whether a page for which no server answers, first at `failed_at`, is asked for once more: unless
    somebody else has answered since, this machine may be to blame."""
    online = reach.answered_at is not None and reach.answered_at > failed_at
    return not online and now - found_at < PAGE_PATIENCE


def excused(reach: Reach, gathered: Gathered) -> bool:
    """Whether a poll with this outcome is not to be counted: this machine is offline."""
    return reach.offline_since is not None and not answered(gathered)


_SILENT = (None, "unreachable", "unnamed", "refused")


def answered(gathered: Gathered) -> bool:
    """Whether a server on the net has said something, be it good or bad."""
    return gathered.outcome != "failed" or gathered.trouble not in _SILENT
