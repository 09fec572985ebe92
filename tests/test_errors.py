"""Every error says what happened, to what, and what to do, and shows no one's data."""

import copy
import pickle
import time
import traceback
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentori_async import errors
from sentori_async.errors import ApiError, BulkError, DecodeError, SentoriError, kind_of, mask

JOE = "joe.bloggs@example.com"

TREE: dict[type[Exception], set[str]] = {
    Exception: {"SentoriError"},
    errors.SentoriError: {
        "ConfigurationError",
        "InvalidInput",
        "UnsupportedOperation",
        "ApiError",
        "TransportError",
        "BulkError",
    },
    errors.ApiError: {
        "AuthenticationError",
        "PermissionDenied",
        "AccountBlocked",
        "NotFound",
        "AlreadyExists",
        "StateConflict",
        "ValidationFailed",
        "ContactSuppressed",
        "QuotaExceeded",
        "RateLimited",
        "ServerError",
    },
    errors.ServerError: {"ServiceUnavailable"},
    errors.TransportError: {
        "ConnectFailed",
        "CircuitOpen",
        "RequestTimeout",
        "ConnectionLost",
        "DecodeError",
        "ResponseTooLarge",
    },
}
CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, SentoriError)
]


def make(cls: type[SentoriError], message: str = f"no room for {JOE}") -> SentoriError:
    """Build an error of any class with all it can carry."""
    if issubclass(cls, ApiError):
        return cls(
            message,
            platform="sentori",
            operation="contacts.add",
            status=400,
            code=102,
            details={"Field": "x"},
            field_errors=[("Field", "is too long")],
            request_id="req-1",
            retryable=True,
            retry_after_s=2.5,
            remedy="Make room.",
            doc_url="https://docs.example.com/",
            applied=None,
        )
    if issubclass(cls, errors.TransportError):
        return cls(message, operation="contacts.add", applied=True)
    if issubclass(cls, BulkError):
        return cls(message, cause=ValueError("x"), report={"total": 3})
    return cls(message)


def test_the_tree_is_the_documented_one() -> None:
    found: dict[type[Exception], set[str]] = {}
    for cls in CLASSES:
        found.setdefault(cls.__bases__[0], set()).add(cls.__name__)

    assert found == TREE


def test_the_drawing_names_every_error() -> None:
    assert errors.__doc__ is not None
    assert all(cls.__name__ in errors.__doc__ for cls in CLASSES)


@pytest.mark.parametrize("cls", CLASSES)
def test_text_repr_and_traceback_mask_identities_and_the_message_keeps_them(
    cls: type[SentoriError],
) -> None:
    error = make(cls)

    shown = str(error) + repr(error) + "".join(traceback.format_exception(error))
    assert error.message == f"no room for {JOE}"
    assert JOE not in shown
    assert "bloggs" not in shown
    assert "no room for j***@e***.com" in str(error)
    assert repr(error) == f"{cls.__name__}({str(error)!r})"


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("trip", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_an_error_can_be_pickled_with_all_it_carries(cls: type[SentoriError], trip: Any) -> None:
    error = make(cls)

    found = trip(error)

    assert type(found) is cls
    assert str(found) == str(error)
    assert found.args == error.args
    assert {**vars(found), "cause": None} == {**vars(error), "cause": None}


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_tells_what_became_of_the_write(cls: type[SentoriError]) -> None:
    assert make(cls).applied in {False, None, True}
    assert cls.applied is False


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("It is full", "sentori contacts.add: It is full. (HTTP 400, code 102) Make room."),
        ("It is full.", "sentori contacts.add: It is full. (HTTP 400, code 102) Make room."),
        ("Full?", "sentori contacts.add: Full? (HTTP 400, code 102) Make room."),
        ("Full! ", "sentori contacts.add: Full! (HTTP 400, code 102) Make room."),
        ("", "sentori contacts.add: no message. (HTTP 400, code 102) Make room."),
    ],
)
def test_an_api_error_reads_as_sentences(message: str, text: str) -> None:
    assert str(make(errors.NotFound, message)) == text


def test_an_api_error_leaves_out_what_it_does_not_know() -> None:
    error = ApiError("Odd", platform="sent", operation="contacts.get", status=418)

    assert str(error) == "sent contacts.get: Odd. (HTTP 418)"
    assert error.code is None
    assert error.details == {}
    assert error.field_errors == []
    assert error.request_id is None
    assert error.retryable is False
    assert error.retry_after_s is None
    assert error.applied is False


def test_code_zero_is_a_code() -> None:
    error = ApiError("Odd", platform="sent", operation="contacts.get", status=418, code=0)

    assert "code 0" in str(error)


def test_details_are_the_errors_own() -> None:
    details = {"a": 1}
    error = ApiError("x", platform="p", operation="o", status=400, details=details)

    details["a"] = 2

    assert error.details == {"a": 1}


def test_field_errors_are_a_list_of_the_errors_own_and_no_part_of_its_text() -> None:
    found = [("phone_number", f"{JOE} is no number")]
    error = ApiError("x", platform="p", operation="o", status=400, field_errors=found)

    found.clear()

    assert error.field_errors == [("phone_number", f"{JOE} is no number")]
    assert "bloggs" not in str(error) + repr(error)
    assert pickle.loads(pickle.dumps(error)).field_errors == error.field_errors


@pytest.mark.parametrize("cls", [errors.DecodeError, errors.ResponseTooLarge])
def test_an_answer_that_came_is_not_worth_repeating(cls: type[SentoriError]) -> None:
    assert make(cls).retryable is False


@pytest.mark.parametrize(
    "cls",
    [errors.ConnectFailed, errors.CircuitOpen, errors.RequestTimeout, errors.ConnectionLost],
)
def test_an_answer_that_did_not_come_is(cls: type[SentoriError]) -> None:
    assert make(cls).retryable is True


def test_transport_errors_default_to_nothing_sent() -> None:
    assert DecodeError("x").applied is False
    assert DecodeError("x").operation == ""


def test_a_bulk_error_without_report_says_so() -> None:
    assert BulkError("x").cause is None
    assert BulkError("x").report is None


# ---------------------------------------------------------------------------------------- mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("joe@example.com", "j***@e***.com"),
        ("'joe@example.com' is bad", "'j***@e***.com' is bad"),
        ("o'brien@example.com", "o***@e***.com"),
        ('"joe bloggs"@example.com', '"***@e***.com'),
        ("<joe@x.co.uk>, (ann@y.de)", "<j***@x***.uk>, (a***@y***.de)"),
        ("joe@localhost", "j***@l***"),
        ("contact/get/joe%40example.com/", "c***@e***.com/"),
        ("jörg@exämple.de", "j***@e***.de"),
        ("a@.", "a***@.***."),
        ("call +44 20 7946 0000", "call +4***00"),
        ("020-7946-0000", "02***00"),
        ("(HTTP 400, code 102)", "(HTTP 400, code 102)"),
        ("1234567", "1234567"),
        ("cannot connect to 127.0.0.1:8080", "cannot connect to 127.0.0.1:8080"),
        ("since 2026-11-21 10:00", "since 2026-11-21 10:00"),
        ("on 2026-11-21", "on 2026-11-21"),
        ("20261121", "20***21"),
        ("@ and x@@y", "@ and x@@y"),
        ("", ""),
    ],
)
def test_identities_are_masked_and_the_rest_is_left(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.emails(), st.text(), st.text())
@example("joe@example.com", "\n", "/")
def test_no_address_survives(address: str, before: str, after: str) -> None:
    shown = mask(f"{before} {address} {after}")

    # A local part of quotes only is no one's name.
    assert address not in shown or not address.partition("@")[0].strip("'")


@given(st.text())
def test_no_text_breaks_the_masking(text: str) -> None:
    assert isinstance(mask(text), str)


@pytest.mark.parametrize("unit", ["a", "a@", "1 ", "(", '"', "1(", "%40"])
def test_a_long_text_is_masked_in_little_time(unit: str) -> None:
    text = unit * 50_000

    start = time.perf_counter()
    mask(text)

    # Going back over the text would take minutes.
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("value", "kind"), [(1, "an int"), ("", "a str"), ([], "a list"), (OSError(), "an OSError")]
)
def test_kind_of_a_value_has_its_article(value: object, kind: str) -> None:
    assert kind_of(value) == kind


def test_a_job_names_its_row_as_whoever_gave_the_input_counts() -> None:
    error = BulkError("nothing to name")
    error.say_where("line 3")
    assert error.message == "nothing to name"

    error = BulkError("is another one than before", index=1)
    error.say_where("line 3")
    assert str(error) == "line 3 is another one than before"
