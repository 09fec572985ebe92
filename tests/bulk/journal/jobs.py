"""Jobs with journals, on a platform of five lines."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.engine import Engine
from sentori_async.bulk.journal.home import Home, Job
from sentori_async.bulk.journal.journal import Journal
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.wire.idempotency import IdempotencyKey
from sentori_async.wire.message import Call, Meter
from sentori_async.wire.settle import Settle
from tests.bulk.fakes import FakeChunkPlan, FakeRowPlan, Wire, found

HOME = Home(platform="fake", base_url="https://fake.example/")
JOB = Job(platform="fake", base_url="https://fake.example/", verb="update")

AHEAD = 6
"""How many rows there is room for ahead of the workers."""

Answer = Callable[[str], Awaitable[None]]


class Platform(Wire):
    """A wire that also keeps what it was told of each call."""

    def __init__(self, answer: Answer | None = None) -> None:
        super().__init__(answer)
        self.lost: list[str] = []
        self.keys: dict[str, IdempotencyKey | None] = {}

    async def send(self, call: Call[Any], meter: Meter) -> Any:
        self.keys[call.request.path] = meter.key
        if meter.lost:
            self.lost.append(call.request.path)
        return await super().send(call, meter)


def journal_at(path: Path, job: Job = JOB, home: Home = HOME, **options: Any) -> Journal:
    return Journal(path, job, home, **options)


def engine_of(
    rows: Any,
    wire: Wire,
    journal: Journal,
    *,
    chunks: int | None = None,
    workers: int = 3,
    looks_up: bool = True,
) -> Engine[Any]:
    if chunks is not None:
        chunked = FakeChunkPlan(max_rows=chunks)
        return ChunkEngine(source_of(rows), wire.send, chunked, workers=2, journal=journal)
    plan = FakeRowPlan(Settle(look=found) if looks_up else None)
    engine = RowEngine(source_of(rows), wire.send, plan, workers=workers, journal=journal)
    # However fast this machine is.
    engine._most_ahead = AHEAD
    engine._room_ahead = lambda: AHEAD  # type: ignore[method-assign]
    return engine


async def done(
    path: Path, rows: Any, wire: Wire | None = None, *, chunks: int | None = None, **options: Any
) -> dict[int, BulkOutcome]:
    """Run a job and return its outcomes by the row's number."""
    engine = engine_of(rows, wire or Wire(), journal_at(path, **options), chunks=chunks)
    async with OutcomeStream(engine) as outcomes:
        return {outcome.index: outcome async for outcome in outcomes}


def statuses(outcomes: Mapping[int, BulkOutcome]) -> list[str]:
    return [outcomes[index].status for index in sorted(outcomes)]


def query(path: Path, text: str) -> list[Any]:
    db = sqlite3.connect(path)
    try:
        return db.execute(text).fetchall()
    finally:
        db.close()
