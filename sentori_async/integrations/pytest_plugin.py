"""Fixtures for tests of code that uses the SDK; pytest loads this module by itself.

Nothing else of the package is imported until a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sentori_async.sandbox import Sandbox, SentoriOptions
    from sentori_async.sandbox.roster import PlatformOptions


@pytest.fixture
def sentori_sandbox_options() -> SentoriOptions | PlatformOptions:
    """Return how the sandbox of `sentori_sandbox` behaves; override it to change that.

    Return the options of Sentori, or those of any platforms by their names.
    """
    return {}


@pytest.fixture
def sentori_sandbox(
    sentori_sandbox_options: SentoriOptions | PlatformOptions,
) -> Iterator[Sandbox]:
    """Return a started sandbox with empty accounts, for blocking and asyncio tests alike.

    Sentori's base URL is ``sentori_sandbox.url("sentori")``, the key of the account
    ``sentori_sandbox.sentori.api_key``, and likewise on the other platforms.
    Each test gets its own.
    """
    from sentori_async.sandbox import Sandbox

    options = sentori_sandbox_options
    by_name: Any = options if isinstance(options, Mapping) else {"sentori": options}
    with Sandbox(**by_name).in_thread() as sandbox:
        yield sandbox
