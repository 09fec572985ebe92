"""The official SDK of Sent, which Stainless generates as it does those of many vendors.

It is given the same contact as all others, as a model of its own kind, through the method that its
verbs call.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import sent_dm

from benchmarks.contact import API_KEY, CONTACT, HEADERS, fields, path
from benchmarks.work import Expected, Work, send_each


class Contact(sent_dm.BaseModel):
    """The contact, as such SDKs decode it."""

    IsSuppressed: bool | None = None
    IsBadEmailAddress: bool | None = None
    SystemID: int | None = None
    CRMID: str | None = None
    Title: str | None = None
    FirstName: str | None = None
    LastName: str | None = None
    KnownAs: str | None = None
    EmailAddress: str | None = None
    CompanyName: str | None = None
    PhoneNumber: str | None = None
    MobilePhoneNumber: str | None = None
    CreatedSourceValue: str | None = None
    CreatedIPAddress: str | None = None
    CreatedHttpReferrerUrl: str | None = None
    CreatedTimestamp: datetime | None = None
    ModifiedTimestamp: datetime | None = None
    IsConfirmed: bool | None = None
    IsBadMobilePhoneNumber: bool | None = None


_DECODED: Final = Expected(Contact.model_validate(CONTACT), attrgetter("SystemID"))


def _options(work: Work) -> dict[str, Any]:
    url = work.base_url.rstrip("/")
    return {"api_key": API_KEY, "base_url": url, "default_headers": HEADERS}


async def _send(work: Work, client: AbstractAsyncContextManager[sent_dm.AsyncSent]) -> None:
    async with client as sdk:

        async def add(n: int) -> Contact:
            return await sdk.post(f"/{path(n)}", cast_to=Contact, body=fields(n))

        await send_each(work, add, _DECODED)


async def httpx(work: Work) -> None:
    """Use what it comes with."""
    await _send(work, sent_dm.AsyncSent(**_options(work)))


async def aiohttp(work: Work) -> None:
    """Use its aiohttp extra."""
    await _send(
        work, sent_dm.AsyncSent(**_options(work), http_client=sent_dm.DefaultAioHttpClient())
    )


def threads(work: Work) -> None:
    """Share one blocking client between threads, as its pages allow."""
    with sent_dm.Sent(**_options(work)) as sdk, ThreadPoolExecutor(work.in_flight) as pool:

        def some(numbers: Iterator[int]) -> list[Contact]:
            last: list[Contact] = []
            for n in numbers:
                result = sdk.post(f"/{path(n)}", cast_to=Contact, body=fields(n))
                _DECODED.glance(result)
                last = [result]
            return last

        def send(rows: range) -> list[Contact]:
            numbers = iter(rows)
            futures = [pool.submit(some, numbers) for _ in range(work.in_flight)]
            return [result for future in futures for result in future.result()]

        send(work.warm_up)
        with work.timed():
            last = send(work.rows)
        _DECODED.check(last)
