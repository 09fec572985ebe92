"""What type checkers see of the public API; nothing here runs.

mypy and pyright read this file: an ``assert_type`` that fails is an API that changed its types.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import assert_type

from sentori_async import (
    UNSET,
    AsyncSentori,
    BulkOutcome,
    BulkReport,
    Contact,
    ContactPatch,
    ContactStructure,
    EmailEvent,
    ImportResult,
    Limits,
    MailingList,
    Rate,
    Response,
    RetryPolicy,
    Safety,
    Secret,
    Settings,
    Subscriber,
    Timeouts,
    Unset,
    Upserted,
)
from sentori_sync import Sentori

Rows = list[dict[str, str]]


async def single_calls(client: AsyncSentori) -> None:
    """Return what every verb says."""
    assert_type(await client.contacts.get("joe@example.com"), Contact)
    assert_type(await client.contacts.get(16382), Contact)
    assert_type(await client.contacts.add("joe@example.com", {"FirstName": "Joe"}), Contact)
    assert_type(
        await client.contacts.update("joe@example.com", ContactPatch(first_name=None)), Contact
    )
    assert_type(await client.contacts.add_or_update("joe@example.com"), Upserted[Contact])
    await client.contacts.delete("joe@example.com")
    assert_type(await client.contacts.structure(), ContactStructure)
    assert_type(await client.contacts.import_([{"EmailAddress": "joe@example.com"}]), ImportResult)
    assert_type(await client.mailing_lists.all(), list[MailingList])
    assert_type(await client.mailing_lists.subscribers("LISTID01"), list[Subscriber])
    assert_type(await client.reports.clicks("SENT0001", iteration=1), list[EmailEvent])
    assert_type(await client.request("GET", "mailinglists/", safety=Safety.READ), Response)


async def three_states(client: AsyncSentori) -> None:
    """Tell absent, null and a value apart."""
    contact = await client.contacts.get(1)
    assert_type(contact.first_name, str | Unset | None)
    assert_type(contact.created_timestamp, datetime | Unset | None)
    if contact.first_name is not UNSET and contact.first_name is not None:
        assert_type(contact.first_name, str)
    outcome = await client.contacts.add_or_update("joe@example.com")
    assert_type(outcome.created, bool | None)


async def many_rows(client: AsyncSentori, rows: Rows, more: AsyncIterator[str]) -> None:
    """Take iterables and async iterables as rows."""
    assert_type(await client.bulk.add(rows), BulkReport)
    assert_type(await client.bulk.delete(more), BulkReport)
    assert_type(await client.bulk.subscribe(iter(rows), "LISTID01", progress=print), BulkReport)
    async with client.bulk.stream("add_or_update", rows, via="import") as outcomes:
        async for outcome in outcomes:
            assert_type(outcome, BulkOutcome)
        assert_type(outcomes.report, BulkReport)


def blocking(rows: Rows) -> None:
    """Give the blocking face the same types, without await."""
    with Sentori(api_key=Secret("key"), limits=Limits(rates=(Rate(80, per_s=1),))) as client:
        assert_type(client.contacts.get("joe@example.com"), Contact)
        assert_type(client.contacts.add_or_update("joe@example.com"), Upserted[Contact])
        assert_type(client.bulk.add(rows), BulkReport)
        assert_type(client.request("GET", "mailinglists/"), Response)
        with client.bulk.stream("add", rows) as outcomes:
            for outcome in outcomes:
                assert_type(outcome, BulkOutcome)


def options(client: AsyncSentori) -> AsyncSentori:
    """Type the options, and another view of a client as a client."""
    settings = client.settings
    assert_type(settings, Settings)
    other = client.with_options(
        timeouts=Timeouts(total_s=5), retry=RetryPolicy(attempts=1), deadline_s=10
    )
    assert_type(other, AsyncSentori)
    return other
