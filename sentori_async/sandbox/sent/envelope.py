"""The envelope around every answer: success, data, error and meta.

The shape is that of https://docs.sent.dm/reference/api/errors (2026-05); both outcomes have it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any, Final

import attrs
import orjson
from multidict import CIMultiDict

from sentori_async.sandbox.platform import Reply
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import ROWS, Refusal, message

_JSON: Final = "application/json; charset=utf-8"
_VERSION: Final = "v3"


@attrs.frozen(eq=False)
class Result:
    """What an endpoint has to say.

    Attributes:
        data: The envelope's data.
        status: The HTTP status; 204 is sent without a body.
        simulated: Whether a body's ``sandbox: true`` kept it from changing anything.
    """

    data: Any = None
    status: int = 200
    simulated: bool = False


@attrs.define(eq=False)
class Stamp:
    """What every answer to one request carries.

    Attributes:
        request_id: The request's own id.
        now: The present time, without a zone.
        extra: Headers that some of the answers have.
        started_s: When the work began, on the clock of `time.perf_counter`.
    """

    request_id: str
    now: dt.datetime
    extra: dict[str, str] = attrs.field(factory=dict)
    started_s: float = attrs.field(factory=time.perf_counter)

    def headers(self) -> CIMultiDict[str]:
        """Return the headers that every answer has."""
        took_s = time.perf_counter() - self.started_s
        return CIMultiDict(
            {
                "X-Request-Id": self.request_id,
                "X-Response-Time": f"{took_s * 1000:.0f}ms",
                "X-API-Version": _VERSION,
                **self.extra,
            }
        )

    def meta(self) -> dict[str, str]:
        """Return the envelope's meta."""
        return {
            "request_id": self.request_id,
            "timestamp": printed(self.now),
            "version": _VERSION,
        }


def printed(moment: dt.datetime) -> str:
    """Return a time as Sent prints it: seven digits of fraction, and the offset of UTC."""
    return f"{moment.isoformat(timespec='microseconds')}0+00:00"


def succeeded(result: Result, stamp: Stamp) -> Reply:
    """Return the answer to a request that was carried out."""
    headers = stamp.headers()
    if result.simulated:
        headers["X-Sandbox"] = "true"
    if result.status == 204:
        return Reply(204, headers=headers)
    return _enveloped(result.status, headers, data=result.data, error=None, stamp=stamp)


def refused(refusal: Refusal, stamp: Stamp, options: SentOptions) -> Reply:
    """Return the answer to a request that was refused."""
    row = ROWS[refusal.code]
    status = row.statuses[-1] if options.legacy_statuses else row.statuses[0]
    headers = stamp.headers()
    headers.update(refusal.headers)
    if options.empty_auth_errors and status in {401, 403}:
        return Reply(status, headers=headers)
    error = {
        "code": refusal.code,
        "message": message(refusal.code),
        "details": refusal.details,
        "doc_url": options.doc_url.format(code=refusal.code),
    }
    if options.errors_as_200:
        status = 200
    return _enveloped(
        status, headers, data=None, error=error, stamp=stamp, bare=options.errors_without_data
    )


def _enveloped(
    status: int,
    headers: CIMultiDict[str],
    *,
    data: Any,
    error: Mapping[str, Any] | None,
    stamp: Stamp,
    bare: bool = False,
) -> Reply:
    envelope = {"success": error is None, "data": data, "error": error, "meta": stamp.meta()}
    if bare:
        del envelope["data"]
    headers["Content-Type"] = _JSON
    return Reply(status, orjson.dumps(envelope), headers)
