"""The endpoints for templates, as in the contract of the official SDK 0.46.0 (2026)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import orjson

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.sent.endpoints.common import identity, list_page, simulates
from sentori_async.sandbox.sent.envelope import Result
from sentori_async.sandbox.sent.refusal import Refusal, wrong
from sentori_async.sandbox.sent.rules import (
    json_object,
    one_of,
    optional_bool,
    optional_text,
    query,
)
from sentori_async.sandbox.sent.state import SentState
from sentori_async.sandbox.sent.stores.templates import TemplateRow

_CATEGORIES: Final = frozenset({"MARKETING", "UTILITY", "AUTHENTICATION"})
_STATUSES: Final = frozenset({"DRAFT", "APPROVED", "PENDING", "REJECTED"})
_BODIES: Final = ("multiChannel", "sms", "whatsapp", "rcs", "mms")
_LONGEST: Final = 1024
_LONGEST_RCS: Final = 3072


def iterate(account: SentState, request: Incoming) -> Result:
    """Return a page of templates."""
    params = query(request.query)
    filters = {name: params.get(name, "") for name in ("search", "category", "status")}
    if filters["category"]:
        one_of(filters["category"], "category", _CATEGORIES)
    if filters["status"]:
        one_of(filters["status"], "status", _STATUSES)
    page = list_page(account, params, "templates.iterate")(account.templates.count(**filters))
    rows = account.templates.page(page, **filters)
    shown = [account.templates.show(row) for row in rows]
    return Result({"templates": shown, "pagination": page.show()})


def get(account: SentState, request: Incoming) -> Result:
    """Return a template by its id."""
    return Result(account.templates.show(_existing(account, identity(account, request))))


def add(account: SentState, request: Incoming) -> Result:
    """Create a template, a draft unless it is submitted for review."""
    body = json_object(request.body)
    if body.get("definition") is None:
        raise wrong(account.options.missing_field_code, "definition", "The field is required")
    definition = checked_definition(body["definition"])
    fields = {**_fields(body), "status": _submitted(body) or "DRAFT"}
    templates, status = account.templates, account.options.create_status
    if simulates(body):
        row = templates.sample(definition, identity=str(uuid.uuid4()), **fields)
        return Result(templates.show(row), status, simulated=True)
    return Result(templates.show(templates.create(definition, **fields)), status)


def update(account: SentState, request: Incoming) -> Result:
    """Change a template that is not under review."""
    key = identity(account, request)
    body = json_object(request.body)
    fields = {**_fields(body), "name": optional_text(body, "name") or ""}
    given = body.get("definition")
    definition = None if given is None else checked_definition(given)
    status, templates = _submitted(body), account.templates
    if simulates(body):
        row = templates.sample(definition or {"body": {}}, identity=key.lower(), **fields)
        return Result(templates.show(row), simulated=True)
    row = _existing(account, key)
    if row.status == "PENDING":
        raise Refusal("CONFLICT_006")
    if definition is not None:
        row.definition = orjson.dumps(definition).decode()
    row.name = fields["name"] or row.name
    row.category = fields["category"] or row.category
    row.language = fields["language"] or row.language
    row.status = status or row.status
    templates.store(row)
    return Result(templates.show(row))


def delete(account: SentState, request: Incoming) -> Result:
    """Delete a template."""
    key = identity(account, request)
    body = json_object(request.body)
    optional_bool(body, "delete_from_meta")
    if simulates(body):
        return Result(status=204, simulated=True)
    account.templates.remove(_existing(account, key))
    return Result(status=204)


def checked_definition(value: object) -> dict[str, Any]:
    """Return a template's definition whose bodies can be sent.

    Raises:
        Refusal: VALIDATION_001, it has not one shared body or both of SMS and WhatsApp, or a body
            has no text or too much of it.
    """
    bodies = value.get("body") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(bodies, dict):
        raise wrong("VALIDATION_001", "definition.body", "The field is required")
    shared, sms, whatsapp = (bool(bodies.get(name)) for name in _BODIES[:3])
    if sms != whatsapp or shared == sms:
        text = "Use multiChannel alone, or sms and whatsapp together"
        raise wrong("VALIDATION_001", "definition.body", text)
    for name in _BODIES:
        if bodies.get(name):
            _check_body(bodies[name], name)
    return value


def _check_body(body: object, name: str) -> None:
    field = f"definition.body.{name}"
    text = body.get("template") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(text, str) or not text:
        raise wrong("VALIDATION_001", f"{field}.template", "The field is required")
    longest = _LONGEST_RCS if name == "rcs" else _LONGEST
    if len(text) > longest:
        raise wrong("VALIDATION_001", f"{field}.template", f"At most {longest} characters")
    variables = body.get("variables") or []
    if not isinstance(variables, list) or not all(_is_variable(entry) for entry in variables):
        raise wrong("VALIDATION_001", f"{field}.variables", "Each variable needs a name")


def _is_variable(entry: object) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return False
    return isinstance(entry.get("id", 0), int)


def _fields(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the category and the language, empty where they are to be detected."""
    category = optional_text(body, "category") or ""
    if category:
        one_of(category, "category", _CATEGORIES)
    return {"category": category, "language": optional_text(body, "language") or ""}


def _submitted(body: Mapping[str, Any]) -> str | None:
    return "PENDING" if optional_bool(body, "submit_for_review") else None


def _existing(account: SentState, key: str) -> TemplateRow:
    row = account.templates.find(key)
    if row is None:
        raise Refusal("RESOURCE_002")
    return row
