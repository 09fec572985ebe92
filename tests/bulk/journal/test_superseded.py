"""Of several rows of one contact only the last is sent, whatever stops the job in between."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sentori_async.bulk.journal.entries import IntentEntry
from sentori_async.bulk.journal.journal import Journal
from sentori_async.bulk.options import JobOptions
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.errors import AuthenticationError, BulkError
from tests.bulk.fakes import FakeRowPlan, Wire, until
from tests.bulk.journal.jobs import Platform, journal_at, query
from tests.bulk.test_engine import api_error

ROWS = ["c:1", "b:1", "d:1", "a:1", "a:2"]
LAST = JobOptions(dedupe="last")


def engine_of(wire: Wire, journal: Journal, *, workers: int = 4) -> RowEngine:
    return RowEngine(
        source_of(ROWS), wire.send, FakeRowPlan(), workers=workers, journal=journal, options=LAST
    )


@pytest.fixture
async def killed(tmp_path: Path) -> Path:
    """Return the journal of a job that was killed while all rows but the first were in flight."""
    path, left = tmp_path / "job.db", tmp_path / "left.db"

    async def answer(row: str) -> None:
        if row == "c:1":
            return
        await until(lambda: len(wire.in_flight) == 3 or left.exists())
        if not left.exists():
            for suffix in ("-wal", ""):
                shutil.copyfile(f"{path}{suffix}", f"{left}{suffix}")

    wire = Wire(answer)
    await engine_of(wire, journal_at(path)).run()
    return left


def outcomes(path: Path) -> list[Any]:
    return query(path, "SELECT number, outcome, merged_into FROM rows WHERE number > 2")


async def test_the_journal_says_which_row_carries_anothers_contact(killed: Path) -> None:
    assert outcomes(killed) == [(3, "skipped", 4), (4, None, None)]


async def test_a_superseded_row_is_not_sent_because_the_later_one_was_lost(killed: Path) -> None:
    """It never was on its way, and what it says is out of date."""
    wire = Platform()
    engine = engine_of(wire, journal_at(killed))
    await engine.run()

    assert sorted(wire.sent) == sorted(wire.lost) == ["a:2", "b:1", "d:1"]
    assert engine.report.by_status == {"updated": 4, "skipped": 1}
    assert outcomes(killed) == [(3, "skipped", 4), (4, "updated", None)]


async def test_a_lost_row_that_supersedes_others_stays_lost_where_an_abort_skips_it(
    killed: Path,
) -> None:
    """Put down as skipped it would be sent next time as if it were new."""
    journal = journal_at(killed)
    intend = journal.intend
    being_put_down = asyncio.Event()

    async def answer(row: str) -> None:
        if row == "d:1":
            await being_put_down.wait()
            raise api_error(AuthenticationError, 401)

    wire = Platform(answer)
    engine = engine_of(wire, journal, workers=2)

    async def after_the_abort(future: asyncio.Future[None]) -> None:
        await until(lambda: engine._cause is not None)
        await future

    def held_up(intents: Sequence[IntentEntry]) -> asyncio.Future[None]:
        future = intend(intents)
        [(number, _, _, rare)] = intents
        assert (number, rare) == (3, [None, None, None, 4, None, None, None])
        being_put_down.set()
        return asyncio.ensure_future(after_the_abort(future))

    journal.intend = held_up  # type: ignore[method-assign]
    with pytest.raises(BulkError):
        await engine.run()

    assert "a:2" not in wire.sent
    assert engine.report.skipped == 3
    assert outcomes(killed) == [(3, "skipped", 4), (4, None, None)]

    again = Platform()
    await engine_of(again, journal_at(killed)).run()
    assert "a:2" in again.lost
    assert "a:1" not in again.sent
