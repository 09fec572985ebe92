"""The user's own code around each attempt.

1. A middleware never sees the credential, and cannot set it, nor where the request goes.
2. It may add headers and change nothing else: what a lost answer means is told from the request as
   it was planned.
3. It sends a request once at most: whether to repeat is decided in retry.py alone.
4. It is part of the attempt, and ends with it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

import attrs

from sentori_async.errors import (
    ConfigurationError,
    ConnectFailed,
    InvalidInput,
    RequestTimeout,
    SentoriError,
    TransportError,
    kind_of,
)
from sentori_async.transport.events import check_callable
from sentori_async.wire.message import Request, Response, Safety

if TYPE_CHECKING:
    from collections.abc import Mapping

Send: TypeAlias = Callable[[Request], Awaitable[Response]]
"""Send a request and return its answer, whatever its status."""

Middleware: TypeAlias = Callable[[Request, Send], Awaitable[Response]]
"""Called with each attempt's request and with what sends it; returns the answer."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# They say where the request goes and where it ends.
_OURS: Final = frozenset(
    {"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade"}
)


class Exchanger(Protocol):
    """Send one request once and return its answer, as `Session` does."""

    async def exchange(
        self, request: Request, *, connect_s: float, read_s: float | None, until: float
    ) -> Response:
        """Send one request once and return its answer, whatever its status."""
        ...


class Chain:
    """The middleware of a client, the first outermost, around what sends requests."""

    def __init__(
        self, sending: Exchanger, middleware: Iterable[Middleware], *, auth_header: str
    ) -> None:
        """Put the middleware in its order.

        Args:
            sending: What sends in the end.
            middleware: The user's callables.
            auth_header: The header that carries the credential.

        Raises:
            ConfigurationError: One of them cannot be called.
        """
        self._sending = sending
        self._middleware = tuple(middleware)
        self._ours = _OURS | {auth_header.lower()}
        check_callable(self._middleware, "a middleware is an async function")

    async def exchange(
        self, request: Request, *, connect_s: float, read_s: float | None, until: float
    ) -> Response:
        """Send one request once, through the middleware, and return its answer.

        Raises:
            SentoriError: What the sending or a middleware raised.
            ConfigurationError: A middleware raised something else before it sent the request.
            TransportError: A middleware raised something else after that.
        """

        async def send(checked: Request) -> Response:
            return await self._sending.exchange(
                checked, connect_s=connect_s, read_s=read_s, until=until
            )

        passage = _Passage(request, send, self._ours)
        go: Send = passage.send
        for one in reversed(self._middleware):
            go = _around(one, go)
        return await passage.through(go, until)


def _around(middleware: Middleware, send: Send) -> Send:
    async def around(request: Request) -> Response:
        return await middleware(request, send)

    return around


class _Passage:
    """One attempt on its way through the middleware."""

    def __init__(self, request: Request, send: Send, ours: frozenset[str]) -> None:
        self._request = request
        self._send = send
        self._ours = ours
        self._begun = False
        # What became of a write as far as can be told if the middleware fails from here on.
        self._applied: bool | None = False

    async def through(self, go: Send, until: float) -> Response:
        """Go through the middleware until the attempt's end, and return the answer."""
        timer = asyncio.timeout_at(until)
        try:
            async with timer:
                return _response(await go(_copied(self._request)))
        except SentoriError as error:
            if error.applied is False:
                error.applied = self._applied
            raise
        except Exception as error:
            if isinstance(error, TimeoutError) and timer.expired():
                raise self._late() from None
            raise self._raised(type(error).__name__) from error

    async def send(self, request: Request) -> Response:
        """Send what the last middleware hands on, after a check of what it added."""
        checked = self._checked(request)
        if self._begun:
            msg = "a middleware sends a request once: set RetryPolicy for how often to try"
            raise ConfigurationError(msg)
        self._begun = True
        if self._request.operation.safety is not Safety.READ:
            self._applied = None
        try:
            return await self._send(checked)
        except SentoriError as error:
            self._applied = error.applied
            raise

    def _late(self) -> TransportError:
        name = self._request.operation.name
        if not self._begun:
            msg = f"{name}: a middleware sent nothing before the attempt's end (Timeouts.total_s)"
            return ConnectFailed(msg, operation=name)
        msg = f"{name}: no answer in time (Timeouts.total_s or the deadline)"
        return RequestTimeout(msg, operation=name, applied=self._applied)

    def _raised(self, what: str) -> SentoriError:
        name = self._request.operation.name
        if not self._begun:
            return ConfigurationError(f"{name}: a middleware raised {what}; nothing was sent")
        msg = f"{name}: a middleware raised {what} after the request was sent"
        error = TransportError(msg, operation=name, applied=self._applied)
        error.retryable = False
        return error

    def _checked(self, request: Request) -> Request:
        """Return the request if a middleware may hand it on.

        Raises:
            InvalidInput: It may not.
        """
        planned = self._request
        if not _same_but_headers(request, planned):
            msg = "a middleware may add headers to a request and change nothing else of it"
            raise InvalidInput(msg)
        added = request.headers or {}
        kept = {name.lower(): value for name, value in (planned.headers or {}).items()}
        if any(_find(added, name) != value for name, value in kept.items()):
            raise InvalidInput("a middleware may not change a header that a request has already")
        for name, value in added.items():
            if name not in (planned.headers or {}):
                self._check_header(name, value)
        return request

    def _check_header(self, name: object, value: object) -> None:
        """Refuse what no header can hold, or what is for the transport to set."""
        if not (isinstance(name, str) and _TOKEN.fullmatch(name)):
            raise InvalidInput("a middleware set a header whose name no header can have")
        if name.lower() in self._ours:
            raise InvalidInput(f"a middleware may not set the header {name}")
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise InvalidInput(f"the header {name} of a middleware holds more than printable ASCII")


def _copied(planned: Request) -> Request:
    """Return a request that others may spoil: the planned one is compared, and sent again."""
    headers = None if planned.headers is None else dict(planned.headers)
    return attrs.evolve(planned, headers=headers)


def _response(value: object) -> Response:
    """Return what a middleware returned, if it is an answer."""
    if isinstance(value, Response):
        return value
    raise TypeError(f"a middleware returns a Response, not {kind_of(value)}")


def _same_but_headers(request: object, planned: Request) -> bool:
    return isinstance(request, Request) and all(
        getattr(request, field.name) is getattr(planned, field.name)
        for field in attrs.fields(Request)
        if field.name != "headers"
    )


def _find(headers: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)
