"""A webhook's body becomes an event, and the key decides whether to believe it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import ConfigurationError, DecodeError
from sentori_async.platforms.sentori.webhooks import (
    ContactSubscribed,
    ContactUnsubscribed,
    MailingListSubscribed,
    MailingListUnsubscribed,
    WebhookEvent,
    parse_webhook,
)
from sentori_async.secret import Secret
from sentori_async.unset import UNSET

KEY = "00000000-0000-0000-0000-000000000000"
JOE = "joe@example.com"
HOOK = {
    "AccountExternalID": "1234ABCD",
    "EmailAddress": JOE,
    "Type": "subscribe",
    "Date": "2016-10-28T14:59:43.6889402Z",
    "Source": "User",
    "Description": "Added by hand",
}


def signed(hook: dict[str, Any], key: str = KEY) -> bytes:
    """Sign as api-webhooks, 2016-02-10, says: upper-case SHA-1 over four values and the key."""
    text = "".join(hook[name] for name in ("AccountExternalID", "EmailAddress", "Type", "Date"))
    vhash = hashlib.sha1((text + key).encode()).hexdigest().upper()
    return json.dumps({**hook, "vhash": vhash}).encode()


@pytest.mark.parametrize(
    ("kind", "cls"), [("subscribe", ContactSubscribed), ("unsubscribe", ContactUnsubscribed)]
)
@pytest.mark.parametrize("key", [KEY, Secret(KEY)])
def test_a_contact_hook_is_verified_by_the_key(kind: str, cls: type, key: str | Secret) -> None:
    event = parse_webhook(signed({**HOOK, "Type": kind}), key)

    assert type(event) is cls
    assert event.verified is True
    assert event.account_external_id == "1234ABCD"
    assert event.email_address == JOE
    assert event.type == kind
    assert event.source == "User"
    assert event.description == "Added by hand"


def test_the_date_is_utc_and_the_hash_is_over_all_its_digits() -> None:
    event = parse_webhook(signed(HOOK), KEY)

    assert event.date == datetime(2016, 10, 28, 14, 59, 43, 688940, tzinfo=UTC)
    assert event.verified is True


@pytest.mark.parametrize(
    "changed",
    [
        {"EmailAddress": "eve@example.com"},
        {"AccountExternalID": "0"},
        {"Type": "unsubscribe"},
        {"Date": "2016-10-28T14:59:43.6889403Z"},
        {"Date": None},
        {"vhash": None},
        {"vhash": ""},
        {"vhash": "é" * 40},
        {"vhash": 7},
    ],
    ids=str,
)
def test_a_changed_hook_is_not_believed(changed: dict[str, Any]) -> None:
    hook = {**json.loads(signed(HOOK)), **changed}
    if hook["vhash"] == 7:
        with pytest.raises(DecodeError, match=r"\$\.vhash"):
            parse_webhook(json.dumps(hook).encode(), KEY)
        return

    assert parse_webhook(json.dumps(hook).encode(), KEY).verified is False


def test_a_hook_without_a_hash_is_not_believed() -> None:
    assert parse_webhook(json.dumps(HOOK).encode(), KEY).verified is False


def test_another_key_does_not_verify() -> None:
    assert parse_webhook(signed(HOOK, "other"), KEY).verified is False


def test_the_case_and_the_space_around_a_hash_do_not_matter() -> None:
    hook = json.loads(signed(HOOK))
    hook["vhash"] = f" {hook['vhash'].lower()} "

    assert parse_webhook(json.dumps(hook).encode(), KEY).verified is True


def test_the_hash_does_not_cover_source_and_description() -> None:
    hook = {**json.loads(signed(HOOK)), "Source": "https://evil.example", "Description": "x"}

    assert parse_webhook(json.dumps(hook).encode(), KEY).verified is True


def test_without_a_key_nothing_is_checked() -> None:
    assert parse_webhook(signed(HOOK), None).verified is None


def test_an_empty_key_is_an_error_and_not_no_key() -> None:
    with pytest.raises(ConfigurationError, match="empty"):
        parse_webhook(signed(HOOK), "")


@pytest.mark.parametrize(
    ("kind", "cls"),
    [("subscribe", MailingListSubscribed), ("unsubscribe", MailingListUnsubscribed)],
)
def test_a_mailing_list_hook_cannot_be_verified(kind: str, cls: type) -> None:
    hook = {**HOOK, "Type": kind, "MailingListExternalID": "LISTID01"}

    event = parse_webhook(signed(hook), KEY)

    assert type(event) is cls
    assert isinstance(event, MailingListSubscribed | MailingListUnsubscribed)
    assert event.mailing_list_external_id == "LISTID01"
    assert event.verified is None


def test_a_kind_in_another_case_is_the_same_kind() -> None:
    assert type(parse_webhook(signed({**HOOK, "Type": "Subscribe"}), KEY)) is ContactSubscribed


def test_an_unknown_kind_is_kept_with_all_its_fields() -> None:
    event = parse_webhook(
        b'{"Type":"bounce","EmailAddress":"joe@example.com","Reason":{"Code":550}}', KEY
    )

    assert type(event) is WebhookEvent
    assert event.type == "bounce"
    assert event.email_address == JOE
    assert event.date is UNSET
    assert event.extra == {"Reason": {"Code": 550}}
    assert event.verified is None


def test_a_hook_without_a_kind_is_an_event() -> None:
    assert type(parse_webhook(b"{}", KEY)) is WebhookEvent
    assert type(parse_webhook(b'{"Type":null}', KEY)) is WebhookEvent


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"Type=subscribe", b"{", b"\xff"])
def test_what_is_no_json_object_is_a_decode_error(body: bytes) -> None:
    with pytest.raises(DecodeError, match="a webhook's body is a JSON object"):
        parse_webhook(body, KEY)


@given(
    st.binary()
    | st.recursive(st.none() | st.booleans() | st.text(), st.lists).map(
        lambda value: json.dumps({"Type": value, "vhash": value}).encode()
    )
)
def test_no_body_raises_anything_else(body: bytes) -> None:
    try:
        event = parse_webhook(body, KEY)
    except DecodeError:
        return

    assert not event.verified


def test_a_repr_shows_no_identity() -> None:
    assert repr(parse_webhook(signed(HOOK), KEY)) == (
        "ContactSubscribed(email_address='j***@e***.com', type='subscribe', "
        "date=datetime.datetime(2016, 10, 28, 14, 59, 43, 688940, tzinfo=datetime.timezone.utc), "
        "verified=True)"
    )
