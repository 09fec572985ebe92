"""Tracked imports; from the page on imports and the API description of 2025-10-31."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.contacts import existing_campaign
from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.imports import shown
from sentori_async.sandbox.getresponse.stores.scope import printed
from sentori_async.sandbox.getresponse.values import related
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ID: Final = "importId"
_ORDERS: Final = (
    "createdOn",
    "finishedOn",
    "campaignName",
    "uploadedContacts",
    "updatedContacts",
    "addedContacts",
    "invalidContacts",
    "status",
)
_DAY: Final = dt.timedelta(days=1)


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the imports."""
    query = queries.read(
        account.options,
        request.query,
        filters=("campaignId",),
        dates=("createdOn",),
        sort=_ORDERS,
    )
    return queries.page_of(queries.select(account.imports.all(), query), query, shown, _ID)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return an import and how far it has come."""
    found = account.imports.existing(checked_id(account.options, request.args[0]))
    query = queries.read(account.options, request.query)
    return json_reply(query.project(shown(found), _ID))


def create(account: GetResponseState, request: Incoming) -> Reply:
    """Put an import into the queue."""
    if len(request.body) > account.options.max_import_bytes:
        raise Refusal(1000, context={"max": account.options.max_import_bytes})  # inferred
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    campaign = checks.text(body, "campaignId", required=True)
    mapping = checks.array(body, "fieldMapping", str, low=1, required=True) or []
    rows = checks.array(body, "contacts", list, low=1, required=True) or []
    _check_mapping(checks, body, mapping)
    if mapping:
        _check_rows(checks, rows, len(mapping))
    checks.finish()
    assert campaign is not None  # noqa: S101 - for the type checker; `finish` has refused the rest
    existing_campaign(account, campaign, ("campaignId",))
    for number, name in enumerate(mapping):
        if not account.imports.known_column(name):
            path = ("fieldMapping", str(number))
            raise related(f"Custom field or tag by name: {name} not found", path, name)
    _refuse_crowd(account, campaign)
    return json_reply(shown(account.imports.accept(campaign, mapping, rows)), 201)


def _check_mapping(checks: Checks, body: dict[str, Any], mapping: list[str]) -> None:
    if mapping and "email" not in mapping:
        checks.add(1005, ("fieldMapping",), None, "Column email is required")
    if len(set(mapping)) < len(mapping):
        checks.add(1003, ("fieldMapping",), str(body["fieldMapping"]), "A column comes twice")


def _check_rows(checks: Checks, rows: list[list[Any]], width: int) -> None:
    """Note rows that do not fit the mapping, the first few of them."""
    for number, row in enumerate(rows):
        path = ("contacts", str(number))
        if len(row) != width:
            text = f"Expected {width} items"
            checks.add(1004, path, len(row), text, min=width, max=width)
        if not all(isinstance(cell, str) for cell in row):
            checks.add(1006, path, None, "Expected string")
        if len(checks) >= 20:
            return


def _refuse_crowd(account: GetResponseState, campaign: str) -> None:
    """Refuse what exceeds the documented numbers of imports; codes and statuses are inferred."""
    options, imports = account.options, account.imports
    of_campaign, of_account = options.active_imports_per_campaign, options.active_imports
    if (of_campaign is not None and imports.under_way(campaign) >= of_campaign) or (
        of_account is not None and imports.under_way() >= of_account
    ):
        raise Refusal(1008, "Another import is under way", {"campaignId": campaign})
    since = printed(account.scope.clock() - _DAY)
    today = sum(1 for made in imports.all() if made["createdOn"] > since)
    if options.imports_per_day is not None and today >= options.imports_per_day:
        context = {"currentLimit": options.imports_per_day, "timeToReset": "86400 seconds"}
        raise Refusal(1015, context=context)
