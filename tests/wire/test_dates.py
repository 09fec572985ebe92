"""Dates are read in every form that platforms print, and stay as naive as they came."""

# ruff: noqa: DTZ001 - naive datetimes are the subject

from datetime import UTC, date, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.wire import dates

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
NAIVE = st.datetimes()
AWARE = st.datetimes(timezones=OFFSETS | st.just(UTC))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

FORMS = [
    # As Sentori prints contacts, drafts and webhooks.
    ("2010-05-13T09:00:00", datetime(2010, 5, 13, 9)),
    ("2013-02-21T14:41:59.007", datetime(2013, 2, 21, 14, 41, 59, 7000)),
    ("2013-02-21T15:45:14.47", datetime(2013, 2, 21, 15, 45, 14, 470000)),
    ("2013-02-21T15:45:14.4", datetime(2013, 2, 21, 15, 45, 14, 400000)),
    (
        "2016-10-28T14:59:43.6889402Z",
        datetime(2016, 10, 28, 14, 59, 43, 688940, tzinfo=UTC),
    ),
    ("2013-02-21T15:45:14.1234567", datetime(2013, 2, 21, 15, 45, 14, 123456)),
    ("2010-05-13 09:00:00", datetime(2010, 5, 13, 9)),
    ("2010-05-13", datetime(2010, 5, 13)),
    (
        "2010-05-13T09:00:00+01:00",
        datetime(2010, 5, 13, 9, tzinfo=timezone(timedelta(hours=1))),
    ),
    # What .NET prints for a date that was never set.
    ("0001-01-01T00:00:00", datetime(1, 1, 1)),
    ("/Date(1361462400000)/", datetime(2013, 2, 21, 16, tzinfo=UTC)),
    ("Date(1361462400000)", datetime(2013, 2, 21, 16, tzinfo=UTC)),
    ("/Date(-1)/", EPOCH - timedelta(milliseconds=1)),
    ("/Date(0)/", EPOCH),
    (
        "/Date(1361462400000+0100)/",
        datetime(2013, 2, 21, 17, tzinfo=timezone(timedelta(hours=1))),
    ),
    (
        "/Date(1361462400000-0330)/",
        datetime(2013, 2, 21, 12, 30, tzinfo=timezone(-timedelta(hours=3, minutes=30))),
    ),
]


@pytest.mark.parametrize(("text", "moment"), FORMS)
def test_every_documented_form_is_read(text: str, moment: datetime) -> None:
    found = dates.parse(text)

    assert found == moment
    assert found.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "string",
        "2010-13-01T00:00:00",
        "13/05/2010",
        "/Date()/",
        "/Date(1e3)/",
        "/Date(99999999999999999)/",
        "/Date(-99999999999999999)/",
        "/Date(1361462400000+9900)/",
        "/Date(-62135596800000-0100)/",
        "\\/Date(1361462400000)\\/",
    ],
)
def test_what_is_no_date_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(ValueError, match="date") as caught:
        dates.parse(text)

    assert not text or text not in str(caught.value)


@given(NAIVE)
def test_a_naive_datetime_stays_naive(moment: datetime) -> None:
    found = dates.parse(dates.encode(moment))

    assert found == moment
    assert found.tzinfo is None


@given(AWARE)
def test_an_aware_datetime_keeps_instant_and_offset(moment: datetime) -> None:
    found = dates.parse(dates.encode(moment))

    assert found == moment
    assert found.utcoffset() == moment.utcoffset()


@given(NAIVE, st.integers(0, 9_999_999), st.integers(0, 7), st.booleans(), st.sampled_from("T "))
def test_any_number_of_fraction_digits_is_cut_to_microseconds(
    moment: datetime, ticks: int, digits: int, zulu: bool, middle: str
) -> None:
    whole = moment.replace(microsecond=0)
    fraction = f"{ticks:07d}"[:digits]
    text = whole.isoformat(middle) + (f".{fraction}" if fraction else "") + ("Z" if zulu else "")

    expected = whole.replace(
        microsecond=int(fraction[:6].ljust(6, "0")), tzinfo=UTC if zulu else None
    )
    assert dates.parse(text) == expected


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), OFFSETS)
def test_microsofts_form_is_an_instant_whatever_offset_it_shows(
    moment: datetime, zone: timezone
) -> None:
    instant = moment.replace(microsecond=0, tzinfo=UTC)
    milliseconds = (instant - EPOCH) // timedelta(milliseconds=1)
    shown = instant.astimezone(zone).strftime("%z")

    assert dates.parse(f"/Date({milliseconds})/") == instant
    assert dates.parse(f"/Date({milliseconds}{shown})/") == instant


@given(NAIVE | AWARE)
def test_dates_are_written_as_orjson_writes_them(moment: datetime) -> None:
    # A row's date must not look different from one that went through a model.
    assert orjson.dumps(dates.encode(moment)) == orjson.dumps(moment)


@given(st.dates())
def test_a_plain_date_is_written_without_a_time(day: date) -> None:
    assert dates.encode(day) == day.isoformat()
