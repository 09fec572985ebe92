"""The ordinary way: aiohttp's own requests, on connections where nothing unasked was said.

An answer that came while its connection was in the pool, such as the farewell of a proxy that ends
idle ones, would be taken for the next request's.  aiohttp looks only whether the connection is
still open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aiohttp

if TYPE_CHECKING:
    from aiohttp.connector import Connection

# A pool may be full of them; a server that speaks first on every connection is given up.
MOST_UNASKED: Final = 64
"""On how many connections in a row something unasked is put up with."""


class UnaskedError(aiohttp.ClientError):
    """Something was said on a connection before anything was asked; nothing was sent."""


class Guarded(aiohttp.ClientRequest):
    """A request that goes out only where its answer will be the first thing heard."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send it.

        Raises:
            UnaskedError: It would have had another's answer.
        """
        if conn.protocol is not None and conn.protocol.should_close:
            raise UnaskedError
        return await super().send(conn)


async def start(
    http: aiohttp.ClientSession, method: str, url: Any, **options: Any
) -> aiohttp.ClientResponse:
    """Send a request and return the head of its answer.

    Args:
        http: Whose connections to use; its requests are `Guarded`.
        method: The HTTP method.
        url: Where it goes.
        options: What else aiohttp's `request` takes.

    Raises:
        aiohttp.ClientError: There is none.
    """
    for _ in range(MOST_UNASKED):
        try:
            return await http.request(method, url, **options)
        except UnaskedError:
            # aiohttp has closed that connection; the next one may be a new one.
            continue
    raise UnaskedError
