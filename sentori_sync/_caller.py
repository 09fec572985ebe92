"""The calling thread as the loop sees it: it waits, and while it waits it runs errands.

1. What belongs to the user's code (rows, progress, observers) runs in the user's thread.
2. An errand is run at most once, and whoever asked for it always learns that it is over.
3. An errand that the calling thread comes too late for is withdrawn, not run.
4. A notice is never withdrawn. Whoever gave it waits only as long as the thread waits too; it is
   run when the thread comes back, or on the loop if it has gone for good.
5. What interrupts the wait ends the call: well, where it knows how, within 5 s; then by cancelling
   it, with 2 s to clean up.
6. Its home is the loop of its first hop: in a forked child, that of its parent.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import math
import queue
import threading
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from sentori_async.errors import ConfigurationError

if TYPE_CHECKING:
    from sentori_sync._loop import Close, LoopThread

T = TypeVar("T")

# Not every system interrupts a long wait for Ctrl-C.
_SLICE_S: Final = 0.5
_CLEAN_UP_S: Final = 2.0
DRAIN_S: Final = 5.0
"""How long what was interrupted may take to end well."""


def is_async(function: object) -> bool:
    """Tell whether only a loop can run what a caller gave us."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - not whether it can be called, but how
    )


class Errand:
    """Something the loop asks of the calling thread."""

    def __init__(self, do: Callable[[], object]) -> None:
        """Prepare to have `do` called; on the loop."""
        self._do = do
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[Exception | None] = self._loop.create_future()
        # Taken once: by the thread that runs the errand, or by the loop that withdraws it.
        self._claim = threading.Lock()

    def run(self) -> None:
        """Call the function, unless the errand was withdrawn; in the calling thread.

        Raises:
            BaseException: What the function raised beyond an `Exception`, such as
                KeyboardInterrupt; an `Exception` goes to whoever asked.
        """
        if not self._claim.acquire(blocking=False):
            return
        fault: Exception | None = None
        try:
            self._do()
        except Exception as error:  # noqa: BLE001 - the boundary to the caller's own code
            fault = error
        finally:
            # Closed, if the errand closed the client: then nobody waits any more.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._settle, fault)

    def withdraw(self) -> None:
        """Have it over without being run, unless it runs already; on the loop."""
        if self._claim.acquire(blocking=False):
            self._settle(None)

    def _settle(self, fault: Exception | None) -> None:
        if not self._over.done():
            self._over.set_result(fault)

    async def over(self) -> None:
        """Wait until it was run or withdrawn; on the loop.

        Raises:
            Exception: What the function raised.
        """
        try:
            fault = await self._over
        finally:
            self.withdraw()
        if fault is not None:
            raise fault


class Notice(Errand):
    """What the calling thread is told, sooner or later."""

    def __init__(self, do: Callable[[], object], failed: Callable[[Exception], None]) -> None:
        """Prepare to have `do` called; on the loop.

        Args:
            do: What tells it.
            failed: Called on the loop with what `do` raised.
        """
        super().__init__(do)
        self._failed = failed

    def release(self) -> None:
        """Let nobody wait for it any more; on the loop."""
        super()._settle(None)

    def _settle(self, fault: Exception | None) -> None:
        if fault is not None:
            self._failed(fault)
        self.release()

    async def over(self) -> None:
        """Wait until it was run, or waiting for that is no use; on the loop."""
        await self._over


class Hop(Generic[T]):
    """One call on its way across the bridge and back."""

    def __init__(self, caller: Caller, call: Callable[[], Awaitable[T]]) -> None:
        """Prepare to run `call` on the loop for `caller`."""
        self.over = False
        self.given_up = False
        self._caller = caller
        self._call = call
        self._task: asyncio.Task[T] | None = None

    def start(self) -> None:
        """Run the call in a task; on the loop."""
        self._caller.expect(self)
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(self._arrive)

    async def _run(self) -> T:
        CALLER.set(self._caller)
        # Made here, so that a call that cannot even begin fails like any other.
        return await self._call()

    def cancel(self) -> None:
        """Cancel the task; on the loop."""
        self._caller.rest(self)
        if self._task is not None:
            self._task.cancel()
            return
        # The caller was interrupted before it could post `start`.
        self._end()

    def drain(self, drain: Callable[[], None]) -> None:
        """Have the call end by itself; on the loop."""
        if self._task is None:
            # As above.
            self._end()
            return
        drain()

    def _arrive(self, task: asyncio.Task[T]) -> None:
        if not task.cancelled():
            # Looked at, even if the caller has gone: asyncio reports what nobody looks at.
            task.exception()
        self._end()

    def _end(self) -> None:
        self.over = True
        self._caller.tell(self)

    def result(self) -> T:
        """Return what came of it, once it is over.

        Raises:
            BaseException: What the call raised; CancelledError, if it was cancelled.
        """
        if self._task is None:
            raise asyncio.InvalidStateError("the hop has not begun")
        return self._task.result()


class Caller:
    """One calling thread, through one verb, one iterator or one stream.

    Attributes:
        gone: Whether the thread never comes back for what is left here.
        drain: What has the call end by itself, soon; on the loop.
        draining: Whether it is to end, and needs nothing more of the user's.
    """

    def __init__(self, *, lasting: bool = False) -> None:
        """Start with nothing to do.

        Args:
            lasting: Whether the thread comes back after a hop, until `retire`.
        """
        self.gone = False
        self.drain: Callable[[], None] | None = None
        self.draining = False
        self._home: LoopThread | None = None
        self._lasting = lasting
        self._box: queue.SimpleQueue[Errand | Hop[Any]] = queue.SimpleQueue()
        self._awaited: Hop[Any] | None = None
        # The two are the loop's: for which hop the thread waits here, and who waits for the thread.
        self._expected: Hop[Any] | None = None
        self._notices: set[Notice] = set()

    @property
    def is_left_behind(self) -> bool:
        """Whether this is a forked child, and its parent has begun."""
        return self._home is not None and self._home.forked

    def post(self, chore: Close) -> None:
        """Call a coroutine function on our loop, and neither wait nor look at how it ends."""
        if self._home is not None:
            self._home.post_chore(chore)

    def check(self, thread: LoopThread) -> None:
        """Refuse another thread, or an errand, that would wait here too and take our answers.

        Raises:
            ConfigurationError: Somebody waits already, or it was begun before a fork.
        """
        if self.is_left_behind:
            raise ConfigurationError("it was begun before this process was forked: begin anew here")
        self._home = thread
        hop = self._awaited
        # Not a lock: an interrupt at the wrong moment would leave it locked for ever.
        if hop is not None and not (hop.over or hop.given_up):
            raise ConfigurationError("the stream is in use: read it in one place at a time")

    def ask(self, do: Callable[[], object]) -> Errand:
        """Ask for an errand; on the loop."""
        errand = Errand(do)
        self._box.put(errand)
        return errand

    async def inform(self, notice: Notice) -> None:
        """Have a notice run, and wait for that while the thread waits too; on the loop."""
        self._box.put(notice)
        if self._expected is None:
            return
        self._notices.add(notice)
        try:
            await notice.over()
        finally:
            self._notices.discard(notice)

    def expect(self, hop: Hop[Any]) -> None:
        """Take note that the thread waits here, for a hop that begins; on the loop."""
        self.gone = False
        self._expected = hop

    def rest(self, hop: Hop[Any]) -> None:
        """Take note that the thread no longer waits for a hop; on the loop."""
        if self._expected is hop:
            self._expected = None
            for notice in self._notices:
                notice.release()

    def tell(self, hop: Hop[Any]) -> None:
        """Announce that a hop is over; on the loop."""
        self.rest(hop)
        self.gone = not self._lasting
        self._box.put(hop)

    async def retire(self) -> None:
        """Run the notices that the thread has not come back for; on the loop."""
        self.gone = True
        self._run_notices()

    def _run_notices(self) -> None:
        """Run the notices that are left; nobody waits for anything else here."""
        with contextlib.suppress(queue.Empty):
            while True:
                item = self._box.get_nowait()
                if isinstance(item, Notice):
                    item.run()

    def wait(self, hop: Hop[Any], thread: LoopThread, most_s: float = math.inf) -> None:
        """Run errands until the hop is over, or for a bounded time; in the calling thread.

        Raises:
            ConfigurationError: The loop has ended, and the hop with it.
        """
        self._awaited = hop
        until = time.monotonic() + most_s
        while (left := until - time.monotonic()) > 0:
            try:
                item = self._box.get(timeout=min(_SLICE_S, left))
            except queue.Empty:
                if hop.over:
                    # An interrupt came between taking its notice and looking at it.
                    break
                if thread.dead:
                    raise _ended(thread) from None
                continue
            if item is hop:
                break
            # Else a hop that was given up, and is over only now.
            if isinstance(item, Errand):
                item.run()
        self._awaited = None

    def end_early(self, hop: Hop[Any], thread: LoopThread) -> None:
        """Let an interrupted call end well if it can, or else cancel it."""
        self.draining = True
        try:
            if self.drain is not None and not (hop.over or thread.dead):
                thread.post(hop.drain, self.drain)
                self.wait(hop, thread, DRAIN_S)
        finally:
            # A lasting one may go on: nothing but this hop was to end.
            self.draining = not self._lasting
            if not hop.over:
                self.give_up(hop, thread)

    def give_up(self, hop: Hop[Any], thread: LoopThread) -> None:
        """Cancel the hop's task and wait until it has cleaned up, for a bounded time."""
        hop.given_up = True
        thread.post(hop.cancel)
        until = time.monotonic() + _CLEAN_UP_S
        kept: list[Errand | Hop[Any]] = []
        try:
            while not (hop.over or thread.dead) and (left := until - time.monotonic()) > 0:
                with contextlib.suppress(queue.Empty):
                    kept.append(self._box.get(timeout=left))
        finally:
            # A stream that goes on after an interrupt still waits for its errands.
            for item in kept:
                self._box.put(item)
        if not self._lasting:
            self.gone = True
            self._run_notices()


def _ended(thread: LoopThread) -> ConfigurationError:
    if thread.forked:
        return ConfigurationError("the call went out before this process was forked: make it anew")
    return ConfigurationError("the client was closed during the call")


CALLER: Final[ContextVar[Caller | None]] = ContextVar("sentori_caller", default=None)
"""Who waits for the call that the running task works for."""
