"""The clock that the other tests trust keeps time exactly."""

import asyncio

import pytest

from tests.clock import Deadlock, now, run


def test_sleep_takes_exactly_its_time_and_no_more() -> None:
    async def naps() -> list[float]:
        moments = [now()]
        for wait_s in (0.1, 0.2, 86400 * 3):
            await asyncio.sleep(wait_s)
            moments.append(now())
        return moments

    assert run(naps()) == [0.0, 0.1, 0.1 + 0.2, 0.1 + 0.2 + 86400 * 3]


def test_timers_of_many_tasks_fire_in_order_of_time() -> None:
    async def sleeper(wait_s: float) -> float:
        await asyncio.sleep(wait_s)
        return now()

    async def together() -> list[float]:
        return [await done for done in asyncio.as_completed(map(sleeper, (3, 1, 2)))]

    assert run(together()) == [1.0, 2.0, 3.0]


def test_timeout_ends_a_wait_at_its_very_moment() -> None:
    async def bounded() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7):
                await asyncio.Event().wait()
        return now()

    assert run(bounded()) == 7.0


def test_wait_that_nothing_ends_is_a_deadlock_and_not_a_hang() -> None:
    with pytest.raises(Deadlock):
        run(asyncio.Event().wait())


def test_loop_that_only_yields_is_never_taken_for_deadlocked() -> None:
    async def spin() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return now()

    assert run(spin()) == 0.0
