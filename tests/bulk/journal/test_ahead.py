"""Rows are put down before a worker has time for them, and no worker waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.errors import AuthenticationError
from tests.bulk.fakes import Wire, until
from tests.bulk.journal.jobs import AHEAD, Platform, done, engine_of, journal_at, query
from tests.bulk.test_engine import api_error

WORKERS = 3
ROWS = [f"c{n}:1" for n in range(40)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.db"


class Held(Wire):
    """Answers the first row at once, and the others when that is allowed."""

    def __init__(self) -> None:
        super().__init__(self._hold)
        self.allowed = asyncio.Event()

    async def _hold(self, row: str) -> None:
        if row != ROWS[0]:
            await self.allowed.wait()


async def busy(engine: Engine[object], wire: Held) -> asyncio.Task[None]:
    """Run a job until all of its workers wait for an answer."""
    task = asyncio.create_task(engine.run())
    await until(lambda: len(wire.in_flight) == WORKERS)
    return task


def put_down(path: Path) -> int:
    [(count,)] = query(path, "SELECT count(*) FROM rows")
    return int(count)


async def test_rows_are_put_down_ahead_and_none_while_a_third_of_them_is_left(path: Path) -> None:
    wire = Held()
    engine = engine_of(ROWS, wire, journal_at(path))
    task = await busy(engine, wire)
    try:
        assert len(engine._ahead) == AHEAD - WORKERS
        assert engine._rows_taken == 1 + AHEAD == put_down(path)
    finally:
        wire.allowed.set()
        await task

    assert sorted(wire.sent) == sorted(ROWS)
    assert query(path, "SELECT count(*) FROM rows WHERE outcome = 'updated'") == [(len(ROWS),)]


async def test_nothing_is_sent_that_is_not_on_record(path: Path) -> None:
    missing: list[str] = []

    async def answer(row: str) -> None:
        contact = row.partition(":")[0]
        if not query(path, f"SELECT 1 FROM rows WHERE contact = '{contact}'"):
            missing.append(row)

    await done(path, ROWS, Wire(answer))

    assert missing == []


async def test_a_row_whose_loss_nobody_could_clear_up_is_put_down_when_it_is_sent(
    path: Path,
) -> None:
    wire = Held()
    engine = engine_of(ROWS, wire, journal_at(path), looks_up=False)
    task = await busy(engine, wire)
    try:
        assert put_down(path) == 1 + WORKERS
        assert not engine._ahead
    finally:
        wire.allowed.set()
        await task

    assert sorted(wire.sent) == sorted(ROWS)


async def test_no_row_is_put_down_ahead_before_the_key_is_known_to_be_good(path: Path) -> None:
    async def answer(row: str) -> None:
        assert put_down(path) == 1

    await engine_of(ROWS[:1], Wire(answer), journal_at(path)).run()

    assert put_down(path) == 1


@pytest.mark.parametrize("how", ["drain", "bad key", "cancel"])
async def test_what_was_put_down_and_never_sent_is_sent_as_new_by_the_next_run(
    path: Path, how: str
) -> None:
    wire = Held()
    engine = engine_of(ROWS, wire, journal_at(path))
    task = await busy(engine, wire)
    ahead = len(engine._ahead)
    if how == "drain":
        engine.drain()
    elif how == "bad key":
        engine._abort(api_error(AuthenticationError, 401))
    else:
        task.cancel()
    wire.allowed.set()
    await asyncio.wait([task])
    assert task.cancelled() == (how == "cancel")
    assert (task.cancelled() or task.exception() is not None) == (how != "drain")
    assert engine.report.skipped == ahead > 0
    assert engine.report.total == engine._rows_taken

    again = Platform()
    outcomes = await done(path, ROWS, again)

    sent = set(wire.sent)
    assert len(again.lost) == (WORKERS if how == "cancel" else 0)
    assert set(again.sent) - set(again.lost) == set(ROWS) - sent
    assert {outcome.status for outcome in outcomes.values()} == {"updated"}


async def test_a_pause_holds_what_was_put_down_ahead(path: Path) -> None:
    wire = Held()
    engine = engine_of(ROWS, wire, journal_at(path))
    task = await busy(engine, wire)
    engine.pause()
    wire.allowed.set()
    await until(lambda: not wire.in_flight and len(engine._idle) == WORKERS)
    assert len(wire.sent) == 1 + WORKERS

    engine.resume()
    await task
    assert sorted(wire.sent) == sorted(ROWS)


async def test_a_slow_reader_holds_what_was_put_down_ahead(path: Path) -> None:
    rows = [f"c{n}:1" for n in range(2_000)]
    engine = engine_of(rows, Wire(), journal_at(path))
    outcomes: list[BulkOutcome] = []
    async with OutcomeStream(engine) as stream:
        outlet = engine._outlet
        assert outlet is not None
        await until(lambda: outlet.full and len(engine._ahead) > 0)
        for _ in range(1_000):
            await asyncio.sleep(0)
        told = engine.report.total
        assert told <= 1_000 + WORKERS
        outcomes = [outcome async for outcome in stream]

    assert len(outcomes) == len(rows)


async def test_rows_that_come_one_by_one_are_sent_as_they_come(path: Path) -> None:
    wire = Wire()

    async def rows() -> AsyncIterator[str]:
        for number, row in enumerate(ROWS[:10]):
            await until(lambda due=number: len(wire.sent) == due)  # type: ignore[misc]
            yield row

    await engine_of(rows(), wire, journal_at(path)).run()

    assert wire.sent == ROWS[:10]


async def test_rows_of_one_contact_keep_their_order_among_those_put_down_ahead(path: Path) -> None:
    rows = [f"{'ab'[n % 2]}:{n}" if n % 5 else f"c{n}:{n}" for n in range(60)]
    wire = Wire()
    await engine_of(rows, wire, journal_at(path)).run()

    for contact in "ab":
        mine = [row for row in rows if row.startswith(f"{contact}:")]
        assert [row for row in wire.sent if row.startswith(f"{contact}:")] == mine
    assert sorted(wire.sent) == sorted(rows)


@pytest.mark.parametrize(
    ("requests", "ahead"), [(0, 0), (6, 0), (7, 1), (40, 6), (9_999, 2 * WORKERS)]
)
def test_as_many_rows_are_put_down_ahead_as_are_sent_in_a_moment_but_two_for_a_worker(
    path: Path, requests: int, ahead: int
) -> None:
    """The journal of a job of ten requests a second holds none that was not about to be sent."""
    engine = engine_of(ROWS, Wire(), journal_at(path))
    assert isinstance(engine, RowEngine)
    # An eighth of a second.
    engine._clock, engine._late_from = (lambda: 1_000.0), 999.875
    engine.report.requests = requests
    assert RowEngine._room_ahead(engine) == ahead

    engine.report.requests += 1_000
    assert RowEngine._room_ahead(engine) == ahead, "too early to look again"
