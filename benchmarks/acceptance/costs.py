"""What parts of the benchmarks measure anyway, against their bounds."""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from benchmarks import machine, runner
from benchmarks.acceptance.figures import Figure
from benchmarks.acceptance.started import started
from benchmarks.contenders import BY_NAME
from benchmarks.parts import diff, processes
from benchmarks.results import standings
from sentori_async.sandbox import Sandbox


def memory(*, quick: bool) -> Iterator[Figure]:
    """Run jobs of many rows, and of a tenth of them."""
    rows = 20_000 if quick else 1_000_000
    grown = processes.memory_million(rows) - processes.memory_tenth(rows)
    yield Figure(f"memory: MB of {rows:,} rows over those of a tenth", grown, 20)


def journal(*, quick: bool) -> Iterator[Figure]:
    """Run jobs with and without a journal, in turns."""
    yield _rows_per_s(quick=quick)
    yield _rows_per_cpu_s(quick=quick)


def _rows_per_s(*, quick: bool) -> Figure:
    """Compare how fast jobs are at the sandbox, which keeps what it is sent as platforms do."""
    rows, rounds = (200, 1) if quick else (20_000, 9)
    where = machine.cores()
    ratios = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        with machine.pinned(where.server):
            url = running.enter_context(Sandbox().in_thread()).url("sentori")
        running.enter_context(machine.pinned(where.client))
        for n in range(rounds):
            journal = ("--journal", str(Path(folder, f"{n}.db")))
            # The other one first, in turns.
            first, second = ((), journal) if n % 2 else (journal, ())
            wall_s = {bool(more): _wall_s(url, rows, *more) for more in (first, second)}
            ratios.append(wall_s[False] / wall_s[True])
    found = statistics.median(ratios)
    return Figure("journal: rows per second at the sandbox, of those without", found, 0.85, "least")


def _wall_s(url: str, rows: int, *more: str) -> float:
    with started(url, rows, *more) as process:
        told, _ = process.communicate()
    return float(orjson.loads(told)["wall_s"])


def _rows_per_cpu_s(*, quick: bool) -> Figure:
    """Compare what rows cost the client, at a server that does nothing."""
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
    return Figure("journal: rows per CPU second, of those without", ratio.median, 0.85, "least")


def unchanged(*, quick: bool) -> Iterator[Figure]:
    """Sync rows of which none has changed."""
    rows = 2_000 if quick else 1_000_000
    found = diff.unchanged(rows)
    yield Figure(f"diff: rows per second, {rows:,} unchanged", found, 150_000, "least")
