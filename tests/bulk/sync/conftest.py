"""A client of an empty sandbox, and a state file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentori_async import AsyncSentori
from sentori_async.sandbox import Sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        sandbox.sentori.mailing_lists.add("NEWS0001", "News")
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncSentori]:
    account = sandbox.sentori
    async with AsyncSentori(api_key=account.api_key, base_url=sandbox.url("sentori")) as client:
        yield client


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"
