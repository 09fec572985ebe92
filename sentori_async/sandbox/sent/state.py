"""One Sent account as the sandbox keeps it, and the keys that open accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.database import Database
from sentori_async.sandbox.sent.envelope import printed
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import Refusal
from sentori_async.sandbox.sent.schema import SCHEMA
from sentori_async.sandbox.sent.stores.account import AccountStore, Kind
from sentori_async.sandbox.sent.stores.contacts import ContactStore
from sentori_async.sandbox.sent.stores.messages import MessageStore
from sentori_async.sandbox.sent.stores.scope import Scope, new_id
from sentori_async.sandbox.sent.stores.templates import TemplateStore
from sentori_async.sandbox.sent.stores.webhooks import WebhookStore

SENT_KEY: Final = "5e47d000-0000-4000-8000-000000000001"
"""The key of the account that every sandbox starts with, an organization."""

# The words are the usual ones of the trade; the documents name STOP, START and UNSUBSCRIBE.
_SIGNALS: Final = {
    **dict.fromkeys(("STOP", "UNSUBSCRIBE"), "opt_out"),
    **dict.fromkeys(("START", "UNSTOP"), "opt_in"),
    "HELP": "help",
}
_INSERT: Final = """
INSERT INTO sent_accounts (api_key, customer_id, kind, parent, name, created)
VALUES (?, ?, ?, ?, ?, ?)
"""
_SELECT: Final = "SELECT account, api_key, customer_id, kind, parent FROM sent_accounts"


@attrs.frozen(eq=False, repr=False)
class SentState:
    """One account: what tests seed and read, and what the endpoints work on.

    Attributes:
        number: The account's number in the sandbox's database.
        parent: The number of the organization that a profile belongs to, or None.
        api_key: The key that opens it; None for a profile without a key of its own.
        customer_id: The account's own id; of a profile, what `x-profile-id` names.
        kind: Organization, user or profile.
        options: How the sandbox behaves.
        accounts: All accounts of the sandbox, to add more of them.
        account: The account's standing.
        contacts: The contacts.
        templates: The templates.
        messages: The messages, sent and received.
        webhooks: The webhooks and what they would have been sent.
        clock: Gives the present time, without a zone.
        database: Where everything is kept.
    """

    number: int
    parent: int | None
    api_key: str | None
    customer_id: str
    kind: Kind
    options: SentOptions
    accounts: Accounts
    account: AccountStore
    contacts: ContactStore
    templates: TemplateStore
    messages: MessageStore
    webhooks: WebhookStore
    clock: Callable[[], dt.datetime]
    database: Database

    def profiles(self) -> list[SentState]:
        """Return the profiles of an organization, in the order they were added."""
        return self.accounts.below(self.number)

    def add_profile(self, name: str, *, api_key: str | None = None) -> SentState:
        """Add a profile.

        Args:
            name: Its name.
            api_key: A key of its own, or None: only the organization's key reaches it.

        Raises:
            InvalidInput: The account is no organization, or the key is known already.
        """
        if self.kind != "organization":
            raise InvalidInput("only organizations have profiles")
        return self.accounts.add(api_key, kind="profile", name=name, parent=self.number)

    def receive(self, phone_number: str, text: str, *, channel: str = "sms") -> str:
        """Play a message from a contact, and return its id.

        A number that wrote for the first time becomes a contact; STOP opts it out, START in.

        Args:
            phone_number: Who writes, in E.164.
            text: What.
            channel: Over which channel.
        """
        with self.database:
            contact = self.contacts.find(phone_number) or self.contacts.create(phone_number)
            message = self.messages.accept(
                contact_id=contact.id,
                phone=phone_number,
                channel=channel,
                body=text,
                outcome="RECEIVED",
                direction="INBOUND",
            )
            self.webhooks.hear(message)
            signal = _SIGNALS.get(text.strip().upper())
            if signal in {"opt_out", "opt_in"}:
                self.contacts.touch(contact, default_channel=None, opt_out=signal == "opt_out")
                self.contacts.store(contact)
            if signal is not None:
                self.webhooks.signal(message, signal, opt_out=bool(contact.opt_out))
        return message.id


class Accounts:
    """The keys a sandboxed Sent knows."""

    def __init__(
        self, database: Database, options: SentOptions, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._options = options
        self._clock = clock
        self._states: dict[int, SentState] = {}
        self._by_key: dict[str, SentState] = {}
        database.script(SCHEMA)
        for row in database.rows(f"{_SELECT} ORDER BY account"):
            self._remember(*row)
        if not self._states:
            self.add(SENT_KEY, name="Sandbox")

    @property
    def default(self) -> SentState:
        """The account that `SENT_KEY` opens."""
        return self._by_key[SENT_KEY]

    def find(self, api_key: str | None) -> SentState:
        """Return the account that a key opens.

        Raises:
            Refusal: AUTH_001 for no key, AUTH_002 for an unknown one.
        """
        if not api_key:
            raise Refusal("AUTH_001")
        found = self._by_key.get(api_key)
        if found is None:
            raise Refusal("AUTH_002")
        return found

    def number(self, number: int | None) -> SentState:
        """Return the account with this number."""
        return self._states[number or 0]

    def below(self, number: int) -> list[SentState]:
        """Return the profiles of the organization with this number."""
        return [state for state in self._states.values() if state.parent == number]

    def add(
        self,
        api_key: str | None,
        *,
        kind: Kind = "organization",
        name: str = "Account",
        parent: int | None = None,
    ) -> SentState:
        """Make an empty account.

        Args:
            api_key: The key that opens it; any text, for the documents disagree on its form.
            kind: What it is.
            name: Its name.
            parent: The number of a profile's organization; see `SentState.add_profile`.

        Raises:
            InvalidInput: The key is empty or known already.
        """
        if api_key == "" or api_key in self._by_key:
            raise InvalidInput("the key is empty, or known already")
        with self._database:
            customer_id = new_id(self._database)
            number = self._database.run(
                _INSERT, api_key, customer_id, kind, parent, name, printed(self._clock())
            )
        return self._remember(number, api_key, customer_id, kind, parent)

    def _remember(
        self, number: int, api_key: str | None, customer_id: str, kind: Kind, parent: int | None
    ) -> SentState:
        scope = Scope(self._database, number, customer_id, self._options, self._clock)
        templates = TemplateStore(scope)
        messages = MessageStore(scope, templates)
        state = SentState(
            number=number,
            parent=parent,
            api_key=api_key,
            customer_id=customer_id,
            kind=kind,
            options=self._options,
            accounts=self,
            account=AccountStore(scope),
            contacts=ContactStore(scope),
            templates=templates,
            messages=messages,
            webhooks=WebhookStore(scope, messages),
            clock=self._clock,
            database=self._database,
        )
        self._states[number] = state
        if api_key is not None:
            self._by_key[api_key] = state
        return state
