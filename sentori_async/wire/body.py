"""JSON bodies: strict when written, forgiving when read.

1. Nothing is written that says something else than the caller's value: NaN and infinities (which
   JSON would turn into null, and null clears a field), integers beyond 64 bits, objects, bytes.
2. A refusal names the field and the type, never the value.
3. `UNSET` is left out, wherever it stands in an object.
"""

from __future__ import annotations

import codecs
import enum
import math
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeAlias

import orjson

from sentori_async.errors import InvalidInput
from sentori_async.unset import UNSET
from sentori_async.wire import dates

Encoded: TypeAlias = orjson.Fragment
"""JSON that has been written already; it goes into a larger body as it is."""

Json: TypeAlias = dict[str, Any] | list[Any] | str | int | float | Encoded | None

_DEEPEST: Final = 32
_LOWEST_INT: Final = -(2**63)
_HIGHEST_INT: Final = 2**64 - 1
# Types that orjson writes as they are, or refuses: a flat object of these needs no closer look.
_PLAIN: Final = frozenset({str, int, bool, type(None)})


def dumps(value: object, where: str = "") -> bytes:
    """Return `value` as JSON.

    Args:
        value: A str, int, float, bool, None, date, datetime, enum member of one of these, or a
            mapping, list or tuple of them.
        where: Where it is going to stand, such as ``Contacts[3]``.

    Raises:
        InvalidInput: Something in it cannot be said in JSON; the text names where it stands.
    """
    if type(value) is dict and _PLAIN.issuperset(map(type, value.values())):
        try:
            return orjson.dumps(value)
        except orjson.JSONEncodeError:
            pass  # the closer look below finds out which field it was
    return orjson.dumps(plain(value, where))


def loads(body: bytes) -> Any:
    """Return the JSON value of `body`, which may begin with a byte order mark.

    Raises:
        ValueError: The body is not JSON.
    """
    return orjson.loads(body.removeprefix(codecs.BOM_UTF8))


def plain(value: object, where: str = "", depth: int = 0) -> Json:
    """Return `value` made of nothing but dict, list, str, int, float, bool and None.

    Args:
        value: As `dumps` takes it.
        where: Where it stands, such as ``Contacts[3].Price``.
        depth: How many objects and arrays it stands in.

    Raises:
        InvalidInput: Something in it cannot be said in JSON.
    """
    if value is None or isinstance(value, bool | Encoded):
        return value
    if isinstance(value, enum.Enum) and value is not UNSET:
        return plain(value.value, where, depth)
    if isinstance(value, str):
        return _text(value, where)
    if isinstance(value, int | float):
        return _number(value, where)
    if isinstance(value, date):
        return _date(value, where)
    if isinstance(value, Mapping | list | tuple):
        return _nested(value, where, depth)
    raise InvalidInput(
        f"{_name(where)} is a {type(value).__name__}, which JSON cannot say: "
        "pass text, a number, a bool, a date or None"
    )


def _nested(
    value: Mapping[Any, object] | list[object] | tuple[object, ...], where: str, depth: int
) -> dict[str, Any] | list[Any]:
    if depth >= _DEEPEST:
        raise InvalidInput(f"{_name(where)} is nested more than {_DEEPEST} deep: flatten it")
    if not isinstance(value, Mapping):
        return [plain(item, f"{where}[{i}]", depth + 1) for i, item in enumerate(value)]
    return {
        key: plain(item, f"{where}.{key}" if where else key, depth + 1)
        for key, item in ((_key(key, where), item) for key, item in value.items())
        if item is not UNSET
    }


def _key(key: object, where: str) -> str:
    if isinstance(key, str):
        return _text(key, where)
    raise InvalidInput(
        f"a field name in {_name(where)} is a {type(key).__name__}: field names are text"
    )


def _text(value: str, where: str) -> str:
    value = str.__str__(value)  # the plain text of a subclass, such as numpy's
    try:
        value.encode()
    except UnicodeEncodeError:
        # `from None`: the original error carries the whole text, which may be contact data.
        raise InvalidInput(
            f"{_name(where)} holds half a surrogate pair: decode the value's source as UTF-8"
        ) from None
    return value


def _number(value: float, where: str) -> float:
    if isinstance(value, int):
        if _LOWEST_INT <= value <= _HIGHEST_INT:
            return int(value)
        raise InvalidInput(f"{_name(where)} is an integer beyond 64 bits: pass it as text")
    if math.isfinite(value):
        return float(value)
    raise InvalidInput(
        f"{_name(where)} is not a finite number: leave it out, or pass None to clear the field"
    )


def _date(value: date, where: str) -> str:
    try:
        return dates.encode(value)
    except ValueError:
        raise InvalidInput(
            f"{_name(where)} is a missing date: leave it out, or pass None to clear the field"
        ) from None


def _name(where: str) -> str:
    return f"the field {where!r}" if where else "the body"
