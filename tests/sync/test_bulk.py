"""Bulk jobs of blocking code: the caller's rows and progress stay in the caller's thread."""

import asyncio
import contextlib
import itertools
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.plan import ChunkPlan, Planner, RowPlan, Verb, Via
from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.rows import IterableSource
from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.errors import (
    AuthenticationError,
    BulkError,
    ConfigurationError,
    InvalidInput,
    SentoriError,
)
from sentori_sync._caller import Caller
from sentori_sync._verbs import Bulk
from sentori_sync.bulk import CallerSource
from sentori_sync.portal import Portal
from tests.bulk.fakes import FakeChunkPlan, FakeRowPlan, Wire

Answer = Callable[[str], Any]


class FakePlanner(Planner):
    def __init__(self, plan: RowPlan | ChunkPlan) -> None:
        self._plan = plan

    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan | ChunkPlan:
        return self._plan


async def close() -> None:
    return


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal(close, twin="AsyncSentori")
    yield portal
    portal.close()


def bulk_of(portal: Portal, wire: Wire, plan: RowPlan | ChunkPlan | None = None) -> Bulk:
    twin = AsyncBulk(wire.send, FakePlanner(plan or FakeRowPlan()), workers=4)
    return Bulk(portal, twin)


def refusal() -> SentoriError:
    return AuthenticationError("no", platform="fake", operation="rows.put", status=401)


class Watched:
    """Rows without end that tell how many of them were fetched, and where."""

    def __init__(self) -> None:
        self.fetched = 0
        self.threads: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        for number in itertools.count():
            self.fetched = number + 1
            self.threads.add(threading.current_thread().name)
            yield f"c{number}:1"


@pytest.mark.parametrize("plan", [FakeRowPlan(), FakeChunkPlan()], ids=["rows", "chunks"])
def test_every_row_has_one_outcome(portal: Portal, plan: RowPlan | ChunkPlan) -> None:
    wire = Wire()
    report = bulk_of(portal, wire, plan).update(f"c{n}:1" for n in range(1_000))

    assert (report.total, report.succeeded) == (1_000, 1_000)
    assert sorted(",".join(wire.sent).split(",")) == sorted(f"c{n}:1" for n in range(1_000))


def test_the_input_is_advanced_in_the_calling_thread(portal: Portal) -> None:
    rows = Watched()
    bulk_of(portal, Wire()).add(itertools.islice(rows, 500))

    assert rows.threads == {"MainThread"}


def test_an_sqlite_cursor_may_be_the_input(portal: Portal) -> None:
    """A cursor refuses every other thread than the one that made it."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE contacts (address TEXT)")
    database.executemany(
        "INSERT INTO contacts VALUES (?)", [(f"c{number}:1",) for number in range(700)]
    )
    rows = (address for (address,) in database.execute("SELECT address FROM contacts"))
    report = bulk_of(portal, Wire()).add(rows)
    database.close()

    assert report.succeeded == 700


def test_an_async_iterable_is_advanced_on_the_loop(portal: Portal) -> None:
    threads: set[str] = set()

    async def rows() -> AsyncIterator[str]:
        for number in range(100):
            await asyncio.sleep(0)
            threads.add(threading.current_thread().name)
            yield f"c{number}:1"

    assert bulk_of(portal, Wire()).add(rows()).succeeded == 100
    assert threads == {"sentori-portal"}


def test_rows_may_call_the_same_client(portal: Portal) -> None:
    """A generator that looks things up while a job runs waits for its own call only."""
    wire = Wire()
    bulk = bulk_of(portal, wire)

    def rows() -> Iterator[str]:
        for number in range(3):
            bulk.update([f"inner{number}:1"])
            yield f"outer{number}:1"

    assert bulk.add(rows()).succeeded == 3
    assert len(wire.sent) == 6


def test_what_the_input_raises_aborts_the_job_after_the_rows_before_it(portal: Portal) -> None:
    fault = ZeroDivisionError("in the middle")

    def rows() -> Iterator[str]:
        yield from (f"c{number}:1" for number in range(10))
        raise fault

    with pytest.raises(BulkError) as caught:
        bulk_of(portal, Wire()).add(rows())

    assert caught.value.cause is fault
    assert caught.value.report.by_status == {"updated": 10}


@pytest.mark.parametrize("rows", ["joe@example.com", {"EmailAddress": "x"}, 7])
def test_what_is_no_iterable_of_rows_is_refused(portal: Portal, rows: Any) -> None:
    with pytest.raises(InvalidInput, match="rows"):
        bulk_of(portal, Wire()).add(rows)


def test_a_job_that_is_refused_at_the_door_has_fetched_one_row(portal: Portal) -> None:
    async def answer(_: str) -> None:
        raise refusal()

    rows = Watched()
    with pytest.raises(BulkError) as caught:
        bulk_of(portal, Wire(answer)).add(rows)

    assert rows.fetched == caught.value.report.total == 1


def test_rows_fetched_before_an_abort_are_skipped_with_its_cause(portal: Portal) -> None:
    async def answer(path: str) -> None:
        if path == "c300:1":
            raise refusal()

    rows = Watched()
    with pytest.raises(BulkError) as caught:
        bulk_of(portal, Wire(answer)).add(rows)
    report = caught.value.report

    assert report.total == rows.fetched
    assert (
        report.skipped == report.by_error["AuthenticationError"] == report.total - report.succeeded
    )
    assert isinstance(caught.value.cause, AuthenticationError)


def test_the_input_is_fetched_no_faster_than_it_is_sent(portal: Portal) -> None:
    rows = Watched()
    most_ahead = 0

    async def answer(_: str) -> None:
        nonlocal most_ahead
        await asyncio.sleep(0)
        most_ahead = max(most_ahead, rows.fetched - len(wire.sent))

    wire = Wire(answer)
    bulk_of(portal, wire).add(itertools.islice(rows, 3_000))

    assert 0 < most_ahead <= 256


def test_a_slow_input_is_handed_over_row_by_row(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once 5 ms have passed, what is there is sent: the next row waits for the one before."""
    clock = itertools.count()
    monkeypatch.setattr("sentori_sync.bulk.time.monotonic", lambda: float(next(clock)))
    sent_before: list[int] = []
    wire = Wire()

    def rows() -> Iterator[str]:
        for number in range(20):
            sent_before.append(len(wire.sent))
            yield f"c{number}:1"

    bulk_of(portal, wire).add(rows())

    assert sent_before == list(range(20))


def test_progress_is_called_in_the_calling_thread_and_sees_the_end(portal: Portal) -> None:
    seen: list[tuple[str, int]] = []

    def show(report: BulkReport) -> None:
        seen.append((threading.current_thread().name, report.total))

    bulk_of(portal, Wire()).add(["a:1", "b:1"], progress=show)

    assert seen[-1] == ("MainThread", 2)
    assert {name for name, _ in seen} == {"MainThread"}


def test_progress_is_called_while_the_job_runs(portal: Portal) -> None:
    """Answers wait for the first progress: without it the job would never end."""
    shown = asyncio.Event()
    seen: list[int] = []

    def show(report: BulkReport) -> None:
        seen.append(report.total)
        portal.post(release)

    async def release() -> None:
        shown.set()

    async def answer(_: str) -> None:
        await shown.wait()

    bulk_of(portal, Wire(answer)).add(["a:1", "b:1"], progress=show)

    assert seen[0] < seen[-1] == 2


def test_a_progress_that_is_a_coroutine_function_is_awaited(portal: Portal) -> None:
    """The same function serves both faces."""
    totals: list[int] = []

    async def show(report: BulkReport) -> None:
        await asyncio.sleep(0)
        totals.append(report.total)

    async def broken(report: BulkReport) -> None:
        raise LookupError("broken")

    bulk_of(portal, Wire()).add(["a:1", "b:1"], progress=show)
    with pytest.raises(BulkError, match="LookupError"):
        bulk_of(portal, Wire()).add(["a:1"], progress=broken)

    assert totals[-1] == 2


def test_a_progress_that_raises_aborts_the_job(portal: Portal) -> None:
    def broken(_: BulkReport) -> None:
        raise ZeroDivisionError

    with pytest.raises(BulkError) as caught:
        bulk_of(portal, Wire()).add(["a:1"], progress=broken)

    assert isinstance(caught.value.cause, ZeroDivisionError)


def test_a_stream_gives_every_outcome_and_then_the_report(portal: Portal) -> None:
    with bulk_of(portal, Wire()).stream("add", (f"c{n}:1" for n in range(3_000))) as outcomes:
        indexes = sorted(outcome.index for outcome in outcomes)

    assert indexes == list(range(3_000))
    assert outcomes.report.total == 3_000


def test_a_stream_is_lazy(portal: Portal) -> None:
    """It fetches no more than its reader can be behind: 1,000 outcomes and a chunk."""
    rows = Watched()
    with bulk_of(portal, Wire()).stream("add", rows) as outcomes:
        for outcome in itertools.islice(outcomes, 5_000):
            assert outcome.status == "updated"
        assert rows.fetched <= 5_000 + 2 * 1_000 + 256

    assert rows.threads == {"MainThread"}


def test_leaving_a_stream_early_accounts_for_every_row_that_was_fetched(portal: Portal) -> None:
    rows = Watched()
    with bulk_of(portal, Wire()).stream("add", rows) as outcomes:
        for outcome in outcomes:
            if outcome.index > 100:
                break
    report = outcomes.report

    assert report.total == rows.fetched == report.succeeded + report.skipped
    assert not report.by_error


def test_a_drained_stream_takes_no_more_rows_and_gives_the_outcomes_of_all_taken(
    portal: Portal,
) -> None:
    rows = Watched()
    seen = 0
    with bulk_of(portal, Wire()).stream("add", rows) as outcomes:
        for outcome in outcomes:
            seen += 1
            if outcome.index == 50:
                outcomes.drain()

    assert seen == outcomes.report.total == rows.fetched


def test_a_stream_tells_every_outcome_before_it_raises_the_abort(portal: Portal) -> None:
    async def answer(path: str) -> None:
        if path == "c20:1":
            raise refusal()

    seen: list[int] = []
    with (
        pytest.raises(BulkError) as caught,
        bulk_of(portal, Wire(answer)).stream("add", Watched()) as outcomes,
    ):
        seen.extend(outcome.index for outcome in outcomes)

    assert caught.value.report is outcomes.report
    assert sorted(seen) == list(range(outcomes.report.total))


def test_a_stream_that_aborts_unseen_says_so_at_the_end_of_its_block(portal: Portal) -> None:
    leaving = False

    async def answer(path: str) -> None:
        if path == "c:1":
            while not leaving:
                await asyncio.sleep(0)
            raise refusal()

    with (
        pytest.raises(BulkError),
        bulk_of(portal, Wire(answer)).stream("add", ["a:1", "b:1", "c:1"]) as outcomes,
    ):
        assert [next(outcomes).index, next(outcomes).index] == [0, 1]
        leaving = True


def test_an_error_in_the_block_of_a_stream_comes_through(portal: Portal) -> None:
    wire = Wire()
    with (
        pytest.raises(ZeroDivisionError),
        bulk_of(portal, wire).stream("add", Watched()) as outcomes,
    ):
        for _ in outcomes:
            raise ZeroDivisionError

    assert wire.in_flight == []


def test_a_stream_must_be_entered(portal: Portal) -> None:
    with pytest.raises(ConfigurationError, match="with client"):
        iter(bulk_of(portal, Wire()).stream("add", ["a:1"]))


def test_an_interrupt_of_the_input_of_a_stream_loses_nothing_if_one_goes_on(
    portal: Portal,
) -> None:
    """An interactive user may catch Ctrl-C and read on."""

    class Interrupted:
        def __init__(self) -> None:
            self._number = 0

        def __iter__(self) -> Iterator[str]:
            return self

        def __next__(self) -> str:
            self._number += 1
            if self._number == 20:
                raise KeyboardInterrupt
            if self._number > 50:
                raise StopIteration
            return f"c{self._number}:1"

    seen: list[int] = []
    with bulk_of(portal, Wire()).stream("add", Interrupted()) as outcomes:
        with pytest.raises(KeyboardInterrupt):
            seen.extend(outcome.index for outcome in outcomes)
        seen.extend(outcome.index for outcome in outcomes)

    assert outcomes.report.total == 49


def test_an_interrupt_in_the_block_of_a_stream_cancels_what_does_not_settle(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentori_sync.portal.DRAIN_S", 0.05)
    cancelled: list[str] = []

    async def answer(path: str) -> None:
        if path != "c:1":
            return
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(path)

    with (
        pytest.raises(KeyboardInterrupt),
        bulk_of(portal, Wire(answer)).stream("add", ["a:1", "b:1", "c:1"]) as outcomes,
    ):
        assert [next(outcomes).index, next(outcomes).index] == [0, 1]
        raise KeyboardInterrupt

    assert cancelled == ["c:1"]


def test_an_interrupt_in_the_block_of_a_stream_settles_what_is_in_flight(portal: Portal) -> None:
    left = asyncio.Event()

    async def answer(path: str) -> None:
        if path == "c:1":
            await left.wait()

    async def leave() -> None:
        left.set()

    with (
        pytest.raises(KeyboardInterrupt),
        bulk_of(portal, Wire(answer)).stream("add", ["a:1", "b:1", "c:1"]) as outcomes,
    ):
        assert [next(outcomes).index, next(outcomes).index] == [0, 1]
        portal.post(leave)
        raise KeyboardInterrupt

    assert outcomes.report.finished
    assert outcomes.report.succeeded == 3


class Interrupted:
    """Rows without end, and Ctrl-C while the one after a number of them is fetched."""

    def __init__(self, after: int) -> None:
        self.fetched = 0
        self._after = after

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.fetched == self._after:
            self._after = -1
            raise KeyboardInterrupt
        self.fetched += 1
        return f"c{self.fetched}:1"


@pytest.mark.parametrize("plan", [FakeRowPlan(), FakeChunkPlan()], ids=["rows", "chunks"])
def test_an_interrupted_job_settles_what_it_took_and_keeps_its_report(
    portal: Portal, plan: RowPlan | ChunkPlan
) -> None:
    bulk, rows = bulk_of(portal, Wire(), plan), Interrupted(after=100)
    with pytest.raises(KeyboardInterrupt):
        bulk.add(rows)
    report = bulk.last_report

    assert report is not None
    assert report.finished
    # Not one row more was fetched, and each has its outcome.
    assert report.total == rows.fetched == 100
    assert report.succeeded + report.skipped == 100


def test_no_row_is_fetched_for_a_job_that_drains() -> None:
    """The loop may have asked for more before it heard of the interrupt."""
    rows, caller = Watched(), Caller()
    source = CallerSource(IterableSource(rows), caller)
    caller.draining = True
    source._fetch()

    assert rows.fetched == 0


def test_an_interrupted_job_is_shown_to_its_end(portal: Portal) -> None:
    shown: list[bool] = []
    with pytest.raises(KeyboardInterrupt):
        bulk_of(portal, Wire()).add(
            Interrupted(after=3), progress=lambda report: shown.append(report.finished)
        )

    assert shown[-1]


def test_an_interrupted_job_that_does_not_end_is_cancelled(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentori_sync._caller.DRAIN_S", 0.05)
    cancelled: list[str] = []

    async def answer(path: str) -> None:
        if path != "c2:1":
            return
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(path)

    bulk = bulk_of(portal, Wire(answer))
    with pytest.raises(KeyboardInterrupt):
        bulk.add(Interrupted(after=3))

    assert cancelled == ["c2:1"]
    report = bulk.last_report
    assert report is not None
    assert [one.contact for one in report.unknowns] == ["c2"]
    assert report.total == 3
    assert report.interrupted
    assert not report.finished


def test_an_interrupted_job_that_is_cancelled_is_shown_in_the_calling_thread(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentori_sync._caller.DRAIN_S", 0.05)
    shown: list[tuple[bool, int, threading.Thread]] = []

    async def answer(path: str) -> None:
        if path == "c2:1":
            await asyncio.Event().wait()

    def show(report: BulkReport) -> None:
        shown.append((report.interrupted, report.total, threading.current_thread()))

    with pytest.raises(KeyboardInterrupt):
        bulk_of(portal, Wire(answer)).add(Interrupted(after=3), progress=show)

    assert shown[-1] == (True, 3, threading.current_thread())
    assert [interrupted for interrupted, _, _ in shown].count(True) == 1


def test_an_async_input_is_drained_too(portal: Portal) -> None:
    """It waits on the loop, where no interrupt arrives."""
    waits = asyncio.Event()

    async def rows() -> AsyncIterator[str]:
        yield "a:1"
        await waits.wait()

    def interrupt(_: BulkReport) -> None:
        if not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt

    interrupted: list[bool] = []
    bulk = bulk_of(portal, Wire())
    with pytest.raises(KeyboardInterrupt):
        bulk.add(rows(), progress=interrupt)

    assert bulk.last_report is not None
    assert bulk.last_report.by_status == {"updated": 1}


def test_the_report_of_the_latest_job_is_kept_however_it_ends(portal: Portal) -> None:
    async def answer(path: str) -> None:
        if path == "bad:1":
            raise refusal()

    bulk = bulk_of(portal, Wire(answer))
    reports = [bulk.last_report]
    reports += [bulk.add(["a:1"]), bulk.last_report]
    assert reports == [None, reports[1], reports[1]]
    with pytest.raises(BulkError) as caught:
        bulk.add(["bad:1"])
    assert bulk.last_report is caught.value.report
    with bulk.stream("add", ["b:1"]) as outcomes:
        live = bulk.last_report
        assert [outcome.index for outcome in outcomes] == [0]

    assert live is bulk.last_report is outcomes.report


@given(
    rows=st.integers(0, 700),
    fault_at=st.none() | st.integers(0, 700),
    abort_at=st.none() | st.integers(0, 700),
    leave_at=st.none() | st.integers(0, 700),
)
def test_every_row_fetched_has_one_outcome_however_the_job_ends(
    rows: int, fault_at: int | None, abort_at: int | None, leave_at: int | None
) -> None:
    fetched = 0

    def source() -> Iterator[str]:
        nonlocal fetched
        for number in range(rows):
            if number == fault_at:
                raise ZeroDivisionError
            fetched += 1
            yield f"c{number}:1"

    async def answer(path: str) -> None:
        await asyncio.sleep(0)
        if path == f"c{abort_at}:1":
            raise refusal()

    seen: list[int] = []
    portal = Portal(close, twin="AsyncSentori")
    stream = bulk_of(portal, Wire(answer)).stream("add", source())
    with contextlib.suppress(BulkError), stream as outcomes:
        for outcome in outcomes:
            seen.append(outcome.index)
            if len(seen) == leave_at:
                break
    portal.close()
    report = stream.report

    assert report.total == fetched
    assert report.total == report.succeeded + report.failed + report.skipped + report.unknown
    assert sorted(set(seen)) == sorted(seen)
