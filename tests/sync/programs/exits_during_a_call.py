"""End while a daemon thread waits for a call that never ends, and while another goes on calling."""

import asyncio
import contextlib
import queue
import sys
import threading

from sentori_sync import SentoriError
from sentori_sync.portal import Portal

started: queue.SimpleQueue[str] = queue.SimpleQueue()


async def close() -> None:
    sys.stdout.write("closed\n")


async def forever() -> None:
    started.put("started")
    try:
        await asyncio.Event().wait()
    finally:
        sys.stdout.write("cancelled\n")


async def nothing() -> None:
    await asyncio.sleep(0)


def wait() -> None:
    with contextlib.suppress(SentoriError):
        portal.run(forever)


def go_on_calling() -> None:
    started.put("started")
    with contextlib.suppress(SentoriError):
        while True:
            portal.run(nothing)


portal = Portal(close, twin="AsyncSentori")
for target in (wait, go_on_calling):
    threading.Thread(target=target, daemon=True).start()
    started.get()
