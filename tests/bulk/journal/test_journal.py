"""A job with a journal goes on where it was."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.rows import source_of
from sentori_async.errors import (
    AuthenticationError,
    BulkError,
    ConnectionLost,
    NotFound,
    ValidationFailed,
)
from sentori_async.wire.idempotency import KeyRules
from tests.bulk.fakes import FakeChunkPlan, Wire
from tests.bulk.journal.jobs import (
    HOME,
    Platform,
    done,
    engine_of,
    journal_at,
    query,
    statuses,
)
from tests.bulk.test_engine import api_error, failing


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.db"


# ------------------------------------------------------------------------------- going on


async def test_what_is_settled_is_told_and_not_sent_again(path: Path) -> None:
    rows = ["a:1", "b:1", "!c", "a:2"]
    wire = Wire(failing({"b:1": api_error(NotFound, 404)}))
    first = await done(path, rows, wire)
    again_wire = Wire()
    again = await done(path, rows, again_wire)

    assert statuses(first) == statuses(again) == ["updated", "failed", "failed", "updated"]
    assert again_wire.sent == []
    assert isinstance(again[1].error, NotFound)
    assert again[1].error.__dict__ == first[1].error.__dict__
    assert again[1].attempts == 1


async def test_a_row_is_on_record_before_it_is_sent_and_its_outcome_follows(path: Path) -> None:
    seen: list[Any] = []

    async def answer(row: str) -> None:
        seen.append(query(path, "SELECT number, contact, outcome FROM rows ORDER BY number"))

    await done(path, ["a:1", "b:1"], Wire(answer))

    assert seen[0] == [(0, "a", None)]
    assert (1, "b", None) in seen[1]
    assert query(path, "SELECT outcome FROM rows") == [("updated",), ("updated",)]


async def test_a_row_keeps_when_it_was_sent_and_with_which_key_once_it_is_settled(
    path: Path,
) -> None:
    await done(path, ["a:1", "!b"], home=attrs.evolve(HOME, keys=KeyRules()))
    sent, refused = query(
        path,
        "SELECT run, action, intended_at, settled_at, idempotency_key, attempts FROM rows "
        "ORDER BY number",
    )

    assert sent[:2] == refused[:2] == (1, "update")
    assert 1e9 < sent[2] <= sent[3]
    assert len(sent[4]) == 32
    assert refused[2] is None
    assert refused[3] > 1e9
    assert (sent[5], refused[5]) == (1, 0)


async def test_failed_rows_are_sent_again_only_where_that_is_asked_for(path: Path) -> None:
    rows = ["a:1", "b:1"]
    await done(path, rows, Wire(failing({"b:1": api_error(NotFound, 404)})))
    wire = Wire()
    again = await done(path, rows, wire, retry_failed=True)

    assert wire.sent == ["b:1"]
    assert statuses(again) == ["updated", "updated"]
    assert query(path, "SELECT attempts FROM rows ORDER BY number") == [(1,), (2,)]


async def test_no_row_is_taken_before_the_journal_was_asked_about_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are sent and rows that are settled meet at the end of each page."""
    monkeypatch.setattr("sentori_async.bulk.journal.journal._PAGE", 1)
    rows = [f"c{n}:1" for n in range(40)]
    failed = rows[::2]
    gone = {row: api_error(NotFound, 404) for row in failed}
    await done(path, rows, Wire(failing(gone)))
    wire = Wire()
    await done(path, rows, wire, retry_failed=True)

    assert sorted(wire.sent) == sorted(failed)


async def test_unknown_rows_are_settled_again_and_not_sent_as_if_new(path: Path) -> None:
    rows = ["a:1", "b:1"]
    lost = Wire(failing({"b:1": ConnectionLost("cut", applied=None)}))
    assert statuses(await done(path, rows, lost)) == ["updated", "unknown"]

    wire = Platform()
    assert statuses(await done(path, rows, wire)) == ["updated", "updated"]
    assert wire.sent == wire.lost == ["b:1"]


async def test_an_unknown_row_is_left_where_later_rows_of_its_contact_were_sent(path: Path) -> None:
    """To send it now would undo what they did."""
    rows = ["a:1", "b+c:1", "a:2", "c:2", "d:1"]
    lost = {row: ConnectionLost("cut", applied=None) for row in ("a:1", "b+c:1", "d:1")}
    await done(path, rows, Wire(failing(dict(lost))))
    wire = Platform()
    again = await done(path, rows, wire)

    assert wire.sent == ["d:1"]
    assert statuses(again) == ["unknown", "unknown", "updated", "updated", "updated"]


async def test_failed_rows_that_were_overtaken_stay_failed(path: Path) -> None:
    rows = ["a:1", "a:2", "b:1", "!b"]
    gone = {row: api_error(NotFound, 404) for row in ("a:1", "b:1")}
    await done(path, rows, Wire(failing(dict(gone))))
    wire = Wire()
    await done(path, rows, wire, retry_failed=True)

    assert wire.sent == ["b:1"]


async def test_a_job_that_a_bad_key_stopped_goes_on_with_a_good_one(path: Path) -> None:
    rows = [f"{name}:1" for name in "abcdef"]
    refused = api_error(AuthenticationError, 401)
    with pytest.raises(BulkError) as caught:
        await engine_of(rows, Wire(failing({"a:1": refused})), journal_at(path)).run()
    assert caught.value.report.by_status == {"skipped": 1}

    wire = Platform()
    again = await done(path, rows, wire)
    assert sorted(wire.sent) == rows
    assert wire.lost == []
    assert statuses(again) == ["updated"] * 6
    assert query(path, "SELECT status, cause FROM runs") == [
        ("aborted", "AuthenticationError"),
        ("finished", None),
    ]


async def test_rows_that_were_appended_are_new(path: Path) -> None:
    await done(path, ["a:1", "b:1"])
    wire = Wire()
    again = await done(path, ["a:1", "b:1", "c:1"], wire)

    assert wire.sent == ["c:1"]
    assert len(again) == 3


async def test_a_changed_row_stops_the_job_before_anything_more_is_sent(path: Path) -> None:
    await done(path, ["a:1", "b:1", "c:1"])
    wire = Wire()
    engine = engine_of(["a:1", "b:X", "c:1", "d:1"], wire, journal_at(path))
    with pytest.raises(BulkError, match="row 1 "):
        await engine.run()

    assert wire.sent == []
    assert statuses(await done(path, ["a:1", "b:1", "c:1"], wire)) == ["updated"] * 3
    assert wire.sent == []


async def test_an_input_that_lacks_rows_that_were_sent_is_refused_at_its_end(path: Path) -> None:
    await done(path, ["a:1", "b:1", "c:1"])
    with pytest.raises(BulkError, match="the input has 2 rows"):
        await engine_of(["a:1", "b:1"], Wire(), journal_at(path)).run()


async def test_cancelled_rows_are_settled_as_lost_ones(path: Path) -> None:
    async def answer(row: str) -> None:
        if row != "a:1":
            await asyncio.Event().wait()

    wire = Wire(answer)
    rows = ["a:1", "b:1", "c:1"]
    task = asyncio.create_task(engine_of(rows, wire, journal_at(path)).run())
    while len(wire.in_flight) < 2:
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    again = Platform()
    await done(path, rows, again)
    assert sorted(again.lost) == ["b:1", "c:1"]
    assert query(path, "SELECT status FROM runs") == [("cancelled",), ("finished",)]


async def test_a_job_that_is_cancelled_while_its_journal_is_closed_is_over_when_that_is(
    path: Path,
) -> None:
    """Whoever starts it again at once would be told that the journal is in use."""
    journal = journal_at(path)
    closing, go_on = threading.Event(), threading.Event()
    store: Any = journal._store
    end_run = store.end_run

    def slowly(*args: Any) -> None:
        closing.set()
        go_on.wait(60)
        end_run(*args)

    store.end_run = slowly
    task = asyncio.create_task(engine_of(["a:1"], Wire(), journal).run())
    await asyncio.to_thread(closing.wait, 60)
    task.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    was_over = task.done()
    go_on.set()
    await asyncio.wait([task])

    assert not was_over
    assert task.cancelled()
    assert statuses(await done(path, ["a:1"])) == ["updated"]


# --------------------------------------------------------------------------------- chunks


async def test_a_chunk_that_was_lost_is_rebuilt_as_it_was(path: Path) -> None:
    rows = ["a:1", "b:1", "a:2", "c:1", "d:1", "e:1"]
    lost = Wire(failing({"a:1|a:2,b:1,c:1": ConnectionLost("cut", applied=None)}))
    first = await done(path, rows, lost, chunks=3)
    assert statuses(first) == ["skipped", "unknown", "unknown", "unknown", "accepted", "accepted"]

    wire = Platform()
    again = await done(path, [*rows, "f:1"], wire, chunks=3)
    assert wire.sent == ["a:1|a:2,b:1,c:1", "f:1"]
    assert wire.lost == ["a:1|a:2,b:1,c:1"]
    assert statuses(again) == ["skipped", *["accepted"] * 6]


async def test_rows_taken_into_a_row_that_was_not_sent_are_taken_in_again(path: Path) -> None:
    rows = ["a:1", "b:1", "a:2"]
    wire = Wire(failing({"a:1|a:2,b:1": api_error(AuthenticationError, 401)}))
    with pytest.raises(BulkError):
        await engine_of(rows, wire, journal_at(path), chunks=3).run()

    wire = Platform()
    again = await done(path, rows, wire, chunks=3)
    assert wire.sent == ["a:1|a:2,b:1"]
    assert wire.lost == []
    assert statuses(again) == ["skipped", "accepted", "accepted"]


async def test_halves_of_a_refused_chunk_are_on_record_each_for_itself(path: Path) -> None:
    async def answer(chunk: str) -> None:
        if "bad:1" in chunk:
            raise api_error(ValidationFailed, 400)
        if chunk == "a:1":
            raise ConnectionLost("cut", applied=None)

    rows = ["a:1", "bad:1", "c:1"]
    first = await done(path, rows, Wire(answer), chunks=3)
    assert statuses(first) == ["unknown", "failed", "accepted"]

    wire = Platform()
    again = await done(path, rows, wire, chunks=3)
    assert wire.sent == wire.lost == ["a:1"]
    assert statuses(again) == ["accepted", "failed", "accepted"]


async def test_one_contacts_rows_alone_do_not_make_a_chunk_without_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentori_async.bulk.chunks._MOST_TAKEN_IN", 10)
    wire = Wire()
    await done(path, [f"a:{n}" for n in range(30)], wire, chunks=3)

    assert len(wire.sent) == 3


# ----------------------------------------------------------------------- idempotency keys


async def test_a_lost_call_is_repeated_with_the_key_it_was_sent_with(path: Path) -> None:
    home = attrs.evolve(HOME, keys=KeyRules())
    lost = Platform(failing({"b:1": ConnectionLost("cut", applied=None)}))
    await done(path, ["a:1", "b:1"], lost, home=home)
    wire = Platform()
    await done(path, ["a:1", "b:1", "c:1"], wire, home=home)

    assert wire.keys["b:1"] == lost.keys["b:1"] is not None
    assert wire.keys["c:1"] not in (None, wire.keys["b:1"])


async def test_a_key_is_not_used_for_another_chunk_than_its_own(path: Path) -> None:
    """Only some of its rows are unknown: the key counts as too old, so that they are looked up."""
    home = attrs.evolve(HOME, keys=KeyRules())

    class Unsure(FakeChunkPlan):
        def verdicts(self, rows: Any, result: Any) -> Any:
            found = yield from super().verdicts(rows, result)
            found[0].status, found[0].error = "unknown", ConnectionLost("?", applied=None)
            return found

    engine = ChunkEngine(
        source_of(["a:1", "b:1"]),
        Platform().send,
        Unsure(),
        workers=1,
        journal=journal_at(path, home=home),
    )
    await engine.run()
    wire = Platform()
    await done(path, ["a:1", "b:1"], wire, home=home, chunks=3)

    key = wire.keys["a:1"]
    assert key is not None
    assert key.is_too_old(KeyRules(), 1e9)


async def test_what_was_started_within_long_windows_is_kept_and_given_back(path: Path) -> None:
    told = {"by": "me", "windows": [[3600.0, [[7.0, 3]]]]}
    given_back: list[Any] = []
    home = attrs.evolve(HOME, pace_told=lambda: told, pace_recall=given_back.append)
    await done(path, ["a:1"], home=home)
    assert given_back == []

    await done(path, ["a:1"], home=home)
    assert given_back == [told]


# --------------------------------------------------------------------------------- report


async def test_failures_beyond_the_first_thousand_are_read_from_the_journal(path: Path) -> None:
    rows = [f"!{n}" if n % 2 else f"c{n}:1" for n in range(5_000)]
    engine = engine_of(rows, Wire(), journal_at(path))
    await engine.run()
    failures = engine.report.failures

    assert len(failures) == 2_500
    assert sorted(outcome.index for outcome in failures) == list(range(1, 5_000, 2))
    assert {type(outcome.error).__name__ for outcome in failures} == {"InvalidInput"}
    assert failures._spool is None


async def test_a_report_with_a_journal_counts_all_runs(path: Path) -> None:
    rows = [f"c{n}:1" for n in range(2_500)]
    lost = {row: ConnectionLost("cut", applied=None) for row in rows[::2]}
    await done(path, rows, Wire(failing(dict(lost))))
    engine = engine_of(rows, Wire(failing(dict(lost))), journal_at(path))
    await engine.run()

    report: BulkReport = engine.report
    assert (report.succeeded, report.unknown) == (1_250, 1_250)
    assert len(list(report.unknowns)) == 1_250
    assert json.loads(query(path, "SELECT counts FROM runs WHERE id = 2")[0][0]) == {
        "updated": 1_250,
        "unknown": 1_250,
    }


# ------------------------------------------------------------------- any history, any order


@given(
    contacts=st.lists(st.sampled_from("abc!"), max_size=12),
    stops=st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from(["key", "cancel", "lost", "failed"])),
        max_size=3,
    ),
    workers=st.integers(1, 3),
    chunks=st.one_of(st.none(), st.integers(1, 3)),
)
def test_whatever_stops_a_job_each_row_is_carried_out_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory,
    contacts: list[str],
    stops: list[tuple[int, str]],
    workers: int,
    chunks: int | None,
) -> None:
    """What is sent anew is never what was carried out, and no row overtakes its contact's later."""
    path = tmp_path_factory.mktemp("history") / "job.db"
    rows = [f"!{n}" if c == "!" else f"{c}:{n}" for n, c in enumerate(contacts)]
    applied: list[str] = []
    for stop in [*stops, (10_000, "never")]:
        asyncio.run(_attempted(path, rows, applied, stop, (workers, chunks)))

    said = [text for sent in applied for part in sent.split(",") for text in part.split("|")]
    unique = list(dict.fromkeys(said))
    for contact in "abc":
        mine = [row for row in rows if row.startswith(contact)]
        assert [text for text in unique if text.startswith(contact)] == [
            row for row in mine if row in unique
        ]
    with_failures = any(how == "failed" for _, how in stops)
    valid = {row for row in rows if not row.startswith("!")}
    assert set(unique) == valid or with_failures


async def _attempted(
    path: Path,
    rows: list[str],
    applied: list[str],
    stop: tuple[int, str],
    size: tuple[int, int | None],
) -> None:
    """Run the job, and have its n-th request go wrong in one way."""
    after, how = stop
    workers, chunks = size
    wire = Platform()
    count = 0

    async def answer(sent: str) -> None:
        nonlocal count
        count += 1
        await asyncio.sleep(0)
        if count != after + 1:
            assert sent not in applied or sent in wire.lost, "carried out already, and sent anew"
            applied.append(sent)
            return
        if how == "key":
            raise api_error(AuthenticationError, 401)
        if how == "failed":
            raise api_error(NotFound, 404)
        if how == "lost":
            applied.append(sent)
            raise ConnectionLost("cut", applied=None)
        engine_task.cancel()
        await asyncio.Event().wait()

    wire._answer = answer
    engine = engine_of(rows, wire, journal_at(path), chunks=chunks, workers=workers)
    engine_task = asyncio.create_task(engine.run())
    try:
        await engine_task
    except BulkError:
        assert how == "key"
    except asyncio.CancelledError:
        assert how == "cancel"
    else:
        valid = sum(not row.startswith("!") for row in rows)
        assert engine.report.total == len(rows) >= valid
