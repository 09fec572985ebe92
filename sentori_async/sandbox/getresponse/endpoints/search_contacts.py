"""Searches, saved (segments) and not; from the API description of 2025-10-31."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sentori_async.sandbox.getresponse import queries, searching, views
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.contacts import ACCEPTED, GONE, reader_of
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.contacts import STATUSES, ContactRow
from sentori_async.sandbox.getresponse.stores.lists import SITE
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ID: Final = "searchContactId"
_FIELDS: Final = ("subscribersType", "sectionLogicOperator", "section", "name")
_SUMMARY: Final = (_ID, "name", "createdOn", "href")
_SAVED_TYPES: Final = STATUSES[:1]


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the saved searches, without their conditions."""
    query = queries.read(
        account.options,
        request.query,
        filters=("name",),
        dates=("createdOn",),
        sort=("name", "createdOn"),
    )
    found = queries.select(account.segments.all(), query)
    return queries.page_of(found, query, _summary, _ID)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return a saved search."""
    query = queries.read(account.options, request.query)
    return json_reply(query.project(_shown(_existing(account, request)), _ID))


def create(account: GetResponseState, request: Incoming) -> Reply:
    """Save a search; only of subscribed contacts."""
    made = account.segments.create({**_checked(account, request), "createdOn": account.scope.now()})
    return json_reply(_shown(made), 201)


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Replace a saved search."""
    found = _existing(account, request)
    changed = account.segments.replace({**found, **_checked(account, request)})
    return json_reply(_shown(changed))


def delete(account: GetResponseState, request: Incoming) -> Reply:
    """Delete a saved search; its contacts stay."""
    account.segments.remove(_existing(account, request)[_ID])
    return GONE


def contacts(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of what a saved search finds."""
    return _found(account, request, _existing(account, request))


def search(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of what a search finds that is not saved; it finds removed contacts, too."""
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    searching.check_search(checks, body, STATUSES)
    checks.finish()
    return _found(account, request, body)


def custom_fields(account: GetResponseState, request: Incoming) -> Reply:
    """Set custom fields of all that a saved search finds, later."""
    found = _existing(account, request)
    reader = reader_of(account, Checks(account.options))
    values = reader.customs(json_object(account.options, request.body), required=True)
    reader.finish()
    picked = [row.contact_id for row in _picked(account, found)]
    account.contacts.queue.put(
        "fields",
        {"contacts": picked, "customs": values},
        delay_s=account.options.visible_after_s,
    )
    return ACCEPTED


def _checked(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    checks.text(body, "name", required=True)
    searching.check_search(checks, body, _SAVED_TYPES)
    checks.finish()
    return {"subscribersType": list(_SAVED_TYPES)} | {n: body[n] for n in _FIELDS if n in body}


def _existing(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    return account.segments.existing(checked_id(account.options, request.args[0]))


def _picked(account: GetResponseState, wanted: Mapping[str, Any]) -> list[ContactRow]:
    checks = Checks(account.options)
    searching.check_played(checks, wanted)
    checks.finish()
    rows = account.contacts.rows(" AND status = ?", searching.status_of(wanted))
    today = account.scope.clock().date()
    return [row for row in rows if searching.picks(wanted, row, today)]


def _found(account: GetResponseState, request: Incoming, wanted: Mapping[str, Any]) -> Reply:
    query = queries.read(account.options, request.query, sort=("name", "email", "createdOn"))
    reference = account.campaigns.reference
    rows = _picked(account, wanted)
    campaigns = {campaign: reference(campaign) for campaign in {row.campaign for row in rows}}
    things = [views.searched(row, campaigns[row.campaign]) for row in rows]
    return queries.page_of(queries.select(things, query), query, dict, "contactId")


def _shown(segment: Any) -> dict[str, Any]:
    return {**segment, "href": f"{SITE}/search-contacts/{segment[_ID]}"}


def _summary(segment: Any) -> dict[str, Any]:
    shown = _shown(segment)
    return {name: shown[name] for name in _SUMMARY}
