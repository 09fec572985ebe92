"""What happens to a call, told to the log and to the user's observers.

1. An event holds no identity, key, query or body: a path is told as its template, an error by the
   name of its class.
2. Nothing is built while nobody listens: neither an observer nor the log at DEBUG.
3. Observers are called in their order, each after the one before is done, and what they return is
   awaited where it can be; the call goes on after the last, so a slow observer holds it back.
4. An observer that raises fails no call: the first time is logged, and the others are called.
5. A call that was started is finished exactly once, also when it is cancelled.
6. Nothing is told while a place within the limits is held: what an observer waits for may itself
   need one.
"""

from __future__ import annotations

import enum
import inspect
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attrs

from sentori_async.errors import ApiError, ConfigurationError, SentoriError, kind_of
from sentori_async.transport import log
from sentori_async.wire.headers import request_id

if TYPE_CHECKING:
    from sentori_async.settings import Settings
    from sentori_async.wire.message import Operation, Response

current_call: Final[ContextVar[int | None]] = ContextVar("sentori_call", default=None)
"""The `call_id` of the call that the running code works for, such as a middleware."""

# A vendor's name for a request; what looks otherwise may be an address that somebody echoes.
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9._:/+=*-]+")
_numbers: Final = itertools.count(1)


class WaitReason(enum.Enum):
    """Why a call waits."""

    BACKOFF = "backoff"
    """An attempt failed, and the next one is not to follow at once."""
    RETRY_AFTER = "retry-after"
    """The platform asked for it."""
    PACE = "pace"
    """The limits let nothing start for now."""
    CIRCUIT = "circuit"
    """The platform is down."""


@attrs.frozen(kw_only=True)
class _Told:
    """What every event says.

    Attributes:
        call_id: The call's number, the same in all its events and in this process only.
        at: When it happened, as a Unix time, in seconds.
        platform: The platform's name, such as "sentori".
        operation: The operation's name, such as "contacts.add".
        method: The HTTP method.
        template: The path below the base URL, with placeholders for what names a contact.
    """

    call_id: int
    at: float
    platform: str
    operation: str
    method: str
    template: str


@attrs.frozen(kw_only=True)
class RequestStarted(_Told):
    """A call begins; a look-up that settles another call is a call of its own.

    Attributes:
        base_url: Where the platform is.
        bulk: Whether it is a bulk job's.
        settles: The `call_id` of the call whose lost answer is looked up, or None.
    """

    base_url: str
    bulk: bool
    settles: int | None


@attrs.frozen(kw_only=True)
class AttemptStarted(_Told):
    """A request is about to go out, as the limits let it.

    They are asked again after the last observer, and make it wait once more if others came first.

    Attributes:
        attempt: Its number within the call, from 1.
    """

    attempt: int


@attrs.frozen(kw_only=True)
class AttemptFailed(_Told):
    """An attempt came to an error; whether another follows is told by what comes next.

    Attributes:
        attempt: Its number within the call, from 1.
        elapsed_s: How long it took, in seconds.
        error: The name of the error's class, such as "RateLimited".
        status: The HTTP status, or None where there was no answer.
        request_id: The vendor's name for the request, or None.
    """

    attempt: int
    elapsed_s: float
    error: str
    status: int | None
    request_id: str | None


@attrs.frozen(kw_only=True)
class Waiting(_Told):
    """A call begins to wait.

    Attributes:
        attempt: The number of the attempt that it waits for, from 1.
        why: The reason.
        wait_s: How long, in seconds; None where that depends on other requests.
    """

    attempt: int
    why: WaitReason
    wait_s: float | None


@attrs.frozen(kw_only=True)
class RequestFinished(_Told):
    """A call is over, with a result or an error.

    Attributes:
        attempts: How many attempts were made.
        elapsed_s: How long it took with all its waits, in seconds.
        result: The name of the result's class, such as "Contact"; None after an error.
        error: The name of the error's class, "CancelledError" included; None after a success.
        status: The HTTP status of the last answer, or None where there was none.
        request_id: The vendor's name for the last answered request, or None.
    """

    attempts: int
    elapsed_s: float
    result: str | None
    error: str | None
    status: int | None
    request_id: str | None


Event: TypeAlias = RequestStarted | AttemptStarted | AttemptFailed | Waiting | RequestFinished
"""What observers are told."""

Observer: TypeAlias = Callable[[Event], object | Awaitable[object]]
"""Called with each event; a coroutine function is awaited."""

Deliver: TypeAlias = Callable[[Observer, Event], Awaitable[object]]
"""Call one observer with one event, and wait until it is done, or until waiting is no use."""


async def deliver_here(observer: Observer, event: Event) -> None:
    """Call an observer on the loop, in the task of the call."""
    told = observer(event)
    if inspect.isawaitable(told):
        await told


def check_callable(given: Iterable[object], rule: str) -> None:
    """Refuse what cannot be called.

    Raises:
        ConfigurationError: One of them cannot.
    """
    for one in given:
        if not callable(one):
            raise ConfigurationError(f"{rule}, not {kind_of(one)}")


class Events:
    """Whom a client tells what happens to its calls.

    Attributes:
        deliver: How an observer is called; a client whose calls run in another thread than their
            caller's puts its own way here.
    """

    def __init__(
        self,
        settings: Settings,
        observers: Iterable[Observer] = (),
        *,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Take those who listen.

        Args:
            settings: Where the platform is, and the key that nobody is told.
            observers: Called with each event, in this order.
            wall_clock: The time of day, as a Unix time.

        Raises:
            ConfigurationError: An observer cannot be called.
        """
        self.deliver: Deliver = deliver_here
        self.base_url = settings.base_url
        self.scrub = settings.api_key.scrub
        self.wall_clock = wall_clock
        self.observers = tuple(observers)
        self._reported: set[int] = set()
        check_callable(self.observers, "an observer is a function of one event")

    async def tell(self, event: Event) -> None:
        """Call every observer."""
        for number, observer in enumerate(self.observers):
            try:
                await self.deliver(observer, event)
            except Exception as error:  # noqa: BLE001 - the boundary to the caller's own callable
                self._report(number, event, error)

    def failed(self, observer: Observer, event: Event, error: Exception) -> None:
        """Take note that an observer raised after `deliver` had left it to itself."""
        self._report(self.observers.index(observer), event, error)

    def _report(self, number: int, event: Event, error: Exception) -> None:
        if number not in self._reported:
            self._reported.add(number)
            log.observer_raised(number + 1, type(event).__name__, error)


class Trace:
    """One call, while somebody listens.

    Attributes:
        call_id: The call's number.
    """

    def __init__(
        self,
        events: Events,
        operation: Operation,
        *,
        clock: Callable[[], float],
        bulk: bool,
        settles: int | None,
    ) -> None:
        """Begin with the clock running.

        Args:
            events: Who listens.
            operation: The kind of request.
            clock: A monotonic clock, in seconds.
            bulk: Whether the call is a bulk job's.
            settles: The number of the call whose lost answer is looked up, or None.
        """
        self.call_id = next(_numbers)
        self._events = events
        self._operation = operation
        self._clock = clock
        self._bulk = bulk
        self._settles = settles
        self._began = self._attempt_began = clock()
        self._attempt = 0
        self._over = False
        self._status: int | None = None
        self._request_id: str | None = None

    async def started(self) -> None:
        """Tell that the call begins."""
        await self._tell(
            RequestStarted, base_url=self._events.base_url, bulk=self._bulk, settles=self._settles
        )

    async def attempt_started(self) -> None:
        """Tell that a request is about to go out."""
        self._attempt += 1
        await self._tell(AttemptStarted, attempt=self._attempt)
        # It may not get further than the line.
        self.goes_out()

    def goes_out(self) -> None:
        """Count the attempt's time from here: what observers and limits take is not its own."""
        self._note(None, None)
        self._attempt_began = self._clock()

    def answered(self, response: Response) -> None:
        """Take note of an answer, whatever it says."""
        self._note(response.status, request_id(response.headers))

    def succeeded(self) -> None:
        """Take note that the answer is the call's result."""
        self._log("ok", self._clock() - self._attempt_began)

    async def attempt_failed(self, error: SentoriError) -> None:
        """Tell that an attempt came to an error, after an answer or without one."""
        elapsed_s = self._clock() - self._attempt_began
        if isinstance(error, ApiError) and error.request_id:
            self._note(self._status, error.request_id)
        self._log(type(error).__name__, elapsed_s)
        await self._tell(
            AttemptFailed,
            attempt=self._attempt,
            elapsed_s=elapsed_s,
            error=type(error).__name__,
            status=self._status,
            request_id=self._request_id,
        )

    async def waiting(self, why: WaitReason, wait_s: float | None) -> None:
        """Tell that the call begins to wait."""
        await self._tell(Waiting, attempt=self._attempt + 1, why=why, wait_s=wait_s)

    async def finished(
        self, *, result: str | None = None, error: BaseException | None = None
    ) -> None:
        """Tell that the call is over, with the name of its result's class or with an error."""
        if self._over:
            return
        self._over = True
        await self._tell(
            RequestFinished,
            attempts=self._attempt,
            elapsed_s=self._clock() - self._began,
            result=result,
            error=None if error is None else type(error).__name__,
            status=self._status,
            request_id=self._request_id,
        )

    async def _tell(self, kind: Callable[..., Event], **more: Any) -> None:
        events = self._events
        if not events.observers:
            return
        operation = self._operation
        event = kind(
            call_id=self.call_id,
            at=events.wall_clock(),
            platform=operation.platform,
            operation=operation.name,
            method=operation.method,
            template=operation.template,
            **more,
        )
        await events.tell(event)

    def _note(self, status: int | None, name: str | None) -> None:
        """Keep what the latest answer said of itself."""
        name = self._events.scrub(name) if name else None
        self._status = status
        self._request_id = name if name and _PLAIN_ID.fullmatch(name) else None

    def _log(self, outcome: str, elapsed_s: float) -> None:
        log.attempt(
            self._operation,
            self._attempt,
            outcome=outcome,
            elapsed_s=elapsed_s,
            status=self._status,
            request_id=self._request_id,
        )
