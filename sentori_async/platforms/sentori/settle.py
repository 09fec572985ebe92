"""What a lost answer means on Sentori, write by write.

==================  =========  ==============================================================
write               resent     how it is settled
==================  =========  ==============================================================
add                 yes        on 102 the contact is looked up: as sent means added, otherwise
                               the address was taken
update              yes        a repeat changes nothing more; an unreadable answer is read again
rename              yes        on 101 or 102 both addresses are looked up
add or update       yes        a repeat ends in the same state; whether it was created is no
                               longer known, unless the answer says so
delete              yes        101 after a lost attempt is success
subscribe           yes        a repeat changes nothing more
unsubscribe         yes        as subscribe
unsubscribe all     yes        as subscribe; a look-up shows the suppression
import              after a    up to 20 rows spread over the request are looked up: all as sent
                    look-up    means imported, otherwise it is sent again
attach              yes        a repeat changes nothing more
create an email     no         nothing tells a draft of one's own from another of the same name
autoresponder       no         a repeat might send mail twice, and nothing can be looked up
==================  =========  ==============================================================

Inferred, all of it: Sentori documents no idempotency (api-contacts, 2018-05-23). The rules rest
on what is documented: an add never changes a contact, an update never creates one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from sentori_async.errors import AlreadyExists, ApiError, NotFound, SentoriError
from sentori_async.platforms.sentori import addresses, answers, operations
from sentori_async.platforms.sentori.models import Contact, ImportResult
from sentori_async.platforms.sentori.names import CODEC
from sentori_async.wire.answers import reader
from sentori_async.wire.message import Call, Request, Response
from sentori_async.wire.paths import segment
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import Flow, Settle, sent_fields

_ADDRESS: Final = "EmailAddress"
_NO_ADDRESS: Final = 100
_NO_CONTACT: Final = 101
_SAMPLES: Final = 20

_read_contact: Final = reader(operations.GET_CONTACT, answers.contact, answers.refuse)


@attrs.define
class VerifiedImport(ImportResult):
    """An import whose answer was lost and whose rows were found as sent; it has no counters."""


@attrs.define
class RepeatedImport(ImportResult):
    """An import that was sent twice: besides its own, another upload group may exist."""


# ------------------------------------------------------------------------------------ look-ups


def _read_found(response: Response) -> Contact | None:
    """Return the contact, or None where Sentori says that there is none, or can be none."""
    try:
        return _read_contact(response)
    except ApiError as error:
        if _says_gone(error) or error.code == _NO_ADDRESS:
            return None
        raise


def find(address_segment: str) -> Flow[Contact | None]:
    """Look a contact up; return None where there is none."""
    request = Request(operations.GET_CONTACT, f"contact/get/{address_segment}/")
    contact: Contact | None = yield Call(request, _read_found)
    return contact


def _says_gone(error: SentoriError) -> bool:
    """Tell whether Sentori says that there is no such contact; any proxy can say 404."""
    return isinstance(error, NotFound) and error.code == _NO_CONTACT


def _own_segment(request: Request) -> str:
    """Return the address of a request's path, percent-encoded as it is there."""
    return request.path.split("/")[2]


def as_sent(contact: Contact, fields: Mapping[str, Any]) -> bool:
    """Tell whether a contact has the values that were sent; none sent proves nothing."""
    found = CODEC.document(contact)
    names = [name for name in fields if name != _ADDRESS]
    return bool(names) and all(_same(fields[name], found.get(name)) for name in names)


def _same(sent: object, found: object) -> bool:
    sent, found = _plain(sent), _plain(found)
    return sent == found or (sent is not None and found is not None and str(sent) == str(found))


def _plain(value: object) -> object:
    """Return a value as Sentori keeps it: trimmed, and nothing for an empty text (inferred)."""
    return (value.strip() or None) if isinstance(value, str) else value


# --------------------------------------------------------------------------------- the rules


def _added(request: Request, error: SentoriError) -> Flow[Contact]:
    contact = yield from find(_own_segment(request))
    fields = sent_fields(request)
    if contact is not None and (as_sent(contact, fields) or error.applied):
        return contact
    if isinstance(error, AlreadyExists) and contact is not None and len(fields) > 0:
        error.applied = False
    raise error


def _updated(request: Request, error: SentoriError) -> Flow[Contact]:
    contact = yield from find(_own_segment(request))
    if contact is not None and (as_sent(contact, sent_fields(request)) or error.applied):
        return contact
    raise error


def _renamed(request: Request, error: SentoriError) -> Flow[Contact]:
    fields = sent_fields(request)
    old = yield from find(_own_segment(request))
    new = yield from find(segment(fields[_ADDRESS]))
    only_renamed = len(fields) == 1
    if old is None and new is not None and (only_renamed or as_sent(new, fields)):
        return new
    # Both are there, or neither is: the refusal met no rename of ours.
    refused = _says_gone(error) or isinstance(error, AlreadyExists)
    if refused and (old is None) == (new is None):
        error.applied = False
    raise error


def _upserted(request: Request, error: SentoriError) -> Flow[Upserted[Contact]]:
    fields = sent_fields(request)
    contact = yield from find(_own_segment(request))
    named = fields.get(_ADDRESS)
    if isinstance(named, str):
        # Where both addresses have a contact, both are changed (api-contacts, 2018-05-23).
        other, contact = contact, (yield from find(segment(named)))
        if other is not None and not (as_sent(other, fields) or error.applied):
            raise error
    if contact is not None and (as_sent(contact, fields) or error.applied):
        return Upserted(contact, None)
    raise error


def _unsure(result: Upserted[Contact]) -> Upserted[Contact]:
    """Doubt an update that may have met what the lost attempt created."""
    return result if result.created else Upserted(result.contact, None)


def _deleted(request: Request, error: SentoriError) -> Flow[None]:
    if _says_gone(error):
        return
    contact = yield from find(_own_segment(request))
    if contact is not None:
        raise error


def _suppressed(request: Request, error: SentoriError) -> Flow[None]:
    contact = yield from find(_own_segment(request))
    if contact is None or contact.is_suppressed is not True:
        raise error


def _imported(request: Request, error: SentoriError) -> Flow[ImportResult]:
    """Look some rows up; send the import again only if they are not all there as sent."""
    rows = sent_fields(request)["Contacts"]
    samples = _spread([row for row in rows if _telling(row)])
    found = yield from _all_as_sent(samples)
    if samples and found:
        return VerifiedImport(total_rows=len(rows))
    if error.applied or not samples:
        # Carried out or not, without its counters nobody knows which rows were left out.
        error.applied = None
        raise error
    result: ImportResult = yield Call(request, _read_import)
    return RepeatedImport(*(getattr(result, name) for name in _IMPORT_NAMES))


def _all_as_sent(rows: list[dict[str, Any]]) -> Flow[bool]:
    for row in rows:
        contact = yield from find(segment(row[_ADDRESS]))
        if contact is None or not as_sent(contact, row):
            return False
    return True


def _telling(row: Mapping[str, Any]) -> bool:
    """Tell whether a look-up of a row can show that it was imported."""
    address = row.get(_ADDRESS)
    if len(row) < 2 or not isinstance(address, str):
        return False
    return addresses.is_plausible(address) and not addresses.is_role(address)


def _spread(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most 20 of the rows, from all over them, the first and the last included."""
    if len(rows) <= _SAMPLES:
        return rows
    step = (len(rows) - 1) / (_SAMPLES - 1)
    return [rows[round(n * step)] for n in range(_SAMPLES)]


_read_import: Final = reader(operations.IMPORT_CONTACTS, answers.imported, answers.refuse)
_IMPORT_NAMES: Final = tuple(field.name for field in attrs.fields(ImportResult))

ADD: Final = Settle(own_doing=(AlreadyExists,), look=_added)
UPDATE: Final = Settle(look=_updated)
RENAME: Final = Settle(own_doing=(NotFound, AlreadyExists), look=_renamed)
UPSERT: Final = Settle(look=_upserted, doubted=_unsure)
DELETE: Final = Settle(own_doing=(NotFound,), look=_deleted)
UNSUBSCRIBE_ALL: Final = Settle(look=_suppressed)
REPEAT: Final[Settle[None]] = Settle()
"""A repeat changes nothing more, and is refused where the lost attempt was."""
IMPORT: Final = Settle(resend=False, look=_imported)
