"""A sync with a journal goes on where it was, and its journal can be looked at."""

import asyncio
import contextlib
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import attrs
import pyarrow as pa
import pytest
from pyarrow import parquet

from sentori_async import AsyncSentori
from sentori_async.bulk.ledger import Ledger
from sentori_async.cli.app import run
from sentori_async.cli.jobs import _follow
from sentori_async.cli.output import Output
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.cli.command import environment, sentori

Capture: TypeAlias = pytest.CaptureFixture[str]

TEXT = "Email,First name\nann@example.com,Ann\nnobody,X\n,Y\n\nbob@example.com,Bob\n"


@pytest.fixture
def journal(sandbox: Sandbox, path: Path) -> Path:
    """Return the journal of a sync of which two rows failed."""
    path.write_text(TEXT, encoding="utf-8")
    journal = path.with_name("job.db")
    done = sentori("sync", path, "--journal", journal, env=environment(sandbox))
    assert done.code == 1, done.err
    return journal


def test_a_sync_goes_on_where_it_was(sandbox: Sandbox, path: Path, journal: Path) -> None:
    before = sandbox.requests.count("contacts.add_or_update")
    path.write_text(TEXT + "cem@example.com,Cem\n", encoding="utf-8")

    done = sentori("sync", path, "--journal", journal, "--json", env=environment(sandbox))

    (job,) = done.document["jobs"]
    assert (done.code, job["total"]) == (1, 5)
    assert sandbox.requests.count("contacts.add_or_update") == before + 1


def test_rows_that_failed_are_sent_again_where_that_is_said(
    sandbox: Sandbox, path: Path, journal: Path
) -> None:
    before = sandbox.requests.count("contacts.add_or_update")

    sentori("sync", path, "--journal", journal, "--retry-failed", env=environment(sandbox))

    assert sandbox.requests.count("contacts.add_or_update") == before + 1


def test_a_changed_file_is_refused_before_anything_is_sent(
    sandbox: Sandbox, path: Path, journal: Path
) -> None:
    before = sandbox.requests.count("contacts.add_or_update")
    path.write_text(TEXT.replace("Ann", "Anna"), encoding="utf-8")

    done = sentori("sync", path, "--journal", journal, env=environment(sandbox))

    assert (done.code, "line 2 is not the one" in done.out) == (2, True)
    assert "counted from 0" not in done.out + done.err
    assert sandbox.requests.count("contacts.add_or_update") == before


def test_rows_to_repair_are_copied_and_can_be_synced(sandbox: Sandbox, path: Path) -> None:
    path.write_text(TEXT, encoding="utf-8")
    letters = path.with_name("repair.csv")

    done = sentori("sync", path, "--dead-letters", letters, env=environment(sandbox))

    assert "2 rows to repair" in done.out
    assert letters.read_text(encoding="utf-8") == "Email,First name\nnobody,X\n,Y\n"
    letters.write_text("Email,First name\nnobody@example.com,X\n", encoding="utf-8")
    assert sentori("sync", letters, env=environment(sandbox)).code == 0


def test_a_parquet_file_is_synced_and_its_rows_to_repair_are_one(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    file, letters = tmp_path / "contacts.parquet", tmp_path / "repair.parquet"
    columns = {"EmailAddress": ["ann@example.com", "nobody"], "FirstName": ["Ann", "X"]}
    parquet.write_table(pa.table(columns), file)

    done = sentori("sync", file, "--dead-letters", letters, env=environment(sandbox))

    assert done.code == 1, done.err
    assert sandbox.sentori.contacts.addresses() == ["ann@example.com"]
    assert parquet.read_table(letters).to_pylist() == [{"EmailAddress": "nobody", "FirstName": "X"}]


def test_one_row_is_not_called_rows(sandbox: Sandbox, path: Path) -> None:
    path.write_text("Email\nnobody\n", encoding="utf-8")
    letters = path.with_name("repair.csv")

    done = sentori("sync", path, "--dead-letters", letters, env=environment(sandbox))

    assert "add-or-update: 1 row in " in done.out
    assert "1 row to repair" in done.out


def test_dead_letters_replace_no_file(sandbox: Sandbox, path: Path) -> None:
    path.write_text(TEXT, encoding="utf-8")

    done = sentori("sync", path, "--dead-letters", path, env=environment(sandbox))

    assert (done.code, "is there already" in done.err) == (2, True)
    assert sandbox.requests.count() == 0


def test_a_job_is_shown_with_its_runs(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "show", str(journal), "--follow"]) == 0

    shown = capsys.readouterr().out
    assert "sentori add_or_update at http://127.0.0.1" in shown
    assert "run 1: " in shown
    assert ["added", "2"] in [line.split() for line in shown.splitlines()]
    assert "not begun" not in shown


def test_a_job_is_one_json_document(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "show", str(journal), "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["job"]["verb"] == "add_or_update"
    assert found["counts"] == {"added": 2, "failed": 2}
    assert [one["status"] for one in found["runs"]] == ["finished"]


def test_single_rows_are_shown(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "rows", str(journal), "--outcome", "failed", "--limit", "1"]) == 0

    shown = capsys.readouterr()
    (line,) = shown.out.splitlines()
    assert line.split()[:3] == ["2", "failed", "nobody"]
    assert "ValidationFailed (code 100)" in line
    assert "Only the first 1" in shown.err


def test_all_that_there_are_are_not_called_the_first(journal: Path, capsys: Capture) -> None:
    assert run(["jobs", "rows", str(journal), "--outcome", "failed", "--limit", "2"]) == 0

    shown = capsys.readouterr()
    assert (len(shown.out.splitlines()), shown.err) == (2, "")


def test_rows_that_an_interrupted_job_has_not_begun_are_counted(
    sandbox: Sandbox, tmp_path: Path, capsys: Capture
) -> None:
    journal = tmp_path / "job.db"

    async def begin() -> int:
        rows = [{"EmailAddress": f"c{number}@example.com"} for number in range(500)]
        url = sandbox.url("sentori")
        async with AsyncSentori(api_key=sandbox.sentori.api_key, base_url=url) as client:
            async with client.bulk.stream("add", rows, journal=journal) as outcomes:
                await anext(outcomes)
            return outcomes.report.total

    settled = asyncio.run(begin())

    assert run(["jobs", "show", str(journal)]) == 0
    assert settled < 500
    assert f"not begun {500 - settled}" in " ".join(capsys.readouterr().out.split())


def test_following_a_job_that_was_killed_ends(journal: Path, capsys: Capture) -> None:
    with contextlib.closing(sqlite3.connect(journal)) as db, db:
        db.execute("UPDATE runs SET status = 'running', ended_at = NULL")

    assert run(["jobs", "show", str(journal), "--follow"]) == 0

    assert "UTC, killed" in capsys.readouterr().out


def test_rows_count_from_1_wherever_they_are_printed(journal: Path, capsys: Capture) -> None:
    target = journal.with_name("rows.jsonl")
    for command in (["rows", str(journal), "--json"], ["export", str(journal), str(target)]):
        assert run(["jobs", *command]) == 0
        out = capsys.readouterr().out
        found = (
            json.loads(out)
            if "--json" in command
            else map(json.loads, target.read_text().splitlines())
        )
        assert [one["row"] for one in found] == [1, 2, 3, 4]


def test_times_are_iso_8601_in_json(journal: Path, capsys: Capture) -> None:
    assert run(["jobs", "rows", str(journal), "--json"]) == 0

    (first, *_) = json.loads(capsys.readouterr().out)
    assert first["settled_at"] == datetime.fromisoformat(first["settled_at"]).isoformat()


@pytest.mark.parametrize("verb", [["rows"], ["export"]])
def test_an_outcome_that_there_is_not_is_misuse(
    journal: Path, verb: list[str], capsys: Capture
) -> None:
    """Otherwise a misspelt "failed" would look like a job without failures."""
    target = [str(journal.with_name("rows.csv"))] if verb == ["export"] else []

    assert run(["jobs", *verb, str(journal), *target, "--outcome", "failure"]) == 2

    said = capsys.readouterr().err
    assert "'failure'" in said
    assert "failed, " in said
    assert not journal.with_name("rows.csv").exists()


def test_that_no_row_was_found_is_said(journal: Path, capsys: Capture) -> None:
    assert run(["jobs", "rows", str(journal), "--outcome", "on its way"]) == 0
    assert capsys.readouterr() == ("", "No such row.\n")


def test_rows_are_exported(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = journal.with_name("rows.csv")

    assert run(["jobs", "export", str(journal), str(target), "--outcome", "added"]) == 0
    assert "2 rows in " in capsys.readouterr().out
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3


def test_requests_are_shown_with_how_often_they_were_tried(
    sandbox: Sandbox, path: Path, capsys: Capture
) -> None:
    path.write_text(TEXT, encoding="utf-8")
    journal = path.with_name("job.db")
    sandbox.faults = FaultScript([FaultRule("contacts.import_", faults.Status(status=503), on=[1])])
    options = ("--mode", "import", "--journal", journal)
    assert sentori("sync", path, *options, env=environment(sandbox)).code == 1

    assert run(["jobs", "requests", str(journal)]) == 0

    (line,) = capsys.readouterr().out.splitlines()
    first, *words = line.split()
    assert (first, " ".join(words)[:15]) == ("1", "3 rows, run 1, ")
    assert line.endswith("tried 2 times, 1 failed")
    assert run(["jobs", "requests", str(journal), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["attempts"], found["failed"]) == (3, 2, 1)


def test_only_some_requests_are_shown_where_there_are_many(journal: Path, capsys: Capture) -> None:
    assert run(["jobs", "requests", str(journal), "--limit", "1"]) == 0

    shown = capsys.readouterr()
    assert [line.split()[:3] for line in shown.out.splitlines()] == [["1", "1", "row,"]]
    assert "Only the first 1" in shown.err


def test_requests_are_exported(journal: Path, capsys: Capture) -> None:
    target = journal.with_name("requests.csv")

    assert run(["jobs", "export", str(journal), str(target), "--requests"]) == 0
    assert capsys.readouterr().out == f"3 requests in {target}.\n"
    assert target.read_text(encoding="utf-8").startswith("first_row,rows,")
    assert [line.split(",")[0] for line in target.read_text().splitlines()[1:]] == ["1", "2", "4"]


def test_requests_have_no_outcome_to_choose_them_by(journal: Path, capsys: Capture) -> None:
    target = journal.with_name("requests.csv")
    command = ["jobs", "export", str(journal), str(target), "--requests", "--outcome", "failed"]

    assert run(command) == 2
    assert "requests have no outcome" in capsys.readouterr().err
    assert not target.exists()


def test_what_is_no_journal_is_misuse(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["jobs", "show", str(path)]) == 2
    assert "there is no journal" in capsys.readouterr().err


@attrs.frozen
class Watched:
    """A ledger of a job that ends after some looks."""

    looks: list[tuple[int | None, dict[str, int]]]

    def runs(self) -> list[Any]:
        status = "running" if self.looks else "finished"
        return [SimpleNamespace(status=status, expected=self.looks[0][0] if self.looks else None)]

    def counts(self) -> dict[str, int]:
        return self.looks.pop(0)[1]


def followed(*looks: tuple[int | None, dict[str, int]], capsys: Capture) -> list[list[str]]:
    """Return the words of the lines that a job shows, looked at twice a second."""
    seconds = iter(range(100))
    ledger: Any = Watched(list(looks))
    _follow(ledger, Output(), clock=lambda: next(seconds) / 2, sleep=lambda _: None)
    return [line.split() for line in capsys.readouterr().err.splitlines()]


def test_following_a_job_tells_how_long_the_rest_takes(capsys: Capture) -> None:
    first, second = followed(
        (1_000, {"added": 90, "on its way": 10}),
        (1_000, {"added": 280, "on its way": 20}),
        capsys=capsys,
    )

    assert " ".join(first) == "100 of 1,000 rows 0 rows/s 90 added, 10 on its way"
    # 720 are left, at 400 rows a second.
    assert second[:8] == ["300", "of", "1,000", "rows", "400", "rows/s", "0:00:02", "left"]


def test_following_a_job_of_unknown_size_tells_its_speed(capsys: Capture) -> None:
    lines = followed((None, {"added": 10}), (None, {"added": 40}), capsys=capsys)

    assert [line[:4] for line in lines] == [
        ["10", "rows", "0", "rows/s"],
        ["40", "rows", "60", "rows/s"],
    ]


def test_a_run_says_how_many_rows_there_are_to_be(journal: Path) -> None:
    with Ledger(journal) as ledger:
        assert [run.expected for run in ledger.runs()] == [4]
