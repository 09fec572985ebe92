"""Subscription types and who has them, as plain objects; the rules are those of `models.py`.

Sources: https://docs.spotzee.com/guides/subscription-preferences (2026-09), and the types of the
vendor's JavaScript SDK of 2026-06-23.
"""

from __future__ import annotations

import enum
from typing import Any

import attrs

from sentori_async.platforms.spotzee.models import SpotzeeItemError
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.hooks import IntOrText


class SpotzeeSubscriptionState(enum.IntEnum):
    """How a user stands to a subscription type."""

    UNSUBSCRIBED = 0
    """The user does not want it."""
    SUBSCRIBED = 1
    """The user gets it; a user without a state of its own does so too (2026-09)."""
    OPTED_IN = 2
    """The user has asked for it."""


class SpotzeeChannel(enum.StrEnum):
    """What a subscription type is sent through."""

    EMAIL = "email"
    TEXT = "text"
    PUSH = "push"
    WEBHOOK = "webhook"
    IN_APP = "in_app"


@attrs.define
class SpotzeeSubscription:
    """A subscription type: one kind of message that users may want or not.

    Attributes:
        id: The number that other calls take.
        name: The name.
        channel: What it is sent through.
        is_public: Whether users see it among their preferences.
        extra: What else the vendor said.
    """

    id: IntOrText | Unset = UNSET
    name: str | Unset | None = UNSET
    channel: SpotzeeChannel | str | Unset | None = UNSET
    is_public: bool | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SpotzeeUserSubscription:
    """How one user stands to one subscription type.

    Attributes:
        subscription_id: The type's number.
        state: The state.
        name: The type's name.
        channel: What the type is sent through.
        extra: What else the vendor said.
    """

    subscription_id: IntOrText | Unset = UNSET
    state: SpotzeeSubscriptionState | int | Unset | None = UNSET
    name: str | Unset | None = UNSET
    channel: SpotzeeChannel | str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(kw_only=True, repr=False)
class SpotzeeSubscriptionChange:
    """One item of a batch of subscriptions.

    Attributes:
        external_id: Whose state it is; or the anonymous id.
        anonymous_id: The same, of a user who is not known yet.
        subscription_id: The type's number.
        state: The state to set.
    """

    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    subscription_id: int
    state: SpotzeeSubscriptionState | int

    def __repr__(self) -> str:
        return (
            f"SpotzeeSubscriptionChange(subscription_id={self.subscription_id!r}, "
            f"state={self.state!r})"
        )


@attrs.define(repr=False)
class SpotzeeSubscriptionResult:
    """What became of one item of a batch of subscriptions.

    Attributes:
        index: The item's place in the batch, counted from 0.
        external_id: The user's external id.
        anonymous_id: The user's anonymous id.
        subscription_id: The type's number.
        state: The state as it is now; UNSET where the item was refused.
        error: Why it was refused; UNSET where it was not.
        extra: What else the vendor said.
    """

    index: int | Unset = UNSET
    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    subscription_id: IntOrText | Unset | None = UNSET
    state: SpotzeeSubscriptionState | int | Unset | None = UNSET
    error: SpotzeeItemError | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SpotzeeSubscriptionResult(index={self.index!r}, error={self.error!r})"


@attrs.define
class SpotzeeSubscriptionBatch:
    """What became of a batch of subscriptions, item by item.

    Attributes:
        results: One result per item.
        succeeded: How many were carried out.
        failed: How many were refused.
        extra: What else the vendor said.
    """

    results: list[SpotzeeSubscriptionResult]
    succeeded: int | Unset = UNSET
    failed: int | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
