"""The connection of one request, in the hands of a fault.

1. A request is recorded once, when it is known what its client gets: before the first byte goes
   out, or when nothing will.
2. Every wait ends with the connection, and the connection ends with the sandbox.
3. A connection on which no answer was begun is cut when the fault is done.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from sentori_async.sandbox.platform import Reply

# Closing with unsent or unread data thrown away, that is with RST instead of FIN.
_LINGER: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Connections:
    """The connections on which a fault is under way.

    Attributes:
        closing: Set when the server ends.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.closing = asyncio.Event()
        self._ends: dict[web.RequestHandler, asyncio.Event] = {}

    def watch(self, connection: web.RequestHandler) -> asyncio.Event:
        """Return an event that is set when the connection ends."""
        end = self._ends[connection] = asyncio.Event()
        if connection.transport is None or self.closing.is_set():
            end.set()
        return end

    def unwatch(self, connection: web.RequestHandler) -> None:
        """Forget a connection, ended or not."""
        self._ends.pop(connection, None)

    def ended(self, connection: web.RequestHandler) -> None:
        """Note that a connection, watched or not, has ended."""
        end = self._ends.get(connection)
        if end is not None:
            end.set()

    def cut(self) -> None:
        """End them all."""
        self.closing.set()
        for connection in self._ends:
            if connection.transport is not None:
                connection.transport.abort()


class WatchingServer(web.Server):
    """An HTTP server that says when a connection ends.

    A handler runs on when its client leaves, as it should: what was asked for takes effect.
    aiohttp has no way to ask whether somebody still waits for the answer; this is one.
    """

    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        connections: Connections,
        **options: Any,
    ) -> None:
        """Take what aiohttp's server takes, and whom to tell."""
        super().__init__(handler, **options)
        self._watched = connections

    def connection_lost(
        self, handler: web.RequestHandler, exc: BaseException | None = None
    ) -> None:
        """Pass on that a connection ended."""
        super().connection_lost(handler, exc)
        self._watched.ended(handler)

    def pre_shutdown(self) -> None:
        """Cut what would otherwise be waited for."""
        super().pre_shutdown()
        self._watched.cut()


class Link:
    """What a fault does on a connection.

    It is a context manager: in the block, every method that sends or waits raises ConnectionError
    once the client has left, which ends the block in silence.

    Attributes:
        now: Gives the present time in UTC, without a zone.
        response: What aiohttp is to finish: on its way already, or without a way to go.
    """

    def __init__(
        self,
        request: web.BaseRequest,
        connections: Connections,
        *,
        clock: Callable[[], dt.datetime],
        record: Callable[[int], None],
    ) -> None:
        """Take hold of the connection of `request`.

        Args:
            request: What is to be answered.
            connections: Tells when the connection ends.
            clock: Gives the present time in UTC, without a zone.
            record: Called once, with the status that is sent, or 0.
        """
        self.now = clock
        self.response: web.StreamResponse = web.Response()
        self._request = request
        self._connections = connections
        self._record: Callable[[int], None] | None = record

    def __enter__(self) -> Self:
        self._gone = self._connections.watch(self._request.protocol)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._connections.unwatch(self._request.protocol)
        has_left = isinstance(error, ConnectionError)
        if isinstance(error, Exception) and not has_left:
            self._settle(500)  # what aiohttp answers to an error of our own
            return False
        if not self.response.prepared:
            self.close()
        return has_left

    async def hold(self, for_s: float) -> None:
        """Wait whether or not the client does; no longer than the sandbox lives."""
        if for_s and await _happens(self._connections.closing, for_s):
            raise ConnectionResetError

    async def pause(self, for_s: float) -> None:
        """Wait as long as the client does."""
        if await _happens(self._gone, for_s):
            raise ConnectionResetError

    async def stall(self) -> None:
        """Keep the connection and stay silent until the client leaves."""
        self._settle(0)
        await self._gone.wait()

    async def send(self, reply: Reply) -> None:
        """Send an answer as it should be."""
        response = web.Response(status=reply.status, body=reply.body, headers=reply.headers)
        await self._begin(response)
        await response.write_eof()

    async def begin(self, reply: Reply, *, announced: int | None) -> None:
        """Send an answer's status and headers.

        Args:
            reply: Its body is left to `write`.
            announced: The length to announce, whatever follows; None for chunks.
        """
        response = web.StreamResponse(status=reply.status, headers=reply.headers)
        if announced is not None:
            response.headers["Content-Length"] = str(announced)
        await self._begin(response)

    async def write(self, data: bytes) -> None:
        """Send a part of the body that was begun."""
        await self.response.write(data)

    async def send_half(self, reply: Reply) -> None:
        """Announce a body, send its first half, and see it off; an empty one lacks a byte."""
        transport = self._request.transport
        if transport is not None:
            transport.set_write_buffer_limits(high=0)  # so that draining sends all of it
        await self.begin(reply, announced=max(len(reply.body), 1))
        await self.write(reply.body[: len(reply.body) // 2])
        await self._request.writer.drain()

    def close(self) -> None:
        """Close the connection in good order, when all that was written is sent."""
        self._settle(0)
        if self._request.transport is not None:
            self._request.transport.close()

    def reset(self) -> None:
        """Close the connection with a reset."""
        self._settle(0)
        transport = self._request.transport
        if transport is not None:
            peer: socket.socket = transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            transport.abort()

    def _settle(self, status: int) -> None:
        record, self._record = self._record, None
        if record is not None:
            record(status)

    async def _begin(self, response: web.StreamResponse) -> None:
        if self._gone.is_set():
            raise ConnectionResetError
        self._settle(response.status)
        self.response = response
        await response.prepare(self._request)


async def _happens(event: asyncio.Event, within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
