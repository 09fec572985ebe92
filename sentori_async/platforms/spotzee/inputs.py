"""What callers may pass, and what is sent of it.

1. A contact is named by its external id, a text that is the caller's own: it is sent as it is.
2. Only what would reach something else, or could never be meant, is refused here; whether a value
   is valid is for the server to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias, TypeVar

from sentori_async.errors import InvalidInput, kind_of
from sentori_async.platforms.spotzee.models import SpotzeeEvent, SpotzeeUser, SpotzeeUserPatch
from sentori_async.platforms.spotzee.names import CODEC
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscriptionChange,
    SpotzeeSubscriptionState,
)
from sentori_async.unset import UNSET
from sentori_async.wire import body
from sentori_async.wire.paths import segment

T = TypeVar("T")

UserFields: TypeAlias = Mapping[str, Any] | SpotzeeUserPatch | SpotzeeUser
"""User fields: a mapping with the vendor's names, a patch, or a user to write back."""

StateChange: TypeAlias = Mapping[str, Any] | SpotzeeSubscriptionChange
"""One item of a batch of subscriptions, by the vendor's names or typed."""

UserEvent: TypeAlias = Mapping[str, Any] | SpotzeeEvent
"""One event, by the vendor's names or typed."""

MOST_ITEMS: Final = 100
"""How many items a request takes: guides/sync-users and the API reference, 2026-09."""

_IDENTITIES: Final = ("external_id", "anonymous_id")
_HIGHEST_STATE: Final = max(SpotzeeSubscriptionState)


def external_id(value: object) -> str:
    """Return an external id as it is.

    Raises:
        InvalidInput: It is no text, or blank.
    """
    if not isinstance(value, str):
        raise InvalidInput(
            f"an external_id is a str, not {kind_of(value)}: "
            "Spotzee's own number of a user does not name it here"
        )
    if not value.strip():
        raise InvalidInput("the external_id is empty")
    return value


def user_segment(value: object) -> str:
    """Return an external id as a segment of a path.

    Raises:
        InvalidInput: It cannot be one; "me" is the user of a browser's session there.
    """
    value = external_id(value)
    if value == "me":
        raise InvalidInput("the external_id 'me' cannot be part of a path: 'users/me' is another")
    return segment(value)


def number(value: object, what: str) -> int:
    """Return the number of a subscription type or a list.

    Raises:
        InvalidInput: It is no positive int, nor a text of digits.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**19:
        return int(value)
    raise InvalidInput(f"the id of a {what} is a positive int, such as 42")


def document(fields: UserFields) -> dict[str, Any]:
    """Return what may be written of the fields, by the vendor's names, without what is unset.

    Raises:
        InvalidInput: They are neither a mapping nor a model of a user.
    """
    if isinstance(fields, SpotzeeUser):
        fields = fields.patch()
    if not isinstance(fields, Mapping | SpotzeeUserPatch):
        raise InvalidInput(
            "fields are a mapping with the vendor's own names, a SpotzeeUserPatch or a "
            f"SpotzeeUser, not {kind_of(fields)}"
        )
    data = CODEC.document(fields)
    return {name: value for name, value in data.items() if value is not UNSET}


def user_item(identity: str, fields: UserFields | None) -> dict[str, Any]:
    """Return an upsert of one user as an item of a batch.

    Raises:
        InvalidInput: The fields name another external id: nothing renames a user here.
    """
    identity = external_id(identity)
    data = {} if fields is None else document(fields)
    named = data.get("external_id", identity)
    if named != identity:
        raise InvalidInput(
            "the fields hold another external_id: Spotzee cannot rename a user, "
            "so upsert the other one instead"
        )
    return {**data, "external_id": identity}


def identified_item(fields: UserFields, where: str) -> dict[str, Any]:
    """Return one item of a batch that carries its own identity, external or anonymous.

    Raises:
        InvalidInput: It has none.
    """
    data = document(fields)
    return {**data, **_identity(data, where)}


def _identity(data: Mapping[str, Any], where: str) -> dict[str, str]:
    """Return the ids of an item, at least one."""
    found = {name: data[name] for name in _IDENTITIES if data.get(name, UNSET) not in (None, UNSET)}
    for name, value in found.items():
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput(f"{name} of {where} must be a text that is not empty")
    if not found:
        raise InvalidInput(f"{where} has neither an external_id nor an anonymous_id")
    return found


def state(value: object) -> int:
    """Return a subscription's state as the vendor's number.

    Raises:
        InvalidInput: It is none of the three.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _HIGHEST_STATE:
        return int(value)
    raise InvalidInput(
        "a state is 0 (unsubscribed), 1 (subscribed) or 2 (opted in): see SpotzeeSubscriptionState"
    )


def state_items(states: Mapping[int, SpotzeeSubscriptionState | int]) -> list[dict[str, int]]:
    """Return one user's new states, by the number of the subscription type.

    Raises:
        InvalidInput: There is none, or more than a request takes.
    """
    if not isinstance(states, Mapping):
        raise InvalidInput("states are a mapping of subscription ids to states")
    items = [
        {"subscription_id": number(subscription_id, "subscription"), "state": state(value)}
        for subscription_id, value in states.items()
    ]
    return counted(items, "states")


def change_item(change: StateChange, where: str = "the change") -> dict[str, Any]:
    """Return one item of a batch of subscriptions.

    Raises:
        InvalidInput: It does not say whose state of what is to be which.
    """
    if not isinstance(change, Mapping | SpotzeeSubscriptionChange):
        raise InvalidInput(
            f"{where} is a mapping or a SpotzeeSubscriptionChange, not {kind_of(change)}"
        )
    data = CODEC.document(change)
    return {
        **_identity(data, where),
        "subscription_id": number(data.get("subscription_id"), "subscription"),
        "state": state(data.get("state")),
    }


def event_item(event: UserEvent, where: str) -> dict[str, Any]:
    """Return one event as it is sent.

    Raises:
        InvalidInput: It has no name, or nobody who did it.
    """
    if not isinstance(event, Mapping | SpotzeeEvent):
        raise InvalidInput(f"{where} is a mapping or a SpotzeeEvent, not {kind_of(event)}")
    data = CODEC.document(event)
    name = data.get("name")
    if not isinstance(name, str) or not name.strip():
        raise InvalidInput(f"{where} has no name")
    return {**data, **_identity(data, where)}


def each(items: Iterable[T], what: str, *one: type) -> list[T]:
    """Return the items of a request as a list.

    Args:
        items: What the caller passed.
        what: What they are, for the text of an error.
        *one: What a single one is, which callers pass by mistake.

    Raises:
        InvalidInput: It is one item and no iterable of them.
    """
    if isinstance(items, (str, bytes, Mapping, *one)) or not isinstance(items, Iterable):
        raise InvalidInput(f"{what} are a list, not {kind_of(items)}")
    return list(items)


def counted(items: Sequence[T], what: str) -> list[T]:
    """Return the items if one request takes as many.

    Raises:
        InvalidInput: There is none, or there are too many.
    """
    if 1 <= len(items) <= MOST_ITEMS:
        return list(items)
    raise InvalidInput(f"one request takes 1 to {MOST_ITEMS} {what}, not {len(items)}")


def filled(fields: Mapping[str, Any], what: str) -> bytes:
    """Return the body of a change, without what is unset.

    Raises:
        InvalidInput: Nothing is to be changed.
    """
    given = {name: value for name, value in fields.items() if value is not UNSET}
    if not given:
        raise InvalidInput(f"nothing of the {what} is to be changed: name a field")
    return body.dumps(given)


def name_of(value: object, what: str) -> str:
    """Return the name of something new.

    Raises:
        InvalidInput: It is no text, or blank.
    """
    if isinstance(value, str) and value.strip():
        return value
    raise InvalidInput(f"the name of a {what} is a text that is not empty")
