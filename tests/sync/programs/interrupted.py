"""Wait for a call that never ends, and tell what an interrupt does to it."""

import asyncio
import signal

from sentori_sync import _caller
from sentori_sync.portal import Portal

# Who waits for more than the task waits for ever.
_caller._CLEAN_UP_S = 1_000_000.0  # type: ignore[misc]
# Whoever started the tests in the background may have had Ctrl-C ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


async def close() -> None:
    print("closed")


async def forever() -> None:
    print("READY", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.05)
        print("cleaned up")


async def nothing() -> None:
    print("called again")


portal = Portal(close, twin="AsyncSentori")
try:
    portal.run(forever)
except KeyboardInterrupt:
    print("interrupted")
portal.run(nothing)
portal.close()
