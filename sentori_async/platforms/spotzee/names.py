"""The vendor's name of every attribute of every model, and the codec made from that table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sentori_async.platforms.spotzee.models import (
    SpotzeeEvent,
    SpotzeeEventBatch,
    SpotzeeEventResult,
    SpotzeeItemError,
    SpotzeeList,
    SpotzeeSession,
    SpotzeeUser,
    SpotzeeUserBatch,
    SpotzeeUserPatch,
    SpotzeeUserResult,
)
from sentori_async.platforms.spotzee.pages import ListPage, StatePage, SubscriptionPage, UserPage
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscription,
    SpotzeeSubscriptionBatch,
    SpotzeeSubscriptionChange,
    SpotzeeSubscriptionResult,
    SpotzeeUserSubscription,
)
from sentori_async.wire.convert import Codec


def _same(*names: str) -> Mapping[str, str]:
    """Return names that the vendor writes as we do."""
    return {name: name for name in names}


_IDENTITY: Final = ("external_id", "anonymous_id")
_PROFILE: Final = ("email", "phone", "timezone", "locale", "data")
_RESULT: Final = ("index", *_IDENTITY)
_BATCH: Final = _same("results", "succeeded", "failed")
_PAGE: Final[Mapping[str, str]] = {
    "results": "results",
    "next_cursor": "nextCursor",
    "prev_cursor": "prevCursor",
    "limit": "limit",
}

WIRE_NAMES: Final[Mapping[type, Mapping[str, str]]] = {
    SpotzeeUser: _same(
        "id",
        "project_id",
        *_IDENTITY,
        *_PROFILE,
        "has_push_device",
        "devices",
        "created_at",
        "updated_at",
    ),
    SpotzeeUserPatch: _same(*_IDENTITY, *_PROFILE),
    SpotzeeSession: _same("token", "expires_at"),
    SpotzeeItemError: _same("code", "message"),
    SpotzeeUserResult: _same(*_RESULT, "user", "error"),
    SpotzeeUserBatch: _BATCH,
    SpotzeeSubscription: _same("id", "name", "channel", "is_public"),
    SpotzeeUserSubscription: _same("subscription_id", "state", "name", "channel"),
    SpotzeeSubscriptionChange: _same(*_IDENTITY, "subscription_id", "state"),
    SpotzeeSubscriptionResult: _same(*_RESULT, "subscription_id", "state", "error"),
    SpotzeeSubscriptionBatch: _BATCH,
    SpotzeeList: _same(
        "id",
        "project_id",
        "name",
        "type",
        "state",
        "rule",
        "rule_id",
        "version",
        "users_count",
        "tags",
        "is_visible",
        "refreshed_at",
        "created_at",
        "updated_at",
    ),
    SpotzeeEvent: _same("name", *_IDENTITY, "data"),
    SpotzeeEventResult: _same(*_RESULT, "error"),
    SpotzeeEventBatch: _BATCH,
    UserPage: _PAGE,
    SubscriptionPage: _PAGE,
    StatePage: _PAGE,
    ListPage: _PAGE,
}

CODEC: Final = Codec(WIRE_NAMES)
