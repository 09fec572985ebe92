"""What a row said, in sixteen characters, so that a changed input is noticed.

Names and values count, and their order does not; unset values do not count either.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.unset import UNSET

_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
_LIKE_UNSET: Final = orjson.dumps(UNSET)


def digest_of(row: object) -> str:
    """Return the digest of a row: of the identity and the fields, as they came."""
    try:
        data = orjson.dumps(row, default=_plain, option=_OPTIONS)
        if _LIKE_UNSET in data:
            # It writes UNSET as a text, and a row may say that text.
            data = orjson.dumps(_said(row), default=_plain, option=_OPTIONS)
    except TypeError:
        data = _by_other_means(row)
    digest = hashlib.blake2b(data, digest_size=12).digest()
    return binascii.b2a_base64(digest, newline=False).decode("ascii")


def _said(value: Any) -> Any:
    """Return a value without what is unset in it."""
    if isinstance(value, Mapping):
        return {name: _said(found) for name, found in value.items() if found is not UNSET}
    if isinstance(value, list | tuple):
        return [_said(found) for found in value if found is not UNSET]
    return value


def _by_other_means(row: object) -> bytes:
    """Return something to digest of huge numbers and broken texts, which orjson refuses.

    A row that raises when it is read, as one of a broken line of a file does, is what it raises.
    """
    try:
        return json.dumps(_said(row), default=_plain, sort_keys=True, skipkeys=True).encode()
    except InvalidInput as error:
        return error.message.encode()


def _plain(value: Any) -> Any:
    """Return something like a value that JSON has; of strange ones, their kind has to do."""
    if isinstance(value, Mapping):
        return dict(value)
    if attrs.has(type(value)):
        return {
            name: found
            for name in attrs.fields_dict(type(value))
            if (found := getattr(value, name)) is not UNSET
        }
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if hasattr(value, "keys"):
        # A row of a database cursor: a mapping in all but name.
        return {name: value[name] for name in value.keys()}  # noqa: SIM118 - it is no dict
    name = type(value).__qualname__
    # The text that an object has by default tells where it is in memory.
    return [name, str(value)] if _shows_itself(type(value)) else name


def _shows_itself(kind: Any) -> bool:
    return kind.__str__ is not object.__str__ or kind.__repr__ is not object.__repr__
