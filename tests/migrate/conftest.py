"""A sandbox with an account of each platform."""

from collections.abc import AsyncIterator

import pytest

from sentori_async.sandbox import Sandbox
from tests.migrate.accounts import Accounts, accounts, unlimited


@pytest.fixture
async def world() -> AsyncIterator[Accounts]:
    async with Sandbox(**unlimited()) as sandbox, accounts(sandbox) as made:
        yield made
