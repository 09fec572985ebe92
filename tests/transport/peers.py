"""Servers on this machine that say exactly what they are told, and sessions to talk to them."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import socket
import ssl
import struct
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import attrs

from sentori_async.errors import SentoriError
from sentori_async.platforms.sentori.client import SENTORI
from sentori_async.settings import Settings
from sentori_async.transport.session import Session
from sentori_async.wire.message import Operation, Request, Response, Safety

KEY = "canary-key-c0ffee"
ADDRESS = "canary-address%40example.com"
"""What must never be seen outside the request itself."""
_CANARIES = (KEY, ADDRESS, ADDRESS.replace("%40", "@"), "canary")


class Then(enum.Enum):
    """What a peer does with the connection after it has spoken."""

    KEEP = enum.auto()
    CLOSE = enum.auto()
    RESET = enum.auto()
    SILENCE = enum.auto()
    """Keep it open, and answer nothing more."""


@attrs.frozen
class Say:
    """Bytes to send for one request, and what to do then."""

    data: bytes = b""
    then: Then = Then.KEEP


@attrs.frozen
class Seen:
    """One request as it came over the wire."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def http(body: bytes = b"", status: str = "200 OK", **headers: str | int) -> Say:
    """Return an answer; underscores in header names stand for hyphens."""
    said = {"Content-Length": len(body)} | {k.replace("_", "-"): v for k, v in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value != "")
    return Say(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)


@attrs.define
class Peer:
    """A server that answers each request by a script; the last line stands for all that follow."""

    script: list[Say]
    host: str = ""
    port: int = 0
    scheme: str = "http"
    seen: list[Seen] = attrs.field(factory=list)
    connections: int = 0
    heard: asyncio.Event = attrs.field(factory=asyncio.Event)
    hung_up: asyncio.Event = attrs.field(factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}/v2.0/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client until it leaves."""
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self.converse(reader, writer)
        finally:
            self.hung_up.set()
            writer.close()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            self.seen.append(await _read_request(reader))
            self.heard.set()
            said = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            writer.write(said.data)
            await writer.drain()
            match said.then:
                case Then.CLOSE:
                    return
                case Then.RESET:
                    _reset(writer)
                    return
                case Then.SILENCE:
                    await reader.read()
                    return


async def _read_request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (text.partition(":") for text in rest)]
    seen = Seen(line, headers, b"")
    length = sum(map(int, seen.header("Content-Length")))
    return attrs.evolve(seen, body=await reader.readexactly(length))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection as a crashed machine does, without a farewell."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.asynccontextmanager
async def peer(*script: Say, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """Serve on a free port of this machine."""
    one = Peer(list(script) or [http()], scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(one.serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    one.host, one.port = server.sockets[0].getsockname()
    try:
        yield one
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
        await settle()


def make_session(url: str, *, connector: Any = None, **options: Any) -> Session:
    """Return a session that its user closes."""
    settings = Settings(api_key=KEY, base_url=url, **options)
    return Session(settings, SENTORI.auth, connector=connector)


@contextlib.asynccontextmanager
async def session(url: str, *, connector: Any = None, **options: Any) -> AsyncIterator[Session]:
    """Make a session and close it at the end."""
    made = make_session(url, connector=connector, **options)
    try:
        yield made
    finally:
        await made.close()


def request(
    method: str = "GET",
    path: str = f"contact/get/{ADDRESS}/",
    *,
    body: bytes | None = None,
    query: str = "",
    headers: dict[str, str] | None = None,
    safety: Safety | None = None,
    max_response_bytes: int | None = None,
) -> Request:
    """Return a request; GET is a read, all else unsafe unless said."""
    operation = Operation(
        platform="sentori",
        name="contacts.verb",
        method=method,
        template="contact/verb/{address}/",
        safety=safety or (Safety.READ if method == "GET" else Safety.UNSAFE),
        max_response_bytes=max_response_bytes,
    )
    return Request(operation, path, body, query, headers)


READ = request()
WRITE = request("POST", f"contact/add/{ADDRESS}/", body=b'{"FirstName":"Joe"}')


async def exchange(
    through: Session,
    sent: Request = READ,
    *,
    connect_s: float = 5.0,
    read_s: float | None = None,
    total_s: float = 5.0,
) -> Response:
    """Send a request once."""
    until = asyncio.get_running_loop().time() + total_s
    return await through.exchange(sent, connect_s=connect_s, read_s=read_s, until=until)


async def settle() -> None:
    """Let all that has been said on this machine be heard."""
    for _ in range(20):
        await asyncio.sleep(0)


async def say_and_send(
    sent: Request, *script: Say, times: int = 1, **options: Any
) -> tuple[Response, Peer]:
    """Send a request to a peer, so many times; return the last answer and the peer."""
    async with peer(*script) as one, session(one.url, **options) as through:
        for _ in range(times - 1):
            await exchange(through, sent)
        return await exchange(through, sent), one


def chunked(*chunks: bytes, end: bool = True) -> bytes:
    """Return a body in chunks, with or without its end."""
    parts: Sequence[bytes] = [b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks]
    return b"".join(parts) + (b"0\r\n\r\n" if end else b"")


@contextlib.asynccontextmanager
async def raw(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any],
) -> AsyncIterator[str]:
    """Serve with a function of one's own."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield "http://{}:{}/".format(*server.sockets[0].getsockname())
    finally:
        server.close()
        await server.wait_closed()


def assert_clean(error: SentoriError) -> None:
    """See that neither the error nor anything it holds on to shows a key or an address."""
    assert (error.__cause__, error.__context__) == (None, None)
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in shown.stack if "sentori_async" in frame.filename]
    text = f"{error!r}{error.args}{vars(error)}{[frame.locals for frame in ours]}"
    text += "".join(traceback.format_exception(error))
    assert not [canary for canary in _CANARIES if canary in text]
