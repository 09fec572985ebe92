"""Templates: what messages are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sent.stores.scope import Page, Scope

Status = Literal["DRAFT", "PENDING", "APPROVED", "REJECTED"]
"""How far the review of a template is."""

_SELECT: Final = """
SELECT id, name, category, language, status, definition, created, updated FROM sent_templates
"""
_FILTER: Final = """
WHERE account = ?1 AND (?2 = '' OR instr(lower(name), lower(?2)))
  AND (?3 = '' OR category = ?3) AND (?4 = '' OR status = ?4)
"""
_PAGE: Final = f"{_SELECT} {_FILTER} ORDER BY template LIMIT ?5 OFFSET ?6"
_COUNTED: Final = "SELECT count(*) FROM sent_templates"
_COUNT: Final = f"{_COUNTED} {_FILTER}"
_INSERT: Final = """
INSERT INTO sent_templates
    (account, id, name, category, language, status, definition, created)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE sent_templates
SET name = ?, category = ?, language = ?, status = ?, definition = ?, updated = ?
WHERE id = ?
"""
_PLACEHOLDER: Final = re.compile(r"\{\{(\d+):variable\}\}")
# Which bodies a channel is rendered from, the first that there is (contract of the SDK's 0.46.0).
_BODIES: Final = {
    "sms": ("sms", "multiChannel"),
    "whatsapp": ("whatsapp", "multiChannel"),
    "rcs": ("rcs", "multiChannel", "sms"),
    "mms": ("mms", "multiChannel", "sms"),
}
CHANNELS: Final = tuple(_BODIES)
"""The channels in their canonical order."""


@attrs.define(eq=False)
class TemplateRow:
    """A template as it is stored; the definition is JSON."""

    id: str
    name: str
    category: str
    language: str
    status: str
    definition: str
    created: str
    updated: str | None

    @property
    def bodies(self) -> dict[str, Any]:
        """The bodies by the names of the definition."""
        bodies: dict[str, Any] = orjson.loads(self.definition)["body"]
        return bodies

    def body(self, channel: str) -> dict[str, Any] | None:
        """Return the body that a channel shows, or None."""
        bodies = self.bodies
        for name in _BODIES[channel]:
            if bodies.get(name):
                found: dict[str, Any] = bodies[name]
                return found
        return None

    @property
    def channels(self) -> list[str]:
        """The channels it can be shown on."""
        return [channel for channel in CHANNELS if self.body(channel)]

    @property
    def variables(self) -> list[str]:
        """The names of its variables, each once, in the order they appear."""
        names = [
            variable["name"]
            for body in self.bodies.values()
            for variable in (body or {}).get("variables") or ()
        ]
        return list(dict.fromkeys(names))

    def rendered(self, channel: str, parameters: Mapping[str, str]) -> str:
        """Return the text of a message, with the parameters where the variables are."""
        body = self.body(channel) or {"template": ""}
        names = {entry.get("id", 0): entry["name"] for entry in body.get("variables") or ()}
        return _PLACEHOLDER.sub(
            lambda found: parameters.get(names.get(int(found[1]), ""), ""), body["template"]
        )


class TemplateStore:
    """The templates of an account."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._database = scope.database

    # For tests: values in, values out.

    def add(
        self,
        name: str,
        *,
        text: str = "Hello there",
        variables: tuple[str, ...] = (),
        status: Status = "APPROVED",
        category: str = "MARKETING",
    ) -> str:
        """Add a template of one body for all channels and return its id.

        Args:
            name: Its name.
            text: Its text, with ``{{0:variable}}`` where the first variable goes.
            variables: The names of the variables.
            status: How far its review is.
            category: MARKETING, UTILITY or AUTHENTICATION.

        Raises:
            InvalidInput: The name is taken.
        """
        with self._database:
            if self.find_name(name) is not None:
                raise InvalidInput(f"there is a template {name!r} already")
            entries = [{"id": n, "name": v, "type": "variable"} for n, v in enumerate(variables)]
            body = {"type": "text", "template": text, "variables": entries}
            definition = {"body": {"multiChannel": body}}
            return self.create(definition, name=name, status=status, category=category).id

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return a template as Sent shows it, by its id, or None."""
        row = self.find(identity)
        return None if row is None else self.show(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every template as Sent shows it, in the order they were created."""
        return [self.show(row) for row in self.page(Page(1, self.count() or 1, 0))]

    def review(self, identity: str, status: Status) -> None:
        """Say how a template's review ended.

        Raises:
            InvalidInput: There is no such template.
        """
        row = self.find(identity)
        if row is None:
            raise InvalidInput(f"there is no template {identity!r}")
        row.status = status
        self.store(row)

    def count(self, *, search: str = "", category: str = "", status: str = "") -> int:
        """Return the number of templates that fit; empty filters let all through."""
        number: int = self._database.value(_COUNT, self._scope.account, search, category, status)
        return number

    # For endpoints: rows.

    def find(self, identity: str) -> TemplateRow | None:
        """Return the template of an id in any case, or None."""
        row = self._database.row(
            f"{_SELECT} WHERE account = ? AND id = ?", self._scope.account, identity.lower()
        )
        return None if row is None else TemplateRow(*row)

    def find_name(self, name: str) -> TemplateRow | None:
        """Return the template of a name, the oldest where there are several, or None."""
        row = self._database.row(
            f"{_SELECT} WHERE account = ? AND name = ? ORDER BY template", self._scope.account, name
        )
        return None if row is None else TemplateRow(*row)

    def page(
        self, page: Page, *, search: str = "", category: str = "", status: str = ""
    ) -> list[TemplateRow]:
        """Return one page of the templates, in the order they were created, which is inferred."""
        found = self._database.rows(
            _PAGE, self._scope.account, search, category, status, page.size, page.skipped
        )
        return [TemplateRow(*row) for row in found]

    def sample(
        self,
        definition: Mapping[str, Any],
        *,
        identity: str,
        name: str = "",
        status: str = "DRAFT",
        category: str = "",
        language: str = "",
    ) -> TemplateRow:
        """Return a template that is not stored; the name and what is detected are inferred."""
        return TemplateRow(
            identity,
            name or f"template_{identity[:8]}",
            category or "MARKETING",
            language or "en_US",
            status,
            orjson.dumps(definition).decode(),
            self._scope.now(),
            None,
        )

    def create(self, definition: Mapping[str, Any], **fields: str) -> TemplateRow:
        """Store a new template of checked values; the fields are those of `sample`."""
        row = self.sample(definition, identity=self._scope.new_id(), **fields)
        self._database.run(
            _INSERT,
            self._scope.account,
            row.id,
            row.name,
            row.category,
            row.language,
            row.status,
            row.definition,
            row.created,
        )
        return row

    def store(self, row: TemplateRow) -> None:
        """Store what may have changed of a template."""
        row.updated = self._scope.now()
        self._database.run(
            _UPDATE,
            row.name,
            row.category,
            row.language,
            row.status,
            row.definition,
            row.updated,
            row.id,
        )

    def remove(self, row: TemplateRow) -> None:
        """Delete a template; messages made of it stay."""
        self._database.run("DELETE FROM sent_templates WHERE id = ?", row.id)

    def show(self, row: TemplateRow) -> dict[str, Any]:
        """Return a template as Sent prints it."""
        return {
            "id": row.id,
            "customer_id": self._scope.customer_id,
            "name": row.name,
            "category": row.category,
            "language": row.language,
            "status": row.status,
            "channels": row.channels,
            "variables": row.variables,
            "is_published": row.status == "APPROVED",
            "created_at": row.created,
            "updated_at": row.updated,
        }
