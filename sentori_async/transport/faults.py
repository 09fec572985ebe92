"""Our errors for what goes wrong with an exchange; aiohttp's texts are not ours to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError

from sentori_async.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    DecodeError,
    RequestTimeout,
    ResponseTooLarge,
    SentoriError,
    TransportError,
)
from sentori_async.settings import MIB
from sentori_async.transport.ordinary import UnaskedError
from sentori_async.wire.catalogue import TRANSIENT_STATUSES
from sentori_async.wire.message import Request, Safety

if TYPE_CHECKING:
    from sentori_async.transport.express import Answer

FAILURES: Final = (
    aiohttp.ClientError,
    HttpProcessingError,
    TimeoutError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What an exchange may raise that is to be translated."""


def translated(
    error: Exception, request: Request, head: aiohttp.ClientResponse | Answer | None
) -> SentoriError:
    """Return our error for one of `FAILURES`.

    Args:
        error: What was raised.
        request: What was to be sent.
        head: The answer as far as it came, if any of it did.
    """
    name = request.operation.name
    if isinstance(error, aiohttp.ClientConnectorError):
        return _not_connected(error, name)
    if isinstance(error, ValueError):
        msg = f"{name}: no request can be made of this address, proxy and headers"
        return ConfigurationError(msg)
    cls, what = _fault(error)
    applied = False if cls is ConnectFailed else _applied(request, head)
    return cls(f"{name}: {what}", operation=name, applied=applied)


def closed(request: Request, head: aiohttp.ClientResponse | Answer | None) -> ConnectionLost:
    """Return the error of an exchange that the closing of its client has cut off."""
    name = request.operation.name
    msg = f"{name}: the client was closed before the answer was complete"
    lost = ConnectionLost(msg, operation=name, applied=_applied(request, head))
    lost.retryable = False
    return lost


def raise_too_large(
    request: Request, head: aiohttp.ClientResponse | Answer, bound: int
) -> NoReturn:
    """Refuse an answer.

    Args:
        request: What was sent.
        head: The answer.
        bound: How large it might have been, in bytes.

    Raises:
        ResponseTooLarge: Always.
    """
    name = request.operation.name
    size = f"{bound / MIB:.3g} MiB" if bound >= MIB else f"{bound} bytes"
    msg = f"the answer to {name} is larger than {size}: raise Limits.max_response_bytes"
    raise ResponseTooLarge(msg, operation=name, applied=_applied(request, head))


def _applied(request: Request, head: aiohttp.ClientResponse | Answer | None) -> bool | None:
    """Tell what a broken answer means for a write, as far as the status line tells."""
    if request.operation.safety is Safety.READ:
        return False
    if head is None or head.status in TRANSIENT_STATUSES:
        return None
    return head.status < 300


def _fault(error: Exception) -> tuple[type[TransportError], str]:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return ConnectFailed, "no connection came about in time (Timeouts.connect_s)"
        case UnaskedError():
            return ConnectFailed, "the other end speaks before it is asked: see what is at base_url"
        case aiohttp.ClientHttpProxyError():
            return ConnectFailed, f"the proxy refused the connection (HTTP {error.status})"
        case RuntimeError() if "shutdown" in str(error):
            return ConnectFailed, "the interpreter or the loop is shutting down: join threads first"
        case TimeoutError():
            return RequestTimeout, "no answer in time (Timeouts.read_s, total_s or the deadline)"
        case aiohttp.ClientResponseError() | HttpProcessingError():
            return DecodeError, "the answer is not valid HTTP"
        case aiohttp.ClientPayloadError(__cause__=ContentEncodingError()):
            return DecodeError, "the answer's body is not encoded as its headers say"
        case _:
            return ConnectionLost, "the connection broke before the answer was complete"


def _not_connected(error: aiohttp.ClientConnectorError, name: str) -> ConnectFailed:
    where = f"{error.host}:{error.port}"
    match error:
        case aiohttp.ClientConnectorCertificateError():
            what = f"the certificate of {where} is not trusted: pass tls= with a context that does"
        case aiohttp.ClientConnectorSSLError():
            what = f"TLS with {where} failed: {error.os_error.strerror}"
        case _:
            reason = error.os_error.strerror or type(error.os_error).__name__
            what = f"cannot connect to {where}: {reason}"
    failed = ConnectFailed(f"{name}: {what}", operation=name)
    failed.retryable = not isinstance(error, aiohttp.ClientSSLError)
    return failed
