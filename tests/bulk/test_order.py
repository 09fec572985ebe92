"""Rows of one contact wait for each other without holding up the rows of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.engine import Engine
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.bulk.turns import Turns
from sentori_async.errors import AuthenticationError, BulkError
from tests.bulk.fakes import FakeChunkPlan, FakeRowPlan, Wire, until
from tests.bulk.test_engine import api_error
from tests.clock import now, run


def engine_of(rows: Any, wire: Wire, *, workers: int = 4) -> Engine[Any]:
    return RowEngine(source_of(rows), wire.send, FakeRowPlan(), workers=workers)


class HotTurns(RuleBasedStateMachine):
    """The lines of a few contacts, against the order in which units joined them."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[tuple[int, tuple[str, ...]]] = Turns()
        self.joined = 0
        self.going: list[tuple[int, tuple[str, ...]]] = []
        self.gone: dict[str, int] = {}

    @rule(keys=st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True))
    def join(self, keys: list[str]) -> None:
        unit = (self.joined, tuple(keys))
        self.joined += 1
        if self.turns.join(unit[1], unit):
            self.going.append(unit)

    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        self.going += self.turns.ready
        self.turns.ready.clear()
        if self.going:
            unit = self.going.pop(data.draw(st.integers(0, len(self.going) - 1)))
            for key in unit[1]:
                assert self.gone.get(key, -1) < unit[0], "it overtook an earlier one"
                self.gone[key] = unit[0]
            self.turns.leave(unit[1])

    @invariant()
    def no_two_share_a_contact(self) -> None:
        busy = [key for _, keys in (*self.going, *self.turns.ready) for key in keys]
        assert len(busy) == len(set(busy))

    def teardown(self) -> None:
        while self.going or self.turns.ready:
            self.going += self.turns.ready
            self.turns.ready.clear()
            self.turns.leave(self.going.pop(0)[1])
        assert len(self.turns) == self.turns.parked == 0


TestHotTurns = HotTurns.TestCase
TestHotTurns.settings = settings(max_examples=60, stateful_step_count=40)


async def test_many_rows_of_one_contact_leave_the_other_workers_to_the_others() -> None:
    """The last row is sent while the first is still on its way, past 500 that wait for it."""
    hold = asyncio.Event()

    async def answer(path: str) -> None:
        if path == "hot:0":
            await hold.wait()

    wire = Wire(answer)
    rows = ["warm:0", *(f"hot:{n}" for n in range(501)), "cold:0", "cool:0"]
    task = asyncio.create_task(engine_of(rows, wire, workers=2).run())
    await until(lambda: "cool:0" in wire.sent)

    assert wire.in_flight in (["hot:0"], ["hot:0", "cool:0"])
    hold.set()
    await task
    assert [path for path in wire.sent if path.startswith("hot")] == rows[1:-2]


async def test_no_more_rows_are_taken_than_may_wait() -> None:
    taken = 0
    hold = asyncio.Event()

    def rows() -> Iterator[str]:
        nonlocal taken
        for n in range(3_000):
            taken += 1
            yield f"hot:{n}"

    async def answer(path: str) -> None:
        if path == "hot:1":
            await hold.wait()

    wire = Wire(answer)
    task = asyncio.create_task(engine_of(rows(), wire).run())
    await until(lambda: taken >= 1_002)
    for _ in range(50):
        await asyncio.sleep(0)

    # Those in flight, those that wait, and one more for each worker that had asked already.
    assert taken <= 1_002 + 4
    hold.set()
    await task
    assert len(wire.sent) == 3_000


async def test_a_row_whose_turn_comes_is_sent_while_the_input_is_waited_for() -> None:
    """An input may well wait for the outcome of a row that it gave before."""
    done = asyncio.Event()

    async def rows() -> AsyncIterator[str]:
        for path in ("a:1", "b:1", "a+b:2", "a:3", "b:3"):
            yield path
        await done.wait()
        yield "c:1"

    async def answer(path: str) -> None:
        await asyncio.sleep(0)
        if path == "b:3":
            done.set()

    wire = Wire(answer)
    await engine_of(rows(), wire, workers=2).run()

    assert wire.sent[:3] == ["a:1", "b:1", "a+b:2"]
    assert sorted(wire.sent[3:]) == ["a:3", "b:3", "c:1"]


def test_a_row_that_waits_for_a_lost_attempt_holds_no_worker() -> None:
    moments: dict[str, float] = {}

    async def answer(path: str) -> None:
        moments[path] = now()
        await asyncio.sleep(1.0)
        if path == "a:1":
            wire.meters[path].in_doubt_until = now() + 30.0

    wire = Wire(answer)
    run(engine_of(["a:1", "a:2", "b:1", "c:1"], wire, workers=1).run())

    assert moments == {"a:1": 0.0, "b:1": 1.0, "c:1": 2.0, "a:2": 31.0}


async def test_leaving_early_skips_what_waits_for_its_turn() -> None:
    hold = asyncio.Event()

    async def answer(path: str) -> None:
        if path == "a:1":
            await hold.wait()

    wire = Wire(answer)
    engine = engine_of(["w:0", *(f"a:{n}" for n in range(1, 100))], wire)
    async with OutcomeStream(engine) as outcomes:
        await until(lambda: engine._turns.parked == 98)
        outcomes.drain()
        hold.set()

    assert wire.sent == ["w:0", "a:1"]
    assert engine.report.by_status == {"updated": 2, "skipped": 98}


async def test_a_row_that_came_when_the_job_had_stopped_is_skipped() -> None:
    """The input was asked for it, so it is gone from there."""
    asked = asyncio.Event()

    class Stubborn:
        """Gives a row after it was told to stop."""

        def __aiter__(self) -> AsyncIterator[str]:
            return self.rows()

        async def rows(self) -> AsyncIterator[str]:
            yield "a:1"
            try:
                asked.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                yield "b:1"

    wire = Wire()
    engine = engine_of(Stubborn(), wire)
    task = asyncio.create_task(engine.run())
    await asked.wait()
    await until(lambda: wire.sent == ["a:1"] and not wire.in_flight)
    engine.drain()
    await task

    assert engine.report.total in {1, 2}
    assert engine.report.succeeded == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_chunk_that_waits_for_its_contact_lets_the_next_go_first() -> None:
    hold = asyncio.Event()

    async def answer(path: str) -> None:
        if path == "a:1,b:1":
            await hold.wait()

    wire = Wire(answer)
    rows = ["w:0", "v:0", "a:1", "b:1", "a:2", "c:1", "d:1", "e:1"]
    plan = FakeChunkPlan(max_rows=2, workers=2)
    engine = ChunkEngine(source_of(rows), wire.send, plan, workers=2)
    task = asyncio.create_task(engine.run())
    await until(lambda: "d:1,e:1" in wire.sent)
    hold.set()
    await task

    assert wire.sent[-1] == "a:2,c:1"
    assert engine.report.succeeded == 8


async def test_a_job_of_chunks_that_stops_accounts_for_the_row_that_did_not_fit() -> None:
    async def answer(path: str) -> None:
        raise api_error(AuthenticationError, 401)

    wire = Wire(answer)
    plan = FakeChunkPlan(max_bytes=4)
    engine = ChunkEngine(source_of(["a:1", "b:1", "c:1"]), wire.send, plan, workers=2)
    with pytest.raises(BulkError):
        await engine.run()

    assert engine.report.by_status == {"skipped": 2}
