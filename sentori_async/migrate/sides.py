"""What a platform says of itself so that contacts can be moved out of it, and into it.

1. A side is the account's place that is read or written: a list, a campaign, a subscription type.
2. It plans and never sends: it yields calls, and is sent what they return.
3. Writing a contact that has opted out begins with the opt-out: where that cannot be written,
   nothing is, and no step in between leaves a contact that would be written to.
4. Whoever the place knows as opted out is never subscribed there, whatever the source says.
"""

from __future__ import annotations

import abc
import enum
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, ClassVar, Final, Generic, TypeVar

import attrs

from sentori_async.errors import NotFound, SentoriError
from sentori_async.wire.message import Call, Steps
from sentori_async.wire.pages import Page
from sentori_async.wire.settle import Flow

T = TypeVar("T")


class Standing(enum.IntEnum):
    """How a contact stands to a place; of two that are said, the greater one holds."""

    SUBSCRIBED = 0
    """It wants what is sent there."""
    UNSUBSCRIBED = 1
    """It does not want what is sent there."""
    SUPPRESSED = 2
    """It wants nothing of the account at all, or cannot be reached."""

    @property
    def word(self) -> str:
        """The standing in a word, such as "unsubscribed"."""
        return self.name.lower()


class Kind(enum.Enum):
    """What an identity is: what another platform may take it for."""

    ADDRESS = "an e-mail address"
    PHONE = "a phone number"
    OWN = "an id of your own"


# Not frozen and built by position: one is made for every contact.
@attrs.define(repr=False)
class Person:
    """A contact as the source has it.

    Attributes:
        identity: What the source knows it by.
        fields: Its fields by the source's names, nested ones with a dot.
        standing: How it stands to the place.
    """

    identity: str
    fields: dict[str, Any]
    standing: Standing


@attrs.define(repr=False)
class Found:
    """A contact as it was read back.

    Attributes:
        fields: Its fields; None where the platform keeps only that it has opted out.
        standing: How it stands to the place; None where only the place's members tell.
    """

    fields: dict[str, Any] | None
    standing: Standing | None


@attrs.define
class Written:
    """What a write came to.

    Attributes:
        standing: How the contact stands to the place now.
        queued: Whether the platform will carry it out later.
    """

    standing: Standing
    queued: bool = False


@attrs.frozen
class Listing(Generic[T]):
    """One way to the contacts of a place.

    Attributes:
        first: The call of the first page.
        tell: Plan what it takes to tell who an item is; None where it is nobody.
        opt_outs: Whether contacts that have opted out are among them.
    """

    first: Call[Page[T]]
    tell: Callable[[T], Flow[Person | None]]
    opt_outs: bool


_NAMES_SHOWN: Final = 10


def there_are(places: Iterable[tuple[object, object]]) -> str:
    """Return which places an account has, as many as somebody reads, for the text of an error.

    Args:
        places: The id and the name of each.
    """
    first = list(islice(places, _NAMES_SHOWN + 1))
    shown = ", ".join(f"{id_} ({name})" if name else f"{id_}" for id_, name in first[:_NAMES_SHOWN])
    return f"there {'are' if len(first) != 1 else 'is'} {shown or 'none'}" + (
        " and others" if len(first) > _NAMES_SHOWN else ""
    )


class Side(abc.ABC):
    """A place of a platform, to be read or to be written.

    Attributes:
        title: The platform's title.
        identity: The field that identifies a contact.
        kind: What that field holds.
        place_is: What the place is, in words; "" where the platform has none.
        lists_opt_outs: Whether the place tells who has opted out.
        looks_after_s: How long to wait before each further look for a contact that was queued.
    """

    title: ClassVar[str]
    identity: ClassVar[str]
    kind: ClassVar[Kind]
    place_is: ClassVar[str] = ""
    lists_opt_outs: ClassVar[bool] = True
    looks_after_s: ClassVar[tuple[float, ...]] = ()

    def __init__(self, place: str) -> None:
        """Stand for a place, by its id; "" where the platform has none."""
        self.place = place

    # ---------------------------------------------------------------------------------- before

    @abc.abstractmethod
    def open(self) -> Flow[None]:
        """See that the place is there, and learn what the account has.

        Raises:
            InvalidInput: There is no such place.
        """

    @abc.abstractmethod
    def readable(self) -> tuple[str, ...]:
        """Return the fields that can be read; a name that ends in ".*" stands for many."""

    @abc.abstractmethod
    def writable(self) -> tuple[str, ...]:
        """Return the fields that can be written, the identity included, as `readable` does."""

    def cautions_as_source(self) -> tuple[str, ...]:
        """Return what whoever reads from here should know before."""
        return ()

    def cautions_as_target(self) -> tuple[str, ...]:
        """Return what whoever writes to here should know before."""
        return ()

    @abc.abstractmethod
    def key(self, identity: str) -> str:
        """Return what all spellings of an identity share."""

    # --------------------------------------------------------------------------------- reading

    @abc.abstractmethod
    def listings(self, names: frozenset[str]) -> list[Listing[Any]]:
        """Return what lists the contacts of the place.

        Args:
            names: The fields that are wanted: what is not may be left out.
        """

    # --------------------------------------------------------------------------------- writing

    @abc.abstractmethod
    def write(self, identity: str, fields: Mapping[str, Any], standing: Standing) -> Flow[Written]:
        """Plan to write a contact with its standing.

        Args:
            identity: What the place is to know it by.
            fields: Its other fields.
            standing: How it is to stand to the place.

        Raises:
            InvalidInput: The identity or a field cannot be sent.
        """

    # ------------------------------------------------------------------------------ reading back

    @abc.abstractmethod
    def look(self, identity: str) -> Flow[Found | None]:
        """Plan to read a contact back; None where it is not there."""

    def members(self) -> Listing[Any] | None:
        """Return what lists who is subscribed, where `look` does not tell."""
        return None

    def agrees(self, name: str, sent: Any, found: Any) -> bool:  # noqa: ARG002 - for those that care
        """Tell whether a field holds what was written, in whatever form the platform shows it."""
        return bool(_plain(sent) == _plain(found))


def one_page(call: Call[list[T]]) -> Call[Page[T]]:
    """Return the call of a listing that is not paged as that of its only page."""
    return Call(call.request, lambda response: Page(call.decode(response)), call.settle)


def pages(call: Call[Page[T]]) -> Flow[list[T]]:
    """Read a short listing to its end."""
    items: list[T] = []
    after: Call[Page[T]] | None = call
    while after is not None:
        page: Page[T] = yield after
        items += page.items
        after = page.next
    return items


def nobody_asks(person: T) -> Flow[T]:
    """Return what is known already, as a flow that needs no answers."""
    yield from ()
    return person


def one_by_one(flow: Flow[T]) -> Flow[T]:
    """Yield the calls of a flow, and of the verbs in it that take several, one by one."""
    answer: Any = None
    error: SentoriError | None = None
    while True:
        try:
            call = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as end:
            result: T = end.value
            return result
        answer, error = None, None
        try:
            if isinstance(call, Steps):
                answer = yield from one_by_one(call.flow())
            else:
                answer = yield call
        except SentoriError as failure:
            error = failure


def require_word(error: NotFound) -> None:
    """Raise the error again unless the platform itself said so: any proxy can say 404."""
    if error.code is None:
        raise error


def knows(names: Iterable[str], name: str) -> bool:
    """Tell whether a name is among those of `Side.readable` or `Side.writable`."""
    head, dot, tail = name.partition(".")
    names = tuple(names)
    return name in names or bool(dot and tail and f"{head}.*" in names)


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that hold something."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def nested(fields: Mapping[str, Any], head: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields without a dot, and those below `head` by the rest of their names."""
    prefix = f"{head}."
    below = {n.removeprefix(prefix): v for n, v in fields.items() if n.startswith(prefix)}
    return {n: v for n, v in fields.items() if not n.startswith(prefix)}, below


def _plain(value: Any) -> Any:
    """Return a value without what is only its form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value] if len(value) != 1 else _plain(value[0])
    text = str(value).strip()
    try:
        return float(text)
    except ValueError:
        return text
