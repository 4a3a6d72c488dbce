"""Jobs are woken again and again, each as often as it is said."""

import asyncio
from datetime import timedelta

from tests.pipeline.house import until
from wirewatch.waking import Waking

OFTEN, SELDOM = timedelta(milliseconds=20), timedelta(days=1)


async def test_each_is_woken_as_often_as_it_is_said() -> None:
    woken: list[str] = []

    async def wake(job: str) -> None:
        woken.append(job)

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


async def test_what_ends_before_the_first_time_wakes_nothing() -> None:
    woken: list[str] = []

    async def wake(job: str) -> None:
        woken.append(job)

    waking = Waking(wake, {"sweep": SELDOM})
    task = asyncio.create_task(waking.run())
    await asyncio.sleep(0)
    waking.hurry()
    task.cancel()
    await asyncio.wait([task])
    assert woken == []
