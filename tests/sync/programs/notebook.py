"""Do what a notebook does: run cells on a loop, interrupt one, go on, with await and without."""

import asyncio
import importlib
import itertools
import signal
import sys

from sentori_async import AsyncSentori
from sentori_sync import Sentori

loop: asyncio.AbstractEventLoop = importlib.import_module(sys.argv[1]).new_event_loop()
signal.signal(signal.SIGINT, signal.default_int_handler)
client = Sentori()


async def job() -> None:
    client.bulk.add({"EmailAddress": f"c{number}@example.com"} for number in itertools.count())


async def await_it() -> None:
    async with AsyncSentori() as twin:
        print((await twin.contacts.get("c0@example.com")).email_address)


async def call_it() -> None:
    print(client.contacts.get("c0@example.com").email_address)
    with client.bulk.stream("add", [{"EmailAddress": "late@example.com"}]) as outcomes:
        print(*(outcome.status for outcome in outcomes))


async def cell(of: str) -> None:
    try:
        await {"job": job, "await": await_it, "call": call_it}[of]()
    except KeyboardInterrupt:
        # As a kernel does: the loop runs on.
        report = client.bulk.last_report
        assert report is not None
        print("interrupted", report.finished, sorted(report.by_status), report.succeeded > 0)


print("READY", flush=True)
for each in ("job", "await", "call"):
    loop.run_until_complete(cell(each))
client.close()
loop.close()
