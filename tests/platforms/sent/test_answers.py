"""Sent's envelope is unwrapped, and every form of its errors becomes the right one."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from sentori_async import errors
from sentori_async.platforms.sent import answers, calls, messaging_calls, operations, webhook_calls
from sentori_async.platforms.sent.catalogue import CATALOGUE
from sentori_async.wire.message import Call, Response
from tests.platforms.sent.answering import ID, JOE, enveloped, listed

GET = calls.get_contact(ID)
FIND = calls.get_contact(JOE)
ADD = calls.add_contact(JOE)
DELETE = calls.delete_contact(ID)


def refused(call: Call[Any], response: Response) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as caught:
        call.decode(response)
    return caught.value


def test_an_error_tells_all_that_the_envelope_says() -> None:
    details = {"phone_number": ["is too short", "is no number"], "page": "is no int", "x": [1]}
    response = enveloped(None, 400, code="VALIDATION_001", message=" Wrong. ", details=details)
    error = refused(ADD, response)

    assert type(error) is errors.ValidationFailed
    assert (error.platform, error.operation, error.status) == ("sent", "contacts.add", 400)
    assert (error.code, error.message, error.request_id) == ("VALIDATION_001", "Wrong.", "req_1")
    assert error.details == details
    assert error.field_errors == [
        ("phone_number", "is too short"),
        ("phone_number", "is no number"),
        ("page", "is no int"),
    ]
    assert error.doc_url == CATALOGUE.doc_url
    assert (error.retryable, error.applied) == (False, False)


def test_the_header_names_the_request_before_the_envelope_does() -> None:
    response = enveloped(None, 404, code="RESOURCE_001", headers={"X-Request-Id": "req_2"})
    assert refused(GET, response).request_id == "req_2"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"<html>",
        b'{"error": null}',
        b'{"error": "no"}',
        b'{"error": {"code": 7, "message": 8, "details": 9}, "meta": {"request_id": 10}}',
        b'{"meta": 1}',
    ],
)
def test_an_error_needs_no_envelope(body: bytes) -> None:
    error = refused(GET, Response(401, {}, body))

    assert type(error) is errors.AuthenticationError
    assert (error.code, error.request_id, error.field_errors) == (None, None, [])
    assert error.message


def test_what_else_an_error_says_is_kept() -> None:
    body = {"error": {"code": "BUSINESS_029", "hint": "x", "details": ["y"], "doc_url": "z"}}
    error = refused(GET, Response(422, {}, orjson.dumps(body)))

    assert type(error) is errors.StateConflict
    assert error.details == {"hint": "x", "details": ["y"]}
    assert refused(GET, Response(418, {}, b'{"title": "t"}')).details == {"title": "t"}


@pytest.mark.parametrize("row", CATALOGUE.codes, ids=lambda row: row.code)
def test_every_published_code_is_read_from_the_envelope(row: Any) -> None:
    for status in row.statuses:
        error = refused(ADD, enveloped(None, status, code=row.code))

        assert type(error) is row.error
        assert error.code == row.code
        assert error.remedy == row.remedy


@pytest.mark.parametrize(
    ("code", "status", "cls"),
    [
        ("BUSINESS_099", 400, errors.StateConflict),
        ("BUSINESS_099", 402, errors.QuotaExceeded),
        ("NEWS_001", 404, errors.NotFound),
        ("NEWS_001", 503, errors.ServiceUnavailable),
    ],
)
def test_an_unknown_code_falls_back_to_its_family_and_then_to_the_status(
    code: str, status: int, cls: type[errors.ApiError]
) -> None:
    assert type(refused(ADD, enveloped(None, status, code=code))) is cls


def test_a_locked_key_tells_how_long() -> None:
    response = enveloped(None, 429, code="BUSINESS_002", headers={"Retry-After": "1800"})
    error = refused(GET, response)

    assert type(error) is errors.RateLimited
    assert error.retry_after_s == 1800.0


# --------------------------------------------------------------------------- 2xx that is no success


@pytest.mark.parametrize("status", [200, 201, 202])
@pytest.mark.parametrize("call", [GET, FIND, ADD, DELETE], ids=["get", "find", "add", "delete"])
def test_a_success_that_says_otherwise_raises_what_its_error_says(
    status: int, call: Call[Any]
) -> None:
    response = enveloped(None, status, code="RESOURCE_007")
    error = refused(call, response)

    assert type(error) is errors.AlreadyExists
    assert (error.status, error.applied) == (status, False)


@pytest.mark.parametrize("data", [{}, {"id": ID}, {"id": 7}, "odd", None])
def test_whatever_data_comes_with_it(data: object) -> None:
    response = Response(200, {}, orjson.dumps({"success": False, "data": data}))
    error = refused(ADD, response)

    assert type(error) is errors.ApiError
    # It says neither why not, nor that it was not.
    assert (error.code, error.applied) == (None, None)
    assert refused(GET, response).applied is False


def test_a_failure_of_the_server_leaves_a_write_in_doubt_under_any_status() -> None:
    assert refused(ADD, enveloped(None, 200, code="INTERNAL_001")).applied is None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "it is empty"),
        (b"[]", r"\$ is an array"),
        (b"{}", r"\$\.data is missing"),
        (b'{"success": true, "data": null}', r"\$\.data is missing"),
        (b'{"data": {"id": 7}}', r"\$\.data\.id is a number"),
        (b'{"success": "false", "data": {}}', r"\$\.success is a string"),
    ],
)
def test_an_answer_that_cannot_be_read_says_where(body: bytes, problem: str) -> None:
    with pytest.raises(errors.DecodeError, match=problem) as caught:
        ADD.decode(Response(201, {}, body))
    assert caught.value.applied is True

    with pytest.raises(errors.DecodeError) as caught:
        GET.decode(Response(200, {}, body))
    assert caught.value.applied is False


@pytest.mark.parametrize("call", [ADD, DELETE], ids=["add", "delete"])
def test_a_page_from_something_in_between_leaves_a_write_in_doubt(call: Call[Any]) -> None:
    page = Response(200, {"Content-Type": "text/html"}, b"<html>")
    with pytest.raises(errors.DecodeError, match="web page") as caught:
        call.decode(page)
    assert caught.value.applied is None


@pytest.mark.parametrize("body", [b"", b"{}", b'{"success": true}', b"odd"])
def test_a_deletion_succeeds_whatever_its_answer_holds(body: bytes) -> None:
    assert DELETE.decode(Response(204, {}, body)) is None


def test_success_need_not_be_said() -> None:
    contact = GET.decode(Response(200, {}, orjson.dumps({"data": {"id": ID}})))
    assert contact.id == ID


# ------------------------------------------------------------------------------------ by number


@pytest.mark.parametrize("name", ["phone_number", "format_e164"])
def test_a_number_finds_the_contact_that_has_it(name: str) -> None:
    found = FIND.decode(listed({"id": "other", name: "+12125550100"}, {"id": ID, name: JOE}))
    assert found.id == ID


@pytest.mark.parametrize(
    "response",
    [
        listed(),
        listed({"id": "other", "phone_number": "+12125550100"}),
        listed({"id": "nobody"}),
        enveloped({"pagination": {}}),
        enveloped(None, 404, code="RESOURCE_001"),
    ],
)
def test_a_number_without_a_contact_is_not_found(response: Response) -> None:
    error = refused(FIND, response)

    assert type(error) is errors.NotFound
    assert (error.code, error.status, error.applied) == ("RESOURCE_001", 404, False)
    assert JOE not in str(error)


# ---------------------------------------------------------------------------------- other answers


@pytest.mark.parametrize(
    ("call", "data", "name", "value"),
    [
        (messaging_calls.me(), {"type": "user"}, "type", "user"),
        (messaging_calls.send_message(JOE, text="x"), {"status": "QUEUED"}, "status", "QUEUED"),
        (messaging_calls.get_message("M"), {"status": "NEWER"}, "status", "NEWER"),
        (messaging_calls.get_template("T"), {"variables": ["a"]}, "variables", ["a"]),
        (calls.message_summary(ID), {"message_count": 3}, "message_count", 3),
        (webhook_calls.get("W"), {"is_active": True}, "is_active", True),
        (webhook_calls.rotate_secret("W"), {"signing_secret": "s"}, "signing_secret", "s"),
        (webhook_calls.test("W", event_type="e"), {"success": False}, "success", False),
    ],
)
def test_an_answer_becomes_its_model(
    call: Call[Any], data: dict[str, Any], name: str, value: object
) -> None:
    found = call.decode(enveloped({**data, "brand_new": 1}))

    assert getattr(found, name) == value
    assert found.extra == {"brand_new": 1}


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (messaging_calls.message_activities("M"), "activities"),
        (webhook_calls.event_types(), "event_types"),
    ],
)
def test_a_list_that_is_not_paged_is_a_list(call: Call[Any], name: str) -> None:
    assert len(call.decode(enveloped({name: [{}, {}]}))) == 2
    assert call.decode(enveloped({"other": 1})) == []


def test_refusals_do_not_depend_on_the_operation() -> None:
    error = answers.refuse(operations.ME, Response(403, {}, b""))
    assert (type(error), error.applied) == (errors.PermissionDenied, False)
