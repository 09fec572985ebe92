"""Use the blocking client inside a running loop, as a notebook does, beside the async one."""

import asyncio

from sentori_async import AsyncSentori
from sentori_sync import Sentori


async def main() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    with Sentori() as client:
        added = client.contacts.add("joe@example.com", {"FirstName": "Joe"})
        async with AsyncSentori() as twin:
            found = await twin.contacts.get("joe@example.com")
        again = client.contacts.get("joe@example.com")
    ticking.cancel()
    print(added.system_id == found.system_id == again.system_id, ticks > 0)


asyncio.run(main())
