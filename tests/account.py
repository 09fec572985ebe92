"""A Sentori account of a few dictionaries: what the tests of resilience are measured by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote

import attrs
import orjson

from sentori_async.wire.message import Request, Response

Fields: TypeAlias = dict[str, Any]

ADDRESS = "EmailAddress"
LIST = "LISTID01"
KNOWN_FIELDS = {"FirstName", "LastName", "Tier"}


class _Refused(Exception):
    def __init__(self, status: int, code: int) -> None:
        self.response = Response(status, {}, orjson.dumps({"Code": code, "Message": "no"}))


@attrs.define
class Account:
    """What the platform holds.

    Attributes:
        contacts: The contacts by their addresses in lower case.
        subscribed: Who is on the one list that there is.
        suppressed: Who is not to be mailed.
        groups: How many upload groups there are.
        attached: Which upload groups are attached to which emails.
        drafts: The names of the drafts.
        started: Whom the autoresponder has been started for, each time it was.
    """

    contacts: dict[str, Fields] = attrs.field(factory=dict)
    subscribed: set[str] = attrs.field(factory=set)
    suppressed: set[str] = attrs.field(factory=set)
    groups: int = 0
    attached: set[tuple[str, str]] = attrs.field(factory=set)
    drafts: list[str] = attrs.field(factory=list)
    started: list[str] = attrs.field(factory=list)

    def copy(self) -> Account:
        return attrs.evolve(
            self,
            contacts={key: {**contact} for key, contact in self.contacts.items()},
            subscribed={*self.subscribed},
            suppressed={*self.suppressed},
            attached={*self.attached},
            drafts=[*self.drafts],
            started=[*self.started],
        )

    def answer(self, request: Request) -> Response:
        """Carry a request out; a refused one changes nothing."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        fields = orjson.loads(request.body) if request.body else {}
        try:
            if parts[0] == "contact":
                return self._carry_out(parts[1], parts[2:], fields)
            return self._mail(parts, fields)
        except _Refused as refused:
            return refused.response

    def _carry_out(self, verb: str, names: list[str], fields: Fields) -> Response:
        match verb, names:
            case "get", [who]:
                return self._shown(who.lower())
            case "add", [who]:
                return self._add(who, fields)
            case "update", [who]:
                return self._update(who.lower(), fields)
            case "addorupdate", [who]:
                return self._upsert(who, fields)
            case "import", []:
                return self._import(fields["Contacts"])
        self._change(verb, names)
        return Response(200, {}, b"")

    def _change(self, verb: str, names: list[str]) -> None:
        match verb, names:
            case "delete", [who]:
                del self.contacts[self._existing(who)]
                self.subscribed.discard(who.lower())
            case "subscribe", [who, _]:
                self.subscribed.add(self._existing(who))
            case "unsubscribe", [who, _]:
                self.subscribed.discard(self._existing(who))
            case "unsubscribe", [who]:
                self.suppressed.add(who.lower())
            case _, [group, _, document]:
                self.attached.add((group, document))

    def _mail(self, parts: list[str], fields: Fields) -> Response:
        if parts[0] == "automation":
            self.started.append(self._existing(parts[3]))
            return Response(200, {}, b"")
        if fields["Name"] in self.drafts:
            raise _Refused(409, 401)
        self.drafts.append(fields["Name"])
        return Response(200, {}, orjson.dumps({"ExternalID": "EMAIL001"}))

    def _existing(self, address: str) -> str:
        if address.lower() not in self.contacts:
            raise _Refused(404, 101)
        return address.lower()

    def _shown(self, key: str, status: int = 200) -> Response:
        contact = {"IsSuppressed": key in self.suppressed, **self.contacts[self._existing(key)]}
        return Response(status, {}, orjson.dumps(contact))

    def _add(self, address: str, fields: Fields) -> Response:
        if address.lower() in self.contacts:
            raise _Refused(400, 102)
        values = _checked(fields)
        self.contacts[address.lower()] = {ADDRESS: address, **values}
        return self._shown(address.lower())

    def _update(self, key: str, fields: Fields) -> Response:
        self._existing(key)
        values = _checked(fields)
        address = str(fields.get(ADDRESS, self.contacts[key][ADDRESS]))
        new_key = address.lower()
        if new_key != key and new_key in self.contacts:
            raise _Refused(400, 102)
        contact = self.contacts.pop(key)
        self.contacts[new_key] = {**contact, **values, ADDRESS: address}
        if key in self.subscribed:
            self.subscribed = {*self.subscribed, new_key} - ({key} - {new_key})
        return self._shown(new_key)

    def _upsert(self, address: str, fields: Fields) -> Response:
        """Do what the vendor's table says: api-contacts, 2018-05-23."""
        values = _checked(fields)
        key, named = address.lower(), fields.get(ADDRESS, address)
        other = named.lower()
        if key in self.contacts and other not in self.contacts:
            return self._update(key, fields)
        if key not in self.contacts and other not in self.contacts:
            self.contacts[other] = {ADDRESS: named, **values}
            return self._shown(other, 201)
        for each in {key, other} & set(self.contacts):
            self.contacts[each].update(values)
        return self._shown(other)

    def _import(self, rows: list[Fields]) -> Response:
        created = sum(row[ADDRESS].lower() not in self.contacts for row in rows)
        for row in rows:
            contact = self.contacts.setdefault(row[ADDRESS].lower(), {ADDRESS: row[ADDRESS]})
            contact.update(_checked(row))
        self.groups += 1
        counters = {
            "TotalRows": len(rows),
            "EmailableRowsCreated": created,
            "EmailableRowsUpdated": len(rows) - created,
            "UploadGroupExternalID": f"GROUP{self.groups:03}",
        }
        return Response(200, {}, orjson.dumps(counters))


def _checked(fields: Mapping[str, Any]) -> Fields:
    """Return the values as they are kept: trimmed, and null where they are empty."""
    values = {name: value for name, value in fields.items() if name != ADDRESS}
    if not KNOWN_FIELDS.issuperset(values):
        raise _Refused(400, 103)
    return {
        name: (value.strip() or None) if isinstance(value, str) else value
        for name, value in values.items()
    }
