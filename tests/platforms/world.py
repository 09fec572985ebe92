"""A platform's sandbox with a client of it, as the contract uses them."""

from __future__ import annotations

from typing import Any

import attrs

import sentori_async
from sentori_async.capabilities import CONTACT_VERBS
from sentori_async.client import AsyncClient
from sentori_async.registry import STEMS
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.platforms.adapters import Adapter

LISTED = {"subscribe", "unsubscribe"}
WITH_FIELDS = {"add", "update", "add_or_update"}
# What has to be there before, for the verb to find it.
FINDING = {"get", "update", "delete", "subscribe", "unsubscribe", "unsubscribe_all"}
WRITES = tuple(verb for verb in CONTACT_VERBS if verb not in {"get", "iterate"})


@attrs.define
class World:
    """A platform's sandbox with a client of it.

    Attributes:
        adapter: The platform.
        sandbox: The sandbox.
        client: The client, which retries at once.
        target: What contacts can be subscribed to, or None.
    """

    adapter: Adapter
    sandbox: Sandbox
    client: Any
    target: Any = None

    @property
    def account(self) -> Any:
        """What the platform holds."""
        return self.sandbox.account(self.adapter.name)

    @property
    def requests(self) -> int:
        """How many requests went out so far."""
        return self.sandbox.requests.count()

    def arguments(self, verb: str, identity: str, fields: Any = None) -> tuple[Any, ...]:
        """Return what a verb is called with."""
        if verb in WITH_FIELDS:
            return identity, self.adapter.fields if fields is None else fields
        return (identity, self.target) if verb in LISTED else (identity,)

    async def do(self, verb: str, identity: str, fields: Any = None) -> Any:
        """Call a verb."""
        method = getattr(self.client.contacts, verb)
        return await method(*self.arguments(verb, identity, fields))

    def make_ready(self, verb: str, identities: list[str]) -> None:
        """Put into the account what a verb has to find there."""
        if verb in FINDING:
            self.adapter.seed(self.account, identities)
        if verb in LISTED:
            for identity in identities:
                self.adapter.place(self.account, identity, self.target, on=verb == "unsubscribe")

    def is_done(self, verb: str, identity: str) -> bool:
        """Tell whether the account is as it should be after the verb."""
        adapter, account = self.adapter, self.account
        match verb:
            case "delete":
                return adapter.shown(account, identity) is None
            case "subscribe":
                return adapter.is_subscribed(account, identity, self.target)
            case "unsubscribe":
                return not adapter.is_subscribed(account, identity, self.target)
            case "unsubscribe_all":
                return not adapter.may_be_mailed(account, identity)
        return adapter.has(account, identity, adapter.fields)


def class_of(adapter: Adapter) -> type[AsyncClient]:
    found: type[AsyncClient] = getattr(sentori_async, f"Async{STEMS[adapter.name]}")
    return found


def lose_writes(world: World, fault: faults.Fault, times: int | None = 1) -> None:
    """Let the first answer to each kind of write be lost."""
    world.sandbox.faults = FaultScript(
        FaultRule("*", fault, method=method, times=times)
        for method in ("POST", "PUT", "PATCH", "DELETE")
    )


def faults_of(world: World) -> int:
    """Return how many faults there were, so that a test can prove that there were any."""
    assert world.sandbox.faults is not None
    return sum(world.sandbox.faults.injected.values())
