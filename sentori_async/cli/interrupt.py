"""Ctrl-C during a job: the first asks it to end well, the second ends it.

SIGTERM, with which containers and services are stopped, does the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final, cast

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Whether, and what happens when, somebody presses Ctrl-C.

    Attributes:
        requested: Whether somebody has.
    """

    def __init__(self, say: Callable[[], object]) -> None:
        """Start uninterrupted; `say` tells the user that the first Ctrl-C was understood."""
        self.requested = False
        self._say = say
        self._end_well: Callable[[], object] | None = None

    @contextlib.contextmanager
    def ends(self, end_well: Callable[[], object]) -> Iterator[None]:
        """Call `end_well` at the first Ctrl-C while the block lasts."""
        self._end_well = end_well
        try:
            yield
        finally:
            self._end_well = None

    def press(self, task: asyncio.Task[object]) -> None:
        """Do what one more Ctrl-C is for."""
        if self.requested or self._end_well is None:
            task.cancel()
        else:
            self._end_well()
            self._say()
        self.requested = True


@contextlib.contextmanager
def interruptible(say: Callable[[], object]) -> Iterator[Interruption]:
    """Let Ctrl-C and SIGTERM reach the current task through what the block is given.

    Args:
        say: Called when the first Ctrl-C begins to end a job well.
    """
    task = cast("asyncio.Task[object]", asyncio.current_task())
    loop = asyncio.get_running_loop()
    interruption = Interruption(say)

    def pressed(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(interruption.press, task)

    before = [(number, signal.signal(number, pressed)) for number in _SIGNALS]
    try:
        yield interruption
    finally:
        for number, handler in before:
            signal.signal(number, handler)
