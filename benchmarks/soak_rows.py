"""The rows of the soak's jobs: what each says, and how the account shows that it was carried out.

1. Everything follows from a row's number, so that two processes agree without a file between them.
2. Every fifty rows hold all that goes wrong with real rows: taken, unknown and invalid addresses,
   unknown fields, and two rows of one contact, which are in flight at the same time.
3. Two rows of one contact write one field both, which shows their order, and the first another one
   besides, which shows that it was carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

Fields: TypeAlias = dict[str, Any]

ADDRESS: Final = "EmailAddress"
CUSTOM: Final = "Tier"
EVERY: Final = 50

_TAKEN: Final = frozenset({"AlreadyExists"})
_ABSENT: Final = frozenset({"NotFound"})
_INVALID: Final = frozenset({"ValidationFailed"})


@attrs.frozen(kw_only=True)
class Row:
    """One row of a job's input.

    Attributes:
        sent: What the bulk verb is given.
        address: Where its effect shows, in lower case.
        shows: The values that show it.
        also: Another address that shows it too, of an upsert that names two contacts.
        left: The address that the contact has then left, of a rename.
        refusals: The errors with which a platform without faults may refuse it.
        may_be_so: Whether what it asks for may be so without it.
        existed: Whether the contact was there before it; None where that is up to another row.
    """

    sent: Any
    address: str
    shows: Mapping[str, Any] = attrs.field(factory=dict)
    also: str | None = None
    left: str | None = None
    refusals: frozenset[str] = frozenset()
    may_be_so: bool = False
    existed: bool | None = True


def old(n: int) -> str:
    """Return the address of a contact that is there before the job."""
    return f"old.{n}@example.com"


def new(n: int) -> str:
    """Return an address that has no contact before the job."""
    return f"new.{n}@example.com"


def person(n: int) -> Fields:
    """Return what a contact holds before the job; its CRMID stays, whatever else changes."""
    return {"CRMID": f"old-{n}", "FirstName": "Before", "LastName": "Unchanged", CUSTOM: "none"}


def values(n: int) -> Fields:
    """Return what a row writes: no two rows the same."""
    return {"FirstName": f"First {n}", "LastName": f"Lást {n}", "Title": None, CUSTOM: "gold"}


def seeds(rows: int) -> Iterator[Fields]:
    """Yield the contacts that are there before a job: one per row, and some that no row names."""
    for n in range(rows + max(1, rows // EVERY)):
        yield {ADDRESS: old(n), **person(n)}


def _as_mapping(address: str, fields: Fields) -> Fields:
    return {ADDRESS: address, **fields}


def _invalid(n: int) -> Row:
    """Return a row whose address only the platform knows to be none."""
    address = f"nobody.{n}"
    return Row(sent=_as_mapping(address, values(n)), address=address, refusals=_INVALID)


def _unknown_field(n: int, address: str) -> Row:
    fields = values(n)
    sent = _as_mapping(address, {**fields, "Nonsense": n})
    return Row(sent=sent, address=address, shows=fields, refusals=_INVALID)


def _first_of_two(n: int, address: str) -> Row:
    fields = {"FirstName": f"First {n}", "Title": f"Title {n}"}
    return Row(sent=_as_mapping(address, fields), address=address, shows={"Title": fields["Title"]})


def _second_of_two(n: int, address: str) -> Row:
    fields = {"FirstName": f"First {n}"}
    return Row(sent=_as_mapping(address, fields), address=address, shows=fields)


def added(n: int) -> Row:
    """Return a row of the job that adds contacts."""
    fields = values(n)
    match n % EVERY:
        case 0:
            return Row(
                sent=_as_mapping(old(n), fields), address=old(n), shows=fields, refusals=_TAKEN
            )
        case 1:
            return _invalid(n)
        case 2:
            return attrs.evolve(_unknown_field(n, new(n)), existed=False)
        case 3 | 4:
            # Whichever comes through, the other one finds the address taken.
            shared = new(n - n % EVERY)
            sent = _as_mapping(shared, fields)
            return Row(sent=sent, address=shared, shows=fields, refusals=_TAKEN, existed=False)
        case _:
            sent = _as_mapping(new(n), fields)
            return Row(sent=sent, address=new(n), shows=fields, existed=False)


def updated(n: int) -> Row:  # noqa: C901, PLR0911 - a table of the kinds of row
    """Return a row of the job that updates and renames contacts."""
    fields = values(n)
    match n % EVERY:
        case 0:
            sent = _as_mapping(new(n), fields)
            return Row(sent=sent, address=new(n), shows=fields, refusals=_ABSENT)
        case 1:
            return _invalid(n)
        case 2:
            return _unknown_field(n, old(n))
        case 3:
            return _renamed(n, {})
        case 4 | 5:
            return _renamed(n, fields)
        case 6:
            # The next row's contact has that address.
            return attrs.evolve(_renamed(n, fields, to=old(n + 1)), refusals=_TAKEN)
        case 8:
            return _first_of_two(n, old(n))
        case 9:
            return _second_of_two(n, old(n - 1))
        case 10:
            return _renamed(n, {"Title": f"Title {n}"})
        case 11:
            # Not there unless the rename of the row before has come through.
            return attrs.evolve(_second_of_two(n, new(n - 1)), refusals=_ABSENT)
        case 12:
            sent = _as_mapping(old(n).upper(), fields)
            return Row(sent=sent, address=old(n), shows=fields)
        case _:
            return Row(sent=_as_mapping(old(n), fields), address=old(n), shows=fields)


def _renamed(n: int, fields: Fields, *, to: str | None = None) -> Row:
    to = to or new(n)
    return Row(
        sent=(old(n), {ADDRESS: to, **fields}),
        address=to,
        shows={"CRMID": f"old-{n}", **fields},
        left=old(n),
    )


def upserted(n: int) -> Row:  # noqa: PLR0911 - a table of the kinds of row
    """Return a row of the job that adds or updates contacts, and renames some."""
    fields = values(n)
    match n % EVERY:
        case 0:
            return _invalid(n)
        case 1:
            return _unknown_field(n, old(n))
        case 2:
            return _renamed(n, fields)
        case 3:
            return _first_of_two(n, old(n))
        case 4:
            return _second_of_two(n, old(n - 1))
        case 5:
            return attrs.evolve(_first_of_two(n, new(n)), existed=False)
        case 6:
            return attrs.evolve(_second_of_two(n, new(n - 1)), existed=None)
        case 7:
            # The next row's contact has that address: both are changed, and neither moves.
            known = {"KnownAs": f"Known {n}"}
            pair = (old(n), {ADDRESS: old(n + 1), **known})
            return Row(sent=pair, address=old(n + 1), also=old(n), shows=known)
        case m if m % 2:
            sent = _as_mapping(new(n), fields)
            return Row(sent=sent, address=new(n), shows=fields, existed=False)
        case _:
            return Row(sent=_as_mapping(old(n), fields), address=old(n), shows=fields)


def imported(n: int) -> Row:
    """Return a row of the job that imports contacts."""
    fields = values(n)
    match n % EVERY:
        case 0:
            return _invalid(n)
        case 1:
            address = f"sales@shop-{n}.example"
            return Row(sent=_as_mapping(address, fields), address=address, refusals=_INVALID)
        case 2:
            # Merged into the next one, and so accounted for as skipped, though it is sent.
            return attrs.evolve(_first_of_two(n, old(n)), may_be_so=True)
        case 3:
            return _second_of_two(n, old(n - 1))
        case m if m % 2:
            sent = _as_mapping(new(n), fields)
            return Row(sent=sent, address=new(n), shows=fields, existed=False)
        case _:
            return Row(sent=_as_mapping(old(n), fields), address=old(n), shows=fields)


def subscribed(n: int) -> Row:
    """Return a row of the jobs that subscribe contacts, or add them to an autoresponder."""
    match n % EVERY:
        case 0:
            return Row(sent=new(n), address=new(n), refusals=_ABSENT)
        case 1:
            return Row(sent=f"nobody.{n}", address=f"nobody.{n}", refusals=_INVALID)
        case _:
            return Row(sent=old(n), address=old(n))


def subscribed_twice(n: int) -> Row:
    """Return a row of the job that subscribes contacts, some of them two times."""
    if n % EVERY in {2, 3}:
        address = old(n - n % EVERY)
        return Row(sent=address, address=address, may_be_so=True)
    return subscribed(n)


def deleted(n: int) -> Row:
    """Return a row of the job that deletes contacts."""
    match n % EVERY:
        case 0:
            return Row(sent=new(n), address=new(n), refusals=_ABSENT, may_be_so=True)
        case 1:
            address = f"nobody.{n}"
            return Row(sent=address, address=address, refusals=_INVALID, may_be_so=True)
        case 2 | 3:
            address = old(n - n % EVERY)
            return Row(sent=address, address=address, refusals=_ABSENT, may_be_so=True)
        case _:
            return Row(sent=old(n), address=old(n))
