"""What a lost answer means on Sent, write by write.

==================  =========  ==============================================================
write               resent     how it is settled
==================  =========  ==============================================================
add a contact       same key   the key brings the first answer back; an unreadable one is read
                               from the contact
update, opt out     same key   as above; where every answer is lost, a look-up shows the fields
add or update       same key   as above, by its steps; a contact that is there after all will do
delete              yes        404 after a lost attempt is success, and so is a look-up's
send a message      same key   the key brings the first answer back; nothing lists messages
create a webhook    same key   as a message: another may have the same name and URL
update a webhook    same key   where every answer is lost, a look-up shows the fields
switch a webhook    same key   as above
delete a webhook    yes        as a contact
rotate a secret     same key   the key brings the new secret back, which no look-up does
test a webhook      same key   the key brings the first result back
==================  =========  ==============================================================

/reference/api/idempotency, 2026-05, and the guide of 2026-09: a key is honoured on POST, PUT and
PATCH for 24 hours. That a refusal of a repeat speaks for the lost attempt as well is inferred: had
that been carried out, the key would have brought its success back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sentori_async.errors import NotFound, SentoriError
from sentori_async.platforms.sent import inputs, lookups
from sentori_async.platforms.sent.endpoints import SentWebhook
from sentori_async.platforms.sent.models import SentContact
from sentori_async.platforms.sent.names import CODEC
from sentori_async.wire.message import Call, Request
from sentori_async.wire.settle import Flow, Settle, sent_fields


def _own_segment(request: Request) -> str:
    """Return the id in a request's path, percent-encoded as it is there."""
    return request.path.split("/")[1]


def as_sent(found: object, fields: Mapping[str, Any]) -> bool:
    """Tell whether something has the values that were sent; none sent proves nothing."""
    document = CODEC.document(found)
    return bool(fields) and all(
        name in document and document[name] == value for name, value in fields.items()
    )


def _added(request: Request, error: SentoriError) -> Flow[SentContact]:
    """Read the contact if it was surely added; else nobody knows whose it is."""
    number = sent_fields(request)[inputs.NUMBER]
    contact = yield from lookups.found_or_none(lookups.by_number(number))
    if contact is not None and error.applied:
        return contact
    raise error


def _updated(request: Request, error: SentoriError) -> Flow[SentContact]:
    contact: SentContact = yield lookups.by_id(_own_segment(request))
    if error.applied or as_sent(contact, sent_fields(request)):
        return contact
    raise error


def _deleted(request: Request, error: SentoriError) -> Flow[None]:
    yield from _gone(lookups.by_id(_own_segment(request)), error)


def _found_gone(_: Request, error: SentoriError) -> Flow[None]:
    """Take a contact that is not there for the doing of an earlier run of the same job."""
    if not lookups.says_gone(error):
        raise error
    yield from ()


def _webhook_updated(request: Request, error: SentoriError) -> Flow[SentWebhook]:
    webhook: SentWebhook = yield lookups.webhook(_own_segment(request))
    if error.applied or as_sent(webhook, sent_fields(request)):
        return webhook
    raise error


def _webhook_deleted(request: Request, error: SentoriError) -> Flow[None]:
    yield from _gone(lookups.webhook(_own_segment(request)), error)


def _gone(look: Call[Any], error: SentoriError) -> Flow[None]:
    """Return if it is gone, going by the refusal of a repeat or by a look-up."""
    if lookups.says_gone(error):
        return
    try:
        yield look
    except NotFound as absent:
        if lookups.says_gone(absent):
            return
        raise
    raise error


REPEAT: Final[Settle[Any]] = Settle()
"""The key brings the first answer back."""
ADD: Final = Settle(look=_added)
UPDATE: Final = Settle(look=_updated)
FIND_TO_DELETE: Final = Settle(own_doing=(NotFound,), look=_found_gone)
"""The look-up before a deletion by number; it counts where an earlier run may have deleted."""
DELETE: Final = Settle(own_doing=(NotFound,), look=_deleted)
UPDATE_WEBHOOK: Final = Settle(look=_webhook_updated)
DELETE_WEBHOOK: Final = Settle(own_doing=(NotFound,), look=_webhook_deleted)
