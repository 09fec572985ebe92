"""aiohttp without an SDK: no retries, no pacing, no models, and no error but the status."""

from __future__ import annotations

from typing import Any, Final

import aiohttp
import orjson

from benchmarks.clients import PARSED
from benchmarks.contact import HEADERS, fields, path
from benchmarks.work import Work, checked_status, send_each

_JSON: Final = {"Content-Type": "application/json"}


def _session(work: Work) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=work.in_flight)
    return aiohttp.ClientSession(connector=connector, headers=HEADERS)


async def bare(work: Work) -> None:
    """Send bytes and read bytes, with orjson at both ends: the reference."""
    base_url = work.base_url
    async with _session(work) as session:

        async def add(n: int) -> Any:
            data = orjson.dumps(fields(n))
            async with session.post(base_url + path(n), data=data, headers=_JSON) as answer:
                checked_status(answer.status)
                return orjson.loads(await answer.read())

        await send_each(work, add, PARSED)


async def usual(work: Work) -> None:
    """Leave JSON to aiohttp, as most people write it."""
    base_url = work.base_url
    async with _session(work) as session:

        async def add(n: int) -> Any:
            async with session.post(base_url + path(n), json=fields(n)) as answer:
                checked_status(answer.status)
                return await answer.json()

        await send_each(work, add, PARSED)
