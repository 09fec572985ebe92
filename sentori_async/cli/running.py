"""Run a command's work and turn how it ended into an exit code."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from typing import Any

from sentori_async.cli.exits import INTERRUPTED, code_of
from sentori_async.cli.output import Output
from sentori_async.errors import SentoriError


def guarded(
    output: Output,
    work: Callable[[], int],
    code: Callable[[SentoriError], int] = code_of,
) -> int:
    """Do the work and return its exit code, or that of the error it ended with.

    Args:
        output: Where the error is told.
        work: What is done; it returns the exit code.
        code: The exit code of an error.
    """
    try:
        return work()
    except SentoriError as error:
        output.failed(error, code(error))
        return code(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED


def run_async(main: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine to its end, on uvloop where that is installed."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        uvloop: Any = importlib.import_module("uvloop")
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
