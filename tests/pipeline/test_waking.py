"""Jobs are woken again and again, each as often as it is said."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from tests.pipeline.house import until
from wirewatch.waking import Waking

OFTEN, SELDOM = timedelta(milliseconds=20), timedelta(days=1)


async def test_each_is_woken_as_often_as_it_is_said() -> None:
    woken: list[str] = []

    async def wake(jobs: Sequence[str]) -> None:
        woken.extend(jobs)

    waking = Waking(wake, {"sweep": OFTEN, "housekeeping": SELDOM})
    task = asyncio.create_task(waking.run())
    await until(lambda: len(woken) >= 3)
    assert set(woken) == {"sweep"}
    # The clock was set: what was to come in a day may be due.
    waking.hurry()
    await until(lambda: "housekeeping" in woken)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    count = len(woken)
    await asyncio.sleep(5 * OFTEN.total_seconds())
    assert len(woken) <= count + 1
    waking.hurry()


async def test_what_is_woken_as_often_is_woken_together() -> None:
    woken: list[Sequence[str]] = []

    async def wake(jobs: Sequence[str]) -> None:
        woken.append(jobs)

    task = asyncio.create_task(Waking(wake, {"sweep": OFTEN, "index": SELDOM, "daily": OFTEN}).run())
    await until(lambda: bool(woken))
    assert woken[0] == ["sweep", "daily"]
    task.cancel()
    await asyncio.wait([task])


async def test_what_ends_before_the_first_time_wakes_nothing() -> None:
    woken: list[str] = []

    async def wake(jobs: Sequence[str]) -> None:
        woken.extend(jobs)

    waking = Waking(wake, {"sweep": SELDOM})
    task = asyncio.create_task(waking.run())
    await asyncio.sleep(0)
    waking.hurry()
    task.cancel()
    await asyncio.wait([task])
    assert woken == []
