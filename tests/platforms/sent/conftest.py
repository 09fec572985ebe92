"""A client of a sandboxed Sent, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sentori_async import AsyncSent, Limits
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.sent.options import SentOptions


@pytest.fixture
def options() -> SentOptions:
    """How the sandbox behaves where the vendor's documents disagree."""
    return SentOptions(rate_per_min=None)


@pytest.fixture
async def sandbox(options: SentOptions) -> AsyncIterator[Sandbox]:
    async with Sandbox(sent=options) as sandbox:
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncSent]:
    async with AsyncSent(
        api_key=sandbox.sent.api_key, base_url=sandbox.url("sent"), limits=Limits(adaptive=False)
    ) as client:
        yield client
