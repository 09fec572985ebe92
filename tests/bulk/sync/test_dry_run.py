"""A dry run of a sync says what the sync would do, sends nothing, and leaves the state alone."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import AsyncSentori, BulkError, Limits, Rate
from sentori_async.bulk.journal.lock import FileLock
from sentori_async.bulk.ledger import Ledger
from sentori_async.bulk.sync.report import SyncReport
from sentori_async.sandbox import Sandbox
from sentori_sync import Sentori
from tests.bulk.sync.test_doubts import Platform, synced
from tests.bulk.sync.test_sync import content, fill

Row = dict[str, Any]


def person(name: str, **fields: Any) -> Row:
    return {"EmailAddress": f"{name}@example.com", **fields}


def people(names: Sequence[str], first_name: str = "A") -> list[Row]:
    return [person(name, FirstName=first_name) for name in names]


def seen(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file of a folder, with its content and when it was changed last."""
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in folder.iterdir()}


def told(report: SyncReport) -> dict[str, Any]:
    names = ("read", "unchanged", "added", "changed", "superseded", "missing", "removed", "total")
    return {name: getattr(report, name) for name in names}


async def test_it_counts_as_the_sync_does_and_touches_nothing(
    sandbox: Sandbox, client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(people("abcdefghij"), state=state)
    rows = [*people("abcd"), *people("efg", "B"), *people("xy"), person("x", FirstName="C")]
    sent, before = sandbox.requests.count(), seen(state.parent)
    options: dict[str, Any] = {"state": state, "missing": "delete", "max_removals": 3}

    rehearsed = await client.bulk.sync(rows, dry_run=True, **options)

    assert sandbox.requests.count() == sent
    assert seen(state.parent) == before
    done = await client.bulk.sync(rows, **options)
    assert told(rehearsed) == told(done)
    assert (rehearsed.added, rehearsed.changed, rehearsed.unchanged) == (2, 3, 4)
    assert (rehearsed.missing, rehearsed.removed, rehearsed.superseded) == (3, 3, 1)
    assert rehearsed.by_status["deleted"] == 3
    assert (rehearsed.dry_run, done.dry_run) == (True, False)
    assert rehearsed.finished
    assert rehearsed.requests <= done.requests


async def test_a_row_that_cannot_be_sent_fails_in_the_dry_run(
    client: AsyncSentori, state: Path
) -> None:
    report = await client.bulk.sync(
        [person("ann"), {"FirstName": "Nobody"}, person("bob", FirstName=object())],
        state=state,
        dry_run=True,
    )

    assert (report.added, report.failed) == (1, 2)
    assert [one.index for one in report.failures] == [1, 2]


async def test_a_state_that_is_not_there_is_not_made(
    sandbox: Sandbox, client: AsyncSentori, state: Path
) -> None:
    report = await client.bulk.sync(people("abc"), state=state, dry_run=True)

    assert (report.added, report.requests) == (3, 3)
    assert list(state.parent.iterdir()) == []
    assert sandbox.requests.count() == 0


async def test_missing_contacts_that_are_kept_are_counted(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(people("abc"), state=state)

    report = await client.bulk.sync(people("a"), state=state, dry_run=True)

    assert (report.missing, report.removed, report.unchanged, report.requests) == (2, 0, 1, 0)


async def test_too_many_missing_contacts_are_refused_in_the_dry_run(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(people("abc"), state=state)

    with pytest.raises(BulkError, match="max_removals=2") as caught:
        await client.bulk.sync(people("a"), state=state, missing="delete", dry_run=True)

    assert (caught.value.report.missing, caught.value.report.unchanged) == (2, 1)


async def test_the_time_is_that_of_all_requests_at_the_limits(
    sandbox: Sandbox, state: Path
) -> None:
    limits = Limits(rates=(Rate(2, per_s=1),), adaptive=False)
    url, key = sandbox.url("sentori"), sandbox.sentori.api_key
    quick = Limits(rates=(), adaptive=False)
    async with AsyncSentori(api_key=key, base_url=url, limits=quick) as client:
        await client.bulk.sync(people("abcd"), state=state)
        report = await client.bulk.sync(people("x"), state=state, dry_run=True)
        assert report.estimated_s is None
    async with AsyncSentori(api_key=key, base_url=url, limits=limits) as client:
        options: dict[str, Any] = {"missing": "delete", "max_removals": 1.0, "dry_run": True}
        report = await client.bulk.sync(people("xyzuvw"), state=state, **options)
        same = await client.bulk.sync(people("abcd"), state=state, dry_run=True)
        verified = await client.bulk.sync(people("abcd"), state=state, verify=True, dry_run=True)

    # The first two of ten go at once, and so do the first two of the others.
    assert (report.requests, report.estimated_s) == (10, 4.0)
    assert (same.requests, same.estimated_s) == (0, 0.0)
    assert (verified.unchanged, verified.total) == (4, 0)
    assert (verified.requests, verified.estimated_s) == (4, 1.0)


async def test_an_import_takes_as_many_requests_as_it_has_chunks(
    client: AsyncSentori, state: Path
) -> None:
    report = await client.bulk.sync(people("abc"), state=state, via="import", dry_run=True)

    assert (report.by_status, report.requests) == ({"accepted": 3}, 1)


async def test_a_rename_is_checked_as_it_would_be_sent(client: AsyncSentori, state: Path) -> None:
    def row(address: str) -> Row:
        return person(address, CRMID="7")

    await client.bulk.sync([row("old")], key="CRMID", state=state)
    options: dict[str, Any] = {"key": "CRMID", "state": state, "dry_run": True}

    assert (await client.bulk.sync([row("new")], **options)).changed == 1
    refused = await client.bulk.sync([row("new")], via="import", **options)
    assert (refused.changed, refused.failed) == (0, 1)


async def test_what_a_killed_sync_left_in_doubt_is_seen_and_left(
    client: AsyncSentori, state: Path
) -> None:
    """Its last commits are in the file beside the state, which only SQLite can put together."""
    await client.bulk.sync(people("ab"), state=state)
    left = state.with_name("left.db")
    with contextlib.closing(sqlite3.connect(state)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE contacts SET doubtful = 1 WHERE key = 'a@example.com'")
        db.commit()
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{state}{suffix}", f"{left}{suffix}")
    beside = left.with_name("left.db-wal")
    before = content(left), content(beside)
    assert before[1]

    report = await client.bulk.sync(people("ab"), state=left, dry_run=True)

    assert (report.changed, report.unchanged) == (1, 1)
    assert (content(left), content(beside)) == before


async def test_a_state_that_a_sync_is_writing_is_not_read(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(people("ab"), state=state)
    lock = FileLock(state)
    lock.take()
    try:
        with pytest.raises(BulkError, match="is in use"):
            await client.bulk.sync(people("ab"), state=state, dry_run=True)
    finally:
        lock.leave()
    await client.bulk.sync(people("ab"), state=state, dry_run=True)


@pytest.mark.parametrize("wrong", ["another sync", "no state", "torn", "a folder"])
async def test_what_the_sync_would_refuse_is_refused_and_left_alone(
    client: AsyncSentori, state: Path, wrong: str
) -> None:
    await client.bulk.sync(people("ab"), state=state)
    options: dict[str, Any] = {"key": "CRMID"} if wrong == "another sync" else {}
    if wrong == "no state":
        fill(state, b"hello")
    elif wrong == "torn":
        fill(state, content(state)[:5000])
    elif wrong == "a folder":
        options["state"] = state.parent
    before = seen(state.parent)

    with pytest.raises(
        BulkError, match=r"of another sync|not a state file|damaged|cannot be opened"
    ):
        await client.bulk.sync(people("ab"), dry_run=True, **{"state": state, **options})
    assert seen(state.parent) == before


async def test_a_journal_of_a_dry_run_is_of_no_sync_that_sends(
    client: AsyncSentori, state: Path
) -> None:
    journal = state.with_name("job.db")
    await client.bulk.sync(people("ab"), state=state, journal=journal, dry_run=True)

    with Ledger(journal) as ledger:
        assert "dry run" in ledger.job.options
    with pytest.raises(BulkError, match="of another job"):
        await client.bulk.sync(people("ab"), state=state, journal=journal)


def test_the_blocking_face_rehearses_too(tmp_path: Path) -> None:
    with (
        Sandbox().in_thread() as sandbox,
        Sentori(api_key=sandbox.sentori.api_key, base_url=sandbox.url("sentori")) as client,
    ):
        report = client.bulk.sync(people("abc"), state=tmp_path / "state.db", dry_run=True)

        assert sandbox.requests.count() == 0
    assert (report.dry_run, report.added) == (True, 3)
    assert list(tmp_path.iterdir()) == []


INPUTS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("12")), max_size=8)


@given(inputs=st.lists(INPUTS, min_size=1, max_size=3), missing=st.sampled_from(["keep", "delete"]))
def test_whatever_the_inputs_the_dry_run_foretells_the_sync(
    tmp_path_factory: pytest.TempPathFactory, inputs: list[list[tuple[str, str]]], missing: Any
) -> None:
    state, platform = tmp_path_factory.mktemp("foretold") / "state.db", Platform()
    for pairs in inputs:
        rows = [person(name, FirstName=value) for name, value in pairs]
        before = platform.writes

        foretold = synced(platform, state, rows, missing=missing, dry_run=True)

        assert platform.writes == before
        assert told(foretold) == told(synced(platform, state, rows, missing=missing))
