"""Whole bulk jobs against the stub server, in this process."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from benchmarks.contact import API_KEY, row
from benchmarks.runner import server
from benchmarks.work import checked_count
from sentori_async import AsyncSentori, Limits, Rate, Response
from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.wire.message import Call, Meter

_UNPACED = Limits(concurrency=64, adaptive=False)
# More than this machine can send: pacing is on, and never in the way.
_PACED = Limits(concurrency=64, rates=(Rate(1_000_000, per_s=1), Rate(100_000_000, per_s=600)))


def _timed(rows: int, **options: Any) -> float:
    """Return the processor time of one row, in microseconds."""

    async def job(url: str) -> float:
        options.setdefault("limits", _UNPACED)
        async with AsyncSentori(api_key=API_KEY, base_url=url, **options) as client:
            await client.bulk.add(map(row, range(64)))
            before = time.process_time()
            report = await client.bulk.add(map(row, range(rows)))
            spent = time.process_time() - before
        checked_count("report.by_status", dict(report.by_status), {"added": rows})
        return spent / rows * 1e6

    with server(None) as port:
        return asyncio.run(job(f"http://127.0.0.1:{port}/v2.0/"))


def plain(rows: int) -> float:
    """Add rows with nobody listening and nothing paced."""
    return _timed(rows)


def observed(rows: int) -> float:
    """Add rows with an observer that does nothing."""
    return _timed(rows, observers=[lambda _: None])


def paced(rows: int) -> float:
    """Add rows within two rates that are never reached."""
    return _timed(rows, limits=_PACED)


def imports(rows: int) -> float:
    """Return how many contacts go through imports in a second of processor time."""

    async def job(url: str) -> float:
        async with AsyncSentori(api_key=API_KEY, base_url=url, limits=_UNPACED) as client:
            before = time.process_time()
            report = await client.bulk.add_or_update(map(row, range(rows)), via="import")
            spent = time.process_time() - before
        checked_count("report.by_status", dict(report.by_status), {"accepted": rows})
        return rows / spent

    with server(None) as port:
        return asyncio.run(job(f"http://127.0.0.1:{port}/v2.0/"))


async def answered_at_once(rows: int) -> None:
    """Run a job whose requests are answered without any I/O: only the engine holds memory."""

    async def send(call: Call[Any], meter: Meter) -> Any:
        meter.attempts += 1
        meter.requests += 1
        await asyncio.sleep(0)
        return call.decode(Response(200, {}, b'{"SystemID":1}'))

    bulk = AsyncBulk(send, SentoriPlanner(), workers=64)
    report = await bulk.add(map(row, range(rows)))
    checked_count("report.total", report.total, rows)
