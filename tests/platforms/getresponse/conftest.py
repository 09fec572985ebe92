"""A client of a sandboxed GetResponse, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sentori_async import AsyncGetResponse, Limits, RetryPolicy
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN


@pytest.fixture
def options() -> GetResponseOptions:
    """How the sandbox behaves where the vendor's pages are silent; nothing is throttled."""
    return GetResponseOptions(batches_per_s=None, batches_per_frame=None, calls_per_s=None)


@pytest.fixture
async def sandbox(options: GetResponseOptions) -> AsyncIterator[Sandbox]:
    async with Sandbox(getresponse=options) as sandbox:
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncGetResponse]:
    async with AsyncGetResponse(
        api_key=sandbox.getresponse.api_key,
        base_url=sandbox.url("getresponse"),
        default_campaign=DEFAULT_CAMPAIGN,
        limits=Limits(adaptive=False),
        retry=RetryPolicy(base_s=0.0, throttled_base_s=0.0),
    ) as client:
        yield client
