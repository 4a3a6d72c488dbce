"""What does Prometheus get to see, and under which names?

`Figures.of` gathers the numbers, `exposition` writes them: a prefix, base units, few labels and never an
address in one. All names stand in `docs/reference/metrics.md`. Answering requests is
`wirewatch/endpoints.py`; what is counted as it happens, `wirewatch/measures.py`.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from archive import articles, chats, deliveries, figures, sources
from crawler.health import STATES, health_of
from wirewatch.loop_lag import LoopLag
from wirewatch.measures import POLL_RESULTS, RESULTS, Measures
from wirewatch.rooms import Rooms

if TYPE_CHECKING:
    from prometheus_client import Metric

# Counting a million rows takes a while: whoever asks more often gets the same numbers (seconds).
COUNTED_FOR = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/metrics` shows, at one moment. `children` has starts and losses of each child process, `free`
    is None where the archive's disk is another machine's."""

    sources: Mapping[str, int]
    articles: int
    matches: Mapping[str, int]
    pending: int
    oldest_s: float
    deliveries: Mapping[str, int]
    unknown: Mapping[str, int]
    retry_after_s: float
    queues: Mapping[str, int]
    channels: tuple[str, ...]
    children: Mapping[str, tuple[int, int]]
    size: int
    free: int | None
    lag_s: float
    config_ok: bool
    config_at: float
    config_hash: int
    measures: Measures


@dataclass(slots=True)
class Counts:
    """What is counted over whole tables, and so only every `COUNTED_FOR`; `at` is monotonic seconds."""

    at: float
    articles: int
    matches: Mapping[str, int]
    deliveries: Mapping[str, int]
    unknown: Mapping[str, int]

    @classmethod
    def of(cls, conn: Connection) -> "Counts":
        """Counted now."""
        states = {str(state): number for state, number in deliveries.counts(conn).items()}
        return cls(
            monotonic(),
            articles.count(conn),
            figures.matches_by_watch(conn),
            states,
            deliveries.tallies(conn),
        )


class Gathering:
    """Gathers the figures of a daemon: `archive.read(Gathering(rooms, …).figures)`."""

    def __init__(self, rooms: Rooms, lag: LoopLag, config_hash: Callable[[], int]) -> None:
        self._rooms = rooms
        self._lag = lag
        self._config_hash = config_hash
        self._counts: Counts | None = None

    def figures(self, conn: Connection) -> Figures:
        """The figures as they are now."""
        if self._counts is None or monotonic() - self._counts.at >= COUNTED_FOR:
            self._counts = Counts.of(conn)
        rooms, counts, now = self._rooms, self._counts, self._rooms.clock()
        rules, config = rooms.rules, rooms.config
        oldest = figures.oldest_open(conn)
        waits = [chat.not_before for chat in chats.parked(conn, now) if chat.not_before is not None]
        return Figures(
            sources=_health(conn, rooms, now),
            articles=counts.articles,
            # A watch that has never fired shows as 0.
            matches=dict.fromkeys(rules.watches, 0) | dict(counts.matches),
            pending=deliveries.open_count(conn),
            oldest_s=max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0,
            deliveries=counts.deliveries,
            unknown=counts.unknown,
            retry_after_s=max(((end - now).total_seconds() for end in waits), default=0.0),
            queues=figures.queues(conn, now),
            channels=tuple(rules.channels),
            children={
                child.name: (child.starts, child.losses)
                for child in (rooms.tools.reading, rooms.tools.crawling)
            },
            size=figures.size(conn),
            free=_free(rules.settings.archive),
            lag_s=max(self._lag.recent, default=0.0),
            config_ok=not (config and config.mistakes),
            config_at=config.applied_at.timestamp() if config else 0.0,
            config_hash=self._config_hash(),
            measures=rooms.measures,
        )


def _free(archive: Path | str) -> int | None:
    return shutil.disk_usage(archive.parent).free if isinstance(archive, Path) else None


def _health(conn: Connection, rooms: Rooms, now: datetime) -> dict[str, int]:
    states = {state.source: state for state in sources.all_states(conn)}
    health = dict.fromkeys(map(str, STATES), 0)
    for name, source in rooms.rules.sources.items():
        health[health_of(source, states.get(name), rooms.rules.settings.fetch, now)] += 1
    return health


def exposition(seen: Figures) -> bytes:
    """The figures in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Once(Collector):
        def collect(self) -> "Iterator[Metric]":
            yield from _single(seen)
            yield from _labelled(seen)
            yield from _histograms(seen)

    # Of its own: the library's common registry would add what it knows of the process.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Once())
    return generate_latest(registry)


def _single(seen: Figures) -> "Iterator[Metric]":
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

    yield InfoMetricFamily("wirewatch_build", "Which Wirewatch runs.", value={"version": _version()})
    gauges = (
        ("articles", "Articles in the archive.", seen.articles),
        ("outbox_pending", "Deliveries that may still be sent.", seen.pending),
        ("outbox_oldest_seconds", "Age of the oldest delivery that may be sent.", seen.oldest_s),
        ("telegram_retry_after_seconds", "How long the chat waits that waits longest.", seen.retry_after_s),
        ("loop_lag_seconds", "The worst lateness of the loop in a minute.", seen.lag_s),
        ("archive_bytes", "Size of the archive.", seen.size),
        (
            "config_last_reload_successful",
            "1 while the newest edit of the config is in force, 0 while it is wrong.",
            int(seen.config_ok),
        ),
        (
            "config_last_reload_success_timestamp_seconds",
            "When the config in force was taken.",
            seen.config_at,
        ),
        ("config_hash", "Differs where the files of the config in force differ.", seen.config_hash),
    )
    for name, words, value in gauges:
        yield GaugeMetricFamily(f"wirewatch_{name}", words, value=value)
    if seen.free is not None:
        yield GaugeMetricFamily(
            "wirewatch_archive_free_bytes", "What is free on the archive's disk.", value=seen.free
        )
    yield CounterMetricFamily(
        "wirewatch_articles_new", "Articles that polls have brought.", value=seen.measures.new_articles
    )


def _labelled(seen: Figures) -> "Iterator[Metric]":
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

    said = seen.measures
    gauges = (
        ("sources", "Sources of the config by health.", "state", seen.sources),
        ("outbox_deliveries", "Deliveries in the archive by state.", "state", seen.deliveries),
        ("unknown_outcomes", "What became of messages that may have arrived.", "outcome", seen.unknown),
        ("queue_length", "What is due and not begun.", "queue", seen.queues),
    )
    for name, words, label, values in gauges:
        gauge = GaugeMetricFamily(f"wirewatch_{name}", words, labels=[label])
        for value, number in values.items():
            gauge.add_metric([value], number)
        yield gauge
    polls: dict[str, int] = {result: said.polls[result] for result in POLL_RESULTS}
    starts = {child: number for child, (number, _) in seen.children.items()}
    losses = {child: number for child, (_, number) in seen.children.items()}
    counters: tuple[tuple[str, str, str, Mapping[str, int]], ...] = (
        ("matches", "Articles on which a watch fired.", "watch", seen.matches),
        ("source_polls", "Polls by how they ended.", "result", polls),
        ("child_starts", "Child processes that came up.", "child", starts),
        ("child_losses", "Tasks that took their child process with them.", "child", losses),
    )
    for name, words, label, values in counters:
        counter = CounterMetricFamily(f"wirewatch_{name}", words, labels=[label])
        for value, number in values.items():
            counter.add_metric([value], number)
        yield counter
    attempts = CounterMetricFamily(
        "wirewatch_deliveries", "Attempts to send, by how they were answered.", labels=["channel", "result"]
    )
    none = dict.fromkeys((channel, result) for channel in seen.channels for result in RESULTS.values())
    for channel, result in none | dict.fromkeys(said.deliveries):
        attempts.add_metric([channel, result], said.deliveries[channel, result])
    yield attempts


def _histograms(seen: Figures) -> "Iterator[Metric]":
    from prometheus_client.metrics_core import HistogramMetricFamily

    said = seen.measures
    polls = HistogramMetricFamily("wirewatch_poll_duration_seconds", "From a poll's begin to what it left.")
    polls.add_metric([], said.poll_seconds.buckets(), said.poll_seconds.sum)
    yield polls
    latency = HistogramMetricFamily(
        "wirewatch_alert_latency_seconds",
        "From an article's publication, or its finding, to the alert in the chat.",
        labels=["since"],
    )
    for since, histogram in (("published", said.published), ("found", said.found)):
        latency.add_metric([since], histogram.buckets(), histogram.sum)
    yield latency


def _version() -> str:
    try:
        return version("wirewatch")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "dev"
