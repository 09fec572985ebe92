"""What callers may pass, and what is sent of it.

1. A str with an @ is an address, any other an id; ids are short texts such as "pV3r".
2. A contact is one address in one campaign: where an address has to be enough, a campaign says
   which contact is meant.
3. Only what would do something else than was meant is refused here; whether a value is valid is
   for the server to say (codes 1000 to 1007).

Source: https://apireference.getresponse.com, the API description of 2025-10-31.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from sentori_async.errors import InvalidInput, kind_of
from sentori_async.platforms.getresponse.models import (
    GetResponseContact,
    GetResponseContactPatch,
)
from sentori_async.unset import UNSET
from sentori_async.wire import body, dates
from sentori_async.wire.paths import segment

GetResponseFields: TypeAlias = Mapping[str, Any] | GetResponseContactPatch | GetResponseContact
"""Contact fields: a mapping with the vendor's names, a patch, or a contact to write back."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CAMPAIGN_KEYS: Final = ("campaign", "campaignId")


# ---------------------------------------------------------------------------------- identities


def contact_key(identity: str) -> str:
    """Return what all spellings of a contact share: addresses are compared ignoring case."""
    return identity.strip().lower() if "@" in identity else identity.strip()


def identity(value: object) -> str:
    """Return an address or an id without surrounding space.

    Raises:
        InvalidInput: It is neither.
    """
    return _text(value, "a contact is an address such as 'joe@example.com', or an id")


def is_address(contact: str) -> bool:
    """Tell an address from an id."""
    return "@" in contact


def address(value: object) -> str:
    """Return an address without surrounding space.

    Raises:
        InvalidInput: It is none.
    """
    text = _text(value, "an address is a text such as 'joe@example.com'")
    if not is_address(text):
        raise InvalidInput("the address has no @: an id names a contact that exists already")
    return text


def thing_id(value: object, what: str = "an id") -> str:
    """Return an id without surrounding space."""
    return _text(value, f"{what} is a text such as 'pV3r'")


def id_segment(value: object, what: str = "an id") -> str:
    """Return an id as a segment of a path."""
    return segment(thing_id(value, what))


def campaign_id(value: object) -> str:
    """Return the id of a campaign."""
    return thing_id(value, "a campaign's id")


def the_campaign(value: str | None, default: str | None) -> str:
    """Return the campaign that is meant, where there has to be one.

    Raises:
        InvalidInput: There is none.
    """
    found = value if value is not None else default
    if found is None:
        raise InvalidInput(
            "every contact belongs to a campaign: pass campaign=, or give the client a "
            "default_campaign"
        )
    return campaign_id(found)


def _text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(what)
    if _CONTROL.search(value):
        raise InvalidInput("the value holds a control character: clean it first")
    return value.strip()


# -------------------------------------------------------------------------------------- fields


def document(fields: GetResponseFields | None) -> dict[str, Any]:
    """Return the fields by the vendor's names, in the forms of the API's single contacts.

    Besides those forms, tags may be a list of ids, custom fields a mapping of ids to values, the
    campaign an id, and the day of the cycle a number.

    Raises:
        InvalidInput: They are neither a mapping nor a model of a contact, or a form is unknown.
    """
    if fields is None:
        return {}
    if isinstance(fields, GetResponseContact):
        fields = fields.patch()
    if isinstance(fields, GetResponseContactPatch):
        fields = _of_patch(fields)
    if not isinstance(fields, Mapping):
        raise InvalidInput(
            "fields are a mapping with the vendor's own names, a GetResponseContactPatch or a "
            f"GetResponseContact, not {kind_of(fields)}"
        )
    data = {name: value for name, value in fields.items() if value is not UNSET}
    campaign = campaign_in(data)
    for name in _CAMPAIGN_KEYS:
        data.pop(name, None)
    if campaign is not None:
        data["campaign"] = {"campaignId": campaign}
    if "tags" in data:
        data["tags"] = [{"tagId": tag} for tag in tag_ids(data["tags"])]
    if "customFieldValues" in data:
        data["customFieldValues"] = custom_fields(data["customFieldValues"])
    day = data.get("dayOfCycle")
    if isinstance(day, int) and not isinstance(day, bool):
        data["dayOfCycle"] = str(day)
    return data


def _of_patch(patch: GetResponseContactPatch) -> Mapping[str, Any]:
    return {
        **patch.extra,
        "email": patch.email,
        "name": patch.name,
        "campaign": patch.campaign_id,
        "dayOfCycle": patch.day_of_cycle,
        "scoring": patch.scoring,
        "note": patch.note,
        "ipAddress": patch.ip_address,
        "tags": patch.tags,
        "customFieldValues": patch.custom_fields,
    }


def campaign_in(fields: Mapping[str, Any]) -> str | None:
    """Return the campaign that fields name, as an id or as an object with one; None for none.

    Raises:
        InvalidInput: They name two, or it is no id.
    """
    found = set()
    for name in _CAMPAIGN_KEYS:
        value = fields.get(name, UNSET)
        if isinstance(value, Mapping):
            value = value.get("campaignId")
        if value is not None and value is not UNSET:
            found.add(campaign_id(value))
    if len(found) > 1:
        raise InvalidInput("the fields name two campaigns: a contact belongs to one")
    return next(iter(found), None)


def tag_ids(value: object) -> list[str]:
    """Return the ids of tags, each once, from ids or from objects that hold them.

    Raises:
        InvalidInput: It is no list of these.
    """
    if isinstance(value, Mapping) and set(value) == {"ids"}:
        value = value["ids"]
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidInput("tags are a list of ids, such as ['vBd5']")
    ids = [tag.get("tagId") if isinstance(tag, Mapping) else tag for tag in value]
    return list(dict.fromkeys(thing_id(tag, "a tag's id") for tag in ids))


def custom_fields(value: object) -> list[dict[str, Any]]:
    """Return custom fields in the API's form, from that form or from a mapping of ids to values.

    Raises:
        InvalidInput: It is neither, or a value cannot be said in text.
    """
    if isinstance(value, Mapping):
        return [_custom_field(key, given) for key, given in value.items()]
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise InvalidInput("custom fields are a mapping of their ids to values")
    fields = list(value)
    if not all(isinstance(field, Mapping) for field in fields):
        raise InvalidInput("a custom field is an object with customFieldId and value")
    return [
        _custom_field(field.get("customFieldId"), field.get("value", field.get("values")))
        for field in fields
    ]


def _custom_field(key: object, value: object) -> dict[str, Any]:
    given = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return {
        "customFieldId": thing_id(key, "a custom field's id"),
        "value": [value_text(one) for one in given],
    }


def value_text(value: object) -> str:
    """Return a custom field's value as the text that GetResponse wants of every type.

    Raises:
        InvalidInput: It has no such text.
    """
    # JSON's rules first: no NaN, no half surrogate pairs, no missing dates.
    body.plain(value, "customFieldValues")
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return dates.encode(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise InvalidInput(
        f"a custom field's value is a {type(value).__name__}: pass text, a number or a date"
    )


# --------------------------------------------------------------------------------- the bodies


def added(contact: str, fields: GetResponseFields | None, default: str | None) -> dict[str, Any]:
    """Return the body of an add.

    Args:
        contact: The address.
        fields: The other fields.
        default: The campaign, where the fields name none.

    Raises:
        InvalidInput: There is no campaign, another address, or a note.
    """
    data = document(fields)
    named = data.pop("email", contact)
    if not isinstance(named, str) or contact_key(named) != contact_key(contact):
        raise InvalidInput("the fields hold another address: leave `email` out of them")
    campaign = data.pop("campaign", None)
    chosen = campaign["campaignId"] if campaign else default
    if "note" in data:
        # The description has it in the body of an update only.
        raise InvalidInput("a note can only be written to a contact that is there: use update()")
    return {"email": contact, "campaign": {"campaignId": the_campaign(chosen, None)}, **data}


def changed(fields: GetResponseFields) -> dict[str, Any]:
    """Return the body of an update.

    Raises:
        InvalidInput: It would be empty, or changes what only an add can say.
    """
    data = document(fields)
    if "email" in data:
        data["email"] = address(data["email"])
    if "ipAddress" in data:
        raise InvalidInput("ipAddress can only be said when a contact is added")
    if not data:
        # Answered with 1000, "Empty payload" (recorded in 2026-01).
        raise InvalidInput("there is nothing to update: pass the fields to change")
    return data


def masks(value: object) -> list[str]:
    """Return addresses and domains as a blocklist takes them.

    Raises:
        InvalidInput: It is no list of texts.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise InvalidInput("masks are a list, such as ['joe@example.com', '@example.org']")
    return list(dict.fromkeys(_text(mask, "a mask is an address or a domain") for mask in value))


def yes_or_no(value: object) -> object:
    """Return a bool as the text that GetResponse wants; anything else as it is."""
    return ("true" if value else "false") if isinstance(value, bool) else value
