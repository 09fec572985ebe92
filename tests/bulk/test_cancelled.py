"""A job that is cancelled says what it has done: every row taken has its outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.engine import Engine
from sentori_async.bulk.options import PLAIN, JobOptions
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import ChunkPlan, RowPlan
from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.errors import NotFound, ValidationFailed
from tests.bulk.fakes import FakeChunkPlan, FakeRowPlan, Wire, until
from tests.bulk.test_engine import api_error
from tests.sync.test_bulk import FakePlanner

LAST = JobOptions(dedupe="last")
KINDS = pytest.mark.parametrize("plan", [FakeRowPlan(), FakeChunkPlan()], ids=["rows", "chunks"])


def job_of(
    rows: object,
    wire: Wire,
    plan: RowPlan | ChunkPlan,
    *,
    options: JobOptions = PLAIN,
    progress: Callable[[BulkReport], object] | None = None,
) -> Engine[Any]:
    kind: Any = ChunkEngine if isinstance(plan, ChunkPlan) else RowEngine
    job: Engine[Any] = kind(
        source_of(rows), wire.send, plan, workers=2, options=options, progress=progress
    )
    return job


async def cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def silence(path: str) -> None:
    """Answer the first request, and no other."""
    if not path.startswith("a"):
        await asyncio.Event().wait()


@KINDS
async def test_rows_in_flight_are_unknown(plan: RowPlan | ChunkPlan) -> None:
    wire = Wire(silence)
    job = job_of(["a:1", "a:2", "a:3", *(f"c{n}:1" for n in range(40))], wire, plan)
    task = asyncio.create_task(job.run())
    await until(lambda: len(wire.in_flight) == 2)
    in_flight = ",".join(wire.in_flight).split(",")
    await cancel(task)

    assert [one.contact + ":1" for one in job.report.unknowns] == in_flight
    assert job.report.interrupted
    assert not job.report.finished


async def test_rows_that_wait_for_their_contact_are_skipped() -> None:
    wire = Wire(silence)
    job = job_of(["a:1", "b:1", "b:2", "b:3", "c:1"], wire, FakeRowPlan())
    task = asyncio.create_task(job.run())
    await until(lambda: wire.in_flight == ["b:1", "c:1"])
    await cancel(task)

    assert job.report.by_status == {"updated": 1, "unknown": 2, "skipped": 2}


async def test_rows_of_a_chunk_that_is_being_filled_are_skipped() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a:1"
        yield "b:1"
        await asyncio.Event().wait()

    taken = asyncio.Event()
    job = job_of(rows(), Wire(), FakeChunkPlan())
    job._wait_for_row = told(job._wait_for_row, taken, 3)  # type: ignore[method-assign]
    task = asyncio.create_task(job.run())
    await taken.wait()
    await cancel(task)

    assert job.report.by_status == {"skipped": 2}


def told(wait: Callable[[], Any], event: asyncio.Event, time: int) -> Callable[[], Any]:
    """Return what sets an event when it is called for the nth time, and then waits."""
    calls = 0

    async def tell() -> None:
        nonlocal calls
        calls += 1
        if calls == time:
            event.set()
        await wait()

    return tell


async def test_the_half_that_is_not_on_its_way_is_skipped() -> None:
    async def answer(path: str) -> None:
        if "," in path:
            raise api_error(ValidationFailed, 400)
        await asyncio.Event().wait()

    wire = Wire(answer)
    job = job_of(["a:1", "b:1", "c:1"], wire, FakeChunkPlan())
    task = asyncio.create_task(job.run())
    await until(lambda: wire.in_flight == ["a:1"])
    await cancel(task)

    assert job.report.by_status == {"unknown": 1, "skipped": 2}


@KINDS
async def test_the_progress_is_called_once_more(plan: RowPlan | ChunkPlan) -> None:
    shown: list[tuple[int, bool, bool]] = []
    wire = Wire(silence)
    job = job_of(
        ["c:1"],
        wire,
        plan,
        progress=lambda report: shown.append((report.total, report.finished, report.interrupted)),
    )
    task = asyncio.create_task(job.run())
    await until(lambda: bool(wire.in_flight))
    await cancel(task)

    assert shown == [(1, False, True)]


@given(
    rows=st.lists(st.sampled_from(["a:1", "b:1", "a+b:1", "c:1", "!x", "d:1"]), max_size=30),
    turns=st.integers(0, 40),
    chunked=st.booleans(),
    options=st.sampled_from([PLAIN, LAST]),
    asynchronous=st.booleans(),
)
def test_every_row_taken_has_one_outcome_whenever_the_job_is_cancelled(
    rows: list[str], turns: int, chunked: bool, options: JobOptions, asynchronous: bool
) -> None:
    taken = 0
    seen: list[int] = []

    def plain() -> Iterator[str]:
        nonlocal taken
        for row in rows:
            taken += 1
            yield row

    async def slow() -> AsyncIterator[str]:
        for row in plain():
            yield row
            await asyncio.sleep(0)

    async def answer(path: str) -> None:
        await asyncio.sleep(0)
        if "c" in path:
            raise api_error(NotFound, 404)
        await asyncio.sleep(0)

    async def work() -> BulkReport:
        plan = FakeChunkPlan() if chunked else FakeRowPlan()
        job = job_of(slow() if asynchronous else plain(), Wire(answer), plan, options=options)
        count = job.report.count

        def noted(outcome: BulkOutcome) -> None:
            seen.append(outcome.index)
            count(outcome)

        job.report = Noted(noted)
        task = asyncio.create_task(job.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return job.report

    asyncio.run(work())

    assert sorted(seen) == list(range(taken))


class Noted(BulkReport):
    """A report that tells what is counted."""

    def __init__(self, count: Callable[[BulkOutcome], None]) -> None:
        super().__init__()
        self._count = count

    def count(self, outcome: BulkOutcome) -> None:
        self._count(outcome)


async def test_the_latest_report_outlives_its_job() -> None:
    wire = Wire(silence)
    bulk = AsyncBulk(wire.send, FakePlanner(FakeRowPlan()), workers=2)
    before = bulk.last_report
    task = asyncio.create_task(bulk.add(["a:1", "b:1", "c:1"]))
    await until(lambda: wire.in_flight == ["b:1", "c:1"])
    live = bulk.last_report
    await cancel(task)

    assert before is None
    assert live is not None
    assert live is bulk.last_report
    assert live.by_status == {"updated": 1, "unknown": 2}


async def test_the_latest_report_is_that_of_a_stream_once_it_has_begun() -> None:
    bulk = AsyncBulk(Wire().send, FakePlanner(FakeRowPlan()), workers=2)
    stream = bulk.stream("add", ["a:1"])
    before = bulk.last_report
    async with stream as outcomes:
        assert [before, bulk.last_report] == [None, stream.report]
        assert [outcome.index async for outcome in outcomes] == [0]
