"""One timer ends every block in time, and none before."""

import asyncio
import gc
import math
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


class Peer:
    """A connection whose peer says something at given times, and what it fails when it does not."""

    def __init__(self, *says_at: float) -> None:
        self.heard_at = 0.0
        self.silent_at: float | None = None
        self._says_at = says_at

    async def talk(self) -> None:
        for moment in self._says_at:
            await asyncio.sleep(moment - now())
            self.heard_at = now()

    def fall_silent(self) -> None:
        self.silent_at = now()


@pytest.mark.parametrize(
    ("says_at", "silent_at"),
    [((), 5.0), ((3.0,), 8.0), ((1.0, 4.0, 8.5), 13.5), ((4.0, 8.0, 12.0, 16.0), None)],
)
def test_silence_is_counted_from_the_last_word_to_the_moment(
    says_at: tuple[float, ...], silent_at: float | None
) -> None:
    async def listen() -> float | None:
        watch, peer = Watch(asyncio.get_running_loop()), Peer(*says_at)
        talking = asyncio.create_task(peer.talk())
        with watch.until(100.0) as block:
            block.listen(peer, 5.0)
            await asyncio.sleep(20.0)
        await talking
        return peer.silent_at

    assert run(listen()) == silent_at


def test_end_comes_first_where_a_silence_may_last_longer() -> None:
    async def listen() -> tuple[float, float | None]:
        watch, peer = Watch(asyncio.get_running_loop()), Peer()
        with pytest.raises(TimeoutError), watch.until(3.0) as block:
            block.listen(peer, 5.0)
            await asyncio.sleep(20.0)
        return now(), peer.silent_at

    assert run(listen()) == (3.0, None)


def test_end_comes_first_also_where_the_silence_began_late() -> None:
    async def listen() -> float:
        watch, peer = Watch(asyncio.get_running_loop()), Peer(3.0)
        talking = asyncio.create_task(peer.talk())
        with pytest.raises(TimeoutError), watch.until(7.0) as block:
            block.listen(peer, 5.0)
            await asyncio.sleep(20.0)
        await talking
        return now()

    assert run(listen()) == 7.0


def test_task_that_has_left_a_block_is_not_disturbed_by_its_end() -> None:
    async def leave() -> float:
        watch = Watch(asyncio.get_running_loop())
        with watch.until(5.0):
            await asyncio.sleep(1.0)
        await asyncio.sleep(9.0)
        return now()

    assert run(leave()) == 10.0


def test_nothing_is_silent_while_nothing_is_expected() -> None:
    async def listen() -> float | None:
        watch, peer = Watch(asyncio.get_running_loop()), Peer()
        with watch.until(100.0) as block:
            block.listen(peer, 5.0)
            peer.heard_at = math.inf
            await asyncio.sleep(20.0)
            peer.heard_at = now()
            await asyncio.sleep(20.0)
        return peer.silent_at

    assert run(listen()) == 25.0


def test_cancellation_at_the_moment_of_the_end_stays_one() -> None:
    """Whoever cancels is obeyed, even if the end would have come just then."""

    async def cancelled() -> bool:
        watch = Watch(asyncio.get_running_loop())
        task = asyncio.create_task(block(watch, 5.0, stays_s=20.0))
        await asyncio.sleep(1.0)
        asyncio.get_running_loop().call_at(5.0, task.cancel)
        await asyncio.wait([task])
        return task.cancelled()

    assert run(cancelled())


def test_timer_that_is_left_over_keeps_nobody_alive() -> None:
    async def drop() -> bool:
        watch = Watch(asyncio.get_running_loop())
        await block(watch, 60.0, stays_s=1.0)
        gone = weakref.ref(watch)
        del watch
        gc.collect()
        return gone() is None

    assert run(drop())
