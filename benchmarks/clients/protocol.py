"""A keep-alive client by hand on asyncio's protocols: the limit of this language and loop.

It knows one kind of request and one kind of answer, and nothing of what can go wrong.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import orjson

from benchmarks.clients import PARSED
from benchmarks.contact import API_KEY, fields, path
from benchmarks.work import Work, WrongResultError, send_each


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._answer: asyncio.Future[Any] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write on."""
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes) -> asyncio.Future[Any]:
        """Send a request; return what its answer will be."""
        self._answer = asyncio.get_running_loop().create_future()
        cast("asyncio.Transport", self._transport).write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        """Read until there is as much body as the head says."""
        self._data += data
        head, blank, body = self._data.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < length or self._answer is None:
            return
        self._data = b""
        if not head.startswith(b"HTTP/1.1 200 "):
            self._answer.set_exception(WrongResultError(repr(head)))
            return
        self._answer.set_result(orjson.loads(body))

    def close(self) -> None:
        """Close the connection."""
        cast("asyncio.Transport", self._transport).close()


async def add(work: Work) -> None:
    """Give each worker a connection of its own."""
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(_Connection, "127.0.0.1", work.port)
        for _ in range(work.in_flight)
    ]
    free = [protocol for _, protocol in made]
    head = (
        f"HTTP/1.1\r\nHost: 127.0.0.1:{work.port}\r\nApiKey: {API_KEY}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )

    async def send(n: int) -> Any:
        body = orjson.dumps(fields(n))
        connection = free.pop()
        try:
            return await connection.ask(
                f"POST /v2.0/{path(n)} {head}{len(body)}\r\n\r\n".encode() + body
            )
        finally:
            free.append(connection)

    try:
        await send_each(work, send, PARSED)
    finally:
        for _, protocol in made:
            protocol.close()
