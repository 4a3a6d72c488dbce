"""How does a source fare, in one word?

Pure: the source, what is remembered of it and `now` make one of `STATES`. What a failure costs is
`crawler/polling.py`; what operators are told of a change is decided there too.
"""

from datetime import datetime
from typing import Literal, get_args

from archive.sources import SourceState
from crawler.polling import TOLD_AFTER, address_of, interval_of
from crawler.rhythm import stale_after
from crawler.source import FetchSettings, Source

# failing: twice in a row or more. blocked: as failing, because the site refuses us. empty: as failing,
# because answers hold no entries. waiting: failed once, and is tried again. stale: silent far beyond
# its own rhythm. moved: asked at another address than the config's. The worst first.
State = Literal["failing", "blocked", "empty", "waiting", "stale", "moved", "never polled", "ok"]
STATES: tuple[State, ...] = get_args(State)
# States in which a source gives nothing until somebody does something about it.
BAD: tuple[State, ...] = ("failing", "blocked", "empty")


def health_of(source: Source, state: SourceState | None, fetch: FetchSettings, now: datetime) -> State:
    """The one word; `state` is None for a source that the archive does not know yet."""
    if state is None or state.last_polled_at is None:
        return "never polled"
    if state.failures:
        if state.failures < TOLD_AFTER:
            return "waiting"
        match state.trouble:
            case "blocked" | "empty" as kind:
                return kind
            case _:
                return "failing"
    silent_since = state.last_new_at or state.first_success_at
    if silent_since is not None and now - silent_since > stale_after(interval_of(state, fetch)):
        return "stale"
    return "moved" if address_of(source, state) != source.url else "ok"
