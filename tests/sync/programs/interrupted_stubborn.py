"""Interrupt a call whose clean-up never ends."""

import asyncio
import signal

from sentori_sync import _caller
from sentori_sync.portal import Portal

_caller._CLEAN_UP_S = 0.1  # type: ignore[misc]
signal.signal(signal.SIGINT, signal.default_int_handler)


async def close() -> None:
    pass


async def stubborn() -> None:
    print("READY", flush=True)
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


portal = Portal(close, twin="AsyncSentori")
try:
    portal.run(stubborn)
except KeyboardInterrupt:
    print("interrupted", flush=True)
portal.close()
print("closed")
