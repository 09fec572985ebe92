"""What a sync is to do."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias

import attrs

from sentori_async.bulk.plan import Via
from sentori_async.errors import ConfigurationError

Missing: TypeAlias = Literal["keep", "unsubscribe", "delete"]
"""What becomes of contacts that the input does not have any more."""

# What a wrong or broken input may take away at most, where nobody says otherwise.
_SHARE: Final = 0.1
_MOST: Final = 1_000


@attrs.frozen(kw_only=True)
class Wish:
    """What a sync is to do.

    Attributes:
        key: The field of a row that says whose it is; None for the platform's own.
        missing: What becomes of contacts that the input does not have any more.
        list_id: The list that they are unsubscribed from; None for all.
        max_removals: How many they may be: a number, or a share of the contacts.
        via: How rows are sent.
        verify: Whether unchanged contacts are read from the platform.
        dry_run: Whether everything is done but to send, and to keep what was sent.
    """

    key: str | None
    missing: Missing
    list_id: str | None
    max_removals: float | None
    via: Via
    verify: bool
    dry_run: bool = False

    def check(self) -> None:
        """See that it can be meant.

        Raises:
            ConfigurationError: It cannot.
        """
        if self.missing not in {"keep", "unsubscribe", "delete"}:
            raise ConfigurationError("missing is one of 'keep', 'unsubscribe' and 'delete'")
        most: object = self.max_removals
        is_share = isinstance(most, float) and 0 <= most <= 1
        is_number = isinstance(most, int) and not isinstance(most, bool) and most >= 0
        if not (most is None or is_share or is_number):
            raise ConfigurationError(
                "max_removals is a number of contacts, such as 500, or a share, such as 0.25"
            )
        if self.verify and self.via not in {"single", "auto"}:
            raise ConfigurationError(
                "verify reads and sends contacts one by one: leave via out, or verify later"
            )

    def allowed(self, total: int, read: int) -> int:
        """Return how many contacts may be removed.

        Args:
            total: How many there are.
            read: How many rows the input has.
        """
        if self.max_removals is None:
            return min(_MOST, max(1, math.floor(total * _SHARE))) if read else 0
        if isinstance(self.max_removals, int):
            return self.max_removals
        return math.floor(total * self.max_removals)
