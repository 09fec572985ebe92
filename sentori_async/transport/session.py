"""The connections to one platform; the only module that imports aiohttp's client.

1. The credential is revealed here, once, into the headers of aiohttp's session.
2. No aiohttp error leaves: their texts hold headers and queries, so none is chained either.
3. Redirects are not followed, cookies are not kept, and nothing is sent twice.
4. An answer is bounded before it is read and again after it is decompressed.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NoReturn

import aiohttp
from yarl import URL

from sentori_async.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    DecodeError,
    RequestTimeout,
    ResponseTooLarge,
    TransportError,
)
from sentori_async.version import USER_AGENT
from sentori_async.wire.message import Request, Response, Safety

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.settings import Auth, Settings

_JSON: Final = {"Content-Type": "application/json"}
_READ_CHUNK: Final = 64 * 1024


class Session:
    """Send single requests over pooled connections and read their answers.

    It is made outside any event loop and belongs to the first loop that uses it.
    """

    def __init__(
        self,
        settings: Settings,
        auth: Auth,
        *,
        connector: aiohttp.BaseConnector | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare the connections; none is opened yet.

        Args:
            settings: Where to connect, with what credential and bounds.
            auth: How the platform wants the credential.
            connector: The caller's own aiohttp connector, which the caller closes.
            wall_clock: The time of day, as a Unix time.
        """
        self._settings = settings
        self._auth = auth
        self._connector = connector
        self._wall_clock = wall_clock
        self._http: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._base = URL(settings.base_url)
        self._prefix = self._base.raw_path

    async def exchange(
        self, request: Request, *, connect_s: float, read_s: float | None, until: float
    ) -> Response:
        """Send one request once and return its answer, whatever its status.

        Args:
            request: What to send.
            connect_s: How long a connection may take, in seconds.
            read_s: The longest silence, in seconds, or None where `until` comes first anyway.
            until: When the attempt ends, by the loop's clock.

        Raises:
            TransportError: There is no usable answer; `applied` says what that means.
        """
        http = self._http if self._loop is asyncio.get_running_loop() else None
        if http is None:
            http = self._open()
        head: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout_at(until):
                head = await http.request(
                    request.operation.method,
                    self._url(request),
                    data=request.body,
                    headers=self._headers(request),
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(
                        total=None, sock_connect=connect_s, sock_read=read_s
                    ),
                )
                body = await self._read(head, request)
        except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:
            _raise_translated(error, request, head)
        finally:
            if head is not None:
                head.close()
        return Response(head.status, head.headers, body, self._wall_clock())

    async def close(self) -> None:
        """Close the connections; a second time is harmless."""
        self._closed = True
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def _open(self) -> aiohttp.ClientSession:
        """Return the session of the running loop, made on first use."""
        if self._closed:
            msg = "the client is closed: make a new one, or keep it open with `async with`"
            raise ConfigurationError(msg)
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop:
            msg = "the client belongs to another event loop: make one client per loop"
            raise ConfigurationError(msg)
        key = self._settings.api_key.reveal()
        self._http = aiohttp.ClientSession(
            connector=self._connector or self._own_connector(),
            connector_owner=self._connector is None,
            headers={
                self._auth.header: self._auth.pattern.format(key),
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
            },
            cookie_jar=aiohttp.DummyCookieJar(),
            proxy=self._settings.proxy,
        )
        # aiohttp sends GET, PUT and DELETE a second time after a lost connection: a lost DELETE
        # would then read as a clean 404.
        # Whether to send again is decided in retry.py alone.
        self._http._retry_connection = False  # noqa: SLF001 - there is no public switch
        self._loop = loop
        return self._http

    def _own_connector(self) -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector(
            limit=self._settings.limits.concurrency,
            ssl=self._settings.tls if self._settings.tls is not None else True,
        )

    def _url(self, request: Request) -> URL:
        """Return the URL; its parts are percent-encoded already, so nothing is parsed."""
        url = self._base.with_path(self._prefix + request.path, encoded=True)
        if request.query:
            return URL(f"{url}?{request.query}", encoded=True)
        return url

    def _headers(self, request: Request) -> dict[str, str] | None:
        if request.headers:
            return {**_JSON, **request.headers} if request.body else dict(request.headers)
        return _JSON if request.body else None

    async def _read(self, head: aiohttp.ClientResponse, request: Request) -> bytes:
        """Return the body, or stop as soon as it is too large."""
        bound = request.operation.max_response_bytes or 0
        bound = max(bound, self._settings.limits.max_response_bytes)
        if (head.content_length or 0) > bound:
            _raise_too_large(request, head, bound)
        if head.content_length is not None and "Content-Encoding" not in head.headers:
            return await head.read()
        chunks: list[bytes] = []
        size = 0
        async for chunk in head.content.iter_chunked(_READ_CHUNK):
            size += len(chunk)
            if size > bound:
                _raise_too_large(request, head, bound)
            chunks.append(chunk)
        return b"".join(chunks)


def _raise_too_large(request: Request, head: aiohttp.ClientResponse, bound: int) -> NoReturn:
    name = request.operation.name
    msg = f"the answer to {name} is larger than {bound} bytes: raise Limits.max_response_bytes"
    raise ResponseTooLarge(msg, operation=name, applied=_applied(request, head))


def _applied(request: Request, head: aiohttp.ClientResponse | None) -> bool | None:
    """Tell what a broken answer means for a write, as far as the status line tells."""
    if request.operation.safety is Safety.READ:
        return False
    if head is None or head.status >= 500:
        return None
    return head.status < 300


def _raise_translated(
    error: BaseException, request: Request, head: aiohttp.ClientResponse | None
) -> NoReturn:
    """Raise our error for one of aiohttp's, whose text is not ours to show."""
    name = request.operation.name
    applied = _applied(request, head)
    raise _translated(error, name, applied=applied) from None


def _translated(error: BaseException, name: str, *, applied: bool | None) -> TransportError:
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            failed = ConnectFailed(
                f"{name}: TLS with {error.host} failed: pass tls= with a context that trusts it",
                operation=name,
            )
            failed.retryable = False
            return failed
        case aiohttp.ClientConnectorError():
            reason = error.os_error.strerror or type(error.os_error).__name__
            msg = f"{name}: cannot connect to {error.host}:{error.port}: {reason}"
            return ConnectFailed(msg, operation=name)
        case aiohttp.ConnectionTimeoutError():
            msg = f"{name}: no connection came about in time (Timeouts.connect_s)"
            return ConnectFailed(msg, operation=name)
        case aiohttp.ClientHttpProxyError():
            msg = f"{name}: the proxy refused the connection (HTTP {error.status})"
            return ConnectFailed(msg, operation=name)
        case TimeoutError():
            msg = f"{name}: no answer in time (Timeouts.read_s and total_s)"
            return RequestTimeout(msg, operation=name, applied=applied)
        case aiohttp.ClientResponseError():
            msg = f"{name}: the answer is not valid HTTP"
            return DecodeError(msg, operation=name, applied=applied)
        case RuntimeError() if "after shutdown" in str(error):
            msg = f"{name}: the interpreter or the loop is shutting down: join your threads first"
            return ConnectFailed(msg, operation=name)
        case _:
            msg = f"{name}: the connection broke before the answer was complete"
            return ConnectionLost(msg, operation=name, applied=applied)
