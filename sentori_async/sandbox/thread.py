"""A sandbox for code without asyncio: on a thread of its own, with a loop of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentori_async.sandbox.server import Sandbox


@contextlib.contextmanager
def in_thread(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Run a sandbox on a thread while the block lasts.

    Raises:
        SentoriError: What starting it raised.
    """
    ready: concurrent.futures.Future[Callable[[], object]] = concurrent.futures.Future()
    thread = threading.Thread(
        target=lambda: asyncio.run(_run(sandbox, ready)), name="sentori-sandbox", daemon=True
    )
    thread.start()
    try:
        stop = ready.result()
    except Exception:
        thread.join()
        raise
    try:
        yield sandbox
    finally:
        stop()
        thread.join()


async def _run(sandbox: Sandbox, ready: concurrent.futures.Future[Callable[[], object]]) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    try:
        await sandbox.start()
    except BaseException as error:  # noqa: BLE001 - raised again where the block is entered
        ready.set_exception(error)
        return
    ready.set_result(lambda: loop.call_soon_threadsafe(stopped.set))
    try:
        await stopped.wait()
    finally:
        await sandbox.close()
