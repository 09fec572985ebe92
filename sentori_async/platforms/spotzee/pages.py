"""The pages of Spotzee's listings, as they come: api-pagination, 2026-09.

`nextCursor` is null or absent on the last page; the guide of May 2026 said otherwise.
"""

from __future__ import annotations

from typing import Any

import attrs

from sentori_async.platforms.spotzee.models import (
    SpotzeeList,
    SpotzeeUser,
)
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscription,
    SpotzeeUserSubscription,
)
from sentori_async.unset import UNSET, Unset


@attrs.define
class UserPage:
    """A page of users."""

    results: list[SpotzeeUser]
    next_cursor: str | Unset | None = UNSET
    prev_cursor: str | Unset | None = UNSET
    limit: int | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SubscriptionPage:
    """A page of subscription types."""

    results: list[SpotzeeSubscription]
    next_cursor: str | Unset | None = UNSET
    prev_cursor: str | Unset | None = UNSET
    limit: int | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class StatePage:
    """A page of one user's states."""

    results: list[SpotzeeUserSubscription]
    next_cursor: str | Unset | None = UNSET
    prev_cursor: str | Unset | None = UNSET
    limit: int | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class ListPage:
    """A page of lists."""

    results: list[SpotzeeList]
    next_cursor: str | Unset | None = UNSET
    prev_cursor: str | Unset | None = UNSET
    limit: int | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
