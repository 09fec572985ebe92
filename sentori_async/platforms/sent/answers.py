"""How Sent's answers are read: the envelope is unwrapped, and its error raised.

1. A success says so: a 2xx whose envelope has ``success: false`` raises what its error says.
   No document mentions one, and none rules it out.
2. An error needs no body: published examples of 401 and 403 have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, TypeVar

from sentori_async.errors import ApiError, DecodeError
from sentori_async.platforms.sent import operations
from sentori_async.platforms.sent.catalogue import CATALOGUE
from sentori_async.platforms.sent.envelopes import Pagination
from sentori_async.platforms.sent.models import SentContact
from sentori_async.platforms.sent.names import CODEC
from sentori_async.wire import body, headers
from sentori_async.wire.answers import error_object, is_page, reader
from sentori_async.wire.message import Operation, Response, Safety

T = TypeVar("T")
D_co = TypeVar("D_co", covariant=True)

NO_CONTACT: Final = "RESOURCE_001"


class _Envelope(Protocol[D_co]):
    """What every class in `envelopes` has."""

    @property
    def success(self) -> Any: ...

    @property
    def data(self) -> D_co | Any: ...


def refuse(operation: Operation, response: Response) -> ApiError:
    """Return the error that an answer says, whatever its status.

    /reference/api/errors, 2026-05: ``error`` holds ``code``, ``message``, ``details`` (messages by
    field) and ``doc_url``, of which three forms are in use: it is not read.
    """
    document, instead = error_object(response)
    found = document.get("error")
    error = dict(found) if isinstance(found, dict) else {}
    code = error.pop("code", None)
    message = error.pop("message", None)
    wrong = error.pop("details", None)
    error.pop("doc_url", None)
    # A body that is no envelope at all is kept as it is, in what `error_object` made of it.
    details = error or ({} if "error" in document else document)
    if wrong is not None:
        details = {**details, **(wrong if isinstance(wrong, dict) else {"details": wrong})}
    built = CATALOGUE.build(
        operation=operation.name,
        status=response.status,
        code=code if isinstance(code, str) else None,
        message=message.strip() if isinstance(message, str) else instead,
        details=details,
        field_errors=_field_errors(wrong),
        request_id=headers.request_id(response.headers) or _request_id(document),
        retry_after_s=headers.retry_after_s(response.headers, response.received_at),
        write=operation.safety is not Safety.READ,
    )
    if response.status < 300 and built.code is None and operation.safety is not Safety.READ:
        # It says neither that it was carried out nor why it was not.
        built.applied = None
    return built


def _field_errors(details: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with which field; a field has one message or several."""
    if not isinstance(details, dict):
        return
    for path, said in details.items():
        for one in said if isinstance(said, list) else [said]:
            if isinstance(one, str):
                yield path, one


def _request_id(document: dict[str, Any]) -> str | None:
    meta = document.get("meta")
    found = meta.get("request_id") if isinstance(meta, dict) else None
    return found if isinstance(found, str) else None


def _is_refused(response: Response) -> bool:
    """Tell whether an envelope says that it brings no success."""
    try:
        document = body.loads(response.body)
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("success") is False


def unwrapped(
    operation: Operation, envelope: type[_Envelope[Any]], read: Callable[[Any], T]
) -> Callable[[Response], T]:
    """Return the decoder of an operation whose envelope holds data.

    Args:
        operation: The operation.
        envelope: The class of the envelope.
        read: Turn its data into the result.
    """
    decode = CODEC.decoder(envelope)

    def peel(response: Response) -> T:
        try:
            found = decode(response.body)
        except DecodeError:
            if _is_refused(response):
                raise refuse(operation, response) from None
            raise
        if found.success is False:
            raise refuse(operation, response)
        if not found.data:
            raise DecodeError("the answer cannot be read: $.data is missing")
        return read(found.data)

    return reader(operation, peel, refuse)


def emptied(operation: Operation) -> Callable[[Response], None]:
    """Return the decoder of an operation that answers with nothing but its success."""

    def nothing(response: Response) -> None:
        if _is_refused(response):
            raise refuse(operation, response)
        if is_page(response):
            raise DecodeError("it is a web page")

    return reader(operation, nothing, refuse)


def itself(data: T) -> T:
    """Return the data as it is."""
    return data


def with_number(contacts: list[SentContact], number: str) -> SentContact:
    """Return the contact of a number; the vendor's 404 stands for none, an empty list may too.

    Raises:
        NotFound: None of the contacts has the number.
    """
    for contact in contacts:
        if number in {contact.phone_number, contact.format_e164}:
            return contact
    raise CATALOGUE.build(
        operation=operations.FIND_CONTACT.name,
        status=404,
        code=NO_CONTACT,
        message="no contact has this number",
        write=False,
    )


def goes_on(pagination: Any, page: int, count: int) -> bool:
    """Tell whether a listing has a page after this one.

    Args:
        pagination: What the answer says of it, where it does.
        page: The page's number.
        count: How many items it has.
    """
    if not count or not isinstance(pagination, Pagination):
        return False
    if isinstance(pagination.has_more, bool):
        return pagination.has_more
    return isinstance(pagination.total_pages, int) and page < pagination.total_pages
