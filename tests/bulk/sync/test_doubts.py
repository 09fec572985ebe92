"""Whatever is lost, refused or cancelled, the platform ends with what the last input says."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from sentori_async.bulk.journal.digest import digest_of
from sentori_async.bulk.journal.home import Home
from sentori_async.bulk.sync.report import SyncReport
from sentori_async.bulk.sync.schema import BATCH
from sentori_async.bulk.sync.wish import Wish
from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.errors import ConnectionLost, ValidationFailed
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.wire.message import Call, Meter, Safety, Steps
from sentori_async.wire.settle import follow
from tests.account import Account

HOME = Home(platform="sentori", base_url="http://127.0.0.1:9/v2.0/")
FINE, REFUSED, LOST, LATE, CANCELLED = "fine", "refused", "lost", "late", "cancelled"

Row = dict[str, Any]


@attrs.define
class Platform:
    """An account whose writes meet faults in turn.

    Attributes:
        account: What is there.
        faults: What the next writes meet; then nothing.
        done: What each contact was last told to have been written.
        maybe: The contacts whose last write may have been carried out.
        task: What a fault cancels.
    """

    account: Account = attrs.field(factory=Account)
    faults: list[str] = attrs.field(factory=list)
    done: dict[str, Row | None] = attrs.field(factory=dict)
    maybe: set[str] = attrs.field(factory=set)
    writes: int = 0
    task: asyncio.Task[Any] | None = None

    async def send(self, call: Call[Any], meter: Meter) -> Any:
        if isinstance(call, Steps):
            return await follow(call.flow(), lambda step: self.send(step, meter))
        meter.attempts += 1
        meter.requests += 1
        await asyncio.sleep(0)
        if call.request.operation.safety is Safety.READ:
            return call.decode(self.account.answer(call.request))
        self.writes += 1
        fault = self.faults.pop(0) if self.faults else FINE
        if fault == REFUSED:
            raise ValidationFailed("no", platform="sentori", operation="x", status=400, code=103)
        if fault != LOST:
            self.account.answer(call.request)
        if fault == CANCELLED and self.task is not None:
            self.task.cancel()
            await asyncio.sleep(0)
        if fault in {LOST, LATE, CANCELLED}:
            raise ConnectionLost("lost", operation="x", applied=None)
        return call.decode(self.account.answer(call.request))


def synced(platform: Platform, state: Path, rows: Sequence[Row], **options: Any) -> Any:
    """Run a sync, and return its report, or None where it was cancelled."""

    async def run() -> SyncReport | None:
        bulk = AsyncBulk(platform.send, SentoriPlanner(), workers=3, home=HOME)
        platform.task = asyncio.ensure_future(
            bulk.sync(rows, state=state, max_removals=1.0, **options)
        )
        await asyncio.wait([platform.task])
        return None if platform.task.cancelled() else platform.task.result()

    return asyncio.run(run())


def kept(state: Path) -> dict[str, tuple[str | None, bool]]:
    with closing(sqlite3.connect(state)) as db:
        found = db.execute("SELECT key, digest, doubtful FROM contacts").fetchall()
    return {key: (digest, bool(doubtful)) for key, digest, doubtful in found}


def row(name: str, value: str | None) -> Row:
    return {"EmailAddress": f"{name}@example.com", "FirstName": value}


ROWS = st.lists(st.builds(row, st.sampled_from("abcd"), st.sampled_from(["1", "2", None])))
FAULTS = st.lists(st.sampled_from([FINE, FINE, REFUSED, LOST, LATE, CANCELLED]), max_size=6)
RUNS = st.lists(st.tuples(ROWS, FAULTS, st.sampled_from(["keep", "delete"])), max_size=4)


@settings(max_examples=60)
@given(runs=RUNS, last=ROWS)
def test_after_a_run_without_faults_the_platform_holds_the_last_input(
    runs: list[tuple[list[Row], list[str], str]], last: list[Row]
) -> None:
    """Nothing but that: contacts that any earlier run may have added and that it lacks are gone."""
    with tempfile.TemporaryDirectory() as folder:
        state, platform = Path(folder) / "state.db", Platform()
        for rows, faults, missing in runs:
            platform.faults = [*faults]
            synced(platform, state, rows, missing=missing)
        platform.faults = []
        report = synced(platform, state, last, missing="delete")
        wanted = {each["EmailAddress"]: each for each in last}
        there = {key: found.get("FirstName") for key, found in platform.account.contacts.items()}
        assert there == {key: each["FirstName"] for key, each in wanted.items()}
        assert kept(state) == {key: (digest_of(each), False) for key, each in wanted.items()}
        assert report.read == report.unchanged + report.total - report.by_status["deleted"]

        platform.writes = 0
        assert synced(platform, state, last, missing="delete").unchanged == len(wanted)
        assert platform.writes == 0


@settings(max_examples=60)
@given(first=ROWS, second=ROWS, faults=FAULTS)
def test_a_state_says_what_was_last_sent_with_success_and_what_is_in_doubt(
    first: list[Row], second: list[Row], faults: list[str]
) -> None:
    faults = [fault for fault in faults if fault != CANCELLED]
    with tempfile.TemporaryDirectory() as folder:
        state, platform = Path(folder) / "state.db", Platform()
        synced(platform, state, first)
        platform.faults = [*faults]
        report = synced(platform, state, second)
        found = kept(state)
        old = {each["EmailAddress"]: digest_of(each) for each in first}
        new = {each["EmailAddress"]: digest_of(each) for each in second}
        unknown = {outcome.contact for outcome in report.unknowns}
        failed = {outcome.contact for outcome in report.failures}
        for key in {*old, *new}:
            if key in unknown:
                assert found[key] == (old.get(key), True)
            elif key in failed:
                assert found.get(key) == ((old[key], False) if key in old else None)
            else:
                assert found[key] == (new.get(key, old.get(key)), False)


def test_a_refusal_does_not_clear_an_earlier_doubt(tmp_path: Path) -> None:
    state, platform = tmp_path / "state.db", Platform()
    synced(platform, state, [row("a", "1")])
    for fault in (LATE, REFUSED):
        platform.faults = [fault]
        synced(platform, state, [row("a", "2")])
    synced(platform, state, [row("a", "1")])

    assert platform.account.contacts["a@example.com"]["FirstName"] == "1"


def test_a_contact_that_may_have_been_added_is_removed_when_it_is_missing(tmp_path: Path) -> None:
    state, platform = tmp_path / "state.db", Platform(faults=[LATE])
    synced(platform, state, [row("a", "1")])
    report = synced(platform, state, [], missing="delete")

    assert report.removed == 1
    assert platform.account.contacts == {}


def test_a_contact_that_may_have_been_removed_is_sent_when_it_is_back(tmp_path: Path) -> None:
    state, platform = tmp_path / "state.db", Platform()
    synced(platform, state, [row("a", "1")])
    platform.faults = [LATE]
    synced(platform, state, [], missing="delete")
    synced(platform, state, [row("a", "1")])

    assert platform.account.contacts["a@example.com"]["FirstName"] == "1"


def test_an_unchanged_row_takes_back_a_changed_one_of_an_earlier_stretch(tmp_path: Path) -> None:
    """Rows are compared in stretches, and one without any change takes a short cut."""
    state, platform = tmp_path / "state.db", Platform()
    rows = [row(f"p{n}", "1") for n in range(3 * BATCH)]
    synced(platform, state, rows)
    platform.writes = 0
    report = synced(platform, state, [row("p1", "2"), *rows])

    assert (platform.writes, report.superseded, report.unchanged) == (0, 1, len(rows))


def test_a_refused_removal_does_not_clear_an_earlier_doubt(tmp_path: Path) -> None:
    state, platform = tmp_path / "state.db", Platform()
    synced(platform, state, [row("a", "1")])
    platform.faults = [LATE]
    synced(platform, state, [row("a", "2")])
    platform.faults = [REFUSED]
    synced(platform, state, [], missing="delete")
    synced(platform, state, [row("a", "1")])

    assert platform.account.contacts["a@example.com"]["FirstName"] == "1"


def test_a_drained_sync_sends_no_more_and_removes_nobody(tmp_path: Path) -> None:
    """What it has sent is confirmed, and the next one does the rest."""
    state, platform = tmp_path / "state.db", Platform()
    rows = [row(f"p{n}", "1") for n in range(50)]
    synced(platform, state, [row("gone", "1")])

    async def run() -> SyncReport:
        bulk = AsyncBulk(platform.send, SentoriPlanner(), workers=3, home=HOME)
        wish = Wish(
            key=None, missing="delete", list_id=None, max_removals=1.0, via="single", verify=False
        )
        sync = bulk._jobs.sync(
            rows, state, wish, journal=None, progress=None, told=lambda _: sync.drain()
        )
        return await sync.run()

    drained = asyncio.run(run())
    again = synced(platform, state, rows, missing="delete")

    assert 1 <= drained.added < 10
    assert drained.removed == 0
    assert (again.unchanged, again.added) == (drained.added, 50 - drained.added)
    assert again.removed == 1
