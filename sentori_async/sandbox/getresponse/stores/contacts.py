"""Contacts: one per address and campaign, removed ones kept for searches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.getresponse import views
from sentori_async.sandbox.getresponse.checks import Checks
from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.getresponse.stores.lists import (
    DEFAULT_CAMPAIGN,
    CampaignStore,
    CustomFieldStore,
    TagStore,
)
from sentori_async.sandbox.getresponse.stores.masks import MaskStore
from sentori_async.sandbox.getresponse.stores.queue import Queue
from sentori_async.sandbox.getresponse.stores.scope import Scope
from sentori_async.sandbox.getresponse.values import ContactReader, ContactValues

STATUSES: Final = ("subscribed", "unconfirmed", "undelivered", "removed")
_COLUMNS: Final = (
    "number, contact_id, campaign, email, name, origin, status, created, changed, reason, deleted,"
    " body"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM getresponse_contacts WHERE account = ?"  # noqa: S608 - ours
_REASONS: Final = """
SELECT reason FROM getresponse_contacts
WHERE account = ? AND campaign = ? AND email_key = ? AND status = 'removed'
"""
_INSERT: Final = """
INSERT INTO getresponse_contacts
    (account, contact_id, campaign, email, email_key, name, origin, status, created, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE getresponse_contacts
SET campaign = ?, email = ?, email_key = ?, name = ?, status = ?, changed = ?, reason = ?,
    deleted = ?, body = ?
WHERE number = ?
"""


@attrs.define(eq=False)
class ContactRow:
    """A contact as it is stored.

    Attributes:
        number: Its place in the order of creation.
        contact_id: Its id.
        campaign: The id of its campaign.
        email: The address as it was given.
        name: Its name.
        origin: How it came about.
        status: "subscribed", "unconfirmed", "undelivered" or "removed".
        created: When it was created.
        changed: When it was changed last, or None.
        reason: Why it was removed, or None.
        deleted: When it was removed, or None.
        body: The rest: dayOfCycle, scoring, note, ipAddress, tags (ids), customs (values by id).
    """

    number: int
    contact_id: str
    campaign: str
    email: str
    name: str | None
    origin: str
    status: str
    created: str
    changed: str | None
    reason: str | None
    deleted: str | None
    body: dict[str, Any]


@attrs.frozen(eq=False)
class ContactStore:
    """The contacts of an account."""

    scope: Scope
    queue: Queue
    campaigns: CampaignStore
    tags: TagStore
    fields: CustomFieldStore
    blocklist: MaskStore

    def __attrs_post_init__(self) -> None:
        """Take what the queue has for contacts."""
        self.queue.on("add", self._arrive)
        self.queue.on("fields", self._set_fields)

    # For tests: values in, values out.

    def add(
        self,
        email: str,
        fields: Mapping[str, Any] | None = None,
        *,
        campaign: str = DEFAULT_CAMPAIGN,
        status: str = "subscribed",
        origin: str = "panel",
    ) -> str:
        """Add a contact that is there at once, and return its id.

        Args:
            email: The address, kept as it is given.
            fields: Any of name, dayOfCycle, scoring, note, ipAddress, tags and customFieldValues,
                in the vendor's form.
            campaign: The id of its campaign.
            status: "subscribed", "unconfirmed" or "undelivered".
            origin: How it came about.

        Raises:
            InvalidInput: The address is taken or none, or something does not fit the account.
        """
        with self.scope.database:
            self.queue.settle()
            checks = Checks(self.scope.options)
            reader = ContactReader(checks, self.tags, self.fields)
            try:
                values = reader.read(fields or {}, note=True)
                reader.finish()
            except Refusal:
                raise InvalidInput("the fields do not fit the account") from None
            if (
                not self.scope.options.is_address(email)
                or self.campaigns.get(campaign) is None
                or self.find(email, campaign)
                or status not in STATUSES[:-1]
            ):
                raise InvalidInput("a contact of this address cannot be added there")
            return self.create(email, campaign, values, origin=origin, status=status).contact_id

    def add_many(self, emails: Iterable[str], *, campaign: str = DEFAULT_CAMPAIGN) -> list[str]:
        """Add contacts of these addresses in one transaction and return their ids."""
        with self.scope.database:
            return [self.add(email, campaign=campaign) for email in emails]

    def get(self, identity: str, campaign: str | None = None) -> dict[str, Any] | None:
        """Return a contact with all its details, or None.

        Args:
            identity: Its id, or its address; of one in several campaigns the oldest counts.
            campaign: The id of the campaign to look in; None is all.
        """
        self.queue.settle()
        where = " AND status != 'removed' AND "
        where += "email_key = ?" if "@" in identity else "contact_id = ?"
        key = identity.lower() if "@" in identity else identity
        for row in self.rows(where, key):
            if campaign in (None, row.campaign):
                return views.details(self, row)
        return None

    def all(
        self, campaign: str | None = None, *, status: str = "subscribed"
    ) -> list[dict[str, Any]]:
        """Return the contacts of a status with all their details, in the order of creation."""
        self.queue.settle()
        rows = self.rows(" AND status = ?", status)
        return [views.details(self, row) for row in rows if campaign in (None, row.campaign)]

    def emails(self, campaign: str | None = None, *, status: str = "subscribed") -> list[str]:
        """Return the addresses of a status, in the order of creation."""
        self.queue.settle()
        rows = self.rows(" AND status = ?", status)
        return [row.email for row in rows if campaign in (None, row.campaign)]

    def count(self, *, status: str = "subscribed") -> int:
        """Return how many contacts of a status there are."""
        self.queue.settle()
        number: int = self.scope.database.value(
            "SELECT count(*) FROM getresponse_contacts WHERE account = ? AND status = ?",
            self.scope.account,
            status,
        )
        return number

    def confirm(self, email: str, campaign: str = DEFAULT_CAMPAIGN) -> None:
        """Confirm a contact that waits for its double opt-in.

        Raises:
            InvalidInput: There is no such contact.
        """
        self._move_on(email, campaign, "subscribed", None)

    def remove(self, email: str, reason: str, campaign: str = DEFAULT_CAMPAIGN) -> None:
        """Remove a contact as the service would, such as for a "bounce".

        Raises:
            InvalidInput: There is no such contact.
        """
        self._move_on(email, campaign, "removed", reason)

    def add_activity(self, email: str, activity: str, campaign: str = DEFAULT_CAMPAIGN) -> None:
        """Note that a contact was sent a newsletter, opened it, or clicked in it, just now.

        Args:
            email: The address.
            activity: "send", "open" or "click".
            campaign: The id of its campaign.

        Raises:
            InvalidInput: There is no such contact.
        """
        with self.scope.database:
            row = self._there(email, campaign)
            noted = {"activity": activity, "createdOn": self.scope.now()}
            row.body["activities"] = [*row.body.get("activities", ()), noted]
            self.store(row)

    def _there(self, email: str, campaign: str) -> ContactRow:
        self.queue.settle()
        row = self.find(email, campaign)
        if row is None:
            raise InvalidInput("there is no contact of this address in the campaign")
        return row

    def _move_on(self, email: str, campaign: str, status: str, reason: str | None) -> None:
        with self.scope.database:
            row = self._there(email, campaign)
            row.status, row.reason = status, reason
            row.deleted = self.scope.now() if status == "removed" else None
            self.store(row)

    # For endpoints: rows.

    def rows(self, where: str, *values: Any) -> list[ContactRow]:
        """Return contacts in any status by a condition of SQL, in the order of creation."""
        order = "" if "ORDER BY" in where else " ORDER BY number"
        found = self.scope.database.rows(_SELECT + where + order, self.scope.account, *values)
        return [_row(row) for row in found]

    def find(self, email: str, campaign: str) -> ContactRow | None:
        """Return the contact of an address in a campaign unless it is removed, or None."""
        where = " AND campaign = ? AND email_key = ? AND status != 'removed'"
        return self._one(where, campaign, email.lower())

    def find_id(self, contact_id: str) -> ContactRow | None:
        """Return the contact of an id unless it is removed, or None."""
        return self._one(" AND contact_id = ? AND status != 'removed'", contact_id)

    def _one(self, where: str, *values: Any) -> ContactRow | None:
        """Return the only contact that a condition of SQL fits, or None."""
        found = self.scope.database.row(_SELECT + where, self.scope.account, *values)
        return None if found is None else _row(found)

    def was_removed(self, email: str, campaign: str) -> frozenset[str]:
        """Return the reasons for which an address was removed from a campaign."""
        rows = self.scope.database.rows(_REASONS, self.scope.account, campaign, email.lower())
        return frozenset(reason or "" for (reason,) in rows)

    def accept(
        self, email: str, campaign: str, values: ContactValues, *, origin: str, delay_s: float
    ) -> None:
        """Put a checked contact into the queue."""
        body = {
            "email": email,
            "campaign": campaign,
            "origin": origin,
            "given": values.given,
            "tags": values.tags,
            "customs": values.customs,
        }
        self.queue.put("add", body, delay_s=delay_s, campaign=campaign, email=email)

    def unwelcome(self, email: str, campaign: str) -> str | None:
        """Return why an address may not be added to a campaign, or None."""
        if self.blocklist.blocks(email, campaign):
            return "Cannot add a contact that is blocked"
        if self.scope.options.is_dead(email):
            return "Email domain not exists"
        if self.was_removed(email, campaign) & self.scope.options.refuse_removed:
            return "Contact was removed before"
        return None

    def remove_blocked(self) -> None:
        """Remove all that a blocklist blocks."""
        for row in self.rows(" AND status != 'removed'"):
            if self.blocklist.blocks(row.email, row.campaign):
                row.status, row.reason, row.deleted = "removed", "blacklisted", self.scope.now()
                self.store(row)

    def _set_fields(self, job: dict[str, Any]) -> None:
        for contact_id in job["contacts"]:
            row = self.find_id(contact_id)
            if row is not None:
                row.body["customs"] |= job["customs"]
                self.change(row)

    def _arrive(self, body: dict[str, Any]) -> None:
        """Add what was queued, or drop it in silence, as the service does."""
        email, campaign, origin = body.pop("email"), body.pop("campaign"), body.pop("origin")
        found = self.campaigns.get(campaign)
        there = self.find(email, campaign) is not None
        if found is None or there or self.unwelcome(email, campaign):
            return
        double = found["optinTypes"]["api"] == "double"
        status = "unconfirmed" if double else "subscribed"
        self.create(email, campaign, ContactValues(**body), origin=origin, status=status)

    def create(
        self, email: str, campaign: str, values: ContactValues, *, origin: str, status: str
    ) -> ContactRow:
        """Store a new contact of checked values."""
        row = ContactRow(
            number=0,
            contact_id=self.scope.new_id(),
            campaign=campaign,
            email=email,
            name=None,
            origin=origin,
            status=status,
            created=self.scope.now(),
            changed=None,
            reason=None,
            deleted=None,
            body={"tags": [], "customs": {}},
        )
        fill(row, values)
        row.number = self.scope.database.run(
            _INSERT,
            self.scope.account,
            row.contact_id,
            campaign,
            email,
            email.lower(),
            row.name,
            origin,
            status,
            row.created,
            orjson.dumps(row.body).decode(),
        )
        return row

    def change(self, row: ContactRow) -> None:
        """Store a contact that the caller has changed."""
        row.changed = self.scope.now()
        self.store(row)

    def store(self, row: ContactRow) -> None:
        """Store a contact with the time of its last change as it is."""
        self.scope.database.run(
            _UPDATE,
            row.campaign,
            row.email,
            row.email.lower(),
            row.name,
            row.status,
            row.changed,
            row.reason,
            row.deleted,
            orjson.dumps(row.body).decode(),
            row.number,
        )


def _row(found: tuple[Any, ...]) -> ContactRow:
    *columns, body = found
    return ContactRow(*[*columns, orjson.loads(body)])


def fill(row: ContactRow, values: ContactValues) -> None:
    """Write checked values into a contact: tags and custom fields replace those it has."""
    given = dict(values.given)
    if "name" in given:
        row.name = given.pop("name")
    row.body |= given
    if values.tags is not None:
        row.body["tags"] = values.tags
    if values.customs is not None:
        row.body["customs"] = {key: value for key, value in values.customs.items() if value}
