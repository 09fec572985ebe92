"""What Spotzee accepts in a body: pure functions over values, without state.

The facts are from https://docs.spotzee.com/guides/sync-users and /api-reference (to 2026-09);
a comment marks what is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.spotzee.refusal import FieldFault, Refusal

BATCH_LIMIT: Final = 100
CHANNELS: Final = frozenset({"email", "text", "push", "webhook", "in_app"})
UNSUBSCRIBED: Final = 0
SUBSCRIBED: Final = 1
OPTED_IN: Final = 2

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")  # inferred: no more than the shape
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_FILLING: Final = re.compile(r"[\s().-]")
_PROFILE: Final = ("email", "phone", "timezone", "locale")
_IDENTITIES: Final = ("external_id", "anonymous_id")
_TEXT_OR_NULL: Final = (str, type(None))
_RULE_TYPES: Final = frozenset(
    {"wrapper", "string", "number", "boolean", "date", "array", "shopify_purchase"}
)
_RULE_GROUPS: Final = frozenset({"user", "event", "parent"})


def json_body(body: bytes) -> Any:
    """Return the value of a request body.

    Raises:
        Refusal: parameter_missing, there is none; parameter_invalid_format, it is no JSON (both
            inferred).
    """
    if not body.strip():
        raise Refusal("parameter_missing", "The request has no body.", param="body")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal("parameter_invalid_format", "The body is not JSON.", param="body") from None


def number_in_path(text: str, param: str) -> int:
    """Return the id in a path; inferred: one that is no number has the wrong format.

    Raises:
        Refusal: parameter_invalid_format.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > 20:
        raise Refusal("parameter_invalid_format", param=param)
    return int(text)


def fault(param: str, message: str, code: str = "parameter_invalid_format") -> FieldFault:
    """Return what is wrong with one field."""
    return FieldFault(param=param, code=code, message=message)


def missing(param: str) -> FieldFault:
    """Return that a field has to be there."""
    return fault(param, f"{param} is required.", "parameter_missing")


def batch_faults(value: Any) -> list[FieldFault]:
    """Return what keeps a body from being a batch, whatever its items are."""
    if not isinstance(value, list):
        return [fault("body", "The body must be an array.")]
    if not value:
        return [fault("body", "The array must not be empty.", "parameter_invalid_empty")]
    if len(value) > BATCH_LIMIT:
        return [fault("body", f"The array must not have more than {BATCH_LIMIT} items.")]
    return []


def user_faults(item: Any) -> list[FieldFault]:
    """Return what is wrong with one item of an upsert."""
    if not isinstance(item, dict):
        return [fault("item", "An item must be an object.")]
    faults = list(_identity_faults(item))
    faults += [
        fault(name, f"{name} must be text or null.")
        for name in _PROFILE
        if not isinstance(item.get(name), _TEXT_OR_NULL)
    ]
    if not isinstance(item.get("data"), dict | None):
        faults.append(fault("data", "data must be an object or null."))
    email, phone = item.get("email"), item.get("phone")
    if isinstance(email, str) and not _ADDRESS.fullmatch(email):
        faults.append(fault("email", "email must be an address."))
    if isinstance(phone, str) and not _PHONE.fullmatch(plain_phone(phone)):
        faults.append(fault("phone", "phone must be an E.164 number."))
    return faults


def plain_phone(text: str) -> str:
    """Return a number as E.164; inferred: blanks and the like are taken out on the way in."""
    return _PHONE_FILLING.sub("", text)


def toggle_faults(item: Any, *, of_somebody: bool = False) -> list[FieldFault]:
    """Return what is wrong with one change of a subscription.

    Args:
        item: What was sent.
        of_somebody: Whether the item has to say whose subscription it is.
    """
    if not isinstance(item, dict):
        return [fault("item", "An item must be an object.")]
    faults = list(_identity_faults(item)) if of_somebody else []
    if not _is_int(item.get("subscription_id")):
        faults.append(_absent_or(item, "subscription_id", "subscription_id must be an integer."))
    if not _is_int(item.get("state")) or item["state"] not in {UNSUBSCRIBED, SUBSCRIBED, OPTED_IN}:
        faults.append(_absent_or(item, "state", "state must be 0, 1 or 2."))
    return faults


def event_faults(item: Any) -> list[FieldFault]:
    """Return what is wrong with one event; inferred: it needs a name and a user."""
    if not isinstance(item, dict):
        return [fault("item", "An item must be an object.")]
    faults = list(_identity_faults(item))
    if not isinstance(item.get("name"), str) or not item["name"]:
        faults.append(_absent_or(item, "name", "name must be text."))
    if not isinstance(item.get("data"), dict | None):
        faults.append(fault("data", "data must be an object or null."))
    return faults


def rule_faults(value: Any, path: str = "rule") -> list[FieldFault]:
    """Return what is wrong with the rule tree of a dynamic list."""
    if not isinstance(value, dict):
        return [fault(path, f"{path} must be an object.")]
    faults = []
    if not isinstance(value.get("uuid"), str):
        faults.append(_absent_or(value, "uuid", "uuid must be text.", path))
    if not _among(value.get("type"), _RULE_TYPES):
        faults.append(_absent_or(value, "type", "type must be a rule's type.", path))
    if not _among(value.get("group"), _RULE_GROUPS):
        faults.append(_absent_or(value, "group", "group must be user, event or parent.", path))
    children = value.get("children", [])
    if not isinstance(children, list):
        return [*faults, fault(f"{path}.children", "children must be an array.")]
    for place, child in enumerate(children):
        faults += rule_faults(child, f"{path}.children.{place}")
    return faults


@attrs.frozen
class Field:
    """One field of an object's schema.

    Attributes:
        fits: Tells whether a value may stand there.
        message: What to say where it may not.
        required: Whether it has to be there.
    """

    fits: Callable[[Any], bool]
    message: str
    required: bool = False


def object_faults(value: Any, fields: Mapping[str, Field]) -> list[FieldFault]:
    """Return what is wrong with a body that has to be an object."""
    if not isinstance(value, dict):
        return [fault("body", "The body must be an object.")]
    return [
        _absent_or(value, name, field.message)
        for name, field in fields.items()
        if (field.required or name in value) and not field.fits(value.get(name))
    ]


def is_name(value: Any) -> bool:
    """Tell whether a value can name something."""
    return isinstance(value, str) and bool(value.strip())


def is_flag(value: Any) -> bool:
    """Tell whether a value is true or false."""
    return isinstance(value, bool)


def is_optional_flag(value: Any) -> bool:
    """Tell whether a value is true, false or null."""
    return value is None or isinstance(value, bool)


def is_tags(value: Any) -> bool:
    """Tell whether a value is a list of texts, or null."""
    return value is None or (isinstance(value, list) and all(isinstance(t, str) for t in value))


def _identity_faults(item: Mapping[str, Any]) -> Iterator[FieldFault]:
    given = [name for name in _IDENTITIES if item.get(name) is not None]
    if not given:
        yield missing("external_id")
    for name in given:
        if not isinstance(item[name], str):
            yield fault(name, f"{name} must be text.")
        elif not item[name].strip():
            yield fault(name, f"{name} must not be empty.", "parameter_invalid_empty")


def _absent_or(item: Mapping[str, Any], name: str, message: str, path: str = "") -> FieldFault:
    param = f"{path}.{name}" if path else name
    return fault(param, message) if name in item else missing(param)


def _among(value: object, choices: Collection[str]) -> bool:
    return isinstance(value, str) and value in choices


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
