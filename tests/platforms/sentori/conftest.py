"""A client of a seeded sandbox, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sentori_async import AsyncSentori
from sentori_async.sandbox import Sandbox, SentoriOptions, seed_demo


@pytest.fixture
def options() -> SentoriOptions:
    """How the sandbox behaves where the vendor's pages are silent."""
    return SentoriOptions()


@pytest.fixture
async def sandbox(options: SentoriOptions) -> AsyncIterator[Sandbox]:
    async with Sandbox(sentori=options) as sandbox:
        seed_demo(sandbox)
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncSentori]:
    account = sandbox.sentori
    async with AsyncSentori(api_key=account.api_key, base_url=sandbox.url("sentori")) as client:
        yield client
