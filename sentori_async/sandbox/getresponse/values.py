"""What the fields of a contact may be; from the API description of 2025-10-31."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from sentori_async.sandbox.getresponse.checks import Checks, Path
from sentori_async.sandbox.getresponse.refusal import Refusal
from sentori_async.sandbox.getresponse.stores.lists import CustomFieldStore, TagStore

TYPES: Final = (
    "string",
    "number",
    "date",
    "datetime",
    "country",
    "currency",
    "phone",
    "gender",
    "ip",
    "url",
)
FORMATS: Final = ("text", "textarea", "radio", "checkbox", "single_select", "multi_select")
CHOICES: Final = frozenset({"radio", "checkbox", "single_select", "multi_select"})
_MANY: Final = frozenset({"checkbox", "multi_select"})
_DAY: Final = re.compile(r"[0-9]{1,5}")


@attrs.define(eq=False)
class ContactValues:
    """The checked values of a body; only what is in `given` was sent.

    Attributes:
        given: The plain fields under their own names: name, dayOfCycle, scoring, note, ipAddress.
        tags: The ids of tags, or None where none were sent.
        customs: The values of custom fields by id, or None where none were sent.
    """

    given: dict[str, Any]
    tags: list[str] | None
    customs: dict[str, list[str]] | None


@attrs.frozen(eq=False)
class ContactReader:
    """Read contacts out of request bodies."""

    checks: Checks
    tags: TagStore
    fields: CustomFieldStore
    _relations: list[tuple[str, str, Path]] = attrs.field(factory=list, init=False)

    def read(
        self, body: Mapping[str, Any], *, at: Path = (), note: bool = False, ids: bool = False
    ) -> ContactValues:
        """Return the values of a contact without its address and campaign.

        Args:
            body: The contact.
            at: Where it is in the request.
            note: Whether it may have a note, as an update may; else it is skipped, inferred.
            ids: Whether tags have the form of a batch, ``{"ids": [...]}``.
        """
        given: dict[str, Any] = {}
        self._plain(given, body, at, note=note)
        tags = self.tag_ids_of_batch(body, at) if ids else self.tag_ids(body, at=at)
        return ContactValues(given, tags, self.customs(body, at=at))

    def _plain(
        self, given: dict[str, Any], body: Mapping[str, Any], at: Path, *, note: bool
    ) -> None:
        texts = {"name": (1, 128), "dayOfCycle": (0, None), "ipAddress": (0, None)}
        if note:
            texts["note"] = (0, 255)
        for name, (low, high) in texts.items():
            if name in body:
                given[name] = self.checks.text(
                    body, name, at=at, low=low, high=high, nullable=name != "ipAddress"
                )
        day, address = given.get("dayOfCycle"), given.get("ipAddress")
        if day is not None and not _DAY.fullmatch(day):
            self.checks.add(1003, (*at, "dayOfCycle"), day, "Expected a number of days")
        if address is not None and not _is_ip(address):
            self.checks.add(1003, (*at, "ipAddress"), address, "Expected an IP address")
        if "scoring" in body:
            given["scoring"] = score = body["scoring"]
            if score is not None and (
                isinstance(score, bool) or not isinstance(score, int | float)
            ):
                self.checks.add(1006, (*at, "scoring"), score, "Expected number")

    def tag_ids(
        self, body: Mapping[str, Any], *, at: Path = (), required: bool = False
    ) -> list[str] | None:
        """Return the ids of ``[{"tagId": ...}]``."""
        items = self.checks.array(body, "tags", dict, at=at, required=required)
        if items is None:
            return None
        found = []
        for number, item in enumerate(items):
            path = (*at, "tags", str(number))
            tag = self.checks.text(item, "tagId", at=path, required=True)
            if tag is not None:
                found.append(tag)
                self._relations.append(("tag", tag, (*path, "tagId")))
        return list(dict.fromkeys(found))

    def tag_ids_of_batch(self, body: Mapping[str, Any], at: Path) -> list[str] | None:
        """Return the ids of ``{"ids": [...]}``."""
        holder = self.checks.object(body, "tags", at=at)
        if holder is None:
            return None
        path = (*at, "tags")
        found = self.checks.array(holder, "ids", str, at=path, required=True) or []
        self._relations.extend(("tag", tag, (*path, "ids")) for tag in found)
        return list(dict.fromkeys(found))

    def customs(
        self, body: Mapping[str, Any], *, at: Path = (), required: bool = False
    ) -> dict[str, list[str]] | None:
        """Return the values of custom fields by their ids."""
        items = self.checks.array(body, "customFieldValues", dict, at=at, required=required)
        if items is None:
            return None
        found: dict[str, list[str]] = {}
        for number, item in enumerate(items):
            path = (*at, "customFieldValues", str(number))
            field_id = self.checks.text(item, "customFieldId", at=path, required=True)
            values = self.checks.array(item, "value", str, at=path, required=True)
            if field_id is None or values is None:
                continue
            found[field_id] = values
            self._relations.append(("custom", field_id, path))
            field = self.fields.get(field_id)
            if field is not None:
                self._fit(field, values, (*path, "value"))
        return found

    def _fit(self, field: Mapping[str, Any], values: list[str], path: Path) -> None:
        if len(values) > 1 and field["format"] not in _MANY:
            self.checks.add(1004, path, len(values), "Expected one item", min=0, max=1)
        for value in values:
            if not fits(field, value):
                self.checks.add(1003, path, value, "Value does not fit the custom field")

    def finish(self) -> None:
        """Refuse the request if anything is wrong, or points to what is not there.

        Raises:
            Refusal: 1000 or 1003 to 1007, something is wrong; 1001, a tag or field is unknown.
        """
        self.checks.finish()
        for kind, thing_id, path in self._relations:
            if kind == "tag" and self.tags.get(thing_id) is None:
                raise related(f"Tag by id: {thing_id} not found", path, thing_id)
            if kind == "custom" and self.fields.get(thing_id) is None:
                # The message is known from an official plugin.
                raise related(f"Custom field by id: {thing_id} not found", path, thing_id)


def related(message: str, path: Path, value: str) -> Refusal:
    """Return the answer to an id within a body that nothing has; its context is inferred."""
    item = {
        "validationType": "body",
        "fieldName": ".".join(path),
        "originalValue": value,
        "errorDescription": message,
    }
    return Refusal(1001, message, item)


def fits(field: Mapping[str, Any], value: str) -> bool:
    """Tell whether a text is a value of a custom field; countries and currencies are not listed."""
    if field["format"] in CHOICES and field["values"]:
        return value in field["values"]
    check = _FITS.get(field["type"])
    return check is None or check(value)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text) is not None


def _is_date(text: str) -> bool:
    return _has_form(text, "%Y-%m-%d")


def _is_moment(text: str) -> bool:
    return _has_form(text, "%Y-%m-%d %H:%M:%S") or _has_form(text, "%Y-%m-%dT%H:%M:%S%z")


def _has_form(text: str, form: str) -> bool:
    try:
        dt.datetime.strptime(text, form)  # noqa: DTZ007 - only whether it parses
    except ValueError:
        return False
    return True


def _is_phone(text: str) -> bool:
    return re.fullmatch(r"\+[1-9][0-9]{6,14}", text) is not None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


# The forms of dates and phone numbers are inferred from the samples.
_FITS: Final[Mapping[str, Callable[[str], bool]]] = {
    "number": _is_number,
    "date": _is_date,
    "datetime": _is_moment,
    "phone": _is_phone,
    "ip": _is_ip,
    "url": _is_url,
}
