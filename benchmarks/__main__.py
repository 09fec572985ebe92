"""Compare this SDK with bare loops and other clients: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from benchmarks import machine, parts, series
from benchmarks.arguments import count, file, folder
from benchmarks.charts import drawn
from benchmarks.contenders import BY_NAME
from benchmarks.report import Report
from benchmarks.results import standings
from benchmarks.runner import BenchmarkError, Plan, run

# Requests and rounds, unless the command line names them.
_FULL: Final = (20_000, 5)
_QUICK: Final = (200, 1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison that the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        report = _measured(options)
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    print(report.text())
    document = report.document()
    if options.json:
        options.json.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    if options.charts:
        for name, svg in drawn(document).items():
            Path(options.charts, name).write_text(svg, encoding="utf-8")
    return 0


def _measured(options: argparse.Namespace) -> Report:
    requests, rounds = _QUICK if options.quick else _FULL
    names = dict.fromkeys(options.only or [*BY_NAME, *parts.BY_NAME])
    chosen = [BY_NAME[name] for name in names if name in BY_NAME]
    plan = Plan(
        contenders=[contender for contender in chosen if contender.missing is None],
        requests=options.requests or requests,
        rounds=options.rounds or rounds,
        cores=machine.cores(),
    )
    # Looked at first: the load average is to be that of the others.
    described, versions = machine.described(), machine.versions()
    results = [
        _part(parts.BY_NAME[name], plan.rounds, options) for name in names if name in parts.BY_NAME
    ]
    return Report(
        plan=plan,
        machine=described,
        versions=versions,
        standings=standings(run(plan, _tell)) if chosen else [],
        parts=results,
        skipped=[contender for contender in chosen if contender.missing is not None],
        series=series.measured(plan, _tell, quick=options.quick) if options.charts else None,
        quick=options.quick,
    )


def _part(part: parts.Part, rounds: int, options: argparse.Namespace) -> parts.Result:
    result = parts.measure(part, rounds=rounds, quick=options.quick)
    _tell(f"{part.name}: {', '.join(f'{s} {result.median(s):,.2f}' for s in result.samples)}")
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see that everything works")
    parser.add_argument("--rounds", type=count, metavar="N", help="how often (default: 5)")
    parser.add_argument(
        "--requests", type=count, metavar="N", help="how many each sends (default: 20000)"
    )
    parser.add_argument("--json", type=file, metavar="FILE", help="write the results there too")
    parser.add_argument(
        "--charts", type=folder, metavar="DIR", help="measure what charts show, and draw them there"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=[*BY_NAME, *parts.BY_NAME],
        metavar="NAME",
        help=f"clients: {', '.join(BY_NAME)}; parts: {', '.join(parts.BY_NAME)}",
    )
    return parser


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
