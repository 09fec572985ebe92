"""Tags; from the API description of 2025-10-31 and answers recorded in 2026-01."""

from __future__ import annotations

import re
from typing import Any, Final

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.contacts import GONE
from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import SITE
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ID: Final = "tagId"
_NAME: Final = re.compile(r"[A-Za-z0-9_]*")


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the tags."""
    query = queries.read(
        account.options,
        request.query,
        filters=("name",),
        dates=("createdAt",),
        sort=("createdAt", "name"),
    )
    return queries.page_of(queries.select(account.tags.all(), query), query, _shown, _ID)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return a tag."""
    query = queries.read(account.options, request.query)
    return json_reply(query.project(_shown(_existing(account, request)), _ID))


def create(account: GetResponseState, request: Incoming) -> Reply:
    """Make a tag; what a taken name meets is not described."""
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    name = checks.text(body, "name", low=2, high=64, required=True)
    checks.finish()
    assert name is not None  # noqa: S101 - for the type checker; `finish` has refused the rest
    if not _NAME.fullmatch(name):
        raise Refusal(
            1003,
            "Tag name is invalid. Please see context for valid regex.",
            {"regex": "/^[A-Za-z0-9_]*$/"},
        )
    found = account.tags.named(name)
    if found is not None and account.options.duplicate_tag == "return":
        return json_reply(_shown(found), 201)
    made = account.tags.create({"name": name, "createdAt": account.scope.now()})
    return json_reply(_shown(made), 201)


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Return the tag as it is: this does nothing, as described and seen."""
    found = _existing(account, request)
    json_object(account.options, request.body)
    return json_reply(_shown(found))


def delete(account: GetResponseState, request: Incoming) -> Reply:
    """Delete a tag, from contacts as well."""
    account.tags.remove(_existing(account, request)[_ID])
    return GONE


def _existing(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    return account.tags.existing(checked_id(account.options, request.args[0]))


def _shown(tag: Any) -> dict[str, Any]:
    return {**tag, "href": f"{SITE}/tags/{tag[_ID]}", "color": ""}
