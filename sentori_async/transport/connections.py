"""The connections of the express way: aiohttp's, with a timer less, and ready again sooner.

1. aiohttp makes them, and closes them when they have been idle for long.
2. One that has just become free is used again first, without aiohttp's books of what is taken by
   whom; after a second without use they all go to its pool.
3. One on which something was said that nobody asked for is closed, and so is one that is closing.
"""

from __future__ import annotations

import asyncio
import functools
import math
import weakref
from typing import TYPE_CHECKING, Any, Final

from aiohttp.client_proto import ResponseHandler

if TYPE_CHECKING:
    from collections.abc import Callable

    import aiohttp
    from aiohttp.connector import Connection

_IDLE_S: Final = 1.0
_ROOM: Final = 64 * 1024


class Listener(ResponseHandler):
    """A connection that takes a note whenever its peer says something.

    aiohttp sets a timer then, and again when the answer is complete; the attempt's own can as well
    look at the note when it is due.

    Attributes:
        heard_at: When, by the loop's clock; infinity while nothing is expected.
    """

    heard_at: float = math.inf

    def expect(self, *, head_only: bool) -> None:
        """Prepare to read an answer, and expect it from now on."""
        # With a new parser: that of the answer before may have met the beginning of something
        # that nobody asked for.
        self.set_response_params(skip_payload=head_only, read_until_eof=True)
        self.heard_at = self._loop.time()

    def _reschedule_timeout(self) -> None:
        if self._read_timeout or self._read_timeout_handle is not None:
            super()._reschedule_timeout()
            return
        self.heard_at = self._loop.time()

    def _drop_timeout(self) -> None:
        self.heard_at = math.inf
        if self._read_timeout_handle is not None:
            super()._drop_timeout()

    def fall_silent(self) -> None:
        """Fail what waits for the peer, as aiohttp's own timer does."""
        self._on_read_timeout()


class RoomyListener(Listener, asyncio.BufferedProtocol):
    """One that reads into a room of its loop's: asyncio asks for 256 KiB at each read otherwise.

    The system maps, clears and unmaps them every time, which takes as long as to read an answer.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, room: memoryview) -> None:
        """Share the room with the other connections of the loop: each read is taken out at once."""
        super().__init__(loop)
        self._room = room

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's, and never kept to
        """Return where to read to."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """Take out what was read."""
        self.data_received(bytes(self._room[:nbytes]))


def listen(connector: aiohttp.BaseConnector, loop: asyncio.AbstractEventLoop) -> None:
    """Let a connector of our own make connections that need no timer of theirs."""
    factory: Any = functools.partial(Listener, loop=loop)
    if isinstance(loop, asyncio.BaseEventLoop):
        # Others, such as uvloop's, have a room of their own.
        room = memoryview(bytearray(_ROOM))
        factory = functools.partial(RoomyListener, loop=loop, room=room)
    connector._factory = factory  # noqa: SLF001 - see `express.TESTED`


class Ready:
    """The connections that have just become free, the latest first; they belong to one loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start with none."""
        self._loop = loop
        self._connections: list[Connection] = []
        self._timed = False

    def take(self) -> Connection | None:
        """Return one that can be used, or None where there is none."""
        while self._connections:
            connection = self._connections.pop()
            protocol = connection.protocol
            if protocol is not None and protocol.is_connected() and not protocol.should_close:
                return connection
            connection.close()
        return None

    def keep(self, connection: Connection) -> None:
        """Take one back after a whole exchange."""
        protocol = connection.protocol
        if protocol is None or protocol.should_close:
            connection.close()
            return
        self._connections.append(connection)
        if not self._timed:
            self._timed = True
            self._loop.call_later(_IDLE_S, _rest, weakref.ref(self))

    def let_go(self) -> None:
        """Give all of them to aiohttp's pool."""
        connections, self._connections = self._connections, []
        for connection in connections:
            connection.release()

    def rest(self) -> None:
        """Let go what has not been used for a while."""
        self._timed = False
        self.let_go()


def _rest(ready: Callable[[], Ready | None]) -> None:
    alive = ready()
    if alive is not None:
        alive.rest()
