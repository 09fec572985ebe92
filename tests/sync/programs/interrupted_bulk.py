"""Interrupt a bulk job: while its input is advanced, while answers are awaited, or in a stream."""

import signal
import sys
import threading
from collections.abc import Iterator

from sentori_sync import Sentori

signal.signal(signal.SIGINT, signal.default_int_handler)


def rows() -> Iterator[dict[str, str]]:
    yield from ({"EmailAddress": f"c{n}@example.com"} for n in range(3))
    if sys.argv[1] in {"input", "stream"}:
        print("READY", flush=True)
        threading.Event().wait()


def job(client: Sentori) -> object:
    if sys.argv[1] != "stream":
        return client.bulk.add(rows())
    with client.bulk.stream("add", rows()) as outcomes:
        return list(outcomes)


with Sentori() as client:
    try:
        if sys.argv[1] == "answers":
            print("READY", flush=True)
        job(client)
    except KeyboardInterrupt:
        print("interrupted")
print([thread.name for thread in threading.enumerate()])
