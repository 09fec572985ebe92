"""Contacts, which Spotzee's paths call users: one per external id, and per anonymous id."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.spotzee.paging import Source
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.rules import plain_phone, user_faults
from sentori_async.sandbox.spotzee.stores.queue import Job, Queue
from sentori_async.sandbox.spotzee.stores.scope import Scope

_COLUMNS: Final = (
    "id, external_id, anonymous_id, email, phone, timezone, locale, data, archived,"
    " created_at, updated_at"
)
_FROM: Final = "FROM spotzee_users WHERE project = ?"
_BY_EXTERNAL_ID: Final = f"SELECT {_COLUMNS} {_FROM} AND external_id = ?"
_BY_ANONYMOUS_ID: Final = f"SELECT {_COLUMNS} {_FROM} AND anonymous_id = ?"
_BY_ID: Final = f"SELECT {_COLUMNS} {_FROM} AND id = ?"
_ALL: Final = f"SELECT {_COLUMNS} {_FROM} AND NOT archived ORDER BY id"
_INSERT: Final = """
INSERT INTO spotzee_users (
    project, external_id, anonymous_id, email, phone, timezone, locale,
    data, archived, created_at, updated_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
"""
_UPDATE: Final = """
UPDATE spotzee_users
SET external_id = ?, anonymous_id = ?, email = ?, phone = ?, timezone = ?, locale = ?,
    data = ?, updated_at = ?
WHERE id = ?
"""
_STORED: Final = ("external_id", "anonymous_id", "email", "phone", "timezone", "locale")
_PROFILE: Final = ("email", "phone", "timezone", "locale")
_OPTIONAL: Final = ("anonymous_id", *_PROFILE)

SOURCE: Final = Source(
    columns=_COLUMNS,
    table="spotzee_users WHERE project = ? AND NOT archived",
    sorts={
        "id": "id",
        "external_id": "ifnull(external_id, '')",
        "email": "ifnull(email, '')",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
    searched=("external_id", "email", "phone", "anonymous_id"),
)
"""Users as they are listed; what they can be sorted by besides the id is inferred."""


@attrs.define(eq=False)
class UserRow:
    """A user as it is stored; `data` is JSON, and `archived` 0 or 1."""

    id: int
    external_id: str | None
    anonymous_id: str | None
    email: str | None
    phone: str | None
    timezone: str | None
    locale: str | None
    data: str
    archived: int
    created_at: str
    updated_at: str


class ContactStore:
    """The users of a project.

    Attributes:
        queue: Upserts and deletes that were accepted and have not taken effect.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._database = scope.database
        self._refused: dict[str, collections.deque[str]] = {}
        self.queue = Queue(scope, {Job.UPSERT: self._upsert_late, Job.DELETE: self._delete_late})

    # For tests: values in, values out; what is due has taken effect before.

    def add(self, external_id: str, fields: Mapping[str, Any] | None = None) -> int:
        """Add a user and return its number.

        Args:
            external_id: The id that the API uses.
            fields: `anonymous_id`, `email`, `phone`, `timezone`, `locale` and `data`.

        Raises:
            InvalidInput: The id is taken, or a field does not fit.
        """
        item = {**(fields or {}), "external_id": external_id}
        with self._database:
            self.queue.apply_due()
            if user_faults(item) or self.find(external_id, archived=True) is not None:
                raise InvalidInput(f"{external_id} cannot be added: it is taken, or does not fit")
            return self.upsert(item).id

    def add_many(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add users in one transaction and return how many; each row has an `external_id`."""
        number = 0
        with self._database:
            for row in rows:
                self.add(row["external_id"], row)
                number += 1
        return number

    def get(self, external_id: str) -> dict[str, Any] | None:
        """Return a user as Spotzee shows it, or None."""
        self.queue.apply_due()
        row = self.find(external_id)
        return None if row is None else self.show(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every user as Spotzee shows it, in the order they were created."""
        self.queue.apply_due()
        return [self.show(UserRow(*row)) for row in self._scope.rows(_ALL)]

    def count(self) -> int:
        """Return the number of users, archived ones not included."""
        self.queue.apply_due()
        return self._active()

    def archive(self, external_id: str) -> None:
        """Archive a user: reads miss it, and writes are refused with archived_user_conflict."""
        self.queue.apply_due()
        self._database.run(
            "UPDATE spotzee_users SET archived = 1 WHERE project = ? AND external_id = ?",
            self._scope.project,
            external_id,
        )

    def refuse(self, external_id: str, *codes: str) -> None:
        """Refuse the next upserts of a user and changes of its subscriptions.

        Args:
            external_id: Whose.
            codes: The catalogue's codes, one for each time, such as "service_unavailable".
        """
        self._refused.setdefault(external_id, collections.deque()).extend(codes)

    # For endpoints: rows.

    def find(self, external_id: str, *, archived: bool = False) -> UserRow | None:
        """Return a user by external id, or None; an archived one only where asked for."""
        return self._one(_BY_EXTERNAL_ID, external_id, archived=archived)

    def find_number(self, number: int) -> UserRow | None:
        """Return a user by number, or None."""
        return self._one(_BY_ID, number, archived=False)

    def existing(self, item: Mapping[str, Any]) -> UserRow:
        """Return the user that an item is about.

        Raises:
            Refusal: resource_missing or archived_user_conflict, or what `refuse` was told.
        """
        self._refuse(item)
        external_id, anonymous_id = item.get("external_id"), item.get("anonymous_id")
        row = None
        if external_id is not None:
            row = self.find(external_id, archived=True)
        elif anonymous_id is not None:
            row = self._one(_BY_ANONYMOUS_ID, anonymous_id, archived=True)
        if row is None:
            raise Refusal("resource_missing", "There is no such user.")
        if row.archived:
            raise Refusal("archived_user_conflict")
        return row

    def upsert(self, item: Mapping[str, Any]) -> UserRow:
        """Create or change the user of a checked item.

        Raises:
            Refusal: archived_user_conflict, user_capacity_exhausted, resource_already_exists, or
                what `refuse` was told.
        """
        self._refuse(item)
        row, absorbed = self._linked(item)
        if row is not None and row.archived:
            raise Refusal("archived_user_conflict")
        self._refuse_taken_email(item, row)
        if row is None:
            return self._create(item)
        if absorbed is not None:
            self._database.run("DELETE FROM spotzee_users WHERE id = ?", absorbed.id)
        return self._change(row, item)

    def remove(self, external_id: str) -> None:
        """Delete a user with all that belongs to it; one that is not there is no error."""
        self._database.run(
            "DELETE FROM spotzee_users WHERE project = ? AND external_id = ?",
            self._scope.project,
            external_id,
        )

    def show(self, row: UserRow) -> dict[str, Any]:
        """Return a user as Spotzee prints it."""
        data = orjson.loads(row.data)
        shown = {
            "id": row.id,
            "project_id": self._scope.project,
            # Inferred: the schema requires a text, so an anonymous user has an empty one.
            "external_id": row.external_id or "",
            "anonymous_id": row.anonymous_id,
            **{name: getattr(row, name) for name in _PROFILE},
            "data": {k: v for k, v in data.items() if k not in self._scope.options.classified},
            "has_push_device": False,
            "devices": [],
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }
        if self._scope.options.omit_nulls:
            shown = {n: v for n, v in shown.items() if v is not None or n not in _OPTIONAL}
        return shown

    def _one(self, sql: str, value: Any, *, archived: bool) -> UserRow | None:
        found = self._scope.row(sql, value)
        row = None if found is None else UserRow(*found)
        return None if row is None or (row.archived and not archived) else row

    def _active(self) -> int:
        return self._scope.number(f"SELECT count(*) {_FROM} AND NOT archived")

    def _refuse(self, item: Mapping[str, Any]) -> None:
        codes = self._refused.get(item.get("external_id") or "")
        if codes:
            raise Refusal(codes.popleft())

    def _linked(self, item: Mapping[str, Any]) -> tuple[UserRow | None, UserRow | None]:
        """Return the user that an item is about, and an anonymous one that is to become it.

        Inferred throughout: a known user takes over an anonymous one, and never another known one.
        """
        external_id, anonymous_id = item.get("external_id"), item.get("anonymous_id")
        known = anonymous = None
        if external_id is not None:
            known = self.find(external_id, archived=True)
        if anonymous_id is not None:
            anonymous = self._one(_BY_ANONYMOUS_ID, anonymous_id, archived=True)
        if anonymous is None or (known is not None and known.id == anonymous.id):
            return known, None
        if external_id is not None and anonymous.external_id is not None:
            raise Refusal("resource_already_exists", "Another user has this anonymous_id.")
        return (anonymous, None) if known is None else (known, anonymous)

    def _refuse_taken_email(self, item: Mapping[str, Any], row: UserRow | None) -> None:
        email = item.get("email")
        if email is None or not self._scope.options.unique_emails:
            return
        holder = self._scope.row(f"SELECT id {_FROM} AND lower(email) = ?", email.lower())
        if holder is not None and (row is None or holder[0] != row.id):
            raise Refusal("resource_already_exists", "Another user has this e-mail address.")

    def _create(self, item: Mapping[str, Any]) -> UserRow:
        capacity = self._scope.options.user_capacity
        if capacity is not None and self._active() >= capacity:
            raise Refusal("user_capacity_exhausted")
        now = self._scope.now()
        texts = {name: item.get(name) for name in _STORED}
        if texts["phone"] is not None:
            texts["phone"] = plain_phone(texts["phone"])
        data = orjson.dumps(item.get("data") or {}).decode()
        number = self._database.run(
            _INSERT,
            self._scope.project,
            *texts.values(),
            data,
            now,
            now,
        )
        return UserRow(number, **texts, data=data, archived=0, created_at=now, updated_at=now)

    def _change(self, row: UserRow, item: Mapping[str, Any]) -> UserRow:
        """Store what an item has: an absent field stays, and null clears it (inferred)."""
        for name in _PROFILE:
            if name in item:
                setattr(row, name, item[name])
        row.phone = None if row.phone is None else plain_phone(row.phone)
        row.external_id = item.get("external_id") or row.external_id
        row.anonymous_id = item.get("anonymous_id") or row.anonymous_id
        if "data" in item:
            old = orjson.loads(row.data) if self._scope.options.merge_data else {}
            new = item["data"]
            row.data = orjson.dumps({} if new is None else {**old, **new}).decode()
        row.updated_at = self._scope.now()
        self._database.run(
            _UPDATE,
            *(getattr(row, name) for name in _STORED),
            row.data,
            row.updated_at,
            row.id,
        )
        return row

    def _upsert_late(self, items: list[Any]) -> None:
        for item in items:
            if user_faults(item):
                continue  # nobody is told: the queued form has no results
            try:
                self.upsert(item)
            except Refusal:
                continue

    def _delete_late(self, external_ids: list[str]) -> None:
        for external_id in external_ids:
            self.remove(external_id)
