"""The GetResponse service: which path is which endpoint, who may call it, and how often.

It is served under ``/getresponse/v3/``.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from typing import Final

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.getresponse import zones
from sentori_async.sandbox.getresponse.endpoints import (
    accounts,
    batch,
    blocklists,
    campaigns,
    contacts,
    custom_fields,
    imports,
    search_contacts,
    suppressions,
    tags,
)
from sentori_async.sandbox.getresponse.limits import Exceeded, Limits
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.refusal import Errors, Refusal, unauthenticated
from sentori_async.sandbox.getresponse.state import Accounts, GetResponseState
from sentori_async.sandbox.platform import (
    NO_PAGE,
    BadPath,
    Incoming,
    NoRoute,
    Reply,
    Route,
    Routed,
    Router,
)

Handler = Callable[[GetResponseState, Incoming], Reply]

_GET: Final = ("GET",)
_POST: Final = ("POST",)
_DELETE: Final = ("DELETE",)


def routes() -> tuple[Route[Handler], ...]:
    """Return the endpoints that are played; the names are those of the SDK's verbs."""
    return (
        Route("contacts.iterate", _GET, "contacts", contacts.iterate),
        Route("contacts.add", _POST, "contacts", contacts.add),
        Route("contacts.get", _GET, "contacts/{contact}", contacts.get),
        Route("contacts.update", _POST, "contacts/{contact}", contacts.update),
        Route("contacts.delete", _DELETE, "contacts/{contact}", contacts.delete),
        Route("contacts.activities", _GET, "contacts/{contact}/activities", contacts.activities),
        Route("contacts.add_tags", _POST, "contacts/{contact}/tags", contacts.tags),
        Route(
            "contacts.set_custom_fields",
            _POST,
            "contacts/{contact}/custom-fields",
            contacts.custom_fields,
        ),
        Route("contacts.add_batch", _POST, "contacts/batch", batch.batch),
        *_list_routes(),
        *_account_routes(),
    )


def _list_routes() -> tuple[Route[Handler], ...]:
    campaign, field = "campaigns/{campaign}", "custom-fields/{field}"
    blocklist = f"{campaign}/blocklists"
    return (
        Route("campaigns.iterate", _GET, "campaigns", campaigns.iterate),
        Route("campaigns.create", _POST, "campaigns", campaigns.create),
        Route("campaigns.get", _GET, campaign, campaigns.get),
        Route("campaigns.update", _POST, campaign, campaigns.update),
        Route("campaigns.contacts", _GET, f"{campaign}/contacts", campaigns.contacts),
        Route("blocklists.get", _GET, blocklist, blocklists.get_of_campaign),
        Route("blocklists.change", _POST, blocklist, blocklists.update_of_campaign),
        Route("tags.iterate", _GET, "tags", tags.iterate),
        Route("tags.create", _POST, "tags", tags.create),
        Route("tags.get", _GET, "tags/{tag}", tags.get),
        Route("tags.update", _POST, "tags/{tag}", tags.update),
        Route("tags.delete", _DELETE, "tags/{tag}", tags.delete),
        Route("custom_fields.iterate", _GET, "custom-fields", custom_fields.iterate),
        Route("custom_fields.create", _POST, "custom-fields", custom_fields.create),
        Route("custom_fields.get", _GET, field, custom_fields.get),
        Route("custom_fields.update", _POST, field, custom_fields.update),
        Route("custom_fields.delete", _DELETE, field, custom_fields.delete),
    )


def _account_routes() -> tuple[Route[Handler], ...]:
    suppression, search = "suppressions/{suppression}", "search-contacts/{search}"
    found, fields = f"{search}/contacts", f"{search}/custom-fields"
    return (
        Route("accounts.get", _GET, "accounts", accounts.get),
        Route("blocklists.get", _GET, "accounts/blocklists", blocklists.get),
        Route("blocklists.change", _POST, "accounts/blocklists", blocklists.update),
        Route("imports.iterate", _GET, "imports", imports.iterate),
        Route("imports.create", _POST, "imports", imports.create),
        Route("imports.get", _GET, "imports/{import}", imports.get),
        Route("suppressions.iterate", _GET, "suppressions", suppressions.iterate),
        Route("suppressions.create", _POST, "suppressions", suppressions.create),
        Route("suppressions.get", _GET, suppression, suppressions.get),
        Route("suppressions.update", _POST, suppression, suppressions.update),
        Route("suppressions.delete", _DELETE, suppression, suppressions.delete),
        Route("search_contacts.iterate", _GET, "search-contacts", search_contacts.iterate),
        Route("search_contacts.create", _POST, "search-contacts", search_contacts.create),
        Route("search_contacts.find", _POST, "search-contacts/contacts", search_contacts.search),
        Route("search_contacts.get", _GET, search, search_contacts.get),
        Route("search_contacts.update", _POST, search, search_contacts.update),
        Route("search_contacts.delete", _DELETE, search, search_contacts.delete),
        Route("search_contacts.contacts", _GET, found, search_contacts.contacts),
        Route("search_contacts.set_custom_fields", _POST, fields, search_contacts.custom_fields),
    )


_OTHER_METHOD: Final = "Unsupported authentication method"


class GetResponsePlatform:
    """One sandboxed GetResponse: several accounts in one database."""

    name = "getresponse"
    prefixes = ("/getresponse/v3/",)
    route_names = frozenset(route.name for route in routes())

    def __init__(
        self,
        database: Database,
        options: GetResponseOptions,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._options = options
        self._monotonic = monotonic
        self._errors = Errors(options)
        self._router = Router(routes())
        self._limits: dict[str, Limits] = {}
        self.accounts = Accounts(database, options, clock)

    def route(self, method: str, path: str) -> Routed[Handler] | Reply:
        """Return the route of a request, or the answer to one that has none."""
        try:
            return self._router.find(method, path)
        except BadPath:
            return self._errors.reply(Refusal(1000))  # inferred
        except NoRoute as error:
            if error.allowed:
                # Code, text and context were seen in 2026-01.
                context = {"requestMethod": method.lower()}
                return self._errors.reply(Refusal(100002, "Request method not allowed", context))
            if self._options.html_errors:
                return NO_PAGE
            return self._errors.reply(Refusal(1013, "Resource not found"))

    async def answer(self, routed: Routed[Handler], request: Incoming) -> Reply:
        """Check credential and rate, carry the request out in one transaction, and answer."""
        try:
            account = self._account(request)
        except Refusal as refusal:
            return self._errors.reply(refusal)  # without rate headers, as was seen
        limits = self._limits_of(account)
        exceeded = limits.take(routed.route.name)
        if exceeded is not None:
            return self._throttled(exceeded)
        limits.running += 1
        try:
            if self._options.request_takes_s:
                await asyncio.sleep(self._options.request_takes_s)
            reply = self._carry_out(routed, account, request)
        finally:
            limits.running -= 1
        return reply.with_headers(limits.headers())

    def _limits_of(self, account: GetResponseState) -> Limits:
        limits = self._limits.get(account.api_key)
        if limits is None:
            limits = self._limits[account.api_key] = Limits(self._options, self._monotonic)
        return limits

    def _carry_out(
        self, routed: Routed[Handler], account: GetResponseState, request: Incoming
    ) -> Reply:
        try:
            account.queue.settle()
            _check_headers(routed, request)
            zone = zones.asked(request.headers)
            with self._database:
                reply = routed.route.handle(account, request)
            return reply if zone is None else zones.shifted(reply, zone)
        except Refusal as refusal:
            return self._errors.reply(refusal)

    def _account(self, request: Incoming) -> GetResponseState:
        """Return the account of a request's credential, if its domain fits as well."""
        account = self._credential(request)
        domain, wanted = request.headers.get("X-Domain"), self._options.domain
        if wanted is None:
            wrong = domain is not None and self._options.retail_refuses_domain
        else:
            wrong = (domain or "").lower() != wanted.lower()
        if wrong:
            raise Refusal(1024)  # inferred: the code is published without a word
        return account

    def _credential(self, request: Incoming) -> GetResponseState:
        token = request.headers.get("X-Auth-Token", "")
        bearer = request.headers.get("Authorization", "")
        if token:
            kind, _, key = token.partition(" ")
            if kind != "api-key" or not key:
                raise unauthenticated("auth_token", _OTHER_METHOD)
            return self.accounts.find(key)
        if bearer:
            kind, _, key = bearer.partition(" ")
            if kind.lower() != "bearer" or not key:
                raise unauthenticated("oauth2", _OTHER_METHOD)
            return self.accounts.find_token(key)
        raise unauthenticated("auth_token", code=self._options.missing_auth_code)

    def _throttled(self, exceeded: Exceeded) -> Reply:
        """Answer a call too many; shape of the API description, 2025-10-31."""
        context = {
            "currentLimit": exceeded.limit,
            "timeToReset": f"{exceeded.reset_s} seconds",
        }
        return self._errors.reply(Refusal(1015, context=context)).with_headers(exceeded.headers)


def _check_headers(routed: Routed[Handler], request: Incoming) -> None:
    """Refuse with 1021 a body that is not said to be JSON."""
    sent = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if "POST" in routed.route.methods and sent != "application/json":
        raise Refusal(1021, context={"header": "Content-Type"})
