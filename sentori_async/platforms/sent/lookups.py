"""The reads that other calls and the rules of lost answers build upon."""

from __future__ import annotations

from typing import Final

from sentori_async.errors import ApiError, DecodeError, NotFound
from sentori_async.platforms.sent import answers, inputs, operations
from sentori_async.platforms.sent.endpoints import SentWebhook
from sentori_async.platforms.sent.envelopes import OfContact, OfContacts, OfWebhook
from sentori_async.platforms.sent.models import SentContact
from sentori_async.wire.message import Call, Request, Response
from sentori_async.wire.paths import query
from sentori_async.wire.settle import Flow

_NO_WEBHOOK: Final = "RESOURCE_008"

_read_found: Final = answers.unwrapped(
    operations.FIND_CONTACT, OfContacts, lambda data: data.contacts or []
)
_read_contact: Final = answers.unwrapped(operations.GET_CONTACT, OfContact, answers.itself)
_read_webhook: Final = answers.unwrapped(operations.GET_WEBHOOK, OfWebhook, answers.itself)


def by_number(number: str) -> Call[SentContact]:
    """Plan to find the contact of a number.

    The pages mark the page and its size as required, also where a number is looked for.
    """

    def read(response: Response) -> SentContact:
        return answers.with_number(_read_found(response), number)

    asked = query({"page": 1, "page_size": 1, "phone": number})
    return Call(Request(operations.FIND_CONTACT, "contacts", query=asked), read)


def by_id(segment: str) -> Call[SentContact]:
    """Plan to get a contact by its id, which is a segment of a path already."""
    return Call(Request(operations.GET_CONTACT, f"contacts/{segment}"), _read_contact)


def webhook(segment: str) -> Call[SentWebhook]:
    """Plan to get a webhook by its id, which is a segment of a path already."""
    return Call(Request(operations.GET_WEBHOOK, f"webhooks/{segment}"), _read_webhook)


def says_gone(error: Exception) -> bool:
    """Tell whether Sent says that there is no such thing; any proxy can say 404."""
    return isinstance(error, NotFound) and error.code in {answers.NO_CONTACT, _NO_WEBHOOK}


def found_or_none(call: Call[SentContact]) -> Flow[SentContact | None]:
    """Look a contact up; return None where there is none."""
    try:
        contact: SentContact = yield call
    except ApiError as error:
        if says_gone(error):
            return None
        raise
    return contact


def id_of(contact: SentContact) -> str:
    """Return a contact's id as a segment of a path.

    Raises:
        DecodeError: Sent left it out.
    """
    if isinstance(contact.id, str):
        return inputs.id_segment(contact.id)
    raise DecodeError("the answer cannot be read: the contact has no id", applied=False)
