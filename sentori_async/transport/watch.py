"""One timer for all attempts of a client, because nearly every attempt ends long before its own.

1. No attempt outlasts its end, nor a silence that is longer than allowed: the timer is always set
   to the earliest moment at which one of them may be over, or before it.
2. An attempt that is over leaves nothing behind but a timer that finds nothing to do.
3. The timer keeps nobody alive.
4. Cancellation from outside is never taken for an end, as with `asyncio.timeout`, which costs more
   than all else that is done about time here.
"""

from __future__ import annotations

import asyncio
import math
import weakref
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self


class Heard(Protocol):
    """A connection that knows when it last heard of its peer.

    Attributes:
        heard_at: When, by the loop's clock; infinity while nothing is expected.
    """

    heard_at: float

    def fall_silent(self) -> None:
        """Fail what waits for the peer."""


class Block:
    """A block of the running task that ends in time: it raises TimeoutError then."""

    __slots__ = ("_cancelling", "_connection", "_end", "_ended", "_silence_s", "_task", "_watch")

    def __init__(self, watch: Watch, end: float) -> None:
        """Prepare to watch a block of the running task; see `Watch.until`."""
        task = asyncio.current_task(watch.loop)
        assert task is not None  # noqa: S101 - whoever awaits an answer does so in a task
        self._watch = watch
        self._task = task
        self._cancelling = task.cancelling()
        self._end = end
        self._ended = False
        self._connection: Heard | None = None
        self._silence_s = math.inf

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._watch.expect(self, self._end)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Watch no more.

        Raises:
            TimeoutError: The block was ended, and nobody else has cancelled its task.
        """
        self._watch.leave(self)
        if (
            self._ended
            and self._task.uncancel() <= self._cancelling
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error

    def listen(self, connection: Heard, silence_s: float) -> None:
        """End the block as well when a connection has been silent for so long."""
        self._connection = connection
        self._silence_s = silence_s
        self._watch.expect(self, min(self._end, connection.heard_at + silence_s))

    def look(self, now: float) -> float:
        """Return when to look again; infinity where the block is ended, or was."""
        if self._ended:
            return math.inf
        if now >= self._end:
            self.end()
            return math.inf
        connection = self._connection
        if connection is None:
            return self._end
        # While nothing is expected of the peer, it may be at any moment.
        silent_at = min(connection.heard_at, now) + self._silence_s
        if silent_at > now:
            return min(self._end, silent_at)
        self._connection = None
        connection.fall_silent()
        return self._end

    def end(self) -> None:
        """End the block now."""
        if not self._ended:
            self._ended = True
            self._task.cancel()


class Watch:
    """Ends what takes too long; it belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start with nothing to watch."""
        self.loop = loop
        self._due: dict[Block, float] = {}
        self._handle: asyncio.TimerHandle | None = None
        self._next = math.inf

    def until(self, end: float) -> Block:
        """Return a block of the running task that ends at a time by the loop's clock.

        Args:
            end: When it ends.
        """
        return Block(self, end)

    def expect(self, block: Block, due: float) -> None:
        """Look at a block at a time, unless `leave` or another time comes first."""
        self._due[block] = due
        if due < self._next:
            self._set(due)

    def leave(self, block: Block) -> None:
        """Take note that a block is over."""
        self._due.pop(block, None)

    def end_all(self) -> None:
        """End all blocks now, and watch no more."""
        if self._handle is not None:
            self._handle.cancel()
        for block in self._due:
            block.end()

    def _set(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._next = when
        self._handle = self.loop.call_at(when, _look, weakref.ref(self))

    def look(self) -> None:
        """Look at the blocks whose time has come, and set the timer to the next."""
        self._handle, self._next = None, math.inf
        now = self.loop.time()
        for block in [block for block, due in self._due.items() if due <= now]:
            self._due[block] = block.look(now)
        soonest = min(self._due.values(), default=math.inf)
        if soonest < math.inf:
            self._set(soonest)


def _look(watch: Callable[[], Watch | None]) -> None:
    alive = watch()
    if alive is not None:
        alive.look()
