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
    ),
    families=(Family(first=100, last=199, subject="contacts", remedy="Check the contact."),),
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


def build(code: int | str | None, status: int, *, write: bool = True) -> errors.ApiError:
    return CATALOGUE.build(
        operation="contacts.add", status=status, code=code, message="", write=write
    )


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
