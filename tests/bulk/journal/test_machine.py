"""Whatever happens to a job with a journal, in any order, no row is lost, doubled or overtaken."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.journal.journal import Journal
from sentori_async.errors import AuthenticationError, BulkError, ConnectionLost, NotFound
from tests.bulk.journal.jobs import Platform, engine_of, journal_at, query
from tests.bulk.test_engine import api_error

CONTACTS = st.lists(st.sampled_from("aab!"), min_size=1, max_size=5)


def numbers_of(part: str) -> list[int]:
    """Return the numbers of the rows that one contact's part of a request carries."""
    return [int(row.partition(":")[2]) for row in part.split("|")]


class Killed:
    """What a process leaves that is killed right after a commit: its files as they are then."""

    def __init__(self, journal: Journal, after: int) -> None:
        """Kill it after so many commits."""
        self.dead = False
        self.when_dead: Callable[[], object] = lambda: None
        self._path = journal.path
        self._left = after
        self._kept: dict[str, bytes] = {}
        store: Any = journal._store
        self._commit = store.commit
        store.commit = self._committed

    def _committed(self, *args: Any) -> None:
        """Commit, and be dead before anybody hears of it; in the journal's thread."""
        self._commit(*args)
        self._left -= 1
        if not self._left:
            self.dead = True
            self._kept = {
                suffix: self._file(suffix).read_bytes()
                for suffix in ("", "-wal")
                if self._file(suffix).exists()
            }
            self.when_dead()

    def restore(self) -> None:
        """Put the files back as they were; what came later did not happen."""
        for suffix in ("", "-wal", "-shm"):
            self._file(suffix).unlink(missing_ok=True)
        for suffix, content in self._kept.items():
            self._file(suffix).write_bytes(content)

    def _file(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


class JournalMachine(RuleBasedStateMachine):
    """One job over several lives, against what the platform carried out."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "job.db"
        self.rows: list[str] = []
        # The rows that were carried out, by their numbers, the first time each.
        self.applied: dict[int, None] = {}
        # Those that were refused later, as a lost row may be, and may be sent anew therefore.
        self.refused: set[int] = set()
        self.chunks: int | None = None
        self.workers = 1
        self.looks_up = True

    @initialize(
        contacts=CONTACTS,
        chunks=st.one_of(st.none(), st.integers(1, 3)),
        workers=st.integers(1, 3),
        looks_up=st.booleans(),
    )
    def begin(self, contacts: list[str], chunks: int | None, workers: int, looks_up: bool) -> None:
        self.chunks, self.workers, self.looks_up = chunks, workers, looks_up
        self.append(contacts)

    @rule(contacts=CONTACTS)
    def append(self, contacts: list[str]) -> None:
        for contact in contacts:
            number = len(self.rows)
            self.rows.append(f"!{number}" if contact == "!" else f"{contact}:{number}")

    @rule(retry_failed=st.booleans())
    def run_to_the_end(self, retry_failed: bool) -> None:
        assert self.live(retry_failed=retry_failed) is None

    @rule(after=st.integers(0, 3))
    def change_the_key(self, after: int) -> None:
        """Stop a run by a bad key; the next one has another."""
        error = self.live(after, api_error(AuthenticationError, 401))
        assert error is None or isinstance(error.cause, AuthenticationError)

    @rule(after=st.integers(0, 3))
    def fail_one(self, after: int) -> None:
        assert self.live(after, api_error(NotFound, 404)) is None

    @rule(after=st.integers(0, 3))
    def lose_one_answer(self, after: int) -> None:
        assert self.live(after, ConnectionLost("cut", applied=None)) is None

    @rule(commits=st.integers(1, 8), arrives=st.booleans(), retry_failed=st.booleans())
    def kill(self, commits: int, arrives: bool, retry_failed: bool) -> None:
        journal = journal_at(self.path, retry_failed=retry_failed)
        killed = Killed(journal, commits)
        asyncio.run(self._until_killed(journal, killed, arrives))
        if killed.dead:
            killed.restore()

    @rule(row=st.integers(0, 30))
    @precondition(lambda self: self.on_record())
    def change_a_row(self, row: int) -> None:
        known = self.on_record()
        number = known[row % len(known)]
        kept = self.rows[number]
        self.rows[number] = f"{kept[0]}:changed"
        error = self.live()
        assert error is not None
        assert f"row {number} " in str(error)
        self.rows[number] = kept

    # The end of the last page may be empty, and is not missed.
    @rule(cut=st.integers(1, 60))
    @precondition(lambda self: self.path.exists())
    def damage(self, cut: int) -> None:
        """See a copy that is cut short refused, and neither changed nor worked from."""
        copy = self.folder / "copy.db"
        shutil.copy(self.path, copy)
        size = copy.stat().st_size
        content = copy.read_bytes()[: size * cut // 100]
        copy.write_bytes(content)
        wire = Platform()
        with pytest.raises(BulkError, match=r"damaged|not a journal"):
            asyncio.run(self.engine(wire, journal_at(copy)).run())
        assert (wire.sent, copy.read_bytes()) == ([], content)
        copy.unlink()

    @invariant()
    def what_is_recorded_as_done_was_carried_out(self) -> None:
        if self.path.exists() and not self.path.with_name("job.db-wal").exists():
            done = query(self.path, "SELECT number FROM rows WHERE outcome = 'updated'")
            assert {number for (number,) in done} <= set(self.applied)

    def teardown(self) -> None:
        if self.rows:
            self.run_to_the_end(retry_failed=True)
            for number, row in enumerate(self.rows):
                later = [n for n in self.applied if n >= number and self.rows[n][0] == row[0]]
                assert row.startswith("!") or later, f"row {number} is lost"
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------------------- one life of a job

    def on_record(self) -> list[int]:
        if not self.path.exists():
            return []
        return [number for (number,) in query(self.path, "SELECT number FROM rows")]

    def engine(self, wire: Platform, journal: Journal) -> Engine[Any]:
        return engine_of(
            self.rows,
            wire,
            journal,
            chunks=self.chunks,
            workers=self.workers,
            looks_up=self.looks_up,
        )

    def live(
        self, after: int = -1, error: Exception | None = None, *, retry_failed: bool = False
    ) -> BulkError | None:
        """Run the job, with an error as the answer to one request; return what stopped it."""
        wire = Platform()
        count = 0

        async def answer(sent: str) -> None:
            nonlocal count
            count += 1
            await asyncio.sleep(0)
            if error is not None and count == after + 1:
                if isinstance(error, ConnectionLost):
                    self.carry_out(sent, wire)
                if isinstance(error, NotFound):
                    self.refused |= {n for part in sent.split(",") for n in numbers_of(part)}
                raise error
            self.carry_out(sent, wire)

        wire._answer = answer
        engine = self.engine(wire, journal_at(self.path, retry_failed=retry_failed))
        try:
            asyncio.run(engine.run())
        except BulkError as stopped:
            return stopped
        assert engine.report.total == len(self.rows)
        return None

    async def _until_killed(self, journal: Journal, killed: Killed, arrives: bool) -> None:
        """Run the job until it is dead.

        Args:
            journal: Its journal.
            killed: What kills it.
            arrives: Whether requests that are under way then are carried out.
        """
        wire = Platform()

        async def answer(sent: str) -> None:
            alive = not killed.dead
            await asyncio.sleep(0)
            if not killed.dead or (alive and arrives):
                self.carry_out(sent, wire)
            if killed.dead:
                await asyncio.Event().wait()

        wire._answer = answer
        task = asyncio.create_task(self.engine(wire, journal).run())
        loop = asyncio.get_running_loop()
        killed.when_dead = lambda: loop.call_soon_threadsafe(task.cancel)
        await asyncio.wait([task])
        # What was settled on the way down is no matter, but for what may never happen.
        error = None if task.cancelled() else task.exception()
        if isinstance(error, BulkError) and isinstance(error.cause, AssertionError):
            raise error.cause

    def carry_out(self, sent: str, wire: Platform) -> None:
        """Take note of what a request does, and see that it may."""
        for part in sent.split(","):
            numbers = numbers_of(part)
            later = [n for n in self.applied if n > max(numbers) and self.rows[n][0] == part[0]]
            assert not later, f"{part} comes after {later}"
            for number in numbers:
                may_be = sent in wire.lost or number in self.refused
                assert number not in self.applied or may_be, f"{number} is sent anew"
                self.applied.setdefault(number)


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(max_examples=30, stateful_step_count=8, deadline=None)
