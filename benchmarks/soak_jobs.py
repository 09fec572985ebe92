"""The soak's jobs, and what the account tells of each row when a job is over."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import attrs

from benchmarks import soak_rows
from benchmarks.soak_rows import ADDRESS, CUSTOM, Row
from sentori_async.bulk.plan import Verb, Via
from sentori_async.sandbox import SentoriState

LIST: Final = "LIST0001"
AUTOMATION: Final = "AUTO0001"


class Found(enum.Enum):
    """What is found of a row in the account."""

    NOTHING = "not there"
    OTHER = "there with other values"
    AS_SENT = "there as sent"


@attrs.frozen(kw_only=True)
class Truth:
    """What the account holds after a job; addresses are in lower case.

    Attributes:
        contacts: The contacts by address.
        members: How often each address is on the list.
        entries: How often each address was added to the autoresponder.
        groups: The addresses of each upload group, by the group's id.
    """

    contacts: Mapping[str, Mapping[str, Any]]
    members: Counter[str]
    entries: Counter[str]
    groups: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, account: SentoriState) -> Truth:
        """Read an account."""
        groups = account.upload_groups
        return cls(
            contacts={shown[ADDRESS].lower(): shown for shown in account.contacts.all()},
            members=Counter(a.lower() for a in account.mailing_lists.members(LIST)),
            entries=Counter(e.address.lower() for e in account.automations.entries(AUTOMATION)),
            groups={
                group.external_id: frozenset(a.lower() for a in groups.members(group.external_id))
                for group in groups.all()
            },
        )


# ------------------------------------------------------------------- what became of one row


def _found_contact(truth: Truth, row: Row) -> Found:
    """Find a contact that is there with all values; after a rename, at its new address only."""
    contact = truth.contacts.get(row.address)
    if contact is None:
        return Found.NOTHING
    if row.left in truth.contacts or not _shows(contact, row):
        return Found.OTHER
    if row.also is not None and not _shows(truth.contacts[row.also], row):
        return Found.OTHER
    return Found.AS_SENT


def _shows(contact: Mapping[str, Any], row: Row) -> bool:
    return all(contact[name] == value for name, value in row.shows.items())


def _found_member(truth: Truth, row: Row) -> Found:
    return Found.AS_SENT if truth.members[row.address] else Found.NOTHING


def _found_entry(truth: Truth, row: Row) -> Found:
    return Found.AS_SENT if truth.entries[row.address] else Found.NOTHING


def _found_gone(truth: Truth, row: Row) -> Found:
    return Found.NOTHING if row.address in truth.contacts else Found.AS_SENT


# --------------------------------------------------- what happened twice, or to somebody else


def _doubled_contacts(truth: Truth, rows: Sequence[Row], notes: Iterable[str]) -> list[str]:  # noqa: ARG001
    """Return the contacts that are at two addresses, or that no row and no seed explains."""
    named = {address for row in rows for address in (row.address, row.also, row.left) if address}
    before = {fields[ADDRESS]: fields for fields in soak_rows.seeds(len(rows))}
    strays = truth.contacts.keys() - named - before.keys()
    changed = [
        address
        for address in before.keys() - named
        if address not in truth.contacts
        or any(truth.contacts[address][name] != value for name, value in before[address].items())
    ]
    both = [
        row.address
        for row in rows
        if row.left in truth.contacts
        and truth.contacts.get(row.address, {}).get("CRMID") == row.shows["CRMID"]
    ]
    return [*strays, *changed, *both]


def _doubled_members(truth: Truth, rows: Sequence[Row], notes: Iterable[str]) -> list[str]:
    asked = {row.address for row in rows}
    twice = [address for address, times in truth.members.items() if times > 1]
    return [*_doubled_contacts(truth, rows, notes), *twice, *(truth.members.keys() - asked)]


def _doubled_entries(truth: Truth, rows: Sequence[Row], notes: Iterable[str]) -> list[str]:
    twice = [address for address, times in truth.entries.items() if times > 1]
    return [*_doubled_contacts(truth, rows, notes), *twice]


def _doubled_groups(truth: Truth, rows: Sequence[Row], notes: Iterable[str]) -> list[str]:
    """Return besides contacts the upload groups that repeat another and that no note tells of."""
    told = " ".join(notes)
    alike: dict[frozenset[str], list[str]] = {}
    for name, members in truth.groups.items():
        alike.setdefault(members, []).append(name)
    silent = [
        name
        for names in alike.values()
        if not any(name in told for name in names)
        for name in names[1:]
    ]
    return [*_doubled_contacts(truth, rows, notes), *silent]


# ------------------------------------------------------------------------------------- the jobs


@attrs.frozen(kw_only=True)
class Job:
    """One job of the soak.

    Attributes:
        name: What the table calls it.
        verb: The bulk verb; "enter" adds contacts to an autoresponder by single calls.
        via: How the rows are sent.
        row: Return the row of a number.
        adaptive: Whether the client paces itself.
        found: Say what is found of a row.
        doubled: Name what took effect twice, or for somebody else, given the report's notes.
        telling: Whether a look-up can tell what became of a row, so that few may be unknown.
        duplicates: Whether it still means what it says if requests are delivered twice on the way.
    """

    name: str
    verb: Verb | Literal["enter"]
    via: Via = "single"
    row: Callable[[int], Row]
    adaptive: bool = False
    found: Callable[[Truth, Row], Found] = _found_contact
    doubled: Callable[[Truth, Sequence[Row], Iterable[str]], list[str]] = _doubled_contacts
    telling: bool = True
    duplicates: bool = True

    @property
    def list_id(self) -> str | None:
        """The list that the verb is about."""
        return LIST if self.verb == "subscribe" else None

    def size(self, rows: int) -> int:
        """Return how many rows it has in a soak of `rows`: where it has to go slowly, few."""
        return max(1, rows // 100) if self.adaptive else rows


JOBS: Final = (
    Job(name="add", verb="add", row=soak_rows.added),
    Job(name="update", verb="update", row=soak_rows.updated),
    Job(
        name="subscribe",
        verb="subscribe",
        row=soak_rows.subscribed_twice,
        found=_found_member,
        doubled=_doubled_members,
    ),
    Job(name="add_or_update", verb="add_or_update", row=soak_rows.upserted),
    Job(name="delete", verb="delete", row=soak_rows.deleted, found=_found_gone),
    Job(name="update, paced", verb="update", row=soak_rows.updated, adaptive=True),
    # Requests that something in between doubles make upload groups and entries of their own, and
    # nobody but the platform could prevent that.
    Job(
        name="import",
        verb="add_or_update",
        via="import",
        row=soak_rows.imported,
        doubled=_doubled_groups,
        telling=False,
        duplicates=False,
    ),
    Job(
        name="autoresponder",
        verb="enter",
        row=soak_rows.subscribed,
        found=_found_entry,
        doubled=_doubled_entries,
        telling=False,
        duplicates=False,
    ),
)


def prepare(account: SentoriState, rows: int) -> None:
    """Fill an account with what is there before a job of so many rows."""
    account.fields.add(CUSTOM)
    account.mailing_lists.add(LIST, "Newsletter")
    account.automations.add(AUTOMATION, "Welcome")
    account.contacts.add_many(soak_rows.seeds(rows))
