"""From an answer of any status to a result or an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sentori_async.errors import ApiError, DecodeError
from sentori_async.wire import body
from sentori_async.wire.headers import media_type
from sentori_async.wire.message import Operation, Response, Safety

T = TypeVar("T")

_EXCERPT: Final = 1000
_INTEGER: Final = re.compile(r"\s*(-?[0-9]{1,9})\s*", re.ASCII)


def reader(
    operation: Operation,
    read: Callable[[Response], T],
    refuse: Callable[[Operation, Response], ApiError],
) -> Callable[[Response], T]:
    """Return the decoder of an operation's answers; it is made once, not per request.

    Args:
        operation: The operation.
        read: Turn a 2xx answer into the result, or raise DecodeError.
        refuse: Turn any other answer into the error to raise.
    """

    def decode(response: Response) -> T:
        if not 200 <= response.status < 300:
            raise refuse(operation, response)
        try:
            return read(response)
        except DecodeError as error:
            raise _unreadable(operation, response, error) from None

    return decode


def _unreadable(operation: Operation, response: Response, error: DecodeError) -> DecodeError:
    """Return the error for a success that cannot be read: a write has been carried out.

    A web page is no platform's: something in between made it, and what was sent may never have
    arrived.
    """
    applied = operation.safety is not Safety.READ
    if is_page(response):
        failed = DecodeError(
            f"{operation.platform} {operation.name}: a web page came instead of an answer "
            f"(HTTP {response.status}): look at what is between here and the base URL",
            operation=operation.name,
            applied=None if applied else False,
        )
        failed.retryable = True
        return failed
    done = "; the change was made, so read it instead of repeating it" if applied else ""
    return DecodeError(
        f"{operation.platform} {operation.name}: {error.message} (HTTP {response.status}){done}",
        operation=operation.name,
        applied=applied,
    )


def is_page(response: Response) -> bool:
    """Tell whether an answer is a page of HTML; an empty one is not, whatever it is called."""
    return response.body.lstrip()[:1] == b"<" and media_type(response.headers) == "text/html"


def nothing(response: Response) -> None:
    """Return None, whatever the answer holds.

    Raises:
        DecodeError: It is a web page, which a proxy makes and no platform does (inferred).
    """
    if is_page(response):
        raise DecodeError("it is a web page")


def whole_number(code: object) -> int | None:
    """Return a vendor's code that is a number, however it is written, or None."""
    if type(code) is int or (isinstance(code, float) and code.is_integer()):
        return int(code)
    found = _INTEGER.fullmatch(code) if isinstance(code, str) else None
    return int(found[1]) if found else None


def error_object(response: Response) -> tuple[dict[str, Any], str]:
    """Return the JSON object of an error answer and, where there is none, what there is instead.

    A page of HTML never becomes part of a message; its beginning is kept under ``body``.
    """
    if not response.body.strip():
        return {}, "the answer has no body"
    try:
        document = body.loads(response.body)
    except ValueError:
        text = response.body[: 4 * _EXCERPT].decode("utf-8", "replace")[:_EXCERPT]
        return {"body": text}, f"no JSON body ({media_type(response.headers)})"
    if isinstance(document, dict):
        return document, ""
    return {"body": document}, "no JSON object in the body"
