"""What parts of the benchmarks measure anyway, against their bounds."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks import machine, runner
from benchmarks.acceptance.figures import Figure
from benchmarks.contenders import BY_NAME
from benchmarks.parts import diff, processes
from benchmarks.results import standings


def memory(*, quick: bool) -> Iterator[Figure]:
    """Run jobs of many rows, and of a tenth of them."""
    rows = 20_000 if quick else 1_000_000
    grown = processes.memory_million(rows) - processes.memory_tenth(rows)
    yield Figure(f"memory: MB of {rows:,} rows over those of a tenth", grown, 20)


def journal(*, quick: bool) -> Iterator[Figure]:
    """Run jobs with and without a journal, in turns."""
    names = ("sdk-bulk", "journal")
    plan = runner.Plan(
        contenders=[BY_NAME[name] for name in names],
        requests=200 if quick else 20_000,
        rounds=1 if quick else 7,
        cores=machine.cores(),
    )
    found = standings(runner.run(plan, lambda line: print(line, file=sys.stderr)))
    by_name = {one.contender.name: one for one in found}
    ratio = by_name["journal"].ratio
    assert ratio is not None
    yield Figure("journal: rows per CPU second, of those without", ratio.median, 0.85, "least")


def unchanged(*, quick: bool) -> Iterator[Figure]:
    """Sync rows of which none has changed."""
    rows = 2_000 if quick else 1_000_000
    found = diff.unchanged(rows)
    yield Figure(f"diff: rows per second, {rows:,} unchanged", found, 150_000, "least")
