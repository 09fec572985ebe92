"""Rows that are put down ahead change nothing else: what is sent, told, waited for, or held up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from sentori_async.bulk.intake import Outlet
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import END, NOT_YET, Source
from sentori_async.bulk.single import RowEngine
from sentori_async.errors import BulkError
from sentori_async.wire.idempotency import KeyRules
from sentori_async.wire.settle import Settle
from tests.bulk.fakes import FakeRowPlan, Wire, found, until
from tests.bulk.journal.jobs import AHEAD, HOME, Platform, engine_of, journal_at
from tests.bulk.journal.test_ahead import ROWS, WORKERS, Held, busy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.db"


class _Disk:
    """A disk that keeps whoever writes waiting, from a commit on, and then is full."""

    def __init__(self, journal: Any, *, commits: int) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        commit, done = journal._store.commit, 0

        def full(*args: Any) -> None:
            nonlocal done
            done += 1
            if done <= commits:
                commit(*args)
                return
            self.reached.set()
            self.go_on.wait(10)
            raise BulkError("the disk is full")

        journal._store.commit = full


@pytest.mark.parametrize("chunks", [None, 1])
async def test_nothing_unrecorded_is_sent_by_a_job_that_stops_for_a_fault_of_the_callers(
    path: Path, chunks: int | None
) -> None:
    journal = journal_at(path)
    disk = _Disk(journal, commits=1)
    wire = Wire()
    engine = engine_of(ROWS, wire, journal, chunks=chunks)
    task = asyncio.create_task(engine.run())
    await asyncio.to_thread(disk.reached.wait, 10)
    engine._abort(ValueError("code of the caller's broke"))
    disk.go_on.set()
    with pytest.raises(BulkError):
        await task

    assert wire.sent == ROWS[:1]


async def test_rows_that_take_their_time_do_not_keep_the_loop_when_they_are_put_down_ahead(
    path: Path,
) -> None:
    """Fifty milliseconds at most, as without a journal (tests/bulk/test_intake.py)."""
    clock = 0.0

    def rows() -> Iterator[str]:
        nonlocal clock
        for row in ROWS:
            clock += 0.01
            yield row

    engine = engine_of(rows(), Held(), journal_at(path))
    engine._room_ahead = lambda: len(ROWS)  # type: ignore[attr-defined]
    task = asyncio.create_task(engine.run())
    await until(lambda: engine._rows_taken > 0)
    engine._clock = lambda: clock
    engine._send.__self__.allowed.set()  # type: ignore[attr-defined]
    longest = 0.0
    while not task.done():
        began = clock
        await asyncio.sleep(0)
        longest = max(longest, clock - began)

    assert longest <= 0.05 + 0.02


class _Page(Source):
    """A page of rows, and the next one never comes by itself."""

    def __init__(self, rows: list[str]) -> None:
        self.rows = rows
        self.more = asyncio.Event()

    def take_now(self) -> object:
        return self.rows.pop(0) if self.rows else NOT_YET

    async def take(self) -> object:
        await self.more.wait()
        return END

    def stop(self) -> None:
        self.more.set()


class _Narrow(Outlet):
    """An outlet with room when that is said."""

    def __init__(self) -> None:
        self.is_full = False
        self.free = asyncio.Event()

    @property
    def full(self) -> bool:
        return self.is_full

    def put(self, outcome: BulkOutcome) -> None:
        pass

    async def room(self) -> None:
        while self.is_full:
            self.free.clear()
            await self.free.wait()


async def test_no_worker_waits_for_the_input_while_rows_are_put_down_and_could_be_sent(
    path: Path,
) -> None:
    answers: dict[str, asyncio.Event] = {row: asyncio.Event() for row in ROWS}

    async def answer(row: str) -> None:
        await answers[row].wait()

    wire, outlet = Wire(answer), _Narrow()
    source = _Page(ROWS[:9])
    plan = FakeRowPlan(Settle(look=found))
    engine = RowEngine(source, wire.send, plan, workers=2, journal=journal_at(path))
    room = 0
    engine._room_ahead = lambda: room  # type: ignore[method-assign]
    engine.attach(outlet)
    task = asyncio.create_task(engine.run())
    try:
        await until(lambda: len(wire.in_flight) == 1)
        answers[ROWS[0]].set()
        await until(lambda: len(wire.in_flight) == 2)
        # The reader falls behind, and one worker waits for it.
        outlet.is_full = True
        first, second = wire.in_flight
        answers[first].set()
        await until(lambda: len(wire.in_flight) == 1)
        for _ in range(10):
            await asyncio.sleep(0)
        # The other has its answer as the reader catches up.
        room = 6
        outlet.is_full = False
        answers[second].set()
        outlet.free.set()
        await until(lambda: len(engine._ahead) > 0 and wire.in_flight != [second])
        async with asyncio.timeout(2):
            await until(lambda: len(wire.in_flight) == 2)
    finally:
        for event in answers.values():
            event.set()
        source.more.set()
        await task


async def test_a_job_whose_journal_fails_while_it_looks_ahead_ends_also_when_it_is_paused(
    path: Path,
) -> None:
    wire, outlet = Held(), _Narrow()
    journal = journal_at(path)
    engine = engine_of(ROWS, wire, journal)
    engine.attach(outlet)
    room = 0
    engine._room_ahead = lambda: room  # type: ignore[attr-defined]
    has_room, looks = engine._has_room, 0

    async def looked() -> None:
        nonlocal looks
        looks += 1
        assert looks < 1_000, "a busy loop"
        await has_room()

    engine._has_room = looked  # type: ignore[method-assign]
    put, total = outlet.put, 0

    def put_and_fill(outcome: BulkOutcome) -> None:
        nonlocal total
        put(outcome)
        # The reader is behind as soon as the journal has failed.
        outlet.is_full = engine._stopping

    outlet.put = put_and_fill  # type: ignore[method-assign]
    task = await busy(engine, wire)
    room = 6
    # As the thread does, a turn of the loop before it is told.
    journal._running.error = BulkError("the disk is full")
    wire.allowed.set()
    await until(lambda: engine._stopping)
    for _ in range(10):
        await asyncio.sleep(0)
    engine.pause()
    outlet.is_full = False
    outlet.put = put  # type: ignore[method-assign]
    outlet.free.set()
    await asyncio.wait([task])

    error = task.exception()
    assert isinstance(error, BulkError)
    assert str(error.cause) != "a busy loop"
    assert engine.report.total == engine._rows_taken


async def test_a_row_that_cannot_be_digested_costs_no_other_row_its_outcome(path: Path) -> None:
    class Odd:
        def __str__(self) -> str:
            raise ValueError("no text")

    rows = [*ROWS[:5], {"a": Odd()}, *ROWS[5:]]
    engine = engine_of(rows, Wire(), journal_at(path))
    with pytest.raises((BulkError, ValueError, TypeError)) as caught:
        await engine.run()

    assert engine.report.total == engine._rows_taken
    assert isinstance(caught.value, BulkError)


async def test_a_job_that_its_own_input_drains_sends_no_two_rows_of_a_contact_at_once(
    path: Path,
) -> None:
    wire = Held()

    def rows() -> Iterator[str]:
        yield ROWS[0]
        yield "a:1"
        engine.drain()
        yield "a:2"

    journal = journal_at(path)
    engine = engine_of(rows(), wire, journal, workers=WORKERS)
    engine._room_ahead = lambda: 0  # type: ignore[attr-defined]
    task = asyncio.create_task(engine.run())
    await until(lambda: engine._stopping)
    # What was put down is on the disk, and who waited for that has gone on.
    await journal._running.flush()
    for _ in range(10):
        await asyncio.sleep(0)
    in_flight = list(wire.in_flight)
    wire.allowed.set()
    await task
    assert in_flight == ["a:1"]


async def test_a_key_is_as_old_as_its_first_request_whenever_the_row_was_put_down(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a long pause the transport would look up what was never sent (Sender._run)."""

    class Keyed(Held, Platform):
        """Answers the first row at once, and keeps the keys."""

    rules, wire = KeyRules(), Keyed()
    home = attrs.evolve(HOME, keys=rules)
    engine = engine_of(ROWS[: 1 + AHEAD], wire, journal_at(path, home=home))
    task = await busy(engine, wire)
    assert len(engine._ahead) == AHEAD - WORKERS
    engine.pause()
    wire.allowed.set()
    await until(lambda: len(engine._idle) == WORKERS)
    day_later = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: day_later)
    engine.resume()
    await task

    keys = [wire.keys[row] for row in ROWS[1 + WORKERS : 1 + AHEAD]]
    assert not any(key is None or key.is_too_old(rules, day_later) for key in keys)
