"""A job that is killed again and again, and what the account holds in the end."""

from __future__ import annotations

import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import orjson

from benchmarks.acceptance.figures import Figure
from benchmarks.acceptance.started import started
from benchmarks.contact import fields, row
from sentori_async.sandbox import Sandbox

_KILLS: Final = 5
# The client's default for Sentori. A kill finds nearly as many rows carried out and not recorded.
_WORKERS: Final = 16
_SEED: Final = 1
_POLL_S: Final = 0.002


def measure(*, quick: bool) -> Iterator[Figure]:
    """Kill a job five times, let it end, and look at every row."""
    rows = 600 if quick else 50_000
    moments = sorted(random.Random(_SEED).sample(range(rows // 20, rows), _KILLS))
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(keep_requests=4 * rows).in_thread() as sandbox,
    ):
        journal = str(Path(folder, "job.db"))
        killed = sum(_kill(sandbox, rows, journal, moment) for moment in moments)
        with _job(sandbox, rows, journal) as process:
            told, _ = process.communicate()
        by_status = orjson.loads(told)["by_status"]
        yield Figure("killed: times that the job was killed", killed, _KILLS, "least")
        yield Figure("killed: rows that the report does not call done", _undone(by_status, rows), 0)
        yield Figure("killed: rows that are not as sent, or nobody's", _wrong(sandbox, rows), 0)
        yield Figure(
            f"killed: % of rows carried out again, {_WORKERS} workers",
            _again(sandbox) / rows * 100,
            0.5,
        )


def _kill(sandbox: Sandbox, rows: int, journal: str, moment: int) -> bool:
    """Run the job until so many rows are there; return whether it was not over by then."""
    with _job(sandbox, rows, journal) as process:
        while sandbox.requests.count("contacts.add_or_update") < moment:
            if process.poll() is not None:
                return False
            time.sleep(_POLL_S)
    return True


def _job(
    sandbox: Sandbox, rows: int, journal: str
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    url = sandbox.url("sentori")
    return started(url, rows, "--journal", journal, "--workers", str(_WORKERS))


def _undone(by_status: dict[str, int], rows: int) -> int:
    # "Upserted" are those of which nobody knows any more whether they were there before.
    return rows - sum(by_status.get(status, 0) for status in ("added", "updated", "upserted"))


def _wrong(sandbox: Sandbox, rows: int) -> int:
    """Return how many rows the account does not show, and contacts that it should not."""
    found = {shown["EmailAddress"]: shown for shown in sandbox.sentori.contacts.all()}
    shown = [found.pop(row(n)["EmailAddress"], {}) for n in range(rows)]
    wrong = sum(not fields(n).items() <= shown[n].items() for n in range(rows))
    return wrong + len(found)


def _again(sandbox: Sandbox) -> int:
    """Return how often a write was carried out that had been carried out before."""
    paths = Counter[str]()
    for record in sandbox.requests.latest():
        if record.route == "contacts.add_or_update":
            paths[record.path] += record.executed
    return sum(count - 1 for count in paths.values() if count > 1)
