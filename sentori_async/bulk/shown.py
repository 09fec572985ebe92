"""How notebooks show a job's account, and its rows as a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sized
from typing import TYPE_CHECKING, Any, Final, Protocol

from sentori_async import html
from sentori_async.bulk.outcomes import COLUMNS, BulkOutcome, Status
from sentori_async.errors import SentoriError, mask, mask_identity
from sentori_async.tables import Column

if TYPE_CHECKING:
    from sentori_async.bulk.report import BulkReport

_MOST_ROWS: Final = 10
# Readable on white and on black, and in this order in the bar.
_COLOURS: Final[dict[Status, str]] = {
    "added": "#2f9e5f",
    "updated": "#3b82c4",
    "upserted": "#2a9d9d",
    "subscribed": "#4f9d2f",
    "unsubscribed": "#7a8fb8",
    "deleted": "#8d7a6b",
    "accepted": "#6f7fd1",
    "skipped": "#8b8b8b",
    "unknown": "#a86fd0",
    "failed": "#d6493f",
}


class Outcomes(Iterable[BulkOutcome], Sized, Protocol):
    """Outcomes that are counted, and may be many."""


def of_report(report: BulkReport) -> str:
    """Return counts, a bar of outcomes, and the first rows that need a look."""
    counts = dict(report.by_status)
    total = sum(counts.values())
    parts = [
        (status, counts[status], colour)
        for status, colour in _COLOURS.items()
        if counts.get(status)
    ]
    state = ", interrupted" if report.interrupted else ", still running"
    if report.finished:
        state = ""
    return html.card(
        f"BulkReport: {report.succeeded:,} of {total:,} rows succeeded{state}",
        *([html.bar(parts)] if parts else []),
        html.paragraph(
            f"Requests: {report.requests:,} · repeats: {report.retries:,} · "
            f"time: {_duration(report.duration_s)}"
        ),
        *map(html.paragraph, report.notes),
        *_errors(dict(report.by_error)),
        *_first("Failed", report.failures),
        *_first("Unknown", report.unknowns),
    )


def of_outcomes(outcomes: Outcomes) -> str:
    """Return the first of some outcomes as a table."""
    return html.card(*_first("Outcomes", outcomes)) if len(outcomes) else html.card("No outcomes")


def columns_of(outcomes: Iterable[BulkOutcome]) -> list[Column]:
    """Return outcomes in the rows' order as the columns of a table, which is never without them."""
    records = [outcome.record() for outcome in sorted(outcomes, key=_place)]
    values: Iterable[Any] = zip(*records, strict=True) if records else itertools.repeat(())
    return [
        Column(name, kind, list(column))
        for (name, kind), column in zip(COLUMNS.items(), values, strict=False)
    ]


def _errors(by_error: dict[str, int]) -> Iterable[str]:
    if by_error:
        often = sorted(by_error.items(), key=lambda each: (-each[1], each[0]))
        text = ", ".join(f"{name} {count:,}" for name, count in often)
        yield html.paragraph(f"Errors: {text}")


def _first(title: str, outcomes: Outcomes) -> Iterable[str]:
    if len(outcomes):
        yield html.section(f"{title}: {_how_many(len(outcomes))}")
        names = ("row", "contact", "error", "code", "reason", "remedy")
        first = sorted(itertools.islice(outcomes, _MOST_ROWS), key=_place)
        yield html.table(names, map(_row, first))


def _how_many(count: int) -> str:
    return f"the first {_MOST_ROWS} of {count:,}" if count > _MOST_ROWS else f"{count:,}"


def _place(outcome: BulkOutcome) -> int:
    return outcome.index


def _row(outcome: BulkOutcome) -> tuple[object, ...]:
    error = outcome.error
    code = getattr(error, "code", None)
    return (
        outcome.index,
        mask_identity(outcome.contact),
        "" if error is None else type(error).__name__,
        "" if code is None else code,
        _reason(error),
        getattr(error, "remedy", ""),
    )


def _reason(error: SentoriError | None) -> str:
    return "" if error is None else mask(error.message)


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
