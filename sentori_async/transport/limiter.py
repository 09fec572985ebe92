"""Who may start a request, and when.

1. Never more than `concurrency` requests in flight, and never more starts in a window than allowed.
2. Who waits is served in order, single calls before bulk; only the first in line keeps a timer.
3. Leaving the line, by cancellation too, wakes the next one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentori_async.settings import Limits, Rate


class _Window:
    """The starts within one rate's stretch of time."""

    def __init__(self, rate: Rate) -> None:
        self._per_s = rate.per_s
        self._starts: deque[float] = deque(maxlen=rate.count)

    def wait(self, now: float) -> float:
        """Return how long until one more start fits, in seconds."""
        if len(self._starts) < (self._starts.maxlen or 0):
            return 0.0
        return max(0.0, self._starts[0] + self._per_s - now)

    def start(self, now: float) -> None:
        """Count a start; the oldest falls out of the window."""
        self._starts.append(now)


class Limiter:
    """Admit requests within `Limits`; it belongs to one event loop."""

    def __init__(self, limits: Limits) -> None:
        """Start with nothing in flight."""
        self._limits = limits
        self._windows = [_Window(rate) for rate in limits.rates]
        self._in_flight = 0
        self._single: deque[asyncio.Future[None]] = deque()
        self._bulk: deque[asyncio.Future[None]] = deque()

    def try_enter(self, *, bulk: bool = False) -> bool:
        """Count one more request and return True, if it may start at once."""
        if self._single or (bulk and self._bulk):
            return False
        return self._try_start()

    async def enter(self, *, bulk: bool = False) -> None:
        """Wait until one more request may start, and count it."""
        if not self.try_enter(bulk=bulk):
            await self._stand_in(self._bulk if bulk else self._single)

    def leave(self) -> None:
        """Count a request as over, and let the first in line look again."""
        self._in_flight -= 1
        self._wake_first()

    def _try_start(self) -> bool:
        if self._in_flight >= self._limits.concurrency:
            return False
        if self._windows:
            now = asyncio.get_running_loop().time()
            if any(window.wait(now) for window in self._windows):
                return False
            for window in self._windows:
                window.start(now)
        self._in_flight += 1
        return True

    async def _stand_in(self, line: deque[asyncio.Future[None]]) -> None:
        """Wait in line until the request may start."""
        loop = asyncio.get_running_loop()
        woken = loop.create_future()
        line.append(woken)
        try:
            while self._first() is not woken or not self._try_start():
                timer = self._timer(woken) if self._first() is woken else None
                try:
                    await woken
                finally:
                    if timer is not None:
                        timer.cancel()
                place = line.index(woken)
                woken = line[place] = loop.create_future()
        finally:
            line.remove(woken)
            self._wake_first()

    def _first(self) -> asyncio.Future[None] | None:
        if self._single:
            return self._single[0]
        return self._bulk[0] if self._bulk else None

    def _timer(self, woken: asyncio.Future[None]) -> asyncio.TimerHandle | None:
        """Wake the first in line when the windows allow a start, if that is what it waits for."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        wait = max((window.wait(now) for window in self._windows), default=0.0)
        return loop.call_later(wait, _wake, woken) if wait else None

    def _wake_first(self) -> None:
        first = self._first()
        if first is not None:
            _wake(first)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
