"""How contacts are moved out of a Spotzee project, and into one, by a subscription type.

1. A user without a state of its own counts as subscribed (guides/subscription-preferences,
   2026-09). So a new user who has opted out is created without an address or a number, and gets
   these when the opt-out is there.
2. Spotzee has no opt-out from everything: it is one from every type that the project has now.
3. Who has opted out of the type at the target stays so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sentori_async.errors import InvalidInput, NotFound
from sentori_async.migrate.sides import (
    Found,
    Kind,
    Listing,
    Person,
    Side,
    Standing,
    Written,
    nested,
    pages,
    require_word,
    said,
    there_are,
)
from sentori_async.platforms.spotzee import calls, inputs, listings
from sentori_async.platforms.spotzee.models import SpotzeeUser
from sentori_async.platforms.spotzee.names import CODEC
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscriptionState,
    SpotzeeUserSubscription,
)
from sentori_async.wire.settle import Flow

_ID: Final = "external_id"
_DATA: Final = "data"
_WRITABLE: Final = (_ID, "email", "phone", "timezone", "locale", f"{_DATA}.*")
_READ_ONLY: Final = ("id", "anonymous_id", "created_at", "updated_at")
_OFF: Final = SpotzeeSubscriptionState.UNSUBSCRIBED


class _SpotzeeSide(Side):
    """A subscription type of a Spotzee project."""

    title: ClassVar[str] = "Spotzee"
    identity: ClassVar[str] = _ID
    kind: ClassVar[Kind] = Kind.OWN
    place_is: ClassVar[str] = "a subscription type's number"

    def __init__(self, place: str) -> None:
        """Stand for a subscription type, by its number."""
        super().__init__(place)
        self._type = inputs.number(place, "subscription type")
        self._types: list[int] = []

    def open(self) -> Flow[None]:
        found = yield from pages(listings.iterate_subscriptions())
        self._types = [one.id for one in found if isinstance(one.id, int)]
        if self._type not in self._types:
            known = there_are((one.id, one.name) for one in found)
            raise InvalidInput(
                f"the Spotzee project has no subscription type {self._type}: {known}"
            )

    def readable(self) -> tuple[str, ...]:
        return (*_WRITABLE, *_READ_ONLY)

    def writable(self) -> tuple[str, ...]:
        return _WRITABLE

    def cautions_as_source(self) -> tuple[str, ...]:
        return ("Spotzee tells of subscriptions contact by contact: reading takes a request each.",)

    def cautions_as_target(self) -> tuple[str, ...]:
        return (
            (
                "At Spotzee a new contact counts as subscribed to every type of messages that it "
                f"has not opted out of, not only to {self._type}."
            ),
        )

    def key(self, identity: str) -> str:
        return identity

    # --------------------------------------------------------------------------------- reading

    def listings(self, names: frozenset[str]) -> list[Listing[Any]]:  # noqa: ARG002 - all come
        return [Listing(listings.iterate_contacts(sort="id"), self._tell, opt_outs=True)]

    def _tell(self, user: SpotzeeUser) -> Flow[Person | None]:
        # One who is only known to a browser has no state that could be read.
        if not isinstance(user.external_id, str):
            return None
        try:
            standing = yield from self._standing(user.external_id)
        except NotFound as error:
            require_word(error)
            return None  # deleted between the listing and this
        return Person(user.external_id, _fields(user), standing)

    def _standing(self, external_id: str) -> Flow[Standing]:
        states = yield from self._states(external_id)
        if states.get(self._type) != _OFF:
            return Standing.SUBSCRIBED
        everything = all(states.get(one) == _OFF for one in self._types)
        return Standing.SUPPRESSED if everything else Standing.UNSUBSCRIBED

    def _states(self, external_id: str) -> Flow[dict[int, int]]:
        """Read how a user stands to each type that it has a state of."""
        found: list[SpotzeeUserSubscription] = yield from pages(
            listings.contact_subscriptions(external_id)
        )
        return {
            one.subscription_id: one.state
            for one in found
            if isinstance(one.subscription_id, int) and isinstance(one.state, int)
        }

    # --------------------------------------------------------------------------------- writing

    def write(self, identity: str, fields: Mapping[str, Any], standing: Standing) -> Flow[Written]:
        user = _document(identity, fields)
        if standing is Standing.SUBSCRIBED:
            written = yield from self._subscribed(identity, user)
            return written
        types = [self._type] if standing is Standing.UNSUBSCRIBED else self._types
        try:
            yield from _switched_off(identity, types)
        except NotFound as error:
            require_word(error)
            yield calls.add_or_update_contact(identity)
            yield from _switched_off(identity, types)
        yield calls.add_or_update_contact(identity, user)
        return Written(standing)

    def _subscribed(self, identity: str, user: Mapping[str, Any]) -> Flow[Written]:
        yield calls.add_or_update_contact(identity, user)
        states = yield from self._states(identity)
        state = states.get(self._type)
        if state == _OFF:
            return Written(Standing.UNSUBSCRIBED)
        if state is None:
            yield calls.subscribe(identity, self._type)
        return Written(Standing.SUBSCRIBED)

    # ------------------------------------------------------------------------------ reading back

    def look(self, identity: str) -> Flow[Found | None]:
        try:
            user: SpotzeeUser = yield calls.get_contact(identity)
            standing = yield from self._standing(identity)
        except NotFound as error:
            require_word(error)
            return None
        return Found(_fields(user), standing)

    def agrees(self, name: str, sent: Any, found: Any) -> bool:
        if name == "phone":  # shown as E.164, however it was written
            return _digits(sent) == _digits(found)
        return super().agrees(name, sent, found)


def _digits(value: Any) -> str:
    return "".join(character for character in str(value) if character.isdigit())


def _switched_off(external_id: str, types: list[int]) -> Flow[None]:
    for call in calls.unsubscribe_all(external_id, types):  # noqa: UP028 - a list takes no answers
        yield call


def _document(identity: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields as Spotzee takes them.

    Raises:
        InvalidInput: The identity cannot be one.
    """
    inputs.user_segment(identity)
    plain, data = nested(fields, _DATA)
    return {**plain, _DATA: data} if data else plain


def _fields(user: SpotzeeUser) -> dict[str, Any]:
    document = dict(CODEC.document(user))
    data = document.pop(_DATA, None) or {}
    return said({**document, **{f"{_DATA}.{name}": value for name, value in data.items()}})


SIDE: Final = _SpotzeeSide
