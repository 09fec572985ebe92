"""A client that sends bytes and says exactly what came back, the way the connection ended included.

asyncio's streams throw received bytes away when a reset follows; plain sockets do not.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import attrs

from sentori_async.sandbox import API_KEY, FaultRule, FaultScript, Sandbox, faults

ADD = "contact/add/joe%40example.com/"


@attrs.frozen
class Seen:
    """All that a client got."""

    data: bytes
    end: Literal["closed", "reset"]

    @property
    def status(self) -> int:
        return int(self.data.split(b" ", 2)[1])

    @property
    def headers(self) -> dict[str, str]:
        """The headers, by their names in lower case."""
        lines = self.data.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        pairs = (line.split(": ", 1) for line in lines)
        return {name.lower(): value for name, value in pairs}

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]


@attrs.frozen
class Connection:
    """One connection to a sandbox."""

    peer: socket.socket

    async def send(
        self, path: str = ADD, *, method: str = "POST", body: bytes = b"", last: bool = False
    ) -> None:
        """Send a request; `last` asks the server to close the connection after the answer."""
        lines = [
            f"{method} /v2.0/{path} HTTP/1.1",
            "Host: h",
            f"ApiKey: {API_KEY}",
            f"Content-Length: {len(body)}",
            *(["Connection: close"] if last else []),
        ]
        data = "\r\n".join([*lines, "", ""]).encode() + body
        await asyncio.get_running_loop().sock_sendall(self.peer, data)

    async def receive(self) -> bytes:
        """Return what comes next, b"" at the end of the connection."""
        return await asyncio.get_running_loop().sock_recv(self.peer, 65_536)

    async def receive_until(self, end: bytes) -> bytes:
        """Return what comes, up to `end` and perhaps beyond."""
        data = b""
        while end not in data:
            more = await self.receive()
            assert more, f"the connection ended after {data!r}"
            data += more
        return data

    async def receive_all(self) -> Seen:
        """Return what comes until the connection ends, and how it does."""
        data = bytearray()
        try:
            while more := await self.receive():
                data += more
        except ConnectionResetError:
            return Seen(bytes(data), "reset")
        return Seen(bytes(data), "closed")

    def leave(self) -> None:
        """Go away."""
        self.peer.close()


@asynccontextmanager
async def connected(sandbox: Sandbox) -> AsyncIterator[Connection]:
    """Connect; everything has to be over within 30 seconds."""
    with socket.socket() as peer:
        peer.setblocking(False)
        async with asyncio.timeout(30):
            await asyncio.get_running_loop().sock_connect(peer, ("127.0.0.1", sandbox.port))
            yield Connection(peer)


async def ask(
    sandbox: Sandbox,
    path: str = ADD,
    *,
    method: str = "POST",
    body: bytes = b"",
    last: bool = True,
) -> Seen:
    """Send one request on a connection of its own and return all that came back."""
    async with connected(sandbox) as connection:
        await connection.send(path, method=method, body=body, last=last)
        return await connection.receive_all()


def always(fault: faults.Fault, route: str = "*") -> FaultScript:
    return FaultScript([FaultRule(route, fault)])


async def ask_under(sandbox: Sandbox, fault: faults.Fault, path: str = ADD) -> Seen:
    """Add a contact while everything goes wrong, and check that this was counted and recorded."""
    sandbox.faults = script = always(fault)
    seen = await ask(sandbox, path)
    assert script.injected == {fault.kind: 1}
    (record,) = sandbox.requests.latest()
    assert record.executed == fault.execute
    assert record.status == (seen.status if seen.data else 0)
    assert sandbox.in_flight == 0
    return seen


def added(sandbox: Sandbox) -> bool:
    return sandbox.sentori.contacts.addresses() == ["joe@example.com"]
