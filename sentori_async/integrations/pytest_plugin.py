"""Fixtures for tests of code that uses the SDK; pytest loads this module by itself.

Nothing else of the package is imported until a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sentori_async.sandbox import Sandbox, SentoriOptions


@pytest.fixture
def sentori_sandbox_options() -> SentoriOptions:
    """Return how the sandbox of `sentori_sandbox` behaves; override it to change that."""
    from sentori_async.sandbox import SentoriOptions

    return SentoriOptions()


@pytest.fixture
def sentori_sandbox(sentori_sandbox_options: SentoriOptions) -> Iterator[Sandbox]:
    """Return a started sandbox with an empty account, for blocking and asyncio tests alike.

    Its base URL is ``sentori_sandbox.url("sentori")``, its key ``sentori_sandbox.sentori.api_key``.
    Each test gets its own.
    """
    from sentori_async.sandbox import Sandbox

    with Sandbox(sentori=sentori_sandbox_options).in_thread() as sandbox:
        yield sandbox
