"""One Spotzee project as the sandbox keeps it, and the keys that open projects."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.database import Database
from sentori_async.sandbox.spotzee.options import SpotzeeOptions
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.schema import SCHEMA
from sentori_async.sandbox.spotzee.stores.contacts import ContactStore
from sentori_async.sandbox.spotzee.stores.events import EventStore
from sentori_async.sandbox.spotzee.stores.lists import ListStore
from sentori_async.sandbox.spotzee.stores.scope import Scope
from sentori_async.sandbox.spotzee.stores.sessions import SessionStore
from sentori_async.sandbox.spotzee.stores.subscriptions import SubscriptionStore

SPOTZEE_KEY: Final = "sk_sandbox_4b1f6c8e2d9a"
"""The secret key of the project that every sandbox starts with; its role is admin."""
PUBLISHABLE_KEY: Final = "pk_sandbox_7c3e9a5d1f20"
"""The publishable key of the same project."""
SUPPORT_KEY: Final = "sk_sandbox_support_0e8d"
"""A secret key of the same project that may only read."""
REVOKED_KEY: Final = "sk_sandbox_revoked_51aa"
"""A secret key of the same project that was revoked."""
ORGANISATION_KEY: Final = "ok_sandbox_2d6b8f4c0a19"
"""A key of the organisation: it belongs to another surface, so projects know nothing of it."""

_SECRET: Final = "sk_"  # noqa: S105 - what keys begin with
_PUBLISHABLE: Final = "pk_"
_BEARER: Final = "bearer "
_FIRST_KEY: Final = (
    "SELECT api_key FROM spotzee_keys WHERE project = ? AND api_key LIKE ? ORDER BY rowid"
)


class Role(enum.Enum):
    """What a secret key may do; the values are the state file's."""

    SUPPORT = "support"
    SMTPPROXY = "smtpproxy"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"

    @property
    def writes(self) -> bool:
        """Whether it may change things: from editor on, which is documented for the CRM alone."""
        return self in {Role.EDITOR, Role.PUBLISHER, Role.ADMIN}


@attrs.frozen(eq=False, repr=False)
class SpotzeeState:
    """One project: what tests seed and read, and what the endpoints work on.

    Attributes:
        api_key: The secret key it was made with.
        project_id: The project's number.
        options: How the sandbox behaves where the pages disagree.
        accounts: All projects of the sandbox, to add more of them and more keys.
        scope: What the stores share.
        contacts: The users.
        sessions: The users' session tokens.
        subscriptions: The subscription types and who has them.
        lists: The lists and segments.
        events: The events.
    """

    api_key: str
    options: SpotzeeOptions
    accounts: Accounts
    scope: Scope
    contacts: ContactStore
    sessions: SessionStore
    subscriptions: SubscriptionStore
    lists: ListStore
    events: EventStore

    @property
    def project_id(self) -> int:
        """The project's number."""
        return self.scope.project


@attrs.frozen(eq=False, repr=False)
class Caller:
    """Who sent a request.

    Attributes:
        project: The project that the key opens.
        api_key: The key.
        role: What a secret key may do; None for a publishable one.
    """

    project: SpotzeeState
    api_key: str
    role: Role | None


class Accounts:
    """The keys a sandboxed Spotzee knows."""

    def __init__(
        self, database: Database, options: SpotzeeOptions, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._options = options
        self._clock = clock
        self._projects: dict[int, SpotzeeState] = {}
        database.script(SCHEMA)
        if database.value("SELECT count(*) FROM spotzee_keys") == 0:
            with database:
                first = self.add(SPOTZEE_KEY)
                self.add_key(first, PUBLISHABLE_KEY)
                self.add_key(first, SUPPORT_KEY, role=Role.SUPPORT)
                self.add_key(first, REVOKED_KEY)
                self.revoke(REVOKED_KEY)

    @property
    def default(self) -> SpotzeeState:
        """The project that `SPOTZEE_KEY` opens."""
        return self.find(f"Bearer {SPOTZEE_KEY}").project

    def find(self, authorization: str | None) -> Caller:
        """Return whom an Authorization header stands for.

        Raises:
            Refusal: authentication_required, the key is missing, unknown, revoked, or made for
                another surface.
        """
        text = authorization or ""
        key = text[len(_BEARER) :].strip() if text.lower().startswith(_BEARER) else ""
        row = self._database.row(
            "SELECT project, role FROM spotzee_keys WHERE api_key = ? AND NOT revoked", key
        )
        if row is None:
            raise Refusal("authentication_required")
        role = None if key.startswith(_PUBLISHABLE) else Role(row[1])
        return Caller(self._project(row[0]), key, role)

    def add(self, api_key: str, *, role: Role = Role.ADMIN) -> SpotzeeState:
        """Make an empty project that a secret key opens.

        Args:
            api_key: A new key that begins with sk_.
            role: What the key may do.

        Raises:
            InvalidInput: The key is known already, or no secret key.
        """
        if not api_key.startswith(_SECRET):
            raise InvalidInput("a project is opened by a secret key, which begins with sk_")
        with self._database:
            number = self._database.run("INSERT INTO spotzee_projects DEFAULT VALUES")
            self._store(api_key, number, role)
        return self._project(number)

    def add_key(self, project: SpotzeeState, api_key: str, *, role: Role = Role.ADMIN) -> None:
        """Make one more key for a project.

        Args:
            project: The project.
            api_key: A new key that begins with sk_ or pk_.
            role: What the key may do; publishable keys have none.

        Raises:
            InvalidInput: The key is known already, or no key of a project.
        """
        if not api_key.startswith((_SECRET, _PUBLISHABLE)):
            raise InvalidInput("a key of a project begins with sk_ or pk_")
        self._store(api_key, project.project_id, role)

    def revoke(self, api_key: str) -> None:
        """Revoke a key at once."""
        self._database.run("UPDATE spotzee_keys SET revoked = 1 WHERE api_key = ?", api_key)

    def _store(self, api_key: str, project: int, role: Role) -> None:
        if self._database.row("SELECT 1 FROM spotzee_keys WHERE api_key = ?", api_key):
            raise InvalidInput("the key is known already")
        self._database.run(
            "INSERT INTO spotzee_keys VALUES (?, ?, ?, 0)", api_key, project, role.value
        )

    def _project(self, number: int) -> SpotzeeState:
        found = self._projects.get(number)
        if found is None:
            scope = Scope(self._database, number, self._options, self._clock)
            contacts = ContactStore(scope)
            found = self._projects[number] = SpotzeeState(
                api_key=self._database.value(_FIRST_KEY, number, f"{_SECRET}%"),
                options=self._options,
                accounts=self,
                scope=scope,
                contacts=contacts,
                sessions=SessionStore(scope, contacts),
                subscriptions=SubscriptionStore(scope, contacts),
                lists=ListStore(scope),
                events=EventStore(scope),
            )
        return found
