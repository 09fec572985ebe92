"""What the command's exit codes mean, and how an error becomes one.

0  all went well
1  something was refused, or nobody knows what became of it; the rest was done
2  misuse, or the job stopped: nothing more will be done until something changes
130  interrupted with Ctrl-C or SIGTERM
"""

from __future__ import annotations

from typing import Any, Final

from sentori_async.errors import (
    AccountBlocked,
    ApiError,
    AuthenticationError,
    BulkError,
    QuotaExceeded,
    SentoriError,
    TransportError,
)

OK: Final = 0
FAILED: Final = 1
STOPPED: Final = 2
INTERRUPTED: Final = 130

# What messages call by its name in Python, and how it is said to the command.
_OPTIONS: Final = {
    "max_removals=": "--max-removals ",
    "retry_failed needs": "--retry-failed needs",
}

_NEEDS_A_CHANGE: Final = (AuthenticationError, AccountBlocked, QuotaExceeded)


def code_of(error: SentoriError) -> int:
    """Return the exit code of a command that ended with an error."""
    if isinstance(error, ApiError | TransportError) and not isinstance(error, _NEEDS_A_CHANGE):
        return FAILED
    return STOPPED


def text_of(error: SentoriError) -> str:
    """Return what an error says, identities masked, in the terms of the command's user.

    An error of our own is about files and options, and a date in a file's name is no number to
    mask; what it quotes of a file is masked where it is quoted.
    """
    if isinstance(error, ApiError | TransportError | BulkError):
        return _in_options(str(error))
    return _in_options(error.message)


def _in_options(text: str) -> str:
    for name, option in _OPTIONS.items():
        text = text.replace(name, option)
    return text


def cause_of(error: BaseException) -> BaseException:
    """Return what stopped the job that an error tells of, or the error where it tells of none."""
    if isinstance(error, BulkError) and error.cause is not None:
        return error.cause
    return error


def remedy_of(error: BaseException) -> str:
    """Return what to do about an error, or ""."""
    error = cause_of(error)
    return error.remedy if isinstance(error, ApiError) else ""


def sentences_of(error: SentoriError) -> list[str]:
    """Return what an error says, and what to do about it where that is not said yet."""
    text, remedy = text_of(error), remedy_of(error)
    return [text, remedy] if remedy and remedy not in text else [text]


def error_as_json(error: SentoriError) -> dict[str, Any]:
    """Return an error for machines, identities masked."""
    cause = cause_of(error)
    return {
        "error": type(cause).__name__,
        "code": getattr(cause, "code", None),
        "message": text_of(error),
        "remedy": remedy_of(error),
    }
