"""Suppression lists; from the API description of 2025-10-31."""

from __future__ import annotations

from typing import Any, Final

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.blocklists import masks_of
from sentori_async.sandbox.getresponse.endpoints.contacts import GONE
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import SITE
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ID: Final = "suppressionId"


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the suppression lists, without their masks."""
    query = queries.read(
        account.options,
        request.query,
        filters=("name",),
        dates=("createdOn",),
        sort=("name", "createdOn"),
    )
    found = queries.select(account.suppressions.all(), query)
    return queries.page_of(found, query, _summary, _ID)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return a suppression list."""
    return json_reply(_shown(_existing(account, request)))


def create(account: GetResponseState, request: Incoming) -> Reply:
    """Make a suppression list."""
    fields = _checked(account, request, masks_required=False)
    made = account.suppressions.create({**fields, "createdOn": account.scope.now()})
    return json_reply(_shown(made), 201)


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Replace name and masks, both of which are needed."""
    found = _existing(account, request)
    fields = _checked(account, request, masks_required=True)
    return json_reply(_shown(account.suppressions.replace({**found, **fields})))


def delete(account: GetResponseState, request: Incoming) -> Reply:
    """Delete a suppression list."""
    account.suppressions.remove(_existing(account, request)[_ID])
    return GONE


def _checked(
    account: GetResponseState, request: Incoming, *, masks_required: bool
) -> dict[str, Any]:
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    name = checks.text(body, "name", required=True)
    masks = masks_of(checks, body, required=masks_required)
    checks.finish()
    return {"name": name, "masks": masks}


def _existing(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    return account.suppressions.existing(checked_id(account.options, request.args[0]))


def _shown(suppression: Any) -> dict[str, Any]:
    return {**suppression, "href": f"{SITE}/suppressions/{suppression[_ID]}"}


def _summary(suppression: Any) -> dict[str, Any]:
    shown = _shown(suppression)
    del shown["masks"]
    return shown
