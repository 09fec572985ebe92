"""What answers say in their headers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import attrs

# "3", "2.5", and "432 seconds" as GetResponse's pages print it.
_SECONDS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)?", re.IGNORECASE | re.ASCII)
_REQUEST_IDS: Final = ("x-request-id", "request-id", "x-correlation-id")
_LONGEST_REQUEST_ID: Final = 200
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}")


def retry_after_s(headers: Mapping[str, str], received_at: float) -> float | None:
    """Return the wait that an answer asks for, in seconds, or None if it asks for none.

    A date is measured against the answer's own ``Date``, so that our clock does not matter.

    Args:
        headers: The answer's headers, in any case.
        received_at: When it came, as a Unix time; 0.0 where nobody measured.
    """
    text = _find(headers, "retry-after")
    if text is None:
        return None
    seconds = _SECONDS.fullmatch(text.strip())
    if seconds is not None:
        wait = float(seconds[1])
        return wait if math.isfinite(wait) else None
    until = _http_date(text)
    now = _http_date(_find(headers, "date")) or received_at
    if until is None or not now:
        return None
    return max(0.0, until - now)


@attrs.frozen(kw_only=True)
class RateHeaders:
    """How a platform tells what is left of its limit.

    Attributes:
        remaining: The header with the number of requests left.
        reset: The header with the moment when the limit begins anew.
        reset_is_moment: Whether that is a Unix time; else it is the seconds left.
    """

    remaining: str = "X-RateLimit-Remaining"
    reset: str = "X-RateLimit-Reset"
    reset_is_moment: bool = False


def exhausted_for_s(
    headers: Mapping[str, str], names: RateHeaders, received_at: float
) -> float | None:
    """Return how long a used-up limit lasts, in seconds, or None while something is left.

    Args:
        headers: The answer's headers, looked up without regard to case.
        names: What the platform calls them.
        received_at: When the answer came, as a Unix time.
    """
    if headers.get(names.remaining, "").strip() != "0":
        return None
    seconds = _SECONDS.fullmatch(headers.get(names.reset, "").strip())
    if seconds is None:
        return None
    reset = float(seconds[1])
    wait = reset - received_at if names.reset_is_moment else reset
    return max(0.0, wait) if math.isfinite(wait) else None


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the vendor's name for the request, or None if it gave none."""
    for name in _REQUEST_IDS:
        text = (_find(headers, name) or "").strip()
        if text and text.isascii() and text.isprintable():
            return text[:_LONGEST_REQUEST_ID]
    return None


def media_type(headers: Mapping[str, str]) -> str:
    """Return what the body claims to be, such as ``text/html``, in a form safe to print."""
    text = (_find(headers, "content-type") or "").partition(";")[0].strip().lower()
    return text if _MEDIA_TYPE.fullmatch(text) else "of no known type"


def _find(headers: Mapping[str, str], name: str) -> str | None:
    """Look a header up without regard to case, also in a plain dict; read after failures only."""
    return next((value for key, value in headers.items() if key.lower() == name), None)


def _http_date(text: str | None) -> float | None:
    """Return an HTTP date, in any of its three forms, as a Unix time."""
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
