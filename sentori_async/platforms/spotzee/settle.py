"""What a lost answer means on Spotzee, write by write.

======================  ======  ==================================================================
write                   resent  how it is settled
======================  ======  ==================================================================
upsert                  yes     a repeat ends in the same state; then a look-up shows the values
upsert of many          yes     the same for every item; a 2xx without its body is a lost answer
                                here, as only the body tells which items were refused
queue                   yes     a repeat ends in the same state; nothing tells when it is done
delete                  yes     "no such user" after a lost attempt, or at a look-up, is success
delete many             yes     a repeat changes nothing more; which were there is not known
subscribe, unsubscribe  yes     states are set, not toggled; then a look-up shows them
subscriptions batch     yes     as an upsert of many
create a session        yes     the token that was lost ends by itself
change a type or list   yes     a repeat changes nothing more; an unreadable answer is read again
create a type or list   no      nothing tells one of one's own from another of the same name
delete a list           no      the first time archives it, the second deletes it for good
events                  no      a repeat counts twice, and nothing can be looked up
======================  ======  ==================================================================

Inferred, all of it: what makes writes safe to repeat is that users are keyed by external id and
that states are absolute. Idempotency keys are sent and not trusted: the vendor takes them without
acting on them as of September 2026 (guides/api-idempotency).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import attrs
import orjson

from sentori_async.errors import ApiError, NotFound, SentoriError
from sentori_async.platforms.spotzee import answers, operations
from sentori_async.platforms.spotzee.models import (
    SpotzeeEventBatch,
    SpotzeeList,
    SpotzeeUser,
    SpotzeeUserBatch,
    SpotzeeUserResult,
)
from sentori_async.platforms.spotzee.names import CODEC
from sentori_async.platforms.spotzee.pages import StatePage
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscription,
    SpotzeeSubscriptionBatch,
    SpotzeeSubscriptionResult,
)
from sentori_async.wire.answers import reader
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.paths import query, segment
from sentori_async.wire.results import Accepted, Upserted
from sentori_async.wire.settle import Flow, Settle

T = TypeVar("T")

# Today's code for what is not there, and that of the page of 2026-04-28.
_MISSING: Final = frozenset({"resource_missing", "not_found"})
_PAGE_SIZE: Final = 100
_NO_DIGITS: Final = str.maketrans("", "", " .()-")


@attrs.define
class PartlySettled:
    """A batch without an answer, some of whose items were found as sent.

    Attributes:
        found: Whether each item, in the order sent, is known to have been carried out.
        error: What the batch ended with.
    """

    found: list[bool]
    error: SentoriError


# ------------------------------------------------------------------------------------ look-ups


def says_missing(error: SentoriError) -> bool:
    """Tell whether Spotzee says that something is not there; any proxy can say 404."""
    return isinstance(error, NotFound) and error.code in _MISSING


def _or_none(read: Callable[[Response], T]) -> Callable[[Response], T | None]:
    """Return a decoder that takes "there is none" for an answer."""

    def decode(response: Response) -> T | None:
        try:
            return read(response)
        except ApiError as error:
            if says_missing(error):
                return None
            raise

    return decode


def _found(operation: Operation, type_: type[T]) -> Callable[[Response], T | None]:
    decode = CODEC.decoder(type_)
    return _or_none(reader(operation, lambda response: decode(response.body), answers.refuse))


_read_user: Final = _found(operations.GET_CONTACT, SpotzeeUser)
_read_upsert: Final = answers.item_wise(
    operations.ADD_OR_UPDATE_CONTACT, answers.upserted(operations.ADD_OR_UPDATE_CONTACT)
)
_read_states: Final = _found(operations.CONTACT_SUBSCRIPTIONS, StatePage)
_read_type: Final = _found(operations.GET_SUBSCRIPTION, SpotzeeSubscription)
_read_list: Final = _found(operations.GET_LIST, SpotzeeList)


def find(external_id: str) -> Flow[SpotzeeUser | None]:
    """Look a user up; return None where there is none."""
    request = Request(operations.GET_CONTACT, f"users/{segment(external_id)}")
    user: SpotzeeUser | None = yield Call(request, _read_user)
    return user


def find_states(path: str) -> Flow[dict[int, int]]:
    """Look a user's states up, page by page; an empty dict where there is no such user."""
    states: dict[int, int] = {}
    cursor: str | None = None
    while True:
        turned = {"cursor": cursor, "page": None if cursor is None else "next"}
        request = Request(
            operations.CONTACT_SUBSCRIPTIONS, path, None, query({**turned, "limit": _PAGE_SIZE})
        )
        page: StatePage | None = yield Call(request, _read_states)
        for row in page.results if page is not None else ():
            if isinstance(row.subscription_id, int) and isinstance(row.state, int):
                states[row.subscription_id] = row.state
        following = page.next_cursor if page is not None else None
        if not isinstance(following, str) or following == cursor:
            return states
        cursor = following


def as_sent(user: SpotzeeUser, item: Mapping[str, Any]) -> bool:
    """Tell whether a user has the values that were sent; with none sent, being there is all."""
    found = CODEC.document(user)
    data = item.get("data")
    if isinstance(data, Mapping) and not _data_as_sent(data, found.get("data")):
        return False
    return all(
        _plain(name, value) == _plain(name, found.get(name))
        for name, value in item.items()
        if name != "data" or data is None
    )


def _data_as_sent(sent: Mapping[str, Any], found: object) -> bool:
    """Compare the keys that were sent: others are kept, and some are never shown."""
    has = found if isinstance(found, Mapping) else {}
    return all(value == has.get(name) for name, value in sent.items())


def _plain(name: str, value: object) -> object:
    """Return a value as Spotzee may keep it: numbers as E.164, addresses in any case (inferred)."""
    if not isinstance(value, str):
        return value or None
    if name == "phone":
        return value.translate(_NO_DIGITS)
    return value.strip().lower() if name == "email" else value


def _sent(request: Request) -> Any:
    return orjson.loads(request.body) if request.body else []


# --------------------------------------------------------------------------------- the rules


def _upserted(request: Request, error: SentoriError) -> Flow[Upserted[SpotzeeUser]]:
    (item,) = _sent(request)
    user = yield from find(item["external_id"])
    if user is not None and as_sent(user, item):
        return Upserted(user, None)
    if answers.was_replayed(error):
        # As a call of its own it goes out with another key, and is carried out.
        again: Upserted[SpotzeeUser] = yield Call(request, _read_upsert)
        return again
    raise error


def _deleted(request: Request, error: SentoriError) -> Flow[Accepted]:
    if says_missing(error):
        return Accepted()
    user: SpotzeeUser | None = yield Call(Request(operations.GET_CONTACT, request.path), _read_user)
    if user is None:
        return Accepted()
    raise error


def _states_set(request: Request, error: SentoriError) -> Flow[SpotzeeUser]:
    states = yield from find_states(request.path)
    if all(states.get(item["subscription_id"]) == item["state"] for item in _sent(request)):
        path = request.path.removesuffix("/subscriptions")
        user: SpotzeeUser | None = yield Call(Request(operations.GET_CONTACT, path), _read_user)
        if user is not None:
            return user
    raise error


def _reread(read: Callable[[Response], T | None], operation: Operation) -> Any:
    """Return the rule of a change that can be read again, and compared field by field."""

    def look(request: Request, error: SentoriError) -> Flow[T]:
        found: T | None = yield Call(Request(operation, request.path), read)
        if found is None:
            raise error
        has = CODEC.document(found)
        sent = _sent(request)
        if error.applied or all(has.get(name) == value for name, value in sent.items()):
            return found
        raise error

    return look


def _users_found(request: Request, error: SentoriError) -> Flow[SpotzeeUserBatch]:
    results = []
    for index, item in enumerate(_sent(request)):
        user = (yield from find(item["external_id"])) if "external_id" in item else None
        if user is None or not as_sent(user, item):
            raise error
        results.append(SpotzeeUserResult(index, user.external_id, user.anonymous_id, user))
    return SpotzeeUserBatch(results, len(results), 0)


def _changes_found(request: Request, error: SentoriError) -> Flow[SpotzeeSubscriptionBatch]:
    results = []
    for index, item in enumerate(_sent(request)):
        if not (yield from _is_set(item)):
            raise error
        result = SpotzeeSubscriptionResult(index, item["external_id"])
        result.subscription_id, result.state = item["subscription_id"], item["state"]
        results.append(result)
    return SpotzeeSubscriptionBatch(results, len(results), 0)


def _is_set(item: Mapping[str, Any]) -> Flow[bool]:
    if "external_id" not in item:
        return False
    states = yield from find_states(f"users/{segment(item['external_id'])}/subscriptions")
    wanted: int = item["state"]
    return states.get(item["subscription_id"]) == wanted


def _is_there(item: Mapping[str, Any]) -> Flow[bool]:
    user = yield from find(item["external_id"])
    return user is not None and as_sent(user, item)


def _row_by_row(
    is_done: Callable[[Mapping[str, Any]], Flow[bool]],
) -> Callable[[Request, SentoriError], Flow[Any]]:
    """Return the rule of a job's batch: what can be found out of its rows, one by one."""

    def look(request: Request, error: SentoriError) -> Flow[Any]:
        found = []
        for item in _sent(request):
            found.append((yield from is_done(item)))  # noqa: PERF401 - no yield in comprehensions
        return PartlySettled(found, error)

    return look


UPSERT: Final = Settle(look=_upserted, status_tells=False)
UPSERT_MANY: Final = Settle(look=_users_found, status_tells=False)
UPSERT_ROWS: Final[Settle[Any]] = Settle(look=_row_by_row(_is_there), status_tells=False)
DELETE: Final = Settle(own_doing=(NotFound,), look=_deleted)
DELETE_MANY: Final[Settle[Accepted]] = Settle(own_doing=(NotFound,))
SET_STATES: Final = Settle(look=_states_set)
SET_MANY: Final = Settle(look=_changes_found, status_tells=False)
SET_ROWS: Final[Settle[Any]] = Settle(look=_row_by_row(_is_set), status_tells=False)
UPDATE_SUBSCRIPTION: Final[Settle[SpotzeeSubscription]] = Settle(
    look=_reread(_read_type, operations.GET_SUBSCRIPTION)
)
UPDATE_LIST: Final[Settle[SpotzeeList]] = Settle(look=_reread(_read_list, operations.GET_LIST))
EVENTS: Final[Settle[SpotzeeEventBatch]] = Settle(resend=False, status_tells=False)
REPEAT: Final[Settle[Any]] = Settle()
"""A repeat changes nothing more, and is refused where the lost attempt was."""
