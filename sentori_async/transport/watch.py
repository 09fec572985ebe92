"""One timer for all attempts of a client, because nearly every attempt ends long before its own.

1. No attempt outlasts its end: the timer is always set to the earliest of all ends, or before it.
2. An attempt that is over leaves nothing behind but a timer that finds nothing to do.
3. The timer keeps nobody alive.
"""

from __future__ import annotations

import math
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class Watch:
    """Ends what takes too long; it belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start with nothing to watch."""
        self._loop = loop
        self._ends: dict[asyncio.Timeout, float] = {}
        self._handle: asyncio.TimerHandle | None = None
        self._next = math.inf

    def expect(self, timer: asyncio.Timeout, end: float) -> None:
        """End a block at a time by the loop's clock, unless `leave` or another end comes first.

        Args:
            timer: The block's, made with no end of its own.
            end: When it ends.
        """
        self._ends[timer] = end
        if end < self._next:
            self._set(end)

    def leave(self, timer: asyncio.Timeout) -> None:
        """Take note that a block is over."""
        self._ends.pop(timer, None)

    def end_all(self) -> None:
        """End all blocks now, and watch no more."""
        if self._handle is not None:
            self._handle.cancel()
        now = self._loop.time()
        for timer in self._ends:
            if not timer.expired():
                timer.reschedule(now)

    def _set(self, when: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._next = when
        self._handle = self._loop.call_at(when, _look, weakref.ref(self))

    def look(self) -> None:
        """End the blocks whose time has come, and set the timer to the next."""
        self._handle, self._next = None, math.inf
        now = self._loop.time()
        late = [timer for timer, end in self._ends.items() if end <= now]
        for timer in late:
            del self._ends[timer]
            if not timer.expired():
                timer.reschedule(now)
        if self._ends:
            self._set(min(self._ends.values()))


def _look(watch: weakref.ref[Watch]) -> None:
    alive = watch()
    if alive is not None:
        alive.look()
