"""From bytes to a typed contact and back, by several libraries."""

from __future__ import annotations

import functools
import gc
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import attrs
import cattrs.preconf.orjson
import orjson

from benchmarks.contact import CONTACT
from sentori_async.platforms.sentori.models import Contact, ContactPatch
from sentori_async.platforms.sentori.names import CODEC

# With two fields of the account's own, as most accounts have some.
_JSON = orjson.dumps({**CONTACT, "Region": "EMEA", "IsMember": True})
_PATCH = {"CRMID": "7", "FirstName": "Joe", "LastName": "Bloggs"}


def timed(do: Callable[[], Any], operations: int) -> float:
    """Return the processor time of one operation, in microseconds."""
    do()
    gc.collect()
    before = time.process_time()
    for _ in range(operations):
        do()
    return (time.process_time() - before) / operations * 1e6


def _checked(decode: Callable[[], Any], name: str = "SystemID") -> Callable[[], Any]:
    found = decode()
    number = found[name] if isinstance(found, dict) else getattr(found, name)
    if number != CONTACT["SystemID"]:
        msg = f"another contact was decoded: {found!r}"
        raise ValueError(msg)
    return decode


def decode(operations: int) -> float:
    """Decode with the client's own converter."""
    ours = CODEC.decoder(Contact)
    return timed(_checked(lambda: ours(_JSON), "system_id"), operations)


@attrs.define
class _Plain:
    """The contact under the vendor's names, as a first version of any client has it."""

    IsSuppressed: bool
    IsBadEmailAddress: bool
    SystemID: int
    CRMID: str | None
    Title: str | None
    FirstName: str | None
    LastName: str | None
    KnownAs: str | None
    EmailAddress: str
    CompanyName: str | None
    PhoneNumber: str | None
    MobilePhoneNumber: str | None
    CreatedSourceValue: str | None
    CreatedIPAddress: str | None
    CreatedHttpReferrerUrl: str | None
    CreatedTimestamp: datetime | None
    ModifiedTimestamp: datetime | None
    IsConfirmed: bool
    IsBadMobilePhoneNumber: bool


def _fields() -> dict[str, Any]:
    return {field.name: field.type for field in attrs.fields(attrs.resolve_types(_Plain))}


def decode_cattrs(operations: int) -> float:
    """Decode with cattrs and orjson as their pages say."""
    converter = cattrs.preconf.orjson.make_converter()
    return timed(_checked(lambda: converter.loads(_JSON, _Plain)), operations)


def decode_pydantic(operations: int) -> float:
    """Decode with pydantic, from JSON, with extras allowed."""
    model = _pydantic_model()
    return timed(_checked(lambda: model.model_validate_json(_JSON)), operations)


@functools.cache
def _pydantic_model() -> Any:
    import pydantic

    fields: dict[str, Any] = {name: (type_, ...) for name, type_ in _fields().items()}
    config = pydantic.ConfigDict(extra="allow")
    return pydantic.create_model("PydanticContact", __config__=config, **fields)


def decode_msgspec(operations: int) -> float:
    """Decode with msgspec into a struct, which drops what it does not know."""
    import msgspec

    struct = msgspec.defstruct("MsgspecContact", list(_fields().items()))
    decoder = msgspec.json.Decoder(struct)
    return timed(_checked(lambda: decoder.decode(_JSON)), operations)


def decode_orjson(operations: int) -> float:
    """Decode into a dict, and leave the rest to the caller."""
    return timed(_checked(lambda: orjson.loads(_JSON)), operations)


def encode(operations: int) -> float:
    """Encode a patch with the client's own converter."""
    patch = ContactPatch(crm_id="7", first_name="Joe", last_name="Bloggs")
    return timed(lambda: CODEC.encode(patch), operations)


@attrs.define
class _PlainPatch:
    CRMID: str
    FirstName: str
    LastName: str


def encode_cattrs(operations: int) -> float:
    """Encode with cattrs and orjson as their pages say."""
    converter, patch = cattrs.preconf.orjson.make_converter(), _PlainPatch("7", "Joe", "Bloggs")
    return timed(lambda: converter.dumps(patch), operations)


def encode_pydantic(operations: int) -> float:
    """Encode with pydantic, leaving out what is not set."""
    import pydantic

    fields: dict[str, Any] = {
        name: (type_ | None, None) for name, type_ in _fields().items() if type_ is str
    }
    model = pydantic.create_model(
        "PydanticPatch", CRMID=(str, ""), FirstName=(str, ""), LastName=(str, ""), **fields
    )
    patch = model(**_PATCH)
    return timed(lambda: patch.model_dump_json(exclude_unset=True), operations)


def encode_msgspec(operations: int) -> float:
    """Encode with msgspec, leaving out defaults."""
    import msgspec

    fields = [(name, str, "") for name in _PATCH]
    struct = msgspec.defstruct("MsgspecPatch", fields, omit_defaults=True)
    patch, encoder = struct(**_PATCH), msgspec.json.Encoder()
    return timed(lambda: encoder.encode(patch), operations)
