"""What one client is given to do, and how it is timed and checked while it does it."""

from __future__ import annotations

import asyncio
import gc
import http.client
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

import attrs
import orjson

from benchmarks.contact import SYSTEM_ID
from benchmarks.server import TALLY_PATH, Tally

T = TypeVar("T")

_WARM_UP: Final = 256


class WrongResultError(Exception):
    """Something was timed that did not do what it should."""


@attrs.frozen
class Sample:
    """One measurement.

    Attributes:
        requests: How many requests were timed.
        wall_s: How long they took, in seconds.
        cpu_s: The processor time the client's process used meanwhile, in seconds.
        server_cpu_s: The processor time the server used meanwhile, in seconds.
    """

    requests: int
    wall_s: float
    cpu_s: float
    server_cpu_s: float


@attrs.frozen
class Expected(Generic[T]):
    """What every result must be.

    Attributes:
        contact: The stub server's contact, as this client decodes it.
        system_id: Return a result's number: cheap enough to look at while being timed.
    """

    contact: T
    system_id: Callable[[T], object]

    def glance(self, result: T) -> None:
        """Raise WrongResultError if a result is obviously wrong."""
        if self.system_id(result) != SYSTEM_ID:
            msg = f"a result has another SystemID: {result!r}"
            raise WrongResultError(msg)

    def check(self, results: list[T]) -> None:
        """Raise WrongResultError if a field of any result differs."""
        for result in results:
            if result != self.contact:
                msg = f"a result is not the server's contact: {result!r}"
                raise WrongResultError(msg)


@attrs.define
class Work:
    """The rows to send, and where to.

    Attributes:
        port: The stub server's port on this machine.
        requests: How many requests to time.
        in_flight: How many requests may be under way at once.
        sample: The measurement, once it is taken.
    """

    port: int
    requests: int
    in_flight: int
    sample: Sample | None = None

    @property
    def base_url(self) -> str:
        """The base URL of the API."""
        return f"http://127.0.0.1:{self.port}/v2.0/"

    @property
    def rows(self) -> range:
        """The numbers of the rows to be timed."""
        return range(self.requests)

    @property
    def warm_up(self) -> range:
        """The numbers of rows to send beforehand: they open connections and fill caches."""
        return range(self.requests, self.requests + _WARM_UP)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Measure what happens in the block, which must send `requests` requests.

        Raises:
            WrongResultError: The server has seen more or fewer.
        """
        gc.collect()
        before = self._tally()
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        yield
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
        after = self._tally()
        if after.requests - before.requests != self.requests:
            seen = after.requests - before.requests
            msg = f"the server has seen {seen} requests instead of {self.requests}"
            raise WrongResultError(msg)
        self.sample = Sample(self.requests, wall_s, cpu_s, after.cpu_s - before.cpu_s)

    def _tally(self) -> Tally:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request("GET", TALLY_PATH)
            return Tally(**orjson.loads(connection.getresponse().read()))
        finally:
            connection.close()


async def send_each(work: Work, send: Callable[[int], Awaitable[T]], expected: Expected[T]) -> None:
    """Time a client that sends one row at a time, `work.in_flight` times over.

    Args:
        work: What to do.
        send: Send one row and return its decoded result.
        expected: What that must be.
    """
    await _send_each(work.warm_up, work.in_flight, send, expected)
    with work.timed():
        last = await _send_each(work.rows, work.in_flight, send, expected)
    expected.check(last)


async def _send_each(
    rows: range, in_flight: int, send: Callable[[int], Awaitable[T]], expected: Expected[T]
) -> list[T]:
    """Send all rows; return the last result of each of the workers that share them."""
    numbers = iter(rows)

    async def work() -> list[T]:
        last: list[T] = []
        for n in numbers:
            result = await send(n)
            expected.glance(result)
            last = [result]
        return last

    # Not a task group: whatever fails, fails in all workers, and one traceback says enough.
    workers = await asyncio.gather(*(work() for _ in range(in_flight)))
    return [result for last in workers for result in last]


def checked_status(status: int) -> None:
    """Raise WrongResultError if an answer is an error; for clients that do not look themselves."""
    if status != 200:
        msg = f"the server answered with HTTP {status}"
        raise WrongResultError(msg)


def checked_count(what: str, found: Any, expected: Any) -> None:
    """Raise WrongResultError if a job's account of itself is wrong."""
    if found != expected:
        msg = f"{what} is {found!r} instead of {expected!r}"
        raise WrongResultError(msg)
