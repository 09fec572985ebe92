"""Sent's models keep three states apart, keep what they do not know, and show no number."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Any

import attrs
import orjson
import pytest

import sentori_async
from sentori_async.errors import DecodeError
from sentori_async.platforms.sent import endpoints, envelopes, messaging, models
from sentori_async.platforms.sent.messaging import SentMessageStatus
from sentori_async.platforms.sent.names import CODEC, WIRE_NAMES
from sentori_async.unset import UNSET

JOE = "+12125550123"
MODELS = [model for model in WIRE_NAMES if model.__module__ != envelopes.__name__]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


@each_model
def test_an_absent_key_is_unset_and_a_null_is_none(model: Any) -> None:
    names = WIRE_NAMES[model]
    absent = CODEC.decoder(model)(b"{}")
    nulls = CODEC.decoder(model)(orjson.dumps(dict.fromkeys(names.values())))

    assert {getattr(absent, name) for name in names} == {UNSET}
    assert {getattr(nulls, name) for name in names} == {None}
    assert absent.extra == nulls.extra == {}


@each_model
def test_what_a_model_does_not_know_is_kept_and_written_back(model: Any) -> None:
    found = CODEC.decoder(model)(b'{"brand_new": [1, {"a": null}]}')

    assert found.extra == {"brand_new": [1, {"a": None}]}
    assert CODEC.document(found) == found.extra


@each_model
def test_a_model_is_public_under_its_own_name_and_says_what_it_holds(model: Any) -> None:
    assert getattr(sentori_async, model.__name__) is model
    assert model.__name__.startswith("Sent")
    for field in attrs.fields(model):
        assert f"        {field.name}: " in inspect.getsource(model)


@each_model
def test_no_repr_shows_a_number_a_text_or_a_secret(model: Any) -> None:
    """Ids, statuses and names may be shown; what somebody's number or words are may not."""
    private = {
        name
        for name in WIRE_NAMES[model]
        if name.startswith(("phone", "format_", "to", "from_", "body", "email", "signing_secret"))
    }
    found = model(**dict.fromkeys(private, JOE))

    assert JOE not in repr(found)
    assert "5550123" not in repr(found)


def test_every_model_of_the_folder_has_a_table() -> None:
    classes = {
        found
        for module in (models, messaging, endpoints, envelopes)
        for _, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__ and attrs.has(found)
    }
    assert classes == set(WIRE_NAMES)


def test_a_time_is_read_to_the_microsecond_with_its_zone() -> None:
    read = CODEC.decoder(models.SentContact)
    contact = read(b'{"created_at": "2026-11-21T12:00:00.1234567+00:00"}')

    assert contact.created_at == datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
    with pytest.raises(DecodeError, match=r"\$\.created_at is a number"):
        read(b'{"created_at": 7}')


@pytest.mark.parametrize(
    ("said", "status"),
    [("DELIVERED", SentMessageStatus.DELIVERED), ("TELEPORTED", "TELEPORTED")],
)
def test_a_newer_status_stays_a_text(said: str, status: Any) -> None:
    found = CODEC.decoder(messaging.SentMessage)(orjson.dumps({"status": said}))

    assert type(found.status) is type(status)
    assert found.status == status == said


@pytest.mark.parametrize(
    ("joined", "channels"),
    [
        ("sms,whatsapp", ("sms", "whatsapp")),
        (" sms , rcs ", ("sms", "rcs")),
        ("", ()),
        (None, ()),
        (UNSET, ()),
    ],
)
def test_the_channels_of_a_contact_are_taken_apart(joined: Any, channels: tuple[str, ...]) -> None:
    assert models.SentContact(available_channels=joined).channels == channels


def test_only_what_can_be_written_is_in_a_patch() -> None:
    contact = models.SentContact("id", phone_number=JOE, opt_out=None, extra={"new": 1})

    assert contact.patch() == models.SentContactPatch(opt_out=None)
    assert models.SentContactPatch().default_channel is UNSET


@pytest.mark.parametrize("number", [None, UNSET])
def test_a_number_that_is_not_known_is_shown_so(number: Any) -> None:
    assert f"phone_number={number!r}" in repr(models.SentContact(phone_number=number))
    assert "phone_number='***'" in repr(models.SentContact(phone_number="Joe"))
