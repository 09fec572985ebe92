"""A journal is one job's and one process's, and nothing else is ever overwritten."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from sentori_async.bulk.journal import store
from sentori_async.errors import (
    BulkError,
)
from tests.bulk.fakes import Wire
from tests.bulk.journal.jobs import (
    HOME,
    JOB,
    Platform,
    done,
    engine_of,
    journal_at,
    query,
    statuses,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.db"


async def test_only_its_owner_can_read_a_journal(path: Path) -> None:
    modes: dict[str, int] = {}

    async def answer(row: str) -> None:
        for file in path.parent.iterdir():
            modes[file.name] = stat.S_IMODE(file.stat().st_mode)

    await done(path, ["a:1"], Wire(answer))

    assert set(modes) == {"job.db", "job.db-wal", "job.db-shm", "job.db-lock"}
    assert set(modes.values()) == {0o600}
    assert [file.name for file in path.parent.iterdir()] == ["job.db"]


@pytest.mark.parametrize("field", ["platform", "base_url", "verb", "target", "via", "options"])
async def test_a_journal_of_another_job_is_refused_and_says_of_which(
    path: Path, field: str
) -> None:
    await done(path, ["a:1"])
    wire = Wire()
    with pytest.raises(BulkError, match=r"another job \(fake update at https://fake\.example/"):
        await engine_of(["a:1"], wire, journal_at(path, attrs.evolve(JOB, **{field: "x"}))).run()

    assert wire.sent == []


async def test_the_account_counts_where_the_platform_tells_it(path: Path) -> None:
    async def one() -> str:
        return "1"

    async def two() -> str:
        return "2"

    await done(path, ["a:1"], home=attrs.evolve(HOME, account=one))
    await done(path, ["a:1"])
    with pytest.raises(BulkError, match="account 1"):
        await done(path, ["a:1"], home=attrs.evolve(HOME, account=two))


def text_file(path: Path) -> None:
    path.write_text("EmailAddress\njoe@example.com\n" * 50)


def other_database(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (x)")
    db.close()


def newer_journal(path: Path) -> None:
    asyncio.run(done(path, ["a:1"]))
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 2")
    db.close()


def journal_cut_short(path: Path) -> None:
    asyncio.run(done(path, [f"c{n}:1" for n in range(2_000)]))
    os.truncate(path, path.stat().st_size // 2)


def journal_without_pages(path: Path) -> None:
    asyncio.run(done(path, ["a:1"]))
    os.truncate(path, 200)


def journal_overwritten(path: Path) -> None:
    asyncio.run(done(path, [f"c{n}:1" for n in range(2_000)]))
    with path.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 4096 * 8)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (text_file, "not a journal"),
        (other_database, "not a journal"),
        (newer_journal, "version 2"),
        (journal_cut_short, "damaged"),
        (journal_without_pages, "damaged"),
        (journal_overwritten, "damaged"),
    ],
)
def test_what_is_no_sound_journal_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], says: str
) -> None:
    make(path)
    before = path.read_bytes()
    wire = Wire()
    with pytest.raises(BulkError, match=says) as caught:
        asyncio.run(engine_of(["a:1"], wire, journal_at(path)).run())

    assert path.name in caught.value.message
    assert path.read_bytes() == before
    assert wire.sent == []


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.touch(0o644)
    asyncio.run(done(path, ["a:1"]))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(query(path, "SELECT * FROM rows")) == 1


async def test_a_folder_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(BulkError, match=r"nowhere/job\.db cannot be"):
        await done(path.parent / "nowhere" / "job.db", ["a:1"])


async def test_a_journal_in_use_is_refused_in_this_process_too(path: Path) -> None:
    async def answer(row: str) -> None:
        with pytest.raises(BulkError, match="in use"):
            await done(path, ["a:1"])

    assert statuses(await done(path, ["a:1"], Wire(answer))) == ["updated"]


SECOND = """
import asyncio, sys
from sentori_async.bulk.journal.lock import FileLock
from pathlib import Path
FileLock(Path(sys.argv[1]).resolve()).take()
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_journal_in_use_is_refused_in_another_process_until_that_is_gone(
    path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SECOND, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        with pytest.raises(BulkError, match="in use"):
            asyncio.run(done(path, ["a:1"]))
        process.kill()
        process.wait()

    assert statuses(asyncio.run(done(path, ["a:1"]))) == ["updated"]


@pytest.mark.parametrize("kilobytes", [1, 30, 60, 90, 120])
async def test_a_disk_that_is_full_stops_the_job_which_goes_on_when_there_is_room(
    path: Path, kilobytes: int
) -> None:
    """What was sent is on record, so that nothing is sent as new twice."""
    rows = [f"{'c' * 200}{n}:1" for n in range(600)]
    wire = Platform()
    journal = journal_at(path, most_bytes=kilobytes * 1024)
    with pytest.raises(BulkError, match=r"job\.db cannot be used") as caught:
        await engine_of(rows, wire, journal).run()
    assert "full" in str(caught.value)
    sent = set(wire.sent)

    wire = Platform()
    again = await done(path, rows, wire)
    assert statuses(again) == ["updated"] * 600
    assert set(wire.sent) & sent <= set(wire.lost)
    assert set(wire.sent) | sent == set(rows)


async def test_a_disk_that_fills_up_at_the_end_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise BulkError("the journal is full")

    monkeypatch.setattr(store.Store, "end_run", full)
    engine = engine_of(["a:1"], Wire(), journal_at(path))
    with pytest.raises(BulkError, match="is full"):
        await engine.run()

    assert engine.report.succeeded == 1
