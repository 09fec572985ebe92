"""Checks of what a fault script says; each raises `ConfigurationError` with what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import attrs

from sentori_async.errors import ConfigurationError

Check: TypeAlias = Callable[[object, "attrs.Attribute[Any]", Any], None]

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# How long the body is, and how it is packed, is the fault's own affair.
_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "content-encoding"})


def whole(least: int, most: int | None = None) -> Check:
    """Return a check for a whole number from `least` to `most`."""

    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if fits and (most is None or value <= most):  # type: ignore[operator]
            return
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigurationError(f"{attribute.name} must be a whole number {bounds}, not {value!r}")

    return check


def number(least: float, most: float) -> Check:
    """Return a check for a number from `least` to `most`."""

    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and not math.isnan(value) and least <= value <= most:  # type: ignore[arg-type,operator]
            return
        raise ConfigurationError(
            f"{attribute.name} must be a number from {least:g} to {most:g}, not {value!r}"
        )

    return check


def instance_of(kind: type, what: str) -> Check:
    """Return a check for a value of a type, called `what` in the message."""

    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, kind):
            raise ConfigurationError(f"{attribute.name} must be {what}, not {value!r}")

    return check


def token(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Check for a word that can stand in a request's first line."""
    if not (isinstance(value, str) and _TOKEN.fullmatch(value)):
        raise ConfigurationError(f"{attribute.name} must be an HTTP method, not {value!r}")


def headers(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    """Check for headers that can be sent as they are."""
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{attribute.name} must be a table, not {value!r}")
    for name, text in value.items():
        if not (isinstance(name, str) and _TOKEN.fullmatch(name)):
            raise ConfigurationError(f"{attribute.name} holds {name!r}, which is no header's name")
        if name.lower() in _FRAMING:
            raise ConfigurationError(f"{attribute.name} must leave {name} to the fault")
        if not isinstance(text, str) or _CONTROL.search(text):
            raise ConfigurationError(
                f"{attribute.name}.{name} must be text without control characters, not {text!r}"
            )
