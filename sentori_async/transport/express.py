"""The express way: aiohttp's connections and parser without its requests and responses.

1. Connecting, pooling, TLS, proxies, parsing and decompression are aiohttp's own.
2. What a request says besides its target and its body is composed once, by aiohttp itself, so that
   both ways say the same; what is out of the ordinary goes the ordinary way.
3. A connection is used again only after a whole request and a whole answer. Whatever else ends an
   exchange, cancellation included, closes it.
4. Nothing is sent twice, and no credential is revealed: the session hands over its headers.

`connect` is documented, the protocol behind a connection is not: see `TESTED`.
"""

from __future__ import annotations

import functools
import math
import os
import re
from typing import TYPE_CHECKING, Final

import aiohttp
import attrs
from yarl import URL

from sentori_async.errors import ConfigurationError
from sentori_async.transport import log
from sentori_async.transport.connections import Listener, Ready
from sentori_async.transport.ordinary import MOST_UNASKED, UnaskedError

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Callable, Mapping

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.http_parser import RawResponseMessage
    from multidict import CIMultiDict

    from sentori_async.transport.watch import Block
    from sentori_async.wire.message import Request

TESTED: Final = ((3, 14), (3, 15))
"""The first version of aiohttp whose connections were tested, and the first that was not."""
SWITCH: Final = "SENTORI_EXPRESS"
_OK: Final = 200
_SWITCHING: Final = 101
# More than that may not go out at once, and has to be written while the answer is read.
_LARGEST_BODY: Final = 32 * 1024
_LINE: Final = re.compile(r"[\t -~\x80-\U0010ffff]*")
# Mocks and recorders put their own function here.
_REQUEST: Final = aiohttp.ClientSession._request  # noqa: SLF001 - read, to see whether it was patched


def is_wanted(express: bool | None) -> bool:  # noqa: FBT001 - a switch, handed on as it came
    """Tell whether to go the express way, and log if the installed aiohttp does not let us.

    Args:
        express: What the caller wants; the environment's or our own choice where None.

    Raises:
        ConfigurationError: The environment says something else than on, off or auto.
    """
    if express is not None:
        return express
    said = os.environ.get(SWITCH, "auto")
    if said not in {"on", "off", "auto"}:
        raise ConfigurationError(f"{SWITCH} is on, off or auto, not {said[:20]!r}")
    return said == "on" or (said == "auto" and _is_tested(aiohttp.__version__))


@functools.cache
def _is_tested(version: str) -> bool:
    first, end = TESTED
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    if first <= numbers < end:
        return True
    log.ordinary(version)
    return False


class Answer:
    """An answer whose head has come; it has what the session needs of aiohttp's `ClientResponse`.

    Attributes:
        status: The HTTP status.
        headers: The headers.
        content: The body as it comes.
    """

    __slots__ = ("_connection", "_free", "content", "headers", "status")

    def __init__(
        self,
        connection: Connection,
        message: RawResponseMessage,
        content: aiohttp.StreamReader,
        free: Callable[[Connection], None],
    ) -> None:
        """Take over a connection; it is `free` again when the body has come."""
        self._connection: Connection | None = connection
        self._free = free
        self.status = message.code
        self.headers = message.headers
        self.content = content
        if content.is_eof():
            self._release()
        else:
            content.on_eof(self._release)

    @property
    def content_length(self) -> int | None:
        """What the headers say of the body's length."""
        length = self.headers.get("Content-Length")
        return None if length is None else int(length)

    @property
    def closed(self) -> bool:
        """Whether the connection is no longer ours."""
        return self._connection is None

    def whole(self) -> bytes | None:
        """Return the body, if all of it came with the head, as nearly always."""
        content = self.content
        if not content.is_eof():
            return None
        if type(content) is aiohttp.StreamReader and content.exception() is None:
            # Nothing has been read of it, and nobody is going to: no need to keep its books.
            pieces = content._buffer  # noqa: SLF001 - see `TESTED`
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return content.read_nowait()

    async def read(self) -> bytes:
        """Return the whole body."""
        return await self.content.read()

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._unsent(connection):
            # Answered before it was sent: what is left of it must not precede the next request.
            connection.close()
            return
        self._free(connection)

    @staticmethod
    def _unsent(connection: Connection) -> int:
        transport = connection.transport
        return 0 if transport is None else transport.get_write_buffer_size()


class _Where(aiohttp.ClientRequest):
    """A request that is never sent: it says where to connect, and composes heads."""

    @functools.cached_property
    def connection_key(self) -> ConnectionKey:  # pyright: ignore[reportIncompatibleMethodOverride]
        """What connections to the same place have in common; looked up for every request."""
        return super().connection_key


@attrs.frozen(kw_only=True, eq=False, repr=False)
class _Head:
    """What all requests of one kind say besides their target and their body.

    Attributes:
        method: The HTTP method.
        lines: The headers as they are sent, the credential among them.
        names: The headers' names in lower case.
    """

    method: bytes
    lines: bytes
    names: frozenset[str]

    def admits(self, headers: Mapping[str, str]) -> bool:
        """Tell whether headers can be added as they are."""
        return all(
            name.lower() not in self.names and _LINE.fullmatch(name) and _LINE.fullmatch(value)
            for name, value in headers.items()
        )


class Express:
    """Sends requests over the connections of one aiohttp session."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        base: URL,
        *,
        loop: asyncio.AbstractEventLoop,
        tls: ssl.SSLContext | bool,
        proxy: str | None,
        own: bool,
    ) -> None:
        """Prepare to connect.

        Args:
            http: Whose connector and default headers to use.
            base: Where all requests go.
            loop: The running loop.
            tls: With what TLS context.
            proxy: Through which proxy.
            own: Whether the connector is nobody else's, who might wait for a free connection.
        """
        connector = http.connector
        assert connector is not None  # noqa: S101 - the session was opened a moment ago
        self._http = http
        self._connector = connector
        self._prefix = base.raw_path
        # A proxy wants the whole URL of what it is not to tunnel.
        self._direct = proxy is None or base.scheme == "https"
        where = None if proxy is None else URL(proxy)
        self._compose = functools.partial(
            _Where,
            url=base,
            loop=loop,
            ssl=tls,
            proxy=where,
        )
        self._where = self._compose("GET")
        self._ready = Ready(loop)
        # aiohttp prints where a connection goes if nobody closes it, the proxy's password included,
        # unless it is in the pool.
        is_open = where is None or (where.user is None and where.password is None)
        self._free = self._ready.keep if own and is_open else _release
        self._said: Callable[[bool], CIMultiDict[str]] | None = None
        self._heads: dict[tuple[str, bool], _Head] = {}

    def use(self, said: Callable[[bool], CIMultiDict[str]]) -> None:
        """Say other headers from now on.

        Args:
            said: Return what requests say, with a body or without one.
        """
        self._said = said
        self._heads.clear()

    def compose(self, request: Request) -> bytes | None:
        """Return a request as it goes out, or None where it cannot go this way."""
        if not self._direct or type(self._http)._request is not _REQUEST:  # noqa: SLF001 - see there
            return None
        target = f"{self._prefix}{request.path}"
        if request.query:
            target = f"{target}?{request.query}"
        if not (target.isascii() and target.isprintable()) or " " in target:
            return None
        body = request.body
        head = self._head(request.operation.method, has_body=bool(body))
        more = b""
        if request.headers:
            if not head.admits(request.headers):
                return None
            lines = (f"{name}: {value}\r\n" for name, value in request.headers.items())
            more = "".join(lines).encode()
        if not body:
            return b"%b %b HTTP/1.1\r\n%b%b\r\n" % (head.method, target.encode(), head.lines, more)
        if len(body) > _LARGEST_BODY:
            return None
        return b"%b %b HTTP/1.1\r\n%b%bContent-Length: %d\r\n\r\n%b" % (
            head.method,
            target.encode(),
            head.lines,
            more,
            len(body),
            body,
        )

    def let_go(self) -> None:
        """Let others have the connections that are free."""
        self._ready.let_go()

    def ready(self) -> Connection | None:
        """Return a connection that is open and free; None where one must be waited for."""
        return self._ready.take()

    async def start(
        self,
        connection: Connection,
        data: bytes,
        read_s: float | None,
        block: Block,
        *,
        head_only: bool,
    ) -> Answer:
        """Send a request and return the head of its answer.

        Args:
            connection: Where to send it.
            data: What to send, as `compose` returned it.
            read_s: What bounds each silence, in seconds, if anything does.
            block: What bounds the attempt.
            head_only: Whether the answer has no body, whatever its headers say.

        Raises:
            aiohttp.ClientError: There is none.
            HttpProcessingError: It is not HTTP.
        """
        try:
            protocol, transport = _ends(connection)
            if isinstance(protocol, Listener):
                protocol.expect(head_only=head_only)
                transport.write(data)
                if read_s is not None:
                    block.listen(protocol, read_s)
            else:
                protocol.set_response_params(
                    skip_payload=head_only,
                    read_until_eof=True,
                    read_timeout=read_s,
                    timeout_ceil_threshold=math.inf,
                )
                transport.write(data)
                protocol.start_timeout()
            # The key is in it, and some print the variables of a traceback.
            data = b""
            while True:
                message, content = await protocol.read()
                if message.code >= _OK or message.code == _SWITCHING:
                    return Answer(connection, message, content, self._free)
                # The parser takes an interim answer for the end of all silence.
                protocol.start_timeout()
        except BaseException:
            connection.close()
            raise

    async def connect(self, timers: aiohttp.ClientTimeout) -> Connection:
        """Return a connection on which nothing was said that nobody asked for.

        Args:
            timers: What bounds that.

        Raises:
            aiohttp.ClientError: There is none.
        """
        if self._http.closed:
            raise RuntimeError("the session is closed")
        for _ in range(MOST_UNASKED):
            try:
                connection = await self._connector.connect(self._where, [], timers)
            except TimeoutError as error:
                raise aiohttp.ConnectionTimeoutError from error
            protocol = connection.protocol
            if protocol is None or not protocol.should_close:
                return connection
            # An answer that came while it was in the pool would be taken for the next one's.
            connection.close()
        raise UnaskedError

    def _head(self, method: str, *, has_body: bool) -> _Head:
        head = self._heads.get((method, has_body))
        if head is None:
            head = self._heads[method, has_body] = self._composed(method, has_body=has_body)
        return head

    def _composed(self, method: str, *, has_body: bool) -> _Head:
        assert self._said is not None  # noqa: S101 - `use` comes first
        headers = self._http.headers.copy()
        headers.update(self._said(has_body))
        if self._connector.force_close:
            headers["Connection"] = "close"
        composed = self._compose(method, headers=headers, data=b"{}" if has_body else None)
        names = {name.lower() for name in composed.headers}
        lines = "".join(
            f"{name}: {value}\r\n"
            for name, value in composed.headers.items()
            if not (has_body and name.lower() == "content-length")
        )
        return _Head(
            method=composed.method.encode(),
            lines=lines.encode(),
            names=frozenset(names | {"content-length"}),
        )


def _release(connection: Connection) -> None:
    connection.release()


def _ends(connection: Connection) -> tuple[ResponseHandler, asyncio.Transport]:
    protocol = connection.protocol
    transport = None if protocol is None else protocol.transport
    if protocol is None or transport is None or transport.is_closing():
        raise aiohttp.ClientConnectionResetError("the connection is closing")
    return protocol, transport
