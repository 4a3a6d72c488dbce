"""Where does the demo get its news from, without the internet?

An HTTP server on loopback, one address an outlet, that publishes our own articles by a schedule.
What is published lies in `articles/`, when is `schedule.py`, what is answered to a request
`answers.py`; here are the sockets, the log of requests, and what an observer may expect.
"""

import asyncio
import contextlib
import errno
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from wirewatch.demo.answers import Answer, Asked, Place, answer
from wirewatch.demo.outlets import NewsItem, load_outlets
from wirewatch.demo.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the newsroom saw it; `size` is what the body took on the wire, in bytes."""

    time: datetime
    outlet: str
    path: str
    status: int
    if_none_match: str | None
    if_modified_since: str | None
    user_agent: str
    size: int


@dataclass(frozen=True, slots=True)
class Expected:
    """One alert that a reader of all sources must get.

    `at` is seconds after the schedule began, `published` the same in UTC; `copies` are the addresses
    at which other outlets carry the same text; `sources` names all that carry it, sorted.
    """

    title: str
    url: str
    watches: frozenset[str]
    sources: tuple[str, ...]
    copies: tuple[str, ...]
    language: str
    at: float
    published: datetime


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


class Newsroom:
    """All outlets on the air, as an async context manager.

    `now` is the clock of the schedule, `sleep` what a slow outlet waits with. With `waits`, nothing
    new is published until `begin()`, so that a daemon that is slow to start meets every source
    before its first news. The outlets are bound to `network`.1, `network`.2 and so on; where those
    addresses do not exist (macOS has 127.0.0.1 alone), all share 127.0.0.1, each under /its-name.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = utc_now,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        waits: bool = False,
        network: str = "127.0.1",
    ) -> None:
        self.requests: list[Visit] = []
        self._outlets = load_outlets()
        self._now = now
        self._sleep = sleep
        self._waits = waits
        self._network = network
        self._places: dict[str, Place] = {}
        self._by_address: dict[str, Place] = {}
        self._fetches: Counter[str] = Counter()
        self._runner: web.AppRunner | None = None
        self._schedule: Schedule | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Every outlet with its address; RuntimeError before the newsroom is open."""
        if not self._places:
            raise RuntimeError("the newsroom is not open: use it in `async with`")
        return tuple(self._places.values())

    @property
    def lasts(self) -> float:
        """Seconds from the beginning of the schedule to the last publication."""
        return max(item.at for outlet in self._outlets for item in outlet.items if item.at is not None)

    def sources(self) -> list[dict[str, object]]:
        """Every outlet's entry for `config/sources/*.yaml`."""
        return [place.outlet.source(place.base) for place in self.places]

    def unread(self) -> frozenset[str]:
        """The outlets whose source nobody has fetched yet."""
        return frozenset(place.outlet.name for place in self.places) - self._fetches.keys()

    def begin(self) -> None:
        """Let the seconds of the schedule count from now on."""
        self._schedule = Schedule(self._open().opened, self._now())

    def expected(self) -> list[Expected]:
        """The alerts to come, in order of publication; RuntimeError before the schedule began."""
        carried: dict[str, list[tuple[Place, NewsItem]]] = {}
        for place in self.places:
            for item in place.outlet.items:
                if item.at is not None and item.watches:
                    story = item.copy_of or f"{place.outlet.name}/{item.slug}"
                    carried.setdefault(story, []).append((place, item))
        alerts = [self._expected(copies) for copies in carried.values()]
        return sorted(alerts, key=lambda alert: alert.at)

    def silent(self) -> frozenset[str]:
        """The titles that no alert may bear: beside the point, or older than a day."""
        items = [item for outlet in self._outlets for item in outlet.items]
        return frozenset(item.title for item in items if item.at is None or not item.watches)

    async def __aenter__(self) -> Self:
        sockets = _bind([f"{self._network}.{place + 1}" for place in range(len(self._outlets))])
        self._settle(sockets)
        application = web.Application()
        application.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        now = self._now()
        self._schedule = Schedule(now, None if self._waits else now)
        for listening in sockets:
            await web.SockSite(self._runner, listening).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def _open(self) -> Schedule:
        if self._schedule is None:
            raise RuntimeError("the newsroom is not open: use it in `async with`")
        return self._schedule

    def _expected(self, carried: list[tuple[Place, NewsItem]]) -> Expected:
        by_time = sorted(carried, key=lambda pair: pair[1].at or 0.0)
        place, item = by_time[0]
        published = self._open().published(item)
        if published is None or item.at is None:
            raise RuntimeError("the schedule has not begun: call begin() first")
        links = [carrier.link(copy) for carrier, copy in by_time]
        return Expected(
            title=item.title,
            url=links[0],
            watches=item.watches,
            sources=tuple(sorted(carrier.outlet.name for carrier, _ in by_time)),
            copies=tuple(links[1:]),
            language=place.outlet.language,
            at=item.at,
            published=published,
        )

    def _settle(self, sockets: list[socket.socket]) -> None:
        """Give every outlet its address: a socket of its own, or a folder where there is but one."""
        shared = len(sockets) == 1
        for index, outlet in enumerate(self._outlets):
            host, port = sockets[0 if shared else index].getsockname()
            base = f"http://{host}:{port}"
            place = Place(outlet, f"{base}/{outlet.name}" if shared else base)
            self._places[outlet.name] = place
            if not shared:
                self._by_address[host] = place

    def _addressed(self, request: web.Request) -> tuple[Place | None, str]:
        """The outlet a request is for and the path there; None where nobody lives."""
        if self._by_address:
            # The address that was called, not the Host header, which a client may choose.
            called = request.get_extra_info("sockname")[0]
            return self._by_address[called], request.path
        name, _, path = request.path.lstrip("/").partition("/")
        return self._places.get(name), f"/{path}"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        now = self._now()
        place, path = self._addressed(request)
        if place is None:
            return web.Response(status=404, text="Not found\n")
        if path == place.outlet.source_path:
            self._fetches[place.outlet.name] += 1
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(path, headers, self._fetches[place.outlet.name])
        given = answer(place, asked, self._open(), now)
        body = b"" if request.method == "HEAD" else given.body
        self.requests.append(
            Visit(
                now,
                place.outlet.name,
                path,
                given.status,
                headers.get("if-none-match"),
                headers.get("if-modified-since"),
                headers.get("user-agent", ""),
                len(body),
            )
        )
        return await self._send(request, given, body)

    async def _send(self, request: web.Request, given: Answer, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(status=given.status, headers=given.headers)
        if given.status != 304:
            response.content_length = len(given.body)
        await response.prepare(request)
        if given.wait:
            await self._sleep(given.wait)
        # Who asks may have ended meanwhile; there is nobody left to answer then.
        with contextlib.suppress(ConnectionResetError):
            if body:
                await response.write(body)
            await response.write_eof()
        return response


def _bind(addresses: list[str]) -> list[socket.socket]:
    """A listening socket for each address, all on one port; one on 127.0.0.1 where there is no other."""
    for _ in range(20):
        bound: list[socket.socket] = []
        try:
            for address in addresses:
                bound.append(_listen(address, bound[0].getsockname()[1] if bound else 0))
        except OSError as error:
            for listening in bound:
                listening.close()
            if error.errno == errno.EADDRNOTAVAIL:
                return [_listen("127.0.0.1", 0)]
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        return bound
    raise OSError(errno.EADDRINUSE, "no port is free on all addresses of the newsroom")


def _listen(address: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.bind((address, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
