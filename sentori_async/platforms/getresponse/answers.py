"""How GetResponse's answers are read: what each operation returns, and what its errors say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sentori_async.errors import ApiError
from sentori_async.platforms.getresponse.catalogue import CATALOGUE
from sentori_async.wire import headers
from sentori_async.wire.answers import error_object, nothing, whole_number
from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.message import Operation, Response, Safety
from sentori_async.wire.results import Accepted

RATE_HEADERS: Final = RateHeaders()
"""X-RateLimit-Remaining, and X-RateLimit-Reset such as "432 seconds" (the limits page)."""

_SECONDS: Final = re.compile(r"\s*([0-9]{1,9}(?:\.[0-9]+)?)\s*(?:s|seconds?)?\s*", re.ASCII)
_SHOWN: Final = frozenset({"code", "httpStatus", "message", "uuid"})
_TOO_MANY: Final = 429
# An expired access token comes back in the answer that says so (API description, 2025-10-31).
_TOKEN: Final = "sentToken"  # noqa: S105 - the name of a key, not a token
_REMOVED: Final = "***"


def refuse(operation: Operation, response: Response) -> ApiError:
    """Return the error that an answer outside 2xx says.

    The code and not the status identifies an error: the published pairs do not hold (1014 comes
    with 401 or 403, 1013 with 404 or 400, 1 with 500 or 400: answers recorded in 2026-01).
    """
    document, instead = error_object(response)
    context = _without_token(document.get("context"))
    details = {name: value for name, value in document.items() if name not in _SHOWN}
    if "context" in details:
        details["context"] = context
    message = document.get("message")
    uuid = document.get("uuid")
    return CATALOGUE.build(
        operation=operation.name,
        status=response.status,
        code=whole_number(document.get("code")),
        message=message.strip() if isinstance(message, str) else instead,
        details=details,
        field_errors=_field_errors(context),
        request_id=uuid if isinstance(uuid, str) else headers.request_id(response.headers),
        retry_after_s=_retry_after_s(response, context),
        write=operation.safety is not Safety.READ,
    )


def _without_token(value: Any) -> Any:
    """Return a context without the access token that it may echo, at any depth."""
    if isinstance(value, dict):
        return {
            name: _REMOVED if name == _TOKEN else _without_token(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_without_token(item) for item in value]
    return value


def _items(context: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a context: it is one, a list of them, or an empty list for none."""
    for item in context if isinstance(context, list) else [context]:
        if isinstance(item, dict):
            yield item


def _field_errors(context: Any) -> list[tuple[str, str]]:
    """Return what is wrong with which field; a field's name is a text or the steps of a path."""
    found = []
    for item in _items(context):
        text = item.get("errorDescription")
        name = item.get("fieldName", "")
        if isinstance(text, str):
            path = ".".join(map(str, name)) if isinstance(name, list) else str(name or "")
            found.append((path, text))
    return found


def _retry_after_s(response: Response, context: Any) -> float | None:
    """Return the wait that is asked for, in seconds.

    Retry-After was seen with a 429 and is not described; the reset header and ``timeToReset``
    are described, as a number with a unit.
    """
    asked = headers.retry_after_s(response.headers, response.received_at)
    if asked is not None or response.status != _TOO_MANY:
        return asked
    reset = response.headers.get(RATE_HEADERS.reset)
    for text in (reset, *(item.get("timeToReset") for item in _items(context))):
        found = _SECONDS.fullmatch(str(text)) if text is not None else None
        if found is not None:
            return float(found[1])
    return None


def accepted(response: Response) -> Accepted:
    """Return that the request was queued; a 202 has no body (API description, 2025-10-31)."""
    nothing(response)
    return Accepted(headers.request_id(response.headers))
