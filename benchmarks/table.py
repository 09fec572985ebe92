"""Results as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from benchmarks.parts import Result
from benchmarks.results import Spread, Standing

_HEADINGS: Final = (
    "client",
    "in flight",
    "requests/s",
    "client CPU µs per request",
    "vs bare aiohttp",
    "server busy",
)


def markdown(found: Iterable[Standing]) -> str:
    """Return one line per contender: each figure's median, and (lowest..highest)."""
    return aligned([_HEADINGS, *(_cells(one) for one in found)])


def parts_markdown(results: Iterable[Result]) -> str:
    """Return one line per side of each part: its figure, and how many times better ours is."""
    lines = [
        ("part", "by", "figure", "ours is better by"),
        *(_part_cells(one, side) for one in results for side in one.samples),
    ]
    return aligned(lines)


def _part_cells(one: Result, side: str) -> tuple[str, ...]:
    figure = f"{one.median(side):,.2f} {one.part.unit}"
    ratio = one.ratio(side)
    if side == next(iter(one.samples)):
        return one.part.title, side, figure, ""
    return "", side, figure, "" if ratio is None else format(ratio, ".2f")


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as a table; the first line is the heading."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    heading, *rest = (_line(cells, widths) for cells in lines)
    # The first column is text, the others are figures.
    ruler = "|".join(["", "-" * (widths[0] + 2), *("-" * (w + 1) + ":" for w in widths[1:]), ""])
    return "\n".join([heading, ruler, *rest])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return f"| {' | '.join([first, *rest])} |"


def _cells(one: Standing) -> tuple[str, ...]:
    return (
        one.contender.title,
        str(one.contender.in_flight),
        _figure(one.requests_per_s, ",.0f"),
        _figure(one.cpu_us, ",.1f"),
        "" if one.ratio is None else _figure(one.ratio, ".2f"),
        format(one.server_busy.median, ".0%"),
    )


def _figure(spread: Spread, form: str) -> str:
    low, high = format(spread.lowest, form), format(spread.highest, form)
    return f"{format(spread.median, form)} ({low}..{high})"
