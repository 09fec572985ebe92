"""Who is compared with whom, as data."""

from __future__ import annotations

import importlib.util
from typing import Final, Literal

import attrs

# Clients ten times slower than the rest send a fifth of the requests, or a run would take all day.
_SLOW: Final = 0.2


@attrs.frozen(kw_only=True)
class Contender:
    """One client in one way of using it.

    Attributes:
        name: What the command line and the results file call it.
        title: What tables call it.
        entry: The module below `benchmarks.clients`, a colon, and the function in it.
        in_flight: How many requests are under way at once.
        loop: The event loop it runs on.
        needs: The modules that must be installed.
        share: How much of the requests it sends.
        against: The name of the contender it is compared with; None for no comparison.
    """

    name: str
    title: str
    entry: str
    in_flight: int = 64
    loop: Literal["asyncio", "uvloop"] = "asyncio"
    needs: tuple[str, ...] = ()
    share: float = 1.0
    against: str | None = "aiohttp-bare"

    @property
    def missing(self) -> str | None:
        """The first module it needs that is not installed."""
        return next((name for name in self.needs if importlib.util.find_spec(name) is None), None)


RAW: Final = "raw-sockets"
"""The contender that shows how much the server can answer."""
BY_HAND: Final = frozenset({"protocol", "protocol-uvloop"})
"""The contenders that show how fast a client can be, and do nothing else."""

CONTENDERS: Final = (
    Contender(
        name="aiohttp-bare",
        title="aiohttp, bare (orjson, no model)",
        entry="aiohttp_loop:bare",
    ),
    Contender(
        name="aiohttp-usual",
        title="aiohttp, as people write it",
        entry="aiohttp_loop:usual",
    ),
    Contender(
        name="sdk-bulk",
        title="sentori, bulk",
        entry="sdk:bulk",
    ),
    Contender(
        name="journal",
        title="sentori, bulk with a journal",
        entry="sdk:journaled",
        against="sdk-bulk",
    ),
    Contender(
        name="sdk-single-64",
        title="sentori, single calls",
        entry="sdk:single",
    ),
    Contender(
        name="aiohttp-bare-uvloop",
        title="aiohttp, bare, uvloop",
        entry="aiohttp_loop:bare",
        loop="uvloop",
        needs=("uvloop",),
    ),
    Contender(
        name="sdk-bulk-uvloop",
        title="sentori, bulk, uvloop",
        entry="sdk:bulk",
        loop="uvloop",
        needs=("uvloop",),
    ),
    Contender(
        name="blocking-bulk",
        title="sentori, bulk, blocking",
        entry="sdk_blocking:bulk",
    ),
    Contender(
        name="protocol",
        title="asyncio.Protocol by hand, no model",
        entry="protocol:add",
    ),
    Contender(
        name="protocol-uvloop",
        title="asyncio.Protocol by hand, no model, uvloop",
        entry="protocol:add",
        loop="uvloop",
        needs=("uvloop",),
    ),
    Contender(
        name="stainless-aiohttp",
        title="an official SDK (Sent's), aiohttp extra",
        entry="stainless:aiohttp",
        needs=("sent_dm", "httpx_aiohttp"),
        share=_SLOW,
    ),
    Contender(
        name="stainless",
        title="an official SDK (Sent's), async",
        entry="stainless:httpx",
        needs=("sent_dm",),
        share=_SLOW,
    ),
    Contender(
        name="stainless-threads",
        title="an official SDK (Sent's), blocking, in threads",
        entry="stainless:threads",
        needs=("sent_dm",),
        share=_SLOW,
    ),
    Contender(
        name="requests-64",
        title="requests, a thread each",
        entry="requests_threads:add",
        needs=("requests",),
        share=_SLOW,
    ),
    Contender(
        name="httpx-64",
        title="httpx, async",
        entry="httpx_async:add",
        needs=("httpx",),
        share=_SLOW,
    ),
    Contender(
        name="httpx-8",
        title="httpx, async",
        entry="httpx_async:add",
        in_flight=8,
        needs=("httpx",),
        share=_SLOW,
    ),
    Contender(
        name="aiohttp-bare-1",
        title="aiohttp, bare, one after another",
        entry="aiohttp_loop:bare",
        in_flight=1,
        against="aiohttp-bare-1",
    ),
    Contender(
        name="sdk-single-1",
        title="sentori, single calls, one after another",
        entry="sdk:single",
        in_flight=1,
        against="aiohttp-bare-1",
    ),
    Contender(
        name=RAW,
        title="raw sockets, one fixed request",
        entry="raw_sockets:add",
        against=None,
    ),
)
BY_NAME: Final = {contender.name: contender for contender in CONTENDERS}
