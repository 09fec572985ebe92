"""Outgoing webhooks: signed as the page says, and never sent."""

import datetime as dt
import hashlib

import orjson
import pytest

from sentori_async.sandbox import SentoriOptions
from tests.sandbox.service import Service, Start

WHEN = dt.datetime(2016, 10, 28, 14, 59, 43, 688940)  # noqa: DTZ001


def test_the_signature_is_a_plain_sha_1_of_five_values_in_order(service: Service) -> None:
    account = service.account
    body = orjson.loads(account.webhooks.build("subscribe", "joe@example.com", date=WHEN))
    assert list(body) == [
        "AccountExternalID",
        "EmailAddress",
        "Type",
        "Date",
        "Source",
        "vhash",
        "Description",
    ]
    assert body["Date"] == "2016-10-28T14:59:43.6889400Z"
    text = f"SANDBOX1joe@example.comsubscribe2016-10-28T14:59:43.6889400Z{account.api_key}"
    assert body["vhash"] == hashlib.sha1(text.encode()).hexdigest().upper()


def test_the_description_is_not_signed_and_an_unsubscription_has_no_source(
    service: Service,
) -> None:
    build = service.account.webhooks.build
    one = orjson.loads(build("unsubscribe", "joe@example.com", date=WHEN, description="One"))
    two = orjson.loads(build("unsubscribe", "joe@example.com", date=WHEN, description="Two"))
    assert one["vhash"] == two["vhash"]
    assert "Source" not in one
    assert (one["Type"], one["Description"], two["Description"]) == ("unsubscribe", "One", "Two")


@pytest.mark.parametrize("microsecond", [0, 688_940])
def test_a_date_has_seven_digits_of_fraction(service: Service, microsecond: int) -> None:
    when = WHEN.replace(microsecond=microsecond)
    body = orjson.loads(service.account.webhooks.build("subscribe", "a@example.com", date=when))
    assert body["Date"] == f"2016-10-28T14:59:43.{microsecond:06}0Z"


async def test_what_the_api_produces_is_kept_in_order(start: Start) -> None:
    service = await start(
        sentori=SentoriOptions(unsubscribe_fires_webhook=True), clock=lambda: WHEN
    )
    for address in ("a@example.com", "b@example.com"):
        await service.post(f"contact/unsubscribe/{address}/")
    build = service.account.webhooks.build
    assert service.account.webhooks.produced() == [
        build("unsubscribe", "a@example.com", date=WHEN),
        build("unsubscribe", "b@example.com", date=WHEN),
    ]
