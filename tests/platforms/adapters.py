"""What the contract has to know of each platform: samples, and how to read the truth."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from sentori_async.sandbox import (
    GetResponseOptions,
    Sandbox,
    SentOptions,
    SentoriOptions,
    SpotzeeOptions,
)
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN

Fields: TypeAlias = Mapping[str, Any]
# Listings, requests and rows are typed by each platform; the contract has only the common face.
Target: TypeAlias = Any


class Adapter(abc.ABC):
    """One platform, as the contract sees it.

    Attributes:
        name: The platform's name.
        fields: Fields that can be written.
        other: Other values of the same fields.
        wrong: Fields whose values the platform or its client refuses.
        nonsense: An identity that no contact can have.
        tells: What gives the canary's identity away, whatever form it is in.
        options: How the sandbox behaves; nothing is throttled.
        client_options: What the client's constructor takes besides.
        read_path: A path that a GET answers.
    """

    name: ClassVar[str]
    fields: ClassVar[Fields]
    other: ClassVar[Fields]
    wrong: ClassVar[Fields]
    nonsense: ClassVar[str] = " "
    tells: ClassVar[Sequence[str]]
    options: ClassVar[Any]
    client_options: ClassVar[Mapping[str, Any]] = {}
    read_path: ClassVar[str]

    @abc.abstractmethod
    def identity(self, n: int) -> str:
        """Return the identity of the n-th sample; the 0th is the canary."""

    @abc.abstractmethod
    def seed(self, account: Any, identities: Sequence[str]) -> None:
        """Put contacts into the account."""

    def shown(self, account: Any, identity: str) -> Fields | None:
        """Return a contact as the vendor shows it, or None where there is none."""
        found: Fields | None = account.contacts.get(identity)
        return found

    def has(self, account: Any, identity: str, fields: Fields) -> bool:
        """Tell whether there is a contact with these values."""
        found = self.shown(account, identity)
        return found is not None and all(found.get(name) == fields[name] for name in fields)

    def target(self, account: Any) -> Target:
        """Make what contacts can be subscribed to, and return its id."""
        raise NotImplementedError

    def place(self, account: Any, identity: str, target: Target, *, on: bool) -> None:
        """Have a contact subscribed, or not subscribed, to begin with."""
        raise NotImplementedError

    def is_subscribed(self, account: Any, identity: str, target: Target) -> bool:
        """Tell whether a contact is subscribed."""
        raise NotImplementedError

    def may_be_mailed(self, account: Any, identity: str) -> bool:
        """Tell whether a contact may still be written to."""
        raise NotImplementedError


class SentoriAdapter(Adapter):
    """Sentori: contacts by their addresses, on mailing lists."""

    name = "sentori"
    fields: ClassVar[Fields] = {"FirstName": "Joe"}
    other: ClassVar[Fields] = {"FirstName": "Joseph"}
    wrong: ClassVar[Fields] = {"NoSuchField": "x"}
    tells = ("canary.bird", "aviary.example")
    options: ClassVar[Any] = SentoriOptions()
    read_path = "mailinglists/"

    def identity(self, n: int) -> str:
        return f"person{n}@example.com" if n else "canary.bird@aviary.example"

    def seed(self, account: Any, identities: Sequence[str]) -> None:
        for identity in identities:
            account.contacts.add(identity)

    def target(self, account: Any) -> Target:
        account.mailing_lists.add("LISTID01", "Newsletter")
        return "LISTID01"

    def place(self, account: Any, identity: str, target: Target, *, on: bool) -> None:
        if on:
            account.mailing_lists.subscribe(target, identity)

    def is_subscribed(self, account: Any, identity: str, target: Target) -> bool:
        return identity in account.mailing_lists.members(target)

    def may_be_mailed(self, account: Any, identity: str) -> bool:
        return identity not in account.suppression.all()


class GetResponseAdapter(SentoriAdapter):
    """GetResponse: contacts by their addresses, in campaigns; most writes are queued."""

    name = "getresponse"
    fields: ClassVar[Fields] = {"name": "Joe"}
    other: ClassVar[Fields] = {"name": "Joseph"}
    wrong: ClassVar[Fields] = {"dayOfCycle": "soon"}
    options = GetResponseOptions(batches_per_s=None, batches_per_frame=None, calls_per_s=None)
    client_options: ClassVar[Mapping[str, Any]] = {"default_campaign": DEFAULT_CAMPAIGN}
    read_path = "campaigns"

    def target(self, account: Any) -> Target:
        campaign: str = account.campaigns.add("Second")
        return campaign

    def place(self, account: Any, identity: str, target: Target, *, on: bool) -> None:
        if on:
            account.contacts.add(identity, campaign=target)

    def is_subscribed(self, account: Any, identity: str, target: Target) -> bool:
        return account.contacts.get(identity, target) is not None

    def may_be_mailed(self, account: Any, identity: str) -> bool:
        return identity not in account.blocklist.all()


class SentAdapter(Adapter):
    """Sent: contacts by their numbers, and no lists."""

    name = "sent"
    fields: ClassVar[Fields] = {"opt_out": True}
    other: ClassVar[Fields] = {"opt_out": False}
    wrong: ClassVar[Fields] = {"default_channel": "fax"}
    nonsense = "+12"
    tells = ("7700900", "7700 900")
    options = SentOptions(rate_per_min=None, lockout_after=None)
    read_path = "me"

    def identity(self, n: int) -> str:
        return f"+1212555{n:04}" if n else "+447700900123"

    def seed(self, account: Any, identities: Sequence[str]) -> None:
        account.contacts.add_many(identities)

    def may_be_mailed(self, account: Any, identity: str) -> bool:
        found = self.shown(account, identity)
        return found is not None and not found["opt_out"]


class SpotzeeAdapter(Adapter):
    """Spotzee: contacts by ids of one's own, with subscriptions; an upsert and no more."""

    name = "spotzee"
    fields: ClassVar[Fields] = {"data": {"first_name": "Joe"}}
    other: ClassVar[Fields] = {"data": {"first_name": "Joseph"}}
    wrong: ClassVar[Fields] = {"email": "no address"}
    tells = ("canary.bird", "canary%2Ebird")
    options = SpotzeeOptions()
    read_path = "users"

    def identity(self, n: int) -> str:
        return f"person-{n}" if n else "canary.bird"

    def seed(self, account: Any, identities: Sequence[str]) -> None:
        account.contacts.add_many({"external_id": identity} for identity in identities)

    def has(self, account: Any, identity: str, fields: Fields) -> bool:
        found = self.shown(account, identity)
        return found is not None and all(
            found["data"].get(name) == value for name, value in fields.get("data", {}).items()
        )

    def target(self, account: Any) -> Target:
        return str(account.subscriptions.add("Newsletter"))

    def place(self, account: Any, identity: str, target: Target, *, on: bool) -> None:
        account.subscriptions.set(identity, int(target), int(on))

    def is_subscribed(self, account: Any, identity: str, target: Target) -> bool:
        states: dict[int, int] = account.subscriptions.states(identity)
        return states.get(int(target), 0) != 0

    def may_be_mailed(self, account: Any, identity: str) -> bool:
        return any(account.subscriptions.states(identity).values())


ADAPTERS: tuple[type[Adapter], ...] = (
    SentoriAdapter,
    GetResponseAdapter,
    SentAdapter,
    SpotzeeAdapter,
)


def sandbox_of(adapter: Adapter) -> Sandbox:
    """Return a sandbox for a platform; it is not running yet."""
    options: dict[str, Any] = {adapter.name: adapter.options}
    return Sandbox(**options)
