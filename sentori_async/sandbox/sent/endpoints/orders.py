"""What a request to send says, read and checked: the contract of the official SDK 0.46.0 (2026)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import attrs

from sentori_async.sandbox.sent.endpoints.contacts import valid_number
from sentori_async.sandbox.sent.refusal import wrong
from sentori_async.sandbox.sent.rules import is_uuid, one_of, optional_text, texts
from sentori_async.sandbox.sent.state import SentState
from sentori_async.sandbox.sent.stores.templates import CHANNELS

_AUTO: Final = "sent"
_SOONEST: Final = dt.timedelta(minutes=1)
_LATEST: Final = dt.timedelta(days=30)


@attrs.frozen(eq=False, kw_only=True)
class Order:
    """What is to be sent, to whom and over what.

    Attributes:
        to: The numbers.
        channels: The channels; each makes a message of its own.
        senders: The own numbers to send from, by channel; none listed is any.
        template_id: The template, by its id.
        template_name: The template, by its name.
        parameters: The values of its variables.
        text: The text where there is no template.
        scheduled_at: When to send, in UTC and without a zone, or None for now.
    """

    to: list[str]
    channels: list[str]
    senders: Mapping[str, list[str]]
    template_id: str | None
    template_name: str | None
    parameters: Mapping[str, str]
    text: str | None
    scheduled_at: dt.datetime | None


def read_order(account: SentState, body: Mapping[str, Any]) -> Order:
    """Return the order in a request body.

    Raises:
        Refusal: A VALIDATION_ code; `details` names the field.
    """
    to = _recipients(account, body)
    channels = texts(body.get("channel") or [_AUTO], "channel")
    for channel in channels:
        one_of(channel, "channel", {*CHANNELS, _AUTO})
    media = texts(body.get("media_urls") or [], "media_urls")
    if "mms" in channels and not media:
        raise wrong("VALIDATION_001", "media_urls", "MMS needs something attached")
    template_id, template_name, parameters = _template(body)
    text = optional_text(body, "text")
    if bool(text) == bool(template_id or template_name):
        raise wrong("VALIDATION_001", "template", "Provide either template or text")
    return Order(
        to=to,
        channels=channels,
        senders=_senders(body),
        template_id=template_id,
        template_name=template_name,
        parameters=parameters,
        text=text,
        scheduled_at=_scheduled(account, body),
    )


def _recipients(account: SentState, body: Mapping[str, Any]) -> list[str]:
    if not body.get("to"):
        raise wrong(account.options.missing_field_code, "to", "The field is required")
    to = texts(body["to"], "to")
    most = account.options.max_recipients
    if most is not None and len(to) > most:
        raise wrong("VALIDATION_005", "to", f"At most {most} recipients")
    for place, number in enumerate(to):
        valid_number(account, number, f"to[{place}]")
    return list(dict.fromkeys(to))  # inferred: a number that is named twice gets one message


def _template(body: Mapping[str, Any]) -> tuple[str | None, str | None, dict[str, str]]:
    value = body.get("template")
    if value is None:
        return None, None, {}
    if not isinstance(value, dict):
        raise wrong("VALIDATION_001", "template", "The value must be an object")
    key, name = optional_text(value, "id"), optional_text(value, "name")
    if bool(key) == bool(name):
        raise wrong("VALIDATION_001", "template", "Provide either id or name")
    if key and not is_uuid(key):
        raise wrong("VALIDATION_003", "template.id", "Invalid GUID format")
    parameters = value.get("parameters") or {}
    if not isinstance(parameters, dict) or not all(
        isinstance(entry, str) for entry in parameters.values()
    ):
        raise wrong("VALIDATION_008", "template.parameters", "The values must be texts")
    return key, name, parameters


def _senders(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the own numbers by channel; country and strategy are not acted on."""
    value = body.get("channels") or {}
    if not isinstance(value, dict):
        raise wrong("VALIDATION_001", "channels", "The value must be an object")
    senders: dict[str, list[str]] = {}
    for channel, entries in value.items():
        one_of(channel, "channels", CHANNELS)
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise wrong("VALIDATION_001", f"channels.{channel}", "The value must be a list")
        field = f"channels.{channel}.from"
        senders[channel] = [n for e in entries for n in texts(e.get("from") or [], field)]
    return senders


def _scheduled(account: SentState, body: Mapping[str, Any]) -> dt.datetime | None:
    text = optional_text(body, "scheduled_at")
    if text is None:
        return None
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        raise wrong("VALIDATION_001", "scheduled_at", "The value must be ISO 8601") from None
    if when.tzinfo is None:
        raise wrong("VALIDATION_001", "scheduled_at", "The value needs an offset from UTC")
    at, now = when.astimezone(dt.UTC).replace(tzinfo=None), account.clock()
    if not now + _SOONEST <= at <= now + _LATEST:
        raise wrong("VALIDATION_005", "scheduled_at", "From one minute to 30 days ahead")
    return at
