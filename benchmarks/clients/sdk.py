"""This SDK, with everything it does switched on except pacing, which would measure the pace."""

from __future__ import annotations

import tempfile
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from benchmarks.contact import API_KEY, address, fields, row
from benchmarks.work import Expected, Work, checked_count, send_each
from sentori_async import AsyncSentori, Contact, Limits

_DECODED: Final = Expected(
    Contact(
        is_suppressed=False,
        is_bad_email_address=False,
        system_id=16382,
        crm_id=None,
        title="Mr",
        first_name="Joe",
        last_name="Example",
        known_as=None,
        email_address="joe@example.sentoriapp.com",
        company_name=None,
        phone_number=None,
        mobile_phone_number=None,
        created_source_value="Uploaded",
        created_ip_address="127.0.0.1",
        created_http_referrer_url=None,
        created_timestamp=datetime.fromisoformat("2010-05-13T09:00:00"),
        modified_timestamp=datetime.fromisoformat("2010-05-13T09:00:00"),
        is_confirmed=True,
        is_bad_mobile_phone_number=False,
        extra={},
    ),
    attrgetter("system_id"),
)


def _client(work: Work) -> AsyncSentori:
    limits = Limits(concurrency=work.in_flight, rates=(), adaptive=False)
    return AsyncSentori(api_key=API_KEY, base_url=work.base_url, limits=limits)


async def single(work: Work) -> None:
    """Await one call after another, in as many tasks as requests may be in flight."""
    async with _client(work) as client:

        async def add(n: int) -> Contact:
            return await client.contacts.add(address(n), fields(n))

        await send_each(work, add, _DECODED)


async def bulk(work: Work) -> None:
    """Hand all rows to one bulk job."""
    await _add(work, None)


async def journaled(work: Work) -> None:
    """Hand all rows to one bulk job that keeps a journal; to open and close it counts, too."""
    with tempfile.TemporaryDirectory() as folder:
        await _add(work, Path(folder, "job.db"))


async def _add(work: Work, journal: Path | None) -> None:
    async with _client(work) as client:
        _DECODED.check(await _streamed(client, work.warm_up))
        with work.timed():
            report = await client.bulk.add(map(row, work.rows), journal=journal)
    checked_count("report.by_status", dict(report.by_status), {"added": work.requests})
    checked_count("report.total", report.total, work.requests)
    checked_count("report.requests", report.requests, work.requests)


async def _streamed(client: AsyncSentori, rows: range) -> list[Any]:
    """Return what the rows' outcomes hold, which a report does not show."""
    async with client.bulk.stream("add", map(row, rows)) as outcomes:
        return [outcome.result async for outcome in outcomes]
