"""A platform's published error codes, as data.

A catalogue is open: a code it does not know falls back to its family, then to the HTTP status,
and never fails to decode.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

import attrs

from sentori_async import errors


class Repeat(enum.Enum):
    """Whether the same request may succeed later."""

    NEVER = "never"
    """The request or the data must change first."""
    TRANSIENT = "transient"
    """It may, after a short wait."""
    THROTTLED = "throttled"
    """It may, after the wait the platform asks for."""


@attrs.frozen(kw_only=True)
class ErrorCode:
    """One published code.

    Attributes:
        code: The vendor's code: an int or a text.
        name: The vendor's message or name for it.
        statuses: The HTTP statuses it has been seen with.
        error: The exception class.
        repeat: Whether the same request may succeed later.
        meaning: What it means, in one sentence.
        remedy: What to do about it, in one sentence.
    """

    code: int | str
    name: str
    statuses: tuple[int, ...]
    error: type[errors.ApiError]
    repeat: Repeat = Repeat.NEVER
    meaning: str
    remedy: str


@attrs.frozen(kw_only=True)
class Family:
    """A range of codes of one subject, for codes that are newer than the catalogue.

    Attributes:
        first: The lowest code.
        last: The highest code.
        subject: What the codes are about.
        remedy: What to do about an unknown code of the family, in one sentence.
    """

    first: int
    last: int
    subject: str
    remedy: str


_BY_STATUS: Final[Mapping[int, type[errors.ApiError]]] = {
    **dict.fromkeys((400, 405, 406, 411, 413, 414, 415, 422), errors.ValidationFailed),
    401: errors.AuthenticationError,
    402: errors.QuotaExceeded,
    403: errors.PermissionDenied,
    404: errors.NotFound,
    410: errors.NotFound,
    **dict.fromkeys((409, 412, 423), errors.StateConflict),
    408: errors.ServerError,
    425: errors.ServerError,
    429: errors.RateLimited,
    503: errors.ServiceUnavailable,
}

TRANSIENT_STATUSES: Final = frozenset({408, 425, *range(500, 600)})
"""Statuses after which the same request may succeed."""


def error_class_for(status: int) -> type[errors.ApiError]:
    """Return the exception class for an answer whose code says nothing."""
    if status >= 500:
        return _BY_STATUS.get(status, errors.ServerError)
    return _BY_STATUS.get(status, errors.ApiError)


@attrs.frozen(kw_only=True)
class Catalogue:
    """All published codes of one platform.

    Attributes:
        platform: The platform's name.
        doc_url: The vendor's page.
        codes: Every published code.
        families: What unknown codes are likely to be about.
        busy_statuses: Statuses that mean "busy, try again" here when no known code comes along.
    """

    platform: str
    doc_url: str
    codes: tuple[ErrorCode, ...]
    families: tuple[Family, ...] = ()
    busy_statuses: frozenset[int] = frozenset()
    _by_code: dict[int | str, ErrorCode] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Index the rows once."""
        object.__setattr__(self, "_by_code", {row.code: row for row in self.codes})

    def find(self, code: int | str | None) -> ErrorCode | None:
        """Return the row of a code, or None."""
        return None if code is None else self._by_code.get(code)

    def family(self, code: int | str | None) -> Family | None:
        """Return the family that an unknown numeric code belongs to, or None."""
        if not isinstance(code, int):
            return None
        return next((f for f in self.families if f.first <= code <= f.last), None)

    def build(
        self,
        *,
        operation: str,
        status: int,
        code: int | str | None,
        message: str,
        details: Mapping[str, object] | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        write: bool = True,
    ) -> errors.ApiError:
        """Return the exception for an error answer, known or not.

        Args:
            operation: The operation's name.
            status: The HTTP status.
            code: The vendor's code, or None.
            message: The vendor's text.
            details: What else the vendor said.
            request_id: The vendor's name for the request.
            retry_after_s: The wait the vendor asked for, in seconds.
            write: Whether the request would have changed anything.
        """
        row = self.find(code)
        cls = row.error if row else error_class_for(status)
        return cls(
            message or (row.name if row else f"HTTP {status}"),
            platform=self.platform,
            operation=operation,
            status=status,
            code=code,
            details=details,
            request_id=request_id,
            retryable=self._retryable(row, status),
            retry_after_s=retry_after_s,
            remedy=self._remedy(row, code, status),
            doc_url=self.doc_url,
            applied=_applied(cls, status) if write else False,
        )

    def _retryable(self, row: ErrorCode | None, status: int) -> bool:
        if row is not None:
            return row.repeat is not Repeat.NEVER
        return status == 429 or status in TRANSIENT_STATUSES or status in self.busy_statuses

    def _remedy(self, row: ErrorCode | None, code: int | str | None, status: int) -> str:
        if row is not None:
            return row.remedy
        family = self.family(code)
        if family is not None:
            return family.remedy
        general = _REMEDIES.get(status // 100, "Look the answer up on the vendor's page.")
        return _REMEDIES.get(status, general)


# By status, and by its first digit for all others.
_REMEDIES: Final = {
    401: "Check the key: the platform does not accept it.",
    429: "Slow down: lower the rate in `Limits`, and wait before the next request.",
    3: "Check the base URL: redirects are not followed, because they would carry the key along.",
    4: "Compare the request with the vendor's page for this operation.",
    5: "Try again later; if it goes on, tell the vendor the time and the request id.",
}


def _applied(cls: type[errors.ApiError], status: int) -> bool | None:
    """Tell what an error answer means for a write: refused, or nobody knows."""
    if status in TRANSIENT_STATUSES or issubclass(cls, errors.ServerError):
        return None
    return False
