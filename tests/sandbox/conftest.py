"""Sandboxes that end with the test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from sentori_async.sandbox import Sandbox
from tests.sandbox.service import Service, Start


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def start_one(**settings: Any) -> Service:
            return Service(await stack.enter_async_context(Sandbox(**settings)), session)

        yield start_one


@pytest.fixture
async def service(start: Start) -> Service:
    """Return a sandbox with the default options and an empty account."""
    return await start()


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    """Return the sandbox of `service`."""
    return service.sandbox
