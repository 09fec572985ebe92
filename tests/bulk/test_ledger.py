"""A journal can be looked at while its job runs, by anyone who may read it, and taken elsewhere."""

import contextlib
import csv
import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import attrs
import polars as pl
import pytest

from sentori_async import AsyncSentori, Limits
from sentori_async.bulk.export import export
from sentori_async.bulk.ledger import COLUMNS, ON_ITS_WAY, Ledger, LedgerRequest, LedgerRow
from sentori_async.errors import BulkError, ConfigurationError, InvalidInput
from sentori_async.sandbox import API_KEY, Sandbox

ROWS: list[dict[str, Any]] = [
    {"EmailAddress": "ann@example.com", "FirstName": "Ann"},
    {"EmailAddress": "not an address"},
    {"FirstName": "Nobody"},
    {"EmailAddress": "Bob@example.com"},
]


@pytest.fixture
async def client() -> AsyncIterator[AsyncSentori]:
    async with Sandbox() as sandbox:
        limits = Limits(adaptive=False)
        url = sandbox.url("sentori")
        async with AsyncSentori(api_key=API_KEY, base_url=url, limits=limits) as made:
            yield made


@pytest.fixture
async def journal(client: AsyncSentori, tmp_path: Path) -> Path:
    path = tmp_path / "job.db"
    await client.bulk.add(ROWS, journal=path)
    return path


async def test_a_ledger_tells_job_and_runs(client: AsyncSentori, journal: Path) -> None:
    await client.bulk.add(ROWS, journal=journal, retry_failed=True)

    with Ledger(journal) as ledger:
        first, second = ledger.runs()
        job = ledger.job

    assert (job.platform, job.verb, job.target) == ("sentori", "add", None)
    assert job.base_url == client.settings.base_url
    assert (first.number, first.status, first.counts) == (1, "finished", {"added": 2, "failed": 2})
    assert (first.requests, first.retries, first.cause) == (3, 0, None)
    assert second.number == 2
    assert first.ended_at is not None
    assert first.started_at <= first.ended_at <= second.started_at


async def test_rows_come_in_the_order_of_the_input(journal: Path) -> None:
    with Ledger(journal) as ledger:
        rows = list(ledger.rows())
        counts = ledger.counts()

    assert [row.row for row in rows] == [0, 1, 2, 3]
    assert [row.outcome for row in rows] == ["added", "failed", "failed", "added"]
    assert [row.error for row in rows] == [None, "ValidationFailed", "InvalidInput", None]
    assert [row.code for row in rows] == [None, 100, None, None]
    assert [row.attempts for row in rows] == [1, 1, 0, 1]
    assert rows[1].remedy
    assert "EmailAddress" in (rows[2].message or "")
    assert rows[0].intended_at is not None
    assert rows[0].settled_at is not None
    assert rows[0].intended_at <= rows[0].settled_at
    assert counts == {"added": 2, "failed": 2}


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"outcome": "failed"}, [1, 2]),
        ({"outcome": ON_ITS_WAY}, []),
        ({"error": "InvalidInput"}, [2]),
        ({"contact": "bob@example.com"}, [3]),
        ({"contact": "Bob@example.com"}, [3]),
        ({"contact": "ann@example.com", "outcome": "failed"}, []),
    ],
)
async def test_rows_can_be_asked_for(journal: Path, wanted: Any, numbers: list[int]) -> None:
    with Ledger(journal) as ledger:
        assert [row.row for row in ledger.rows(**wanted)] == numbers


async def test_more_rows_than_a_page_all_come(client: AsyncSentori, tmp_path: Path) -> None:
    rows = [{"FirstName": str(n)} for n in range(2500)]
    await client.bulk.add(rows, journal=tmp_path / "job.db")

    with Ledger(tmp_path / "job.db") as ledger:
        assert [row.row for row in ledger.rows()] == list(range(2500))


async def test_a_running_job_can_be_looked_at(client: AsyncSentori, tmp_path: Path) -> None:
    path = tmp_path / "job.db"
    seen: list[dict[str, int]] = []

    async def rows() -> AsyncIterator[str]:
        yield "ann@example.com"
        yield "bob@example.com"
        with Ledger(path) as ledger:
            assert ledger.runs()[0].status == "running"
            seen.append(ledger.counts())

    await client.bulk.add(rows(), journal=path)

    assert sum(seen[0].values()) <= 2
    with Ledger(path) as ledger:
        assert ledger.counts() == {"added": 2}


def leave_unfinished(journal: Path) -> None:
    """Make a journal what a job leaves that was killed."""
    with contextlib.closing(sqlite3.connect(journal)) as db, db:
        db.execute("UPDATE runs SET status = 'running', ended_at = NULL, requests = NULL")


def test_a_run_that_nobody_carries_on_was_killed(journal: Path) -> None:
    """Its record says "running", as it could not say anything more."""
    leave_unfinished(journal)

    with Ledger(journal) as ledger:
        assert [run.status for run in ledger.runs()] == ["killed"]


def test_a_run_of_another_process_is_running(journal: Path) -> None:
    """To look at it neither takes the lock nor drops it."""
    leave_unfinished(journal)
    program = (
        "import sys; from pathlib import Path\n"
        "from sentori_async.bulk.journal.lock import FileLock\n"
        "FileLock(Path(sys.argv[1])).take(); print('taken', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(journal.resolve())]

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"taken"
        with Ledger(journal) as ledger:
            assert [ledger.runs()[0].status for _ in range(2)] == ["running", "running"]
        process.kill()
        process.wait()
        with Ledger(journal) as ledger:
            assert ledger.runs()[0].status == "killed"


async def test_a_row_shows_no_identity_in_its_repr(journal: Path) -> None:
    with Ledger(journal) as ledger:
        shown = repr(next(iter(ledger.rows())))

    assert shown == "LedgerRow(row=0, contact='a***@e***.com', outcome='added')"


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello")

    with pytest.raises(BulkError, match="there is no journal at"):
        Ledger(tmp_path / "none.db")
    with pytest.raises(BulkError, match="not a journal"):
        Ledger(tmp_path / "text.db")
    with pytest.raises(BulkError, match="cannot be read"):
        Ledger(tmp_path)


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[200:4096] = b"x" * 3896
    path.write_bytes(data)


async def test_a_damaged_journal_is_refused(journal: Path) -> None:
    damage(journal)

    with pytest.raises(BulkError, match="cannot be read"):
        Ledger(journal)


# ------------------------------------------------------------------------------------- files


def exported(journal: Path, name: str, **wanted: Any) -> Path:
    path = journal.with_name(name)
    with Ledger(journal) as ledger:
        assert export(ledger.rows(**wanted), path) == len(list(ledger.rows(**wanted)))
    return path


async def test_csv_holds_every_column(journal: Path) -> None:
    path = exported(journal, "rows.csv", outcome="failed")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert tuple(rows[0]) == COLUMNS
    assert [(row["row"], row["contact"], row["code"]) for row in rows] == [
        ("1", "not an address", "100"),
        ("2", "", ""),
    ]


async def test_json_lines_hold_one_object_each(journal: Path) -> None:
    path = exported(journal, "rows.jsonl")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    assert [row["outcome"] for row in rows] == ["added", "failed", "failed", "added"]
    assert rows[1]["code"] == 100
    assert rows[0]["intended_at"].endswith("+00:00")


async def test_parquet_is_read_by_others(journal: Path) -> None:
    frame = pl.read_parquet(exported(journal, "rows.parquet"))

    assert frame.columns == list(COLUMNS)
    assert frame["contact"].to_list()[0] == "ann@example.com"
    assert frame["code"].to_list() == [None, "100", None, None]
    assert str(frame["settled_at"].dtype).startswith("Datetime")


async def test_requests_are_exported_with_their_own_columns(journal: Path) -> None:
    path = journal.with_name("requests.parquet")
    with Ledger(journal) as ledger:
        assert export(ledger.requests(), path) == 3
    frame = pl.read_parquet(path)

    assert frame.columns == [field.name for field in attrs.fields(LedgerRequest)]
    assert frame["first_row"].to_list() == [0, 1, 3]
    assert frame["failed"].to_list() == [0, 1, 0]
    assert [str(frame[name].dtype) for name in ("chunk", "request_id")] == ["Int64", "String"]
    assert str(frame["begun_at"].dtype).startswith("Datetime")


@pytest.mark.parametrize(("of", "first"), [(None, "row"), (LedgerRequest, "first_row")])
async def test_a_file_of_nothing_has_columns(journal: Path, of: Any, first: str) -> None:
    path = journal.with_name("none.csv")

    assert export(iter(()), path, of=of) == 0
    assert path.read_text(encoding="utf-8").split(",")[0] == first


async def test_only_the_owner_may_read_what_is_exported(journal: Path) -> None:
    assert stat.S_IMODE(exported(journal, "rows.csv").stat().st_mode) == 0o600


async def test_a_file_that_is_there_is_not_replaced(journal: Path) -> None:
    exported(journal, "rows.csv")
    with pytest.raises(ConfigurationError, match="is there already"):
        exported(journal, "rows.csv")


async def test_a_kind_that_nobody_knows_is_refused(journal: Path) -> None:
    with pytest.raises(InvalidInput, match=r"rows\.xls says no kind: end it in \.csv"):
        exported(journal, "rows.xls")


async def test_parquet_without_pyarrow_says_what_to_install(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'sentori\[arrow\]'"):
        exported(journal, "rows.parquet")
    assert not journal.with_name("rows.parquet").exists()


async def test_what_fails_half_way_leaves_no_file(journal: Path) -> None:
    def broken() -> Any:
        yield LedgerRow(*[None] * len(COLUMNS))  # type: ignore[arg-type]
        raise BulkError("gone")

    with pytest.raises(BulkError, match="gone"):
        export(broken(), journal.with_name("rows.csv"))
    assert not journal.with_name("rows.csv").exists()
