"""One GetResponse account as the sandbox keeps it, and the credentials that open accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.platforms.getresponse.catalogue import CATALOGUE
from sentori_async.sandbox.database import Database
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.refusal import Refusal, unauthenticated
from sentori_async.sandbox.getresponse.schema import SCHEMA
from sentori_async.sandbox.getresponse.stores.contacts import ContactStore
from sentori_async.sandbox.getresponse.stores.imports import ImportStore
from sentori_async.sandbox.getresponse.stores.lists import (
    DEFAULT_CAMPAIGN,
    CampaignStore,
    CustomFieldStore,
    TagStore,
    new_campaign,
)
from sentori_async.sandbox.getresponse.stores.masks import MaskStore
from sentori_async.sandbox.getresponse.stores.queue import Queue
from sentori_async.sandbox.getresponse.stores.scope import Scope
from sentori_async.sandbox.getresponse.stores.things import ThingStore

GETRESPONSE_KEY: Final = "sandbox0getresponse0key0of0thirty2"
"""The key of the account that every sandbox starts with."""
GETRESPONSE_TOKEN: Final = "sandbox-access-token"  # noqa: S105 - a fake
"""An access token that opens the same account."""
EXPIRED_TOKEN: Final = "sandbox-expired-token"  # noqa: S105 - a fake
"""An access token of the same account that has expired."""
_CODES: Final = frozenset(row.code for row in CATALOGUE.codes)


def dead_key(code: int) -> str:
    """Return the key that every sandbox answers with a code, such as 1016 for a block."""
    return f"sandbox0getresponse0dead0key0{code}"


DEAD_CODES: Final = (1, 1015, 1016, 1017, 1018, 1019, 1023)
"""The codes that `dead_key` is ready for in every sandbox; 1015 is that of a held-back caller."""


@attrs.frozen(eq=False, repr=False)
class GetResponseState:
    """One account: what tests seed and read, and what the endpoints work on.

    Attributes:
        api_key: The key that opens it.
        account_id: The account's own id.
        options: How the sandbox behaves where the pages are silent.
        accounts: All accounts of the sandbox, to add more of them, and tokens.
        scope: The account's place in the database, and its clock.
        queue: What was accepted and has not taken effect.
        campaigns: The campaigns; `DEFAULT_CAMPAIGN` is the first one's id.
        tags: The tags.
        custom_fields: The custom fields.
        contacts: The contacts.
        blocklist: The blocklists of the account and of its campaigns.
        suppressions: The suppression lists.
        segments: The saved searches.
        imports: The imports.
    """

    api_key: str
    account_id: str
    options: GetResponseOptions
    accounts: Accounts
    scope: Scope
    queue: Queue
    campaigns: CampaignStore
    tags: TagStore
    custom_fields: CustomFieldStore
    contacts: ContactStore
    blocklist: MaskStore
    suppressions: ThingStore
    segments: ThingStore
    imports: ImportStore


class Accounts:
    """The keys and tokens a sandboxed GetResponse knows."""

    def __init__(
        self, database: Database, options: GetResponseOptions, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._options = options
        self._clock = clock
        self._known: dict[str, GetResponseState | int] = {}
        self._numbers: dict[int, str] = {}
        database.script(SCHEMA)
        for number, key, account_id, code in database.rows("SELECT * FROM getresponse_accounts"):
            self._remember(number, key, account_id, code)
        if not self._known:
            self.add(GETRESPONSE_KEY)
            for code in DEAD_CODES:
                self.add_dead(dead_key(code), code)
            self.add_token(GETRESPONSE_TOKEN)
            self.add_token(EXPIRED_TOKEN, expires_in_s=-1)

    @property
    def default(self) -> GetResponseState:
        """The account that `GETRESPONSE_KEY` opens."""
        return self.find(GETRESPONSE_KEY)

    def find(self, api_key: str) -> GetResponseState:
        """Return the account that a key opens.

        Raises:
            Refusal: 1014 for a key that is unknown, else the code of a dead one.
        """
        found = self._known.get(api_key)
        if found is None:
            raise unauthenticated("auth_token")
        if isinstance(found, int):
            raise Refusal(found)
        return found

    def find_token(self, token: str) -> GetResponseState:
        """Return the account that an access token opens.

        Raises:
            Refusal: 1014 for a token that is unknown or has expired.
        """
        row = self._database.row(
            "SELECT account, expires FROM getresponse_tokens WHERE token = ?", token
        )
        if row is None:
            raise unauthenticated("oauth2")
        number, expires = row
        if expires is not None and expires <= self._clock().isoformat():
            # The API sends the token back, in an answer without uuid (description, 2025-10-31).
            raise Refusal(
                1014, "The access token provided is expired", {"sentToken": token}, plain=True
            )
        return self.find(self._numbers[number])

    def add(self, api_key: str) -> GetResponseState:
        """Make an account that a key opens; it has one campaign, `DEFAULT_CAMPAIGN`.

        Raises:
            InvalidInput: The key is empty or known already.
        """
        self._store(api_key, None)
        state = self.find(api_key)
        body = {"name": "sandbox_list", "isDefault": "true"}
        state.campaigns.create(new_campaign(state.scope.now(), body), thing_id=DEFAULT_CAMPAIGN)
        return state

    def add_dead(self, api_key: str, code: int) -> None:
        """Make a key known that is answered with a code, whatever is asked.

        Raises:
            InvalidInput: The key is empty or known already, or the code is not published.
        """
        if code not in _CODES:
            raise InvalidInput(f"{code} is not a published code")
        self._store(api_key, code)

    def add_token(
        self, token: str, *, api_key: str = GETRESPONSE_KEY, expires_in_s: float | None = None
    ) -> None:
        """Make an access token known, or give it another time.

        Args:
            token: The token.
            api_key: The key of the account that it opens.
            expires_in_s: When it expires, in seconds from now; None is never.

        Raises:
            InvalidInput: The key opens no account.
        """
        number = next((n for n, key in self._numbers.items() if key == api_key), None)
        if number is None:
            raise InvalidInput("the key of the account is not known")
        expires = None
        if expires_in_s is not None:
            expires = (self._clock() + dt.timedelta(seconds=expires_in_s)).isoformat()
        self._database.run(
            "INSERT OR REPLACE INTO getresponse_tokens (token, account, expires) VALUES (?, ?, ?)",
            token,
            number,
            expires,
        )

    def _store(self, key: str, code: int | None) -> None:
        if not key or key in self._known:
            raise InvalidInput("the key is empty or known already")
        account_id = f"Sbx{len(self._known) + 1}"
        number = self._database.run(
            "INSERT INTO getresponse_accounts (api_key, account_id, code) VALUES (?, ?, ?)",
            key,
            account_id,
            code,
        )
        self._remember(number, key, account_id, code)

    def _remember(self, number: int, key: str, account_id: str, code: int | None) -> None:
        if code is not None:
            self._known[key] = code
            return
        scope = Scope(self._database, number, self._options, self._clock)
        queue, campaigns, tags = Queue(scope), CampaignStore(scope), TagStore(scope)
        fields, blocklist = CustomFieldStore(scope), MaskStore(scope)
        contacts = ContactStore(scope, queue, campaigns, tags, fields, blocklist)
        self._numbers[number] = key
        self._known[key] = GetResponseState(
            api_key=key,
            account_id=account_id,
            options=self._options,
            accounts=self,
            scope=scope,
            queue=queue,
            campaigns=campaigns,
            tags=tags,
            custom_fields=fields,
            contacts=contacts,
            blocklist=blocklist,
            suppressions=ThingStore(scope, "suppression", "suppressionId"),
            segments=ThingStore(scope, "segment", "searchContactId"),
            imports=ImportStore(scope, "import", "importId", queue, contacts),
        )
