"""A platform's published error codes, as data.

A catalogue is open: a code it does not know falls back to its family, then to the HTTP status,
and never fails to decode.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from sentori_async import errors, html
from sentori_async.unset import UNSET, Unset

_CONTACTS: Final = "contacts."
_UNSPECIFIC: Final = frozenset({errors.ApiError, errors.StateConflict, errors.ValidationFailed})


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
        statuses: The HTTP statuses it has been seen with, the likeliest first.
        error: The exception class.
        contacts_error: The exception class in operations on contacts, or None for the same.
        repeat: Whether the same request may succeed later.
        follows_status: Whether the code says so little that the HTTP status decides; `error` and
            `repeat` are then what the likeliest status says.
        applied: What it says of a write, where neither its class nor the status says it.
        meaning: What it means, in one sentence.
        remedy: What to do about it, in one sentence.
    """

    code: int | str
    name: str
    statuses: tuple[int, ...]
    error: type[errors.ApiError]
    contacts_error: type[errors.ApiError] | None = None
    repeat: Repeat = Repeat.NEVER
    follows_status: bool = False
    applied: bool | Unset | None = UNSET
    meaning: str
    remedy: str

    def error_for(self, status: int, operation: str = "") -> type[errors.ApiError]:
        """Return the exception class for an answer with this code."""
        if self.follows_status:
            return error_class_for(status)
        if self.contacts_error is not None and operation.startswith(_CONTACTS):
            return self.contacts_error
        return self.error

    def repeat_for(self, status: int) -> Repeat:
        """Return whether the same request may succeed after an answer with this code."""
        return _repeat_for(status) if self.follows_status else self.repeat

    def _repr_html_(self) -> str:
        return html.card(f"{self.code}: {self.name}", html.facts(_facts(self).items()))


def _facts(row: ErrorCode) -> dict[str, object]:
    """Return what a person wants to know of a code."""
    return {
        "status": ", ".join(map(str, row.statuses)),
        "error": row.error.__name__,
        "repeat": row.repeat.value,
        "meaning": row.meaning,
        "remedy": row.remedy,
    }


@attrs.frozen(kw_only=True)
class Family:
    """Codes of one subject, for those that are newer than the catalogue.

    Attributes:
        first: The lowest code, where codes are numbers.
        last: The highest code, where codes are numbers.
        prefix: What the codes begin with, where they are texts.
        subject: What the codes are about.
        error: The exception class, where the status says no more than that the request is refused.
        remedy: What to do about an unknown code of the family, in one sentence.
    """

    first: int = 0
    last: int = -1
    prefix: str = ""
    subject: str
    error: type[errors.ApiError] | None = None
    remedy: str

    def covers(self, code: int | str) -> bool:
        """Tell whether a code belongs to the family."""
        if isinstance(code, str):
            return bool(self.prefix) and code.startswith(self.prefix)
        return self.first <= code <= self.last

    def error_for(self, status: int) -> type[errors.ApiError]:
        """Return the exception class for an answer with an unknown code of the family."""
        by_status = error_class_for(status)
        return self.error if self.error and by_status in _UNSPECIFIC else by_status


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


def _repeat_for(status: int) -> Repeat:
    if status == 429:
        return Repeat.THROTTLED
    return Repeat.TRANSIENT if status in TRANSIENT_STATUSES else Repeat.NEVER


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

    def _repr_html_(self) -> str:
        rows = [{"code": row.code, "name": row.name, **_facts(row)} for row in self.codes]
        shown = html.table(list(rows[0]) if rows else [], [row.values() for row in rows])
        return html.card(f"{self.platform}: {len(rows)} codes", html.link(self.doc_url), shown)

    def find(self, code: int | str | None) -> ErrorCode | None:
        """Return the row of a code, or None."""
        return None if code is None else self._by_code.get(code)

    def family(self, code: int | str | None) -> Family | None:
        """Return the family that an unknown code belongs to, or None."""
        if code is None:
            return None
        return next((family for family in self.families if family.covers(code)), None)

    def build(
        self,
        *,
        operation: str,
        status: int,
        code: int | str | None,
        message: str,
        details: Mapping[str, object] | None = None,
        field_errors: Iterable[tuple[str, str]] = (),
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
            field_errors: What is wrong with which field, as (path, message).
            request_id: The vendor's name for the request.
            retry_after_s: The wait the vendor asked for, in seconds.
            write: Whether the request would have changed anything.
        """
        row = self.find(code)
        family = None if row else self.family(code)
        if row:
            cls = row.error_for(status, operation)
        else:
            cls = family.error_for(status) if family else error_class_for(status)
        return cls(
            message or (row.name if row else f"HTTP {status}"),
            platform=self.platform,
            operation=operation,
            status=status,
            code=code,
            details=details,
            field_errors=field_errors,
            request_id=request_id,
            retryable=self._retryable(row, status),
            retry_after_s=retry_after_s,
            remedy=_remedy(row or family, status),
            doc_url=self.doc_url,
            applied=_applied(cls, status, row) if write else False,
        )

    def _retryable(self, row: ErrorCode | None, status: int) -> bool:
        if row is not None:
            return row.repeat_for(status) is not Repeat.NEVER
        return _repeat_for(status) is not Repeat.NEVER or status in self.busy_statuses


# By status, and by its first digit for all others.
_REMEDIES: Final = {
    401: "Check the key: the platform does not accept it.",
    429: "Slow down: lower the rate in `Limits`, and wait before the next request.",
    3: "Check the base URL: redirects are not followed, because they would carry the key along.",
    4: "Compare the request with the vendor's page for this operation.",
    5: "Try again later; if it goes on, tell the vendor the time and the request id.",
}


def _remedy(known: ErrorCode | Family | None, status: int) -> str:
    if known is not None:
        return known.remedy
    general = _REMEDIES.get(status // 100, "Look the answer up on the vendor's page.")
    return _REMEDIES.get(status, general)


def _applied(cls: type[errors.ApiError], status: int, row: ErrorCode | None) -> bool | None:
    """Tell what an error answer means for a write: refused, or nobody knows."""
    if row is not None and not isinstance(row.applied, Unset):
        return row.applied
    if status in TRANSIENT_STATUSES or issubclass(cls, errors.ServerError):
        return None
    return False
