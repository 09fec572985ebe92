"""Access tokens that expire: fetched before the first request, and again when one is refused.

1. However many requests are refused at once, the source is asked once.
2. A refused request is repeated only if the source gave another token.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

from sentori_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.secret import TokenSecret
    from sentori_async.settings import TokenSource


class Tokens:
    """Keeps one client's token fresh.

    Attributes:
        version: How many different tokens there were so far.
    """

    def __init__(
        self, secret: TokenSecret, source: TokenSource, replaced: Callable[[], None]
    ) -> None:
        """Begin without a token.

        Args:
            secret: Where the token is kept.
            source: What gives a token that is valid now.
            replaced: Called when there is another token.
        """
        self.version = 0
        self._secret = secret
        self._source = source
        self._replaced = replaced
        self._turn = asyncio.Lock()

    def renew_lock(self) -> None:
        """Begin anew in a forked child, where nobody fetches a token."""
        self._turn = asyncio.Lock()

    async def ready(self) -> None:
        """Fetch the first token, where there is none yet.

        Raises:
            ConfigurationError: The source raised, or gave no token.
        """
        if not self.version:
            await self.renew(0)

    async def renew(self, seen: int) -> bool:
        """Fetch a token after one was refused, and tell whether there is another now.

        Args:
            seen: The version that was refused.

        Raises:
            ConfigurationError: The source raised, or gave no token.
        """
        async with self._turn:
            if self.version == seen and self._secret.replace(await self._fetch()):
                self.version += 1
                self._replaced()
        return self.version != seen

    async def _fetch(self) -> str:
        try:
            token = self._source()
            return await token if inspect.isawaitable(token) else token
        except Exception as error:
            name = type(error).__name__
            raise ConfigurationError(f"no access token: what fetches it raised {name}") from error
