"""Values become GetResponse's requests; what cannot be sent is refused before any I/O."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from sentori_async import (
    AsyncGetResponse,
    GetResponseContact,
    GetResponseContactPatch,
    InvalidInput,
)
from sentori_async.platforms.getresponse import (
    calls,
    inputs,
    listing,
    operations,
    settle,
    thing_calls,
)
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call, Operation, Response, Safety

JOE = "joe@example.com"

REQUESTS: list[tuple[Call[Any], str, str, dict[str, str], Any]] = [
    (
        calls.add_contact(f" {JOE} ", {"email": JOE.upper(), "campaignId": "D"}, "C"),
        "POST",
        "contacts",
        {},
        {"email": JOE, "campaign": {"campaignId": "D"}},
    ),
    (
        calls.add_contact(
            JOE, GetResponseContactPatch(day_of_cycle=0, custom_fields={"f": 1}), "C"
        ),
        "POST",
        "contacts",
        {},
        {
            "email": JOE,
            "campaign": {"campaignId": "C"},
            "dayOfCycle": "0",
            "customFieldValues": [{"customFieldId": "f", "value": ["1"]}],
        },
    ),
    (
        calls.subscribe(JOE, "C"),
        "POST",
        "contacts",
        {},
        {"email": JOE, "campaign": {"campaignId": "C"}},
    ),
    (
        calls.update_contact("a/b", {"dayOfCycle": None, "tags": []}),
        "POST",
        "contacts/a%2Fb",
        {},
        {"dayOfCycle": None, "tags": []},
    ),
    (calls.move_contact("a", "D"), "POST", "contacts/a", {}, {"campaign": {"campaignId": "D"}}),
    (calls.delete_contact("a", {}), "DELETE", "contacts/a", {}, None),
    (
        calls.delete_contact("a", calls.unsubscribed_by("m", "1.2.3.4")),
        "DELETE",
        "contacts/a",
        {"messageId": "m", "ipAddress": "1.2.3.4"},
        None,
    ),
    (calls.unsubscribe("a"), "DELETE", "contacts/a", {}, None),
    (
        calls.add_tags("a", {"ids": ["t"]}),
        "POST",
        "contacts/a/tags",
        {},
        {"tags": [{"tagId": "t"}]},
    ),
    (
        calls.unsubscribe_all(JOE),
        "POST",
        "accounts/blocklists",
        {"additionalFlags": "add,noResponse"},
        {"masks": [JOE]},
    ),
    (
        calls.add_tags("a", [{"tagId": "t"}, "u", "t"]),
        "POST",
        "contacts/a/tags",
        {},
        {"tags": [{"tagId": "t"}, {"tagId": "u"}]},
    ),
    (
        calls.set_custom_fields("a", {"f": ["1", 2], "g": None, "h": date(2026, 1, 2)}),
        "POST",
        "contacts/a/custom-fields",
        {},
        {
            "customFieldValues": [
                {"customFieldId": "f", "value": ["1", "2"]},
                {"customFieldId": "g", "value": []},
                {"customFieldId": "h", "value": ["2026-01-02"]},
            ]
        },
    ),
    (
        calls.add_batch([{"email": JOE}], "C"),
        "POST",
        "contacts/batch",
        {},
        {"campaignId": "C", "contacts": [{"email": JOE}]},
    ),
    (
        calls.list_activities("a", {}, per_page=5),
        "GET",
        "contacts/a/activities",
        {"page": "1", "perPage": "5"},
        None,
    ),
    (
        thing_calls.change_blocklist([JOE], "replace", "C"),
        "POST",
        "campaigns/C/blocklists",
        {"additionalFlags": "noResponse"},
        {"masks": [JOE]},
    ),
    (
        thing_calls.change_blocklist([JOE], "delete"),
        "POST",
        "accounts/blocklists",
        {"additionalFlags": "delete,noResponse"},
        {"masks": [JOE]},
    ),
    (
        thing_calls.search_contacts("s", sort={"email": "ASC"}),
        "GET",
        "search-contacts/s/contacts",
        {"sort[email]": "ASC", "page": "1", "perPage": "1000"},
        None,
    ),
    (
        thing_calls.find_by_conditions({"section": []}, per_page=1),
        "POST",
        "search-contacts/contacts",
        {"page": "1", "perPage": "1"},
        {"section": []},
    ),
    (
        thing_calls.set_found_custom_fields("s", [{"customFieldId": "f", "values": ["x"]}]),
        "POST",
        "search-contacts/s/custom-fields",
        {},
        {"customFieldValues": [{"customFieldId": "f", "value": ["x"]}]},
    ),
    (
        thing_calls.create_import("C", ["email", "tag:vip"], [(JOE, 1), [JOE, None]]),
        "POST",
        "imports",
        {},
        {
            "campaignId": "C",
            "fieldMapping": ["email", "tag:vip"],
            "contacts": [[JOE, "1"], [JOE, ""]],
        },
    ),
]


@pytest.mark.parametrize(
    ("call", "method", "path", "query", "body"),
    REQUESTS,
    ids=[f"{r[2]}-{n}" for n, r in enumerate(REQUESTS)],
)
def test_a_call_is_the_documented_request(
    call: Call[Any], method: str, path: str, query: dict[str, str], body: Any
) -> None:
    request = call.request

    assert (request.operation.method, request.path) == (method, path)
    assert dict(parse_qsl(request.query)) == query
    assert (None if request.body is None else orjson.loads(request.body)) == body


def test_filters_are_in_brackets_and_percent_encoded() -> None:
    params = {
        **listing.filters(email="a+b@example.com", name=None),
        **listing.between("createdOn", date(2026, 1, 2), datetime(2026, 1, 3, tzinfo=UTC)),
        **listing.projection(["email", "name"]),
    }
    query = calls.list_contacts(params, sort={"email": "DESC"}, exact=True).request.query

    assert "query%5Bemail%5D=a%2Bb%40example.com" in query
    assert dict(parse_qsl(query)) == {
        "query[email]": "a+b@example.com",
        "query[createdOn][from]": "2026-01-02",
        "query[createdOn][to]": "2026-01-03T00:00:00+00:00",
        "fields": "email,name",
        "sort[email]": "DESC",
        "additionalFlags": "exactMatch",
        "page": "1",
        "perPage": "1000",
    }


def test_a_look_up_asks_for_the_whole_address() -> None:
    """Without the flag, every address that contains this one would come, a thousand at a time."""
    query = dict(parse_qsl(next(settle.find(JOE, "C")).request.query))
    assert query["additionalFlags"] == "exactMatch"


REFUSED: list[Callable[[], object]] = [
    lambda: calls.add_contact("joe", None, "C"),
    lambda: calls.add_contact("", None, "C"),
    lambda: calls.add_contact(5, None, "C"),  # type: ignore[arg-type]
    lambda: calls.add_contact("jo\ne@example.com", None, "C"),
    lambda: calls.add_contact(JOE),
    lambda: calls.add_contact(JOE, {"email": "other@example.com"}, "C"),
    lambda: calls.add_contact(JOE, {"email": None}, "C"),
    lambda: calls.add_contact(JOE, {"note": "n"}, "C"),
    lambda: calls.add_contact(JOE, {"scoring": math.nan}, "C"),
    lambda: calls.add_contact(JOE, {"campaign": {"campaignId": "A"}, "campaignId": "B"}),
    lambda: calls.add_contact(JOE, ["name"], "C"),  # type: ignore[arg-type]
    lambda: calls.update_contact("a", {}),
    lambda: calls.update_contact("a", {"name": UNSET}),
    lambda: calls.update_contact("a", {"email": "none"}),
    lambda: calls.update_contact("a", {"ipAddress": "1.2.3.4"}),
    lambda: calls.update_contact("", {"name": "x"}),
    lambda: calls.update_contact("..", {"name": "x"}),
    lambda: calls.move_contact("a", " "),
    lambda: calls.unsubscribed_by(None, "1.2.3.4"),
    lambda: calls.add_tags("a", []),
    lambda: calls.add_tags("a", "vip"),
    lambda: calls.add_tags("a", {"tagId": "vip"}),
    lambda: calls.add_tags("a", [None]),
    lambda: calls.set_custom_fields("a", {}),
    lambda: calls.set_custom_fields("a", "f"),
    lambda: calls.set_custom_fields("a", ["f"]),
    lambda: calls.set_custom_fields("a", 5),
    lambda: calls.set_custom_fields("a", {"f": True}),
    lambda: calls.set_custom_fields("a", {"f": math.inf}),
    lambda: calls.set_custom_fields("a", {"f": [{}]}),
    lambda: calls.set_custom_fields("a", [{"value": ["x"]}]),
    lambda: calls.add_batch([], "C"),
    lambda: calls.add_batch([{}] * 1001, "C"),
    lambda: calls.list_contacts({}, per_page=0),
    lambda: calls.list_contacts({}, per_page=1001),
    lambda: calls.list_contacts({}, per_page=True),
    lambda: calls.list_contacts({}, sort={"note": "ASC"}),
    lambda: calls.list_contacts({}, sort={"email": "asc"}),  # type: ignore[dict-item]
    lambda: calls.list_contacts({}, sort="email"),  # type: ignore[arg-type]
    lambda: listing.filters(email=" "),
    lambda: listing.filters(email=5),
    lambda: listing.between("createdOn", "2026-01-01", None),  # type: ignore[arg-type]
    lambda: listing.projection("email"),
    lambda: listing.projection([""]),
    lambda: thing_calls.TAGS.create({"name": ""}),
    lambda: thing_calls.CAMPAIGNS.update(operations.UPDATE_CAMPAIGN, "a", {}),
    lambda: thing_calls.change_blocklist([], "add"),
    lambda: thing_calls.change_blocklist("a@b.c", "add"),
    lambda: thing_calls.change_blocklist([""], "add"),
    lambda: thing_calls.set_found_custom_fields("s", {}),
    lambda: thing_calls.find_by_conditions([]),  # type: ignore[arg-type]
    lambda: thing_calls.create_import("C", "email", [[JOE]]),
    lambda: thing_calls.create_import("C", ["name"], [[JOE]]),
    lambda: thing_calls.create_import("C", ["email", "email"], [[JOE, JOE]]),
    lambda: thing_calls.create_import("C", ["email"], []),
    lambda: thing_calls.create_import("C", ["email"], [[JOE, "x"]]),
    lambda: thing_calls.create_import("C", ["email"], [JOE]),
    lambda: thing_calls.create_import("C", ["email"], [["x" * 20_000_000]]),
]


@pytest.mark.parametrize("plan", REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_sent_is_refused_without_showing_it(plan: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan()
    assert "other@example.com" not in str(caught.value)


@pytest.mark.parametrize("verb", ["get", "update", "delete", "move", "add_tags", "remove_tags"])
async def test_a_verb_refuses_what_is_no_contact_before_any_request(verb: str) -> None:
    arguments: dict[str, list[Any]] = {
        "update": [{"name": "x"}],
        "move": ["C"],
        "add_tags": [["t"]],
        "remove_tags": [["t"]],
    }
    client = AsyncGetResponse(api_key="k", base_url="http://127.0.0.1:9/")
    with pytest.raises(InvalidInput):
        await getattr(client.contacts, verb)(" ", *arguments.get(verb, []))
    await client.close()


def test_every_safety_is_as_the_operation_is() -> None:
    """Nothing that a repeat may do twice is called idempotent; a POST that only reads is a read."""
    every = [value for value in vars(operations).values() if isinstance(value, Operation)]
    reads = {one.name for one in every if one.safety is Safety.READ}
    unsafe = {one.name for one in every if one.safety is Safety.UNSAFE}

    assert len(every) > 40
    assert all((one.method == "GET") <= (one.safety is Safety.READ) for one in every)
    assert {one.name for one in every if one.method == "POST"} & reads == {"search_contacts.find"}
    assert unsafe == {
        "contacts.add",
        "contacts.add_batch",
        "campaigns.create",
        "tags.create",
        "custom_fields.create",
        "suppressions.create",
        "search_contacts.create",
        "imports.create",
    }
    assert all(one.safety is Safety.IDEMPOTENT for one in every if one.method == "DELETE")


# --------------------------------------------------------------------------------------- pages


def page(items: int, **headers: str) -> Response:
    body = orjson.dumps([{"tagId": f"t{n}"} for n in range(items)])
    return Response(200, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        (page(2, TotalPages="2"), True),
        (page(2, TotalPages="1"), False),
        (page(0, TotalPages="2"), False),
        (page(2), True),
        (page(1), False),
        (page(0), False),
        (page(2, TotalPages="many"), True),
    ],
)
def test_a_page_knows_whether_there_is_another(answer: Response, more: bool) -> None:
    found = thing_calls.TAGS.list({}, per_page=2).decode(answer)

    assert (found.next is not None) is more
    if found.next is not None:
        assert dict(parse_qsl(found.next.request.query)) == {"page": "2", "perPage": "2"}


# -------------------------------------------------------------------------------------- models


def test_a_contact_shows_no_identity_in_its_repr() -> None:
    contact = GetResponseContact(contact_id="a", email=JOE, name="Joe")
    patch = contact.patch()

    assert JOE not in repr(contact)
    assert "Joe" not in repr(contact)
    assert repr(patch) == "GetResponseContactPatch(<email, name>)"
    assert "example" not in repr(GetResponseContact(contact_id="a", email="example"))
    assert "email=UNSET" in repr(GetResponseContact(contact_id="a"))


@pytest.mark.parametrize(
    ("contact", "document"),
    [
        (GetResponseContact(name=None), {}),
        (GetResponseContact(name="J", tags=[], note=None), {"name": "J", "tags": [], "note": None}),
        (GetResponseContact(custom_field_values=[]), {"customFieldValues": []}),
        (GetResponseContact(day_of_cycle=7, scoring=2.0), {"dayOfCycle": "7", "scoring": 2.0}),
    ],
)
def test_a_contact_is_written_back_as_it_is(
    contact: GetResponseContact, document: dict[str, Any]
) -> None:
    assert inputs.document(contact) == document
