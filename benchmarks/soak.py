"""Bulk jobs while everything goes wrong, and what became of every row.

Run it with ``python -m benchmarks.soak``.

A sandbox meets a share of all requests with faults: errors before and after the request took
effect, lost, cut, late and doubled answers, silence, pages of a proxy, throttling.
A client in a process of its own runs bulk jobs against it, some of whose rows a platform refuses
without any fault: contacts that are there already or are not, addresses that are none.
Afterwards the account is laid against the report, row by row:

lost
    A row without an outcome; a success of which nothing is there: no such contact, no subscriber,
    no entry, or a contact that was to be deleted.
doubled
    What took effect twice where that shows, or for somebody else.
    Add, update, add or update, delete: a contact that no row named is new, changed or gone; after
    a rename the contact is at both addresses.
    A second execution of these writes changes nothing that can be seen, so none is counted.
    Subscribe: an address is twice on the list, or is on it and nobody asked.
    Import: two upload groups of the same contacts, and no note in the report that names one.
    Autoresponder: an address was entered twice.
misreported
    A success with other values in the account, or as "added" of a contact that was there before,
    or as "updated" of one that was not; a row whose values a later row of the same contact was to
    replace, and did not.
    A failure although the values are there; a refusal that the account gives no reason for.
    A figure of the report that its own outcomes or the sandbox's log contradict.
unknown
    Rows of which the report says that nobody can know, and how many of those were carried out.

The exit code is 1 if anything is wrong.
At a fault rate of up to 5 % it is 1 also if 0.1 % of the rows of a job are unknown, or if a row
takes more than 1.3 requests; except for imports and autoresponders, where no look-up can tell.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import orjson

from benchmarks import soak_faults, soak_jobs
from benchmarks.arguments import count, file
from benchmarks.machine import Cores, cores, described, pin, versions
from benchmarks.soak_jobs import JOBS, Job, Truth
from benchmarks.soak_verdict import Account, Told, Verdict, judged
from benchmarks.table import aligned
from sentori_async.sandbox import Sandbox

_ROOT: Final = Path(__file__).parents[1]
_ROWS: Final = 50_000
_RATES: Final = "1,5,20"
# The acceptance: at a fault rate of 5 % and below.
_BOUNDED_RATE: Final = 0.05
_MAX_UNKNOWN: Final = 0.001
_MAX_REQUESTS: Final = 1.3
# The slowest job that makes progress, and the wait for requests that take effect late.
_SLOWEST_ROWS_PER_S: Final = 5
_START_S: Final = 120
_SETTLE_S: Final = 30


class SoakError(Exception):
    """A job could not be run to its end."""


@attrs.frozen(kw_only=True)
class Result:
    """One job at one fault rate.

    Attributes:
        job: The job.
        rate: The share of requests that went wrong by intent.
        account: What the client's process says.
        verdict: How far that is true.
        seen: How many requests the server has seen.
        injected: How many faults there were, by their names.
    """

    job: Job
    rate: float
    account: Account
    verdict: Verdict
    seen: int
    injected: dict[str, int]

    @property
    def requests_per_row(self) -> float:
        """How many requests a row took, retries and look-ups included."""
        requests = self.seen if self.account.requests is None else self.account.requests
        return requests / self.verdict.rows

    @property
    def faults(self) -> list[str]:
        """What keeps the job from passing, in words."""
        found = list(self.verdict.wrongs)
        if not self.job.telling or self.rate > _BOUNDED_RATE:
            return found
        if self.verdict.unknown >= max(1.0, self.verdict.rows * _MAX_UNKNOWN):
            found.append(f"{self.verdict.unknown} of {self.verdict.rows} rows are unknown")
        if self.requests_per_row > _MAX_REQUESTS:
            found.append(f"a row took {self.requests_per_row:.2f} requests")
        return found

    def document(self) -> dict[str, Any]:
        """Return everything a later reader needs, as plain values."""
        return {
            "job": self.job.name,
            "rate": self.rate,
            "requests_per_row": self.requests_per_row,
            "seen": self.seen,
            "injected": self.injected,
            "account": attrs.asdict(self.account),
            "verdict": attrs.asdict(self.verdict),
        }


def soak(jobs: Sequence[Job], rates: Sequence[float], *, rows: int, seed: int) -> Iterator[Result]:
    """Run every job at every fault rate, each against a fresh account, and yield what came of it.

    Args:
        jobs: The jobs.
        rates: The shares of requests that go wrong.
        rows: How many rows a job has, unless it has to go slowly.
        seed: What the dice of the faults start from.

    Raises:
        SoakError: A client's process failed.
    """
    where = cores()
    pin(where.server)
    for rate in rates:
        for job in jobs:
            yield _run(job, rate, rows=job.size(rows), seed=seed, where=where)


def _run(job: Job, rate: float, *, rows: int, seed: int, where: Cores) -> Result:
    script = soak_faults.script(rate, seed=seed, duplicates=job.duplicates)
    sandbox = Sandbox(faults=script, keep_requests=1)
    with sandbox.in_thread(), tempfile.TemporaryDirectory() as folder:
        soak_jobs.prepare(sandbox.sentori, rows)
        out = Path(folder) / "outcomes"
        account = _client(job, sandbox.url("sentori"), rows, out, where.client)
        _settle(sandbox)
        verdict = judged(
            job,
            Truth.of(sandbox.sentori),
            _told(out),
            account,
            rows=rows,
            seen=sandbox.requests.count(),
        )
        return Result(
            job=job,
            rate=rate,
            account=account,
            verdict=verdict,
            seen=sandbox.requests.count(),
            injected=script.injected,
        )


def _client(job: Job, url: str, rows: int, out: Path, core: int | None) -> Account:
    """Run a job in a process of its own, and return what it says."""
    command = [sys.executable, "-m", "benchmarks.soak_client", job.name]
    command += ["--url", url, "--rows", str(rows), "--out", str(out)]
    if core is not None:
        command += ["--core", str(core)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            check=True,
            cwd=_ROOT,
            timeout=_START_S + rows / _SLOWEST_ROWS_PER_S,
        )
    except subprocess.CalledProcessError as error:
        msg = f"{job.name} failed:\n{error.stderr.decode(errors='replace')}"
        raise SoakError(msg) from None
    except subprocess.TimeoutExpired as error:
        msg = f"{job.name} was still not done after {error.timeout:.0f} s"
        raise SoakError(msg) from None
    return Account(**orjson.loads(done.stdout))


def _settle(sandbox: Sandbox) -> None:
    """Wait for requests that take effect late, as their clients have given them up."""
    until = time.monotonic() + _SETTLE_S
    while sandbox.in_flight:
        if time.monotonic() > until:
            msg = f"{sandbox.in_flight} requests were never over"
            raise SoakError(msg)
        time.sleep(0.05)


def _told(file: Path) -> Iterator[Told]:
    with file.open("rb") as lines:
        for line in lines:
            yield Told(*orjson.loads(line))


# --------------------------------------------------------------------------------- for people

_HEADINGS: Final = (
    "job",
    "faults",
    "rows",
    "lost",
    "doubled",
    "misreported",
    "unknown (done)",
    "requests/row",
    "retries/row",
    "s",
    "peak MB",
)


def _cells(result: Result) -> tuple[str, ...]:
    verdict, account = result.verdict, result.account
    retries = "" if account.retries is None else f"{account.retries / verdict.rows:.3f}"
    return (
        result.job.name,
        f"{result.rate:.0%}",
        f"{verdict.rows:,}",
        str(verdict.lost),
        str(verdict.doubled),
        str(verdict.misreported),
        f"{verdict.unknown} ({verdict.unknown_done})",
        f"{result.requests_per_row:.3f}",
        retries,
        f"{account.duration_s:.1f}",
        f"{account.peak_bytes / 1e6:.0f}",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the soak that the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    jobs = [job for job in JOBS if options.jobs is None or job.name in options.jobs]
    results: list[Result] = []
    failed = False
    try:
        for result in soak(jobs, options.rates, rows=options.rows, seed=options.seed):
            results.append(result)
            _tell(result)
    except SoakError as error:
        print(error, file=sys.stderr)
        failed = True
    print(aligned([_HEADINGS, *map(_cells, results)]))
    if options.json:
        document = {
            "machine": described(),
            "versions": versions(),
            "seed": options.seed,
            "jobs": [result.document() for result in results],
        }
        options.json.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return 1 if failed or any(result.faults for result in results) else 0


def _tell(result: Result) -> None:
    """Say at once that a job is over, and what is wrong with it."""
    name = f"{result.job.name} at {result.rate:.0%}"
    print(f"{name}: {result.account.duration_s:.1f} s", file=sys.stderr, flush=True)
    for fault in result.faults:
        print(f"{name}: {fault}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=count, default=_ROWS, metavar="N", help="rows of each job")
    parser.add_argument(
        "--rates", type=_rates, default=_rates(_RATES), metavar="P,...", help="faults in percent"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the faults' dice")
    parser.add_argument(
        "--jobs", nargs="+", choices=[job.name for job in JOBS], metavar="NAME", help="only these"
    )
    parser.add_argument("--json", type=file, metavar="FILE", help="write the results there too")
    return parser


def _rates(text: str) -> list[float]:
    """Return shares from a list of percentages."""
    try:
        rates = [float(part) / 100 for part in text.split(",")]
    except ValueError:
        rates = []
    if rates and all(0 <= rate < 1 for rate in rates):
        return rates
    msg = f"{text!r} is no list of percentages such as 1,5,20"
    raise argparse.ArgumentTypeError(msg)


if __name__ == "__main__":
    sys.exit(main())
