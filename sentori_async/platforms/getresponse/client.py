"""The GetResponse client, and its imports."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.capabilities import SINGLE, Capabilities, Ways
from sentori_async.client import AsyncClient
from sentori_async.errors import ConfigurationError
from sentori_async.platforms.getresponse import answers, inputs, listing, operations, thing_calls
from sentori_async.platforms.getresponse.bulk import GetResponsePlanner
from sentori_async.platforms.getresponse.contacts import AsyncGetResponseContacts
from sentori_async.platforms.getresponse.groups import (
    AsyncGetResponseBlocklists,
    AsyncGetResponseCampaigns,
    AsyncGetResponseCustomFields,
    AsyncGetResponseSuppressions,
    AsyncGetResponseTags,
)
from sentori_async.platforms.getresponse.listing import GetResponseSort
from sentori_async.platforms.getresponse.searches import AsyncGetResponseSearchContacts
from sentori_async.resources import Group, Pages, Send
from sentori_async.settings import Auth, Limits, Platform, Rate
from sentori_async.wire.manners import Manners

if TYPE_CHECKING:
    import ssl

    import aiohttp

    from sentori_async.errors import ApiError
    from sentori_async.platforms.getresponse.things import GetResponseAccount, GetResponseImport
    from sentori_async.secret import Secret
    from sentori_async.settings import AccessToken, RetryPolicy, Timeouts
    from sentori_async.transport.events import Observer
    from sentori_async.transport.middleware import Middleware
    from sentori_async.wire.message import Operation, Response

GETRESPONSE: Final = Platform(
    name="getresponse",
    title="GetResponse",
    env_prefix="GETRESPONSE",
    default_base_url="https://api.getresponse.com/v3/",
    # The page on authentication, 2026: a prefix and one space before the key.
    auth=Auth(header="X-Auth-Token", pattern="api-key {}"),
    token_auth=Auth(header="Authorization", pattern="Bearer {}"),
    # The limits page, 2026.
    limits=Limits(concurrency=10, rates=(Rate(80, per_s=1), Rate(30_000, per_s=600))),
    # The page on batches, 2026: one per second; the tenth is for batches that travel faster than
    # the one before.
    own_rates={operations.ADD_BATCH.name: (Rate(1, per_s=1.1), Rate(80, per_s=600))},
)

CAPABILITIES: Final = Capabilities(
    identity="email",
    contacts=frozenset(
        {
            "get",
            "iterate",
            "add",
            "update",
            "add_or_update",
            "delete",
            "subscribe",
            "unsubscribe",
            "unsubscribe_all",
        }
    ),
    queued=frozenset({"add", "add_or_update", "subscribe"}),
    bulk={
        "add": Ways(ways=("single", "batch"), auto="batch"),
        "update": SINGLE,
        "add_or_update": Ways(ways=("single", "import"), auto="import"),
        "delete": SINGLE,
        "subscribe": SINGLE,
        "unsubscribe": SINGLE,
    },
    tells_created=False,
    lists_suppressions=True,
)

# A bare domain: no scheme, no port, no path; the page on authentication excludes "www.", too.
_DOMAIN: Final = re.compile(r"(?!www\.)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


class AsyncGetResponseImports(Group):
    """Tracked imports, which add and update many contacts: ``client.imports``.

    One may be under way in a campaign, two in an account, and 20 be made in 24 hours.
    Vendor page: https://apireference.getresponse.com/#tag/Imports
    """

    def __init__(self, send: Send, *, sleep: Callable[[float], Awaitable[None]]) -> None:
        """Send through the client.

        Args:
            send: Send a call and return its result.
            sleep: Wait for some seconds.
        """
        super().__init__(send)
        self._sleep = sleep

    def iterate(
        self,
        *,
        campaign: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseImport]:
        """List the imports.

        Args:
            campaign: The campaign they went to.
            created_from: The first day or moment.
            created_to: The last one.
            sort: By "createdOn", "finishedOn", "campaignName" or "status".
            per_page: How many come with one request, at most 1000.
        """
        params = {
            **listing.filters(campaignId=campaign),
            **listing.between("createdOn", created_from, created_to),
        }
        return Pages(self._send, thing_calls.IMPORTS.list(params, sort=sort, per_page=per_page))

    async def create(
        self, campaign: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> GetResponseImport:
        """Begin an import; contacts that are there are updated, the others added.

        Args:
            campaign: The campaign.
            columns: "email", "name", "ip", names of custom fields, or "tag:" and a tag's name.
            rows: One value per column; in a tag's column "1" attaches it and "0" does nothing.

        Raises:
            AlreadyExists: Another import is under way; also as a StateConflict.
            NotFound: There is no such campaign, custom field or tag.
            InvalidInput: A row has another width, or there are more than 20 MB.
        """
        return await self._send(thing_calls.create_import(campaign, columns, rows))

    async def get(self, import_id: str) -> GetResponseImport:
        """Return an import: how far it is, and its numbers so far.

        Raises:
            NotFound: The account has no such import.
        """
        return await self._send(thing_calls.IMPORTS.get(import_id))

    async def wait(
        self, import_id: str, *, poll_s: float = 10.0, patience_s: float = 3600.0
    ) -> GetResponseImport:
        """Wait until an import is over, or patience is, and return it as it is then.

        The last numbers may follow a moment after the end.

        Args:
            import_id: Its id.
            poll_s: How long to wait between two looks, in seconds.
            patience_s: How long to wait in all; look at `ended`.

        Raises:
            NotFound: The account has no such import.
        """
        found = await self.get(import_id)
        waited_s = 0.0
        while not found.ended and waited_s < patience_s:
            await self._sleep(poll_s)
            waited_s += poll_s
            found = await self.get(import_id)
        return found


class AsyncGetResponseAccounts(Group):
    """The account itself: ``client.accounts``.

    Vendor page: https://apireference.getresponse.com/#tag/Accounts
    """

    async def get(self) -> GetResponseAccount:
        """Return whose key it is: the cheapest way to try one."""
        return await self._send(thing_calls.get_account())


class AsyncGetResponse(AsyncClient):
    """A client of GetResponse's API v3.

    ::

        async with AsyncGetResponse(api_key="...", default_campaign="C") as client:
            contact = await client.contacts.get("joe@example.com")

    Without `api_key` and `base_url` the variables GETRESPONSE_API_KEY and GETRESPONSE_BASE_URL
    are read. An account of GetResponse MAX has a base URL and a `domain` of its own.

    Attributes:
        contacts: Single contacts.
        campaigns: Campaigns, which are lists.
        tags: Tags.
        custom_fields: Custom fields.
        blocklists: Who must not be added.
        suppressions: Lists of whom a message leaves out.
        search_contacts: Searches, which reach removed contacts too.
        imports: Tracked imports.
        accounts: The account itself.
        bulk: Many contacts at once.
    """

    platform: ClassVar[Platform] = GETRESPONSE
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    _manners: ClassVar[Manners] = Manners(rate_headers=answers.RATE_HEADERS)

    def __init__(
        self,
        *,
        api_key: str | Secret | None = None,
        access_token: AccessToken | None = None,
        base_url: str | None = None,
        domain: str | None = None,
        default_campaign: str | None = None,
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
            access_token: An OAuth access token in place of a key, or what fetches one.
            base_url: Where the platform is; the environment's or the vendor's where absent.
            domain: The domain of a GetResponse MAX account, such as "example.com".
            default_campaign: The campaign's id that is meant where a verb or a row names none.
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
        self._default_campaign = (
            None if default_campaign is None else inputs.campaign_id(default_campaign)
        )
        if self._default_campaign is not None:
            self._job_options = f"default campaign {self._default_campaign}"
        self._open(
            api_key=api_key,
            access_token=access_token,
            base_url=base_url,
            headers=_headers(domain, base_url),
            timeouts=timeouts,
            retry=retry,
            limits=limits,
            connector=connector,
            tls=tls,
            proxy=proxy,
            observers=observers,
            middleware=middleware,
        )

    def _add_groups(self, send: Send) -> None:
        self.contacts = AsyncGetResponseContacts(
            send, default_campaign=self._default_campaign, sleep=asyncio.sleep
        )
        self.campaigns = AsyncGetResponseCampaigns(send)
        self.tags = AsyncGetResponseTags(send)
        self.custom_fields = AsyncGetResponseCustomFields(send)
        self.blocklists = AsyncGetResponseBlocklists(send)
        self.suppressions = AsyncGetResponseSuppressions(send)
        self.search_contacts = AsyncGetResponseSearchContacts(send)
        self.imports = AsyncGetResponseImports(send, sleep=asyncio.sleep)
        self.accounts = AsyncGetResponseAccounts(send)
        self.bulk = AsyncBulk(
            self._send_for_bulk,
            GetResponsePlanner(self._default_campaign),
            workers=self.settings.limits.concurrency,
            home=self._home,
        )

    async def _account(self) -> str | None:
        """Return which account the key belongs to."""
        return (await self.accounts.get()).account_id or None

    def _refusal(self, operation: Operation, response: Response) -> ApiError:
        return answers.refuse(operation, response)


def _headers(domain: str | None, base_url: str | None) -> dict[str, str] | None:
    """Return what names the account of GetResponse MAX.

    Raises:
        ConfigurationError: It is no bare domain, or the base URL is not one of MAX.
    """
    if domain is None:
        return None
    given: object = domain
    if not isinstance(given, str) or not _DOMAIN.fullmatch(given):
        raise ConfigurationError(
            "domain is a bare domain such as 'example.com', without https:// and www."
        )
    if (base_url or os.environ.get(f"{GETRESPONSE.env_prefix}_BASE_URL")) is None:
        # The vendor's page on authentication: no X-Domain for accounts that are not of MAX.
        raise ConfigurationError(
            "a domain is of a GetResponse MAX account: pass the base_url of that account too"
        )
    return {"X-Domain": domain}
