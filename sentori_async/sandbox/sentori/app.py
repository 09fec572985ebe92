"""The Sentori service: which path is which endpoint, who may call it, and what errors look like.

It is served under ``/sentori/v2.0/`` beside the sandbox's other platforms, and also under
``/v2.0/``, where the real service has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Final

from multidict import CIMultiDict

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.platform import (
    BadPath,
    Incoming,
    NoRoute,
    Reply,
    Route,
    Routed,
    Router,
    html_page,
)
from sentori_async.sandbox.sentori.endpoints import automations, contacts, emails, imports, lists
from sentori_async.sandbox.sentori.options import SentoriOptions
from sentori_async.sandbox.sentori.refusal import Refusal, refused
from sentori_async.sandbox.sentori.state import Accounts, SentoriState

Handler = Callable[[SentoriState, Incoming], Reply]


def routes(*, legacy_get: bool = False) -> tuple[Route[Handler], ...]:
    """Return every documented endpoint; the names are those of the SDK's verbs.

    Args:
        legacy_get: Whether GET does what it did in 2015; see `SentoriOptions.legacy_get`.
    """
    get = ("GET",)
    post = ("POST",)
    once = ("GET", "POST") if legacy_get else post
    return (
        Route("contacts.get", get, "contact/get/{identity}", contacts.get),
        Route("contacts.add", once, "contact/add/{address}", contacts.add),
        Route("contacts.update", post, "contact/update/{address}", contacts.update),
        Route("contacts.add_or_update", post, "contact/addorupdate/{address}", contacts.upsert),
        Route("contacts.delete", post, "contact/delete/{address}", contacts.delete),
        Route("contacts.structure", get, "contact/getstructure/single", contacts.structure),
        Route("contacts.structure", get, "contact/getstructure/list", contacts.structure_list),
        Route("contacts.subscribe", once, "contact/subscribe/{address}/{list}", contacts.subscribe),
        Route("contacts.unsubscribe", once, "contact/unsubscribe/{address}/{list}", contacts.leave),
        Route("contacts.unsubscribe_all", once, "contact/unsubscribe/{address}", contacts.suppress),
        Route("contacts.import_", post, "contact/import", imports.import_contacts),
        Route(
            "contacts.attach_upload_group",
            post,
            "contact/import/{group}/attach/{document}",
            imports.attach,
        ),
        Route("mailing_lists.all", get, "mailinglists", lists.mailing_lists),
        Route("mailing_lists.get", get, "mailinglists/{list}", lists.mailing_list),
        Route(
            "mailing_lists.subscribers", get, "mailinglists/subscribers/{list}", lists.subscribers
        ),
        Route("audiences.all", get, "audiences", lists.audiences),
        Route("audiences.contacts", get, "audiences/contacts/{audience}", lists.audience_contacts),
        Route("emails.create", post, "emails/create", emails.create),
        Route("emails.drafts", get, "emails/drafts", emails.drafts),
        Route("emails.templates", get, "emails/templates", emails.templates),
        Route("reports.kpi", get, "email/kpi/{email}", emails.kpi),
        Route("reports.kpi", get, "email/kpi/{email}/{iteration}", emails.kpi),
        Route("reports.abuse", get, "email/abuse/{email}", emails.abuse),
        Route("reports.bounces", get, "email/bounced/{email}", emails.bounces),
        Route("reports.bounces", get, "email/bounced/{email}/{iteration}", emails.bounces),
        Route("reports.clicks", get, "email/clicks/{email}", emails.clicks),
        Route("reports.clicks", get, "email/clicks/{email}/{iteration}", emails.clicks),
        Route(
            "automation.add_contact",
            post,
            "automation/{automation}/addcontact/{address}",
            automations.add_contact,
        ),
    )


_BUSY: Final = Reply(409)  # inferred from the XML interface: another import is in progress
_TOO_MANY: Final = Reply(429, headers=CIMultiDict({"Retry-After": "1"}))


class SentoriPlatform:
    """One sandboxed Sentori: several accounts in one database."""

    name = "sentori"
    prefixes = ("/sentori/v2.0/", "/v2.0/")
    route_names = frozenset(route.name for route in routes())

    def __init__(
        self,
        database: Database,
        options: SentoriOptions,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.accounts = Accounts(database, options, clock)
        self._database = database
        self._options = options
        self._monotonic = monotonic
        self._router = Router(routes(legacy_get=options.legacy_get))
        self._importing: set[str] = set()
        self._windows: dict[str, tuple[int, int]] = {}

    def route(self, method: str, path: str) -> Routed[Handler] | Reply:
        """Return the route of a request, or the page that says there is none."""
        try:
            return self._router.find(method, path)
        except BadPath:
            return refused(-1)
        except NoRoute as error:
            return self._page(error)

    async def answer(self, routed: Routed[Handler], request: Incoming) -> Reply:
        """Check the key, carry the request out in one transaction, and return the answer."""
        try:
            account = self.accounts.find(request.headers.get("ApiKey"))
            if self._exceeds_rate(account):
                return _TOO_MANY
            if routed.route.name == "contacts.import_":
                return await self._import(routed, account, request)
            with self._database:
                return routed.route.handle(account, request)
        except Refusal as refusal:
            return refusal.reply

    async def _import(
        self, routed: Routed[Handler], account: SentoriState, request: Incoming
    ) -> Reply:
        if account.api_key in self._importing and not self._options.concurrent_imports:
            return _BUSY
        with self._running(account):
            if self._options.import_takes_s:
                await asyncio.sleep(self._options.import_takes_s)
            with self._database:
                return routed.route.handle(account, request)

    @contextlib.contextmanager
    def _running(self, account: SentoriState) -> Iterator[None]:
        self._importing.add(account.api_key)
        try:
            yield
        finally:
            self._importing.discard(account.api_key)

    def _exceeds_rate(self, account: SentoriState) -> bool:
        limit = self._options.requests_per_s
        if limit is None:
            return False
        second = int(self._monotonic())
        then, number = self._windows.get(account.api_key, (second, 0))
        number = number + 1 if then == second else 1
        self._windows[account.api_key] = second, number
        return number > limit

    def _page(self, error: NoRoute) -> Reply:
        """Answer a request without an endpoint as a web server would, not as the API does."""
        status, title = (405, "Method not allowed") if error.allowed else (404, "Not found")
        reply = html_page(status, title) if self._options.html_errors else Reply(status)
        return reply.with_headers({"Allow": ", ".join(error.allowed)}) if error.allowed else reply
