"""httpx, asynchronous."""

from __future__ import annotations

from typing import Any

import httpx

from benchmarks.clients import PARSED
from benchmarks.contact import HEADERS, fields, path
from benchmarks.work import Work, checked_status, send_each


async def add(work: Work) -> None:
    """Raise the pool's limits, or it would not keep the connections it opens."""
    limits = httpx.Limits(max_connections=work.in_flight, max_keepalive_connections=work.in_flight)
    async with httpx.AsyncClient(base_url=work.base_url, headers=HEADERS, limits=limits) as client:

        async def add_one(n: int) -> Any:
            answer = await client.post(path(n), json=fields(n))
            checked_status(answer.status_code)
            return answer.json()

        await send_each(work, add_one, PARSED)
