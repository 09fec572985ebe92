"""Answers as Sent writes them, and requests as tests compare them."""

from __future__ import annotations

from typing import Any

import orjson

from sentori_async.wire.message import Call, Request, Response

ID = "7d5c2b1a-0000-4000-8000-000000000001"
JOE = "+12125550123"


def enveloped(
    data: object,
    status: int = 200,
    *,
    code: str | None = None,
    message: str = "no",
    details: object = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return an answer; one with a code is an error."""
    error = None
    if code is not None:
        error = {"code": code, "message": message, "details": details, "doc_url": "https://x/"}
    meta = {"request_id": "req_1", "timestamp": "2026-11-21T12:00:00.0000000+00:00"}
    envelope = {"success": code is None, "data": data, "error": error, "meta": meta}
    return Response(status, headers or {}, orjson.dumps(envelope))


def listed(*contacts: dict[str, Any]) -> Response:
    """Return the answer to a search for contacts."""
    return enveloped({"contacts": list(contacts), "pagination": {"has_more": False}})


def told(call: Call[Any] | Request) -> tuple[str, bytes | None]:
    """Return a request's method, path and query in one, and its body."""
    request = call.request if isinstance(call, Call) else call
    asked = f"?{request.query}" if request.query else ""
    return f"{request.operation.method} {request.path}{asked}", request.body
