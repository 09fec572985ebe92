"""The thread that writes a journal, a group at a time.

1. Intents are written as soon as the thread is free and three quarters of the workers wait, or a
   moment after the first of them began to, or when they are wanted at once; whoever waits for one
   waits for its group.
   So one worker waits for one commit per row, and many share theirs.
2. Outcomes go with the next intents, or alone after a moment: nobody waits for them.
3. A commit costs the processor as much as twenty rows, however many are in it: to write half as
   much twice as early, while the loop is busy, makes a job slower.
4. What cannot be written is fatal: nothing more is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import attrs

from sentori_async.bulk.journal.entries import IntentEntry, OutcomeEntry
from sentori_async.bulk.journal.store import Store
from sentori_async.errors import BulkError

T = TypeVar("T")

_PATIENCE_S: Final = 0.05
_GATHER_S: Final = 0.002
_PACE_EVERY_S: Final = 1.0


@attrs.define(eq=False)
class _Group:
    """What is written together.

    Attributes:
        over: Done when it is durable.
        waiting: How many wait for it.
        due: Whether it is to be written now.
    """

    over: asyncio.Future[None]
    intents: list[IntentEntry] = attrs.field(factory=list)
    outcomes: list[OutcomeEntry] = attrs.field(factory=list)
    waiting: int = 0
    due: bool = False


class Writer:
    """Writes a journal in a thread of its own; its methods are for the loop."""

    def __init__(
        self,
        store: Store,
        failed: Callable[[BulkError], None],
        workers: int,
        pace_told: Callable[[], Mapping[str, Any] | None] | None = None,
    ) -> None:
        """Prepare to write.

        Args:
            store: The file, which belongs to the thread from now on.
            failed: Called on the loop when the file can no longer be written.
            workers: How many may wait at once.
            pace_told: Return what is to be kept of the pace.
        """
        self._store = store
        self._failed = failed
        self._enough = max(1, workers * 3 // 4)
        self._pace_told = pace_told
        self._pace_at = 0.0
        self._calls: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._ending = False
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._group = _Group(self._loop.create_future())
        self._thread = threading.Thread(target=self._run, name="sentori-journal", daemon=True)
        self.error: BulkError | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    async def call(self, do: Callable[[], T]) -> T:
        """Have the thread do something between two groups, and return its result."""
        result: asyncio.Future[T] = self._loop.create_future()

        def run() -> None:
            try:
                found = do()
            except BaseException as error:  # noqa: BLE001 - carried over to whoever waits
                self._tell(_fail, result, error)
            else:
                self._tell(_give, result, found)

        with self._lock:
            self._calls.append(run)
            self._news.notify()
        return await result

    def intend(self, entries: Sequence[IntentEntry]) -> asyncio.Future[None]:
        """Put down what is about to be sent; return what is over when that is durable.

        Who waits for it says so with `need`.
        Those who wait for it are cancelled together or not at all.

        Raises:
            BulkError: Nothing can be written any more.
        """
        if self.error is not None:
            raise self.error
        with self._lock:
            group = self._group
            group.intents += entries
        return group.over

    def hurry(self) -> None:
        """Have the thread write as soon as it is free."""
        with self._lock:
            self._make_due(self._group)

    def need(self, over: asyncio.Future[None]) -> None:
        """Take note that one more waits for what `intend` has returned."""
        with self._lock:
            group = self._group
            if group.over is not over:
                # It is being written.
                return
            group.waiting += 1
            if group.waiting >= self._enough:
                self._make_due(group)
        if group.waiting == 1 and not group.due:
            self._loop.call_later(_GATHER_S, self._hurry_up, group)

    def _make_due(self, group: _Group) -> None:
        """Have a group written; whoever calls holds the lock."""
        if not group.due:
            group.due = True
            self._news.notify()

    def settle(self, entry: OutcomeEntry) -> None:
        """Put down what became of a row, in a moment."""
        if self.error is not None:
            return
        with self._lock:
            group = self._group
            first = not group.outcomes
            group.outcomes.append(entry)
        if first:
            self._loop.call_later(_PATIENCE_S, self._hurry_up, group)

    def _hurry_up(self, group: _Group) -> None:
        with self._lock:
            if group is self._group:
                self._make_due(group)

    @property
    def waiting(self) -> int:
        """How many outcomes are not written yet."""
        return len(self._group.outcomes)

    async def flush(self) -> None:
        """Wait until everything so far is written.

        Raises:
            BulkError: It cannot be.
        """
        with self._lock:
            self._group.due = True
        # The thread writes what is due before it does what it is called for.
        await self.call(lambda: None)
        if self.error is not None:
            raise self.error

    async def end(self) -> None:
        """Close the file and end the thread."""
        with self._lock:
            self._ending = True
            self._news.notify()
        await self._over.wait()
        self._thread.join()

    # ---------------------------------------------------------------------------- the thread

    def _run(self) -> None:
        try:
            while True:
                with self._lock:
                    while not (self._group.due or self._calls or self._ending):
                        self._news.wait()
                    calls, self._calls = self._calls, deque()
                    group = None
                    if self._group.due:
                        group, self._group = self._group, _Group(self._loop.create_future())
                    elif self._ending and not calls:
                        return
                if group is not None:
                    self._write(group)
                for call in calls:
                    call()
        finally:
            self._store.close()
            self._tell(self._over.set)

    def _write(self, group: _Group) -> None:
        if self.error is None:
            try:
                self._store.commit(group.intents, group.outcomes, self._pace())
            except Exception as error:  # noqa: BLE001 - whoever waits must not wait for ever
                self.error = error if isinstance(error, BulkError) else _strange(error)
                self._tell(self._failed, self.error)
        self._tell(_end, group.over, self.error)

    def _pace(self) -> Mapping[str, Any] | None:
        now = time.monotonic()
        if self._pace_told is None or now < self._pace_at:
            return None
        self._pace_at = now + _PACE_EVERY_S
        return self._pace_told()

    def _tell(self, do: Callable[..., object], *args: Any) -> None:
        # A loop that is closed has nobody who waits.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(do, *args)


def _strange(error: Exception) -> BulkError:
    return BulkError(f"the journal cannot be written: {type(error).__name__}", cause=error)


def _end(over: asyncio.Future[None], error: BulkError | None) -> None:
    if over.done():
        return
    if error is None:
        over.set_result(None)
        return
    over.set_exception(error)
    # It is not lost where nobody waits: the job has been told.
    over.exception()


def _give(result: asyncio.Future[T], found: T) -> None:
    if not result.done():
        result.set_result(found)


def _fail(result: asyncio.Future[Any], error: BaseException) -> None:
    if not result.done():
        result.set_exception(error)
