"""How a job shows that it goes on: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import abc
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sentori_async.cli.output import Output
from sentori_async.cli.tally import Tally

_LINE_EVERY_S: Final = 2.0


class JobProgress(abc.ABC):
    """What a job shows while it runs."""

    @abc.abstractmethod
    def show(self) -> None:
        """Show where the job is."""

    @abc.abstractmethod
    def end(self) -> None:
        """Leave the terminal as it was."""


class _Nothing(JobProgress):
    def show(self) -> None:
        pass

    def end(self) -> None:
        pass


class _Lines(JobProgress):
    """A line now and then."""

    def __init__(
        self, output: Output, tally: Tally, rows: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._output = output
        self._tally = tally
        self._rows = rows
        self._clock = clock
        self._next = 0.0

    def show(self) -> None:
        if self._clock() < self._next:
            return
        self._next = self._clock() + _LINE_EVERY_S
        tally = self._tally
        self._output.note(
            f"{tally.action}: {tally.total:,} of {self._rows:,} rows, "
            f"{tally.rows_per_s:,.0f} rows/s, {_left(tally)}{_troubles(tally)}"
        )

    def end(self) -> None:
        pass


class _Bar(JobProgress):
    """A bar that is drawn anew each time, and goes when the job ends."""

    def __init__(self, output: Output, tally: Tally, rows: int) -> None:
        self._tally = tally
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:,.0f} rows/s"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[troubles]}"),
            console=output.err,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task(tally.action, total=rows, rate=0.0, troubles="")
        self._bar.start()

    def show(self) -> None:
        tally = self._tally
        self._bar.update(
            self._task,
            completed=tally.total,
            rate=tally.rows_per_s,
            troubles=_troubles(tally),
            refresh=True,
        )

    def end(self) -> None:
        self._bar.stop()


def _left(tally: Tally) -> str:
    """Return how long the rest takes at this speed, where that is known."""
    left_s = round(tally.report.eta_s or 0)
    return f"{timedelta(seconds=left_s)} left, " if left_s else ""


def _troubles(tally: Tally) -> str:
    unknown = tally.by_status["unknown"]
    return f"{tally.by_status['failed']:,} failed" + (f", {unknown:,} unknown" if unknown else "")


def progress_for(output: Output, tally: Tally, rows: int) -> JobProgress:
    """Return what shows a job's progress.

    Args:
        output: Where it is shown.
        tally: The account of the job.
        rows: How many rows there are.
    """
    if output.quiet:
        return _Nothing()
    if output.err.is_terminal:
        return _Bar(output, tally, rows)
    return _Lines(output, tally, rows)
