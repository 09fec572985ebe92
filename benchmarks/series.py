"""What the charts show: clients at several concurrencies, and bulk jobs of several sizes."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import Any, Final

import attrs

from benchmarks.contenders import BY_NAME
from benchmarks.parts.processes import grown
from benchmarks.runner import Plan, run

_CONTENDERS: Final = (
    "sdk-bulk-uvloop",
    "sdk-bulk",
    "aiohttp-bare",
    "stainless-aiohttp",
    "requests-64",
    "httpx-64",
)
_IN_FLIGHT: Final = (1, 4, 16, 64)
_ROWS: Final = (10_000, 100_000, 1_000_000)
_QUICK_ONES: Final = 2
_QUICK_ROWS: Final = (100, 1_000)


def measured(plan: Plan, tell: Callable[[str], None], *, quick: bool) -> dict[str, Any]:
    """Return the series, as plain values.

    Args:
        plan: How many requests and rounds, and where.
        tell: Called with a line of progress after each measurement.
        quick: Whether it is only to be seen that everything works.
    """
    return {
        "concurrency": _concurrency(
            plan, tell, _CONTENDERS[:_QUICK_ONES] if quick else _CONTENDERS
        ),
        "growth": _growth(_QUICK_ROWS if quick else _ROWS, plan.rounds, tell),
    }


def _concurrency(
    plan: Plan, tell: Callable[[str], None], names: Sequence[str]
) -> list[dict[str, Any]]:
    points: dict[str, list[dict[str, float]]] = {}
    for in_flight in _IN_FLIGHT:
        some = [BY_NAME[name] for name in names if BY_NAME[name].missing is None]
        one = attrs.evolve(
            plan, contenders=[attrs.evolve(contender, in_flight=in_flight) for contender in some]
        )
        for name, samples in run(one, tell).items():
            rate = statistics.median(sample.requests / sample.wall_s for sample in samples)
            cpu_us = statistics.median(sample.cpu_s / sample.requests * 1e6 for sample in samples)
            points.setdefault(name, []).append(
                {"in_flight": in_flight, "requests_per_s": rate, "cpu_us": cpu_us}
            )
    return [
        {"name": name, "title": BY_NAME[name].title, "points": found}
        for name, found in points.items()
    ]


def _growth(
    sizes: Sequence[int], rounds: int, tell: Callable[[str], None]
) -> list[dict[str, float]]:
    found: list[dict[str, float]] = []
    for rows in sizes:
        samples = [grown(rows) for _ in range(rounds)]
        cpu_s = statistics.median(cpu for cpu, _ in samples)
        peak_mb = statistics.median(peak for _, peak in samples)
        tell(f"{rows:,} rows: {cpu_s:.2f} s, {peak_mb:.1f} MB")
        found.append({"rows": rows, "cpu_s": cpu_s, "peak_mb": peak_mb})
    return found
