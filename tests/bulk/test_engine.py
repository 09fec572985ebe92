"""A bulk job keeps count, order and bounds, whatever happens to its rows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import PlannedRow
from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.rows import IterableSource, source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.errors import (
    AccountBlocked,
    AuthenticationError,
    BulkError,
    ConnectFailed,
    ConnectionLost,
    DecodeError,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    SentoriError,
)
from tests.bulk.fakes import FakeRowPlan, Wire, until
from tests.clock import now, run


def engine_of(rows: object, wire: Wire, *, workers: int = 4) -> RowEngine:
    return RowEngine(source_of(rows), wire.send, FakeRowPlan(), workers=workers)


def api_error(cls: type[SentoriError], status: int) -> SentoriError:
    return cls("refused", platform="fake", operation="rows.put", status=status)  # type: ignore[call-arg]


def failing(errors: dict[str, SentoriError]) -> Callable[[str], Awaitable[None]]:
    async def answer(path: str) -> None:
        await asyncio.sleep(0)
        if path in errors:
            raise errors[path]

    return answer


async def collect(engine: RowEngine) -> list[BulkOutcome]:
    async with OutcomeStream(engine) as outcomes:
        return [outcome async for outcome in outcomes]


async def test_every_row_has_one_outcome_and_the_report_adds_up() -> None:
    wire = Wire(failing({"b:1": api_error(NotFound, 404)}))
    engine = engine_of(["a:1", "b:1", "!c", "d:1"], wire)
    outcomes = await collect(engine)
    report = engine.report

    assert sorted((o.index, o.contact, o.status) for o in outcomes) == [
        (0, "a", "updated"),
        (1, "b", "failed"),
        (2, "c", "failed"),
        (3, "d", "updated"),
    ]
    assert (report.total, report.succeeded, report.failed) == (4, 2, 2)
    assert report.by_error == {"NotFound": 1, "InvalidInput": 1}
    assert report.requests == 3
    assert report.retries == 0
    assert {outcome.index for outcome in report.failures} == {1, 2}
    assert report.duration_s > 0


async def test_what_an_error_says_of_the_write_decides_the_status() -> None:
    """Refused is failed, lost is unknown, and an unreadable success is a success."""
    wire = Wire(
        failing(
            {
                "a:1": ConnectFailed("down"),
                "b:1": ConnectionLost("cut", applied=None),
                "c:1": DecodeError("odd", applied=True),
            }
        )
    )
    engine = engine_of(["a:1", "b:1", "c:1"], wire)
    outcomes = {outcome.contact: outcome for outcome in await collect(engine)}

    assert {name: o.status for name, o in outcomes.items()} == {
        "a": "failed",
        "b": "unknown",
        "c": "updated",
    }
    assert isinstance(outcomes["c"].error, DecodeError)
    assert [o.contact for o in engine.report.unknowns] == ["b"]


@pytest.mark.parametrize(
    ("error", "status"),
    [(AuthenticationError, 403), (AccountBlocked, 403), (QuotaExceeded, 402)],
)
async def test_a_fault_of_the_account_stops_the_job(error: type[SentoriError], status: int) -> None:
    """The refused row is skipped, not failed: it is to be sent again with a good key."""
    taken: list[str] = []

    def rows() -> Iterator[str]:
        for n in range(100):
            taken.append(f"c{n}:1")
            yield taken[-1]

    wire = Wire(failing({"c0:1": api_error(error, status)}))
    engine = engine_of(rows(), wire)
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, error)
    assert "stopped after 1 row: " in str(caught.value)
    assert caught.value.report is engine.report
    assert engine.report.by_status == {"skipped": 1}
    assert taken == ["c0:1"]
    assert wire.sent == ["c0:1"]


async def test_an_abort_skips_what_was_taken_and_settles_what_is_in_flight() -> None:
    go_on = asyncio.Event()

    async def answer(path: str) -> None:
        if path == "bad:1":
            raise api_error(AuthenticationError, 401)
        if path == "slow:1":
            await go_on.wait()
        if path == "last:1":
            go_on.set()

    wire = Wire(answer)
    # "slow" holds the turn of the second "slow" row, which is taken but never sent.
    rows = ["first:1", "slow:1", "slow:2", "bad:1", "never:1"]
    engine = engine_of(rows, wire, workers=3)
    task = asyncio.create_task(engine.run())
    await until(lambda: "bad:1" in wire.sent)
    go_on.set()
    with pytest.raises(BulkError):
        await task

    assert engine.report.by_status == {"updated": 2, "skipped": 2}
    assert "slow:2" not in wire.sent
    assert "never:1" not in wire.sent


async def test_the_first_request_goes_alone_until_the_key_is_known_to_be_good() -> None:
    seen: list[int] = []

    async def answer(path: str) -> None:
        seen.append(len(wire.in_flight))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if path in {"a:1", "b:1"}:
            raise api_error(PermissionDenied, 403)
        if path == "c:1":
            raise ConnectFailed("down")

    wire = Wire(answer)
    engine = engine_of(["a:1", "b:1", "c:1", "d:1", "e:1", "f:1", "g:1"], wire)
    await engine.run()

    assert seen[:4] == [1, 1, 1, 1]
    assert wire.most_in_flight > 1
    assert engine.report.total == 7


async def test_an_input_without_rows_is_an_empty_report() -> None:
    engine = engine_of([], Wire())
    await engine.run()

    assert engine.report.total == 0


async def test_rows_of_one_contact_go_one_by_one_in_input_order() -> None:
    async def answer(path: str) -> None:
        contact = path.partition(":")[0]
        assert [p for p in wire.in_flight if p.startswith(f"{contact}:")] == [path]
        for _ in range(len(path) % 3):
            await asyncio.sleep(0)

    wire = Wire(answer)
    rows = [f"c{n % 3}:{n}" for n in range(60)]
    engine = engine_of(rows, wire, workers=8)
    await engine.run()

    assert engine.report.succeeded == 60
    for contact in ("c0", "c1", "c2"):
        mine = [row for row in rows if row.startswith(f"{contact}:")]
        assert [row for row in wire.sent if row.startswith(f"{contact}:")] == mine
    assert wire.most_in_flight == 3


async def test_a_row_of_two_contacts_holds_both() -> None:
    async def answer(path: str) -> None:
        busy = [name for p in wire.in_flight for name in p.partition(":")[0].split("+")]
        assert max(Counter(busy).values()) == 1
        await asyncio.sleep(0)

    wire = Wire(answer)
    rows = ["a:1", "a+b:2", "b:3", "b+a:4", "a:5", "c:6"]
    engine = engine_of(rows, wire, workers=6)
    await engine.run()

    assert engine.report.succeeded == 6
    assert [row for row in wire.sent if "a" in row] == ["a:1", "a+b:2", "b+a:4", "a:5"]
    assert len(engine._turns) == 0


def late(path: str, wire: Wire, took_s: float) -> None:
    """Leave the request in doubt, as the transport does after a lost attempt."""
    wire.meters[path].in_doubt_until = now() + took_s


def test_next_row_of_a_contact_waits_until_a_lost_attempt_cannot_overtake_it() -> None:
    """A request that nobody waits for any more may take effect after the next one has."""
    moments: dict[str, float] = {}

    async def answer(path: str) -> None:
        moments[path] = now()
        if path == "a:1":
            late(path, wire, 30.0)

    wire = Wire(answer)
    run(engine_of(["a:1", "a:2", "b:1", "a:3"], wire).run())

    assert moments == {"a:1": 0.0, "b:1": 0.0, "a:2": 30.0, "a:3": 30.0}


def test_a_job_does_not_wait_for_a_lost_attempt_that_no_row_follows() -> None:
    async def answer(path: str) -> None:
        late(path, wire, 30.0)

    async def main() -> float:
        await engine_of(["a:1", "b:1"], wire).run()
        return now()

    wire = Wire(answer)
    assert run(main()) == 0.0


def test_a_job_that_is_cancelled_leaves_no_turn_to_be_taken() -> None:
    """Whoever waits for a lost attempt is gone when its time comes."""

    async def answer(path: str) -> None:
        late(path, wire, 30.0)

    async def main() -> list[str]:
        complaints: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
        task = asyncio.create_task(engine_of(["a:1", "a:2"], wire).run())
        await asyncio.sleep(10.0)
        task.cancel()
        await asyncio.sleep(100.0)
        return complaints

    wire = Wire(answer)
    assert run(main()) == []
    assert wire.sent == ["a:1"]


async def test_an_input_that_breaks_stops_the_job_with_its_own_error() -> None:
    def rows() -> Iterator[str]:
        yield "a:1"
        yield "b:1"
        raise sqlite3.OperationalError("disk gone")

    engine = engine_of(rows(), Wire())
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, sqlite3.OperationalError)
    assert engine.report.succeeded == 2


async def test_no_row_is_taken_before_a_worker_is_free() -> None:
    """However long the input, only as many rows are taken as there are workers."""
    taken = 0
    hold = asyncio.Event()

    def rows() -> Iterator[str]:
        nonlocal taken
        for n in range(1_000):
            taken += 1
            yield f"c{n}:1"

    async def answer(path: str) -> None:
        if path != "c0:1":
            await hold.wait()

    wire = Wire(answer)
    engine = engine_of(rows(), wire, workers=5)
    task = asyncio.create_task(engine.run())
    await until(lambda: len(wire.in_flight) == 5)

    assert taken == 6
    hold.set()
    await task
    assert engine.report.succeeded == 1_000


async def test_rows_without_io_leave_the_loop_time_for_others() -> None:
    """A job of refused rows only must not keep a web backend's loop busy to its end."""
    engine = engine_of((f"!{n}" for n in range(50_000)), Wire())
    task = asyncio.create_task(engine.run())
    turns = 0
    while not task.done():
        await asyncio.sleep(0)
        turns += 1

    assert engine.report.failed == 50_000
    assert turns > 5


async def test_async_rows_are_taken_in_order_by_many_workers() -> None:
    async def rows() -> AsyncIterator[str]:
        for n in range(200):
            if n % 7 == 0:
                await asyncio.sleep(0)
            yield f"c{n}:1"

    engine = engine_of(rows(), Wire(), workers=8)
    outcomes = await collect(engine)

    assert {(o.index, o.contact) for o in outcomes} == {(n, f"c{n}") for n in range(200)}


async def test_a_drain_ends_the_wait_for_an_async_row() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a:1"
        await asyncio.Event().wait()
        yield "never:1"

    wire = Wire()
    engine = engine_of(rows(), wire)
    async with OutcomeStream(engine) as outcomes:
        assert (await anext(outcomes)).contact == "a"
        outcomes.drain()
        assert [outcome async for outcome in outcomes] == []

    assert engine.report.total == 1


async def test_cancelling_the_job_cancels_what_is_in_flight() -> None:
    cancelled: list[str] = []

    async def answer(path: str) -> None:
        if path == "a:1":
            return
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(path)
            raise

    wire = Wire(answer)
    task = asyncio.create_task(engine_of([f"{c}:1" for c in "abcdef"], wire).run())
    await until(lambda: len(wire.in_flight) == 4)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert sorted(cancelled) == ["b:1", "c:1", "d:1", "e:1"]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_progress_sees_the_live_report_and_the_end() -> None:
    seen: list[int] = []
    engine = RowEngine(
        source_of(["a:1", "b:1"]),
        Wire().send,
        FakeRowPlan(),
        workers=2,
        progress=lambda report: seen.append(report.total),
    )
    await engine.run()

    assert seen[-1] == 2


async def test_a_progress_that_raises_stops_the_job() -> None:
    def broken(report: object) -> None:
        raise ZeroDivisionError

    engine = RowEngine(source_of(["a:1"]), Wire().send, FakeRowPlan(), workers=1, progress=broken)
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, ZeroDivisionError)
    assert engine.report.succeeded == 1


async def test_a_progress_may_be_a_coroutine_function_and_is_awaited() -> None:
    seen: list[int] = []

    async def show(report: BulkReport) -> None:
        await asyncio.sleep(0)
        seen.append(report.total)

    engine = RowEngine(source_of(["a:1"]), Wire().send, FakeRowPlan(), workers=1, progress=show)
    await engine.run()

    assert seen == [1]


class FetchedAhead(IterableSource):
    """Fetches two rows more than it hands out."""

    def __init__(self, rows: list[object]) -> None:
        super().__init__(rows[:-2])
        self._ahead = rows[-2:]

    def left_over(self) -> list[object]:
        return self._ahead


async def test_rows_fetched_but_never_taken_are_skipped_for_the_cause_of_the_abort() -> None:
    refused = api_error(AuthenticationError, 401)
    engine = engine_of(FetchedAhead(["a:1", "b:1", "c:1"]), Wire(failing({"a:1": refused})))
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert caught.value.report.total == 3
    assert engine.report.by_status == {"skipped": 3}
    assert engine.report.by_error == {"AuthenticationError": 3}


async def test_a_row_whose_own_code_breaks_stops_the_job_with_its_report() -> None:
    class Broken(FakeRowPlan):
        def plan(self, row: object) -> PlannedRow:
            if row == "bug":
                raise ZeroDivisionError
            return super().plan(row)

    engine = RowEngine(source_of(["a:1", "bug", "b:1"]), Wire().send, Broken(), workers=1)
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, ZeroDivisionError)
    assert engine.report.by_status == {"updated": 1, "skipped": 1}


async def test_a_bug_while_sending_leaves_the_row_unknown_and_stops_the_job() -> None:
    async def answer(path: str) -> None:
        if path == "b:1":
            raise ZeroDivisionError

    engine = engine_of(["a:1", "b:1", "c:1"], Wire(answer), workers=1)
    with pytest.raises(BulkError):
        await engine.run()

    assert engine.report.by_status == {"updated": 1, "unknown": 1}


ERRORS: dict[str, Callable[[], SentoriError]] = {
    "failed": lambda: api_error(NotFound, 404),
    "unknown": lambda: ConnectionLost("cut", applied=None),
}


@given(
    rows=st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(["ok", "failed", "unknown", "!"])),
        max_size=60,
    ),
    workers=st.integers(1, 9),
    pauses=st.lists(st.integers(0, 4), min_size=1, max_size=7),
)
def test_count_and_order_hold_under_any_faults(
    rows: list[tuple[str, str]], workers: int, pauses: list[int]
) -> None:
    """One outcome per row, and the rows of each contact in input order, whatever fails."""
    texts = [
        f"{'!' if fate == '!' else ''}{contact}:{n}:{fate}"
        for n, (contact, fate) in enumerate(rows)
    ]

    async def answer(path: str) -> None:
        contact, number, fate = path.split(":")
        assert sum(p.startswith(f"{contact}:") for p in wire.in_flight) == 1
        for _ in range(pauses[int(number) % len(pauses)]):
            await asyncio.sleep(0)
        if fate in ERRORS:
            make = ERRORS[fate]
            raise make()

    wire = Wire(answer)
    engine = engine_of(texts, wire, workers=workers)
    outcomes = asyncio.run(collect(engine))

    assert sorted(o.index for o in outcomes) == list(range(len(rows)))
    wanted = {"ok": "updated", "failed": "failed", "unknown": "unknown", "!": "failed"}
    assert {o.index: o.status for o in outcomes} == {
        n: wanted[fate] for n, (_, fate) in enumerate(rows)
    }
    for contact in "abcd":
        sent = [p for p in wire.sent if p.startswith(f"{contact}:")]
        assert sent == [t for t in texts if t.startswith(f"{contact}:")]
