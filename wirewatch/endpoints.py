"""How do other programs ask whether Wirewatch is well?

`GET /healthz`, `/readyz` and `/metrics` on `http.listen`. Metrics bear the names that Prometheus
asks for: prefix, base unit, few labels. A person asks with `wirewatch status`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from time import monotonic
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from archive import articles, deliveries, facts, figures, sources
from archive.archive import plain_error
from crawler.health import STATES, health_of
from wirewatch.loop_lag import LoopLag
from wirewatch.main_file import Listen
from wirewatch.rooms import Rooms

if TYPE_CHECKING:
    from prometheus_client import Metric

log = logging.getLogger("wirewatch")

# A writer that is held longer than this (seconds) does not count as ready.
WRITE_WAIT = 5.0
# Counting a million rows takes a while: whoever asks more often gets the same numbers (seconds).
COUNTED_FOR = 10.0
# Written and read by nobody else.
PROBE = "readiness_probe"


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/metrics` shows, at one moment."""

    sources: Mapping[str, int]
    articles: int
    matches: Mapping[str, int]
    pending: int
    oldest_s: float
    deliveries: Mapping[str, int]
    lag_s: float
    size: int
    config_ok: bool
    config_at: float


@asynccontextmanager
async def serving(rooms: Rooms, lag: LoopLag) -> AsyncIterator[Listen | None]:
    """Answer while inside; gives where, or None where nothing listens (off, or the port is in use)."""
    wanted = rooms.rules.settings.http.listen
    if wanted is None:
        yield None
        return
    runner = web.AppRunner(_application(rooms, lag), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        yield await _listen(runner, wanted)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, wanted: Listen) -> Listen | None:
    try:
        await web.TCPSite(runner, wanted.host, wanted.port).start()
    except OSError as error:
        log.warning(
            "no health and metrics, since %s cannot be listened on: %s", wanted, error.strerror or error
        )
        return None
    host, port, *_ = runner.addresses[0]
    where = Listen(host, port)
    log.info("health and metrics are at http://%s", where)
    return where


def _application(rooms: Rooms, lag: LoopLag) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        # That it is answered says it: the loop runs.
        return web.Response(text="ok\n")

    async def readyz(_request: web.Request) -> web.Response:
        problem = await why_not_ready(rooms)
        return web.Response(text=f"{problem or 'ready'}\n", status=503 if problem else 200)

    counted: Counts | None = None

    def gather(conn: Connection) -> Figures:
        nonlocal counted
        if counted is None or monotonic() - counted.at >= COUNTED_FOR:
            counted = Counts.of(conn)
        return _gather(conn, rooms, lag, counted, rooms.clock())

    async def metrics(_request: web.Request) -> web.Response:
        from prometheus_client import CONTENT_TYPE_LATEST

        seen = await rooms.archive.read(gather)
        return web.Response(body=exposition(seen), headers={"Content-Type": CONTENT_TYPE_LATEST})

    application = web.Application()
    for answer in (healthz, readyz, metrics):
        application.router.add_get(f"/{answer.__name__}", answer)
    return application


async def why_not_ready(rooms: Rooms) -> str | None:
    """What is missing before work can be done; None when nothing is."""
    now = rooms.clock()
    try:
        async with asyncio.timeout(WRITE_WAIT):
            await rooms.archive.write(lambda conn: facts.put(conn, PROBE, now.isoformat()))
            states = await rooms.archive.read(sources.all_states)
    except TimeoutError:
        return f"the archive could not be written within {WRITE_WAIT:g} s"
    except DBAPIError as error:
        return plain_error(error)
    unplanned = rooms.rules.sources.keys() - {state.source for state in states}
    return f"{len(unplanned)} sources have not been planned yet" if unplanned else None


@dataclass(slots=True)
class Counts:
    """What is counted over whole tables, and so only every `COUNTED_FOR`; `at` is monotonic seconds."""

    at: float
    articles: int
    matches: Mapping[str, int]

    @classmethod
    def of(cls, conn: Connection) -> "Counts":
        """Counted now."""
        return cls(monotonic(), articles.count(conn), figures.matches_by_watch(conn))


def _gather(conn: Connection, rooms: Rooms, lag: LoopLag, counts: Counts, now: datetime) -> Figures:
    rules, config = rooms.rules, rooms.config
    states = {state.source: state for state in sources.all_states(conn)}
    health = dict.fromkeys(map(str, STATES), 0)
    for name, source in rules.sources.items():
        health[health_of(source, states.get(name), rules.settings.fetch, now)] += 1
    oldest = figures.oldest_open(conn)
    return Figures(
        health,
        counts.articles,
        # A watch that has never fired shows as 0.
        dict.fromkeys(rules.watches, 0) | dict(counts.matches),
        deliveries.open_count(conn),
        max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0,
        {str(state): number for state, number in deliveries.counts(conn).items()},
        max(lag.recent, default=0.0),
        figures.size(conn),
        not (config and config.mistakes),
        config.applied_at.timestamp() if config else 0.0,
    )


def exposition(seen: Figures) -> bytes:
    """The figures in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Once(Collector):
        def collect(self) -> "Iterator[Metric]":
            return _families(seen)

    # Of its own: the library's common registry would add what it knows of the process.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Once())
    return generate_latest(registry)


def _families(seen: Figures) -> "Iterator[Metric]":
    from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

    yield InfoMetricFamily("wirewatch_build", "Which Wirewatch runs.", value={"version": _version()})
    single = (
        ("wirewatch_articles", "Articles in the archive.", seen.articles),
        ("wirewatch_outbox_pending", "Deliveries that may still be sent.", seen.pending),
        ("wirewatch_outbox_oldest_seconds", "Age of the oldest delivery that may be sent.", seen.oldest_s),
        ("wirewatch_loop_lag_seconds", "The worst lateness of the loop in a minute.", seen.lag_s),
        ("wirewatch_archive_bytes", "Size of the archive.", seen.size),
        (
            "wirewatch_config_last_reload_successful",
            "1 while the newest edit of the config is in force, 0 while it is wrong.",
            int(seen.config_ok),
        ),
        (
            "wirewatch_config_last_reload_success_timestamp_seconds",
            "When the config in force was taken.",
            seen.config_at,
        ),
    )
    for name, words, value in single:
        yield GaugeMetricFamily(name, words, value=value)
    by_state = (
        ("wirewatch_sources", "Sources of the config by health.", seen.sources),
        ("wirewatch_deliveries", "Deliveries in the archive by state.", seen.deliveries),
    )
    for name, words, values in by_state:
        gauge = GaugeMetricFamily(name, words, labels=["state"])
        for state, number in values.items():
            gauge.add_metric([state], number)
        yield gauge
    matches = CounterMetricFamily("wirewatch_matches", "Articles on which a watch fired.", labels=["watch"])
    for watch, number in seen.matches.items():
        matches.add_metric([watch], number)
    yield matches


def _version() -> str:
    try:
        return version("wirewatch")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "dev"
