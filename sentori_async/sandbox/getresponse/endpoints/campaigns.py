"""Campaigns, which are lists; from the API description of 2025-10-31."""

from __future__ import annotations

import re
from typing import Any, Final

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.listing import contact_page, contact_where
from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import SITE, new_campaign
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ID: Final = "campaignId"
# No slashes, @ or brackets, and no emoji, which begin beyond the first 65,536 characters.
_NAME: Final = re.compile(r"[^/\\@\[\]\U00010000-\U0010ffff]*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2}")
_OPTINS: Final = {
    "email": ("single", "double"),
    "api": ("single", "double"),
    "import": ("single",),
    "webform": ("single", "double"),
}
_OBJECTS: Final = ("postal", "confirmation", "subscriptionNotifications", "profile")
_DETAILS: Final = frozenset({"postal", "confirmation", "optinTypes", "profile"}) | {
    "subscriptionNotifications"
}


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the campaigns."""
    query = queries.read(
        account.options, request.query, filters=("name", "isDefault"), sort=("name", "createdOn")
    )
    found = queries.select(account.campaigns.all(), query)
    return queries.page_of(found, query, _summary, _ID)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return a campaign."""
    found = existing(account, request)
    query = queries.read(account.options, request.query)
    return json_reply(query.project(_shown(found), _ID))


def create(account: GetResponseState, request: Incoming) -> Reply:
    """Make a campaign; only its name is needed."""
    body = json_object(account.options, request.body)
    fields = _checked(account, body, required=True)
    if fields.get("isDefault") == "false":
        # Seen in 2026-01, with a text that says that exactly one can be the default.
        raise Refusal(
            1,
            "Could not create campaign: exactly one campaign is the default.",
            status=account.options.default_flag_status,
        )
    if fields.get("isDefault") == "true":
        _unset_default(account)
    made = account.campaigns.create(new_campaign(account.scope.now(), fields))
    return json_reply(_shown(made), 201)


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Change what the body names."""
    found = existing(account, request)
    fields = _checked(account, json_object(account.options, request.body), required=False)
    if fields.get("isDefault") == "true":
        _unset_default(account)
    optins = {**found["optinTypes"], **fields.get("optinTypes", {})}
    changed = account.campaigns.replace({**found, **fields, "optinTypes": optins})
    return json_reply(_shown({**changed, "description": changed["name"]}))


def contacts(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of a campaign's contacts; it has fewer filters than that of all contacts."""
    found = existing(account, request)
    query = queries.read(
        account.options,
        request.query,
        filters=("email", "name"),
        dates=("createdOn",),
        sort=("email", "name", "createdOn"),
    )
    where, values = contact_where(query, exact=False)
    return contact_page(account, query, where + " AND campaign = ?", [*values, found[_ID]])


def existing(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    """Return the campaign of the path.

    Raises:
        Refusal: 1013, there is none, or the id cannot be one.
    """
    return account.campaigns.existing(checked_id(account.options, request.args[0]))


def _checked(account: GetResponseState, body: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """Return the fields of a body that a campaign has."""
    checks = Checks(account.options)
    fields: dict[str, Any] = {
        "name": checks.text(body, "name", low=3, high=64, required=required or "name" in body),
        "languageCode": checks.text(body, "languageCode"),
        "isDefault": checks.one_of(body, "isDefault", ("true", "false")),
        "optinTypes": checks.object(body, "optinTypes"),
    }
    fields |= {name: checks.object(body, name) for name in _OBJECTS}
    name, language = fields["name"], fields["languageCode"]
    if name and not _NAME.fullmatch(name):
        checks.add(1003, ("name",), name, "Name has characters that are not allowed")
    if language and not _LANGUAGE.fullmatch(language):
        checks.add(1003, ("languageCode",), language, "Value outside of the dictionary")
    for key, allowed in _OPTINS.items():
        checks.one_of(fields["optinTypes"] or {}, key, allowed, at=("optinTypes",))
    checks.finish()
    return {name: value for name, value in fields.items() if value is not None}


def _unset_default(account: GetResponseState) -> None:
    for campaign in account.campaigns.all():
        if campaign["isDefault"] == "true":
            account.campaigns.replace({**campaign, "isDefault": "false"})


def _shown(campaign: Any) -> dict[str, Any]:
    return {**campaign, "href": f"{SITE}/campaigns/{campaign[_ID]}"}


def _summary(campaign: Any) -> dict[str, Any]:
    """Return a campaign as lists show it."""
    shown = _shown(campaign)
    return {name: shown[name] for name in shown if name not in _DETAILS}
