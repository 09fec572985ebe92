"""The journal tells the requests that carried rows, though none was written down."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import attrs
import pytest

from sentori_async import AsyncSentori, Limits
from sentori_async.bulk.journal.entries import IntentEntry, intent_entry, outcome_entry
from sentori_async.bulk.journal.store import Store
from sentori_async.bulk.ledger import Ledger, LedgerRequest
from sentori_async.bulk.options import JobOptions
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.errors import (
    AuthenticationError,
    ConnectionLost,
    NotFound,
    ValidationFailed,
)
from sentori_async.sandbox import API_KEY, FaultRule, FaultScript, Sandbox, faults
from tests.bulk.fakes import FakeRowPlan, Wire
from tests.bulk.journal.jobs import JOB, done, journal_at, query
from tests.bulk.test_engine import api_error, failing

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.db"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


def requests(path: Path) -> list[LedgerRequest]:
    """Return what the ledger tells, which is what the view in the file tells."""
    with Ledger(path) as ledger:
        found = list(ledger.requests())
    names = ", ".join(field.name for field in attrs.fields(LedgerRequest))
    seen = query(path, f"SELECT {names} FROM requests ORDER BY first_row")
    assert [row[0] for row in seen] == [one.first_row for one in found]
    return found


def told(path: Path, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(one, name) for name in names) for one in requests(path)]


def entry(number: int, chunk: int | None = None) -> IntentEntry:
    contact = f"c{number}"
    return intent_entry(number, contact, (contact,), "d", chunk=chunk)


def put_down(path: Path, intents: list[IntentEntry], outcomes: Iterable[BulkOutcome] = ()) -> None:
    store = Store(path)
    store.open(JOB, retry_failed=False)
    store.commit(intents, [outcome_entry(one, "d") for one in outcomes])
    store.close()


# -------------------------------------------------------------------------- one row, one request


async def test_a_row_of_its_own_is_one_request(path: Path) -> None:
    gone = api_error(NotFound, 404)
    gone.request_id = "r-7"  # type: ignore[attr-defined]
    lost = ConnectionLost("cut", applied=None)
    await done(path, ["a:1", "b:1", "c:1"], Wire(failing({"b:1": gone, "c:1": lost})))

    first, second, third = requests(path)

    assert (first.first_row, first.rows, first.chunk, first.run, first.attempts) == (
        0,
        1,
        None,
        1,
        1,
    )
    assert (first.failed, first.unknown, first.request_id) == (0, 0, None)
    assert first.ended_at is not None
    assert first.begun_at <= first.ended_at
    assert (second.first_row, second.failed, second.unknown, second.request_id) == (1, 1, 0, "r-7")
    assert (third.first_row, third.failed, third.unknown) == (2, 0, 1)


async def test_rows_that_were_never_sent_are_in_no_request(path: Path) -> None:
    """One is refused here, one is superseded by a later row of its contact."""
    rows, wire = ["!a", "b:1", "b:2"], Wire()
    plan, last = FakeRowPlan(), JobOptions(dedupe="last")
    await RowEngine(
        source_of(rows), wire.send, plan, workers=1, journal=journal_at(path), options=last
    ).run()

    assert wire.sent == ["b:2"]
    assert told(path, "first_row", "rows") == [(2, 1)]


def test_a_row_that_was_put_down_and_held_back_by_an_abort_is_in_no_request(path: Path) -> None:
    """The abort came while its record was being written; one that was lost is in doubt instead."""
    put_down(
        path,
        [entry(n) for n in range(4)],
        [
            BulkOutcome(0, "c0", "skipped", None, api_error(AuthenticationError, 401)),
            BulkOutcome(1, "c1", "failed", None, api_error(AuthenticationError, 401), 1),
            BulkOutcome(2, "c2", "unknown"),
        ],
    )

    assert told(path, "first_row", "failed", "unknown") == [(1, 1, 0), (2, 0, 1), (3, 0, 0)]


def test_a_row_that_another_run_took_for_superseded_was_sent_where_it_has_an_outcome(
    path: Path,
) -> None:
    """A run that was killed held the first back for the last, and the next one sent it after all.

    The second had failed before it was superseded: then it was sent, and not in that run.
    """
    superseded = [intent_entry(n, "c", ("c",), "d", merged_into=2) for n in (0, 1)]
    failed = BulkOutcome(1, "c", "failed", None, api_error(NotFound, 404), 1)
    put_down(path, [intent_entry(1, "c", ("c",), "d")], [failed])
    put_down(path, [*superseded, intent_entry(2, "c", ("c",), "d")])
    put_down(path, [], [BulkOutcome(0, "c", "updated", None, None, 1)])

    assert told(path, "first_row", "run", "attempts") == [(0, 3, 1), (2, 2, 0)]


async def test_a_row_that_is_sent_again_is_one_request_of_the_later_run(path: Path) -> None:
    rows = ["a:1", "b:1"]
    await done(path, rows, Wire(failing({"b:1": api_error(NotFound, 404)})))
    await done(path, rows, Wire(), retry_failed=True)

    assert told(path, "first_row", "run", "attempts", "failed") == [(0, 1, 1, 0), (1, 2, 2, 0)]


# ------------------------------------------------------------------------- many rows, one request


async def test_a_chunk_is_one_request_without_the_rows_that_others_took_in(path: Path) -> None:
    await done(path, ["a:1", "a:2", "b:1", "c:1", "!d", "e:1"], chunks=3)

    assert told(path, "first_row", "rows", "chunk", "attempts") == [(1, 3, 1, 1), (5, 1, 2, 1)]


async def test_a_refused_chunk_is_the_requests_it_was_sent_in_at_last(path: Path) -> None:
    """The refusal says which rows it was about; the parts have numbers of their own."""
    refused = {
        text: api_error(ValidationFailed, 400) for text in ("a:1,b:1,c:1,d:1", "c:1,d:1", "c:1")
    }
    wire = Wire(failing(dict(refused)))
    await done(path, ["a:1", "b:1", "c:1", "d:1"], wire, chunks=4)

    assert told(path, "first_row", "rows", "failed") == [(0, 2, 0), (2, 1, 1), (3, 1, 0)]


async def test_repeats_of_an_import_are_attempts_of_one_request(
    sandbox: Sandbox, path: Path
) -> None:
    sandbox.faults = FaultScript([FaultRule("contacts.import_", faults.Status(status=503), on=[1])])
    rows = [{"EmailAddress": f"a{n}@example.com", "FirstName": "A"} for n in range(5)]
    limits = Limits(rates=(), adaptive=False)
    url = sandbox.url("sentori")
    async with AsyncSentori(api_key=API_KEY, base_url=url, limits=limits) as client:
        await client.bulk.add_or_update(rows, via="import", journal=path)

    assert told(path, "first_row", "rows", "chunk", "attempts", "failed") == [(0, 5, 1, 2, 0)]


def test_an_id_that_only_one_row_quotes_of_two_is_still_the_chunks(path: Path) -> None:
    """Two different ones are of look-ups, and then none is known for the chunk."""
    numbers = {0: 1, 1: 1, 2: 2, 3: 2}
    intents = [entry(n, chunk) for n, chunk in numbers.items()]
    errors = {n: api_error(NotFound, 404) for n in (1, 2, 3)}
    for n, error in errors.items():
        error.request_id = f"r{n}"  # type: ignore[attr-defined]
    outcomes = [
        BulkOutcome(n, f"c{n}", "failed" if n else "added", None, errors.get(n), 1) for n in numbers
    ]
    put_down(path, intents, outcomes)

    assert told(path, "first_row", "request_id", "failed") == [(0, "r1", 1), (2, None, 2)]


def test_a_chunk_ends_with_the_last_of_its_rows(path: Path) -> None:
    """Its outcomes may be put down in several goes, and a kill may come between them."""
    intents = [entry(n, 1) for n in range(2)]
    put_down(path, intents, [BulkOutcome(1, "c1", "accepted", None, None, 1)])
    (half,) = requests(path)
    put_down(path, [], [BulkOutcome(0, "c0", "accepted", None, None, 1)])
    (whole,) = requests(path)

    assert (half.rows, half.ended_at) == (2, None)
    assert whole.ended_at is not None
    assert whole.begun_at == half.begun_at <= whole.ended_at


# ------------------------------------------------------------------------------------------ kills


@pytest.mark.parametrize("chunks", [None, 2])
async def test_a_request_on_its_way_has_begun_and_not_ended(path: Path, chunks: int | None) -> None:
    """What is seen while it is under way is what a kill then leaves; the next run settles it."""
    rows, left = ["a:1", "b:1"], path.with_name("left.db")

    async def answer(_: str) -> None:
        if not left.exists():
            for suffix in ("-wal", ""):
                shutil.copyfile(f"{path}{suffix}", f"{left}{suffix}")

    await done(path, rows, Wire(answer), chunks=chunks)

    (killed, *others) = requests(left)
    assert not others
    assert (killed.first_row, killed.rows, killed.ended_at) == (0, chunks or 1, None)
    await done(left, rows, chunks=chunks)
    (settled, *_) = requests(left)
    assert (settled.begun_at, settled.run) == (killed.begun_at, 2)
    assert (settled.rows, settled.chunk) == (killed.rows, killed.chunk)
    assert settled.ended_at is not None


def test_an_import_that_was_killed_is_one_request_until_it_is_settled(tmp_path: Path) -> None:
    path = tmp_path / "job.db"
    rows = [{"EmailAddress": f"a{n}@example.com", "FirstName": "A"} for n in range(4)]
    with Sandbox().in_thread() as sandbox:
        job = {
            "base_url": sandbox.url("sentori"),
            "key": sandbox.sentori.api_key,
            "journal": str(path),
            "verb": "add_or_update",
            "via": "import",
            "workers": 1,
            "rows": rows,
        }
        # The second boundary is right after the rows were put down.
        assert ended({**job, "kill_at": 2}) == "killed"
        assert told(path, "first_row", "rows", "ended_at") == [(0, 4, None)]

        assert ended({**job, "kill_at": 0})["by_status"] == {"accepted": 4}

    (one,) = requests(path)
    assert (one.first_row, one.rows, one.chunk, one.run) == (0, 4, 1, 2)
    assert one.ended_at is not None


def ended(job: dict[str, Any]) -> Any:
    """Run a job in a process that may be killed, and return its counts or "killed"."""
    program = ROOT / "tests" / "bulk" / "programs" / "killed.py"
    found = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        input=json.dumps(job) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(found.stdout)


# ------------------------------------------------------------------------------------------ pages


def test_requests_of_both_kinds_come_in_the_order_of_their_first_rows(path: Path) -> None:
    """As in a sync: there are more than a page of each, and rows of a chunk need not be near."""
    places = list(range(5_000))
    random.Random(7).shuffle(places)
    alone, together = sorted(places[:2_000]), places[2_000:]
    chunk_of = {place: 1 + at // 2 for at, place in enumerate(together)}
    intents = [entry(n, chunk_of.get(n)) for n in sorted(places)]
    put_down(path, intents)
    pairs = zip(together[::2], together[1::2], strict=True)

    found = told(path, "first_row", "rows")

    assert found == sorted([(n, 1) for n in alone] + [(min(pair), 2) for pair in pairs])


async def test_two_may_read_at_once_and_one_may_stop_early(path: Path) -> None:
    await done(path, [f"{n}:1" for n in range(9)], chunks=2)

    with Ledger(path) as ledger:
        first, second = ledger.requests(), ledger.requests()
        pairs = [(next(first), next(second)) for _ in range(3)]
        first.close()  # type: ignore[attr-defined]
        assert all(one == other for one, other in pairs)
        assert len(list(second)) == 2
        late = ledger.requests()
        next(late)
    del late


async def test_a_journal_without_the_view_tells_its_requests_as_well(path: Path) -> None:
    """It was begun before there was one."""
    await done(path, ["a:1", "b:1"], chunks=2)
    query(path, "DROP VIEW requests")

    with Ledger(path) as ledger:
        assert [one.rows for one in ledger.requests()] == [2]


async def test_a_request_shows_no_identity(path: Path) -> None:
    await done(path, ["joe@example.com:1"])

    assert "joe" not in repr(requests(path))
