"""Count the calls that one request costs, and compare with what was counted before.

::

    python -m benchmarks.guard            fail, and say where, if a path has become longer
    python -m benchmarks.guard --write    take the present counts as the ones to keep

Times depend on the machine and on its neighbours; how many functions are called for a request does
not, but for the turns of the event loop, which are left out.
What goes through sockets is told as a multiple of a bare aiohttp loop counted in the same
process, so that another version of Python or aiohttp moves both sides.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import selectors
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import aiohttp
import orjson

from benchmarks.contact import API_KEY, CONTACT_JSON, HEADERS, address, fields, path, row
from benchmarks.runner import server
from sentori_async import AsyncSentori, Contact, Limits
from sentori_async.platforms.sentori.names import CODEC
from sentori_sync import Sentori

BASELINE: Final = Path(__file__).with_name("baseline.json")
TOLERANCE: Final = 0.05
"""How much longer a path may be than the baseline says."""

# How often the loop turns is how many answers come together, and that is up to the machine.
_TURN: Final = frozenset(
    function.__code__
    for function in (
        vars(asyncio.BaseEventLoop)["_run_once"],
        vars(asyncio.selector_events.BaseSelectorEventLoop)["_process_events"],
        selectors.DefaultSelector.select,
    )
)
_REQUESTS: Final = 200
_WORKERS: Final = 16
_ROUNDS: Final = 3
_LIMITS: Final = Limits(concurrency=_WORKERS, adaptive=False)


class Calls:
    """Counts the functions that are called, in C and in Python, in every thread begun since.

    What the event loop itself calls to turn once more does not count.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.number = 0

    def _see(self, frame: FrameType, event: str, _: object) -> None:
        # Of a function of C it is the caller's frame.
        if event in {"call", "c_call"} and frame.f_code not in _TURN:
            self.number += 1

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count in this thread, and in those that begin in the block."""
        threading.setprofile(self._see)
        sys.setprofile(self._see)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)


def counted() -> dict[str, float]:
    """Return what each path costs: calls, or multiples of a bare request's calls."""
    gc.disable()
    try:
        with server(None) as port:
            url = f"http://127.0.0.1:{port}/v2.0/"
            bare = _least(lambda: asyncio.run(_bare(url)))
            found = {
                "single": _least(lambda: asyncio.run(_single(url))) / bare,
                "bulk": _least(lambda: asyncio.run(_bulk(url))) / bare,
                "blocking": _least(lambda: _blocking(url)) / bare,
            }
    finally:
        gc.enable()
    decode, encode = CODEC.decoder(Contact), CODEC.encode
    contact = decode(CONTACT_JSON)
    found["decode"] = _least(lambda: _calls_of(lambda: decode(CONTACT_JSON)))
    found["encode"] = _least(lambda: _calls_of(lambda: encode(contact)))
    return {name: round(value, 3) for name, value in found.items()}


def _least(count: Callable[[], float]) -> float:
    """Return the lowest of some counts: an answer in two pieces only ever adds calls."""
    return min(count() for _ in range(_ROUNDS))


def _calls_of(do: Callable[[], Any]) -> float:
    do()
    calls = Calls()
    with calls.watching():
        do()
    return calls.number


async def _each(send: Callable[[int], Awaitable[Any]]) -> float:
    """Return the calls per request of one request after another."""
    for n in range(_WORKERS):
        await send(n)
    calls = Calls()
    with calls.watching():
        for n in range(_REQUESTS):
            await send(n)
    return calls.number / _REQUESTS


async def _bare(url: str) -> float:
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def send(n: int) -> Any:
            data = orjson.dumps(fields(n))
            json = {"Content-Type": "application/json"}
            async with session.post(url + path(n), data=data, headers=json) as answer:
                return orjson.loads(await answer.read())

        return await _each(send)


async def _single(url: str) -> float:
    async with AsyncSentori(api_key=API_KEY, base_url=url, limits=_LIMITS) as client:
        return await _each(lambda n: client.contacts.add(address(n), fields(n)))


async def _bulk(url: str) -> float:
    async with AsyncSentori(api_key=API_KEY, base_url=url, limits=_LIMITS) as client:
        await client.bulk.add(map(row, range(_WORKERS)))
        calls = Calls()
        with calls.watching():
            await client.bulk.add(map(row, range(_REQUESTS)))
        return calls.number / _REQUESTS


def _blocking(url: str) -> float:
    calls = Calls()
    with calls.watching(), Sentori(api_key=API_KEY, base_url=url, limits=_LIMITS) as client:
        for n in range(_WORKERS):
            client.contacts.add(address(n), fields(n))
        before = calls.number
        for n in range(_REQUESTS):
            client.contacts.add(address(n), fields(n))
        return (calls.number - before) / _REQUESTS


def longer(found: dict[str, float], kept: dict[str, float]) -> list[str]:
    """Return a sentence for each path that is longer than it was, or that nobody has counted."""
    wrong: list[str] = []
    for name, value in found.items():
        if name not in kept:
            wrong.append(f"{name} is not in the baseline: run `python -m benchmarks.guard --write`")
        elif value > kept[name] * (1 + TOLERANCE):
            wrong.append(f"{name} takes {value:g}, and took {kept[name]:g}")
    return wrong


def main() -> int:
    """Compare, or write the baseline; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard")
    parser.add_argument("--write", action="store_true", help="keep the present counts")
    write = parser.parse_args().write
    found = counted()
    for name, value in found.items():
        print(f"{name:<9} {value:g}")
    if write:
        BASELINE.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")
        return 0
    wrong = longer(found, orjson.loads(BASELINE.read_bytes()))
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
