"""Killed at any moment and run again, a job loses no row and doubles none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from sentori_async.sandbox import Sandbox

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "tests" / "bulk" / "programs" / "killed.py"

Run: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def run(sandbox: Sandbox) -> Iterator[Run]:
    """Give a function that runs a job in a process, and returns its counts or "killed"."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    with subprocess.Popen(
        [sys.executable, "-W", "error", str(PROGRAM)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def run(**job: Any) -> Any:
            given = {"base_url": sandbox.url("sentori"), "key": sandbox.sentori.api_key, **job}
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps(given) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.kill()


def boundaries(run: Run, folder: Path, **job: Any) -> Iterator[tuple[int, Any]]:
    """Yield what came of the second run after a kill at each boundary of the first."""
    for n in range(1, 1_000):
        journal = str(folder / f"{n}.db")
        if run(kill_at=n, journal=journal, **for_case(job, n)) != "killed":
            assert n > 10, "there were hardly any boundaries"
            return
        again = run(kill_at=0, journal=journal, **for_case(job, n))
        once_more = run(kill_at=0, journal=journal, **for_case(job, n))
        assert once_more == {**again, "requests": 0}
        yield n, again


def for_case(job: dict[str, Any], n: int) -> dict[str, Any]:
    """Return the job with contacts of its own."""
    rows = [{**row, "EmailAddress": row["EmailAddress"].format(n)} for row in job["rows"]]
    return {**job, "rows": rows}


def truth(sandbox: Sandbox, address: str) -> Any:
    contact = sandbox.sentori.contacts.get(address)
    return None if contact is None else contact["FirstName"]


def test_adds_killed_at_every_boundary_are_all_added_once(
    sandbox: Sandbox, run: Run, tmp_path: Path
) -> None:
    """A second add of the same would be refused, and its row would have failed."""
    rows = [{"EmailAddress": f"a{i}@add{{}}.example", "FirstName": f"N{i}"} for i in range(9)]
    for n, again in boundaries(run, tmp_path, verb="add", via="single", workers=3, rows=rows):
        assert again["by_status"] == {"added": 9}, n
        assert [truth(sandbox, f"a{i}@add{n}.example") for i in range(9)] == [
            f"N{i}" for i in range(9)
        ]


def test_upserts_killed_at_every_boundary_end_with_each_contacts_last_row(
    sandbox: Sandbox, run: Run, tmp_path: Path
) -> None:
    rows = [
        {"EmailAddress": f"{name}@upsert{{}}.example", "FirstName": f"N{i}"}
        for i, name in enumerate("abaacab")
    ]
    job = {"verb": "add_or_update", "via": "single", "workers": 3, "rows": rows}
    for n, again in boundaries(run, tmp_path, **job):
        assert sum(again["by_status"].values()) == 7, n
        assert set(again["by_status"]) <= {"added", "updated", "upserted"}, n
        found = [truth(sandbox, f"{name}@upsert{n}.example") for name in "abc"]
        assert found == ["N5", "N6", "N4"], n


def test_an_import_killed_at_every_boundary_is_verified_and_not_repeated_blindly(
    sandbox: Sandbox, run: Run, tmp_path: Path
) -> None:
    """Rows that a later one of the chunk took in are taken in again."""
    rows = [
        {"EmailAddress": f"{name}@import{{}}.example", **fields}
        for name, fields in (
            ("ann", {"FirstName": "A"}),
            ("bob", {"FirstName": "B"}),
            ("ann", {"LastName": "Z"}),
        )
    ]
    job = {"verb": "add_or_update", "via": "import", "workers": 1, "rows": rows}
    for n in range(1, 9):
        journal = str(tmp_path / f"{n}.db")
        first = run(kill_at=n, journal=journal, **for_case(job, n))
        sent = sandbox.requests.count("contacts.import_")
        again = run(kill_at=0, journal=journal, **for_case(job, n))
        assert again["by_status"] == {"accepted": 2, "skipped": 1}, n
        found = sandbox.sentori.contacts.get(f"ann@import{n}.example")
        assert found is not None
        assert (found["FirstName"], found["LastName"]) == ("A", "Z"), n
        if first != "killed":
            assert n > 4
            break
        imported_before = n > 2
        assert sandbox.requests.count("contacts.import_") - sent == (not imported_before), n


@pytest.mark.parametrize("kilobytes", [60, 80, 100])
def test_a_file_that_may_not_grow_stops_the_job_which_goes_on_when_it_may(
    sandbox: Sandbox, run: Run, tmp_path: Path, kilobytes: int
) -> None:
    """Here it is the -wal file that is full, as on a disk."""
    rows = [{"EmailAddress": f"a{i}@full{{}}.example", "FirstName": f"N{i}"} for i in range(60)]
    job = {"verb": "add", "via": "single", "workers": 2, "journal": str(tmp_path / "job.db")}
    job = for_case({**job, "rows": rows}, kilobytes)
    first = run(kill_at=0, most_bytes=kilobytes * 1024, **job)
    assert "job.db cannot be used" in first["error"]
    assert first["by_status"]["added"] > 0

    assert run(kill_at=0, **job)["by_status"] == {"added": 60}
    found = [truth(sandbox, f"a{i}@full{kilobytes}.example") for i in range(60)]
    assert found == [f"N{i}" for i in range(60)]
