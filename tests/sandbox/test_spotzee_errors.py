"""Every endpoint, every published code, every shape of error, keys and versions."""

import re
from typing import Any

import pytest

from sentori_async.platforms.spotzee.catalogue import CATALOGUE
from sentori_async.sandbox.spotzee.app import Access, routes
from sentori_async.sandbox.spotzee.options import ErrorShape, RateRule, Versions
from sentori_async.sandbox.spotzee.state import (
    ORGANISATION_KEY,
    PUBLISHABLE_KEY,
    REVOKED_KEY,
    SPOTZEE_KEY,
    SUPPORT_KEY,
    Role,
)
from tests.sandbox.service import Answer, Start
from tests.sandbox.spotzee import JOE, Spotzee, code, start_spotzee

EVENT = {"name": "bought", "external_id": "joe"}
TOGGLE = {"subscription_id": 1, "state": 0}
REQUEST_ID = re.compile(r"req_[0-9A-HJKMNP-TV-Z]{26}")

# Method, path, body and the status that answers it.
ENDPOINTS: dict[str, tuple[str, str, Any, int]] = {
    "contacts.iterate": ("GET", "users", None, 200),
    "contacts.get": ("GET", "users/joe", None, 200),
    "contacts.me": ("GET", "users/me", None, 200),
    "contacts.add_or_update": ("POST", "users/batch", [JOE], 200),
    "contacts.queue": ("PATCH", "users", [JOE], 204),
    "contacts.delete": ("DELETE", "users/joe", None, 204),
    "contacts.delete_many": ("DELETE", "users?user_id=joe", None, 204),
    "contacts.create_session": ("POST", "users/joe/sessions", None, 200),
    "contacts.subscriptions": ("GET", "users/joe/subscriptions", None, 200),
    "contacts.set_subscriptions": ("PATCH", "users/joe/subscriptions", [TOGGLE], 200),
    "subscriptions.iterate": ("GET", "subscriptions", None, 200),
    "subscriptions.create": ("POST", "subscriptions", {"name": "B", "channel": "push"}, 200),
    "subscriptions.get": ("GET", "subscriptions/1", None, 200),
    "subscriptions.update": ("PATCH", "subscriptions/1", {"name": "B"}, 200),
    "subscriptions.batch": ("POST", "subscriptions/batch", [{**TOGGLE, "external_id": "joe"}], 200),
    "subscriptions.me": ("PATCH", "subscriptions/me", [TOGGLE], 200),
    "lists.iterate": ("GET", "lists", None, 200),
    "lists.create": ("POST", "lists", {"name": "B", "type": "static"}, 200),
    "lists.get": ("GET", "lists/1", None, 200),
    "lists.update": ("PATCH", "lists/1", {"name": "B"}, 200),
    "lists.delete": ("DELETE", "lists/1", None, 200),
    "events.create": ("POST", "events", [EVENT], 204),
}
ACCESS = {route.name: route.handle.access for route in routes()}


async def seeded(start: Start, **options: Any) -> tuple[Spotzee, dict[str, str]]:
    """Return a project with one of each, and the header of joe's session."""
    spotzee = await start_spotzee(start, **options)
    spotzee.project.contacts.add("joe")
    spotzee.project.subscriptions.add("News")
    spotzee.project.lists.add("A")
    joe = spotzee.project.contacts.find("joe")
    assert joe is not None
    token = spotzee.project.sessions.create(joe)["token"]
    return spotzee, {"X-Spotzee-User-Token": token}


def test_the_table_knows_every_endpoint() -> None:
    assert set(ENDPOINTS) == {route.name for route in routes()}


@pytest.mark.parametrize("prefix", ["spotzee/api/client/", "api/client/"])
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_every_endpoint_answers_under_both_prefixes(
    start: Start, name: str, prefix: str
) -> None:
    spotzee, headers = await seeded(start)
    method, path, body, status = ENDPOINTS[name]
    base = f"http://127.0.0.1:{spotzee.sandbox.port}/{prefix}"
    answer = await spotzee.ask(method, path, body, headers=headers, base=base)
    assert answer.status == status
    assert answer.headers["Spotzee-Version"] == "2026-04-28"
    assert REQUEST_ID.fullmatch(answer.headers["X-Request-Id"])
    assert spotzee.sandbox.requests.count(name, platform="spotzee") == 1


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("key", [None, "", "sk_nobody's", REVOKED_KEY, ORGANISATION_KEY])
async def test_every_endpoint_wants_a_key_of_the_project(
    start: Start, name: str, key: str | None
) -> None:
    spotzee, headers = await seeded(start)
    method, path, body, _ = ENDPOINTS[name]
    answer = await spotzee.ask(method, path, body, key=key, headers=headers)
    assert code(answer) == (401, "authentication_required")


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_a_low_role_reads_and_does_not_write(start: Start, name: str) -> None:
    spotzee, headers = await seeded(start)
    method, path, body, status = ENDPOINTS[name]
    answer = await spotzee.ask(method, path, body, key=SUPPORT_KEY, headers=headers)
    if ACCESS[name] in {Access.WRITE, Access.TRACK}:
        assert code(answer) == (403, "permission_denied")
    else:
        assert answer.status == status


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_a_publishable_key_tracks_and_reads_its_own_user(start: Start, name: str) -> None:
    spotzee, headers = await seeded(start)
    method, path, body, status = ENDPOINTS[name]
    answer = await spotzee.ask(method, path, body, key=PUBLISHABLE_KEY, headers=headers)
    if ACCESS[name] in {Access.TRACK, Access.SELF}:
        assert answer.status == status
    else:
        assert code(answer) == (403, "permission_denied")


@pytest.mark.parametrize("role", Role)
async def test_editors_and_higher_roles_write(start: Start, role: Role) -> None:
    spotzee = await start_spotzee(start)
    spotzee.project.accounts.add_key(spotzee.project, "sk_role", role=role)
    answer = await spotzee.upsert(JOE, key="sk_role")
    writes = role in {Role.EDITOR, Role.PUBLISHER, Role.ADMIN}
    assert answer.status == (200 if writes else 403)


async def test_a_revoked_key_is_dead_at_once(start: Start) -> None:
    spotzee = await start_spotzee(start)
    assert (await spotzee.ask("GET", "users")).status == 200
    spotzee.project.accounts.revoke(SPOTZEE_KEY)
    assert code(await spotzee.ask("GET", "users")) == (401, "authentication_required")


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {SPOTZEE_KEY}", 200),
        (f"bearer {SPOTZEE_KEY}", 200),
        (f"Token {SPOTZEE_KEY}", 401),
        (SPOTZEE_KEY, 401),
        (f"Bearer {SPOTZEE_KEY.upper()}", 401),
    ],
)
async def test_a_key_is_a_bearers(start: Start, header: str, status: int) -> None:
    spotzee = await start_spotzee(start)
    headers = {"Authorization": header}
    answer = await spotzee.ask("GET", "users", key=None, headers=headers)
    assert answer.status == status
    answer = await spotzee.ask("GET", f"users?api_key={SPOTZEE_KEY}", key=None)
    assert answer.status == 401


# Paths without an endpoint.


@pytest.mark.parametrize(
    "method_and_path",
    [
        *("GET ", "GET contacts", "PUT users/joe", "PATCH users/joe", "POST users"),
        *("GET users/joe/lists", "DELETE subscriptions/1", "GET users/joe/subscriptions/1"),
    ],
)
async def test_an_unknown_path_or_method_is_missing(start: Start, method_and_path: str) -> None:
    spotzee = await start_spotzee(start)
    answer = await spotzee.ask(*method_and_path.split(" "))
    assert code(answer) == (404, "resource_missing")
    assert REQUEST_ID.fullmatch(answer.headers["X-Request-Id"])


async def test_a_path_that_is_not_utf_8_has_the_wrong_format(start: Start) -> None:
    spotzee = await start_spotzee(start)
    assert code(await spotzee.ask("GET", "users/%ff")) == (400, "parameter_invalid_format")


async def test_an_unknown_path_may_be_a_page_of_the_edge(start: Start) -> None:
    spotzee = await start_spotzee(start, html_for_unknown_paths=True)
    answer = await spotzee.ask("GET", "contacts")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!DOCTYPE html>")


# Every code.

_UNPLAYED = {
    "webhook_signature_invalid": "only what Spotzee receives from others is signed",
    "provider_error": "nothing that is played goes through a provider",
}
ONE_REQUEST = (RateRule(requests=1, per_s=3600, block_s=3600),)

# How each code comes about: options, and the request that meets it after a GET of users.
CODES: dict[str, tuple[dict[str, Any], str, str, Any, dict[str, str]]] = {
    "resource_missing": ({}, "GET", "users/nobody", None, {}),
    "resource_already_exists": ({}, "POST", "lists", {"name": "A", "type": "static"}, {}),
    "state_conflict": ({}, "PATCH", "lists/2", {"name": "B"}, {}),
    "archived_user_conflict": ({}, "PATCH", "users/old/subscriptions", [TOGGLE], {}),
    "parameter_missing": ({}, "DELETE", "users", None, {}),
    "parameter_invalid_empty": ({}, "GET", "users?cursor=", None, {}),
    "parameter_invalid_format": ({}, "GET", "users?limit=101", None, {}),
    "parameter_unknown": ({}, "GET", "users?offset=1", None, {}),
    "validation_failed": ({}, "POST", "users/batch", [], {}),
    "authentication_required": ({}, "GET", "users", None, {"Authorization": "Bearer x"}),
    "permission_denied": (
        {},
        "POST",
        "users/batch",
        [JOE],
        {"Authorization": f"Bearer {SUPPORT_KEY}"},
    ),
    "idempotency_key_invalid": (
        {"idempotency": True},
        "POST",
        "events",
        [EVENT],
        {"Idempotency-Key": "k" * 256},
    ),
    "rate_limited": ({"rates": ONE_REQUEST}, "GET", "users", None, {}),
    "version_unsupported": (
        {"versions": Versions.STRICT},
        "GET",
        "users",
        None,
        {"Spotzee-Version": "2026-05-01"},
    ),
    "version_required": ({"versions": Versions.REQUIRED}, "GET", "users", None, {}),
    "quota_exceeded": ({"out_of_credits": True}, "POST", "events", [EVENT], {}),
    "service_unavailable": ({}, "PATCH", "users/busy/subscriptions", [TOGGLE], {}),
    "internal_error": ({}, "PATCH", "users/broken/subscriptions", [TOGGLE], {}),
}
# What a test of its own meets: it takes two requests, or is an item's and never an answer's.
_ELSEWHERE = {"idempotency_key_mismatch", "idempotency_in_progress", "user_capacity_exhausted"}
_OLD = {
    "not_found": "resource_missing",
    "forbidden": "permission_denied",
    "duplicate": "resource_already_exists",
}


def test_every_published_code_is_met_or_said_to_be_out_of_reach() -> None:
    published = {row.code for row in CATALOGUE.codes}
    assert published == {*CODES, *_ELSEWHERE, *_OLD, *_UNPLAYED}


async def meet(start: Start, name: str, **options: Any) -> Answer:
    """Return the answer with a code, in a project where everything needed for it exists."""
    more, method, path, body, headers = CODES[name]
    spotzee, _ = await seeded(start, **{**more, **options})
    project = spotzee.project
    project.contacts.add_many({"external_id": n} for n in ("old", "busy", "broken"))
    project.contacts.archive("old")
    project.contacts.refuse("busy", "service_unavailable")
    project.contacts.refuse("broken", "internal_error")
    project.lists.remove(project.lists.existing(project.lists.add("Old")))
    await spotzee.ask("GET", "users")
    return await spotzee.ask(method, path, body, headers=headers)


@pytest.mark.parametrize("name", CODES)
async def test_every_code_comes_in_its_published_form(start: Start, name: str) -> None:
    answer = await meet(start, name, edge_request_ids=True)
    (row,) = (row for row in CATALOGUE.codes if row.code == name)
    assert code(answer) == (row.statuses[0], name)
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json
    assert (body["status"], body["error"]) == ("error", body["message"])
    assert (body["title"], body["request_id"]) == (row.name, answer.headers["X-Request-Id"])
    assert body["type"].endswith(f"#{name}")
    assert set(body) <= {
        *("status", "code", "title", "message", "error", "type", "request_id", "param", "errors")
    }
    for error in body.get("errors", []):
        assert error.keys() == {"param", "code", "message"}


@pytest.mark.parametrize("name", CODES)
async def test_every_code_comes_in_the_shape_of_the_old_page(start: Start, name: str) -> None:
    answer = await meet(start, name, error_shape=ErrorShape.PAGE)
    today = {new: old for old, new in _OLD.items()}
    expected = today.get(name, "validation_failed" if name.startswith("parameter_") else name)
    assert answer.json.keys() == {"error"}
    assert answer.json["error"].keys() == {"code", "message", "details"}
    assert answer.json["error"]["code"] == expected
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    (row,) = (row for row in CATALOGUE.codes if row.code == expected)
    assert answer.status == (400 if expected == "validation_failed" else row.statuses[0])


@pytest.mark.parametrize("name", CODES)
async def test_every_code_may_come_with_the_required_fields_only(start: Start, name: str) -> None:
    answer = await meet(start, name, error_shape=ErrorShape.MINIMAL)
    assert answer.json.keys() == {"status", "code", "message", "error"}
    assert answer.json["code"] == name
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("name", CODES)
async def test_every_code_may_be_a_number_or_missing(start: Start, name: str) -> None:
    (row,) = (row for row in CATALOGUE.codes if row.code == name)
    numeric = await meet(start, name, error_shape=ErrorShape.NUMERIC)
    assert (numeric.status, numeric.json["code"]) == (row.statuses[0], 9000)
    text = await meet(start, name, error_shape=ErrorShape.TEXT)
    assert (text.status, text.json.keys()) == (row.statuses[0], {"error"})
    assert isinstance(text.json["error"], str)


async def test_the_old_page_puts_fields_into_details(start: Start) -> None:
    spotzee, _ = await seeded(start, error_shape=ErrorShape.PAGE)
    answer = await spotzee.ask("POST", "lists", {"type": "static"})
    assert (answer.status, answer.json["error"]["details"]) == (400, {"name": "name is required."})
    answer = await spotzee.ask("GET", "users?limit=0")
    assert answer.json["error"]["details"].keys() == {"limit"}
    answer = await spotzee.upsert({"external_id": ""})
    assert spotzee.item_codes(answer) == ["validation_failed"]


async def test_a_body_that_does_not_fit_may_be_a_matter_of_parameters(start: Start) -> None:
    spotzee, _ = await seeded(start, body_faults_are_parameters=True)
    for body, expected in (
        ({"type": "static"}, "parameter_missing"),
        ({"type": "static", "name": 7}, "parameter_invalid_format"),
    ):
        answer = await spotzee.ask("POST", "lists", body)
        assert (code(answer), answer.json["param"]) == ((400, expected), "name")
        assert "errors" not in answer.json
    assert spotzee.item_codes(await spotzee.upsert({})) == ["parameter_missing"]


# Versions.


@pytest.mark.parametrize(
    ("versions", "sent", "expected"),
    [
        (Versions.LAX, "nonsense", None),
        (Versions.LAX, None, None),
        (Versions.STRICT, None, None),
        (Versions.STRICT, "2026-04-28", None),
        (Versions.STRICT, "28.4.2026", "parameter_invalid_format"),
        (Versions.STRICT, "", "parameter_invalid_format"),
        (Versions.STRICT, "2027-01-01", "version_unsupported"),
        (Versions.REQUIRED, "2026-04-28", None),
        (Versions.REQUIRED, None, "version_required"),
    ],
)
async def test_a_version_is_checked_as_strictly_as_the_option_says(
    start: Start, versions: Versions, sent: str | None, expected: str | None
) -> None:
    spotzee = await start_spotzee(start, versions=versions)
    headers = {} if sent is None else {"Spotzee-Version": sent}
    answer = await spotzee.ask("GET", "users", headers=headers)
    assert answer.headers["Spotzee-Version"] == "2026-04-28"
    if expected is None:
        assert answer.status == 200
    else:
        assert code(answer) == (400, expected)


async def test_no_two_answers_share_a_request_id(start: Start) -> None:
    spotzee = await start_spotzee(start)
    paths = ["users", "users/nobody", "nowhere", "users"]
    answers = [await spotzee.ask("GET", path) for path in paths]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 4
