"""What goes over the wire, as plain values.

An `Operation` is what all requests of one kind share and is made once, at import.
A `Request` is one of them; a `Call` is a request with the decoder of its answer.
None of them holds a credential: the transport adds it last.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Any, Generic, Self, TypeVar

import attrs
import orjson

from sentori_async.errors import DecodeError
from sentori_async.wire.idempotency import IdempotencyKey
from sentori_async.wire.settle import Flow, Settle

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Safety(enum.Enum):
    """Whether a request may be sent again when nobody knows what became of it."""

    READ = "read"
    """It changes nothing."""
    IDEMPOTENT = "idempotent"
    """A repeat changes nothing more."""
    KEYED = "keyed"
    """It carries an idempotency key that the platform honours."""
    UNSAFE = "unsafe"
    """A repeat might do it twice."""

    @property
    def repeatable(self) -> bool:
        """Whether a repeat is harmless."""
        return self is not Safety.UNSAFE


@attrs.frozen(kw_only=True, eq=False)
class Operation:
    """What all requests of one kind share.

    Attributes:
        platform: The platform's name.
        name: The verb as users write it, such as "contacts.add".
        method: The HTTP method.
        template: The path with placeholders, for logs and traces: it never holds an identity.
        safety: Whether a request may be repeated.
        doc_url: The vendor's page.
        max_response_bytes: A bound above the client's own, where an answer is unpaged.
    """

    platform: str
    name: str
    method: str
    template: str
    safety: Safety
    doc_url: str = ""
    max_response_bytes: int | None = None


# Not frozen, nor are the next two, though nothing changes them: one is made for every request.
@attrs.define(eq=False)
class Request:
    """One request, relative to the base URL.

    Attributes:
        operation: The kind of request.
        path: The path below the base URL, percent-encoded already.
        body: The JSON body as bytes, or None for an empty one.
        query: The query string without its question mark, percent-encoded already.
        headers: Headers besides those the transport sets itself.
    """

    operation: Operation
    path: str = attrs.field(repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    query: str = attrs.field(default="", repr=False)
    headers: Mapping[str, str] | None = attrs.field(default=None, repr=False)


@attrs.define(eq=False)
class Response:
    """One answer, read to its end and decompressed.

    Attributes:
        status: The HTTP status.
        headers: The headers, looked up without regard to case.
        body: The body's bytes.
        received_at: When it came, as a Unix time; 0.0 where nobody measured.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    received_at: float = attrs.field(default=0.0, repr=False)

    def json(self) -> Any:
        """Return the body parsed as JSON, or None when it is empty.

        Raises:
            DecodeError: The body is not JSON.
        """
        if not self.body.strip():
            return None
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            msg = f"the answer (HTTP {self.status}) is not JSON: {error.msg} at {error.pos}"
            raise DecodeError(msg) from None


@attrs.define(eq=False)
class Call(Generic[T_co]):
    """A planned request with the decoder of its answer.

    Attributes:
        request: What to send.
        decode: Turn an answer of any status into the result, or raise from `errors`.
        settle: How to find out what became of it when its answer was lost.
    """

    request: Request
    decode: Callable[[Response], T_co] = attrs.field(repr=False)
    settle: Settle[Any] | None = attrs.field(default=None, repr=False)


@attrs.define(eq=False)
class Steps(Call[T_co]):
    """A verb that takes several calls, one after the other; it is also the first of them.

    Attributes:
        flow: Begin anew: yield the calls, take their results, return the verb's.
    """

    flow: Callable[[], Flow[T_co]] = attrs.field(kw_only=True, repr=False)

    @classmethod
    def of(cls, flow: Callable[[], Flow[T_co]]) -> Self:
        """Return the verb of a flow that yields at least one call.

        Raises:
            InvalidInput: Its first call cannot be planned.
        """
        first = next(flow())
        return cls(first.request, first.decode, first.settle, flow=flow)


@attrs.define
class Meter:
    """What sending has cost so far.

    Attributes:
        attempts: How often sending was tried.
        requests: How many requests went out.
        sent_at: When the latest attempt began, by the loop's clock.
        in_doubt_until: Until when a lost attempt may well take effect, by the same clock.
        lost: Whether an earlier run sent the call, and nobody knows what became of it.
        key: The idempotency key that a journal keeps for the call.
    """

    attempts: int = 0
    requests: int = 0
    sent_at: float = attrs.field(default=0.0, eq=False)
    in_doubt_until: float = attrs.field(default=0.0, eq=False)
    lost: bool = attrs.field(default=False, eq=False)
    key: IdempotencyKey | None = attrs.field(default=None, eq=False)

    def add(self, other: Meter) -> None:
        """Add what a further step of the same verb has cost; going on is no new attempt."""
        first = self.attempts == 0 or other.attempts == 0
        self.attempts += other.attempts if first else other.attempts - 1
        self.requests += other.requests
        self.sent_at = max(self.sent_at, other.sent_at)
        self.in_doubt_until = max(self.in_doubt_until, other.in_doubt_until)

    def lose(self, now: float) -> None:
        """Take note that nobody knows what became of the latest attempt.

        It may still be under way, and is given as much time again as it was waited for.
        """
        self.in_doubt_until = max(self.in_doubt_until, now + (now - self.sent_at))
