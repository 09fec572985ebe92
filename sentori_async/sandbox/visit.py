"""One request on its way through the server, up to its answer."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import attrs
from aiohttp import web

from sentori_async.sandbox.platform import Incoming, Platform, Reply, Routed
from sentori_async.sandbox.record import RequestRecord

Order: TypeAlias = Callable[[], Awaitable[Reply]]
"""A request that was read and can be carried out, as often as one likes."""

_TOO_LARGE: Final = Reply(413)
_UNREADABLE: Final = Reply(400)


@attrs.define(eq=False)
class Visit:
    """A request, and how far it has come.

    Attributes:
        request: The request.
        name: The platform's name, or "" where no prefix matched.
        target: Who is to answer and the route, or the answer to a request that has no route.
        executed: How often the platform carried it out so far.
    """

    request: web.BaseRequest
    name: str
    target: tuple[Platform, Routed[Any]] | Reply
    executed: int = 0

    @property
    def route(self) -> str:
        """The route's name, or "" where there is none."""
        return "" if isinstance(self.target, Reply) else self.target[1].route.name

    async def read(self, latency_s: float) -> Order | Reply:
        """Return the whole request, or the answer to one that cannot be carried out.

        Args:
            latency_s: How long to wait then, in seconds.
        """
        if isinstance(self.target, Reply):
            return self.target
        request = self.request
        content = request.content
        try:
            # Mostly all of it is there, and needs no waiting for.
            body = content.read_nowait() if content.is_eof() else await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _TOO_LARGE
        except web.RequestPayloadError:
            return _UNREADABLE
        if 0 < request.client_max_size < len(body):
            return _TOO_LARGE
        if latency_s:
            await asyncio.sleep(latency_s)
        platform, routed = self.target
        incoming = Incoming(routed.args, request.headers, request.rel_url.raw_query_string, body)
        return functools.partial(platform.answer, routed, incoming)

    async def execute(self, order: Order | Reply) -> Reply:
        """Carry out and commit what was read, and return the answer."""
        if isinstance(order, Reply):
            return order
        reply = await order()
        self.executed += 1
        return reply

    def record(self, status: int) -> RequestRecord:
        """Return what the log keeps.

        Args:
            status: The HTTP status that is sent, or 0.
        """
        return RequestRecord(
            self.name,
            self.route,
            self.request.method,
            self.request.rel_url.raw_path,
            status,
            self.executed,
        )
