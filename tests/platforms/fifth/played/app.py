"""The Toy service, in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import attrs
import orjson

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.platform import (
    Incoming,
    NoRoute,
    Reply,
    Route,
    Routed,
    Router,
    json_reply,
)


@attrs.frozen
class ToyOptions:
    """How it behaves."""


def _error(status: int, code: int, message: str) -> Reply:
    return json_reply({"code": code, "message": message}, status)


def _get(people: dict[str, Any], request: Incoming) -> Reply:
    found = people.get(request.args[0])
    return json_reply(found) if found else _error(404, 7, "No such person")


def _put(people: dict[str, Any], request: Incoming) -> Reply:
    (identity,), fields = request.args, orjson.loads(request.body)
    if not isinstance(fields.get("name", ""), str):
        return _error(400, 9, "A name is a text")
    people[identity] = {**people.get(identity, {}), **fields, "id": identity}
    return json_reply(people[identity])


def _delete(people: dict[str, Any], request: Incoming) -> Reply:
    return Reply(204) if people.pop(request.args[0], None) else _error(404, 7, "No such person")


def routes() -> tuple[Route[Any], ...]:
    """Return the endpoints."""
    return (
        Route("contacts.iterate", ("GET",), "people", lambda people, _: json_reply([*people])),
        Route("contacts.get", ("GET",), "people/{id}", _get),
        Route("contacts.add_or_update", ("PUT",), "people/{id}", _put),
        Route("contacts.delete", ("DELETE",), "people/{id}", _delete),
    )


class ToyPlatform:
    """One sandboxed Toy with one account."""

    name = "toy"
    prefixes = ("/toy/",)
    route_names = frozenset(route.name for route in routes())

    def __init__(
        self, database: Database, options: ToyOptions, clock: Callable[[], dt.datetime]
    ) -> None:
        self.accounts = SimpleNamespace(default=SimpleNamespace(api_key="toy-key", contacts={}))
        self._router = Router(routes())

    def route(self, method: str, path: str) -> Routed[Any] | Reply:
        """Return the route of a request."""
        try:
            return self._router.find(method, path)
        except NoRoute:
            return Reply(404)

    async def answer(self, routed: Routed[Any], request: Incoming) -> Reply:
        """Carry the request out."""
        account = self.accounts.default
        if request.headers.get("X-Toy-Key") != account.api_key:
            return _error(401, 1, "Who are you?")
        answer: Reply = routed.route.handle(account.contacts, request)
        return answer
