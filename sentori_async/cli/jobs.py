"""`sentori jobs`: what a journal has recorded, while its job runs and afterwards."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, TypeVar, get_args

import attrs
from cyclopts import App, Parameter
from cyclopts.types import PositiveInt

from sentori_async.bulk.export import export as write_entries
from sentori_async.bulk.ledger import ON_ITS_WAY, Ledger, LedgerRequest, LedgerRow, Run
from sentori_async.bulk.outcomes import UNSUCCESSFUL, Status
from sentori_async.cli import texts
from sentori_async.cli.exits import OK
from sentori_async.cli.output import AsJson, Output
from sentori_async.cli.running import guarded
from sentori_async.cli.summary import counted, rows_of
from sentori_async.errors import InvalidInput

_FOLLOW_S: Final = 1.0
_MOST_SHOWN: Final = 100
_OUTCOMES: Final = (*get_args(Status), ON_ITS_WAY)
_Entry = TypeVar("_Entry")

Journal = Annotated[Path, Parameter(help="The journal, as --journal named it.")]
Outcome = Annotated[
    str | None,
    Parameter(metavar="STATUS", help='Only rows that ended so, such as failed, or "on its way".'),
]
Limit = Annotated[
    PositiveInt, Parameter(metavar="N", show_default=True, help="How many are shown at most.")
]

app: Final = App(name="jobs", help_epilogue=texts.JOBS_MORE)


@app.command
def show(
    journal: Journal,
    /,
    *,
    follow: Annotated[
        bool, Parameter(help="Go on showing the counts until the job is over; Ctrl-C stops that.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show which job it is, its runs, and how many rows ended how."""
    output = Output(as_json=as_json)

    def work() -> int:
        with Ledger(journal) as ledger:
            if follow:
                _follow(ledger, output)
            _show(ledger, output)
        return OK

    return guarded(output, work)


@app.command
def rows(
    journal: Journal,
    /,
    *,
    outcome: Outcome = None,
    error: Annotated[
        str | None, Parameter(metavar="CLASS", help="Only rows with such an error.")
    ] = None,
    contact: Annotated[
        str | None, Parameter(metavar="IDENTITY", help="Only rows of this contact.")
    ] = None,
    limit: Limit = _MOST_SHOWN,
    as_json: AsJson = False,
) -> int:
    """Show single rows, with their contacts; the input's first row is row 1."""
    output = Output(as_json=as_json)

    def work() -> int:
        _require_outcome(outcome)
        with Ledger(journal) as ledger:
            found = ledger.rows(outcome=outcome, error=error, contact=contact)
            shown, more = _first(_rows_from_1(found), limit)
        output.document([attrs.asdict(row) for row in shown])
        for row in shown:
            _tell_row(row, output)
        _tell_end(len(shown), "row", output, more=more)
        return OK

    return guarded(output, work)


@app.command
def requests(journal: Journal, /, *, limit: Limit = _MOST_SHOWN, as_json: AsJson = False) -> int:
    """Show the requests that carried rows: which rows, how often they were tried, how they ended.

    A row is in the request that it was last sent with, and in none where it was not sent.
    """
    output = Output(as_json=as_json)

    def work() -> int:
        with Ledger(journal) as ledger:
            shown, more = _first(_requests_from_1(ledger.requests()), limit)
        output.document([attrs.asdict(request) for request in shown])
        for request in shown:
            _tell_request(request, output)
        _tell_end(len(shown), "request", output, more=more)
        return OK

    return guarded(output, work)


@app.command
def export(
    journal: Journal,
    file: Annotated[
        Path, Parameter(help="The new file, for you alone to read: .csv, .jsonl or .parquet.")
    ],
    /,
    *,
    outcome: Outcome = None,
    requests: Annotated[
        bool, Parameter(negative="", help="Write the requests that carried rows instead.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Write the rows to a file that other programs read; the input's first row is row 1."""
    output = Output(as_json=as_json)

    def work() -> int:
        _require_outcome(outcome)
        if requests and outcome is not None:
            raise InvalidInput("requests have no outcome: leave --outcome or --requests out")
        with Ledger(journal) as ledger:
            if requests:
                count = write_entries(_requests_from_1(ledger.requests()), file, of=LedgerRequest)
            else:
                count = write_entries(_rows_from_1(ledger.rows(outcome=outcome)), file)
        output.document({"file": str(file), "requests" if requests else "rows": count})
        if requests:
            output.line(f"{counted(count, 'request')} in {file}.")
        else:
            output.line(f"{rows_of(count)} in {file}. It holds contact data; only you can read it.")
        return OK

    return guarded(output, work)


def _first(found: Iterable[_Entry], limit: int) -> tuple[list[_Entry], bool]:
    """Return the first so many, and whether there are more."""
    shown = list(itertools.islice(found, limit + 1))
    return shown[:limit], len(shown) > limit


# In code, places count from 0; all that the command prints counts from 1.


def _rows_from_1(found: Iterable[LedgerRow]) -> Iterator[LedgerRow]:
    return (attrs.evolve(row, row=row.row + 1) for row in found)


def _requests_from_1(found: Iterable[LedgerRequest]) -> Iterator[LedgerRequest]:
    return (attrs.evolve(request, first_row=request.first_row + 1) for request in found)


def _require_outcome(outcome: str | None) -> None:
    """Make sure that rows can end so.

    Raises:
        InvalidInput: They cannot, and none would be found.
    """
    if outcome is not None and outcome not in _OUTCOMES:
        raise InvalidInput(f"no row ends {outcome!r}: outcomes are {', '.join(_OUTCOMES)}")


def _follow(
    ledger: Ledger,
    output: Output,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Show the counts until no run is under way."""
    before, since = 0, clock()
    while (run := ledger.runs()[-1]).status == "running":
        counts = ledger.counts()
        now, total = clock(), sum(counts.values())
        # The first look has nothing to compare with.
        rate = (total - before) / (now - since) if before else 0.0
        before, since = total, now
        output.note(_progress(counts, rate, run.expected))
        sleep(_FOLLOW_S)


def _progress(counts: dict[str, int], rate: float, expected: int | None) -> str:
    """Return where a job is: how many rows, how fast, for how long still, and how they ended."""
    total = sum(counts.values())
    ended = ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))
    if expected is None:
        return f"{total:>12,} rows  {rate:>8,.0f} rows/s  {ended}"
    left = max(0, expected - total + counts.get(ON_ITS_WAY, 0))
    until = f"{timedelta(seconds=round(left / rate))} left" if rate else ""
    return f"{total:>12,} of {expected:,} rows  {rate:>8,.0f} rows/s  {until:>12}  {ended}"


def _show(ledger: Ledger, output: Output) -> None:
    counts, runs = ledger.counts(), ledger.runs()
    output.document(
        {
            "job": attrs.asdict(ledger.job),
            "counts": counts,
            "runs": [attrs.asdict(run) for run in runs],
        }
    )
    output.line((str(ledger.job), "bold"))
    for name, count in sorted(counts.items()):
        style = "" if name not in UNSUCCESSFUL else "red"
        output.line((f"  {name:<12} {count:>12,}", style))
    # A diff sync that is finished has sent fewer rows than it read.
    left = (runs[-1].expected or 0) - sum(counts.values())
    if runs[-1].status != "finished" and left > 0:
        output.line(f"  {'not begun':<12} {left:>12,}")
    for run in runs:
        _tell_run(run, output)


def _tell_run(run: Run, output: Output) -> None:
    parts = [f"run {run.number}: {run.started_at:%Y-%m-%d %H:%M:%S} UTC", run.status]
    if run.cause:
        parts[-1] += f" by {run.cause}"
    if run.ended_at is not None:
        parts.append(f"{(run.ended_at - run.started_at).total_seconds():,.1f} s")
    if run.requests is not None:
        parts.append(counted(run.requests, "request"))
    if run.retries:
        parts.append(f"{run.retries:,} of them repeats")
    output.line(", ".join(parts))


def _tell_row(row: LedgerRow, output: Output) -> None:
    code = "" if row.code is None else f" (code {row.code})"
    why = f"  {row.error}{code}: {row.message}" if row.error else ""
    output.line(f"{row.row:>9,}  {row.outcome or 'on its way':<12} {row.contact}{why}")


def _tell_request(request: LedgerRequest, output: Output) -> None:
    tries = "once" if request.attempts == 1 else f"{request.attempts:,} times"
    parts = [
        f"{rows_of(request.rows)}, run {request.run}, {request.begun_at:%Y-%m-%d %H:%M:%S} UTC"
    ]
    if request.ended_at is None:
        parts.append(ON_ITS_WAY)
    else:
        parts.append(f"{(request.ended_at - request.begun_at).total_seconds():,.3f} s")
        parts.append(f"tried {tries}")
    parts += [
        f"{count:,} {name}"
        for name, count in (("failed", request.failed), ("unknown", request.unknown))
        if count
    ]
    if request.request_id is not None:
        parts.append(request.request_id)
    output.line(f"{request.first_row:>9,}  {', '.join(parts)}")


def _tell_end(shown: int, noun: str, output: Output, *, more: bool) -> None:
    if not shown:
        output.note(f"No such {noun}.")
    if more:
        output.note(f"Only the first {shown:,} are shown: see --limit, or sentori jobs export.")
