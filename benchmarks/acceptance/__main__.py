"""Measure what was promised: ``python -m benchmarks.acceptance``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from benchmarks.acceptance import costs, imports, killed, pace
from benchmarks.acceptance.figures import Figure
from benchmarks.table import aligned

_CHECKS: Final[dict[str, Callable[..., Iterator[Figure]]]] = {
    "killed": killed.measure,
    "memory": costs.memory,
    "journal": costs.journal,
    "diff": costs.unchanged,
    "imports": imports.measure,
    "pace": pace.measure,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures that the command line asks for; return 1 if a bound is not kept."""
    options = _parser().parse_args(arguments)
    figures: list[Figure] = []
    for name in options.only or _CHECKS:
        for figure in _CHECKS[name](quick=options.quick):
            print("  ".join(figure.cells()), file=sys.stderr, flush=True)
            figures.append(figure)
    print(aligned([("what", "found", "bound", "verdict"), *(one.cells() for one in figures)]))
    if options.quick:
        print("\nThis was a smoke test: its figures mean nothing.")
        return 0
    return 0 if all(one.kept for one in figures) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acceptance", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see that everything works")
    parser.add_argument("--only", nargs="+", choices=_CHECKS, metavar="NAME", help="only these")
    return parser


if __name__ == "__main__":
    sys.exit(main())
