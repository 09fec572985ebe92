"""How Sentori's answers are read: what each operation returns, and what its errors say."""

from __future__ import annotations

from typing import Any, Final

from sentori_async.errors import ApiError, DecodeError, mask
from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.platforms.sentori.models import (
    Contact,
    ContactField,
    ContactStructure,
    FieldKind,
    ImportResult,
)
from sentori_async.platforms.sentori.names import CODEC, IMPORTABLE
from sentori_async.wire import headers
from sentori_async.wire.answers import error_object, whole_number
from sentori_async.wire.message import Operation, Request, Response, Safety
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import sent_fields

_STANDARD_FIELDS: Final = frozenset(IMPORTABLE.values())
_FIELDS_NOT_VALID: Final = 103
_NAMES_SHOWN: Final = 10
_NAME_SHOWN: Final = 40

_decode_contact: Final = CODEC.decoder(Contact)
_decode_import: Final = CODEC.decoder(ImportResult)


def refuse(operation: Operation, response: Response) -> ApiError:
    """Return the error that an answer outside 2xx says.

    api-errors, 2015-10-22: a JSON object with ``Code`` and ``Message``. ``Code`` is an int there
    and a numeric text on api-automation, 2018-02-19; messages vary for the same code, so nothing
    depends on them.
    """
    document, instead = error_object(response)
    details = dict(document)
    code = whole_number(details.get("Code"))
    if code is not None:
        del details["Code"]
    message = details.get("Message")
    if isinstance(message, str):
        del details["Message"]
        instead = message.strip()
    return CATALOGUE.build(
        operation=operation.name,
        status=response.status,
        code=code,
        message=instead,
        details=details,
        request_id=headers.request_id(response.headers),
        retry_after_s=headers.retry_after_s(response.headers, response.received_at),
        write=operation.safety is not Safety.READ,
    )


def explain(request: Request, error: ApiError) -> None:
    """Name the fields that may be the wrong ones, and none of their values.

    Sentori says that a field is wrong, and not which. Its own fields are published (api-contacts,
    2018-05-23); whether an account has a field besides them, only its structure tells.
    """
    if error.code != _FIELDS_NOT_VALID or not request.body:
        return
    names = [name for name in _names_in(sent_fields(request)) if name not in _STANDARD_FIELDS]
    suspects = "A value does not fit its field: all names are Sentori's own."
    if names:
        shown = ", ".join(map(_spelling, names[:_NAMES_SHOWN]))
        more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
        suspects = f"Not among Sentori's own fields: {shown}{more}."
    error.remedy = f"{suspects} {error.remedy}"


def _names_in(document: Any) -> list[str]:
    """Return the names of the fields that were sent, of all rows of an import."""
    rows = document.get("Contacts", [document]) if isinstance(document, dict) else document
    named = (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return list(dict.fromkeys(name for row in named for name in row))


def _spelling(name: str) -> str:
    """Return a field's name, and that of Sentori's own that it may be meant for."""
    # In a table without a header, what should be a name is somebody's address.
    shown = mask(repr(name if len(name) <= _NAME_SHOWN else name[:_NAME_SHOWN] + "..."))
    meant = next((own for own in IMPORTABLE.values() if _letters(own) == _letters(name)), None)
    return f"{shown} ({meant}?)" if meant else shown


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def contact(response: Response) -> Contact:
    """Return the contact."""
    return _decode_contact(response.body)


def upserted(response: Response) -> Upserted[Contact]:
    """Return the contact, and whether it was created.

    api-contacts, 2018-05-23: 201 means added and 200 updated.
    """
    created = {201: True, 200: False}.get(response.status)
    return Upserted(_decode_contact(response.body), created)


def imported(response: Response) -> ImportResult:
    """Return an import's counters."""
    return _decode_import(response.body)


def structure(response: Response) -> ContactStructure:
    """Return the writable fields, from an example contact or an array with one in it.

    api-contacts, 2018-05-23: the value of a text field is "string", of a yes/no field false;
    no example of other kinds is printed.
    """
    example = response.json()
    if isinstance(example, list) and example:
        example = example[0]
    if not isinstance(example, dict):
        raise DecodeError("the answer holds no example of a contact")
    return ContactStructure({name: _field(name, value) for name, value in example.items()})


def _field(name: str, example: Any) -> ContactField:
    kind = FieldKind.OTHER
    if isinstance(example, bool):
        kind = FieldKind.YES_NO
    elif example == "string":
        kind = FieldKind.TEXT
    return ContactField(name, kind, example, custom=name not in _STANDARD_FIELDS)
