"""Draw what a run has found, as SVG: no library is needed, and nothing but the figures changes.

1. A chart says all it says without colour: every line carries its name at its end.
2. It paints its own ground, so that it can be read in a light page and in a dark one.
3. The same figures give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

import attrs

_WIDTH: Final = 760
_HEIGHT: Final = 380
_TOP: Final = 62
_BOTTOM: Final = 54
_LEFT: Final = 64
_LINE_HEIGHT: Final = 16
# What points keep away from the edges where their figures stand above them.
_INSET: Final = 40
# Pairs for light and dark grounds; each has a contrast of at least 4.5 to 1 with its own.
_COLOURS: Final = (
    ("#0b5cad", "#7ab8ff"),
    ("#b0303f", "#ff9aa5"),
    ("#1b7a43", "#6fd79b"),
    ("#8a5200", "#f0b35a"),
    ("#6b3fa0", "#c9a6ff"),
    ("#555555", "#b5b5b5"),
)
_STYLE: Final = """
svg { font: 13px system-ui, sans-serif; }
.ground { fill: #ffffff; } .text { fill: #1f2328; } .aside { fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; } .line { fill: none; stroke-width: 2.5; }
.title { font-size: 15px; font-weight: 600; }
"""
_DARK_STYLE: Final = """
.ground { fill: #0d1117; } .text { fill: #f0f6fc; } .aside { fill: #9198a1; }
.grid { stroke: #30363d; }
"""


@attrs.frozen
class Line:
    """One line of a chart: its name, and its points from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


@attrs.frozen(kw_only=True)
class Panel:
    """One pair of axes.

    Attributes:
        title: What it shows, with the unit of its figures.
        below: What stands along its lower edge.
        lines: What is drawn.
        labels: How much room names need at the right, in pixels; 0 for a line that shows its
            figures instead.
        logarithmic: Whether a step upwards is a factor of ten.
    """

    title: str
    below: str
    lines: Sequence[Line]
    labels: int = 0
    logarithmic: bool = False


def drawn(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the charts of a results file, as SVG by file name; none where it has no series."""
    series = document.get("series")
    if not series:
        return {}
    return {
        "concurrency.svg": _svg("Throughput against concurrency", [_concurrency(series)]),
        "growth.svg": _svg("A bulk job against its number of rows", _growth(series)),
    }


def _concurrency(series: Mapping[str, Any]) -> Panel:
    lines = [
        Line(
            one["title"], [(point["in_flight"], point["requests_per_s"]) for point in one["points"]]
        )
        for one in series["concurrency"]
    ]
    return Panel(title="requests per second", below="requests in flight", lines=lines, labels=262)


def _growth(series: Mapping[str, Any]) -> list[Panel]:
    points = series["growth"]
    time = Line("", [(point["rows"], point["cpu_s"]) for point in points])
    memory = Line("", [(point["rows"], point["peak_mb"]) for point in points])
    return [
        Panel(title="CPU seconds", below="rows", lines=[time], logarithmic=True),
        Panel(title="most memory held, MB", below="rows", lines=[memory]),
    ]


def _svg(title: str, panels: Sequence[Panel]) -> str:
    width = _WIDTH / len(panels)
    colours = enumerate(_COLOURS)
    light, dark = zip(*((_colour(n, a), _colour(n, b)) for n, (a, b) in colours), strict=True)
    size = f'width="{_WIDTH}" height="{_HEIGHT}"'
    night = f"@media (prefers-color-scheme: dark) {{{_DARK_STYLE}{''.join(dark)}}}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {size}',
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{_STYLE}{''.join(light)}{night}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>',
        _text(20, 28, title, "text title"),
    ]
    for number, panel in enumerate(panels):
        parts += _Axes(panel, number * width, width).parts()
    return "\n".join([*parts, "</svg>", ""])


def _colour(number: int, colour: str) -> str:
    return f".s{number} {{ stroke: {colour}; }} .n{number} {{ fill: {colour}; }}\n"


def _text(x: float, y: float, text: str, cls: str, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{cls}" {place}>{escape(text)}</text>'


class _Axes:
    """Where the values of one panel are in the picture."""

    def __init__(self, panel: Panel, begin: float, width: float) -> None:
        self._panel = panel
        self._begin, self._end = begin + _LEFT, begin + width - (panel.labels or 24)
        self._inset = 0 if panel.labels else _INSET
        self._low, self._high = _HEIGHT - _BOTTOM, _TOP + 16
        self._across = sorted({x for line in panel.lines for x, _ in line.points})
        values = [y for line in panel.lines for _, y in line.points]
        # A little more than the highest, so that its figure finds room above it.
        self._up = _powers(values) if panel.logarithmic else _steps(max(values) * 1.05)

    def _x(self, value: float) -> float:
        share = _share(value, self._across[0], self._across[-1], math.log)
        begin, end = self._begin + self._inset, self._end - self._inset
        return begin + share * (end - begin)

    def _y(self, value: float) -> float:
        scale = math.log if self._panel.logarithmic else float
        share = _share(value, self._up[0], self._up[-1], scale)
        return self._low - share * (self._low - self._high)

    def parts(self) -> list[str]:
        """Return the panel's elements."""
        panel = self._panel
        parts = [_text(self._begin - 44, _TOP, panel.title, "aside")]
        for value in self._up:
            y = self._y(value)
            parts.append(
                f'<line class="grid" x1="{self._begin:.1f}" y1="{y:.1f}" '
                f'x2="{self._end:.1f}" y2="{y:.1f}"/>'
            )
            parts.append(_text(self._begin - 8, y + 4, f"{value:,g}", "aside", "end"))
        for value in self._across:
            name = f"{value:,.0f}"
            parts.append(_text(self._x(value), self._low + 20, name, "aside", "middle"))
        middle = (self._begin + self._end) / 2
        parts.append(_text(middle, self._low + 42, panel.below, "aside", "middle"))
        for number, line in enumerate(panel.lines):
            parts += self._drawn(line, number)
        return parts + self._names()

    def _drawn(self, line: Line, number: int) -> list[str]:
        places = [(self._x(x), self._y(y)) for x, y in line.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts = [f'<polyline class="line s{number}" points="{path}"/>']
        parts += [
            f'<circle class="n{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places
        ]
        if not line.name:
            # A line alone says its figures instead of its name.
            for (_, value), (x, y) in zip(line.points, places, strict=True):
                # To the left, where a rising line is not.
                parts.append(_text(x + 4, y - 10, _figure(value), "text", "end"))
        return parts

    def _names(self) -> list[str]:
        """Return the names at the lines' ends, pushed apart where they would overlap."""
        ends = [
            (self._y(line.points[-1][1]), self._x(line.points[-1][0]), number, line.name)
            for number, line in enumerate(self._panel.lines)
            if line.name
        ]
        parts: list[str] = []
        lowest = _HEIGHT - _BOTTOM + 4.0
        # From below, as the slow ones lie close together there.
        for y, x, number, name in sorted(ends, reverse=True):
            lowest = min(y + 4, lowest)
            parts.append(_text(x + 10, lowest, name, f"n{number}"))
            lowest -= _LINE_HEIGHT
        return parts


def _share(value: float, low: float, high: float, scale: Callable[[float], float]) -> float:
    """Return how far a value is on the way from one to another, from 0 to 1."""
    span = scale(high) - scale(low)
    return (scale(value) - scale(low)) / span if span else 0.5


def _steps(highest: float) -> list[float]:
    """Return from four to ten round values that begin at 0 and end at or above the highest."""
    power = 10.0 ** math.floor(math.log10(highest or 1.0))
    step = next(
        power * part for part in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0) if highest <= power * part * 6
    )
    return [step * n for n in range(math.ceil(highest / step) + 1)]


def _powers(values: Sequence[float]) -> list[float]:
    """Return the powers of ten from below the lowest value to above the highest."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**n for n in range(first, max(last, first + 1) + 1)]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
