"""Both generations of Spotzee's errors say the same, and answers become typed results."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from sentori_async.errors import (
    AlreadyExists,
    ApiError,
    DecodeError,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    ServiceUnavailable,
    ValidationFailed,
)
from sentori_async.platforms.spotzee import answers, calls, listings, operations
from sentori_async.platforms.spotzee.models import (
    SpotzeeEvent,
    SpotzeeEventBatch,
    SpotzeeItemError,
    SpotzeeListType,
    SpotzeeSession,
    SpotzeeUser,
    SpotzeeUserPatch,
)
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeChannel,
    SpotzeeSubscriptionChange,
    SpotzeeSubscriptionState,
)
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call, Response
from sentori_async.wire.results import Accepted

GET = calls.get_contact("u-1")
UPSERT = calls.add_or_update_contact("u-1", {"email": "joe@example.com"})
MANY = calls.add_or_update_many([{"external_id": "u-1"}, {"external_id": "u-2"}])
EVENTS = calls.create_events([{"external_id": "u-1", "name": "seen"}])
USER = {"id": 7, "project_id": "1", "external_id": "u-1", "created_at": "2026-09-01T10:00:00.000Z"}


def answer(status: int, document: Any, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = document if isinstance(document, bytes) else orjson.dumps(document)
    return Response(status, named, content)


def refusal(status: int, document: Any, call: Call[Any] = GET, **headers: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call.decode(answer(status, document, **headers))
    return caught.value


# --------------------------------------------------------------------------------------- errors

FLAT = {
    "status": "error",
    "code": "validation_failed",
    "title": "Validation failed",
    "message": "It does not fit.",
    "error": "It does not fit.",
    "type": "https://spotzee.com/docs/main-api/errors#validation_failed",
    "request_id": "req_body",
    "errors": [
        {"param": "0.email", "code": "parameter_invalid_format", "message": "no address"},
        {"param": "0.phone", "code": "parameter_invalid_format"},
        "odd",
    ],
}


def test_the_flat_envelope_is_read_whole() -> None:
    error = refusal(422, FLAT, X_Request_Id="req_header")

    assert type(error) is ValidationFailed
    assert (error.platform, error.operation, error.status) == ("spotzee", "contacts.get", 422)
    assert (error.code, error.message) == ("validation_failed", "It does not fit.")
    assert error.request_id == "req_header"
    assert error.field_errors == [
        ("0.email", "no address"),
        ("0.phone", "parameter_invalid_format"),
        ("", "odd"),
    ]
    assert set(error.details) == {"title", "type", "request_id", "errors"}


def test_the_request_id_of_the_body_serves_where_the_header_is_missing() -> None:
    assert refusal(422, FLAT).request_id == "req_body"
    assert refusal(422, {**FLAT, "request_id": 5}).request_id is None


@pytest.mark.parametrize(
    ("document", "code", "message", "fields"),
    [
        # Since 2026-04-30, with the required fields only, and with one parameter.
        (
            {"status": "error", "code": "parameter_missing", "message": "No.", "error": "No."},
            "parameter_missing",
            "No.",
            [],
        ),
        (
            {"code": "parameter_unknown", "message": "What?", "param": "sort"},
            "parameter_unknown",
            "What?",
            [("sort", "What?")],
        ),
        # The page of 2026-04-28, whose details may be anything.
        (
            {"error": {"code": "validation_failed", "message": "No.", "details": {"email": "odd"}}},
            "validation_failed",
            "No.",
            [("email", "odd")],
        ),
        (
            {
                "error": {
                    "code": "validation_failed",
                    "message": "No.",
                    "details": {"email": ["odd", {"message": "long"}], "phone": {"min": 3}},
                }
            },
            "validation_failed",
            "No.",
            [("email", "odd"), ("email", "long"), ("phone", "{'min': 3}")],
        ),
        (
            {"error": {"code": "x", "message": "No.", "details": [{"field": "a", "message": "b"}]}},
            "x",
            "No.",
            [("a", "b")],
        ),
        ({"error": {"code": "validation_failed"}}, "validation_failed", "Validation failed", []),
        # Before April 2026, and codes of the old product.
        ({"error": "It does not fit."}, None, "It does not fit.", []),
        ({"status": "error", "code": 9000, "message": "No."}, 9000, "No.", []),
        ({"code": True, "message": ["odd"]}, None, "HTTP 400", []),
        ({}, None, "HTTP 400", []),
        ([], None, "no JSON object in the body", []),
        (b"", None, "the answer has no body", []),
        (b"<html>x</html>", None, "no JSON body (of no known type)", []),
    ],
)
def test_every_generation_of_error_bodies_is_read(
    document: Any, code: object, message: str, fields: list[tuple[str, str]]
) -> None:
    error = refusal(400, document)

    assert type(error) is ValidationFailed
    assert (error.code, error.message, error.field_errors) == (code, message, fields)


@pytest.mark.parametrize(
    ("status", "code", "cls"),
    [
        (404, "resource_missing", NotFound),
        (404, "not_found", NotFound),
        (403, "forbidden", PermissionDenied),
        (409, "duplicate", AlreadyExists),
        (404, "resource_of_tomorrow", NotFound),
        (400, "parameter_of_tomorrow", ValidationFailed),
        (503, "of_tomorrow", ServiceUnavailable),
        (418, "of_tomorrow", ApiError),
        (500, 1007, ServerError),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_codes_become_classes_in_either_envelope(
    *, status: int, code: object, cls: type[ApiError], nested: bool
) -> None:
    said = {"code": code, "message": "No."}
    error = refusal(status, {"error": said} if nested else {"status": "error", **said})

    assert (type(error), error.code) == (cls, code)
    assert error.remedy


def test_a_429_of_the_edge_brings_its_wait_where_it_has_one() -> None:
    error = refusal(429, {"code": "rate_limited", "message": "Slow down."}, Retry_After="10")

    assert type(error) is RateLimited
    assert (error.retry_after_s, error.retryable, error.applied) == (10.0, True, False)
    assert refusal(429, b"<html>").retry_after_s is None


@pytest.mark.parametrize("key", ["sk_live_4b1f6c8e2d9a", "pk_7c3e9a5d1f20", "ok_2d6b8f4c0a19"])
def test_keys_are_redacted_wherever_an_error_echoes_them(key: str) -> None:
    echoed = {
        "code": "authentication_required",
        "message": f"What is {key}?",
        "errors": [{"param": key, "message": f"Bearer {key}"}],
        "x": {key: [key]},
    }
    error = refusal(401, echoed)

    for text in (error.message, str(error.details), str(error.field_errors), str(error)):
        assert key not in text
        assert "***" in text


def test_codes_and_short_words_are_no_keys() -> None:
    assert refusal(400, {"message": "ask_for ok_then"}).message == "ask_for ok_then"


def test_a_read_is_never_applied_and_a_failed_write_perhaps() -> None:
    assert refusal(500, {}).applied is False
    assert refusal(500, {}, UPSERT).applied is None
    assert refusal(422, {}, UPSERT).applied is False


# -------------------------------------------------------------------------------------- results


def test_a_user_is_read_with_what_the_sdk_does_not_know() -> None:
    user = GET.decode(answer(200, {**USER, "email": None, "data": {"vip": True}, "new": 1}))

    assert (user.id, user.project_id, user.external_id) == (7, 1, "u-1")
    assert user.created_at == datetime(2026, 9, 1, 10, tzinfo=UTC)
    assert (user.email, user.phone, user.data) == (None, UNSET, {"vip": True})
    assert user.extra == {"new": 1}


def test_a_user_is_written_back_without_what_only_reads() -> None:
    user = SpotzeeUser(7, 1, "u-1", UNSET, "a@b.com", None, data={"x": 1}, extra={"new": 1})

    assert user.patch() == SpotzeeUserPatch(
        external_id="u-1", email="a@b.com", phone=None, data={"x": 1}
    )


def test_an_upsert_does_not_say_which_it_was() -> None:
    result = UPSERT.decode(answer(200, {"results": [{"index": 0, "user": USER}]}))

    assert result.contact.id == 7
    assert result.created is None


def test_what_was_said_of_the_one_item_is_raised() -> None:
    said = {"code": "resource_already_exists", "message": "Taken.", "hint": "sk_live_12345678"}
    document = {"results": [{"index": 0, "error": said}], "succeeded": 0, "failed": 1}
    error = refusal(200, document, UPSERT, X_Request_Id="req_1")

    assert type(error) is AlreadyExists
    assert (error.status, error.code, error.request_id) == (200, said["code"], "req_1")
    assert (error.applied, error.details) == (False, {"hint": "***"})


@pytest.mark.parametrize(
    ("code", "cls", "applied", "retryable"),
    [
        ("internal_error", ServerError, None, True),
        ("service_unavailable", ServiceUnavailable, None, True),
        ("validation_failed", ValidationFailed, False, False),
        ("of_tomorrow", ApiError, False, False),
        (None, ApiError, False, False),
    ],
)
def test_an_item_that_failed_may_have_been_carried_out(
    *, code: str | None, cls: type[ApiError], applied: bool | None, retryable: bool
) -> None:
    error = answers.item_error(operations.ADD_OR_UPDATE_MANY, SpotzeeItemError(code))

    assert type(error) is cls
    assert (error.applied, error.retryable, error.status) == (applied, retryable, 200)


def test_an_item_says_which_field_is_wrong_as_any_answer_does() -> None:
    """That items have the errors of whole answers is inferred from their codes being the same."""
    fault = {"param": "email", "message": "must be an address"}
    item = SpotzeeItemError("validation_failed", "odd", {"errors": [fault]})
    named = SpotzeeItemError("parameter_missing", "missing", {"param": "email"})

    first, second = (
        answers.item_error(operations.ADD_OR_UPDATE_MANY, error) for error in (item, named)
    )

    assert first.field_errors == [("email", "must be an address")]
    assert second.field_errors == [("email", "missing")]


def test_a_batch_tells_of_each_item() -> None:
    said = {"code": "validation_failed", "message": "joe@example.com is odd"}
    results = [{"index": 0, "user": USER}, {"index": 1, "external_id": "u-2", "error": said}]
    batch = MANY.decode(answer(200, {"results": results, "succeeded": 1, "failed": 1}))

    assert (batch.succeeded, batch.failed) == (1, 1)
    assert isinstance(batch.results[0].user, SpotzeeUser)
    assert batch.results[0].error is UNSET
    assert isinstance(batch.results[1].error, SpotzeeItemError)
    assert batch.results[1].error.code == "validation_failed"


UNREADABLE = [
    b"",
    b"{",
    b"{}",
    b'{"results": 5}',
    b'{"results": [{"index": "x"}]}',
]


@pytest.mark.parametrize("content", UNREADABLE)
@pytest.mark.parametrize(
    "call",
    [
        UPSERT,
        MANY,
        calls.batch_subscriptions([{"external_id": "u-1", "subscription_id": 1, "state": 1}]),
    ],
)
def test_a_batch_that_cannot_be_read_is_not_known_to_be_done(
    call: Call[Any], content: bytes
) -> None:
    """Its 200 says nothing of the items: each may have been refused."""
    with pytest.raises(DecodeError) as caught:
        call.decode(answer(200, content))

    assert caught.value.applied is None
    assert caught.value.retryable
    assert "u-1" not in str(caught.value)


@pytest.mark.parametrize(
    "results", [[], [{"index": 0, "user": USER}] * 2, [{"index": 0}], [{"index": 0, "user": None}]]
)
def test_an_upsert_of_one_takes_one_result(results: list[Any]) -> None:
    with pytest.raises(DecodeError) as caught:
        UPSERT.decode(answer(200, {"results": results}))

    assert caught.value.applied is None


PAGE = Response(200, {"Content-Type": "text/html"}, b"<html>hello</html>")


@pytest.mark.parametrize(
    "call", [calls.delete_contact("u-1"), UPSERT, EVENTS, calls.delete_list(4)]
)
def test_a_web_page_is_no_success(call: Call[Any]) -> None:
    with pytest.raises(DecodeError, match="web page") as caught:
        call.decode(PAGE)

    assert caught.value.applied is None


@pytest.mark.parametrize(
    "call",
    [
        calls.delete_contact("u"),
        calls.delete_many(["u"]),
        calls.queue_contacts([{"external_id": "u"}]),
    ],
)
def test_what_is_only_queued_is_accepted(call: Call[Any]) -> None:
    assert call.decode(answer(204, b"", X_Request_Id="req_1")) == Accepted("req_1")
    assert call.decode(answer(200, b"true")) == Accepted(None)


def test_events_may_be_taken_in_silence_or_told_one_by_one() -> None:
    assert EVENTS.decode(answer(204, b"")) == SpotzeeEventBatch()
    told = {"results": [{"index": 0, "error": {"code": "x"}}], "succeeded": 0, "failed": 1}
    batch = EVENTS.decode(answer(200, told))
    assert isinstance(batch.results, list)
    assert batch.results[0].error == SpotzeeItemError("x")


def test_a_list_that_was_deleted_says_true_or_nothing() -> None:
    assert calls.delete_list(4).decode(answer(200, b"true")) is None
    assert calls.delete_list(4).decode(answer(204, b"")) is None


def test_values_the_sdk_does_not_know_are_kept() -> None:
    known = calls.get_subscription(4).decode(answer(200, {"id": "4", "channel": "in_app"}))
    newer = calls.get_subscription(4).decode(answer(200, {"id": 4, "channel": "pigeon"}))
    assert (known.channel, newer.channel) == (SpotzeeChannel.IN_APP, "pigeon")

    found = calls.get_list(4).decode(answer(200, {"type": "dynamic", "state": "melting"}))
    assert (found.type, found.state) == (SpotzeeListType.DYNAMIC, "melting")

    states = listings.contact_subscriptions("u").decode(
        answer(200, {"results": [{"subscription_id": 4, "state": 2}, {"state": 3}]})
    )
    assert [row.state for row in states.items] == [SpotzeeSubscriptionState.OPTED_IN, 3]


# ---------------------------------------------------------------------------------------- reprs


@pytest.mark.parametrize(
    "shown",
    [
        SpotzeeUser(7, external_id="joe@example.com", email="joe@example.com"),
        SpotzeeUserPatch(external_id="joe@example.com", extra={"x": "joe@example.com"}),
        SpotzeeSession("joe@example.com"),
        SpotzeeItemError("x", "joe@example.com is odd"),
        SpotzeeSubscriptionChange(external_id="joe@example.com", subscription_id=4, state=1),
        MANY.decode(
            answer(200, {"results": [{"index": 0, "external_id": "joe@example.com", "user": USER}]})
        ),
        EVENTS.decode(answer(200, {"results": [{"index": 0, "external_id": "joe@example.com"}]})),
        calls.batch_subscriptions([{"external_id": "u", "subscription_id": 4, "state": 1}]).decode(
            answer(200, {"results": [{"index": 0, "external_id": "joe@example.com"}]})
        ),
        calls.get_list(4).decode(answer(200, {"id": 4, "rule": {"value": "joe@example.com"}})),
        SpotzeeEvent(name="seen", external_id="joe@example.com", data={"x": "joe"}),
        UPSERT.request,
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_no_repr_shows_an_identity_or_a_token(shown: object) -> None:
    assert "joe" not in repr(shown)
    assert type(shown).__name__ in repr(shown)
