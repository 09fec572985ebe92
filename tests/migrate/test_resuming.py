"""A migration that was interrupted goes on where it was, and faults change nothing."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import stat
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sentori_async import BulkError, ConfigurationError
from sentori_async.migrate import Migration
from sentori_async.migrate.snapshot import _SCHEMA, Snapshot
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox
from sentori_async.sandbox.faults import kinds
from tests.migrate.accounts import Accounts, accounts, unlimited

PEOPLE = 60


def fill(world: Accounts) -> None:
    """Fill a campaign: every third contact has left, every fifth has complained."""
    old = world.sandbox.getresponse.contacts
    for n in range(PEOPLE):
        old.add(f"p{n}@example.com", {"name": f"P{n}"})
        if n % 3 == 0:
            old.remove(f"p{n}@example.com", "unsubscribe")
        elif n % 5 == 0:
            old.remove(f"p{n}@example.com", "complaint")


def wanted() -> list[str]:
    return sorted(f"p{n}@example.com" for n in range(PEOPLE) if n % 3 and n % 5)


async def interrupted(world: Accounts, journal: Path, after: int) -> None:
    """Migrate, and be cancelled when some contacts are settled."""
    async with Migration(
        world.end("getresponse"),
        world.end("sentori"),
        mapping={"FirstName": "name"},
        journal=journal,
    ) as migration:
        await migration.open()
        await migration.read()
        with pytest.raises(asyncio.CancelledError):
            async with migration.write() as outcomes:
                for _ in range(after):
                    await anext(outcomes)
                raise asyncio.CancelledError


async def test_what_was_interrupted_goes_on(world: Accounts, tmp_path: Path) -> None:
    fill(world)
    journal = tmp_path / "move.db"
    await interrupted(world, journal, 20)
    before = world.sandbox.requests.count("contacts.add_or_update", platform="sentori")
    # The source has changed: whoever came since waits for the next migration.
    world.sandbox.getresponse.contacts.add("new@example.com")
    world.sandbox.requests.clear()
    report = await world.migrate("getresponse", "sentori", {"FirstName": "name"}, journal=journal)
    again = world.sandbox.requests.count("contacts.add_or_update", platform="sentori")

    assert report.ok
    assert world.on_list() == wanted()
    assert world.sandbox.sentori.contacts.count() == PEOPLE
    assert report.written.total == PEOPLE
    assert 0 < again <= PEOPLE - 20
    assert before + again <= PEOPLE + 8  # those that were on their way
    assert world.sandbox.requests.count("contacts.iterate", platform="getresponse") == 0


async def test_a_finished_migration_writes_nothing_more(world: Accounts, tmp_path: Path) -> None:
    fill(world)
    journal = tmp_path / "move.db"
    first = await world.migrate("getresponse", "sentori", journal=journal)
    world.sandbox.requests.clear()
    world.sandbox.getresponse.contacts.remove("p1@example.com", "unsubscribe")
    second = await world.migrate("getresponse", "sentori", journal=journal)
    third = await world.migrate("getresponse", "sentori", journal=journal)

    assert second.written.by_status == first.written.by_status
    assert (second.written.requests, third.late.requests) == (0, 0)
    assert second.late.by_status == third.late.by_status == Counter(unsubscribed=1)
    assert "p1@example.com" not in world.on_list()
    assert third.ok


async def test_reading_that_was_interrupted_begins_anew(world: Accounts, tmp_path: Path) -> None:
    fill(world)
    journal = tmp_path / "move.db"
    ends = world.end("getresponse"), world.end("sentori")

    def stop(_: int) -> None:
        raise asyncio.CancelledError

    async with Migration(*ends, journal=journal) as migration:
        await migration.open()
        with pytest.raises(asyncio.CancelledError):
            await migration.read(stop)
    world.sandbox.getresponse.contacts.remove("p1@example.com", "unsubscribe")
    report = await world.migrate("getresponse", "sentori", journal=journal)

    assert report.ok
    assert world.on_list() == sorted(set(wanted()) - {"p1@example.com"})


async def test_files_are_private_and_of_one_migration(world: Accounts, tmp_path: Path) -> None:
    fill(world)
    journal = tmp_path / "move.db"
    await world.migrate("getresponse", "sentori", journal=journal)
    files = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}

    assert {"move.db", "move.db.people", "move.db.late"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    with pytest.raises(BulkError, match="of another migration"):
        await world.migrate("getresponse", "sentori", {"Title": "name"}, journal=journal)
    with pytest.raises(BulkError, match="of another migration"):
        await world.migrate("sentori", "getresponse", journal=journal)


async def test_a_foreign_file_is_left_alone(world: Accounts, tmp_path: Path) -> None:
    path = tmp_path / "move.db.people"
    path.write_bytes(b"something else entirely")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        await world.migrate("getresponse", "sentori", journal=tmp_path / "move.db")

    assert path.read_bytes() == b"something else entirely"


def test_a_process_that_is_killed_while_it_begins_is_in_nobodys_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each statement would leave behind if it were the last one is a file to begin with."""
    left: list[Path] = []

    def look(_: str) -> None:
        left.append(shutil.copytree(tmp_path / "live", tmp_path / f"{len(left)}"))

    class Watched(sqlite3.Connection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.set_trace_callback(look)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Watched))
        (tmp_path / "live").mkdir()
        with Snapshot(tmp_path / "live" / "move.db.people") as snapshot:
            snapshot.open("about")

    assert len(left) > len(_SCHEMA.split(";"))
    for folder in left:
        with Snapshot(folder / "move.db.people") as snapshot:
            snapshot.open("about")
            assert not snapshot.is_whole


async def test_two_at_a_time_are_refused(world: Accounts, tmp_path: Path) -> None:
    ends = world.end("getresponse"), world.end("sentori")
    async with Migration(*ends, journal=tmp_path / "move.db") as first:
        await first.open()
        with pytest.raises(ConfigurationError, match="another process"):
            await world.migrate("getresponse", "sentori", journal=tmp_path / "move.db")


async def test_retry_failed_needs_a_journal(world: Accounts) -> None:
    with pytest.raises(ConfigurationError, match="needs the journal"):
        await world.migrate("getresponse", "sentori", retry_failed=True)


async def test_failed_contacts_are_sent_again_where_that_is_asked_for(tmp_path: Path) -> None:
    refuse = FaultScript([FaultRule("contacts.add_or_update", kinds.Status(status=400), times=5)])
    async with Sandbox(**unlimited(), faults=refuse) as sandbox, accounts(sandbox) as world:
        fill(world)
        journal = tmp_path / "move.db"
        first = await world.migrate("getresponse", "sentori", journal=journal)
        second = await world.migrate("getresponse", "sentori", journal=journal, retry_failed=True)

        assert first.written.failed == 5
        assert second.ok
        assert world.on_list() == wanted()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("pair", ["getresponse sentori", "sentori spotzee", "spotzee getresponse"])
async def test_one_fault_in_ten_changes_nothing(pair: str, seed: int) -> None:
    faults = FaultScript(
        [
            FaultRule("*", kinds.Status(status=503), probability=0.04),
            FaultRule("*", kinds.Drop(), probability=0.03),
            FaultRule("*", kinds.Drop(execute=1), probability=0.03),
        ],
        seed=seed,
    )
    async with Sandbox(**unlimited(), faults=faults) as sandbox, accounts(sandbox) as world:
        source, target = pair.split()
        mapping = None
        if source == "getresponse":
            fill(world)
        elif source == "sentori":
            for n in range(PEOPLE):
                world.subscribe(f"p{n}@example.com")
            mapping = {"external_id": "EmailAddress", "email": "EmailAddress"}
        else:
            for n in range(PEOPLE):
                sandbox.spotzee.contacts.add(f"p{n}", {"email": f"p{n}@example.com"})
                sandbox.spotzee.subscriptions.set(f"p{n}", world.news, n % 3 and 1)
            mapping = {"email": "email"}
        report = await world.migrate(source, target, mapping)

        assert report.verification is not None
        assert report.verification.first == []
        assert report.ok
