"""Which field of a contact each column of a file becomes.

1. What the user says with --map goes first, then a field's own name, then its name in another
   spelling, then the usual words for it.
2. A field is taken once: two columns that would become the same one are a misuse, not a guess.
3. Columns the account has no field for are a misuse too, because each of their rows would fail.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Final

import attrs

from sentori_async.errors import InvalidInput, mask
from sentori_async.platforms.sentori.models import ContactStructure, FieldKind
from sentori_async.sources import RefusedRow, Row

ADDRESS: Final = "EmailAddress"

# Keys as `_folded` writes them.
_USUAL_WORDS: Final[Mapping[str, str]] = {
    "email": ADDRESS,
    "emailaddr": ADDRESS,
    "mail": ADDRESS,
    "mailaddress": ADDRESS,
    "contactemail": ADDRESS,
    "salutation": "Title",
    "first": "FirstName",
    "forename": "FirstName",
    "givenname": "FirstName",
    "last": "LastName",
    "surname": "LastName",
    "familyname": "LastName",
    "nickname": "KnownAs",
    "preferredname": "KnownAs",
    "company": "CompanyName",
    "organisation": "CompanyName",
    "organization": "CompanyName",
    "phone": "PhoneNumber",
    "telephone": "PhoneNumber",
    "tel": "PhoneNumber",
    "mobile": "MobilePhoneNumber",
    "mobilephone": "MobilePhoneNumber",
    "mobilenumber": "MobilePhoneNumber",
    "cellphone": "MobilePhoneNumber",
}

_NAMES_SHOWN: Final = 40
_NAME_SHOWN: Final = 40

_YES: Final = frozenset({"true", "yes", "1"})
_NO: Final = frozenset({"false", "no", "0"})


@attrs.frozen(kw_only=True)
class Columns:
    """How the rows of a file become contacts.

    Attributes:
        fields: The field of each column that is sent.
        left_out: The columns that are not sent.
        yes_no: The fields that take true or false.
        drop_others: Whether a value of a column that is in neither is dropped or refused.
    """

    fields: Mapping[str, str]
    left_out: frozenset[str] = frozenset()
    yes_no: frozenset[str] = frozenset()
    drop_others: bool = False

    @property
    def renamed(self) -> list[tuple[str, str]]:
        """The columns whose field has another name, with that name."""
        return [(column, field) for column, field in self.fields.items() if column != field]

    def contact(self, row: Row | RefusedRow) -> Row | RefusedRow:
        """Return a row with the fields' names, or a refused one where a value cannot be sent."""
        if isinstance(row, RefusedRow):
            return row
        values = {}
        for column, value in row.items():
            field = self.fields.get(column)
            if field is None:
                if self.drop_others or column in self.left_out:
                    continue
                reason = f"the account has no field for {column!r}: map it or leave it out"
                return RefusedRow(row.number, reason, self.known(row))
            if field in self.yes_no and isinstance(value, str):
                value = as_yes_no(value)  # noqa: PLW2901 - the value as it is sent
                if value is None:
                    reason = f"{column!r} must be true or false (yes or no, 1 or 0)"
                    return RefusedRow(row.number, reason, self.known(row))
            values[field] = value
        return Row(row.number, values)

    def address(self, row: Row | RefusedRow) -> str:
        """Return what stands where the address belongs, or "" where nothing does."""
        values = self.known(row.values_read) if isinstance(row, RefusedRow) else row
        found = values.get(ADDRESS)
        return found if isinstance(found, str) else ""

    def known(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return values by the names of their fields; those without one keep their own."""
        return {self.fields.get(column, column): value for column, value in values.items()}


def as_yes_no(text: str) -> bool | None:
    """Return what a word means for a yes/no field, or None if it is no such word."""
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None


def parse_map(entries: Iterable[str]) -> dict[str, str]:
    """Return the field of each column that --map names; "" leaves the column out.

    Raises:
        InvalidInput: An entry is not COLUMN=FIELD.
    """
    found: dict[str, str] = {}
    for entry in entries:
        column, sign, field = (part.strip() for part in entry.rpartition("="))
        if not sign or not column:
            raise InvalidInput(f"--map takes COLUMN=FIELD, such as 'Surname=LastName', not {entry}")
        found[column] = field
    return found


def require_address(columns: Collection[str], said: Mapping[str, str]) -> None:
    """Make sure that a column holds the address; this needs no account.

    Raises:
        InvalidInput: None does, or a column that --map names is not there.
    """
    missing = [column for column in said if column not in columns]
    if missing:
        raise InvalidInput(f"--map names {_listed(missing)}; the file has {_listed(columns)}")
    if ADDRESS not in _matched(columns, said, [ADDRESS]).values():
        if any("@" in column for column in columns):
            raise InvalidInput(
                f"the first row must name the columns, and holds an address: {_listed(columns)}"
            )
        raise InvalidInput(
            f"no column holds the address: found {_listed(columns)}; "
            f"name it EmailAddress, or say which with --map COLUMN={ADDRESS}"
        )


def match_columns(
    columns: Collection[str],
    structure: ContactStructure,
    said: Mapping[str, str],
    *,
    ignore_unknown: bool = False,
) -> Columns:
    """Return the field of every column.

    Args:
        columns: The names in the file.
        structure: The fields of the account.
        said: What the user said with --map.
        ignore_unknown: Whether columns without a field are left out.

    Raises:
        InvalidInput: Two columns would be one field, or the account has no field for one.
    """
    fields = _matched(columns, said, structure.fields)
    left_out = [column for column in columns if column not in fields]
    unknown = [column for column in left_out if said.get(column) != ""]
    wrong = structure.unknown(fields.values())
    if wrong or (unknown and not ignore_unknown):
        raise InvalidInput(
            f"the account has no field for {_listed([*wrong, *unknown])}: "
            "map such a column with --map COLUMN=FIELD, leave it out with --map COLUMN= or all "
            f"of them with --ignore-unknown-columns; the fields are {_listed(structure.fields)}"
        )
    return Columns(
        fields=fields,
        left_out=frozenset(left_out),
        yes_no=frozenset(
            name for name, field in structure.fields.items() if field.kind is FieldKind.YES_NO
        ),
        drop_others=ignore_unknown,
    )


def _matched(
    columns: Collection[str], said: Mapping[str, str], known: Collection[str]
) -> dict[str, str]:
    """Return the field of each column that has one, in the columns' order."""
    spellings = {_folded(name): name for name in known}
    usual = {word: field for word, field in _USUAL_WORDS.items() if field in known}
    ways: tuple[Callable[[str], str | None], ...] = (
        lambda column: column if column in known else None,
        lambda column: spellings.get(_folded(column)),
        lambda column: usual.get(_folded(column)),
    )
    found = _claimed((column for column in columns if said.get(column)), said.get, ())
    for way in ways:
        free = (column for column in columns if column not in found and column not in said)
        found |= _claimed(free, way, found.values())
    return {column: found[column] for column in columns if column in found}


def _claimed(
    columns: Iterable[str], way: Callable[[str], str | None], taken: Collection[str]
) -> dict[str, str]:
    """Return the field of each column for which `way` knows one that is not taken."""
    claims: dict[str, str] = {}
    for column in columns:
        field = way(column)
        if field is None or field in taken:
            continue
        if field in claims:
            raise InvalidInput(
                f"{claims[field]!r} and {column!r} would both become {field}: "
                f"leave one out with --map '{column}='"
            )
        claims[field] = column
    return {column: field for field, column in claims.items()}


def _folded(name: str) -> str:
    """Return what the spellings of a name share: its letters and digits, in one case."""
    return "".join(character for character in name.casefold() if character.isalnum())


def _listed(names: Collection[str]) -> str:
    # In a file without a header, the names are somebody's address and telephone number, and in
    # one that is no table they are as long as the file.
    shown = [mask(repr(_cut(name))) for name in islice(names, _NAMES_SHOWN)]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _cut(name: str) -> str:
    return name if len(name) <= _NAME_SHOWN else name[:_NAME_SHOWN] + "..."
