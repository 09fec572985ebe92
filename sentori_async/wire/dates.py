"""The date forms that platforms write, and the one that we write.

Reading takes ISO 8601 with 0 to 7 fraction digits (what is finer than a microsecond is cut), a
``T`` or a space in the middle, with or without a ``Z`` or an offset; and Microsoft's JSON form,
``/Date(1361462400000)/``, also bare and with an offset.
A text without a zone gives a naive datetime: nobody said which zone it is in, so nobody guesses.
Microsoft's form counts from 1970 in UTC and gives an aware datetime; an offset in it only tells
the zone to show the same instant in.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

_MICROSOFT: Final = re.compile(r"/?Date\((-?\d{1,17})(?:([+-])(\d\d)(\d\d))?\)/?")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse(text: str) -> datetime:
    """Return the datetime that `text` says, as naive or as aware as it is.

    Raises:
        ValueError: The text is no date in any known form, or outside the years 1 to 9999.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _parse_microsoft(text)


def _parse_microsoft(text: str) -> datetime:
    found = _MICROSOFT.fullmatch(text)
    if found is None:
        # `from None` and no text: what stands where a date should be may be contact data.
        raise ValueError("no date in a known form") from None
    milliseconds, sign, hours, minutes = found.groups()
    try:
        instant = _EPOCH + timedelta(milliseconds=int(milliseconds))
        if sign is None:
            return instant
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return instant.astimezone(timezone(-offset if sign == "-" else offset))
    except (ValueError, OverflowError):
        raise ValueError("a date outside the years 1 to 9999") from None


def encode(value: date) -> str:
    """Return a date or a datetime in ISO 8601: a naive one without a zone, an aware one with.

    Raises:
        ValueError: It is a stand-in for a missing date, such as pandas's NaT, which is a datetime.
    """
    text = value.isoformat()
    if not text[:1].isdigit():
        raise ValueError("no date")
    return text
