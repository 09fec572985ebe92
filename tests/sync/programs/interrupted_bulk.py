"""Interrupt a bulk job and tell what it left.

Arguments: where it is (its input is advanced, or answers are awaited), as what it was begun, for
how many seconds answers are waited for, and whether to tell when it drains.
"""

import itertools
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from sentori_sync import BulkReport, Sentori, _caller, portal


def show(report: BulkReport) -> None:
    # A job that ends early is still shown.
    if told.is_set() and not report.finished:
        # Once, also where the next interrupt comes while this is said.
        tell.clear()
        told.clear()
        print("draining", flush=True)


def interrupt(number: int, frame: FrameType | None) -> None:
    if tell:
        told.set()
    signal.default_int_handler(number, frame)


signal.signal(signal.SIGINT, interrupt)
where, kind, patience_s, *tell = sys.argv[1:]
_caller.DRAIN_S = portal.DRAIN_S = float(patience_s)  # type: ignore[misc, attr-defined]
told = threading.Event()


def rows() -> Iterator[dict[str, str]]:
    for number in itertools.count():
        if where == "input" and number == 3:
            print("READY", flush=True)
            threading.Event().wait()
        yield {"EmailAddress": f"c{number}@example.com"}


def job(client: Sentori) -> object:
    if kind == "verb":
        return client.bulk.add(rows(), progress=show)
    with client.bulk.stream("add", rows(), progress=show) as outcomes:
        return list(outcomes)


with Sentori() as client:
    if where == "answers":
        print("READY", flush=True)
    try:
        job(client)
    except KeyboardInterrupt:
        print("interrupted")
    report = client.bulk.last_report
    assert report is not None
    print(report.finished, report.total, *sorted(report.by_status))
print([thread.name for thread in threading.enumerate()])
