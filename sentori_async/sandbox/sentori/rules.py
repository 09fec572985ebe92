"""What Sentori accepts: pure functions over values, without state.

The facts are from https://docs.sentoriapp.com/api-contacts (2018-05-23) and
https://docs.sentoriapp.com/api-errors, read 2026-11; a comment marks what is inferred.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.sentori.refusal import Refusal

ADDRESS_FIELD: Final = "EmailAddress"
BAD_FIELD: Final = "IsBadEmailAddress"

_KEY: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FIELD_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def address_key(address: str) -> str:
    """Return what two spellings of one address have in common; inferred: case means nothing."""
    return address.lower()


def is_api_key(text: str) -> bool:
    """Tell whether a text has the shape of a key, a GUID."""
    return _KEY.fullmatch(text) is not None


def is_field_name(text: str) -> bool:
    """Tell whether a text can name a field in the API."""
    return _FIELD_NAME.fullmatch(text) is not None


def local_part(address: str) -> str:
    """Return what stands before the @, in lower case."""
    return address.rpartition("@")[0].lower()


def json_object(body: bytes) -> dict[str, Any]:
    """Return the fields of a request body; none for an empty one.

    Raises:
        Refusal: -1, the body is not a JSON object.
    """
    if not body.strip():
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(-1) from None
    if not isinstance(value, dict):
        raise Refusal(-1)
    return value


def optional_text(body: Mapping[str, Any], name: str) -> str:
    """Return a text of a request body, empty where it is null or absent.

    Raises:
        Refusal: -1, it is something else.
    """
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(-1)
    return value


class FieldKind(enum.Enum):
    """The type of a contact field; Sentori may have more of them than its pages show."""

    TEXT = "Small Text"
    YES_NO = "True/False"
    DATE = "Date"

    @property
    def example(self) -> str | bool:
        """What the contact structure shows for it; inferred for a date."""
        return False if self is FieldKind.YES_NO else "string"

    @property
    def empty(self) -> bool | None:
        """What a contact shows where nothing was set; inferred: a yes/no field has no null."""
        return False if self is FieldKind.YES_NO else None

    def accepts(self, value: object) -> bool:
        """Tell whether a JSON value other than null and the empty text fits."""
        if self is FieldKind.YES_NO:
            return isinstance(value, bool)
        if not isinstance(value, str):
            return False
        return self is FieldKind.TEXT or _is_naive_date(value)


def _is_naive_date(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


IMPORTABLE: Final[Mapping[str, FieldKind]] = {
    BAD_FIELD: FieldKind.YES_NO,
    "CRMID": FieldKind.TEXT,
    "Title": FieldKind.TEXT,
    "FirstName": FieldKind.TEXT,
    "LastName": FieldKind.TEXT,
    "KnownAs": FieldKind.TEXT,
    ADDRESS_FIELD: FieldKind.TEXT,
    "CompanyName": FieldKind.TEXT,
    "PhoneNumber": FieldKind.TEXT,
    "MobilePhoneNumber": FieldKind.TEXT,
    "IsBadMobilePhoneNumber": FieldKind.YES_NO,
}
"""The fields of every account that callers may write, in the documented order."""

READ_ONLY: Final = (
    "IsSuppressed",
    "SystemID",
    "CreatedSourceValue",
    "CreatedIPAddress",
    "CreatedHttpReferrerUrl",
    "CreatedTimestamp",
    "ModifiedTimestamp",
    "IsConfirmed",
)
"""The documented fields that only Sentori writes."""


@attrs.frozen(eq=False)
class Structure:
    """The fields of one account.

    Attributes:
        custom: The fields that the account added, in the order it added them.
    """

    custom: Mapping[str, FieldKind] = attrs.field(factory=dict)
    _kinds: dict[str, FieldKind] = attrs.field(init=False)
    _texts: frozenset[str] = attrs.field(init=False)
    _spelling: dict[str, str] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Index the names once."""
        kinds = {**IMPORTABLE, **self.custom}
        object.__setattr__(self, "_kinds", kinds)
        texts = frozenset(name for name, kind in kinds.items() if kind is FieldKind.TEXT)
        object.__setattr__(self, "_texts", texts)
        names = {name.lower(): name for name in (*kinds, *READ_ONLY)}
        object.__setattr__(self, "_spelling", names)

    def example(self) -> dict[str, str | bool]:
        """Return what the contact structure shows."""
        return {name: kind.example for name, kind in self._kinds.items()}

    def knows(self, name: str) -> bool:
        """Tell whether a name is taken, in any case."""
        return name.lower() in self._spelling

    def spelled(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields under the account's own spelling of their names."""
        return {self._spelling.get(name.lower(), name): fields[name] for name in fields}

    def checked(self, fields: Mapping[str, Any], *, empty_text_clears: bool) -> dict[str, Any]:
        """Return the values to store: None clears a field.

        Raises:
            Refusal: 103, a name is unknown or read-only, or a value is of another type.
        """
        values: dict[str, Any] = {}
        for name, value in fields.items():
            if value and isinstance(value, str) and name in self._texts:
                values[name] = value  # most are like this, and have nothing else to fear
                continue
            kind = self._kinds.get(name)
            if kind is None:
                raise Refusal(103)
            if value is None or (value == "" and empty_text_clears):
                values[name] = None
            elif kind.accepts(value):
                values[name] = value
            else:
                raise Refusal(103)
        return values

    def usable(self, fields: Mapping[str, Any], *, empty_text_clears: bool) -> dict[str, Any]:
        """Return the values to store, without the fields that `checked` would refuse."""
        values: dict[str, Any] = {}
        for name, value in fields.items():
            try:
                values |= self.checked({name: value}, empty_text_clears=empty_text_clears)
            except Refusal:
                continue
        return values


def without(fields: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the fields whose names are not among `names`."""
    left_out = frozenset(names)
    return {name: value for name, value in fields.items() if name not in left_out}
