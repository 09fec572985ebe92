"""Paths and queries that no value can bend.

1. Every character that RFC 3986 reserves is percent-encoded, so a value stays one segment.
2. What would still change the path, or could never be meant, is refused: an empty segment, the
   dot segments, control characters, text that UTF-8 cannot carry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote

from sentori_async.errors import InvalidInput
from sentori_async.unset import Unset

_Scalar: TypeAlias = str | int | float
QueryValue: TypeAlias = _Scalar | Sequence[_Scalar] | Unset | None
"""What a query parameter may be; a sequence repeats it, None and UNSET leave it out."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ORDINARY_ADDRESS: Final = re.compile(r"[A-Za-z0-9_.~-]+@[A-Za-z0-9_.~-]+")
_OUTSIDE_A_PATH: Final = re.compile(r"[?#\\]|^/|://")
# What may stand in a path that is encoded already: RFC 3986, pchar, the slash and the percent sign.
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~"


def segment(text: str) -> str:
    """Return `text` percent-encoded as exactly one path segment.

    Raises:
        InvalidInput: The text is empty, a dot segment, or holds what no path can carry.
    """
    # Once per row: an ordinary address needs one replacement, five times faster than quoting it.
    if _ORDINARY_ADDRESS.fullmatch(text):
        return text.replace("@", "%40")
    if not text or text in {".", ".."}:
        raise InvalidInput(f"{text!r} cannot be part of a path: pass an address or an id")
    return _quoted(text, safe="")


def relative(path: str) -> str:
    """Return a path below the base URL as it can be sent; percent-encodings in it are kept.

    Raises:
        InvalidInput: The path is absolute, leads upwards, or holds a query or a fragment.
    """
    if not path or _OUTSIDE_A_PATH.search(path):
        raise InvalidInput(
            "a path is relative to the base URL, like 'contact/import/', and the query goes "
            "into params"
        )
    if any(unquote(part) in {".", ".."} for part in path.split("/")):
        raise InvalidInput("a path may not hold '.' or '..' as a segment: name the target itself")
    return _quoted(path, safe=_PATH_SAFE)


def query(params: Mapping[str, QueryValue] | None) -> str:
    """Return the query string for `params`, without its question mark.

    A sequence repeats its name, a bool is written as true or false, None and UNSET are left out.

    Raises:
        InvalidInput: A value is of another type, or holds what no query can carry.
    """
    if not params:
        return ""
    if not isinstance(params, Mapping):
        raise InvalidInput("the params of a query are a mapping of names to values")
    return "&".join(
        f"{_quoted(name, safe='')}={_quoted(_query_text(name, value), safe='')}"
        for name, values in params.items()
        for value in _each(values)
    )


def _each(values: QueryValue) -> Sequence[Any]:
    if values is None or isinstance(values, Unset):
        return ()
    if isinstance(values, list | tuple):
        return values
    return (values,)


def _query_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        try:
            return str(value)
        except ValueError:
            raise InvalidInput(f"the parameter {name!r} has thousands of digits") from None
    raise InvalidInput(
        f"the parameter {name!r} is a {type(value).__name__}: pass a str, an int, a float or a bool"
    )


def _quoted(text: str, *, safe: str) -> str:
    if _CONTROL.search(text):
        raise InvalidInput("the value holds a control character: clean it first")
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        # `from None`: the original error carries the whole text, which may be an identity.
        raise InvalidInput(
            "half a surrogate pair cannot be part of a URL: decode the value's source as UTF-8"
        ) from None
