"""The connections to one platform; express.py and ordinary.py share the use of aiohttp's client.

1. The credential is revealed here, once, into the headers of each request; aiohttp would show
   the headers of its session to a proxy, in plain text.
2. No aiohttp error leaves, not even as a context: their texts hold headers and queries.
3. Redirects are not followed, cookies are not kept, and nothing is sent twice.
4. An answer is bounded before it is read and again after it is decompressed.
"""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from sentori_async.errors import ConfigurationError, SentoriError
from sentori_async.transport import ordinary
from sentori_async.transport.connections import listen
from sentori_async.transport.express import Answer, Express, is_wanted
from sentori_async.transport.faults import FAILURES, closed, raise_too_large, translated
from sentori_async.transport.watch import Watch
from sentori_async.version import USER_AGENT
from sentori_async.wire.message import Request, Response

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

    from sentori_async.settings import Auth, Settings

# aiohttp would say application/octet-stream of a body that is not there.
_NO_TYPE: Final = ("Content-Type",)
_READ_CHUNK: Final = 64 * 1024
# How much of an attempt its connection may take: what is not connected by then was never sent,
# and must be known to be over before the attempt is.
_CONNECT_SHARE: Final = 0.95


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
        headers: Mapping[str, str] | None = None,
        express: bool | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare the connections; none is opened yet.

        Args:
            settings: Where to connect, with what credential and bounds.
            auth: How the platform wants the credential.
            connector: The caller's own aiohttp connector, which the caller closes.
            headers: What every request says besides.
            express: Whether to send without aiohttp's requests and responses; None does so where
                the installed aiohttp was tested, and the environment does not say otherwise.
            wall_clock: The time of day, as a Unix time.
        """
        self._settings = settings
        self._connector = connector
        self._tls = settings.tls or True
        self._least_bound = settings.limits.max_response_bytes
        self._wall_clock = wall_clock
        self._http: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._watch: Watch
        # The latest, which is nearly always the next one, too.
        self._timers = aiohttp.ClientTimeout(ceil_threshold=math.inf)
        self._base = URL(settings.base_url)
        self._prefix = self._base.raw_path
        self._auth = auth
        self._more = dict(headers or {})
        self._wants_express = is_wanted(express)
        self._express: Express | None = None
        # Replaced by those who must know each socket.
        self.open_socket: Callable[[Any], socket.socket] | None = None
        self.use_credential()

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
            ConfigurationError: The client is closed, or was opened on another event loop.
        """
        if self._http is None or self._loop is not asyncio.get_running_loop():
            self._open()
        head: aiohttp.ClientResponse | Answer | None = None
        body: bytes | None = None
        try:
            with self._watch.until(until) as block:
                express = self._express
                data = None if express is None else express.compose(request)
                if express is None or data is None:
                    head = await self._start(request, self._timeout(connect_s, read_s, until))
                else:
                    connection = express.ready()
                    if connection is None:
                        connection = await express.connect(self._timeout(connect_s, read_s, until))
                    head_only = request.operation.method == "HEAD"
                    head = await express.start(connection, data, read_s, block, head_only=head_only)
                    body = head.whole()
                if body is None:
                    body = await self._read(head, request)
                elif len(body) > self._least_bound and len(body) > self._bound(request):
                    raise_too_large(request, head, self._bound(request))
            return Response(head.status, head.headers, body, self._wall_clock())
        except FAILURES as error:
            failure = self._translated(error, request, head)
        finally:
            if head is not None and not head.closed:
                head.close()
            # The error is no longer being handled, and its text is not ours to show; nor is what
            # was said, to those who print the variables of a traceback: the key is in it.
            head = body = data = None
        raise failure

    async def _start(
        self, request: Request, timers: aiohttp.ClientTimeout
    ) -> aiohttp.ClientResponse:
        """Send a request the ordinary way and return the head of its answer."""
        assert self._http is not None  # noqa: S101 - it was opened a moment ago
        if self._express is not None:
            self._express.let_go()
        method = request.operation.method
        return await ordinary.start(
            self._http,
            method,
            self._url(request),
            data=request.body or None,
            headers=self._headers(request),
            skip_auto_headers=None if request.body or method == "GET" else _NO_TYPE,
            allow_redirects=False,
            timeout=timers,
            ssl=self._tls,
        )

    def use_credential(self) -> None:
        """Say who we are in all requests from now on; again when the token was replaced."""
        credential = self._auth.pattern.format(self._settings.api_key.reveal())
        self._bodyless = CIMultiDict({self._auth.header: credential, **self._more})
        self._json = CIMultiDict(self._bodyless, **{"Content-Type": "application/json"})
        if self._express is not None:
            self._express.use(self._said)

    def _said(self, has_body: bool) -> CIMultiDict[str]:  # noqa: FBT001 - the two kinds there are
        return self._json if has_body else self._bodyless

    def renew(self) -> object:
        """Begin anew in a forked child, without the connections, which are the parent's.

        Returns:
            What held them: it must be kept, for aiohttp closes what is collected.
        """
        held = self._http, self._express
        self._http = self._loop = self._express = None
        return held

    async def close(self) -> None:
        """End what is in flight and close the connections; a second time is harmless.

        Raises:
            ConfigurationError: The client is open on another event loop.
        """
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop and not self._loop.is_closed():
            raise _elsewhere("close it there")
        self._closed = True
        # aiohttp does not wake those who wait for a body when it closes their connection.
        if self._http is not None:
            self._watch.end_all()
        if self._express is not None:
            self._express.let_go()
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def _open(self) -> None:
        """Make the session of the running loop, on first use."""
        if self._closed:
            msg = "the client is closed: make a new one, or keep it open with `async with`"
            raise ConfigurationError(msg)
        loop = asyncio.get_running_loop()
        if self._loop is not None and self._loop is not loop:
            raise _elsewhere("make one client per loop")
        http = self._session(loop)
        # aiohttp sends GET, PUT and DELETE a second time after a lost connection: a lost DELETE
        # would then read as a clean 404.
        # Whether to send again is decided in retry.py alone.
        http._retry_connection = False  # noqa: SLF001 - there is no public switch
        self._http, self._loop, self._watch = http, loop, Watch(loop)
        if self._wants_express:
            proxy = self._settings.proxy
            own = self._connector is None
            self._express = Express(
                http, self._base, loop=loop, tls=self._tls, proxy=proxy, own=own
            )
            self._express.use(self._said)

    def _session(self, loop: asyncio.AbstractEventLoop) -> aiohttp.ClientSession:
        connector = self._connector
        if connector is None:
            connector = aiohttp.TCPConnector(
                limit=self._settings.limits.concurrency, socket_factory=self.open_socket
            )
            if self._wants_express:
                listen(connector, loop)
        try:
            return aiohttp.ClientSession(
                connector=connector,
                connector_owner=self._connector is None,
                loop=loop,
                headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=self._settings.proxy,
                request_class=ordinary.Guarded,
            )
        except RuntimeError:  # the caller's connector was made on a loop that is not this one
            raise _elsewhere("make the connector on the loop that uses it") from None

    def _timeout(
        self, connect_s: float, read_s: float | None, until: float
    ) -> aiohttp.ClientTimeout:
        """Return aiohttp's timers; the end of the attempt is not among them.

        Its `connect` spans all there is to a new connection: the look-up of the host, each of its
        addresses, TLS, and the wait for a free one.
        There is none of the latter on connections of our own, as no more requests are admitted.
        """
        most_s = (until - asyncio.get_running_loop().time()) * _CONNECT_SHARE
        own = self._connector is None
        connect = min(connect_s, most_s) if own else most_s
        sock_connect = None if own else connect_s
        last = self._timers
        if (last.connect, last.sock_connect, last.sock_read) != (connect, sock_connect, read_s):
            self._timers = aiohttp.ClientTimeout(
                connect=connect,
                sock_connect=sock_connect,
                sock_read=read_s,
                ceil_threshold=math.inf,
            )
        return self._timers

    def _url(self, request: Request) -> URL:
        """Return the URL; its parts are percent-encoded already, so nothing is parsed."""
        url = self._base.with_path(self._prefix + request.path, encoded=True)
        if request.query:
            return URL(f"{url}?{request.query}", encoded=True)
        return url

    def _headers(self, request: Request) -> CIMultiDict[str]:
        headers = self._said(bool(request.body))
        if request.headers:
            headers = headers.copy()
            headers.update(request.headers)
        return headers

    async def _read(self, head: aiohttp.ClientResponse | Answer, request: Request) -> bytes:
        """Return the body, or stop as soon as it is too large."""
        bound = self._bound(request)
        if (head.content_length or 0) > bound and request.operation.method != "HEAD":
            raise_too_large(request, head, bound)
        headers = head.headers
        if head.content_length is not None and not (
            "Content-Encoding" in headers or "Transfer-Encoding" in headers
        ):
            return await head.read()
        chunks: list[bytes] = []
        size = 0
        async for chunk in head.content.iter_chunked(_READ_CHUNK):
            size += len(chunk)
            if size > bound:
                raise_too_large(request, head, bound)
            chunks.append(chunk)
        return b"".join(chunks)

    def _bound(self, request: Request) -> int:
        """Return how large the answer may be, in bytes."""
        bound = request.operation.max_response_bytes or 0
        return max(bound, self._least_bound)

    def _translated(
        self, error: Exception, request: Request, head: aiohttp.ClientResponse | Answer | None
    ) -> SentoriError:
        """Return our error for one of aiohttp's."""
        if self._closed:
            return closed(request, head)
        if self._http is not None and self._http.closed:
            return ConfigurationError("the connector that was passed to the client is closed")
        return translated(error, request, head)


def _elsewhere(remedy: str) -> ConfigurationError:
    return ConfigurationError(f"the client belongs to another event loop: {remedy}")
