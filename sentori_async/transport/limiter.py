"""Who of one client waits to start a request, and in which order.

1. What may start, and when, is for `Pace` to say; it is shared by all clients of the key.
2. Who waits is served in order, single calls before bulk; only the first in line keeps a timer.
3. Leaving the line, by cancellation too, wakes the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.transport.pace import Pace


class _Ask(Protocol):
    """Ask the pace how long to wait for a start."""

    def __call__(self, now: float, *, bulk: bool) -> float: ...


class Limiter:
    """The waiting lines of one client; it belongs to one event loop."""

    def __init__(self, pace: Pace, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with empty lines.

        Args:
            pace: The limits.
            clock: A monotonic clock, the same for all who share the pace.
        """
        self._pace = pace
        self._clock = clock
        self._single: deque[asyncio.Future[None]] = deque()
        self._bulk: deque[asyncio.Future[None]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        # Whether the first in line waits for its timer: then nothing that ends can help it.
        self._timed = False

    def renew(self) -> None:
        """Begin anew in a forked child, where nobody is in line."""
        self._single.clear()
        self._bulk.clear()
        self._loop = None
        self._timed = False

    def try_enter(self, *, bulk: bool = False) -> bool:
        """Count one more request and return True, if it may start at once."""
        if self._single or (bulk and self._bulk):
            return False
        return self._pace.try_start(self._clock(), bulk=bulk) == 0.0

    async def enter(self, *, bulk: bool = False) -> None:
        """Wait until one more request may start, and count it."""
        if not self.try_enter(bulk=bulk):
            await self._stand_in(self._pace.try_start, bulk=bulk)

    def could_enter(self, *, bulk: bool = False) -> bool:
        """Tell whether one more request may start at once, and count nothing."""
        if self._single or (bulk and self._bulk):
            return False
        return self._pace.wait(self._clock(), bulk=bulk) == 0.0

    async def turn(self, *, bulk: bool = False) -> None:
        """Wait until one more request may start, and count nothing.

        It surely may as long as the caller does not await anything else.
        """
        if not self.could_enter(bulk=bulk):
            await self._stand_in(self._pace.wait, bulk=bulk)

    def leave(self) -> None:
        """Count a request as over, and let the first in line look again."""
        self._pace.finish()

    async def _stand_in(self, ask: _Ask, *, bulk: bool) -> None:
        """Wait in line until the request may start."""
        line = self._bulk if bulk else self._single
        loop = self._loop = asyncio.get_running_loop()
        woken = loop.create_future()
        line.append(woken)
        self._pace.join(self._wake_first, bulk=bulk)
        try:
            while wait := self._wait(woken, ask, bulk=bulk):
                timer = loop.call_later(wait, _wake, woken) if wait < math.inf else None
                self._timed = timer is not None
                try:
                    await woken
                finally:
                    if timer is not None:
                        timer.cancel()
                        self._timed = False
                place = line.index(woken)
                woken = line[place] = loop.create_future()
        finally:
            line.remove(woken)
            self._pace.leave(self._wake_first, bulk=bulk)

    def _wait(self, woken: asyncio.Future[None], ask: _Ask, *, bulk: bool) -> float:
        """Return 0.0 if it is time to leave the line, or how long the first in it is to wait."""
        if self._first() is not woken:
            return math.inf
        return ask(self._clock(), bulk=bulk)

    def _first(self) -> asyncio.Future[None] | None:
        if self._single:
            return self._single[0]
        return self._bulk[0] if self._bulk else None

    def _wake_first(self) -> None:
        """Let the first in line look again; called from any thread."""
        if self._loop is _running_loop():
            first = self._first()
            if first is not None and not self._timed:
                _wake(first)
        elif self._loop is not None:
            # A loop that has been closed has nobody in line.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake_first)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
