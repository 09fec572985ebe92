"""Contacts go from each platform to others, with their fields and how they stand."""

from __future__ import annotations

from collections import Counter

import pytest

from sentori_async import InvalidInput
from sentori_async.migrate import End
from sentori_async.sandbox import GetResponseOptions, Sandbox
from tests.migrate.accounts import CAMPAIGN, Accounts, accounts, unlimited
from tests.sandbox.getresponse_service import Clock

TO_SPOTZEE = {
    "external_id": "EmailAddress",
    "email": "EmailAddress",
    "phone": "MobilePhoneNumber",
    "data.first_name": "FirstName",
}


def fill_getresponse(world: Accounts) -> str:
    """Fill a campaign with contacts of every standing, and return a custom field's id."""
    old = world.sandbox.getresponse
    country = old.custom_fields.add("country")
    values = [{"customFieldId": country, "value": ["UK"]}]
    old.contacts.add("ann@example.com", {"name": "Ann", "customFieldValues": values})
    old.contacts.add("bob@example.com", {"name": "Bob"})
    for name, reason in (("left", "unsubscribe"), ("hurt", "complaint"), ("dead", "bounce")):
        old.contacts.add(f"{name}@example.com", {"name": name.title()})
        old.contacts.remove(f"{name}@example.com", reason)
    old.contacts.add("under@example.com", status="undelivered")
    old.contacts.add("waits@example.com", status="unconfirmed")
    old.contacts.add("local@example.com")
    old.contacts.add("all@blocked.example.com")
    old.blocklist.add("local@example.com", "stranger@example.com", campaign=CAMPAIGN)
    old.blocklist.add("@blocked.example.com")
    return country


async def test_a_campaign_goes_to_a_list_with_its_opt_outs(world: Accounts) -> None:
    fill_getresponse(world)
    report = await world.migrate(
        "getresponse",
        "sentori",
        {
            "FirstName": "name",
            "CompanyName": {"constant": "Example Ltd"},
            "Title": {"from": "customFields.country", "values": {"UK": "GB"}},
        },
    )
    new = world.sandbox.sentori

    assert report.ok
    assert report.read == {"subscribed": 2, "unsubscribed": 3, "suppressed": 4}
    assert report.written.by_status == Counter(subscribed=2, unsubscribed=7)
    assert world.on_list() == ["ann@example.com", "bob@example.com"]
    assert sorted(new.suppression.all()) == [
        "all@blocked.example.com",
        "dead@example.com",
        "hurt@example.com",
        "under@example.com",
    ]
    ann, bob, left = (new.contacts.get(f"{name}@example.com") for name in ("ann", "bob", "left"))
    assert ann is not None
    assert bob is not None
    assert left is not None
    assert (ann["FirstName"], ann["CompanyName"], ann["Title"]) == ("Ann", "Example Ltd", "GB")
    assert (bob["FirstName"], bob["Title"]) == ("Bob", None)
    assert left["FirstName"] == "Left"
    assert new.contacts.get("waits@example.com") is None


async def test_a_list_goes_to_a_subscription_type(world: Accounts) -> None:
    world.subscribe("ann@example.com", {"FirstName": "Ann", "MobilePhoneNumber": "+441632960961"})
    world.subscribe("bob@example.com")
    report = await world.migrate("sentori", "spotzee", TO_SPOTZEE)
    ann = world.sandbox.spotzee.contacts.get("ann@example.com")

    assert report.ok
    assert ann is not None
    assert (ann["email"], ann["phone"]) == ("ann@example.com", "+441632960961")
    assert ann["data"] == {"first_name": "Ann"}
    assert world.sandbox.spotzee.subscriptions.states("bob@example.com")[world.news] == 1
    assert "lists neither suppressed nor unsubscribed" in report.cautions[0]


async def test_users_go_to_a_campaign_and_opt_outs_to_its_blocklists(world: Accounts) -> None:
    old, new = world.sandbox.spotzee, world.sandbox.getresponse
    for name in ("ann", "left", "gone"):
        data = {"first_name": name.title()}
        old.contacts.add(name, {"email": f"{name}@example.com", "data": data})
    old.subscriptions.set("left", world.news, 0)
    for kind in (world.news, world.other):
        old.subscriptions.set("gone", kind, 0)
    old.contacts.add("nameless")
    report = await world.migrate(
        "spotzee", "getresponse", {"email": "email", "name": "data.first_name"}
    )

    assert report.written.by_status == Counter(accepted=1, unsubscribed=2)
    assert [one["name"] for one in new.contacts.all()] == ["Ann"]
    assert new.contacts.count(status="removed") == 0
    assert new.blocklist.all(CAMPAIGN) == ["left@example.com"]
    assert new.blocklist.all() == ["gone@example.com"]
    assert report.left_out == 1
    assert report.verification is not None
    assert [one.reason for one in report.verification.first] == [
        "it was left out: it has no email, which is to be the email"
    ]
    assert not report.ok


async def test_numbers_go_where_the_map_says_so(world: Accounts) -> None:
    world.sandbox.sent.contacts.add("+12125550123")
    world.sandbox.sent.contacts.add("+12125550124", opt_out=True)
    report = await world.migrate(
        "sent", "spotzee", {"external_id": "phone_number", "phone": "phone_number"}
    )
    states = world.sandbox.spotzee.subscriptions.states("+12125550124")

    assert report.ok
    assert set(states.values()) == {0}
    assert world.sandbox.spotzee.subscriptions.states("+12125550123")[world.news] == 1


async def test_users_with_numbers_go_to_sent(world: Accounts) -> None:
    old = world.sandbox.spotzee
    old.contacts.add("ann", {"phone": "+12125550123"})
    old.contacts.add("left", {"phone": "+12125550124"})
    old.subscriptions.set("left", world.news, 0)
    report = await world.migrate("spotzee", "sent", {"phone_number": "phone"})
    marks = {one["phone_number"]: one["opt_out"] for one in world.sandbox.sent.contacts.all()}

    assert marks == {"+12125550123": False, "+12125550124": True}
    # Sent's opt-out is from everything, which is more than was asked for and no difference.
    assert report.ok


async def test_a_list_goes_to_a_campaign_and_back(world: Accounts) -> None:
    world.subscribe("ann@example.com", {"FirstName": "Ann"})
    there = await world.migrate("sentori", "getresponse", {"name": "FirstName"})
    world.sandbox.getresponse.contacts.remove("ann@example.com", "unsubscribe")
    back = await world.migrate("getresponse", "sentori", {"FirstName": "name"})

    assert there.ok
    assert back.ok
    assert world.on_list() == []
    assert world.sandbox.sentori.suppression.all() == []


async def test_custom_fields_of_a_contact_that_is_there_stay(world: Accounts) -> None:
    new = world.sandbox.getresponse
    country, colour = new.custom_fields.add("country"), new.custom_fields.add("colour")
    had = [{"customFieldId": colour, "value": ["red"]}]
    new.contacts.add("ann@example.com", {"customFieldValues": had})
    world.subscribe("ann@example.com", {"Title": "GB"})
    report = await world.migrate("sentori", "getresponse", {"customFields.country": "Title"})
    ann = new.contacts.get("ann@example.com")

    assert report.ok
    assert ann is not None
    values = {one["customFieldId"]: one["value"] for one in ann["customFieldValues"]}
    assert values == {country: ["GB"], colour: ["red"]}


async def test_a_queued_contact_is_looked_for_again() -> None:
    clock = Clock()
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock.skip(seconds)

    slow = GetResponseOptions(visible_after_s=10.0)
    options = {**unlimited(), "getresponse": slow}
    async with Sandbox(clock=clock, **options) as sandbox, accounts(sandbox) as world:
        world.subscribe("ann@example.com")
        waits = (5.0, 15.0, 30.0)
        report = await world.migrate("sentori", "getresponse", looks_after_s=waits, sleep=sleep)

    assert waited == [5, 15]
    assert report.ok


@pytest.mark.parametrize(
    ("source", "target", "asks"),
    [
        ("getresponse", "sent", "becomes phone_number"),
        ("sent", "sentori", "becomes EmailAddress"),
        ("sentori", "spotzee", "becomes external_id"),
    ],
)
async def test_other_identities_are_refused_without_a_map(
    world: Accounts, source: str, target: str, asks: str
) -> None:
    with pytest.raises(InvalidInput, match=asks):
        await world.migrate(source, target)

    assert not {record.method for record in world.sandbox.requests.latest()} - {"GET"}


async def test_places_that_are_not_there_are_refused(world: Accounts) -> None:
    getresponse = world.clients["getresponse"]
    with pytest.raises(InvalidInput, match="needs a campaign's id"):
        End.of(getresponse)
    with pytest.raises(InvalidInput, match="Sent has no lists"):
        End.of(world.clients["sent"], "x")
    with pytest.raises(InvalidInput, match="both where"):
        await world.migrate("sentori", "sentori")
