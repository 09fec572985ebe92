"""What Sentori says, well-formed or not, becomes the right structure or the right error."""

import pickle
from typing import Any

import orjson
import pytest

from sentori_async import errors
from sentori_async.errors import ApiError, DecodeError
from sentori_async.platforms.sentori import answers, calls
from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.platforms.sentori.models import ContactField, FieldKind
from sentori_async.wire.message import Call, Response

JOE = "joe@example.com"
GET = calls.get_contact(JOE)
ADD = calls.add_contact(JOE)


def refused(
    body: bytes, status: int = 400, headers: dict[str, str] | None = None, call: Call[Any] = ADD
) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call.decode(Response(status, headers or {}, body, received_at=1e9))
    return caught.value


# The vendor's table: api-errors, revisions of 2015-09-25 and 2015-10-22.
# No code of it is worth repeating without a change.
CODES = [
    (-1, "Bad request", 400, errors.ValidationFailed),
    (1, "API Key not valid", 403, errors.AuthenticationError),
    (2, "Failed to set account", 403, errors.AccountBlocked),
    (3, "Account not found", 403, errors.AccountBlocked),
    (100, "Email Address not valid", 400, errors.ValidationFailed),
    (101, "Contact not found", 404, errors.NotFound),
    (102, "Email Address already in use", 400, errors.AlreadyExists),
    (103, "Contact Fields not valid", 400, errors.ValidationFailed),
    (104, "Email Addresses not valid", 400, errors.ValidationFailed),
    (105, "No Email Address found in Contacts", 400, errors.ValidationFailed),
    (106, "Email Address is Suppressed", 400, errors.ContactSuppressed),
    (107, "Email Address marked as Bad", 400, errors.ContactSuppressed),
    (200, "Mailing List not found", 404, errors.NotFound),
    (300, "Document not found", 404, errors.NotFound),
    (301, "Document is not of expected type", 400, errors.ValidationFailed),
    (400, "Email is not a draft", 400, errors.StateConflict),
    (401, "Email name already in use", 409, errors.AlreadyExists),
    (500, "Audience not found", 404, errors.NotFound),
]


def test_the_catalogue_is_the_vendors_table() -> None:
    rows = [(row.code, row.name, *row.statuses, row.error) for row in CATALOGUE.codes]

    assert rows == CODES


@pytest.mark.parametrize(("code", "name", "status", "cls"), CODES)
@pytest.mark.parametrize(
    "form", [int, str, float, " {} ".format], ids=["int", "text", "float", "padded"]
)
def test_every_published_code_has_its_class_and_remedy(
    code: int, name: str, status: int, cls: type[ApiError], form: Any
) -> None:
    error = refused(orjson.dumps({"Code": form(code), "Message": name}), status)

    assert type(error) is cls
    assert error.platform == "sentori"
    assert error.operation == "contacts.add"
    assert (error.code, error.status, error.message) == (code, status, name)
    assert error.details == {}
    assert error.retryable is False
    assert error.applied is False
    assert error.remedy.endswith(".")
    assert error.doc_url == "https://docs.sentoriapp.com/api-errors"
    assert str(error) == (
        f"sentori contacts.add: {name}. (HTTP {status}, code {code}) {error.remedy}"
    )
    assert repr(pickle.loads(pickle.dumps(error))) == repr(error)


@pytest.mark.parametrize(("code", "name", "status", "cls"), CODES)
def test_the_message_decides_nothing(
    code: int, name: str, status: int, cls: type[ApiError]
) -> None:
    assert type(refused(orjson.dumps({"Code": code, "Message": "API Key not valid"}))) is cls
    assert refused(orjson.dumps({"Code": code}), status).message == name


@pytest.mark.parametrize(
    ("code", "status", "cls", "remedy"),
    [
        (108, 400, errors.ValidationFailed, "contacts.structure()"),
        (201, 404, errors.NotFound, "mailing_lists.all()"),
        (302, 400, errors.ValidationFailed, "document"),
        (402, 409, errors.StateConflict, "emails.drafts()"),
        (501, 404, errors.NotFound, "audiences.all()"),
        (4031, 403, errors.PermissionDenied, "vendor's page"),
    ],
)
def test_an_unknown_code_falls_back_to_its_family_and_status(
    code: int, status: int, cls: type[ApiError], remedy: str
) -> None:
    error = refused(orjson.dumps({"Code": code, "Message": "New"}), status)

    assert type(error) is cls
    assert error.code == code
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("body", "code", "message", "details"),
    [
        (b"{}", None, "HTTP 400", {}),
        (b'{"Message":" No route. "}', None, "No route.", {}),
        (b'{"Message":"","Code":101}', 101, "Contact not found", {}),
        (b'{"Code":null,"Message":null}', None, "HTTP 400", {"Code": None, "Message": None}),
        (b'{"Code":"E42","Message":"x"}', None, "x", {"Code": "E42"}),
        (b'{"Code":"","Message":"x"}', None, "x", {"Code": ""}),
        (b'{"Code":"1_0_1","Message":"x"}', None, "x", {"Code": "1_0_1"}),
        (b'{"Code":"9999999999","Message":"x"}', None, "x", {"Code": "9999999999"}),
        (b'{"Code":true,"Message":"x"}', None, "x", {"Code": True}),
        (b'{"Code":101.5,"Message":"x"}', None, "x", {"Code": 101.5}),
        (
            b'{"Code":{"a":1},"Message":["x"]}',
            None,
            "HTTP 400",
            {"Code": {"a": 1}, "Message": ["x"]},
        ),
        (b'{"Code":101,"Message":"x","Field":"Score"}', 101, "x", {"Field": "Score"}),
        (b'{"error":{"Code":101}}', None, "HTTP 400", {"error": {"Code": 101}}),
        (b'[{"Code":101}]', None, "no JSON object in the body", {"body": [{"Code": 101}]}),
        (b'"Bad"', None, "no JSON object in the body", {"body": "Bad"}),
        (b"", None, "the answer has no body", {}),
        (b"Bad", None, "no JSON body (text/plain)", {"body": "Bad"}),
    ],
)
def test_odd_bodies_fall_back_to_the_status(
    body: bytes, code: int | None, message: str, details: dict[str, Any]
) -> None:
    error = refused(body, headers={"Content-Type": "text/plain"})

    assert (error.code, error.message, error.details) == (code, message, details)
    assert type(error) is (errors.NotFound if code == 101 else errors.ValidationFailed)


def test_a_page_of_html_is_never_a_message() -> None:
    page = b"<html><body>" + b"<p>Server Error in '/' Application.</p>" * 500
    error = refused(page, 503, {"Content-Type": "text/html; charset=utf-8"})

    assert type(error) is errors.ServiceUnavailable
    assert error.message == "no JSON body (text/html)"
    assert len(error.details["body"]) == 1000
    assert "Application" not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("status", "retryable", "applied"),
    [
        (409, True, False),
        (429, True, False),
        (500, True, None),
        (504, True, None),
        (301, False, False),
    ],
)
def test_without_a_code_the_status_says_whether_to_repeat(
    status: int, retryable: bool, applied: bool | None
) -> None:
    error = refused(b"", status)

    assert error.retryable is retryable
    assert error.applied is applied


def test_a_read_that_fails_applied_nothing() -> None:
    assert refused(b"", 500, call=GET).applied is False


def test_headers_say_when_to_come_back_and_how_the_request_is_called() -> None:
    error = refused(b"", 429, {"retry-after": "7 seconds", "x-request-id": "req-1"})

    assert error.retry_after_s == 7.0
    assert error.request_id == "req-1"


def test_an_identity_in_the_vendors_message_is_masked_in_the_text() -> None:
    error = refused(orjson.dumps({"Code": 100, "Message": f"{JOE} is no address"}))

    assert error.message == f"{JOE} is no address"
    assert JOE not in str(error) + repr(error)
    assert "j***@e***.com is no address" in str(error)


# ---------------------------------------------------------------------------------- structure

EXAMPLE = {
    "IsBadEmailAddress": False,
    "CRMID": "string",
    "EmailAddress": "string",
    "Score": 0,
    "Joined": "0001-01-01T00:00:00",
    "Tea": "string",
    "Vip": False,
}


@pytest.mark.parametrize("form", ["single", "list"])
def test_both_forms_of_a_structure_are_read(form: Any) -> None:
    body = orjson.dumps(EXAMPLE if form == "single" else [EXAMPLE])

    structure = calls.contact_structure(form).decode(Response(200, {}, body))

    assert list(structure.fields) == list(EXAMPLE)
    assert structure.fields["CRMID"] == ContactField(
        "CRMID", FieldKind.TEXT, "string", custom=False
    )
    assert [field.kind for field in structure.fields.values()] == [
        FieldKind.YES_NO,
        FieldKind.TEXT,
        FieldKind.TEXT,
        FieldKind.OTHER,
        FieldKind.OTHER,
        FieldKind.TEXT,
        FieldKind.YES_NO,
    ]
    assert structure.fields["Joined"].example == "0001-01-01T00:00:00"
    assert [field.name for field in structure.custom] == ["Score", "Joined", "Tea", "Vip"]
    assert structure.unknown(["Tea", "tea", "EmailAddress", "Hat"]) == ("tea", "Hat")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"[[]]", b'"string"', b"<p>"])
def test_a_structure_without_an_example_cannot_be_read(body: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        calls.contact_structure().decode(Response(200, {}, body))

    assert caught.value.operation == "contacts.structure"
    assert caught.value.applied is False


# ---------------------------------------------------------------------------- what 103 is about

REFUSED = b'{"Code": 103, "Message": "Contact Fields not valid"}'


def explained(call: Call[Any], body: bytes = REFUSED) -> ApiError:
    error = refused(body, call=call)
    answers.explain(call.request, error)
    return error


def test_103_names_the_fields_that_are_not_sentoris_own() -> None:
    fields = {"FirstName": "Secret", "firstname": "Secret", "Shoe": "Secret", "x" * 90: 1}

    error = explained(calls.update_contact("joe@example.com", fields))

    assert "'firstname' (FirstName?), 'Shoe', 'xxx" in error.remedy
    assert "'FirstName'" not in error.remedy
    assert "contacts.structure()" in error.remedy
    assert "Secret" not in str(error)
    assert len(error.remedy) < 300


def test_103_names_at_most_ten_fields() -> None:
    error = explained(calls.add_contact("joe@example.com", {f"Own{n}": n for n in range(12)}))

    assert "'Own9' and 2 more." in error.remedy


def test_103_of_known_names_is_about_a_value() -> None:
    error = explained(calls.add_contact("joe@example.com", {"IsBadEmailAddress": "perhaps"}))

    assert error.remedy.startswith("A value does not fit its field")


def test_103_of_an_import_names_the_fields_of_all_rows() -> None:
    rows = [
        {"EmailAddress": "a@example.com", "Shoe": 1},
        {"EmailAddress": "b@example.com", "Hat": 1},
    ]

    error = explained(calls.import_contacts(rows))

    assert "'Shoe', 'Hat'." in error.remedy


def test_address_that_stands_for_a_fields_name_is_masked() -> None:
    error = explained(calls.add_contact("joe@example.com", {"ann@example.com": "x"}))

    assert "ann@example.com" not in error.remedy


@pytest.mark.parametrize("body", [b'{"Code": 100, "Message": "x"}', b"oops"])
def test_other_refusals_keep_their_remedy(body: bytes) -> None:
    error = explained(calls.add_contact("joe@example.com", {"Shoe": 1}), body)

    assert "Shoe" not in error.remedy
