"""A client of a sandboxed Spotzee, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sentori_async import AsyncSpotzee, Limits, RetryPolicy
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.spotzee.options import SpotzeeOptions


@pytest.fixture
def options() -> SpotzeeOptions:
    """How the sandbox behaves where the vendor's pages are silent."""
    return SpotzeeOptions()


@pytest.fixture
async def sandbox(options: SpotzeeOptions) -> AsyncIterator[Sandbox]:
    async with Sandbox(spotzee=options) as sandbox:
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncSpotzee]:
    async with AsyncSpotzee(
        api_key=sandbox.spotzee.api_key,
        base_url=sandbox.url("spotzee"),
        limits=Limits(adaptive=False),
        retry=RetryPolicy(base_s=0.0, throttled_base_s=0.0),
    ) as client:
        yield client
