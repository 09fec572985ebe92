"""A key that the platform echoes leaves an error before anybody sees it."""

import pytest

from sentori_async.errors import ApiError, ConnectionLost
from sentori_async.secret import Secret
from sentori_async.transport.scrub import scrub

KEY = "canary-key-5f1c"


@pytest.fixture
def error() -> ApiError:
    """Return an error that holds the key wherever an error holds text of the platform's."""
    return ApiError(
        f"bad {KEY}",
        platform="p",
        operation="o",
        status=400,
        details={KEY: [KEY, {"deep": KEY}, 7]},
        field_errors=[(f"to[{KEY}]", f"{KEY} is no number"), ("a", "b")],
        request_id=KEY,
    )


def test_the_key_is_removed_from_all_that_an_error_holds(error: ApiError) -> None:
    scrub(error, Secret(KEY))

    assert KEY not in repr(vars(error)) + repr(error.args)
    assert error.field_errors == [("to[***]", "*** is no number"), ("a", "b")]
    assert error.details == {"***": ["***", {"deep": "***"}, 7]}


def test_what_holds_no_key_stays_as_it_is(error: ApiError) -> None:
    before = dict(vars(error))

    scrub(error, Secret("another-key"))

    assert vars(error) == before


def test_an_error_without_an_answer_is_scrubbed_as_well() -> None:
    error = ConnectionLost(f"lost {KEY}")

    scrub(error, Secret(KEY))

    assert str(error) == "lost ***"
