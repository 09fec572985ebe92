"""Every call of Spotzee's Main API but the listings: values in, `Call` out.

Nothing here does I/O, and a value that cannot be sent is an InvalidInput before any.
The operations and their sources are in `operations.py`, what callers may pass in `inputs.py`,
what comes back in `answers.py`, what a lost answer means in `settle.py`, and what comes page by
page in `listings.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from sentori_async.errors import InvalidInput
from sentori_async.platforms.spotzee import answers, inputs, operations, settle
from sentori_async.platforms.spotzee.inputs import StateChange, UserEvent, UserFields
from sentori_async.platforms.spotzee.models import (
    SpotzeeEvent,
    SpotzeeEventBatch,
    SpotzeeList,
    SpotzeeSession,
    SpotzeeUser,
    SpotzeeUserBatch,
    SpotzeeUserPatch,
)
from sentori_async.platforms.spotzee.names import CODEC
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscription,
    SpotzeeSubscriptionBatch,
    SpotzeeSubscriptionChange,
    SpotzeeSubscriptionState,
)
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.answers import nothing, reader
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.paths import query
from sentori_async.wire.results import Accepted, Upserted

T = TypeVar("T")

_LONGEST_QUERY: Final = 6_000


def _reader(operation: Operation, read: Callable[[Response], T]) -> Callable[[Response], T]:
    return reader(operation, read, answers.refuse)


def _model(operation: Operation, type_: type[T]) -> Callable[[Response], T]:
    decode = CODEC.decoder(type_)
    return _reader(operation, lambda response: decode(response.body))


# ------------------------------------------------------------------------------------ contacts

_read_get: Final = _model(operations.GET_CONTACT, SpotzeeUser)
_read_upsert: Final = answers.item_wise(
    operations.ADD_OR_UPDATE_CONTACT, answers.upserted(operations.ADD_OR_UPDATE_CONTACT)
)
_read_upserts: Final = answers.item_wise(operations.ADD_OR_UPDATE_MANY, answers.users)
_read_queue: Final = _reader(operations.QUEUE_CONTACTS, answers.accepted)
_read_delete: Final = _reader(operations.DELETE_CONTACT, answers.accepted)
_read_delete_many: Final = _reader(operations.DELETE_MANY, answers.accepted)
_read_session: Final = _model(operations.CREATE_SESSION, SpotzeeSession)


def get_contact(external_id: str) -> Call[SpotzeeUser]:
    """Plan to get a user by its external id."""
    path = f"users/{inputs.user_segment(external_id)}"
    return Call(Request(operations.GET_CONTACT, path), _read_get)


def add_or_update_contact(
    external_id: str, fields: UserFields | None = None
) -> Call[Upserted[SpotzeeUser]]:
    """Plan to add a user, or to update it where it exists: a batch of one."""
    data = body.dumps([inputs.user_item(external_id, fields)])
    request = Request(operations.ADD_OR_UPDATE_CONTACT, "users/batch", data)
    return Call(request, _read_upsert, settle.UPSERT)


def add_or_update_many(users: Iterable[UserFields]) -> Call[SpotzeeUserBatch]:
    """Plan to add or update up to a hundred users, each of which may be refused by itself."""
    request = Request(operations.ADD_OR_UPDATE_MANY, "users/batch", _user_items(users))
    return Call(request, _read_upserts, settle.UPSERT_MANY)


def queue_contacts(users: Iterable[UserFields]) -> Call[Accepted]:
    """Plan to have up to a hundred users added or updated later."""
    request = Request(operations.QUEUE_CONTACTS, "users", _user_items(users))
    return Call(request, _read_queue, settle.REPEAT)


def _user_items(users: Iterable[UserFields]) -> bytes:
    rows = inputs.each(users, "users", SpotzeeUser, SpotzeeUserPatch)
    items = [inputs.identified_item(row, f"users[{i}]") for i, row in enumerate(rows)]
    return body.dumps(inputs.counted(items, "users"))


def delete_contact(external_id: str) -> Call[Accepted]:
    """Plan to have a user deleted, which takes effect later."""
    path = f"users/{inputs.user_segment(external_id)}"
    return Call(Request(operations.DELETE_CONTACT, path), _read_delete, settle.DELETE)


def delete_many(external_ids: Iterable[str]) -> Call[Accepted]:
    """Plan to have up to a hundred users deleted later; the number is inferred."""
    ids = [inputs.external_id(value) for value in inputs.each(external_ids, "external_ids")]
    asked = query({"user_id": inputs.counted(ids, "external_ids")})
    if len(asked) > _LONGEST_QUERY:
        raise InvalidInput("these external_ids are too long for one request: pass fewer of them")
    request = Request(operations.DELETE_MANY, "users", None, asked)
    return Call(request, _read_delete_many, settle.DELETE_MANY)


def create_session(external_id: str) -> Call[SpotzeeSession]:
    """Plan to make a token with which a browser may act for a user."""
    path = f"users/{inputs.user_segment(external_id)}/sessions"
    return Call(Request(operations.CREATE_SESSION, path), _read_session, settle.REPEAT)


# ------------------------------------------------------------------------------- subscriptions

_read_type: Final = _model(operations.GET_SUBSCRIPTION, SpotzeeSubscription)
_read_new_type: Final = _model(operations.CREATE_SUBSCRIPTION, SpotzeeSubscription)
_read_changed_type: Final = _model(operations.UPDATE_SUBSCRIPTION, SpotzeeSubscription)
_decode_changes: Final = CODEC.decoder(SpotzeeSubscriptionBatch)
_read_changes: Final = answers.item_wise(
    operations.BATCH_SUBSCRIPTIONS, lambda response: _decode_changes(response.body)
)
_STATE_READERS: Final = {
    operation: _model(operation, SpotzeeUser)
    for operation in (
        operations.SUBSCRIBE,
        operations.UNSUBSCRIBE,
        operations.UNSUBSCRIBE_ALL,
        operations.SET_SUBSCRIPTIONS,
    )
}


def set_subscriptions(
    external_id: str,
    states: Mapping[int, SpotzeeSubscriptionState | int],
    *,
    operation: Operation = operations.SET_SUBSCRIPTIONS,
) -> Call[SpotzeeUser]:
    """Plan to set how a user stands to some subscription types.

    Args:
        external_id: The user.
        states: The new states, by the number of the subscription type.
        operation: The verb it is done for.
    """
    path = f"users/{inputs.user_segment(external_id)}/subscriptions"
    request = Request(operation, path, body.dumps(inputs.state_items(states)))
    return Call(request, _STATE_READERS[operation], settle.SET_STATES)


def subscribe(
    external_id: str,
    subscription_id: int,
    state: SpotzeeSubscriptionState = SpotzeeSubscriptionState.SUBSCRIBED,
) -> Call[SpotzeeUser]:
    """Plan to subscribe a user to a type."""
    if inputs.state(state) == SpotzeeSubscriptionState.UNSUBSCRIBED:
        raise InvalidInput("to unsubscribe a user, call unsubscribe")
    return set_subscriptions(external_id, {subscription_id: state}, operation=operations.SUBSCRIBE)


def unsubscribe(external_id: str, subscription_id: int) -> Call[SpotzeeUser]:
    """Plan to unsubscribe a user from a type."""
    states = {subscription_id: SpotzeeSubscriptionState.UNSUBSCRIBED}
    return set_subscriptions(external_id, states, operation=operations.UNSUBSCRIBE)


def unsubscribe_all(external_id: str, subscription_ids: Sequence[int]) -> list[Call[SpotzeeUser]]:
    """Plan to unsubscribe a user from all of these types, a hundred with each request."""
    inputs.user_segment(external_id)
    size = inputs.MOST_ITEMS
    return [
        set_subscriptions(
            external_id,
            dict.fromkeys(subscription_ids[n : n + size], SpotzeeSubscriptionState.UNSUBSCRIBED),
            operation=operations.UNSUBSCRIBE_ALL,
        )
        for n in range(0, len(subscription_ids), size)
    ]


def batch_subscriptions(changes: Iterable[StateChange]) -> Call[SpotzeeSubscriptionBatch]:
    """Plan to set up to a hundred states of any users, each of which may be refused by itself."""
    rows = inputs.each(changes, "changes", SpotzeeSubscriptionChange)
    items = [inputs.change_item(row, f"changes[{i}]") for i, row in enumerate(rows)]
    data = body.dumps(inputs.counted(items, "changes"))
    request = Request(operations.BATCH_SUBSCRIPTIONS, "subscriptions/batch", data)
    return Call(request, _read_changes, settle.SET_MANY)


def get_subscription(subscription_id: int) -> Call[SpotzeeSubscription]:
    """Plan to get a subscription type."""
    path = f"subscriptions/{inputs.number(subscription_id, 'subscription')}"
    return Call(Request(operations.GET_SUBSCRIPTION, path), _read_type)


def create_subscription(
    name: str, *, channel: str, is_public: bool | Unset = UNSET
) -> Call[SpotzeeSubscription]:
    """Plan to create a subscription type."""
    named = inputs.name_of(name, "subscription")
    data = body.dumps({"name": named, "channel": channel, "is_public": is_public})
    return Call(Request(operations.CREATE_SUBSCRIPTION, "subscriptions", data), _read_new_type)


def update_subscription(
    subscription_id: int,
    *,
    name: str | Unset = UNSET,
    is_public: bool | Unset = UNSET,
) -> Call[SpotzeeSubscription]:
    """Plan to change a subscription type."""
    path = f"subscriptions/{inputs.number(subscription_id, 'subscription')}"
    data = inputs.filled({"name": name, "is_public": is_public}, "subscription")
    request = Request(operations.UPDATE_SUBSCRIPTION, path, data)
    return Call(request, _read_changed_type, settle.UPDATE_SUBSCRIPTION)


# --------------------------------------------------------------------------- lists and segments

_read_list: Final = _model(operations.GET_LIST, SpotzeeList)
_read_new_list: Final = _model(operations.CREATE_LIST, SpotzeeList)
_read_changed_list: Final = _model(operations.UPDATE_LIST, SpotzeeList)
_read_delete_list: Final = _reader(operations.DELETE_LIST, nothing)


def get_list(list_id: int) -> Call[SpotzeeList]:
    """Plan to get a list or a segment."""
    path = f"lists/{inputs.number(list_id, 'list')}"
    return Call(Request(operations.GET_LIST, path), _read_list)


def create_list(
    name: str,
    *,
    type: str,  # noqa: A002 - the vendor's name
    rule: Mapping[str, Any] | Unset = UNSET,
    tags: Sequence[str] | Unset | None = UNSET,
    is_visible: bool | Unset | None = UNSET,
) -> Call[SpotzeeList]:
    """Plan to create a list, or a segment where there is a rule."""
    data = body.dumps(
        {
            "name": inputs.name_of(name, "list"),
            "type": type,
            "rule": rule,
            "tags": tags,
            "is_visible": is_visible,
        }
    )
    return Call(Request(operations.CREATE_LIST, "lists", data), _read_new_list)


def update_list(
    list_id: int,
    *,
    name: str,
    rule: Mapping[str, Any] | Unset = UNSET,
    tags: Sequence[str] | Unset | None = UNSET,
    published: bool | Unset | None = UNSET,
) -> Call[SpotzeeList]:
    """Plan to change a list; the vendor wants its name in every change."""
    path = f"lists/{inputs.number(list_id, 'list')}"
    data = body.dumps(
        {
            "name": inputs.name_of(name, "list"),
            "rule": rule,
            "tags": tags,
            "published": published,
        }
    )
    request = Request(operations.UPDATE_LIST, path, data)
    return Call(request, _read_changed_list, settle.UPDATE_LIST)


def delete_list(list_id: int) -> Call[None]:
    """Plan to archive a list, or to delete an archived one for good."""
    path = f"lists/{inputs.number(list_id, 'list')}"
    return Call(Request(operations.DELETE_LIST, path), _read_delete_list)


# --------------------------------------------------------------------------------------- events

_read_events: Final = answers.item_wise(operations.CREATE_EVENTS, answers.events)


def create_events(events: Iterable[UserEvent]) -> Call[SpotzeeEventBatch]:
    """Plan to report up to a hundred events."""
    rows = inputs.each(events, "events", SpotzeeEvent)
    items = [inputs.event_item(row, f"events[{i}]") for i, row in enumerate(rows)]
    data = body.dumps(inputs.counted(items, "events"))
    return Call(Request(operations.CREATE_EVENTS, "events", data), _read_events, settle.EVENTS)


# ---------------------------------------------------------------------------------- bulk batches


def upsert_rows(items: Sequence[body.Encoded]) -> Call[Any]:
    """Plan a batch of a job: users that were checked and encoded before."""
    request = Request(operations.ADD_OR_UPDATE_MANY, "users/batch", body.dumps(list(items)))
    return Call(request, _read_upserts, settle.UPSERT_ROWS)


def change_rows(items: Sequence[body.Encoded]) -> Call[Any]:
    """Plan a batch of a job: states that were checked and encoded before."""
    data = body.dumps(list(items))
    request = Request(operations.BATCH_SUBSCRIPTIONS, "subscriptions/batch", data)
    return Call(request, _read_changes, settle.SET_ROWS)
