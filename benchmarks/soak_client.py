"""Run one job of the soak, in this process: ``python -m benchmarks.soak_client NAME ...``.

Outcomes are written to a file as they happen, one JSON array a line, so that what this process
holds is what the SDK needs; the report is printed as one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import attrs
import orjson

from benchmarks.machine import pin
from benchmarks.soak_faults import ATTEMPT_S
from benchmarks.soak_jobs import AUTOMATION, JOBS, Job
from benchmarks.soak_verdict import Account, Told
from sentori_async import (
    AsyncSentori,
    BulkError,
    BulkOutcome,
    BulkReport,
    Limits,
    SentoriError,
    Timeouts,
)
from sentori_async.bulk.outcomes import Status
from sentori_async.sandbox import API_KEY

CONCURRENCY: Final = 64


async def run(job: Job, url: str, rows: int, out: IO[bytes]) -> Account:
    """Send a job's rows and return what is said of it.

    Args:
        job: The job.
        url: The base URL.
        rows: How many rows.
        out: Where outcomes go.
    """
    limits = Limits(concurrency=CONCURRENCY, adaptive=job.adaptive)
    timeouts = Timeouts(connect_s=ATTEMPT_S, read_s=ATTEMPT_S, total_s=ATTEMPT_S)
    async with AsyncSentori(
        api_key=API_KEY, base_url=url, timeouts=timeouts, limits=limits
    ) as client:
        if job.verb == "enter":
            return await _enter(client, job, rows, out)
        return await _bulk(client, job, rows, out)


async def _bulk(client: AsyncSentori, job: Job, rows: int, out: IO[bytes]) -> Account:
    assert job.verb != "enter"
    sent = (job.row(n).sent for n in range(rows))
    aborted = None
    async with client.bulk.stream(job.verb, sent, job.list_id, via=job.via) as outcomes:
        try:
            async for outcome in outcomes:
                _write(out, outcome)
        except BulkError as error:
            aborted = str(error)
    return _account(outcomes.report, aborted)


def _write(out: IO[bytes], outcome: BulkOutcome) -> None:
    error = None if outcome.error is None else type(outcome.error).__name__
    told = Told(outcome.index, outcome.status, error, outcome.attempts)
    out.write(orjson.dumps(attrs.astuple(told), option=orjson.OPT_APPEND_NEWLINE))


async def _enter(client: AsyncSentori, job: Job, rows: int, out: IO[bytes]) -> Account:
    """Add each row's contact to the autoresponder: a write that must never be done twice."""
    report = BulkReport()
    numbers = iter(range(rows))
    clock = asyncio.get_running_loop().time
    begun = clock()

    async def work() -> None:
        for n in numbers:
            outcome = await _entered(client, n, job.row(n).sent)
            report.count(outcome)
            _write(out, outcome)

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
    report.duration_s = clock() - begun
    return attrs.evolve(_account(report, None), requests=None, retries=None)


_STATUS: Final[dict[bool | None, Status]] = {
    None: "unknown",
    False: "failed",
    True: "accepted",
}


async def _entered(client: AsyncSentori, n: int, address: str) -> BulkOutcome:
    """Make one single call and say of it what a bulk job would."""
    try:
        await client.automation.add_contact(AUTOMATION, address, {"Row": n})
    except SentoriError as error:
        return BulkOutcome(n, address, _STATUS[error.applied], None, error)
    return BulkOutcome(n, address, "accepted")


def _account(report: BulkReport, aborted: str | None) -> Account:
    return Account(
        by_status={str(status): count for status, count in report.by_status.items()},
        requests=report.requests,
        retries=report.retries,
        duration_s=report.duration_s,
        peak_bytes=_peak_bytes(),
        notes=report.notes,
        aborted=aborted,
    )


def _peak_bytes() -> int:
    """Return the most memory that this process has held, in bytes."""
    # Linux lets a child begin with its parent's peak in getrusage, but not here.
    with suppress(OSError):
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return next(
            int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")
        )
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Run the job that the command line names."""
    by_name = {job.name: job for job in JOBS}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak_client", description=__doc__)
    parser.add_argument("name", choices=by_name)
    parser.add_argument("--url", required=True, help="the sandbox's base URL")
    parser.add_argument("--rows", type=int, required=True, help="how many rows to send")
    parser.add_argument("--out", type=Path, required=True, help="where outcomes go")
    parser.add_argument("--core", type=int, help="the core to stay on")
    options = parser.parse_args()
    pin(options.core)
    with options.out.open("wb") as out:
        account = asyncio.run(run(by_name[options.name], options.url, options.rows, out))
    print(orjson.dumps(attrs.asdict(account)).decode())


if __name__ == "__main__":
    main()
