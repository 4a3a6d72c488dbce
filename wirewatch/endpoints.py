"""How do other programs ask whether Wirewatch is well, or have it read its config?

`GET /healthz`, `/readyz`, `/metrics` and `POST /-/reload` on `http.listen`. Whom it answers is
`wirewatch/browser_guard.py`, what the metrics are `wirewatch/metrics.py`. A person asks with
`wirewatch status`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from archive import facts, sources
from archive.archive import plain_error
from wirewatch.browser_guard import guarded
from wirewatch.main_file import Listen
from wirewatch.metrics import Gathering, exposition
from wirewatch.rooms import Rooms

log = logging.getLogger("wirewatch")

# A writer that is held longer than this (seconds) does not count as ready.
WRITE_WAIT = 5.0
# Written and read by nobody else.
PROBE = "readiness_probe"
# An edit that is not in force by then waits for the archive (seconds).
RELOAD_WAIT = 30.0

# Reads the config now; what is wrong with it, a line a mistake.
Reload: TypeAlias = Callable[[], Awaitable[Sequence[str]]]


@asynccontextmanager
async def serving(rooms: Rooms, gathering: Gathering, reload: Reload) -> AsyncIterator[Listen | None]:
    """Answer while inside; gives where, or None where nothing listens (off, or the port is in use)."""
    wanted = rooms.rules.settings.http.listen
    if wanted is None:
        yield None
        return
    application = _application(rooms, gathering, reload)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
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


def _application(rooms: Rooms, gathering: Gathering, reload: Reload) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        # That it is answered says it: the loop runs.
        return web.Response(text="ok\n")

    async def readyz(_request: web.Request) -> web.Response:
        problem = await why_not_ready(rooms)
        return web.Response(text=f"{problem or 'ready'}\n", status=503 if problem else 200)

    async def metrics(_request: web.Request) -> web.Response:
        from prometheus_client import CONTENT_TYPE_LATEST

        seen = await rooms.archive.read(gathering.figures)
        return web.Response(body=exposition(seen), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def read_config(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(RELOAD_WAIT):
                mistakes = await reload()
        except TimeoutError:
            text = f"the config was not taken within {RELOAD_WAIT:g} s; see the log\n"
            return web.Response(text=text, status=503)
        if mistakes:
            return web.Response(text="".join(f"{line}\n" for line in mistakes), status=400)
        return web.Response(text="the config is in force\n")

    application = web.Application(middlewares=[guarded])
    for answer in (healthz, readyz, metrics):
        application.router.add_get(f"/{answer.__name__}", answer)
    application.router.add_post("/-/reload", read_config)
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
