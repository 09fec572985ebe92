"""What Sent accepts: pure functions over values, without state.

The facts are from https://docs.sent.dm/reference/api/error-catalog (early 2026) and the contract
that the official SDK 0.46.0 was generated from; a comment marks what is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from sentori_async.sandbox.sent.refusal import Refusal, wrong

# The shortest numbers of E.164 have seven digits; that the API looks no closer is inferred.
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}")
_MALFORMED: Final = "The body must be a JSON object"


def is_number(text: str) -> bool:
    """Tell whether a text is a phone number in E.164."""
    return _NUMBER.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """Tell whether a text has the shape of an id."""
    return _UUID.fullmatch(text) is not None


def is_idempotency_key(text: str) -> bool:
    """Tell whether a text can be an idempotency key."""
    return _IDEMPOTENCY_KEY.fullmatch(text) is not None


def json_object(body: bytes) -> dict[str, Any]:
    """Return the fields of a request body; none for an empty one.

    Raises:
        Refusal: VALIDATION_001, the body is not a JSON object.
    """
    if not body.strip():
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise wrong("VALIDATION_001", "body", _MALFORMED) from None
    if not isinstance(value, dict):
        raise wrong("VALIDATION_001", "body", _MALFORMED)
    return value


def optional_text(body: Mapping[str, Any], name: str) -> str | None:
    """Return a text of a request body, or None where it is null or absent.

    Raises:
        Refusal: VALIDATION_001, it is something else.
    """
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise wrong("VALIDATION_001", name, "The value must be a text")


def optional_bool(body: Mapping[str, Any], name: str) -> bool | None:
    """Return a boolean of a request body, or None where it is null or absent.

    Raises:
        Refusal: VALIDATION_001, it is something else.
    """
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise wrong("VALIDATION_001", name, "The value must be true or false")


def whole(body: Mapping[str, Any], name: str, default: int, low: int, high: int) -> int:
    """Return a whole number of a request body, or the default where it is null or absent.

    Raises:
        Refusal: VALIDATION_001, it is something else; VALIDATION_005, it is out of range.
    """
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong("VALIDATION_001", name, "The value must be a whole number")
    if not low <= value <= high:
        raise wrong("VALIDATION_005", name, f"Value must be between {low} and {high}")
    return value


def texts(value: object, name: str) -> list[str]:
    """Return a value that is a list of texts.

    Raises:
        Refusal: VALIDATION_001, it is something else.
    """
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return value
    raise wrong("VALIDATION_001", name, "The value must be a list of texts")


def one_of(value: str, name: str, known: Collection[str]) -> str:
    """Return a word that is one of the known ones, in the same case.

    Raises:
        Refusal: VALIDATION_006, it is none of them.
    """
    if value not in known:
        raise wrong("VALIDATION_006", name, f"Must be one of: {', '.join(sorted(known))}")
    return value


def query(text: str) -> dict[str, str]:
    """Return the parameters of a query string; the last of several of one name counts."""
    return dict(parse_qsl(text, keep_blank_values=True))


def paging(
    params: Mapping[str, str], *, page_size: int, max_page_size: int | None, required: bool
) -> tuple[int, int]:
    """Return the number of the page, counted from 1, and its size.

    Raises:
        Refusal: VALIDATION_001, one is absent and required; VALIDATION_005, one is no number or
            out of range.
    """
    missing = [name for name in ("page", "page_size") if name not in params]
    if required and missing:
        raise Refusal("VALIDATION_001", {name: ["The parameter is required"] for name in missing})
    return (
        _counted(params, "page", 1, None),
        _counted(params, "page_size", page_size, max_page_size),
    )


def _counted(params: Mapping[str, str], name: str, default: int, most: int | None) -> int:
    text = params.get(name)
    if text is None:
        return default
    value = int(text) if _WHOLE.fullmatch(text) else 0  # inferred: no number is out of range
    if value < 1 or (most is not None and value > most):
        bound = "at least 1" if most is None else f"between 1 and {most}"
        raise wrong("VALIDATION_005", name, f"Value must be {bound}")
    return value
