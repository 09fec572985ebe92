"""A catalogue knows its codes, and answers for those it does not know."""

import pytest

from sentori_async import errors
from sentori_async.wire.catalogue import Catalogue, ErrorCode, Family, Repeat, error_class_for

CATALOGUE = Catalogue(
    platform="test",
    doc_url="https://docs.example.com/errors",
    codes=(
        ErrorCode(
            code=1,
            name="Busy",
            statuses=(400,),
            error=errors.RateLimited,
            repeat=Repeat.THROTTLED,
            meaning="Too much at once.",
            remedy="Wait.",
        ),
        ErrorCode(
            code="GONE",
            name="Gone",
            statuses=(404,),
            error=errors.NotFound,
            meaning="It is gone.",
            remedy="Let it go.",
        ),
        ErrorCode(
            code="ANY",
            name="Anything",
            statuses=(500, 400),
            error=errors.ServerError,
            repeat=Repeat.TRANSIENT,
            follows_status=True,
            meaning="It may be anything.",
            remedy="Look at the status.",
        ),
        ErrorCode(
            code="BARRED",
            name="Barred",
            statuses=(400,),
            error=errors.StateConflict,
            contacts_error=errors.ContactSuppressed,
            meaning="It is barred.",
            remedy="Leave it.",
        ),
        ErrorCode(
            code="NOT_RUN",
            name="Not run",
            statuses=(503,),
            error=errors.ServiceUnavailable,
            repeat=Repeat.TRANSIENT,
            applied=False,
            meaning="It was not run.",
            remedy="Wait.",
        ),
        ErrorCode(
            code="TWIN",
            name="Twin at work",
            statuses=(409,),
            error=errors.StateConflict,
            applied=None,
            meaning="The same is under way.",
            remedy="Wait.",
        ),
    ),
    families=(
        Family(first=100, last=199, subject="contacts", remedy="Check the contact."),
        Family(
            prefix="RULE_",
            subject="rules",
            error=errors.QuotaExceeded,
            remedy="Check the rules.",
        ),
    ),
    busy_statuses=frozenset({409}),
)

FALLBACKS = [
    *((status, errors.ValidationFailed) for status in (400, 405, 406, 411, 413, 414, 415, 422)),
    (401, errors.AuthenticationError),
    (402, errors.QuotaExceeded),
    (403, errors.PermissionDenied),
    (404, errors.NotFound),
    (410, errors.NotFound),
    *((status, errors.StateConflict) for status in (409, 412, 423)),
    (429, errors.RateLimited),
    *((status, errors.ServerError) for status in (408, 425, 500, 501, 502, 504, 599)),
    (503, errors.ServiceUnavailable),
    *((status, errors.ApiError) for status in (301, 304, 418, 451)),
]


def build(
    code: int | str | None, status: int, *, write: bool = True, operation: str = "contacts.add"
) -> errors.ApiError:
    return CATALOGUE.build(operation=operation, status=status, code=code, message="", write=write)


@pytest.mark.parametrize(("status", "cls"), FALLBACKS)
def test_without_a_known_code_the_status_decides(status: int, cls: type[errors.ApiError]) -> None:
    assert error_class_for(status) is cls
    assert type(build(None, status)) is cls
    assert type(build(99999, status)) is cls


def test_a_known_code_decides_against_the_status() -> None:
    error = build(1, 400)

    assert type(error) is errors.RateLimited
    assert error.retryable
    assert error.message == "Busy"
    assert error.remedy == "Wait."
    assert error.applied is False
    assert type(build("GONE", 500)) is errors.NotFound
    assert not build("GONE", 500).retryable


def test_an_unknown_code_takes_the_remedy_of_its_family() -> None:
    assert build(150, 400).remedy == "Check the contact."
    assert build("150", 400).remedy != "Check the contact."
    assert build(200, 400).remedy != "Check the contact."
    assert build("RULE_9", 400).remedy == "Check the rules."
    assert build("UNRULY", 400).remedy != "Check the rules."


@pytest.mark.parametrize("status", [400, 409, 418, 422])
def test_a_family_names_the_class_where_the_status_only_says_refused(status: int) -> None:
    assert type(build("RULE_9", status)) is errors.QuotaExceeded
    assert type(build(150, status)) is error_class_for(status)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 429, 500, 503])
def test_a_family_leaves_a_status_that_says_more_alone(status: int) -> None:
    error = build("RULE_9", status)

    assert type(error) is error_class_for(status)
    assert error.retryable is (status in {429, 500, 503})


@pytest.mark.parametrize(
    ("status", "cls", "repeat"),
    [
        (500, errors.ServerError, Repeat.TRANSIENT),
        (503, errors.ServiceUnavailable, Repeat.TRANSIENT),
        (429, errors.RateLimited, Repeat.THROTTLED),
        (400, errors.ValidationFailed, Repeat.NEVER),
        (409, errors.StateConflict, Repeat.NEVER),
    ],
)
def test_a_code_that_says_nothing_follows_the_status(
    status: int, cls: type[errors.ApiError], repeat: Repeat
) -> None:
    error = build("ANY", status)

    assert type(error) is cls
    assert error.retryable is (repeat is not Repeat.NEVER)
    row = CATALOGUE.find("ANY")
    assert row is not None
    assert row.repeat_for(status) is repeat


@pytest.mark.parametrize(
    ("operation", "cls"),
    [
        ("contacts.add", errors.ContactSuppressed),
        ("campaigns.add", errors.StateConflict),
        ("contactsheets.add", errors.StateConflict),
    ],
)
def test_a_code_may_mean_something_else_for_contacts(
    operation: str, cls: type[errors.ApiError]
) -> None:
    assert type(build("BARRED", 400, operation=operation)) is cls


@pytest.mark.parametrize(
    ("code", "status", "write", "applied"),
    [
        ("NOT_RUN", 503, True, False),
        ("TWIN", 409, True, None),
        ("TWIN", 409, False, False),
        ("ANY", 500, True, None),
        ("ANY", 400, True, False),
    ],
)
def test_a_code_may_say_what_became_of_a_write(
    code: str, status: int, write: bool, applied: bool | None
) -> None:
    assert build(code, status, write=write).applied is applied


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 502, 999])
def test_every_error_has_a_remedy(status: int) -> None:
    assert build(None, status).remedy.endswith(".")


def test_the_remedy_for_too_many_requests_is_to_slow_down() -> None:
    assert "slow" in build(None, 429).remedy.lower()


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_statuses_that_pass_by_themselves_are_retryable(status: int) -> None:
    assert build(None, status).retryable


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 422])
def test_other_statuses_are_not_retryable(status: int) -> None:
    assert not build(None, status).retryable


@pytest.mark.parametrize(
    ("status", "write", "applied"),
    [
        (400, True, False),
        (502, True, None),
        (408, True, None),
        (429, True, False),
        (502, False, False),
    ],
)
def test_only_a_failure_of_the_server_leaves_a_write_in_doubt(
    status: int, write: bool, applied: bool | None
) -> None:
    assert build(None, status, write=write).applied is applied


def test_a_status_stands_for_a_missing_message() -> None:
    assert build(None, 418).message == "HTTP 418"


def test_what_is_wrong_with_which_field_is_handed_on() -> None:
    wrong = [("to[0]", "is no number"), ("", "is too large")]
    error = CATALOGUE.build(operation="o", status=400, code=1, message="", field_errors=iter(wrong))

    assert error.field_errors == wrong
    assert build(1, 400).field_errors == []
