"""What type checkers see of the clients besides Sentori's; nothing here runs."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, assert_type

from sentori_async import (
    Accepted,
    AsyncGetResponse,
    AsyncSent,
    AsyncSpotzee,
    BulkReport,
    GetResponseCampaign,
    GetResponseContact,
    GetResponseContactPatch,
    GetResponseContactTag,
    GetResponseImport,
    Response,
    Secret,
    SentContact,
    SentMessage,
    SentTemplate,
    SentWebhook,
    SpotzeeChannel,
    SpotzeeEventBatch,
    SpotzeeList,
    SpotzeeSubscription,
    SpotzeeSubscriptionBatch,
    SpotzeeSubscriptionState,
    SpotzeeUser,
    SpotzeeUserBatch,
    SpotzeeUserPatch,
    SpotzeeUserSubscription,
    Unset,
    Upserted,
)
from sentori_sync import GetResponse, Sent, Spotzee

Rows = list[dict[str, Any]]


# ---------------------------------------------------------------------------------- GetResponse


async def getresponse(client: AsyncGetResponse, rows: Rows) -> None:
    """Return what every common verb says; a contact that is added is only accepted."""
    contacts = client.contacts
    assert_type(await contacts.get("joe@example.com", campaign="C"), GetResponseContact)
    assert_type(contacts.iterate(), AsyncIterator[GetResponseContact])
    assert_type(await contacts.add("joe@example.com", {"name": "Joe"}), Accepted)
    patch = GetResponseContactPatch(name="Joe")
    assert_type(await contacts.update("joe@example.com", patch), GetResponseContact)
    assert_type(
        await contacts.add_or_update("joe@example.com"), Upserted[GetResponseContact | Accepted]
    )
    assert_type(await contacts.subscribe("joe@example.com", "C"), Accepted)
    assert_type(await contacts.add_tags("id", ["T"]), list[GetResponseContactTag])
    assert_type(client.campaigns.iterate(), AsyncIterator[GetResponseCampaign])
    assert_type(await client.imports.get("I"), GetResponseImport)
    assert_type(await client.blocklists.get(), list[str])
    assert_type(await client.bulk.add_or_update(rows, via="import"), BulkReport)
    assert_type(await client.request("GET", "accounts"), Response)


def getresponse_options() -> tuple[AsyncGetResponse, GetResponse]:
    """Take a token in place of a key, and a campaign for all contacts."""
    asynchronous = AsyncGetResponse(access_token=lambda: "token", default_campaign="C")
    return asynchronous, GetResponse(access_token=Secret("token"), domain="example.com")


def blocking_getresponse(client: GetResponse, rows: Rows) -> None:
    """Give the blocking face the same types."""
    assert_type(client.contacts.get("joe@example.com"), GetResponseContact)
    assert_type(client.contacts.iterate(), Iterator[GetResponseContact])
    assert_type(client.contacts.add("joe@example.com"), Accepted)
    assert_type(client.bulk.add(rows, via="batch"), BulkReport)


# ----------------------------------------------------------------------------------------- Sent


async def sent(client: AsyncSent, rows: Rows) -> None:
    """Return what every common verb says."""
    contacts = client.contacts
    assert_type(await contacts.get("+12125550123"), SentContact)
    assert_type(contacts.iterate(), AsyncIterator[SentContact])
    assert_type(await contacts.add("+12125550123"), SentContact)
    assert_type(await contacts.add_or_update("+12125550123"), Upserted[SentContact])
    await contacts.unsubscribe_all("+12125550123")
    assert_type(await client.messages.get("id"), SentMessage)
    assert_type(client.templates.iterate(), AsyncIterator[SentTemplate])
    assert_type(await client.webhooks.get("id"), SentWebhook)
    assert_type(await client.bulk.add_or_update(rows), BulkReport)


def blocking_sent(client: Sent, rows: Rows) -> None:
    """Give the blocking face the same types."""
    assert_type(client.contacts.get("+12125550123"), SentContact)
    assert_type(client.contacts.iterate(), Iterator[SentContact])
    assert_type(client.messages.get("id"), SentMessage)
    assert_type(client.bulk.delete(rows), BulkReport)


# -------------------------------------------------------------------------------------- Spotzee


async def spotzee(client: AsyncSpotzee, rows: Rows) -> None:
    """Return what every verb says."""
    contacts = client.contacts
    user = await contacts.get("joe")
    assert_type(user, SpotzeeUser)
    assert_type(user.email, str | Unset | None)
    assert_type(user.created_at, datetime | Unset | None)
    assert_type(user.patch(), SpotzeeUserPatch)
    assert_type(contacts.iterate(q="joe", direction="asc"), AsyncIterator[SpotzeeUser])
    assert_type(await contacts.add_or_update("joe", user), Upserted[SpotzeeUser])
    assert_type(await contacts.add_or_update_many(rows), SpotzeeUserBatch)
    assert_type(await contacts.queue([user.patch()]), Accepted)
    assert_type(await contacts.delete("joe"), Accepted)
    await contacts.subscribe("joe", 4, state=SpotzeeSubscriptionState.OPTED_IN)
    assert_type(contacts.subscriptions("joe"), AsyncIterator[SpotzeeUserSubscription])
    assert_type(await contacts.set_subscriptions("joe", {4: 2}), SpotzeeUser)
    assert_type(await client.bulk.subscribe(rows, "4", via="batch"), BulkReport)


async def spotzee_groups(client: AsyncSpotzee, rows: Rows) -> None:
    """Return what the other groups say."""
    made = await client.subscriptions.create("News", channel=SpotzeeChannel.EMAIL)
    assert_type(made, SpotzeeSubscription)
    assert_type(made.channel, SpotzeeChannel | str | Unset | None)
    assert_type(await client.subscriptions.batch(rows), SpotzeeSubscriptionBatch)
    assert_type(client.lists.iterate(), AsyncIterator[SpotzeeList])
    assert_type(await client.lists.update(4, name="VIP", tags=["gold"]), SpotzeeList)
    assert_type(await client.events.create(rows), SpotzeeEventBatch)


def blocking_spotzee(client: Spotzee, rows: Rows) -> None:
    """Give the blocking face the same types."""
    assert_type(client.contacts.get("joe"), SpotzeeUser)
    assert_type(client.contacts.iterate(), Iterator[SpotzeeUser])
    assert_type(client.contacts.add_or_update("joe"), Upserted[SpotzeeUser])
    assert_type(client.contacts.delete("joe"), Accepted)
    assert_type(client.bulk.add_or_update(rows, via="auto"), BulkReport)
    for kind in client.subscriptions.iterate():
        assert_type(kind, SpotzeeSubscription)
