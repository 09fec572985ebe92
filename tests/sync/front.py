"""A front before the sandbox that counts connections, and speaks TLS if it is to."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import attrs

from sentori_async.sandbox import Sandbox


@attrs.define
class Front:
    """What came through.

    Attributes:
        url: Sentori's base URL here.
        connections: How many connections were opened so far.
    """

    url: str = ""
    connections: int = 0


@contextlib.contextmanager
def in_front_of(sandbox: Sandbox, tls: ssl.SSLContext | None = None) -> Iterator[Front]:
    """Pass bytes on to a sandbox while the block lasts."""
    front = Front()
    ready: Future[asyncio.AbstractEventLoop] = Future()
    stop = asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        front.connections += 1
        reader_too, writer_too = await asyncio.open_connection("127.0.0.1", sandbox.port)
        await asyncio.gather(pass_on(reader, writer_too), pass_on(reader_too, writer))

    async def serve() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls, backlog=200)
        port = server.sockets[0].getsockname()[1]
        front.url = f"http{'s' if tls else ''}://127.0.0.1:{port}/v2.0/"
        ready.set_result(asyncio.get_running_loop())
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    loop = ready.result()
    try:
        yield front
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
