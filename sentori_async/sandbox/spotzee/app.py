"""The Spotzee service: which path is which endpoint, who may call it, and what goes with answers.

It is served under ``/spotzee/api/client/``, and under ``/api/client/`` as at the vendor's.
"""

from __future__ import annotations

import datetime as dt
import enum
import time
from collections.abc import Callable
from typing import Final

import attrs
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
)
from sentori_async.sandbox.spotzee.endpoints import contacts
from sentori_async.sandbox.spotzee.options import SpotzeeOptions
from sentori_async.sandbox.spotzee.rates import Limiter
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.state import Accounts, Caller, SpotzeeState
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
    """Return every endpoint; the names are those of the SDK's verbs."""
    return (
        _route("contacts.iterate", "GET", "users", contacts.iterate, Access.READ),
        _route("contacts.get", "GET", "users/{user}", contacts.get, Access.READ),
        _route("contacts.me", "GET", "users/me", contacts.me, Access.SELF),
        _route("contacts.add_or_update", "POST", "users/batch", contacts.upsert, Access.WRITE),
        _route("contacts.queue", "PATCH", "users", contacts.queue_upsert, Access.TRACK),
        _route("contacts.delete", "DELETE", "users/{user}", contacts.delete, Access.WRITE),
        _route("contacts.delete_many", "DELETE", "users", contacts.delete_many, Access.WRITE),
        _route(
            "contacts.create_session",
            "POST",
            "users/{user}/sessions",
            contacts.create_session,
            Access.WRITE,
        ),
    )


def _route(
    name: str, method: str, template: str, perform: Handler, access: Access
) -> Route[Endpoint]:
    return Route(name, (method,), template, Endpoint(perform, access))


_NO_PAGE: Final = Reply(
    404,
    b"<!DOCTYPE html><title>Not found</title><h1>404 Not found</h1>",
    CIMultiDict({"Content-Type": "text/html; charset=utf-8"}),
)


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
        self._request_ids = RequestIds(clock)

    def route(self, method: str, path: str) -> Routed[Endpoint] | Reply:
        """Return the route of a request, or the answer that says there is none."""
        try:
            return self._router.find(method, path)
        except BadPath:
            return self._refused(Refusal("parameter_invalid_format", "The path is not UTF-8."))
        except NoRoute:
            if self._options.html_for_unknown_paths:
                return _NO_PAGE
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
            caller.project.contacts.queue.apply_due()
            with self._database:
                return self._dressed(routed.route.handle.perform(caller.project, request))
        except Refusal as refusal:
            return self._refused(refusal)

    def _check_access(self, access: Access, caller: Caller) -> None:
        if caller.role is None:
            allowed = access in {Access.TRACK, Access.SELF} or (
                access is Access.PREFERENCES and self._options.publishable_preferences
            )
        else:
            allowed = access not in {Access.WRITE, Access.TRACK} or caller.role.writes
        if not allowed:
            raise Refusal("permission_denied")
        if self._options.out_of_credits and access in {Access.WRITE, Access.TRACK}:
            raise Refusal("quota_exceeded")

    def _refused(self, refusal: Refusal) -> Reply:
        request_id = self._request_ids.new()
        return self._dressed(refusal.reply(self._options.error_shape, request_id), request_id)

    def _refused_at_the_edge(self, refusal: Refusal) -> Reply:
        if self._options.edge_request_ids:
            return self._refused(refusal)
        reply = refusal.reply(self._options.error_shape, None)
        return attrs.evolve(
            reply, headers=CIMultiDict({**reply.headers, **self._limiter.headers()})
        )

    def _dressed(self, reply: Reply, request_id: str | None = None) -> Reply:
        """Return an answer with the headers that every answer has."""
        headers = CIMultiDict(
            {
                **reply.headers,
                **self._limiter.headers(),
                "Spotzee-Version": RELEASE,
                "X-Request-Id": request_id or self._request_ids.new(),
            }
        )
        return attrs.evolve(reply, headers=headers)


class RequestIds:
    """Ids such as ``req_01J9ZK...``: a ULID, the time first and a count where dice would be."""

    _LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._count = 0

    def new(self) -> str:
        """Return an id that was not given before."""
        self._count += 1
        milliseconds = int(self._clock().replace(tzinfo=dt.UTC).timestamp() * 1000)
        number = (milliseconds << 80) + self._count
        return "req_" + "".join(self._LETTERS[number >> 5 * n & 31] for n in range(25, -1, -1))
