"""Imports: the only way to add and update at once; they are queued and tell how it went."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any, Final

import attrs

from sentori_async.sandbox.getresponse.stores.contacts import ContactStore
from sentori_async.sandbox.getresponse.stores.lists import SITE
from sentori_async.sandbox.getresponse.stores.queue import Queue
from sentori_async.sandbox.getresponse.stores.things import ThingStore
from sentori_async.sandbox.getresponse.values import ContactValues, fits

_STATISTICS: Final = ("uploaded", "invalid", "updated", "addedToList")
_ERRORS: Final = (
    "syntaxErrors",
    "alreadyInQueue",
    "invalidDomains",
    "blacklist",
    "policyFailures",
    "mismatchedCriteria",
)
_UNDER_WAY: Final = frozenset({"uploaded", "to_review", "review", "approved"})
_OWN_COLUMNS: Final = frozenset({"email", "name", "ip"})
_TAG: Final = "tag:"


@attrs.frozen(eq=False)
class ImportStore(ThingStore):
    """The imports of an account."""

    queue: Queue
    contacts: ContactStore

    def __attrs_post_init__(self) -> None:
        """Take what the queue has for imports."""
        self.queue.on("import", self._arrive)
        self.queue.on("import counts", self._count)

    def known_column(self, name: str) -> bool:
        """Tell whether a column of an import has this name."""
        if name in _OWN_COLUMNS:
            return True
        if name.startswith(_TAG):
            return self.contacts.tags.named(name.removeprefix(_TAG)) is not None
        return self.contacts.fields.named(name) is not None

    def under_way(self, campaign: str | None = None) -> int:
        """Return how many imports have not finished, of one campaign or of all."""
        return sum(
            1
            for body in self.all()
            if body["status"] in _UNDER_WAY and campaign in (None, body["campaign"]["campaignId"])
        )

    def accept(self, campaign: str, mapping: list[str], rows: list[list[str]]) -> dict[str, Any]:
        """Make an import of checked rows, put it into the queue, and return it."""
        made = self.create(
            {
                "campaign": self.contacts.campaigns.reference(campaign),
                "status": "uploaded",
                "statistics": dict.fromkeys(_STATISTICS, 0) | {"uploaded": len(rows)},
                "errorStatistics": dict.fromkeys(_ERRORS, 0),
                "createdOn": self.scope.now(),
                "finishedOn": None,
            }
        )
        self.queue.put(
            "import",
            {"id": made["importId"], "mapping": mapping, "rows": rows},
            delay_s=self.scope.options.import_takes_s,
        )
        return made

    def _arrive(self, job: dict[str, Any]) -> None:
        """Apply a queued import, row by row."""
        made, outcome = self.existing(job["id"]), self.scope.options.import_outcome
        campaign = made["campaign"]["campaignId"]
        made["status"], made["finishedOn"] = outcome, self.scope.now()
        self.replace(made)
        if outcome != "finished":
            return
        counts: collections.Counter[str] = collections.Counter()
        for row in job["rows"]:
            counts[self._apply(dict(zip(job["mapping"], row, strict=True)), campaign)] += 1
        done = {"id": job["id"], "counts": counts}
        if self.scope.options.import_counts_after_s:
            self.queue.put("import counts", done, delay_s=self.scope.options.import_counts_after_s)
        else:
            self._count(done)

    def _count(self, job: dict[str, Any]) -> None:
        """Tell how an import went."""
        made, counts = self.existing(job["id"]), job["counts"]
        errors = {name: counts.get(name, 0) for name in _ERRORS}
        made["errorStatistics"] = errors
        made["statistics"] |= {
            "invalid": sum(errors.values()),
            "updated": counts.get("updated", 0),
            "addedToList": counts.get("addedToList", 0),
        }
        self.replace(made)

    def _apply(self, row: Mapping[str, str], campaign: str) -> str:
        """Add or update one contact, and return the counter that takes it."""
        contacts, options = self.contacts, self.scope.options
        email = row["email"]
        if not options.is_address(email):
            return "syntaxErrors"
        if options.is_dead(email):
            return "invalidDomains"
        if contacts.blocklist.blocks(email, campaign):
            return "blacklist"
        if contacts.queue.holds(campaign, email):
            return "alreadyInQueue"
        if contacts.was_removed(email, campaign) & options.refuse_removed:
            return "policyFailures"  # inferred
        values = self._values(row)
        if values is None:
            return "mismatchedCriteria"  # inferred
        found = contacts.find(email, campaign)
        if found is None:
            contacts.create(email, campaign, values, origin="import", status="subscribed")
            return "addedToList"
        self._update(found.contact_id, values)
        return "updated"

    def _update(self, contact_id: str, values: ContactValues) -> None:
        row = self.contacts.find_id(contact_id)
        if row is None:
            return
        row.name = values.given.get("name") or row.name
        row.body["tags"] = list(dict.fromkeys([*row.body["tags"], *(values.tags or ())]))
        row.body["customs"] |= values.customs or {}
        self.contacts.change(row)

    def _values(self, row: Mapping[str, str]) -> ContactValues | None:
        """Return the values of a row; an empty cell says nothing, which is inferred."""
        given: dict[str, Any] = {}
        tags: list[str] = []
        customs: dict[str, list[str]] = {}
        for name, value in row.items():
            if not value or name == "email":
                continue
            if name in _OWN_COLUMNS:
                given["ipAddress" if name == "ip" else name] = value
            elif name.startswith(_TAG):
                tag = self.contacts.tags.named(name.removeprefix(_TAG))
                tags += [tag["tagId"]] if tag is not None and value == "1" else []
            else:
                field = self.contacts.fields.named(name)
                if field is None or not fits(field, value):
                    return None
                customs[field["customFieldId"]] = [value]
        return ContactValues(given, tags, customs)


def shown(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return an import as GetResponse prints it."""
    return {**made, "href": f"{SITE}/imports/{made['importId']}"}
