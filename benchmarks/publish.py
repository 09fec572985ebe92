"""Bring what the documentation says of speed up to date.

::

    python -m benchmarks.publish --measure     measure everything anew, then write what follows
    python -m benchmarks.publish               write the charts and the tables from the figures

The figures are in ``benchmarks/results.json``; charts and tables hold nothing else, so that a test
can tell whether all three belong together.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import Any, Final

import orjson

import benchmarks.__main__ as run
from benchmarks.charts import drawn
from benchmarks.report import Report

_ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = _ROOT / "benchmarks" / "results.json"
PAGE: Final = _ROOT / "docs" / "benchmarks.md"
CHARTS: Final = _ROOT / "docs" / "charts"
_BEGIN: Final = "<!-- figures: python -m benchmarks.publish -->\n"
_END: Final = "<!-- end of figures -->\n"


def page(text: str, document: dict[str, Any]) -> str:
    """Return the page with the tables of a results file in place of those it has.

    Raises:
        ValueError: The page does not say where they belong.
    """
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        msg = "the page does not say where its figures begin and end"
        raise ValueError(msg)
    paragraphs = Report.of(document).text().split("\n\n")
    figures = "\n\n".join(one if one.startswith("|") else _filled(one) for one in paragraphs)
    return f"{before}{begin}\n{figures}\n\n{end}{after}"


def _filled(text: str) -> str:
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def publish() -> None:
    """Write the charts and the page's tables from the results file."""
    document = orjson.loads(RESULTS.read_bytes())
    CHARTS.mkdir(exist_ok=True)
    for name, svg in drawn(document).items():
        (CHARTS / name).write_text(svg, encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), document), encoding="utf-8")


def main() -> int:
    """Do what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure first, for a long time")
    options, rest = parser.parse_known_args()
    if options.measure:
        CHARTS.mkdir(exist_ok=True)
        code = run.main([*rest, "--json", str(RESULTS), "--charts", str(CHARTS)])
        if code:
            return code
    publish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
