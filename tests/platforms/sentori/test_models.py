"""Sentori's models are the vendor's objects under readable names, and show no one's data."""

import re
from datetime import datetime
from typing import Any, get_type_hints

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import DecodeError
from sentori_async.platforms.sentori.models import (
    Contact,
    ContactPatch,
    EmailEvent,
    SocialKpi,
    Subscriber,
)
from sentori_async.platforms.sentori.names import CODEC, IMPORTABLE, WIRE_NAMES
from sentori_async.unset import UNSET, Unset

MODELS = list(WIRE_NAMES)
JOE = "joe.bloggs@example.com"
TEXT = st.text(st.characters(exclude_categories=["Cs"]))

# The sample of api-contacts, 2018-05-23.
SAMPLE = {
    "IsSuppressed": False,
    "IsBadEmailAddress": False,
    "SystemID": 16382,
    "CRMID": None,
    "Title": "Mr",
    "FirstName": "Joe",
    "LastName": "Example",
    "KnownAs": None,
    "EmailAddress": "joe@example.sentoriapp.com",
    "CompanyName": None,
    "PhoneNumber": None,
    "MobilePhoneNumber": None,
    "CreatedSourceValue": "Uploaded",
    "CreatedIPAddress": "127.0.0.1",
    "CreatedHttpReferrerUrl": None,
    "CreatedTimestamp": "2010-05-13T09:00:00",
    "ModifiedTimestamp": "2010-05-13T09:00:00",
    "IsConfirmed": True,
    "IsBadMobilePhoneNumber": False,
}
IMPORTABLE_SAMPLE = {name: SAMPLE[name] for name in IMPORTABLE.values()}

decode = CODEC.decoder(Contact)


def test_the_documented_contact_is_read_whole() -> None:
    moment = datetime(2010, 5, 13, 9)  # noqa: DTZ001 - the vendor names no zone

    assert decode(orjson.dumps(SAMPLE)) == Contact(
        False,
        False,
        16382,
        None,
        "Mr",
        "Joe",
        "Example",
        None,
        "joe@example.sentoriapp.com",
        None,
        None,
        None,
        "Uploaded",
        "127.0.0.1",
        None,
        moment,
        moment,
        True,
        False,
        {},
    )


def test_the_table_of_a_contact_is_in_the_vendors_order() -> None:
    assert list(WIRE_NAMES[Contact].values()) == list(SAMPLE)


@pytest.mark.parametrize("model", MODELS)
def test_every_attribute_is_its_wire_name_in_snake_case(model: type) -> None:
    for attribute, wire in WIRE_NAMES[model].items():
        assert attribute.replace("_", "") == wire.lower()
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", attribute)


@pytest.mark.parametrize(
    ("attribute", "wire"),
    [
        ("crm_id", "CRMID"),
        ("system_id", "SystemID"),
        ("created_ip_address", "CreatedIPAddress"),
        ("created_http_referrer_url", "CreatedHttpReferrerUrl"),
        ("is_bad_mobile_phone_number", "IsBadMobilePhoneNumber"),
    ],
)
def test_the_names_that_defeat_any_rule_are_these(attribute: str, wire: str) -> None:
    assert WIRE_NAMES[Contact][attribute] == wire


@pytest.mark.parametrize("model", MODELS)
def test_everything_is_unset_until_the_vendor_says_it(model: type) -> None:
    empty: Any = CODEC.decoder(model)(b"{}")

    assert all(getattr(empty, name) is UNSET for name in WIRE_NAMES[model])
    assert empty.extra == {}


@pytest.mark.parametrize("model", MODELS)
def test_what_the_vendor_adds_one_day_is_kept_and_written_back(model: type) -> None:
    found: Any = CODEC.decoder(model)(b'{"New":{"a":[1]}}')

    assert found.extra == {"New": {"a": [1]}}
    assert CODEC.encode(found) == b'{"New":{"a":[1]}}'


def test_two_objects_never_share_their_extra() -> None:
    one, other = decode(b"{}"), decode(b"{}")

    one.extra["Tea"] = "green"

    assert other.extra == {}


FIELDS = [(model, name) for model in MODELS for name in WIRE_NAMES[model]]
VALUES: dict[type, Any] = {
    str: "x",
    bool: True,
    int: 7,
    datetime: "2010-05-13T09:00:00",
    SocialKpi: {"Tweets": 1},
}


@pytest.mark.parametrize(
    ("model", "name"), FIELDS, ids=[f"{model.__name__}.{name}" for model, name in FIELDS]
)
def test_every_field_tells_absent_from_null_from_a_value(model: type, name: str) -> None:
    wire = WIRE_NAMES[model][name]
    options = get_type_hints(model)[name].__args__
    value = next(VALUES[option] for option in options if option in VALUES)
    read: Any = CODEC.decoder(model)

    assert getattr(read(b"{}"), name) is UNSET
    assert Unset in options
    assert getattr(read(orjson.dumps({wire: value})), name) not in (None, UNSET)
    null = orjson.dumps({wire: None})
    if type(None) in options:
        assert getattr(read(null), name) is None
        assert CODEC.encode(read(null)) == null
    else:
        with pytest.raises(DecodeError, match=rf"\$\.{wire} is null"):
            read(null)


def test_only_what_identifies_and_what_the_page_never_shows_null_refuses_null() -> None:
    hints = get_type_hints(Contact)
    strict = {name for name in WIRE_NAMES[Contact] if type(None) not in hints[name].__args__}

    assert strict == {"is_suppressed", "is_bad_email_address", "system_id", "email_address"}


# --------------------------------------------------------------------------------------- patch


def test_a_patch_takes_the_importable_fields_by_keyword_only() -> None:
    fields = [field for field in attrs.fields(ContactPatch) if field.name != "extra"]

    assert [field.name for field in fields] == list(IMPORTABLE)
    assert all(field.kw_only for field in fields)
    assert CODEC.encode(ContactPatch()) == b"{}"


def test_a_contacts_patch_writes_back_what_was_read_and_nothing_read_only() -> None:
    contact = decode(orjson.dumps({**SAMPLE, "Tea": None, "Score": 7}))

    patch = contact.patch()

    assert orjson.loads(CODEC.encode(patch)) == {**IMPORTABLE_SAMPLE, "Tea": None, "Score": 7}


def test_a_contacts_patch_is_a_copy() -> None:
    contact = Contact(extra={"Tea": "green"})

    contact.patch().extra["Tea"] = "black"

    assert contact.extra == {"Tea": "green"}


@given(
    st.builds(
        Contact,
        is_suppressed=st.booleans() | st.just(UNSET),
        system_id=st.integers(0, 2**53) | st.just(UNSET),
        first_name=TEXT | st.none() | st.just(UNSET),
        email_address=st.emails() | st.just(UNSET),
        created_timestamp=st.datetimes() | st.none() | st.just(UNSET),
        extra=st.dictionaries(TEXT.filter(lambda name: name not in SAMPLE), TEXT | st.none()),
    )
)
def test_a_contact_survives_the_round_trip_with_extras(contact: Contact) -> None:
    assert decode(CODEC.encode(contact)) == contact


# ---------------------------------------------------------------------------------------- repr


def test_reprs_show_no_identity_and_no_contact_data() -> None:
    contact = decode(
        orjson.dumps({**SAMPLE, "EmailAddress": JOE, "PhoneNumber": "+44 20 7946 0000"})
    )

    assert repr(contact) == "Contact(system_id=16382, email_address='j***@e***.com')"
    assert repr(Subscriber(1, JOE)) == "Subscriber(system_id=1, email_address='j***@e***.com')"
    assert repr(EmailEvent(JOE, None)) == (
        "EmailEvent(email_address='j***@e***.com', timestamp=None)"
    )
    assert repr(ContactPatch(first_name="Joe", email_address=JOE, extra={"Tea": "green"})) == (
        "ContactPatch(<first_name, email_address, Tea>)"
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [("Joe from Leeds", "'***'"), (UNSET, "UNSET"), (None, "None"), ("", "'***'")],
)
def test_an_address_that_is_none_is_hidden_whole(address: Any, shown: str) -> None:
    assert repr(Contact(email_address=address)).endswith(f"email_address={shown})")
