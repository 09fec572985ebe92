"""One pure function for each of Toy's requests, and what a lost answer of it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sentori_async.errors import ApiError, InvalidInput, NotFound, SentoriError
from sentori_async.platforms.toy import operations
from sentori_async.platforms.toy.catalogue import CATALOGUE
from sentori_async.platforms.toy.models import CODEC, ToyPerson
from sentori_async.wire import body
from sentori_async.wire.answers import error_object, reader
from sentori_async.wire.message import Call, Operation, Request, Response, Safety
from sentori_async.wire.paths import segment
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import Flow, Settle

_decode: Final = CODEC.decoder(ToyPerson)


def refuse(operation: Operation, response: Response) -> ApiError:
    """Return the error that an answer outside 2xx says."""
    said, instead = error_object(response)
    code = said.get("code")
    error: ApiError = CATALOGUE.build(
        operation=operation.name,
        status=response.status,
        code=code if isinstance(code, int) else None,
        message=str(said.get("message", instead)),
        write=operation.safety is not Safety.READ,
    )
    return error


def _gone(request: Request, error: SentoriError) -> Flow[None]:
    """Tell a person that was deleted from one that is still there."""
    try:
        yield Call(Request(operations.GET, request.path), _read_person)
    except NotFound as missing:
        if missing.code is not None:
            return
    raise error


_read_person: Final = reader(operations.GET, lambda r: _decode(r.body), refuse)
_read_upsert: Final = reader(operations.PUT, lambda r: Upserted(_decode(r.body), None), refuse)
_read_delete: Final = reader(operations.DELETE, lambda _: None, refuse)
_DELETED: Final[Settle[None]] = Settle(own_doing=(NotFound,), look=_gone)


def get_person(identity: str) -> Call[ToyPerson]:
    """Plan to read a person."""
    return Call(Request(operations.GET, _path(identity)), _read_person)


def put_person(identity: str, fields: Mapping[str, Any] | None) -> Call[Upserted[ToyPerson]]:
    """Plan to write a person, new or not."""
    named = {name: value for name, value in (fields or {}).items() if name != "id"}
    request = Request(operations.PUT, _path(identity), body.dumps(named))
    return Call(request, _read_upsert, Settle())


def delete_person(identity: str) -> Call[None]:
    """Plan to delete a person."""
    return Call(Request(operations.DELETE, _path(identity)), _read_delete, _DELETED)


def _path(identity: object) -> str:
    if not isinstance(identity, str) or not identity.strip():
        raise InvalidInput("a person needs an id")
    return f"people/{segment(identity)}"
