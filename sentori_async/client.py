"""What the clients of all platforms share: lifecycle, options and the raw request."""

from __future__ import annotations

import abc
import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar, Self

import attrs

from sentori_async.bulk.journal.home import Facilities, Home
from sentori_async.secret import Secret, TokenSecret
from sentori_async.settings import Settings
from sentori_async.transport.events import Events
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.middleware import Chain
from sentori_async.transport.sender import Sender
from sentori_async.transport.session import Session
from sentori_async.transport.shared import shared_for
from sentori_async.transport.tokens import Tokens
from sentori_async.wire import raw
from sentori_async.wire.manners import Manners

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine, Iterable, Mapping
    from types import TracebackType

    import aiohttp

    from sentori_async.capabilities import Capabilities
    from sentori_async.errors import ApiError
    from sentori_async.resources import Send
    from sentori_async.settings import AccessToken, Limits, Platform, RetryPolicy, Timeouts
    from sentori_async.transport.events import Observer
    from sentori_async.transport.middleware import Exchanger, Middleware
    from sentori_async.wire.message import Call, Meter, Operation, Response, Safety


class AsyncClient(abc.ABC):
    """The base of the platforms' clients.

    Use it with ``async with``, or call `close` when done.
    A client may be made anywhere, and belongs to the event loop that first uses it.
    """

    platform: ClassVar[Platform]
    capabilities: ClassVar[Capabilities]
    _manners: ClassVar[Manners] = Manners()
    # What says besides what the row of a job means; a journal is of one such meaning.
    _job_options: str = ""

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        base_url: str | None = None,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        limits: Limits | None = None,
        connector: aiohttp.BaseConnector | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
        observers: Iterable[Observer] = (),
        middleware: Iterable[Middleware] = (),
    ) -> None:
        """Take the options; no connection is opened yet.

        Args:
            api_key: The credential; read from the environment where absent.
            base_url: Where the platform is; the environment's or the vendor's where absent.
            timeouts: How long one attempt may take.
            retry: When a request is sent again.
            limits: How much is asked of the platform.
            connector: Your own aiohttp connector, which you close.
            tls: A context with your own CA or client certificate.
            proxy: The URL of an HTTP proxy.
            observers: Called with what happens to each request, one after the other.
            middleware: Called around each attempt of a request, the first outermost.

        Raises:
            ConfigurationError: There is no key, or an option is not usable.
        """
        self._open(
            api_key=api_key,
            base_url=base_url,
            timeouts=timeouts,
            retry=retry,
            limits=limits,
            connector=connector,
            tls=tls,
            proxy=proxy,
            observers=observers,
            middleware=middleware,
        )

    def _open(
        self,
        *,
        connector: aiohttp.BaseConnector | None,
        observers: Iterable[Observer],
        middleware: Iterable[Middleware],
        access_token: AccessToken | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        """Put the parts together.

        Args:
            connector: As the constructor takes it.
            observers: As the constructor takes it.
            middleware: As the constructor takes it.
            access_token: A token in place of a key, on platforms that have both.
            headers: What every request of this client says besides.
            **options: The constructor's other options.
        """
        settings = Settings.from_env(self.platform, access_token=access_token, **options)
        auth = self.platform.auth_for(settings)
        session = Session(settings, auth, connector=connector, headers=headers)
        self._session: Session = session
        self._owns_session = True
        shared = shared_for(settings)
        # Who takes the platform's pace off takes this off, too.
        own_rates = self.platform.own_rates if settings.limits.rates else {}
        self._own_lines = {
            name: Limiter(shared.own_pace(name, rates)) for name, rates in own_rates.items()
        }
        chain = tuple(middleware)
        exchanger: Exchanger = Chain(session, chain, auth_header=auth.header) if chain else session
        sender = Sender(
            settings,
            exchanger,
            Limiter(shared.pace),
            shared,
            events=Events(settings, observers),
            manners=self._manners,
            tokens=_tokens_of(settings, access_token, session),
        )
        self._attach(settings, sender)

    def _attach(self, settings: Settings, sender: Sender) -> None:
        """Take the sender, and hang the resource groups on it."""
        self.settings = settings
        self._sender = sender
        # For this package's own modules, and no verb.
        self.facilities = Facilities(send=self._send_for_bulk, home=self._home)
        self._add_groups(sender.send)

    @abc.abstractmethod
    def _add_groups(self, send: Send) -> None:
        """Make the platform's resource groups, which send through `send`."""

    def with_options(
        self,
        *,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        deadline_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> Self:
        """Return a client with other options that shares this one's connections and limits.

        Args:
            timeouts: How long one attempt may take.
            retry: When a request is sent again.
            deadline_s: How long a whole call may take, in seconds.
            idempotency_key: Your own key for one request, where the platform knows keys; without
                one each call gets its own, the same on every attempt.

        Closing the returned client does nothing: the connections are this one's.
        """
        retry = retry or self.settings.retry
        if deadline_s is not None:
            retry = attrs.evolve(retry, deadline_s=deadline_s)
        settings = attrs.evolve(
            self.settings, timeouts=timeouts or self.settings.timeouts, retry=retry
        )
        # A copy, so that what a platform's client knows besides comes along.
        other = object.__new__(type(self))
        vars(other).update(vars(self))
        other._owns_session = False
        other._attach(settings, self._sender.with_settings(settings, own_key=idempotency_key))
        return other

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        safety: Safety | None = None,
    ) -> Response:
        """Send a request of your own to any path below the base URL.

        Args:
            method: The HTTP method.
            path: The path below the base URL, percent-encoded where it needs to be.
            params: The query's names and values.
            json: What to send as the JSON body; None sends no body.
            safety: Whether it may be repeated; a GET is a read, all else unsafe unless said.

        Returns:
            The answer: `status`, `headers`, `body` and `json()`.

        Raises:
            InvalidInput: The path would leave the base URL, or a value cannot be sent.
            ApiError: The platform answered with an error.
            TransportError: There is no usable answer.
        """
        name = self.platform.name
        call = raw.plan(name, self._refusal, method, path, params=params, json=json, safety=safety)
        return await self._sender.send(call)

    @abc.abstractmethod
    def _refusal(self, operation: Operation, response: Response) -> ApiError:
        """Return the error that an answer outside 2xx says, as the platform writes errors."""

    async def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        if self._owns_session:
            # A close that was begun is finished, even when the caller is cancelled meanwhile.
            await asyncio.shield(self._session.close())

    def _renew(self) -> object:
        """Begin anew in a forked child: a blocking client that was in use goes on there.

        Returns:
            What holds the parent's connections, and must be kept.
        """
        self._sender.renew()
        for line in self._own_lines.values():
            line.renew()
        return self._session.renew()

    def _send_for_bulk(self, call: Call[Any], meter: Meter) -> Coroutine[Any, Any, Any]:
        """Send one call of a bulk job: after single calls, and with its cost counted."""
        line = self._own_lines.get(call.request.operation.name) if self._own_lines else None
        if line is None:
            return self._sender.send(call, meter=meter, bulk=True)
        return self._send_in_line(line, call, meter)

    async def _send_in_line(self, line: Limiter, call: Call[Any], meter: Meter) -> Any:
        """Send one call of a bulk job whose operation has limits of its own."""
        await line.enter(bulk=True)
        try:
            return await self._sender.send(call, meter=meter, bulk=True)
        finally:
            line.leave()

    async def _account(self) -> str | None:
        """Ask which account the key belongs to, as a journal is of one; None: nobody tells."""
        return None

    @property
    def _home(self) -> Home:
        """Where bulk jobs run, for their journals."""
        shared = self._sender.shared
        return Home(
            platform=self.platform.name,
            base_url=self.settings.base_url,
            keys=self._manners.idempotency,
            account=self._account,
            options=self._job_options,
            pace_told=lambda: shared.told(time.monotonic(), time.time()),
            pace_recall=lambda told: shared.recall(told, time.monotonic(), time.time()),
            estimate_s=shared.pace.estimate_s,
        )

    @property
    def closed(self) -> bool:
        """Whether the connections are closed."""
        return self._session.closed

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()

    def __repr__(self) -> str:
        """Show the platform and the address, and nothing secret."""
        return f"{type(self).__name__}(base_url={self.settings.base_url!r})"


def _tokens_of(
    settings: Settings, access_token: AccessToken | None, session: Session
) -> Tokens | None:
    """Return what keeps the token fresh, where something was given that fetches one."""
    secret = settings.api_key
    if isinstance(secret, TokenSecret) and callable(access_token):
        return Tokens(secret, access_token, session.use_credential)
    return None
