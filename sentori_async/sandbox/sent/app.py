"""The Sent service: which path is which endpoint, who may call it, and what errors look like.

A request passes, in this order, which is inferred: the lock on its key, the key, the profile, the
account's standing, the rate limit, the idempotency key, the endpoint.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Callable

from multidict import CIMultiDict

from sentori_async.sandbox.database import Database
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
from sentori_async.sandbox.sent.endpoints import contacts, me, messages, templates, webhooks
from sentori_async.sandbox.sent.envelope import Result, Stamp, refused, succeeded
from sentori_async.sandbox.sent.idempotency import Replays, Token
from sentori_async.sandbox.sent.limits import Lockout, Rates
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import Refusal, wrong
from sentori_async.sandbox.sent.rules import is_uuid
from sentori_async.sandbox.sent.state import Accounts, SentState

Handler = Callable[[SentState, Incoming], Result]


def routes() -> tuple[Route[Handler], ...]:
    """Return every endpoint that is played; the names are those of the SDK's verbs."""
    get, post, put, patch, delete = ("GET",), ("POST",), ("PUT",), ("PATCH",), ("DELETE",)
    return (
        Route("me", get, "me", me.me),
        Route("numbers.lookup", get, "numbers/lookup/{number}", me.lookup),
        Route("contacts.iterate", get, "contacts", contacts.iterate),
        Route("contacts.add", post, "contacts", contacts.add),
        Route("contacts.get", get, "contacts/{id}", contacts.get),
        Route("contacts.update", patch, "contacts/{id}", contacts.update),
        Route("contacts.delete", delete, "contacts/{id}", contacts.delete),
        Route(
            "contacts.message_summary",
            get,
            "contacts/{id}/message-summary",
            contacts.message_summary,
        ),
        Route("messages.send", post, "messages", messages.send),
        Route("messages.get", get, "messages/{id}", messages.get),
        Route("messages.activities", get, "messages/{id}/activities", messages.activities),
        Route("messages.cancel", post, "messages/{id}/cancel", messages.cancel),
        Route("messages.resend", post, "messages/{id}/resend", messages.resend),
        Route("templates.iterate", get, "templates", templates.iterate),
        Route("templates.create", post, "templates", templates.add),
        Route("templates.get", get, "templates/{id}", templates.get),
        Route("templates.update", put, "templates/{id}", templates.update),
        Route("templates.delete", delete, "templates/{id}", templates.delete),
        Route("webhooks.iterate", get, "webhooks", webhooks.iterate),
        Route("webhooks.create", post, "webhooks", webhooks.add),
        Route("webhooks.event_types", get, "webhooks/event-types", webhooks.event_types),
        Route("webhooks.get", get, "webhooks/{id}", webhooks.get),
        Route("webhooks.update", put, "webhooks/{id}", webhooks.update),
        Route("webhooks.delete", delete, "webhooks/{id}", webhooks.delete),
        Route("webhooks.deliveries", get, "webhooks/{id}/events", webhooks.events),
        Route(
            "webhooks.rotate_secret", post, "webhooks/{id}/rotate-secret", webhooks.rotate_secret
        ),
        Route("webhooks.test", post, "webhooks/{id}/test", webhooks.test),
        Route("webhooks.set_active", patch, "webhooks/{id}/toggle-status", webhooks.toggle_status),
    )


class SentPlatform:
    """One sandboxed Sent: several accounts in one database."""

    name = "sent"
    prefixes = ("/sent/v3/",)
    route_names = frozenset(route.name for route in routes())

    def __init__(
        self,
        database: Database,
        options: SentOptions,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.accounts = Accounts(database, options, clock)
        self._database = database
        self._options = options
        self._clock = clock
        self._router = Router(routes())
        self._lockout = Lockout(options, monotonic)
        self._rates = Rates(options, clock, monotonic)
        self._replays = Replays(database, options, clock)

    def route(self, method: str, path: str) -> Routed[Handler] | Reply:
        """Return the route of a request, or the answer to one that has none."""
        try:
            return self._router.find(method, path)
        except BadPath:
            return Reply(400)
        except NoRoute as error:
            return self._nowhere(error)

    async def answer(self, routed: Routed[Handler], request: Incoming) -> Reply:
        """Check who asks, carry the request out in one transaction, and return the answer."""
        stamp = self._stamp()
        try:
            account = self._admitted(routed.route.name, request, stamp)
            token = self._replays.token(account.number, routed.route.methods, request)
            if token is None:
                return await self._carried_out(routed, account, request, stamp)
            async with self._replays.alone(token):
                replayed = self._replays.find(token, stamp)
                if replayed is not None:
                    return replayed
                return await self._carried_out(routed, account, request, stamp, token)
        except Refusal as refusal:
            return refused(refusal, stamp, self._options)

    def _stamp(self) -> Stamp:
        return Stamp(f"req_{uuid.uuid4().hex}", self._clock())

    def _admitted(self, route: str, request: Incoming, stamp: Stamp) -> SentState:
        """Return the account that a request works on; else refuse and count the refusal."""
        key = request.headers.get("x-api-key") or ""
        self._lockout.check(key)
        try:
            opened = self.accounts.find(key)
            account = self._profile(opened, request.headers.get("x-profile-id"), stamp)
            for state in (opened,) if account is opened else (opened, account):
                if (code := state.account.blocked) is not None:
                    raise Refusal(code)
        except Refusal as refusal:
            if refusal.code.startswith("AUTH_"):
                self._lockout.failed(key)
            raise
        self._lockout.passed(key)
        stamp.extra.update(self._rates.take(opened.number, route))
        return account

    def _profile(self, opened: SentState, profile_id: str | None, stamp: Stamp) -> SentState:
        """Return the profile that a request names, or the key's own account."""
        if profile_id is None:
            return opened
        if opened.kind != "organization":
            raise Refusal("AUTH_004")
        if not is_uuid(profile_id):
            raise wrong("VALIDATION_003", "x-profile-id", "Invalid GUID format")
        for profile in opened.profiles():
            if profile.customer_id == profile_id.lower():
                stamp.extra["X-Profile-Id"] = profile.customer_id
                return profile
        raise Refusal("RESOURCE_014")

    async def _carried_out(
        self,
        routed: Routed[Handler],
        account: SentState,
        request: Incoming,
        stamp: Stamp,
        token: Token | None = None,
    ) -> Reply:
        if self._options.write_takes_s and "GET" not in routed.route.methods:
            await asyncio.sleep(self._options.write_takes_s)
        try:
            with self._database:
                reply = succeeded(routed.route.handle(account, request), stamp)
                if token is not None:
                    self._replays.keep(token, reply, stamp)
                return reply
        except Refusal as refusal:
            reply = refused(refusal, stamp, self._options)
            if token is not None and self._options.replay_errors:
                self._replays.keep(token, reply, stamp)
            return reply

    def _nowhere(self, error: NoRoute) -> Reply:
        """Answer a request without an endpoint; what the service says is inferred."""
        if error.allowed:
            return Reply(405, headers=CIMultiDict({"Allow": ", ".join(error.allowed)}))
        if self._options.unknown_path == "envelope":
            return refused(Refusal("RESOURCE_013"), self._stamp(), self._options)
        if self._options.unknown_path == "html":
            return NO_PAGE
        return Reply(404)
