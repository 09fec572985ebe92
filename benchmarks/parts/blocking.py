"""The blocking face: what crossing to the loop costs."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.contact import API_KEY, CONTACT, HEADERS, address, fields, path
from benchmarks.runner import server
from sentori_async import Limits
from sentori_sync import Sentori
from sentori_sync.portal import Portal


def _median_us(do: Callable[[], Any], operations: int) -> float:
    """Return the median time of one call, in microseconds; processor time leaves out its waits."""
    do()
    times: list[float] = []
    for _ in range(operations):
        before = time.perf_counter()
        do()
        times.append(time.perf_counter() - before)
    return statistics.median(times) * 1e6


async def _nothing() -> None:
    """Do nothing."""


@contextmanager
def _portal() -> Iterator[Portal]:
    portal = Portal(_nothing, twin="AsyncSentori")
    try:
        yield portal
    finally:
        portal.close()


def hop(operations: int) -> float:
    """Cross with our portal."""
    with _portal() as portal:
        return _median_us(lambda: portal.run(_nothing), operations)


@contextmanager
def _loop_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def threadsafe(operations: int) -> float:
    """Cross as asyncio's pages say."""
    with _loop_thread() as loop:
        return _median_us(
            lambda: asyncio.run_coroutine_threadsafe(_nothing(), loop).result(), operations
        )


def run_each(operations: int) -> float:
    """Make a loop for every call."""
    return _median_us(lambda: asyncio.run(_nothing()), max(1, operations // 20))


def call(operations: int) -> float:
    """Add contacts with the blocking client."""
    with server(None) as port:
        url = f"http://127.0.0.1:{port}/v2.0/"
        with Sentori(api_key=API_KEY, base_url=url, limits=Limits(adaptive=False)) as client:
            return _median_us(lambda: client.contacts.add(address(1), fields(1)), operations)


def call_requests(operations: int) -> float:
    """Add contacts with a session of requests."""
    import requests

    with server(None) as port, requests.Session() as session:
        session.headers.update(HEADERS)
        url = f"http://127.0.0.1:{port}/v2.0/{path(1)}"

        def add() -> None:
            if session.post(url, json=fields(1)).json() != CONTACT:
                msg = "another contact was answered"
                raise ValueError(msg)

        return _median_us(add, operations)


class _Listing:
    """A listing of numbers, in pages of a hundred."""

    def __init__(self, size: int) -> None:
        self._numbers = iter(range(size))

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        for number in self._numbers:
            return number
        raise StopAsyncIteration

    async def page(self) -> list[int]:
        """Return the next hundred."""
        return [number for number, _ in zip(self._numbers, range(100), strict=False)]


def iterate(operations: int) -> float:
    """Iterate as the blocking face does."""
    with _portal() as portal:
        before = time.perf_counter()
        number = sum(1 for _ in portal.iterate(_Listing, operations))
        return (time.perf_counter() - before) / number * 1e6


def iterate_singly(operations: int) -> float:
    """Iterate with a call for every item."""
    with _portal() as portal:
        listing, number = _Listing(operations), operations // 20
        before = time.perf_counter()
        for _ in range(number):
            portal.run(listing.__anext__)
        return (time.perf_counter() - before) / number * 1e6
