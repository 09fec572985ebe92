"""The headers of failures say when to come back, and how the vendor calls the request."""

from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.wire.headers import (
    RateHeaders,
    exhausted_for_s,
    media_type,
    request_id,
    retry_after_s,
)

NOW = "Sun, 06 Nov 1994 08:49:37 GMT"
NOW_S = parsedate_to_datetime(NOW).timestamp()

WAITS = [
    ("0", 0.0),
    ("3", 3.0),
    (" 3 ", 3.0),
    ("2.5", 2.5),
    ("432 seconds", 432.0),
    ("1 second", 1.0),
    ("5s", 5.0),
    ("10 Secs", 10.0),
    # The three forms of RFC 9110, ten seconds after `NOW`.
    ("Sun, 06 Nov 1994 08:49:47 GMT", 10.0),
    ("Sunday, 06-Nov-94 08:49:47 GMT", 10.0),
    ("Sun Nov  6 08:49:47 1994", 10.0),
    ("Sun, 06 Nov 1994 09:49:47 +0100", 10.0),
    ("Sun, 06 Nov 1994 08:49:47 -0000", 10.0),
    # A moment that has passed asks for no more waiting.
    ("Sun, 06 Nov 1994 08:49:00 GMT", 0.0),
]


@pytest.mark.parametrize(("text", "wait"), WAITS)
@pytest.mark.parametrize("name", ["Retry-After", "retry-after", "RETRY-AFTER"])
def test_every_form_of_retry_after_is_read(name: str, text: str, wait: float) -> None:
    assert retry_after_s({name: text}, NOW_S) == wait


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "soon",
        "1e3",
        "3 minutes",
        "٣",
        "inf",
        "nan",
        "9" * 400,
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Mon, 06 Nov 1994 08:49:37 +99999999999",
    ],
)
def test_what_is_no_wait_asks_for_none(text: str) -> None:
    assert retry_after_s({"Retry-After": text}, NOW_S) is None


def test_no_header_asks_for_no_wait() -> None:
    assert retry_after_s({}, NOW_S) is None


def test_a_date_is_measured_by_the_answers_own_clock() -> None:
    headers = {"Date": NOW, "Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"}

    assert retry_after_s(headers, NOW_S + 5000) == 10.0
    assert retry_after_s(headers, 0.0) == 10.0


def test_a_broken_date_header_falls_back_to_our_clock() -> None:
    headers = {"Date": "yesterday", "Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"}

    assert retry_after_s(headers, NOW_S) == 10.0


def test_a_date_without_any_clock_cannot_be_measured() -> None:
    assert retry_after_s({"Retry-After": NOW}, 0.0) is None


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    wait = retry_after_s({"Retry-After": text, "Date": text}, NOW_S)

    assert wait is None or wait >= 0.0


@given(st.datetimes(timezones=st.timezones()), st.floats(0, 1e9))
def test_a_wait_until_a_date_is_never_negative(moment: datetime, received_at: float) -> None:
    text = format_datetime(moment)

    wait = retry_after_s({"Retry-After": text}, received_at)

    assert wait is None or wait >= 0.0


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"X-Request-Id": "req_1"}, "req_1"),
        ({"x-request-id": " req_1 "}, "req_1"),
        ({"Request-Id": "req_2"}, "req_2"),
        ({"X-Correlation-ID": "req_3"}, "req_3"),
        ({"X-Correlation-ID": "req_3", "X-Request-ID": "req_1"}, "req_1"),
        ({"X-Request-Id": "", "Request-Id": "req_2"}, "req_2"),
        ({"X-Request-Id": "a\nb"}, None),
        ({"X-Request-Id": "ü"}, None),
        ({"X-Request-Id": "x" * 1000}, "x" * 200),
        ({}, None),
    ],
)
def test_the_request_id_is_found_and_fit_to_print(
    headers: dict[str, str], name: str | None
) -> None:
    assert request_id(headers) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("text/html; charset=utf-8", "text/html"),
        ("Application/Problem+JSON", "application/problem+json"),
        ("", "of no known type"),
        ("<script>", "of no known type"),
        ("x" * 100 + "/y", "of no known type"),
    ],
)
def test_the_media_type_is_fit_to_print(text: str, name: str) -> None:
    assert media_type({"Content-Type": text}) == name
    assert media_type({}) == "of no known type"


@pytest.mark.parametrize(
    ("sent", "names", "wait"),
    [
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "432 seconds"}, RateHeaders(), 432.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, RateHeaders(), 7.0),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "7"}, RateHeaders(), None),
        ({"X-RateLimit-Remaining": "0"}, RateHeaders(), None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, RateHeaders(), None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 400}, RateHeaders(), None),
        ({}, RateHeaders(), None),
        (
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"},
            RateHeaders(reset_is_moment=True),
            30.0,
        ),
        (
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "900"},
            RateHeaders(reset_is_moment=True),
            0.0,
        ),
    ],
)
def test_a_used_up_limit_says_how_long(
    sent: dict[str, str], names: RateHeaders, wait: float | None
) -> None:
    assert exhausted_for_s(sent, names, 1_000.0) == wait
