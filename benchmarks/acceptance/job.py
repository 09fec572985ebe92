"""Run one job of the acceptance, in this process: ``python -m benchmarks.acceptance.job ...``.

Its report is printed as one line of JSON; whoever started it may kill it before that.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any

import orjson

from benchmarks.contact import row
from sentori_async import AsyncSentori, Limits
from sentori_async.sandbox import API_KEY


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """Add or update rows, and return what the report says."""
    pace = None if options.adaptive else False
    rates: dict[str, Any] = {} if options.adaptive else {"rates": ()}
    limits = Limits(concurrency=options.workers, adaptive=pace, **rates)
    async with AsyncSentori(api_key=API_KEY, base_url=options.url, limits=limits) as client:
        rows = map(row, range(options.rows))
        begun = time.perf_counter()
        report = await client.bulk.add_or_update(rows, journal=options.journal)
        wall_s = time.perf_counter() - begun
    by_status = dict(report.by_status)
    return {"by_status": by_status, "requests": report.requests, "wall_s": wall_s}


def main() -> None:
    """Run the job that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.acceptance.job")
    parser.add_argument("--url", required=True, help="the sandbox's base URL")
    parser.add_argument("--rows", type=int, required=True, help="how many rows to send")
    parser.add_argument("--workers", type=int, default=64, help="how many may be in flight")
    parser.add_argument("--journal", help="the journal's file")
    parser.add_argument("--adaptive", action="store_true", help="find the pace out")
    print(orjson.dumps(asyncio.run(run(parser.parse_args()))).decode())


if __name__ == "__main__":
    main()
