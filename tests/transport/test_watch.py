"""One timer ends every block in time, and none before."""

import asyncio
import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.transport.watch import Watch
from tests.clock import now, run


async def block(watch: Watch, end: float, *, stays_s: float) -> str:
    """Stay for a while and tell when, and how, that ended."""
    try:
        with watch.until(end):
            await asyncio.sleep(stays_s)
            return f"done at {now():g}"
    except TimeoutError:
        return f"ended at {now():g}"


BLOCK = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))


@given(st.lists(BLOCK, max_size=12))
def test_every_block_ends_when_it_is_done_or_at_its_end_whatever_comes_first(
    blocks: list[tuple[int, int, int]],
) -> None:
    async def one(watch: Watch, begins: int, takes: int, stays: int) -> str:
        await asyncio.sleep(begins)
        return await block(watch, begins + takes + 0.5, stays_s=stays)

    async def together() -> list[str]:
        watch = Watch(asyncio.get_running_loop())
        return await asyncio.gather(*(one(watch, *times) for times in blocks))

    assert run(together()) == [
        f"done at {begins + stays}" if stays <= takes else f"ended at {begins + takes + 0.5}"
        for begins, takes, stays in blocks
    ]


def test_all_can_be_ended_at_once() -> None:
    async def end() -> list[str]:
        watch = Watch(asyncio.get_running_loop())
        tasks = [asyncio.create_task(block(watch, 50.0, stays_s=n)) for n in (1, 20, 30)]
        await asyncio.sleep(5.0)
        watch.end_all()
        return await asyncio.gather(*tasks)

    assert run(end()) == ["done at 1", "ended at 5", "ended at 5"]


def test_cancellation_is_no_end() -> None:
    async def cancelled() -> None:
        watch = Watch(asyncio.get_running_loop())
        task = asyncio.create_task(block(watch, 5.0, stays_s=20.0))
        await asyncio.sleep(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(cancelled())


def test_timer_that_is_left_over_keeps_nobody_alive() -> None:
    async def drop() -> bool:
        watch = Watch(asyncio.get_running_loop())
        await block(watch, 60.0, stays_s=1.0)
        gone = weakref.ref(watch)
        del watch
        gc.collect()
        return gone() is None

    assert run(drop())
