"""How Spotzee's answers are read: what each operation returns, and what its errors say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

from sentori_async.errors import ApiError, DecodeError, SentoriError
from sentori_async.platforms.spotzee.catalogue import CATALOGUE
from sentori_async.platforms.spotzee.models import (
    SpotzeeEventBatch,
    SpotzeeItemError,
    SpotzeeUser,
    SpotzeeUserBatch,
)
from sentori_async.platforms.spotzee.names import CODEC
from sentori_async.wire import headers
from sentori_async.wire.answers import error_object, is_page, nothing
from sentori_async.wire.message import Operation, Response, Safety
from sentori_async.wire.results import Accepted, Upserted

T = TypeVar("T")

# Keys as the vendor makes them, a browser's and an organisation's included (authentication,
# 2026-09); the client's own is removed by the transport, whatever it looks like.
_KEY: Final = re.compile(r"\b[spo]k_\w{8,}")
_MASKED: Final = "***"
_REPLAYED: Final = "Idempotent-Replayed"

_decode_users: Final = CODEC.decoder(SpotzeeUserBatch)
_decode_events: Final = CODEC.decoder(SpotzeeEventBatch)


# --------------------------------------------------------------------------------------- errors


def refuse(operation: Operation, response: Response) -> ApiError:
    """Return the error that an answer outside 2xx says.

    main-api/errors has had three bodies: ``{"error": "text"}`` until April 2026; the code, the
    message and details inside ``error`` (2026-04-28); and a flat object (since 2026-04-30), whose
    ``error`` repeats the message and whose fields are optional but for a few (2026-09).
    Codes of the old product are numbers, which say nothing here.
    """
    document, instead = error_object(response)
    document = _redacted(document)
    inner = document.get("error")
    said = dict(inner if isinstance(inner, dict) else document)
    code = said.pop("code", None)
    message = said.pop("message", None) or (inner if isinstance(inner, str) else instead)
    if not isinstance(inner, dict):
        said.pop("error", None)
        said.pop("status", None)
    text = message.strip() if isinstance(message, str) else ""
    return CATALOGUE.build(
        operation=operation.name,
        status=response.status,
        code=code if isinstance(code, (str, int)) and not isinstance(code, bool) else None,
        message=text,
        details=said,
        field_errors=list(_field_errors(said, text)),
        request_id=headers.request_id(response.headers) or _text(said.get("request_id")),
        retry_after_s=headers.retry_after_s(response.headers, response.received_at),
        write=operation.safety is not Safety.READ,
    )


def item_error(
    operation: Operation, error: SpotzeeItemError, response: Response | None = None
) -> ApiError:
    """Return the error of one item of a batch, which comes with the status of the whole."""
    text = _redacted(error.message) if isinstance(error.message, str) else ""
    beside = _redacted(error.extra)
    return CATALOGUE.build(
        operation=operation.name,
        status=200 if response is None else response.status,
        code=error.code if isinstance(error.code, str) else None,
        message=text,
        details=beside,
        field_errors=list(_field_errors(beside, text)),
        request_id=None if response is None else headers.request_id(response.headers),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _field_errors(said: Mapping[str, Any], message: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with which field, from whichever of the forms there is."""
    listed = said.get("errors") or said.get("details")
    if isinstance(listed, list) and listed:
        yield from (_listed(fault) for fault in listed)
    elif isinstance(listed, dict) and listed:
        for name, fault in listed.items():
            for each in fault if isinstance(fault, list) else [fault]:
                yield name, _message(each)
    elif isinstance(said.get("param"), str):
        yield said["param"], message


def _listed(fault: Any) -> tuple[str, str]:
    named = fault if isinstance(fault, dict) else {}
    path = next((named[key] for key in ("param", "field", "path") if key in named), "")
    return str(path), _message(fault)


def _message(fault: Any) -> str:
    """Return what is said of one field; the page of 2026-04-28 leaves the form open."""
    if isinstance(fault, dict):
        fault = fault.get("message") or fault.get("code") or fault
    return fault if isinstance(fault, str) else str(fault)


def _redacted(value: Any) -> Any:
    """Return a value without keys."""
    match value:
        case str():
            return _KEY.sub(_MASKED, value)
        case dict():
            return {_redacted(key): _redacted(each) for key, each in value.items()}
        case list():
            return [_redacted(each) for each in value]
        case _:
            return value


# ------------------------------------------------------------------------------------- results


def item_wise(operation: Operation, read: Callable[[Response], T]) -> Callable[[Response], T]:
    """Return the decoder of a batch, whose 2xx says nothing of its items before it is read.

    Args:
        operation: The operation.
        read: Turn a 2xx answer into the result, or raise.
    """

    def decode(response: Response) -> T:
        if not 200 <= response.status < 300:
            raise refuse(operation, response)
        try:
            return read(response)
        except DecodeError as error:
            what = "a web page came instead" if is_page(response) else error.message
            failed = DecodeError(
                f"{operation.platform} {operation.name}: {what} (HTTP {response.status}), and "
                "which items were carried out is not known",
                operation=operation.name,
                applied=None,
            )
        failed.retryable = True
        raise failed

    return decode


def accepted(response: Response) -> Accepted:
    """Return what is known of something that was queued.

    Raises:
        DecodeError: It is a web page, which a proxy makes and Spotzee does not (inferred).
    """
    nothing(response)
    return Accepted(headers.request_id(response.headers))


def users(response: Response) -> SpotzeeUserBatch:
    """Return what became of each item of a batch of users."""
    return _decode_users(response.body)


def upserted(operation: Operation) -> Callable[[Response], Upserted[SpotzeeUser]]:
    """Return what reads the answer to a batch of one, and raises what was said of that one."""

    def read(response: Response) -> Upserted[SpotzeeUser]:
        results = _decode_users(response.body).results
        if len(results) != 1:
            raise DecodeError(f"it holds {len(results)} results for one user")
        if isinstance(results[0].error, SpotzeeItemError):
            raise _of_the_one(operation, results[0].error, response)
        if not isinstance(results[0].user, SpotzeeUser):
            raise DecodeError("the answer cannot be read: $.results[0].user is missing")
        # Neither the status nor the body says which of the two it was (guides/sync-users, 2026-09).
        return Upserted(results[0].user, None)

    return read


def _of_the_one(operation: Operation, error: SpotzeeItemError, response: Response) -> ApiError:
    """Return the error of the only item of a batch.

    Where idempotency keys are honoured, a repeat with the same key gets the same answer for a day
    (guides/api-idempotency, 2026-09): that is no reason to repeat it once more with that key.
    """
    refused = item_error(operation, error, response)
    if response.headers.get(_REPLAYED, "").lower() == "true":
        refused.details[_REPLAYED] = True
        refused.retryable = False
    return refused


def was_replayed(error: SentoriError) -> bool:
    """Tell whether an error is an earlier one that the vendor has kept."""
    return isinstance(error, ApiError) and _REPLAYED in error.details


def events(response: Response) -> SpotzeeEventBatch:
    """Return what became of events: 204 in the specification, results in the guide (2026-09)."""
    nothing(response)
    return _decode_events(response.body) if response.body.strip() else SpotzeeEventBatch()
