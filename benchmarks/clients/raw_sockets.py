"""Plain sockets that speak just enough HTTP: how much the server can answer.

It asks on all sockets, then reads on all sockets, as clients with so many requests in flight do.
One request per write, no pipelining: no other client does that, and it would flatter the server.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack

import orjson

from benchmarks.contact import API_KEY, fields, path
from benchmarks.server import ANSWER
from benchmarks.work import Work, WrongResultError


def add(work: Work) -> None:
    """Send the same request again and again, and compare the answers byte by byte."""
    body = orjson.dumps(fields(0))
    head = (
        f"POST /v2.0/{path(0)} HTTP/1.1\r\nHost: 127.0.0.1:{work.port}\r\nApiKey: {API_KEY}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_connection(("127.0.0.1", work.port)))
            for _ in range(work.in_flight)
        ]
        _send(sockets, head.encode() + body, len(work.warm_up))
        with work.timed():
            _send(sockets, head.encode() + body, work.requests)


def _send(sockets: list[socket.socket], request: bytes, times: int) -> None:
    for begin in range(0, times, len(sockets)):
        busy = sockets[: times - begin]
        for one in busy:
            one.sendall(request)
        for one in busy:
            _receive(one)


def _receive(one: socket.socket) -> None:
    """Read exactly one answer."""
    data = one.recv(len(ANSWER))
    while len(data) < len(ANSWER):
        more = one.recv(len(ANSWER) - len(data))
        if not more:
            break
        data += more
    if data != ANSWER:
        msg = f"the server answered {data!r}"
        raise WrongResultError(msg)
