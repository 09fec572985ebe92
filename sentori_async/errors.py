"""Every error this package raises, in one tree.

::

    SentoriError
    ├─ ConfigurationError      before any I/O: no key, plain http, contradictory options
    ├─ InvalidInput            before any I/O: an empty address, a control character
    ├─ UnsupportedOperation    this platform has no such operation
    ├─ ApiError                the platform answered, with an error
    │  ├─ AuthenticationError · PermissionDenied · AccountBlocked
    │  ├─ NotFound · AlreadyExists · StateConflict · ValidationFailed · ContactSuppressed
    │  ├─ QuotaExceeded · RateLimited
    │  └─ ServerError ── ServiceUnavailable
    ├─ TransportError          no usable answer
    │  ├─ ConnectFailed · CircuitOpen               nothing was sent
    │  └─ RequestTimeout · ConnectionLost · DecodeError · ResponseTooLarge
    └─ BulkError               the job itself stopped; carries the report so far

Rules that hold for all of them:

1. Text and repr never show a credential, and mask contact identities.
2. An error holds plain values only (no request, no response), so it can be pickled.
3. `applied` says what became of a write: False surely not executed, None nobody can know,
   True executed although the answer was unusable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sentori_async import html

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# From the start of a word only, and without going back: long texts are scanned once.
_ADDRESS: Final = re.compile(
    r"""(?<![^\s@<>"'(),:;])("[^"]{1,64}"|[^\s@<>"'(),:;][^\s@<>"(),:;]*+)"""
    r"""@([^\s@<>"'(),:;]+)"""
)
_PHONE: Final = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_NO_NUMBER: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}|\d{4}-\d\d-\d\d( \d\d)?", re.ASCII)
_APPLIED: Final[dict[bool | None, str]] = {
    False: "no: nothing was changed",
    None: "nobody can know",
    True: "yes",
}
_ESCAPED_AT: Final = re.compile(r"%40", re.IGNORECASE)


def mask(text: str) -> str:
    """Return `text` with e-mail addresses and phone numbers masked: ``j***@e***.com``."""
    text = _ESCAPED_AT.sub("@", text)
    text = _ADDRESS.sub(_mask_address, text)
    return _PHONE.sub(_mask_number, text)


def mask_identity(identity: str) -> str:
    """Return an identity masked; even one that is no address may tell who it is."""
    shown = mask(identity)
    return shown if shown != identity or not identity else f"{identity[0]}***"


def _mask_address(found: re.Match[str]) -> str:
    local, domain = found.groups()
    head, dot, suffix = domain.rpartition(".")
    return f"{local[0]}***@{domain[0]}***{dot}{suffix if head else ''}"


def _mask_number(found: re.Match[str]) -> str:
    number = found[0]
    # A host's address and a date are no phone numbers, and messages need them.
    return number if _NO_NUMBER.fullmatch(number) else f"{number[:2]}***{number[-2:]}"


def kind_of(value: object) -> str:
    """Return what a value is for a sentence, such as "an int"."""
    name = type(value).__name__
    return f"{'an' if name[:1] in 'aeioAEIO' else 'a'} {name}"


class SentoriError(Exception):
    """The base of every error of this package.

    Attributes:
        message: What happened, with secrets removed; identities are not masked here.
        retryable: Whether the same request may succeed later.
        applied: What became of a write: False, None or True, as the module says.
    """

    retryable: bool = False
    applied: bool | None = False

    def __init__(self, message: str) -> None:
        """Keep the sentence that tells what happened and what to do."""
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        """Return the message with identities masked."""
        return mask(self.message)

    def __repr__(self) -> str:
        """Return the class and the masked message."""
        return f"{type(self).__name__}({str(self)!r})"

    def _repr_html_(self) -> str:
        return html.card(type(self).__name__, html.facts(self._facts()))

    def _facts(self) -> list[tuple[str, object]]:
        """Return what there is to show of it, identities masked."""
        return [("message", mask(self.message)), ("applied", _APPLIED[self.applied])]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state, so that keyword-only constructors survive the trip."""
        return _rebuild, (type(self), self.__dict__)


def _rebuild(cls: type[SentoriError], state: dict[str, Any]) -> SentoriError:
    error = cls.__new__(cls)
    Exception.__init__(error, state["message"])
    error.__dict__.update(state)
    return error


class ConfigurationError(SentoriError):
    """The client cannot work as configured; nothing was sent."""


class InvalidInput(SentoriError):
    """A value cannot be sent as it is; nothing was sent."""


class UnsupportedOperation(SentoriError):
    """The platform has no such operation; nothing was sent."""


class ApiError(SentoriError):
    """The platform answered, with an error.

    Attributes:
        platform: The platform's name, such as "sentori".
        operation: The operation's name, such as "contacts.add".
        status: The HTTP status.
        code: The vendor's own code, or None where there was none.
        message: The vendor's text, with secrets removed.
        details: What else the vendor said, as it said it.
        field_errors: What is wrong with which field: (path, message), in the vendor's order.
        request_id: The vendor's name for the request, or None.
        retryable: Whether the same request may succeed later.
        retry_after_s: The wait the vendor asked for, in seconds, or None.
        remedy: What to do about it, in one sentence.
        doc_url: The vendor's page about it.
        applied: What became of a write.
    """

    def __init__(
        self,
        message: str,
        *,
        platform: str,
        operation: str,
        status: int,
        code: int | str | None = None,
        details: Mapping[str, Any] | None = None,
        field_errors: Iterable[tuple[str, str]] = (),
        request_id: str | None = None,
        retryable: bool = False,
        retry_after_s: float | None = None,
        remedy: str = "",
        doc_url: str = "",
        applied: bool | None = False,
    ) -> None:
        """Keep what the platform said, and what we know about it."""
        super().__init__(message)
        self.platform = platform
        self.operation = operation
        self.status = status
        self.code = code
        self.details = dict(details or {})
        self.field_errors = list(field_errors)
        self.request_id = request_id
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.remedy = remedy
        self.doc_url = doc_url
        self.applied = applied

    def __str__(self) -> str:
        """Say what was tried, what came back and what to do, with identities masked."""
        code = "" if self.code is None else f", code {self.code}"
        remedy = f" {self.remedy}" if self.remedy else ""
        what = mask(self.message).strip() or "no message"
        end = "" if what.endswith((".", "!", "?")) else "."
        return f"{self.platform} {self.operation}: {what}{end} (HTTP {self.status}{code}){remedy}"

    def _facts(self) -> list[tuple[str, object]]:
        known = [
            ("operation", f"{self.platform} {self.operation}"),
            ("status", f"HTTP {self.status}"),
            ("code", self.code),
            *super()._facts(),
            *((path, mask(problem)) for path, problem in self.field_errors),
            ("request_id", self.request_id),
            ("retry_after_s", self.retry_after_s),
            ("remedy", self.remedy),
            ("doc_url", html.link(self.doc_url)),
        ]
        return [(name, value) for name, value in known if value not in {None, ""}]


class AuthenticationError(ApiError):
    """The key or the token is missing, wrong or expired."""


class PermissionDenied(ApiError):
    """The key is known, and not allowed to do this."""


class AccountBlocked(ApiError):
    """The account is closed, blocked or not reachable with this key."""


class NotFound(ApiError):
    """What the request names does not exist."""


class AlreadyExists(ApiError):
    """What the request would create exists already."""


class StateConflict(ApiError):
    """The request does not fit the present state of what it names."""


class ValidationFailed(ApiError):
    """The platform refuses the values or the form of the request."""


class ContactSuppressed(ApiError):
    """The contact may not be mailed: unsubscribed, suppressed, or a bad address."""


class QuotaExceeded(ApiError):
    """The plan's allowance is used up."""


class RateLimited(ApiError):
    """Too many requests; the request was not executed."""


class ServerError(ApiError):
    """The platform failed; whether a write took place is not known."""


class ServiceUnavailable(ServerError):
    """The platform, or something before it, is down for the moment."""


class TransportError(SentoriError):
    """There is no usable answer.

    Attributes:
        operation: The operation's name, such as "contacts.add".
        applied: What became of a write.
    """

    retryable = True

    def __init__(self, message: str, *, operation: str = "", applied: bool | None = False) -> None:
        """Keep what happened and what it means for a write."""
        super().__init__(message)
        self.operation = operation
        self.applied = applied


class ConnectFailed(TransportError):
    """No connection came about; nothing was sent."""


class CircuitOpen(TransportError):
    """The platform is known to be down; nothing was sent."""


class RequestTimeout(TransportError):
    """The answer did not come in time."""


class ConnectionLost(TransportError):
    """The connection broke before the whole answer was there."""


class DecodeError(TransportError):
    """The answer came and is not what the platform documents; the text names the path."""

    retryable = False


class ResponseTooLarge(TransportError):
    """The answer is larger than `Limits.max_response_bytes` allows."""

    retryable = False


class BulkError(SentoriError):
    """The job itself stopped: aborted by its cause, or unable to start.

    Attributes:
        cause: The error that stopped the job, or None.
        report: The `BulkReport` of the rows taken so far, or None if none was taken.
        index: The row that it is about, counted from 0 as in `BulkOutcome.index`, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        cause: BaseException | None = None,
        report: Any = None,
        index: int | None = None,
    ) -> None:
        """Keep the cause and the report of what was done until then.

        Args:
            message: What happened, after the row that it is about.
            cause: What stopped the job.
            report: The account so far.
            index: The row that it is about.
        """
        super().__init__(message if index is None else f"{_row_at(index)} {message}")
        self.cause = cause
        self.report = report
        self.index = index

    def say_where(self, place: str) -> None:
        """Name the row that it is about as whoever gave the input counts, such as "line 3"."""
        if self.index is not None:
            self.message = place + self.message.removeprefix(_row_at(self.index))

    def _repr_html_(self) -> str:
        told = super()._repr_html_()
        return told if self.report is None else told + str(self.report._repr_html_())


def _row_at(index: int) -> str:
    return f"row {index} (counted from 0)"
