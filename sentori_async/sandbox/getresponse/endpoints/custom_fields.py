"""Custom fields; from the API description of 2025-10-31."""

from __future__ import annotations

import re
from typing import Any, Final

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.checks import Checks, checked_id, json_object
from sentori_async.sandbox.getresponse.endpoints.contacts import GONE
from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import SITE
from sentori_async.sandbox.getresponse.values import FORMATS, TYPES
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_ID: Final = "customFieldId"
_NAME: Final = re.compile(r"[a-z0-9_]+")
_MERGE_WORDS: Final = frozenset(
    {
        "name",
        "email",
        "twitter",
        "facebook",
        "buzz",
        "myspace",
        "linkedin",
        "digg",
        "googleplus",
        "pinterest",
        "responder",
        "campaign",
        "change",
    }
)
_TWO_VALUES: Final = frozenset({"radio", "single_select", "multi_select"})


def iterate(account: GetResponseState, request: Incoming) -> Reply:
    """Return a page of the custom fields."""
    query = queries.read(account.options, request.query, filters=("name",), sort=("name",))
    found = queries.select(account.custom_fields.all(), query)
    return queries.page_of(found, query, _shown, _ID)


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return a custom field."""
    query = queries.read(account.options, request.query)
    return json_reply(query.project(_shown(_existing(account, request)), _ID))


def create(account: GetResponseState, request: Incoming) -> Reply:
    """Make a custom field."""
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    name = checks.text(body, "name", low=1, high=128, required=True)
    kind = checks.one_of(body, "type", TYPES, required=True)
    form = checks.one_of(body, "format", FORMATS, required=True)
    hidden, values = _changeable(checks, body, form)
    if name and not _NAME.fullmatch(name):
        checks.add(1003, ("name",), name, "Expected small letters, digits and underscores")
    elif name in _MERGE_WORDS:
        checks.add(1003, ("name",), name, "Reserved word")
    checks.finish()
    fields = {"name": name, "type": kind, "format": form, "values": values, "hidden": hidden}
    return json_reply(_shown(account.custom_fields.create({**fields, "restricted": False})), 201)


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Change whether it is hidden and what its values may be, both of which are needed."""
    found = _unrestricted(account, request)
    checks = Checks(account.options)
    body = json_object(account.options, request.body)
    hidden, values = _changeable(checks, body, found["format"])
    checks.finish()
    changed = account.custom_fields.replace({**found, "hidden": hidden, "values": values})
    return json_reply(_shown(changed))


def delete(account: GetResponseState, request: Incoming) -> Reply:
    """Delete a custom field with its values, unless a segment uses it."""
    found = _unrestricted(account, request)
    if any(found[_ID] in _scopes(segment) for segment in account.segments.all()):
        raise Refusal(1009, context={_ID: found[_ID]})
    account.custom_fields.remove(found[_ID])
    return GONE


def _changeable(
    checks: Checks, body: dict[str, Any], form: str | None
) -> tuple[str | None, list[str]]:
    hidden = checks.one_of(body, "hidden", ("true", "false"), required=True)
    low = 2 if form in _TWO_VALUES else 0
    return hidden, checks.array(body, "values", str, low=low, required=True) or []


def _scopes(segment: dict[str, Any]) -> set[str]:
    """Return the ids of the custom fields that a segment looks at."""
    return {
        str(condition.get("scope"))
        for section in segment["section"]
        for condition in section.get("conditions", ())
        if condition["conditionType"] == "custom"
    }


def _existing(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    return account.custom_fields.existing(checked_id(account.options, request.args[0]))


def _unrestricted(account: GetResponseState, request: Incoming) -> dict[str, Any]:
    found = _existing(account, request)
    if found["restricted"]:
        raise Refusal(1028, context={_ID: found[_ID]})
    return found


def _shown(field: Any) -> dict[str, Any]:
    return {
        _ID: field[_ID],
        "href": f"{SITE}/custom-fields/{field[_ID]}",
        "name": field["name"],
        "type": field["type"],
        "valueType": field["type"],
        "format": field["format"],
        "fieldType": field["format"],
        "hidden": field["hidden"],
        "values": field["values"],
    }
