"""A job of chunks keeps count, order and bounds as a job of single requests does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import ChunkRow, RowVerdict
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.errors import (
    AuthenticationError,
    BulkError,
    ConnectionLost,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    SentoriError,
    ValidationFailed,
)
from sentori_async.wire.message import Call, Request
from sentori_async.wire.settle import Flow
from tests.bulk.fakes import OPERATION, FakeChunkPlan, Wire
from tests.bulk.test_engine import api_error, failing
from tests.clock import now, run


def engine_of(rows: object, wire: Wire, plan: FakeChunkPlan | None = None) -> ChunkEngine:
    return ChunkEngine(source_of(rows), wire.send, plan or FakeChunkPlan(), workers=4)


async def collect(engine: ChunkEngine) -> list[BulkOutcome]:
    async with OutcomeStream(engine) as outcomes:
        return [outcome async for outcome in outcomes]


async def test_rows_go_out_in_chunks_in_input_order() -> None:
    wire = Wire()
    engine = engine_of([f"c{n}:1" for n in range(7)], wire)
    outcomes = await collect(engine)

    assert wire.sent == ["c0:1,c1:1,c2:1", "c3:1,c4:1,c5:1", "c6:1"]
    assert [o.status for o in outcomes] == ["accepted"] * 7
    assert sorted(o.index for o in outcomes) == list(range(7))
    assert engine.report.requests == 3


async def test_a_chunk_ends_before_it_grows_too_large() -> None:
    wire = Wire()
    await engine_of(["a:111", "b:11", "c:1", "d:1"], wire, FakeChunkPlan(max_bytes=9)).run()

    assert wire.sent == ["a:111,b:11", "c:1,d:1"]


async def test_a_row_larger_than_a_chunk_goes_alone() -> None:
    wire = Wire()
    await engine_of(["a:1", "b:99999999", "c:1"], wire, FakeChunkPlan(max_bytes=5)).run()

    assert wire.sent == ["a:1", "b:99999999", "c:1"]


async def test_a_later_row_of_the_same_contact_is_merged_into_the_chunk() -> None:
    """The earlier row is accounted for as skipped, and what it said is sent all the same."""
    wire = Wire()
    outcomes = await collect(engine_of(["a:1", "b:1", "a:2"], wire))

    assert wire.sent == ["a:1|a:2,b:1"]
    assert sorted((o.index, o.status) for o in outcomes) == [
        (0, "skipped"),
        (1, "accepted"),
        (2, "accepted"),
    ]


async def test_chunks_that_share_a_contact_are_not_in_flight_together() -> None:
    async def answer(path: str) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        assert sum("a:" in chunk for chunk in wire.in_flight) <= 1

    wire = Wire(answer)
    plan = FakeChunkPlan(max_rows=2)
    await engine_of(["a:1", "b:1", "c:1", "a:2", "d:1", "e:1", "a:3", "f:1"], wire, plan).run()

    assert [chunk for chunk in wire.sent if "a:" in chunk] == ["a:1,b:1", "c:1,a:2", "a:3,f:1"]


def test_next_chunk_of_a_contact_waits_until_a_lost_attempt_cannot_overtake_it() -> None:
    moments: dict[str, float] = {}

    async def answer(path: str) -> None:
        moments[path] = now()
        if path == "a:1,b:1":
            wire.meters[path].in_doubt_until = now() + 30.0

    wire = Wire(answer)
    plan = FakeChunkPlan(max_rows=2)
    run(engine_of(["a:1", "b:1", "c:1", "d:1", "b:2", "e:1"], wire, plan).run())

    assert moments == {"a:1,b:1": 0.0, "c:1,d:1": 0.0, "b:2,e:1": 30.0}


async def test_an_invalid_row_never_reaches_a_chunk() -> None:
    wire = Wire()
    outcomes = await collect(engine_of(["!a", "b:1"], wire))

    assert wire.sent == ["b:1"]
    assert {o.index: o.status for o in outcomes} == {0: "failed", 1: "accepted"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (api_error(NotFound, 404), "failed"),
        (ConnectionLost("cut", applied=None), "unknown"),
        (ConnectionLost("cut", applied=True), "accepted"),
    ],
    ids=["refused", "lost", "applied"],
)
async def test_a_chunk_that_fails_is_told_row_by_row(error: Any, status: str) -> None:
    wire = Wire(failing({"a:1,b:1": error}))
    engine = engine_of(["a:1", "b:1", "c:1"], wire, FakeChunkPlan(max_rows=2))
    outcomes = await collect(engine)

    assert {o.contact: o.status for o in outcomes} == {"a": status, "b": status, "c": "accepted"}


async def test_a_bad_key_skips_the_chunk_and_stops() -> None:
    wire = Wire(failing({"a:1,b:1,c:1": api_error(AuthenticationError, 403)}))
    engine = engine_of([f"{c}:1" for c in "abcdefghi"], wire)
    with pytest.raises(BulkError):
        await engine.run()

    assert engine.report.by_status == {"skipped": 3}
    assert wire.sent == ["a:1,b:1,c:1"]


async def test_a_filled_chunk_is_skipped_when_the_job_aborts() -> None:
    async def answer(path: str) -> None:
        await asyncio.sleep(0)
        if path == "b:1":
            raise api_error(AuthenticationError, 401)

    wire = Wire(answer)
    # The third row waits for its contact's second, which is the one that is refused.
    engine = engine_of(["a:1", "b:1", "b:2"], wire, FakeChunkPlan(max_rows=1))
    with pytest.raises(BulkError):
        await engine.run()

    assert wire.sent == ["a:1", "b:1"]
    assert engine.report.by_status["accepted"] == 1
    assert engine.report.total == engine.report.skipped + 1


class Picky(FakeChunkPlan):
    """Says of every second row that it was left out."""

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        yield from ()
        lost = ConnectionLost("left out", applied=None)
        return [
            RowVerdict("unknown", lost) if n % 2 else RowVerdict("accepted")
            for n in range(len(rows))
        ]


async def test_each_row_gets_its_own_verdict() -> None:
    outcomes = await collect(engine_of(["a:1", "b:1", "c:1"], Wire(), Picky()))

    assert {o.contact: o.status for o in outcomes} == {
        "a": "accepted",
        "b": "unknown",
        "c": "accepted",
    }


class Exhausted(FakeChunkPlan):
    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        yield from ()
        full = api_error(QuotaExceeded, 200)
        return [RowVerdict("accepted"), *[RowVerdict("failed", full)] * (len(rows) - 1)]


async def test_a_row_that_says_the_plan_is_exhausted_stops_the_job() -> None:
    wire = Wire()
    engine = engine_of([f"c{n}:1" for n in range(9)], wire, Exhausted())
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, QuotaExceeded)
    assert wire.sent == ["c0:1,c1:1,c2:1"]
    assert engine.report.by_status["accepted"] == 1
    assert engine.report.failed == 0
    assert engine.report.total == engine.report.skipped + 1


class Noting(FakeChunkPlan):
    """Has something to say of every chunk with a question mark."""

    def note(self, result: Any) -> str | None:
        return f"odd: {result}" if "?" in result else None


async def test_what_a_plan_notes_of_a_chunk_is_in_the_report() -> None:
    engine = engine_of(["a:1", "b:?", "c:1", "d:?"], Wire(), Noting(max_rows=1))
    await engine.run()

    assert sorted(engine.report.notes) == ["odd: b:?", "odd: d:?"]


async def test_a_plan_notes_nothing_unless_it_says_so() -> None:
    engine = engine_of(["a:1"], Wire())
    await engine.run()

    assert engine.report.notes == []


async def test_a_chunk_with_one_poisoned_row_is_halved_until_the_row_is_named() -> None:
    async def answer(path: str) -> None:
        if "bad:1" in path:
            raise api_error(ValidationFailed, 400)

    wire = Wire(answer)
    engine = engine_of(["a:1", "b:1", "bad:1", "c:1"], wire, FakeChunkPlan(max_rows=4))
    outcomes = await collect(engine)

    assert {o.contact: o.status for o in outcomes} == {
        "a": "accepted",
        "b": "accepted",
        "bad": "failed",
        "c": "accepted",
    }
    assert wire.sent == ["a:1,b:1,bad:1,c:1", "a:1,b:1", "bad:1,c:1", "bad:1", "c:1"]


async def test_a_key_that_dies_between_halves_skips_the_rest() -> None:
    wire = Wire(
        failing(
            {
                "a:1,b:1": api_error(ValidationFailed, 400),
                "a:1": api_error(AuthenticationError, 401),
            }
        )
    )
    engine = engine_of(["a:1", "b:1"], wire, FakeChunkPlan(max_rows=2))
    with pytest.raises(BulkError):
        await engine.run()

    assert engine.report.by_status == {"skipped": 2}
    assert wire.sent == ["a:1,b:1", "a:1"]


class Looking(FakeChunkPlan):
    """Looks every row up, and takes what fails for unknown."""

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        verdicts = []
        for row in rows:
            try:
                found = yield Call(Request(OPERATION, f"get {row.contact}"), lambda _: "found")
            except SentoriError as error:
                verdicts.append(RowVerdict("unknown", error))
            else:
                assert found == "found"
                verdicts.append(RowVerdict("accepted"))
        return verdicts


async def test_verdicts_may_take_look_ups_which_are_requests_and_no_attempts() -> None:
    wire = Wire(failing({"get b": api_error(PermissionDenied, 403)}))
    engine = engine_of(["a:1", "b:1"], wire, Looking())
    outcomes = await collect(engine)

    assert {o.contact: (o.status, o.attempts) for o in outcomes} == {
        "a": ("accepted", 1),
        "b": ("unknown", 1),
    }
    assert (engine.report.requests, engine.report.retries) == (3, 0)


async def test_a_look_up_that_shows_the_key_dead_stops_the_job() -> None:
    wire = Wire(failing({"get a": api_error(AuthenticationError, 401)}))
    engine = engine_of(["a:1", "b:1"], wire, Looking(max_rows=1, workers=1))
    with pytest.raises(BulkError):
        await engine.run()

    assert engine.report.unknown == 1


class Broken(FakeChunkPlan):
    """Has a bug."""

    def plan(self, row: object) -> ChunkRow:
        if row == "bug":
            raise ZeroDivisionError
        return super().plan(row)


async def test_a_bug_in_a_row_stops_the_job_and_loses_no_account() -> None:
    engine = engine_of(["a:1", "bug", "b:1"], Wire(), Broken())
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, ZeroDivisionError)
    assert engine.report.total == engine.report.succeeded + engine.report.skipped == 2


async def test_a_bug_while_sending_stops_the_job_and_leaves_its_rows_unknown() -> None:
    async def answer(path: str) -> None:
        raise ZeroDivisionError

    engine = engine_of(["a:1", "b:1"], Wire(answer))
    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, ZeroDivisionError)
    assert engine.report.by_status == {"unknown": 2}


def test_a_chunk_does_not_wait_for_itself() -> None:
    """Two of its rows may share one contact of two."""
    wire = Wire()

    run(engine_of(["a:1", "a+b:2", "b:3", "a:4"], wire).run())

    assert wire.sent == ["a:1,a+b:2,b:3", "a:4"]


def test_a_source_that_is_silent_for_long_is_heard_again() -> None:
    """The worker that fills the chunk has to hear of the row, not one that waits for the chunk."""

    async def rows() -> AsyncIterator[str]:
        for row in ("a:1", "b:1", "c:1"):
            yield row
            await asyncio.sleep(30.0)

    sent: list[tuple[str, float]] = []

    async def answer(path: str) -> None:
        sent.append((path, now()))
        await asyncio.sleep(1.0)

    async def work() -> None:
        plan = FakeChunkPlan(max_rows=1)
        await asyncio.wait_for(engine_of(rows(), Wire(answer), plan).run(), 300.0)

    run(work())

    assert sent == [("a:1", 0.0), ("b:1", 31.0), ("c:1", 61.0)]


def test_a_chunk_whose_turn_comes_goes_while_another_is_filled() -> None:
    async def rows() -> AsyncIterator[str]:
        for row in ("a:1", "b:1", "b:2"):
            yield row
        await asyncio.sleep(30.0)

    sent: list[tuple[str, float]] = []

    async def answer(path: str) -> None:
        sent.append((path, now()))
        await asyncio.sleep(8.0)

    run(engine_of(rows(), Wire(answer), FakeChunkPlan(max_rows=1)).run())

    assert sent == [("a:1", 0.0), ("b:1", 8.0), ("b:2", 16.0)]


@given(
    contacts=st.lists(st.sampled_from("abcdef!"), max_size=40),
    max_rows=st.integers(1, 5),
    max_bytes=st.integers(3, 30),
    workers=st.integers(1, 4),
)
def test_every_row_is_told_once_and_said_once(
    contacts: list[str], max_rows: int, max_bytes: int, workers: int
) -> None:
    """However rows repeat and chunks break: one outcome each, and every valid text is sent once."""
    texts = [f"!{n}" if c == "!" else f"{c}:{n}" for n, c in enumerate(contacts)]
    wire = Wire()
    plan = FakeChunkPlan(max_rows=max_rows, max_bytes=max_bytes, workers=workers)
    outcomes = asyncio.run(collect(engine_of(texts, wire, plan)))

    assert sorted(o.index for o in outcomes) == list(range(len(texts)))
    sent = [text for chunk in wire.sent for row in chunk.split(",") for text in row.split("|")]
    assert sorted(sent) == sorted(text for text in texts if not text.startswith("!"))
    for contact in "abcdef":
        mine = [text for text in sent if text.startswith(contact)]
        assert mine == [text for text in texts if text.startswith(contact)]
