"""How to find out what became of a write whose answer was lost.

A platform states the rules as plain data and generators: a rule yields the look-ups it needs as
calls, is sent what they return or thrown what they raise, and returns the result of the write.
The transport runs it; nothing here does I/O.

A rule ends in one of three ways: it returns the result (the write was carried out), raises a
refusal (it was not), or raises the error it was given (nobody can know).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import attrs
import orjson

from sentori_async import errors

if TYPE_CHECKING:
    from sentori_async.wire.message import Call, Request

T = TypeVar("T")

Step: TypeAlias = "Callable[[Call[Any]], Awaitable[Any]]"
"""Send one call of a flow and return its result."""

Flow: TypeAlias = "Generator[Call[Any], Any, T]"
"""Steps that need answers: yields calls, is sent their results, returns its own."""

DEFINITE: tuple[type[errors.ApiError], ...] = (
    errors.NotFound,
    errors.AlreadyExists,
    errors.StateConflict,
    errors.ValidationFailed,
    errors.ContactSuppressed,
)
"""Refusals of what was sent, which a lost attempt of the same must have met as well."""


@attrs.frozen(kw_only=True, eq=False)
class Settle(Generic[T]):
    """The rules of one kind of write.

    Attributes:
        resend: Whether the request may be sent again while nobody knows.
        own_doing: Refusals that a repeat may meet because the lost attempt was carried out.
        look: Plan the look-ups for a request and what it ended with; None where nothing tells.
        doubted: What a success means after a lost attempt; None where it means what it says.
        status_tells: Whether a success without its body was carried out; not so where the body of
            a success says which parts of the request were refused.
    """

    resend: bool = True
    own_doing: tuple[type[errors.ApiError], ...] = ()
    look: Callable[[Request, errors.SentoriError], Flow[T]] | None = None
    doubted: Callable[[T], T] | None = None
    status_tells: bool = True

    def decides(self, error: errors.SentoriError) -> bool:
        """Tell whether a refusal after a lost attempt settles that one too.

        One that may pass, such as "busy", does not, as the lost attempt may have come before; nor
        does one without the platform's own code, as it may be something else's or hide a code.
        """
        if not isinstance(error, DEFINITE) or error.retryable or error.code is None:
            return False
        return not isinstance(error, self.own_doing)


def sent_fields(request: Request) -> dict[str, Any]:
    """Return the fields that a request carries."""
    fields: dict[str, Any] = orjson.loads(request.body) if request.body else {}
    return fields


async def follow(flow: Flow[T], step: Step) -> T:
    """Take a flow through its steps and return its result.

    Args:
        flow: What wants answers.
        step: Send one call; what it raises of ours is thrown into the flow.
    """
    answer: Any = None
    error: errors.SentoriError | None = None
    while True:
        try:
            call = flow.send(answer) if error is None else flow.throw(error)
        except StopIteration as end:
            result: T = end.value
            return result
        try:
            answer, error = await step(call), None
        except errors.SentoriError as failure:
            error = failure
