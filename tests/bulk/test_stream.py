"""Outcomes come as they happen, and leaving early loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from sentori_async.bulk.intake import Outlet
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.errors import AuthenticationError, BulkError, ConfigurationError
from tests.bulk.fakes import FakeRowPlan, Wire, until
from tests.bulk.test_engine import api_error, engine_of, failing


async def test_leaving_early_takes_no_new_rows_and_settles_those_in_flight() -> None:
    taken: list[str] = []

    def rows() -> Iterator[str]:
        for n in range(10_000):
            taken.append(f"c{n}:1")
            yield taken[-1]

    wire = Wire()
    async with OutcomeStream(engine_of(rows(), wire)) as outcomes:
        async for outcome in outcomes:
            assert outcome.index == 0
            break

    assert outcomes.report.total == len(taken) == len(wire.sent)
    assert len(taken) < 100
    assert wire.in_flight == []


async def test_a_slow_reader_holds_the_rows_back() -> None:
    taken = 0

    def rows() -> Iterator[str]:
        nonlocal taken
        for n in range(5_000):
            taken += 1
            yield f"c{n}:1"

    async with OutcomeStream(engine_of(rows(), Wire())) as outcomes:
        await anext(outcomes)
        for _ in range(10_000):
            await asyncio.sleep(0)
        assert taken < 1_100
        rest = [outcome async for outcome in outcomes]

    assert len(rest) == 4_999


async def test_a_page_holds_all_that_is_ready() -> None:
    pages: list[int] = []
    async with OutcomeStream(engine_of([f"c{n}:1" for n in range(100)], Wire())) as outcomes:
        while page := await outcomes.page():
            pages.append(len(page))

    assert sum(pages) == 100
    assert len(pages) < 100


async def test_an_abort_is_raised_after_the_last_outcome() -> None:
    wire = Wire(failing({"a:1": api_error(AuthenticationError, 403)}))
    seen = []
    with pytest.raises(BulkError) as caught:
        async with OutcomeStream(engine_of(["a:1", "b:1"], wire)) as outcomes:
            async for outcome in outcomes:
                seen.append(outcome.status)  # noqa: PERF401 - what was seen before the error counts

    assert seen == ["skipped"]
    assert caught.value.report.skipped == 1


async def test_an_abort_nobody_saw_is_raised_when_the_block_is_left() -> None:
    wire = Wire(failing({"a:1": api_error(AuthenticationError, 403)}))
    with pytest.raises(BulkError):
        async with OutcomeStream(engine_of(["a:1"], wire)):
            await until(lambda: bool(wire.sent))


async def test_an_abort_seen_in_the_block_is_not_raised_twice() -> None:
    wire = Wire(failing({"a:1": api_error(AuthenticationError, 403)}))
    async with OutcomeStream(engine_of(["a:1"], wire)) as outcomes:
        with pytest.raises(BulkError):
            await outcomes.page()
            await outcomes.page()


async def test_the_blocks_own_error_goes_before_the_abort() -> None:
    wire = Wire(failing({"a:1": api_error(AuthenticationError, 403)}))
    with pytest.raises(ZeroDivisionError):
        async with OutcomeStream(engine_of(["a:1"], wire)):
            raise ZeroDivisionError


async def test_cancelling_the_reader_cancels_the_job() -> None:
    async def answer(path: str) -> None:
        if path != "a:1":
            await asyncio.Event().wait()

    wire = Wire(answer)

    async def read() -> None:
        async with OutcomeStream(engine_of(["a:1", "b:1", "c:1"], wire)) as outcomes:
            async for _ in outcomes:
                pass

    task = asyncio.create_task(read())
    await until(lambda: len(wire.in_flight) == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert wire.in_flight == []


async def test_a_stream_outside_its_block_says_what_to_write() -> None:
    stream = OutcomeStream(engine_of(["a:1"], Wire()))
    with pytest.raises(ConfigurationError, match="async with"):
        await anext(stream)


def test_the_fake_plan_is_what_the_engine_expects() -> None:
    assert FakeRowPlan().plan("a+b:1").keys == ("a", "b")


class _Room(Outlet):
    """Holds back the workers that come while an input is at its end."""

    def __init__(self) -> None:
        self.at_end = asyncio.Event()
        self.released = asyncio.Event()
        self.held = 0

    @property
    def full(self) -> bool:
        return self.at_end.is_set() and self.held < 2

    def put(self, outcome: BulkOutcome) -> None:
        pass

    async def room(self) -> None:
        self.held += 1
        await self.released.wait()


async def test_workers_that_were_held_back_while_the_input_ended_end_too() -> None:
    room, gate = _Room(), asyncio.Event()

    async def rows() -> AsyncIterator[str]:
        for name in "abc":
            yield f"{name}:1"
        room.at_end.set()
        await gate.wait()

    async def answer(path: str) -> None:
        if path != "a:1":
            await room.at_end.wait()

    engine = engine_of(rows(), Wire(answer), workers=3)
    engine.attach(room)
    job = asyncio.create_task(engine.run())
    await until(lambda: room.held == 2)
    gate.set()
    await until(lambda: engine._ended)
    room.released.set()
    async with asyncio.timeout(5):
        await job

    assert engine.report.total == 3
