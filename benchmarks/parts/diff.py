"""A sync of rows that have not changed: reading, digesting and comparing, and not one request."""

from __future__ import annotations

import asyncio
import functools
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.contact import API_KEY, row
from benchmarks.work import checked_count
from sentori_async import AsyncSentori, Response
from sentori_async.bulk.journal.home import Home
from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.wire.message import Call, Meter
from sentori_sync import Sentori

# The state is about a place: nobody listens there, so that a request would be an error.
_NOWHERE: Final = "http://127.0.0.1:9/v2.0/"
_COUNTERS: Final = dict.fromkeys(
    (
        "EmailableRowsUpdated",
        "SuppressedUpdated",
        "BadEmailUpdated",
        "ExcludedDuplicates",
        "ExcludedInvalidEmail",
        "ExcludedRoleBased",
    ),
    0,
)


def unchanged(rows: int) -> float:
    """Return how many unchanged rows are synced in a second."""

    async def job() -> float:
        async with AsyncSentori(api_key=API_KEY, base_url=_NOWHERE) as client:
            before = time.perf_counter()
            report = await client.bulk.sync(map(row, range(rows)), state=_filled(rows))
            spent = time.perf_counter() - before
        checked_count("report.unchanged", report.unchanged, rows)
        checked_count("report.requests", report.requests, 0)
        return rows / spent

    _filled(rows)
    return asyncio.run(job())


def unchanged_blocking(rows: int) -> float:
    """Return how many unchanged rows are synced in a second without asyncio."""
    state = _filled(rows)
    with Sentori(api_key=API_KEY, base_url=_NOWHERE) as client:
        before = time.perf_counter()
        report = client.bulk.sync(map(row, range(rows)), state=state)
        spent = time.perf_counter() - before
    checked_count("report.unchanged", report.unchanged, rows)
    return rows / spent


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that goes with the process."""
    return tempfile.TemporaryDirectory()


@functools.cache
def _filled(rows: int) -> Path:
    """Return a state in which every row was sent, as a first sync leaves it."""
    state = Path(_folder().name) / f"{rows}.db"
    home = Home(platform="sentori", base_url=_NOWHERE)

    async def send(call: Call[Any], meter: Meter) -> Any:
        meter.attempts += 1
        meter.requests += 1
        count = len(orjson.loads(call.request.body or b"{}")["Contacts"])
        answer = {**_COUNTERS, "TotalRows": count, "EmailableRowsCreated": count}
        return call.decode(Response(200, {}, orjson.dumps(answer)))

    async def job() -> None:
        bulk = AsyncBulk(send, SentoriPlanner(), workers=64, home=home)
        report = await bulk.sync(map(row, range(rows)), state=state, via="import")
        checked_count("report.added", report.added, rows)

    asyncio.run(job())
    return state
