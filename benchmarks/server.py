"""A stub server that is faster than what it is asked by: ``python -m benchmarks.server``.

1. It reads just enough of HTTP/1.1 to tell where one request ends and the next begins, however
   they arrive: in pieces, or many at once.
2. It answers in order, each with the same contact, and keeps the connection open; an import is
   answered with the number of its rows.
3. What it cannot read, it refuses with a 400 and closes the connection.
4. It prints its port when it is ready and ends when its standard input does, so that it never
   outlives whoever started it.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import sys
import time
from collections.abc import Callable
from typing import Final, cast

import attrs
import orjson

from benchmarks.contact import CONTACT_JSON
from benchmarks.machine import pin

TALLY_PATH: Final = "/tally"
_TALLY: Final = f"get {TALLY_PATH} ".encode()
_IMPORT: Final = b"post /v2.0/contact/import/ "
_MAX_HEAD: Final = 64 * 1024


def _message(status: str, content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


ANSWER: Final = _message("200 OK", "application/json; charset=utf-8", CONTACT_JSON)


class Splitter:
    """Find the requests in what arrives on one connection."""

    def __init__(self) -> None:
        """Start at the beginning of a request."""
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return the head, in lower case, and the body of every request that is complete now.

        Raises:
            ValueError: This is no request, or one whose end this stub cannot tell.
        """
        data = self._rest + data
        found: list[tuple[bytes, bytes]] = []
        begin = 0
        while (blank := data.find(b"\r\n\r\n", begin)) >= 0:
            head = data[begin:blank].lower()
            end = blank + 4 + _body_length(head)
            if end > len(data):
                break
            found.append((head, data[blank + 4 : end]))
            begin = end
        else:
            if len(data) - begin > _MAX_HEAD:
                msg = "the head does not end"
                raise ValueError(msg)
        self._rest = data[begin:]
        return found


def _body_length(head: bytes) -> int:
    if not head.startswith((b"post ", b"get ")):
        msg = "this is no GET and no POST"
        raise ValueError(msg)
    if b"\r\ntransfer-encoding:" in head:
        msg = "the body has no Content-Length"
        raise ValueError(msg)
    _, named, rest = head.partition(b"\r\ncontent-length:")
    if not named:
        return 0
    length = rest.partition(b"\r\n")[0].strip()
    if not length.isdigit():
        msg = "the Content-Length is no number"
        raise ValueError(msg)
    return int(length)


@attrs.define
class Tally:
    """What the server has done so far.

    Attributes:
        requests: How many contacts it has answered with.
        cpu_s: The processor time it has used, in seconds.
    """

    requests: int = 0
    cpu_s: float = 0.0


class Stub(asyncio.Protocol):
    """One connection to the stub server."""

    def __init__(self, tally: Tally) -> None:
        """Count requests in `tally`."""
        self._tally = tally
        self._requests = Splitter()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer the requests that are complete."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        try:
            found = self._requests.feed(data)
        except ValueError as error:
            transport.write(_message("400 Bad Request", "text/plain", str(error).encode()))
            transport.close()
            return
        for head, body in found:
            transport.write(self._answer(head, body))
            if _is_last(head):
                transport.close()
                return

    def pause_writing(self) -> None:
        """Read no more from a client that does not read its answers."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        if self._transport is not None:
            self._transport.resume_reading()

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(_TALLY):
            self._tally.cpu_s = time.process_time()
            return _message("200 OK", "application/json", orjson.dumps(attrs.asdict(self._tally)))
        self._tally.requests += 1
        if head.startswith(_IMPORT):
            return _imported(body.count(b'"EmailAddress"'))
        return ANSWER


def _imported(rows: int) -> bytes:
    """Answer that an import has created all of its rows."""
    counters = {
        "UploadGroupExternalID": "STUB0001",
        "TotalRows": rows,
        "EmailableRowsCreated": rows,
        "EmailableRowsUpdated": 0,
        "SuppressedUpdated": 0,
        "BadEmailUpdated": 0,
        "ExcludedDuplicates": 0,
        "ExcludedInvalidEmail": 0,
        "ExcludedRoleBased": 0,
    }
    return _message("200 OK", "application/json; charset=utf-8", orjson.dumps(counters))


def _is_last(head: bytes) -> bool:
    """Tell whether the client wants the connection closed after this request."""
    return b"\r\nconnection: close" in head or b" http/1.0" in head.partition(b"\r\n")[0]


async def serve(announce: Callable[[int], None]) -> None:
    """Serve on a free port of this machine until standard input ends."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stub(tally), "127.0.0.1", 0)
    announce(server.sockets[0].getsockname()[1])
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return uvloop's where it is installed: the server is not what is measured."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    import uvloop

    return uvloop.new_event_loop


def main() -> None:
    """Run the server as a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server", description=__doc__)
    parser.add_argument("--core", type=int, help="the core to stay on")
    pin(parser.parse_args().core)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(lambda port: print(port, flush=True)))


if __name__ == "__main__":
    main()
