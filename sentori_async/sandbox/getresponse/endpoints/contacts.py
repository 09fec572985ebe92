"""Single contacts; from the API description of 2025-10-31 and the page on adding contacts."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import attrs

from sentori_async.sandbox.getresponse import queries, views
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.listing import (
    CONTACT_ORDERS,
    contact_page,
    contact_where,
)
from sentori_async.sandbox.getresponse.refusal import Refusal, missing, taken
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.contacts import ContactRow, fill
from sentori_async.sandbox.getresponse.stores.scope import printed
from sentori_async.sandbox.getresponse.values import ContactReader, ContactValues, related
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ACTIVITIES: Final = dt.timedelta(days=14)
ACCEPTED: Final = Reply(202)
GONE: Final = Reply(204)


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the contacts of all campaigns."""
    query = queries.read(
        account.options,
        request.query,
        filters=("email", "name", "campaignId", "origin"),
        dates=("createdOn", "changedOn"),
        sort=tuple(CONTACT_ORDERS),
    )
    where, values = contact_where(query, exact="exactMatch" in query.flags)
    return contact_page(account, query, where, values)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return a contact with its details."""
    row = existing(account, request.args[0])
    query = queries.read(account.options, request.query)
    return json_reply(query.project(views.details(account.contacts, row), "contactId"))


def add(account: GetResponseState, request: Incoming) -> Reply:
    """Put a contact into the queue; the answer says nothing else."""
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    reader = reader_of(account, checks)
    email = address(checks, body, required=True)
    campaign = campaign_of(checks, body, required=True)
    values = reader.read(body)
    reader.finish()
    assert email is not None  # noqa: S101 - for the type checker; `finish` has refused the rest
    assert campaign is not None  # noqa: S101
    existing_campaign(account, campaign, ("campaign", "campaignId"))
    refuse_unwelcome(account, email, campaign)
    account.contacts.accept(
        email, campaign, values, origin="api", delay_s=account.options.visible_after_s
    )
    return ACCEPTED


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Change what the body names; tags and custom fields are replaced as a whole."""
    row = existing(account, request.args[0])
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    reader = reader_of(account, checks)
    email = address(checks, body, required=False)
    campaign = campaign_of(checks, body, required=False)
    values = reader.read(body, note=True)
    values.given.pop("ipAddress", None)  # of a create only; that it is skipped is inferred
    reader.finish()
    if campaign is not None:
        existing_campaign(account, campaign, ("campaign", "campaignId"))
    _move(account, row, email or row.email, campaign or row.campaign)
    fill(row, values)
    account.contacts.change(row)
    return json_reply(views.details(account.contacts, row))


def delete(account: GetResponseState, request: Incoming) -> Reply:
    """Remove a contact from its campaign; with `messageId` it counts as an unsubscription."""
    row = existing(account, request.args[0])
    query = queries.read(account.options, request.query)
    row.status, row.deleted = "removed", account.scope.now()
    row.reason = "unsubscribe" if query.rest.get("messageId") else "api"
    account.contacts.store(row)
    return GONE


def activities(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of what a contact did, in the last 14 days unless a first day is asked for."""
    row = existing(account, request.args[0])
    query = queries.read(account.options, request.query, dates=("createdOn",))
    since = printed(account.scope.clock() - _ACTIVITIES)
    query = attrs.evolve(query, filters={"createdOn.from": since, **query.filters})
    found = queries.select(row.body.get("activities", ()), query)
    return queries.page_of(found, query, views.activity, "activity")


def tags(account: GetResponseState, request: Incoming) -> Reply:
    """Attach tags; those it has stay."""
    row = existing(account, request.args[0])
    reader = reader_of(account, Checks(account.options))
    found = reader.tag_ids(json_object(account.options, request.body), required=True)
    reader.finish()
    row.body["tags"] = list(dict.fromkeys([*row.body["tags"], *(found or ())]))
    account.contacts.change(row)
    created = {tag["tagId"]: tag["createdAt"] for tag in account.tags.all()}
    shown = views.tags(account.contacts, row)
    return json_reply([{**tag, "createdAt": created[tag["tagId"]]} for tag in shown])


def custom_fields(account: GetResponseState, request: Incoming) -> Reply:
    """Set custom fields, each as a whole; the others stay."""
    row = existing(account, request.args[0])
    reader = reader_of(account, Checks(account.options))
    found = reader.customs(json_object(account.options, request.body), required=True)
    reader.finish()
    fill(row, ContactValues({}, None, {**row.body["customs"], **(found or {})}))
    account.contacts.change(row)
    # This answer has `values` and no `value` (description, 2025-10-31).
    return json_reply(
        [{"customFieldId": key, "values": value} for key, value in row.body["customs"].items()]
    )


# What other endpoints use as well.


def existing(account: GetResponseState, contact_id: str) -> ContactRow:
    """Return the contact of a path's id.

    Raises:
        Refusal: 1013, there is none, or the id cannot be one.
    """
    row = account.contacts.find_id(checked_id(account.options, contact_id))
    if row is None:
        raise missing("contactId", contact_id)
    return row


def reader_of(account: GetResponseState, checks: Checks) -> ContactReader:
    """Return what reads contacts for this account."""
    return ContactReader(checks, account.tags, account.custom_fields)


def address(
    checks: Checks, body: dict[str, Any], *, at: tuple[str, ...] = (), required: bool
) -> str | None:
    """Return the address of a contact in a body; None where it is absent or wrong."""
    email = checks.text(body, "email", at=at, required=required or "email" in body)
    if email is not None and not checks.options.is_address(email):
        checks.add(1003, (*at, "email"), email, "Incorrect email format")
        return None
    return email


def campaign_of(checks: Checks, body: dict[str, Any], *, required: bool) -> str | None:
    """Return the id of ``{"campaign": {"campaignId": ...}}``; None where it is absent or wrong."""
    if "campaign" not in body and required:
        checks.add(1005, ("campaign", "campaignId"), None, "Required field empty")
    found = checks.object(body, "campaign")
    if found is None:
        return None
    return checks.text(found, "campaignId", at=("campaign",), required=True)


def existing_campaign(
    account: GetResponseState, campaign: str, path: tuple[str, ...]
) -> dict[str, Any]:
    """Return the campaign that a body points to; else refuse with 1001."""
    found = account.campaigns.get(campaign)
    if found is None:
        raise related(f"Campaign by id: {campaign} not found", path, campaign)
    return found


def refuse_unwelcome(account: GetResponseState, email: str, campaign: str) -> None:
    """Refuse an address that the campaign has, that may not be added, or that the plan excludes.

    Raises:
        Refusal: 1002, 1008 or 1027.
    """
    reason = account.contacts.unwelcome(email, campaign)
    if reason is not None and (account.options.refuse_dead or not account.options.is_dead(email)):
        raise Refusal(1002, reason, {"value": email})
    if account.contacts.find(email, campaign) is not None:
        raise taken(email)
    if account.queue.holds(campaign, email):
        _refuse_queued(account, email)
    refuse_beyond_plan(account, 1)


def refuse_beyond_plan(account: GetResponseState, more: int) -> None:
    """Refuse with 1027 what would exceed the plan."""
    most = account.options.max_contacts
    if most is not None and account.contacts.count() + account.queue.count() + more > most:
        raise Refusal(1027)


def _refuse_queued(account: GetResponseState, email: str) -> None:
    if account.options.queued_duplicate == "conflict":
        raise taken(email)
    if account.options.queued_duplicate == "in_queue":
        raise Refusal(1002, "Contact in queue", {"value": email})


def _move(account: GetResponseState, row: ContactRow, email: str, campaign: str) -> None:
    """Give a contact another address or campaign, unless somebody is there; 409 is inferred."""
    holder = account.contacts.find(email, campaign)
    if holder is not None and holder.number != row.number:
        raise taken(email)
    row.email, row.campaign = email, campaign
