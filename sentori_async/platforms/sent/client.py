"""The Sent client."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.capabilities import SINGLE, Capabilities
from sentori_async.client import AsyncClient
from sentori_async.errors import ConfigurationError
from sentori_async.platforms.sent import answers, messaging_calls
from sentori_async.platforms.sent.bulk import SentPlanner
from sentori_async.platforms.sent.contacts import AsyncSentContacts
from sentori_async.platforms.sent.groups import (
    AsyncSentMessages,
    AsyncSentTemplates,
    AsyncSentWebhooks,
)
from sentori_async.secret import Secret
from sentori_async.settings import Auth, Limits, Platform, Rate, RetryPolicy, Timeouts
from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.idempotency import KeyRules
from sentori_async.wire.manners import Manners

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    import aiohttp

    from sentori_async.errors import ApiError
    from sentori_async.platforms.sent.models import SentAccount
    from sentori_async.resources import Send
    from sentori_async.transport.events import Observer
    from sentori_async.transport.middleware import Middleware
    from sentori_async.wire.message import Operation, Response

_PROFILE: Final = "x-profile-id"

SENT: Final = Platform(
    name="sent",
    title="Sent",
    env_prefix="SENT",
    default_base_url="https://api.sent.dm/v3/",
    auth=Auth(header="x-api-key"),
    # /reference/api/rate-limits, 2026-05: 200 a minute and at most 50 at once, which the guide of
    # 2026-09 does not say; 50 in 15 s keeps to both.
    limits=Limits(concurrency=8, rates=(Rate(200, per_s=60), Rate(50, per_s=15))),
)

CAPABILITIES: Final = Capabilities(
    identity="phone_number",
    contacts=frozenset(
        {"get", "iterate", "add", "update", "add_or_update", "delete", "unsubscribe_all"}
    ),
    bulk={"add": SINGLE, "update": SINGLE, "add_or_update": SINGLE, "delete": SINGLE},
    tells_created=True,
    idempotency_keys=True,
)


class AsyncSent(AsyncClient):
    """A client of Sent's API v3.

    ::

        async with AsyncSent(api_key="...") as client:
            contact = await client.contacts.get("+12125550123")

    Without `api_key` and `base_url` the variables SENT_API_KEY and SENT_BASE_URL are read.

    Attributes:
        contacts: Single contacts.
        messages: Sending, and what became of it.
        templates: What messages are made from.
        webhooks: The endpoints that Sent calls.
        bulk: Many contacts at once.
    """

    platform: ClassVar[Platform] = SENT
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    _manners: ClassVar[Manners] = Manners(
        idempotency=KeyRules(), rate_headers=RateHeaders(reset_is_moment=True)
    )

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        profile_id: str | None = None,
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
            profile_id: The profile to act for, with a key of the organization above it.
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
        headers = None
        if profile_id is not None:
            headers = {_PROFILE: _checked(profile_id)}
            self._job_options = f"profile {headers[_PROFILE]}"
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
            headers=headers,
        )

    def _add_groups(self, send: Send) -> None:
        self.contacts = AsyncSentContacts(send)
        self.messages = AsyncSentMessages(send)
        self.templates = AsyncSentTemplates(send)
        self.webhooks = AsyncSentWebhooks(send)
        self.bulk = AsyncBulk(
            self._send_for_bulk,
            SentPlanner(),
            workers=self.settings.limits.concurrency,
            home=self._home,
        )

    async def me(self) -> SentAccount:
        """Return whom the key belongs to; the cheapest way to check a key.

        Raises:
            AuthenticationError: Sent does not accept the key.
        """
        return await self._sender.send(messaging_calls.me())

    async def _account(self) -> str | None:
        account = await self.me()
        return account.id or None

    def _refusal(self, operation: Operation, response: Response) -> ApiError:
        return answers.refuse(operation, response)


def _checked(profile_id: str) -> str:
    """Return a profile's id, if a header can carry it."""
    profile_id = profile_id.strip()
    if profile_id and profile_id.isascii() and profile_id.isprintable():
        return profile_id
    raise ConfigurationError("profile_id is a profile's id, a UUID: take it from me()")
