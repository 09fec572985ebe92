"""Interrupt a call whose clean-up never ends."""

import asyncio
import signal
import time

from sentori_sync.portal import Portal

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
begun = time.monotonic()
portal.close()
print(time.monotonic() - begun < 5)
