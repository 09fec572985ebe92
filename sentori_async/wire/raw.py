"""A request of the user's own, to a path that no verb knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sentori_async.errors import ApiError, InvalidInput
from sentori_async.wire import body
from sentori_async.wire.answers import reader
from sentori_async.wire.message import Call, Operation, Request, Response, Safety
from sentori_async.wire.paths import QueryValue, query, relative


def plan(
    platform: str,
    refuse: Callable[[Operation, Response], ApiError],
    method: str,
    path: str,
    *,
    params: Mapping[str, QueryValue] | None = None,
    json: Any = None,
    safety: Safety | None = None,
) -> Call[Response]:
    """Plan a request to any path below the base URL; an error status raises as in every call.

    Args:
        platform: The platform's name.
        refuse: Turn an answer that is no 2xx into the error to raise.
        method: The HTTP method.
        path: The path, percent-encoded where it holds reserved characters.
        params: The query.
        json: The body; None sends none.
        safety: Whether it may be repeated; GET is a read and the rest unsafe unless said.
    """
    method = _method(method)
    operation = Operation(
        platform=platform,
        name="request",
        method=method,
        template="{path}",
        safety=safety or (Safety.READ if method == "GET" else Safety.UNSAFE),
    )
    content = None if json is None else body.dumps(json)
    request = Request(operation, relative(path), content, query(params))
    return Call(request, reader(operation, _itself, refuse))


def _itself(response: Response) -> Response:
    return response


def _method(value: object) -> str:
    """Return the name of an HTTP method as it is sent."""
    if isinstance(value, str) and value.isascii() and value.isalpha():
        return value.upper()
    raise InvalidInput("the method is a word like GET or POST")
