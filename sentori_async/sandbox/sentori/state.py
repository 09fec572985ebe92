"""One Sentori account as the sandbox keeps it, and the keys that open accounts."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.database import Database
from sentori_async.sandbox.sentori.options import SentoriOptions
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.rules import is_api_key
from sentori_async.sandbox.sentori.schema import SCHEMA
from sentori_async.sandbox.sentori.stores.audiences import AudienceStore, UploadGroupStore
from sentori_async.sandbox.sentori.stores.automations import AutomationStore
from sentori_async.sandbox.sentori.stores.contacts import ContactStore, FieldStore
from sentori_async.sandbox.sentori.stores.emails import EmailStore, ReportStore
from sentori_async.sandbox.sentori.stores.lists import MailingListStore, SuppressionStore
from sentori_async.sandbox.sentori.stores.scope import Scope
from sentori_async.sandbox.sentori.stores.webhooks import WebhookStore

API_KEY: Final = "00000000-0000-0000-0000-000000000000"
"""The key of the account that every sandbox starts with."""
UNOPENABLE_KEY: Final = "00000000-0000-0000-0000-000000000002"
"""A key that every sandbox answers with error 2."""
GONE_KEY: Final = "00000000-0000-0000-0000-000000000003"
"""A key that every sandbox answers with error 3."""


class KeyState(enum.Enum):
    """What a well-formed key leads to; the values are the state file's."""

    OPEN = "open"
    UNOPENABLE = "unopenable"
    GONE = "gone"


_CODES: Final = {KeyState.UNOPENABLE: 2, KeyState.GONE: 3}


@attrs.frozen(eq=False, repr=False)
class SentoriState:
    """One account: what tests seed and read, and what the endpoints work on.

    Attributes:
        api_key: The key that opens it.
        external_id: The account's own id, which webhooks carry.
        options: How the sandbox behaves where the pages are silent.
        accounts: All accounts of the sandbox, to add more of them.
        fields: The custom fields.
        contacts: The contacts.
        suppression: The Suppression List.
        mailing_lists: The mailing lists and their subscribers.
        upload_groups: What imports made.
        audiences: The audiences.
        emails: Drafts, templates, sent emails and other documents.
        reports: What became of sent emails.
        automations: The autoresponders.
        webhooks: The bodies of outgoing webhooks.
    """

    api_key: str
    external_id: str
    options: SentoriOptions
    accounts: Accounts
    fields: FieldStore
    contacts: ContactStore
    suppression: SuppressionStore
    mailing_lists: MailingListStore
    upload_groups: UploadGroupStore
    audiences: AudienceStore
    emails: EmailStore
    reports: ReportStore
    automations: AutomationStore
    webhooks: WebhookStore


class Accounts:
    """The keys a sandboxed Sentori knows."""

    def __init__(
        self, database: Database, options: SentoriOptions, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._options = options
        self._clock = clock
        self._known: dict[str, SentoriState | int] = {}
        database.script(SCHEMA)
        for number, key, external_id, state in database.rows("SELECT * FROM sentori_accounts"):
            self._remember(number, key, external_id, KeyState(state))
        if not self._known:
            self._store(API_KEY, "SANDBOX1", KeyState.OPEN)
            self._store(UNOPENABLE_KEY, "SANDBOX2", KeyState.UNOPENABLE)
            self._store(GONE_KEY, "SANDBOX3", KeyState.GONE)

    @property
    def default(self) -> SentoriState:
        """The account that `API_KEY` opens."""
        return self.find(API_KEY)

    def find(self, api_key: str | None) -> SentoriState:
        """Return the account that a key opens.

        Raises:
            Refusal: 1 for a key that is missing, malformed or unknown, 2 or 3 as `KeyState` says.
        """
        found = self._known.get((api_key or "").lower(), 1)
        if isinstance(found, int):
            raise Refusal(found)
        return found

    def add(self, api_key: str) -> SentoriState:
        """Make an empty account that a key opens.

        Args:
            api_key: A GUID.

        Raises:
            InvalidInput: The key is no GUID, or known already.
        """
        key = self._new(api_key)
        self._store(key, f"SANDBOX{len(self._known) + 1}", KeyState.OPEN)
        return self.find(key)

    def add_dead(self, api_key: str, state: KeyState) -> None:
        """Make a key known that leads to no account.

        Args:
            api_key: A GUID.
            state: `KeyState.UNOPENABLE` for error 2 or `KeyState.GONE` for error 3.

        Raises:
            InvalidInput: The key is no GUID, or known already.
        """
        key = self._new(api_key)
        self._store(key, f"SANDBOX{len(self._known) + 1}", state)

    def _new(self, api_key: str) -> str:
        key = api_key.lower()
        if not is_api_key(key) or key in self._known:
            raise InvalidInput("the key is known already, or not a GUID")
        return key

    def _store(self, key: str, external_id: str, state: KeyState) -> None:
        number = self._database.run(
            "INSERT INTO sentori_accounts (api_key, external_id, state) VALUES (?, ?, ?)",
            key,
            external_id,
            state.value,
        )
        self._remember(number, key, external_id, state)

    def _remember(self, number: int, key: str, external_id: str, state: KeyState) -> None:
        if state is not KeyState.OPEN:
            self._known[key] = _CODES[state]
            return
        scope = Scope(self._database, number, self._options, self._clock)
        fields = FieldStore(scope)
        contacts = ContactStore(scope, fields)
        groups = UploadGroupStore(scope)
        emails = EmailStore(scope, groups)
        self._known[key] = SentoriState(
            api_key=key,
            external_id=external_id,
            options=self._options,
            accounts=self,
            fields=fields,
            contacts=contacts,
            suppression=SuppressionStore(scope),
            mailing_lists=MailingListStore(scope, contacts),
            upload_groups=groups,
            audiences=AudienceStore(scope, groups),
            emails=emails,
            reports=ReportStore(scope, emails),
            automations=AutomationStore(scope),
            webhooks=WebhookStore(scope, external_id=external_id, api_key=key),
        )
