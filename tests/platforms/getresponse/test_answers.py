"""GetResponse's answers become models and errors, whatever of the documented forms they have."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import errors
from sentori_async.platforms.getresponse import answers, calls, operations, thing_calls
from sentori_async.platforms.getresponse.catalogue import CATALOGUE
from sentori_async.platforms.getresponse.names import CODEC
from sentori_async.platforms.getresponse.things import GetResponseCampaign
from sentori_async.unset import UNSET
from sentori_async.wire.message import Response
from sentori_async.wire.results import Accepted

UUID = "77dabfd1-0000-4000-8000-000000000000"


def answer(status: int, code: Any = None, /, *, headers: Any = None, **fields: Any) -> Response:
    document = {"httpStatus": status, "code": code, "message": "text", "uuid": UUID, **fields}
    return Response(status, headers or {}, orjson.dumps(document))


def refused(response: Response) -> errors.ApiError:
    return answers.refuse(operations.ADD_CONTACT, response)


@pytest.mark.parametrize(
    ("row", "status"),
    [(row, status) for row in CATALOGUE.codes for status in row.statuses],
    ids=[f"{row.code}-{status}" for row in CATALOGUE.codes for status in row.statuses],
)
@pytest.mark.parametrize("form", [int, str, float])
def test_every_published_code_becomes_its_class(row: Any, status: int, form: Any) -> None:
    error = refused(answer(status, form(row.code)))

    assert type(error) is row.error_for(status, "contacts.add")
    assert (error.code, error.status, error.request_id) == (row.code, status, UUID)
    assert error.remedy
    assert error.message == "text"


@pytest.mark.parametrize(
    ("code", "status", "cls"),
    [
        (1777, 400, errors.ValidationFailed),
        (1777, 409, errors.StateConflict),
        (100777, 404, errors.NotFound),
        (5, 403, errors.PermissionDenied),
        ("none", 404, errors.NotFound),
        (None, 500, errors.ServerError),
        (True, 401, errors.AuthenticationError),
    ],
)
def test_an_unknown_code_falls_back_to_its_family_and_status(
    code: Any, status: int, cls: type[errors.ApiError]
) -> None:
    assert type(refused(answer(status, code))) is cls


ITEM = {"validationType": "body", "originalValue": "x", "errorDescription": "is wrong"}


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({**ITEM, "fieldName": "name"}, [("name", "is wrong")]),
        ([{**ITEM, "fieldName": ["a", "b", 0]}], [("a.b.0", "is wrong")]),
        ([{**ITEM, "fieldName": ""}], [("", "is wrong")]),
        (
            [{**ITEM, "fieldName": None}, {**ITEM, "fieldName": "b"}],
            [("", "is wrong"), ("b", "is wrong")],
        ),
        ([ITEM], [("", "is wrong")]),
        ([], []),
        (None, []),
        ("text", []),
        (["text", {"regex": "/x/"}], []),
        ({"value": "taken"}, []),
        ({"errorDescription": 5, "fieldName": "a"}, []),
    ],
)
def test_a_context_of_any_form_becomes_field_errors(context: Any, found: Any) -> None:
    error = refused(answer(400, 1000, context=context, codeDescription="General"))

    assert error.field_errors == found
    assert error.details == {"context": context, "codeDescription": "General"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["fieldName", "errorDescription", "sentToken", "timeToReset", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(context=JSON, code=JSON, status=st.sampled_from([400, 401, 429, 500]))
def test_no_context_and_no_code_fails_to_decode(context: Any, code: Any, status: int) -> None:
    error = refused(answer(status, code, context=context))

    assert error.status == status
    assert all(isinstance(part, str) for pair in error.field_errors for part in pair)
    assert "sentToken" not in str(error.details).replace("'sentToken': '***'", "")


@pytest.mark.parametrize(
    "wrap",
    [lambda item: item, lambda item: [item], lambda item: {"a": [item]}],
    ids=["object", "list", "deep"],
)
def test_a_token_that_is_echoed_is_removed(wrap: Any) -> None:
    """An expired access token comes back in the answer, which has no uuid."""
    body = {"code": 1014, "message": "expired", "context": wrap({"sentToken": "secret-token"})}
    error = refused(Response(401, {"X-Request-Id": "r1"}, orjson.dumps(body)))

    assert type(error) is errors.AuthenticationError
    assert "secret-token" not in repr(error.__dict__)
    assert "sentToken" in repr(error.details)
    assert error.request_id == "r1"


@pytest.mark.parametrize(
    ("status", "headers", "context", "wait"),
    [
        (429, {"Retry-After": "1", "X-RateLimit-Reset": "432 seconds"}, {}, 1.0),
        (429, {"X-RateLimit-Reset": "432 seconds"}, {"timeToReset": "9 seconds"}, 432.0),
        (429, {"X-RateLimit-Reset": "7"}, {}, 7.0),
        (429, {}, {"currentLimit": 30000, "timeToReset": "100 seconds"}, 100.0),
        (429, {}, [{"timeToReset": 100}], 100.0),
        (429, {"X-RateLimit-Reset": "soon"}, {"timeToReset": "later"}, None),
        (429, {}, [], None),
        (400, {"X-RateLimit-Reset": "432 seconds"}, {}, None),
        (503, {"Retry-After": "5"}, {}, 5.0),
    ],
)
def test_the_wait_that_is_asked_for(
    status: int, headers: dict[str, str], context: Any, wait: float | None
) -> None:
    assert refused(answer(status, 1015, headers=headers, context=context)).retry_after_s == wait


@pytest.mark.parametrize("body", [b"", b"<html>oops</html>", b"[]", b"null", b"\xff", b'{"code":'])
@pytest.mark.parametrize("status", [301, 400, 403, 502])
def test_an_answer_of_something_else_never_fails_to_decode(body: bytes, status: int) -> None:
    error = refused(Response(status, {"Content-Type": "text/html"}, body))

    assert error.status == status
    assert error.code is None
    assert error.applied is (None if status == 502 else False)


def test_a_refused_read_was_no_write() -> None:
    error = answers.refuse(operations.GET_CONTACT, answer(500, 1))
    assert error.applied is False


def test_an_empty_202_is_accepted_and_a_web_page_is_not() -> None:
    call = calls.add_contact("joe@example.com", None, "C")

    assert call.decode(Response(202, {}, b"")) == Accepted()
    assert call.decode(Response(202, {"X-Request-ID": "r1"}, b"{}")) == Accepted("r1")
    with pytest.raises(errors.DecodeError) as caught:
        call.decode(Response(200, {"Content-Type": "text/html"}, b"<html>"))
    assert caught.value.applied is None


@pytest.mark.parametrize(("code", "fine"), [(1008, True), (1002, False), (1000, False)])
def test_subscribing_who_is_there_already_is_fine(code: int, fine: bool) -> None:
    call = calls.subscribe("joe@example.com", "C")
    if fine:
        assert type(call.decode(answer(409, code))) is Accepted
        return
    with pytest.raises(errors.ApiError):
        call.decode(answer(400, code))


@pytest.mark.parametrize(("status", "waits"), [(409, 3.0), (400, None)])
def test_an_import_beside_another_is_worth_a_repeat(status: int, waits: float | None) -> None:
    call = thing_calls.patient(thing_calls.create_import("C", ["email"], [["a@b.c"]]), 3.0)
    with pytest.raises(errors.ApiError) as caught:
        call.decode(answer(status, None))

    assert (caught.value.retryable, caught.value.retry_after_s) == (waits is not None, waits)


def test_a_contact_is_read_with_what_is_not_known_of_it() -> None:
    call = calls.update_contact("pV3r", {"name": "Joe"})
    body = {
        "contactId": "pV3r",
        "name": None,
        "createdOn": "2017-03-02T07:30:49+0000",
        "changedOn": "2017-12-19T13:11:48+00:00",
        "dayOfCycle": "42",
        "scoring": 8,
        "engagementScore": 3,
        "geolocation": {"city": None, "countryCode": "PL"},
        "customFieldValues": [
            {"customFieldId": "kL", "value": ["a"], "values": ["a"], "name": "k", "type": "x"}
        ],
        "newField": {"deep": 1},
    }
    contact = call.decode(Response(200, {}, orjson.dumps(body)))

    assert contact.created_on
    assert contact.created_on.isoformat() == "2017-03-02T07:30:49+00:00"
    assert (contact.name, contact.note, contact.tags) == (None, UNSET, UNSET)
    assert (contact.day_of_cycle, contact.scoring, contact.engagement_score) == (42, 8.0, 3)
    assert contact.geolocation
    assert (contact.geolocation.city, contact.geolocation.region) == (None, UNSET)
    assert contact.custom_fields == {"kL": ["a"]}
    assert contact.extra == {"newField": {"deep": 1}}
    for shown in (contact.geolocation, *(contact.custom_field_values or ())):
        assert "PL" not in repr(shown)
        assert "'a'" not in repr(shown)


@pytest.mark.parametrize("flag", ["true", True, "false", False])
def test_yes_and_no_come_as_texts(flag: object) -> None:
    body = orjson.dumps({"campaignId": "C", "isDefault": flag, "optinTypes": {"import": "single"}})
    campaign = thing_calls.CAMPAIGNS.get("C").decode(Response(200, {}, body))

    assert campaign.is_default is (flag in {"true", True})
    assert campaign.optin_types
    assert campaign.optin_types.import_ == "single"


@pytest.mark.parametrize("flag", ["yes", 1, []])
def test_what_is_neither_yes_nor_no_names_its_path(flag: object) -> None:
    body = orjson.dumps({"campaignId": "C", "isDefault": flag})
    with pytest.raises(errors.DecodeError, match=r"\$\.isDefault"):
        thing_calls.CAMPAIGNS.get("C").decode(Response(200, {}, body))


def test_nothing_shows_whose_it_is() -> None:
    from sentori_async.platforms.getresponse import models, things

    who = "joe@example.com"
    for thing in (
        models.GetResponseFoundContact(contact_id="a", email=who),
        things.GetResponseAccount(account_id="a", email=who),
        things.GetResponseSuppression(masks=[who]),
        things.GetResponseSearch(section=[{"value": who}]),
    ):
        assert who not in repr(thing)


@pytest.mark.parametrize(("told", "means"), [('"true"', True), ('"false"', False), ("true", True)])
def test_yes_is_a_text_on_most_pages_and_may_be_a_bool(told: str, means: bool) -> None:
    campaign = CODEC.decoder(GetResponseCampaign)(f'{{"isDefault": {told}}}'.encode())

    assert campaign.is_default is means
