"""The Spotzee service: which path is which endpoint, who may call it, and what goes with answers.

It is served under ``/spotzee/api/client/``, and under ``/api/client/`` as at the vendor's.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import time
from collections.abc import Callable
from typing import Final

import attrs

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
from sentori_async.sandbox.spotzee.endpoints import contacts, events, lists, subscriptions
from sentori_async.sandbox.spotzee.options import SpotzeeOptions
from sentori_async.sandbox.spotzee.rates import Limiter
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.state import Accounts, Caller, SpotzeeState
from sentori_async.sandbox.spotzee.stores.answers import AnswerStore, Once, once
from sentori_async.sandbox.spotzee.versions import RELEASE, check_version

Handler = Callable[[SpotzeeState, Incoming], Reply]


class Access(enum.Enum):
    """Which keys an endpoint takes."""

    READ = "read"
    """Any secret key."""
    WRITE = "write"
    """A secret key that may write."""
    TRACK = "track"
    """The same, or a publishable key, which browsers track with (inferred)."""
    SELF = "self"
    """Any key; a user token says whose data it is about."""
    PREFERENCES = "preferences"
    """The same, and publishable keys only where `publishable_preferences` lets them."""


@attrs.frozen(eq=False)
class Endpoint:
    """What answers a route, and to whom."""

    perform: Handler
    access: Access


def routes() -> tuple[Route[Endpoint], ...]:
    """Return every endpoint; the names are those of the SDK's verbs.

    Those that subscribe and unsubscribe one contact are all contacts.set_subscriptions here.
    """
    read, write = Access.READ, Access.WRITE
    users, user, types, type_ = "users", "users/{user}", "subscriptions", "subscriptions/{id}"
    lists_, list_ = "lists", "lists/{list}"
    return (
        _route("contacts.iterate", "GET", users, contacts.iterate, read),
        _route("contacts.get", "GET", user, contacts.get, read),
        _route("contacts.me", "GET", "users/me", contacts.me, Access.SELF),
        _route("contacts.add_or_update", "POST", "users/batch", contacts.upsert, write),
        _route("contacts.queue", "PATCH", users, contacts.queue_upsert, Access.TRACK),
        _route("contacts.delete", "DELETE", user, contacts.delete, write),
        _route("contacts.delete_many", "DELETE", users, contacts.delete_many, write),
        _route(
            "contacts.create_session", "POST", f"{user}/sessions", contacts.create_session, write
        ),
        _route("subscriptions.iterate", "GET", types, subscriptions.iterate, read),
        _route("subscriptions.create", "POST", types, subscriptions.create, write),
        _route("subscriptions.get", "GET", type_, subscriptions.get, read),
        _route("subscriptions.update", "PATCH", type_, subscriptions.update, write),
        _route("contacts.subscriptions", "GET", f"{user}/{types}", subscriptions.states, read),
        _route(
            "contacts.set_subscriptions",
            "PATCH",
            f"{user}/{types}",
            subscriptions.change_states,
            write,
        ),
        _route("subscriptions.batch", "POST", f"{types}/batch", subscriptions.change_many, write),
        _route(
            "subscriptions.me",
            "PATCH",
            f"{types}/me",
            subscriptions.change_mine,
            Access.PREFERENCES,
        ),
        _route("lists.iterate", "GET", lists_, lists.iterate, read),
        _route("lists.create", "POST", lists_, lists.create, write),
        _route("lists.get", "GET", list_, lists.get, read),
        _route("lists.update", "PATCH", list_, lists.update, write),
        _route("lists.delete", "DELETE", list_, lists.delete, write),
        _route("events.create", "POST", "events", events.create, Access.TRACK),
    )


def _route(
    name: str, method: str, template: str, perform: Handler, access: Access
) -> Route[Endpoint]:
    return Route(name, (method,), template, Endpoint(perform, access))


_WRITING: Final = frozenset({Access.WRITE, Access.TRACK})
_KEYED_METHODS: Final = frozenset({"POST", "PATCH"})


class SpotzeePlatform:
    """One sandboxed Spotzee: several projects in one database."""

    name = "spotzee"
    prefixes = ("/spotzee/api/client/", "/api/client/")
    route_names = frozenset(route.name for route in routes())

    def __init__(
        self,
        database: Database,
        options: SpotzeeOptions,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.accounts = Accounts(database, options, clock)
        self._database = database
        self._options = options
        self._clock = clock
        self._router = Router(routes())
        self._limiter = Limiter(options, monotonic)
        self._answers = AnswerStore(database, clock)
        self._under_way: set[tuple[str, str]] = set()
        self._request_ids = RequestIds(clock)

    def route(self, method: str, path: str) -> Routed[Endpoint] | Reply:
        """Return the route of a request, or the answer that says there is none."""
        try:
            return self._router.find(method, path)
        except BadPath:
            return self._refused(Refusal("parameter_invalid_format", "The path is not UTF-8."))
        except NoRoute:
            if self._options.html_for_unknown_paths:
                return NO_PAGE
            return self._refused(Refusal("resource_missing", "There is no such operation."))

    async def answer(self, routed: Routed[Endpoint], request: Incoming) -> Reply:
        """Check the key, carry the request out in one transaction, and return the answer."""
        try:
            self._limiter.admit()
        except Refusal as refusal:
            return self._refused_at_the_edge(refusal)
        try:
            check_version(request.headers, self._options.versions)
            caller = self.accounts.find(request.headers.get("Authorization"))
            self._check_access(routed.route.handle.access, caller)
            asked = None
            if self._options.idempotency and routed.route.methods[0] in _KEYED_METHODS:
                asked = once(caller.api_key, routed.route.name, request)
            if asked is not None:
                return await self._perform_once(asked, routed, caller, request)
        except Refusal as refusal:
            return self._refused(refusal)
        return self._perform(routed, caller, request)

    async def _perform_once(
        self, asked: Once, routed: Routed[Endpoint], caller: Caller, request: Incoming
    ) -> Reply:
        """Carry a request out, or answer again what it was answered the first time."""
        name = asked.api_key, asked.key
        if name in self._under_way:
            raise Refusal("idempotency_in_progress", headers={"Retry-After": "1"})
        first = self._answers.find(asked)
        if first is not None:
            keeps = self._options.replay_keeps_request_id
            replayed = self._dressed(first, first.headers["X-Request-Id"] if keeps else None)
            return replayed.with_headers({"Idempotent-Replayed": "true"})
        self._under_way.add(name)
        try:
            if self._options.keyed_write_takes_s:
                await asyncio.sleep(self._options.keyed_write_takes_s)
            reply = self._perform(routed, caller, request)
            self._answers.keep(asked, reply)
        finally:
            self._under_way.discard(name)
        return reply

    def _perform(self, routed: Routed[Endpoint], caller: Caller, request: Incoming) -> Reply:
        """Carry a request out and commit, after what was queued and is due."""
        endpoint, project = routed.route.handle, caller.project
        try:
            project.contacts.queue.apply_due()
            if self._options.out_of_credits and endpoint.access in _WRITING:
                raise Refusal("quota_exceeded")
            with self._database:
                return self._dressed(endpoint.perform(project, request))
        except Refusal as refusal:
            return self._refused(refusal)

    def _check_access(self, access: Access, caller: Caller) -> None:
        if caller.role is not None:
            allowed = access not in _WRITING or caller.role.writes
        elif access is Access.PREFERENCES:
            allowed = self._options.publishable_preferences
        else:
            allowed = access in {Access.TRACK, Access.SELF}
        if not allowed:
            raise Refusal("permission_denied")

    def _refused(self, refusal: Refusal) -> Reply:
        request_id = self._request_ids.new()
        return self._dressed(refusal.reply(self._options.error_shape, request_id), request_id)

    def _refused_at_the_edge(self, refusal: Refusal) -> Reply:
        if self._options.edge_request_ids:
            return self._refused(refusal)
        reply = refusal.reply(self._options.error_shape, None)
        return reply.with_headers(self._limiter.headers())

    def _dressed(self, reply: Reply, request_id: str | None = None) -> Reply:
        """Return an answer with the headers that every answer has."""
        return reply.with_headers(
            {
                **self._limiter.headers(),
                "Spotzee-Version": RELEASE,
                "X-Request-Id": request_id or self._request_ids.new(),
            }
        )


_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHIFTS: Final = range(125, -1, -5)


class RequestIds:
    """Ids such as ``req_01J9ZK...``: a ULID, the time first and a count where dice would be."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._count = 0

    def new(self) -> str:
        """Return an id that was not given before."""
        self._count += 1
        milliseconds = int(self._clock().replace(tzinfo=dt.UTC).timestamp() * 1000)
        number = (milliseconds << 80) + self._count
        return "req_" + "".join([_LETTERS[number >> shift & 31] for shift in _SHIFTS])
