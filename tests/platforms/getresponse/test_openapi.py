"""Every request of the client is one that a description of the API allows.

`openapi.json` was written for this project from the published facts; it knows what the client uses
and nothing else, and is stricter than the service where it may be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from attrs import evolve
from jsonschema import Draft202012Validator, ValidationError

from sentori_async.platforms.getresponse import calls, flows, listing, operations, thing_calls
from sentori_async.platforms.getresponse import settle as rules
from sentori_async.wire.message import Call, Operation, Request
from tests.platforms.getresponse.test_client import CONDITIONS

DOCUMENT: Mapping[str, Any] = orjson.loads((Path(__file__).parent / "openapi.json").read_bytes())
JOE = "joe+x@example.com"
FIELDS = {
    "name": "Joe",
    "dayOfCycle": 3,
    "scoring": 8,
    "tags": ["vBd5"],
    "customFieldValues": {"pas": [1, "b"]},
}
DAYS = listing.between("createdOn", date(2026, 1, 1), date(2026, 2, 1))
NAMED = listing.filters(name="x")


def first(flow: Any) -> Call[Any]:
    call: Call[Any] = next(flow)
    return call


CALLS: list[Call[Any]] = [
    calls.list_contacts(
        {
            **listing.filters(email=JOE, name="x", campaignId="C", origin="api"),
            **DAYS,
            **listing.between("changedOn", None, date(2026, 1, 1)),
            **listing.projection(["email"]),
        },
        sort={"email": "ASC", "changedOn": "DESC"},
        exact=True,
    ),
    first(rules.find(JOE, "C")),
    first(rules.find(JOE, None)),
    first(flows.get("pV3r", None)),
    calls.add_contact(JOE, {**FIELDS, "ipAddress": "1.2.3.4"}, "C"),
    calls.subscribe(JOE, "C"),
    calls.add_batch([calls.batch_row(JOE, {**FIELDS, "ipAddress": "::1"}, "C")[1]], "C"),
    calls.update_contact("pV3r", {**FIELDS, "note": None, "email": JOE, "campaign": "D"}),
    calls.update_contact("pV3r", {"tags": [], "scoring": None}),
    calls.move_contact("pV3r", "D"),
    calls.delete_contact("pV3r", calls.unsubscribed_by("m", "1.2.3.4")),
    calls.unsubscribe("pV3r"),
    calls.unsubscribe_all(JOE),
    calls.add_tags("pV3r", ["vBd5"]),
    calls.set_custom_fields("pV3r", {"pas": "x"}),
    calls.list_activities("pV3r", DAYS),
    thing_calls.CAMPAIGNS.list(listing.filters(name="x", isDefault="true"), sort={"name": "ASC"}),
    thing_calls.CAMPAIGNS.get("C"),
    thing_calls.CAMPAIGNS.create({"name": "weekly", "isDefault": "true"}),
    thing_calls.CAMPAIGNS.update(operations.UPDATE_CAMPAIGN, "C", {"languageCode": "DE"}),
    thing_calls.campaign_contacts("C", {**NAMED, **DAYS}, sort={"name": "ASC"}),
    thing_calls.TAGS.list({**NAMED, **listing.between("createdAt", date(2026, 1, 1), None)}),
    thing_calls.TAGS.get("vBd5"),
    thing_calls.TAGS.create({"name": "vip"}),
    thing_calls.TAGS.delete(operations.DELETE_TAG, "vBd5"),
    thing_calls.CUSTOM_FIELDS.list(NAMED, sort={"name": "DESC"}),
    thing_calls.CUSTOM_FIELDS.get("pas"),
    thing_calls.CUSTOM_FIELDS.create(
        {"name": "size", "type": "string", "format": "text", "hidden": "false", "values": []}
    ),
    thing_calls.CUSTOM_FIELDS.update(
        operations.UPDATE_CUSTOM_FIELD, "pas", {"hidden": "true", "values": ["S"]}
    ),
    thing_calls.CUSTOM_FIELDS.delete(operations.DELETE_CUSTOM_FIELD, "pas"),
    thing_calls.get_blocklist(mask="joe"),
    thing_calls.get_blocklist("C"),
    *(thing_calls.change_blocklist([JOE], mode) for mode in ("add", "delete", "replace")),
    thing_calls.change_blocklist(["@example.org"], "add", "C"),
    thing_calls.SUPPRESSIONS.list({**NAMED, **DAYS}),
    thing_calls.SUPPRESSIONS.get("pypF"),
    thing_calls.SUPPRESSIONS.create({"name": "rivals", "masks": [JOE]}),
    thing_calls.SUPPRESSIONS.update(
        operations.UPDATE_SUPPRESSION, "pypF", {"name": "rivals", "masks": []}
    ),
    thing_calls.SUPPRESSIONS.delete(operations.DELETE_SUPPRESSION, "pypF"),
    thing_calls.SEARCHES.list({**NAMED, **DAYS}, sort={"createdOn": "ASC"}),
    thing_calls.SEARCHES.get("s"),
    thing_calls.SEARCHES.create({**CONDITIONS, "name": "joes"}),
    thing_calls.SEARCHES.update(operations.UPDATE_SEARCH, "s", {**CONDITIONS, "name": "joes"}),
    thing_calls.SEARCHES.delete(operations.DELETE_SEARCH, "s"),
    thing_calls.search_contacts("s", sort={"email": "ASC"}),
    thing_calls.find_by_conditions(CONDITIONS, sort={"email": "ASC"}),
    thing_calls.set_found_custom_fields("s", {"pas": 1}),
    thing_calls.IMPORTS.list({**listing.filters(campaignId="C"), **DAYS}, sort={"status": "ASC"}),
    thing_calls.IMPORTS.get("o6gE"),
    thing_calls.create_import("C", ["email", "tag:vip"], [[JOE, 1]]),
    thing_calls.get_account(),
]


def described(operation: Operation) -> Mapping[str, Any]:
    """Return what the description says of an operation."""
    found: Mapping[str, Any] = DOCUMENT["paths"]["/" + operation.template]
    return found[operation.method.lower()]  # type: ignore[no-any-return]


def check(schema: Mapping[str, Any], value: object) -> None:
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(value)


def typed(schema: Mapping[str, Any], text: str) -> object:
    return int(text) if schema.get("type") == "integer" else text


def validate(request: Request) -> None:
    """See that a request is one that the description allows.

    Raises:
        ValidationError: It is not.
    """
    said = described(request.operation)
    pattern = re.sub(r"\{\w+\}", "[^/]+", request.operation.template)
    if not re.fullmatch(pattern, request.path):
        raise ValidationError("the path is another")
    parameters = {p["name"]: p["schema"] for p in said.get("parameters", ()) if p["in"] == "query"}
    for name, text in parse_qsl(request.query, keep_blank_values=True):
        if name not in parameters:
            raise ValidationError(f"no parameter is called {name}")
        check(parameters[name], typed(parameters[name], text))
    if ("requestBody" in said) != (request.body is not None):
        raise ValidationError("a body is too many, or missing")
    if request.body is not None:
        check(
            said["requestBody"]["content"]["application/json"]["schema"], orjson.loads(request.body)
        )


@pytest.mark.parametrize(
    "call", CALLS, ids=[f"{n}-{c.request.operation.name}" for n, c in enumerate(CALLS)]
)
def test_a_request_is_one_that_the_description_allows(call: Call[Any]) -> None:
    validate(call.request)


def test_every_operation_is_described_and_tried_and_no_other() -> None:
    every = [value for value in vars(operations).values() if isinstance(value, Operation)]
    tried = {call.request.operation.name for call in CALLS}
    used = {(one.method.lower(), "/" + one.template) for one in every}
    known = {(method, path) for path, item in DOCUMENT["paths"].items() for method in item}

    assert {one.name for one in every} - tried == set()
    assert used == known


def test_every_schema_is_one_and_is_used() -> None:
    text = orjson.dumps(DOCUMENT).decode()
    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert f'"#/components/schemas/{name}"' in text


ADD = calls.add_contact(JOE, None, "C").request
WRONG = [
    evolve(ADD, body=None),
    evolve(ADD, body=b'{"email": "joe@example.com"}'),
    evolve(ADD, body=b'{"email": "joe", "campaign": {"campaignId": "C"}}'),
    evolve(ADD, body=b'{"email": "a@b.c", "campaign": {"campaignId": "C"}, "note": "n"}'),
    evolve(ADD, body=b'{"email": "a@b.c", "campaign": {"campaignId": "C"}, "tags": ["t"]}'),
    evolve(ADD, query="page=1"),
    evolve(ADD, path="contacts/batch"),
    evolve(calls.list_contacts({}).request, query="perPage=1001"),
    evolve(calls.unsubscribe_all(JOE).request, query="additionalFlags=remove"),
    evolve(thing_calls.get_account().request, body=b"{}"),
]


@pytest.mark.parametrize("request_", WRONG, ids=range(len(WRONG)))
def test_the_description_does_not_allow_anything(request_: Request) -> None:
    with pytest.raises(ValidationError):
        validate(request_)
