"""What blocking clients share: how they begin and end, and how they reach their async twins."""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from sentori_sync._descriptors import SOCKETS
from sentori_sync._observers import in_the_calling_thread
from sentori_sync.portal import Portal

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable
    from types import TracebackType

    from sentori_async.capabilities import Capabilities
    from sentori_async.client import AsyncClient
    from sentori_async.secret import Secret
    from sentori_async.settings import Limits, Platform, RetryPolicy, Settings, Timeouts
    from sentori_async.transport.events import Observer
    from sentori_async.transport.middleware import Middleware


A = TypeVar("A", bound="AsyncClient")


class Group:
    """A resource group: its verbs are those of its async twin, and wait."""

    _async: Any

    def __init__(self, portal: Portal, twin: object) -> None:
        """Reach the twin through the client's portal."""
        self._portal = portal
        self._async = twin


class Lifecycle(abc.ABC, Generic[A]):
    """How a blocking client begins and ends.

    Use it with ``with``, or call `close` when done.
    It may be made and used in any thread, and by several at once.
    A forked child may go on using it, over connections of its own.
    """

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        base_url: str | None = None,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        limits: Limits | None = None,
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
            tls=tls,
            proxy=proxy,
            observers=observers,
            middleware=middleware,
        )

    def _open(self, **options: Any) -> None:
        """Make the async twin with its options, and a portal for it."""
        twin = self._twin_class()(**options)
        events = twin._sender.events  # noqa: SLF001 - the observers are not for the twin's loop
        events.deliver = in_the_calling_thread(events)
        # A forked child must find the sockets it inherited.
        twin._session.open_socket = SOCKETS.open  # noqa: SLF001 - as above
        self._owns_portal = True
        portal = Portal(twin.close, twin=type(twin).__name__, renew=twin._renew)  # noqa: SLF001 - as above
        self._attach(portal, twin)

    @staticmethod
    @abc.abstractmethod
    def _twin_class() -> type[A]:
        """Return the class of the async twin; it is imported on first use."""

    def _attach(self, portal: Portal, twin: A) -> None:
        self._portal = portal
        self._async = twin
        self._add_groups()

    @abc.abstractmethod
    def _add_groups(self) -> None:
        """Make the platform's resource groups, each the twin of an async one."""

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
        twin = self._async.with_options(
            timeouts=timeouts,
            retry=retry,
            deadline_s=deadline_s,
            idempotency_key=idempotency_key,
        )
        other = object.__new__(type(self))
        other._owns_portal = False
        other._attach(self._portal, twin)
        return other

    def close(self) -> None:
        """Close the connections; closing twice is harmless."""
        if self._owns_portal:
            self._portal.close()

    @property
    def closed(self) -> bool:
        """Whether the connections are closed."""
        return self._portal.closed

    @property
    def platform(self) -> Platform:
        """What the client knows of its platform."""
        return self._async.platform

    @property
    def capabilities(self) -> Capabilities:
        """What the platform can do."""
        return self._async.capabilities

    @property
    def settings(self) -> Settings:
        """The options in force."""
        return self._async.settings

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, and so to be sent to another process.

        Raises:
            TypeError: Always: the key would go along, and the connections could not.
        """
        raise TypeError("a client cannot be pickled: make one in each process")

    def __repr__(self) -> str:
        """Show the platform and the address, and nothing secret."""
        return f"{type(self).__name__}(base_url={self.settings.base_url!r})"
