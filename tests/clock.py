"""An event loop whose clock jumps: waits are exact, and take no time.

No I/O is waited for: only what is there at once, as between two sockets of this machine, is seen.
A loop that has nothing left to run and no timer to wait for is deadlocked, and says so instead of
hanging.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlock(RuntimeError):
    """Every task waits for something that no other task will ever do."""


class _Instant(selectors.DefaultSelector):
    """A selector that reports what is ready and, instead of sleeping, moves the loop's clock."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise Deadlock("no task can run, and no timer will wake one")
        self.loop.jump()
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that starts at 0.0 and is always exactly as late as its next timer says.

    Attributes:
        before_jump: Called when nothing can run at this moment, before time goes on.
    """

    before_jump: Callable[[], None] | None = None

    def __init__(self) -> None:
        selector = _Instant()
        selector.loop = self
        self._now = 0.0
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    def jump(self) -> None:
        """Go to the next timer; adding the wait to the present would round."""
        if self.before_jump is not None:
            self.before_jump()
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        self._now = max(self._now, timers[0].when())

    def stall(self, for_s: float) -> None:
        """Be busy: the clock goes on while nothing else runs."""
        self._now += for_s


def run(coro: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a virtual loop of its own and return its result."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coro)


def running() -> VirtualLoop:
    """Return the running loop."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def now() -> float:
    """Return the running loop's time, in seconds since it was made."""
    return running().time()
