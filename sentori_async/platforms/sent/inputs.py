"""What callers may pass, and what is sent of it.

1. A text with a plus sign is a phone number and any other is an id, never the other way round.
2. A number is E.164 before anything is sent; whether anybody has it is for the server to say.
3. A field that contacts do not have is refused: Sent would ignore it, and report success.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from sentori_async.errors import InvalidInput, kind_of
from sentori_async.platforms.sent.models import WRITABLE, SentContact, SentContactPatch
from sentori_async.platforms.sent.names import CODEC
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.paths import segment

SentFields: TypeAlias = Mapping[str, Any] | SentContactPatch | SentContact
"""Contact fields: a mapping with the vendor's names, a patch, or a contact to write back."""

NUMBER: Final = "phone_number"
# E.164: up to 15 digits, the first not 0; that no number has fewer than seven is inferred.
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_LIKE_A_NUMBER: Final = re.compile(r"[0-9().\s-]{7,20}")
# The guide of 2026-09.
_MAX_RECIPIENTS: Final = 1_000


def is_number(contact: object) -> bool:
    """Tell whether a contact is named by its number and not by its id."""
    return isinstance(contact, str) and contact.lstrip().startswith("+")


def number(value: object) -> str:
    """Return a phone number without surrounding space.

    Raises:
        InvalidInput: It is not written as E.164.
    """
    if isinstance(value, str):
        value = value.strip()
        if _E164.fullmatch(value):
            return value
    raise InvalidInput(
        "a phone number is a text in E.164: a plus sign, the country code and the number, in "
        "digits only, like '+12125550123'"
    )


def id_segment(value: object) -> str:
    """Return an id as a segment of a path."""
    if isinstance(value, str) and value.strip():
        return segment(value.strip())
    raise InvalidInput("an id is a text as Sent returned it, a UUID")


def contact_segment(value: object) -> str:
    """Return a contact's id as a segment of a path.

    Raises:
        InvalidInput: It is no id, or a number that lacks its plus sign.
    """
    if isinstance(value, str) and _LIKE_A_NUMBER.fullmatch(value.strip()):
        raise InvalidInput(
            "this would be taken for a contact's id: a phone number begins with a plus sign"
        )
    return id_segment(value)


def contact_body(fields: SentFields | None, own_number: str | None = None) -> bytes | None:
    """Return the body that writes the fields, or None where there is nothing to write.

    Args:
        fields: What the caller wants written.
        own_number: The contact's number, which the fields may repeat.

    Raises:
        InvalidInput: They are no fields, name one that no contact has, or another number.
    """
    if fields is None:
        return None
    if isinstance(fields, SentContact | SentContactPatch):
        patch = fields.patch() if isinstance(fields, SentContact) else fields
        return _filled(CODEC.document(patch))
    if not isinstance(fields, Mapping):
        raise InvalidInput(
            "fields are a mapping with the vendor's own names, a SentContactPatch or a "
            f"SentContact, not {kind_of(fields)}"
        )
    document = {name: value for name, value in fields.items() if value is not UNSET}
    named = document.pop(NUMBER, None)
    if named is not None and number(named) != own_number:
        raise InvalidInput("a contact's number cannot be changed: add a contact of the other one")
    for name in document:
        if name not in WRITABLE:
            raise InvalidInput(
                f"Sent's contacts have no field {name!r} to write: there are {', '.join(WRITABLE)}"
            )
    return _filled(document)


def _filled(document: Mapping[str, Any]) -> bytes | None:
    return body.dumps(document) if document else None


def recipients(to: str | Iterable[str]) -> list[str]:
    """Return the numbers of a send.

    Raises:
        InvalidInput: There are none, too many, or one is no number.
    """
    numbers = [number(one) for one in ([to] if isinstance(to, str) else to)]
    if not 1 <= len(numbers) <= _MAX_RECIPIENTS:
        raise InvalidInput(f"a send has 1 to {_MAX_RECIPIENTS} recipients, not {len(numbers)}")
    return numbers


def content(
    text: str | Unset,
    template_id: str | Unset,
    template_name: str | Unset,
    parameters: Mapping[str, str] | Unset,
) -> dict[str, Any]:
    """Return what a message says: a text, or a template by its id or its name.

    Raises:
        InvalidInput: Not exactly one of the three is given, or there are parameters for a text.
    """
    given = [value for value in (text, template_id, template_name) if value is not UNSET]
    if len(given) != 1:
        raise InvalidInput("a message takes one of text, template_id and template_name")
    if text is UNSET:
        template = {"id": template_id, "name": template_name, "parameters": parameters}
        return {"template": template}
    if parameters is not UNSET:
        raise InvalidInput("parameters belong to a template: write them into the text")
    return {"text": text}


def moment(value: datetime | Unset) -> datetime | Unset:
    """Return when to send; the vendor wants an offset from UTC (SDK 0.46.0).

    Raises:
        InvalidInput: It has no zone.
    """
    if isinstance(value, Unset):
        return value
    if value.utcoffset() is None:
        raise InvalidInput("scheduled_at is a datetime with a zone: datetime(..., tzinfo=UTC)")
    return value


def words(values: Sequence[str] | Unset, name: str) -> list[str] | Unset:
    """Return a list of words.

    Raises:
        InvalidInput: It is no list, such as a single text.
    """
    if isinstance(values, Unset):
        return values
    if isinstance(values, list | tuple):
        return list(values)
    raise InvalidInput(f"{name} is a list of texts, also where there is only one")


def paging(page_size: object) -> int:
    """Return the size of a page."""
    if type(page_size) is int and page_size > 0:
        return page_size
    raise InvalidInput("page_size is a positive int")
