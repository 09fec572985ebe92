"""Nobody who has opted out becomes subscribed, whatever else happens."""

from __future__ import annotations

from collections import Counter

import pytest

from sentori_async.migrate import Migration
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, SentoriOptions
from sentori_async.sandbox.faults import kinds
from tests.migrate.accounts import CAMPAIGN, Accounts, accounts, unlimited


async def test_who_left_the_source_leaves_the_target(world: Accounts) -> None:
    world.sandbox.getresponse.contacts.add("left@example.com")
    world.sandbox.getresponse.contacts.remove("left@example.com", "unsubscribe")
    world.subscribe("left@example.com")
    report = await world.migrate("getresponse", "sentori")

    assert report.ok
    assert world.on_list() == []
    assert world.sandbox.sentori.suppression.all() == []


async def test_a_new_contact_that_left_the_source_is_taken_off_the_list_last(
    world: Accounts,
) -> None:
    world.sandbox.getresponse.contacts.add("left@example.com")
    world.sandbox.getresponse.contacts.remove("left@example.com", "unsubscribe")
    await world.migrate("getresponse", "sentori", verify=False)
    asked = [one.route for one in world.sandbox.requests.latest() if one.platform == "sentori"]

    assert asked[-3:] == ["contacts.unsubscribe", "contacts.add_or_update", "contacts.unsubscribe"]


@pytest.mark.parametrize("lifts", [False, True])
async def test_who_is_suppressed_at_the_target_stays_so(lifts: bool) -> None:
    options = SentoriOptions(subscribe_lifts_suppression=lifts)
    async with Sandbox(**unlimited(), sentori=options) as sandbox, accounts(sandbox) as world:
        sandbox.getresponse.contacts.add("ann@example.com")
        sandbox.sentori.suppression.add("ann@example.com")
        report = await world.migrate("getresponse", "sentori")

        assert sandbox.sentori.suppression.all() == ["ann@example.com"]
        assert world.on_list() == []
        assert report.verification is not None
        assert [one.reason for one in report.verification.first] == [
            "it is suppressed there and stays so"
        ]


async def test_who_left_the_type_at_spotzee_stays_so(world: Accounts) -> None:
    world.subscribe("ann@example.com", {"FirstName": "Ann"})
    new = world.sandbox.spotzee
    new.contacts.add("ann@example.com")
    new.subscriptions.set("ann@example.com", world.news, 0)
    mapping = {"external_id": "EmailAddress", "data.first_name": "FirstName"}
    report = await world.migrate("sentori", "spotzee", mapping)
    ann = new.contacts.get("ann@example.com")

    assert report.written.by_status == Counter(unsubscribed=1)
    assert new.subscriptions.states("ann@example.com")[world.news] == 0
    assert ann is not None
    assert ann["data"] == {"first_name": "Ann"}


@pytest.mark.parametrize("way", ["removed", "blocked", "opted out"])
async def test_who_left_the_campaign_is_not_added_again(world: Accounts, way: str) -> None:
    new = world.sandbox.getresponse
    if way == "removed":
        # Added anew, and only the record of the removal tells.
        new.contacts.add("ann@example.com")
        new.contacts.remove("ann@example.com", "api")
    elif way == "blocked":
        new.blocklist.add("@example.com")
    else:
        new.blocklist.add("ann@example.com", campaign=CAMPAIGN)
    world.subscribe("ann@example.com")
    report = await world.migrate("sentori", "getresponse")

    assert report.written.by_status == Counter(unsubscribed=1)
    assert new.contacts.count() == 0
    assert "contacts.add" not in {one.route for one in world.sandbox.requests.latest()}


async def test_who_opted_out_at_sent_stays_so(world: Accounts) -> None:
    world.sandbox.spotzee.contacts.add("ann", {"phone": "+12125550123"})
    world.sandbox.sent.contacts.add("+12125550123", opt_out=True)
    report = await world.migrate("spotzee", "sent", {"phone_number": "phone"})

    assert report.written.by_status == Counter(unsubscribed=1)
    assert [one["opt_out"] for one in world.sandbox.sent.contacts.all()] == [True]


async def test_of_two_contacts_that_become_one_the_opt_out_holds(world: Accounts) -> None:
    old = world.sandbox.spotzee
    for name in ("one", "two", "three"):
        old.contacts.add(name, {"email": "Ann@example.com" if name == "two" else "ann@example.com"})
    old.subscriptions.set("two", world.news, 0)
    report = await world.migrate("spotzee", "sentori", {"EmailAddress": "email"})

    assert report.read == {"unsubscribed": 1}
    assert world.on_list() == []


async def test_an_opt_out_holds_where_its_own_contact_cannot_be_written(world: Accounts) -> None:
    """A blocked address has no customer's number; the contact of the same address has one."""
    old = world.sandbox.getresponse
    number = old.custom_fields.add("number")
    for name in ("ann", "left"):
        values = [{"customFieldId": number, "value": [name]}]
        old.contacts.add(f"{name}@example.com", {"customFieldValues": values})
    old.contacts.remove("left@example.com", "unsubscribe")
    values = [{"customFieldId": number, "value": ["left"]}]
    old.contacts.add("left@example.com", {"customFieldValues": values})
    report = await world.migrate(
        "getresponse", "spotzee", {"external_id": "customFields.number", "email": "email"}
    )

    assert world.sandbox.spotzee.subscriptions.states("ann")[world.news] == 1
    assert world.sandbox.spotzee.subscriptions.states("left")[world.news] == 0
    assert report.left_out == 0


def add_numbered(world: Accounts, number: str, *names: str) -> None:
    """Add contacts of different addresses that have the same customer's number."""
    old = world.sandbox.getresponse
    field = next((one["customFieldId"] for one in old.custom_fields.all()), None)
    field = field or old.custom_fields.add("number")
    for name in names:
        values = [{"customFieldId": field, "value": [number]}]
        old.contacts.add(f"{name}@example.com", {"customFieldValues": values})


async def test_an_opt_out_holds_for_all_addresses_of_a_customer(world: Accounts) -> None:
    """One of two addresses has left, which only its record without a number says."""
    old = world.sandbox.getresponse.contacts
    add_numbered(world, "7", "home", "work")
    old.remove("work@example.com", "unsubscribe")
    add_numbered(world, "7", "work")
    mapping = {"external_id": "customFields.number", "email": "email"}
    report = await world.migrate("getresponse", "spotzee", mapping)

    assert report.read == {"unsubscribed": 1}
    assert world.sandbox.spotzee.subscriptions.states("7")[world.news] == 0


async def test_who_leaves_meanwhile_is_found_by_what_the_source_knows_it_by(
    world: Accounts,
) -> None:
    old, new = world.sandbox.getresponse.contacts, world.sandbox.spotzee.subscriptions
    add_numbered(world, "7", "ann")
    add_numbered(world, "8", "bob")
    mapping = {"external_id": "customFields.number", "email": "email"}
    ends = world.end("getresponse"), world.end("spotzee")
    async with Migration(*ends, mapping=mapping) as migration:
        await migration.open()
        await migration.read()
        async with migration.write() as outcomes:
            assert [one.status async for one in outcomes] == ["subscribed"] * 2
        old.remove("ann@example.com", "unsubscribe")
        assert await migration.read_late() == 1
        world.sandbox.getresponse.blocklist.add("ann@example.com")
        assert await migration.read_late() == 1
        async with migration.write_late() as outcomes:
            assert [one.status async for one in outcomes] == ["unsubscribed"] * 2
        verification = await migration.verify()

    assert set(new.states("7").values()) == {0}
    assert new.states("8")[world.news] == 1
    assert verification.ok
    assert verification.expected == Counter(subscribed=1, suppressed=1)


async def test_who_leaves_while_contacts_are_written_is_carried_over_too(world: Accounts) -> None:
    old = world.sandbox.getresponse
    for name in ("ann", "late"):
        old.contacts.add(f"{name}@example.com")
    migration = Migration(world.end("getresponse"), world.end("sentori"))
    async with migration:
        await migration.open()
        await migration.read()
        old.contacts.remove("late@example.com", "unsubscribe")
        old.blocklist.add("stranger@example.com")
        async with migration.write() as outcomes:
            assert len([one async for one in outcomes]) == 2
        assert world.on_list() == ["ann@example.com", "late@example.com"]
        assert await migration.read_late() == 2
        assert await migration.read_late() == 0
        async with migration.write_late() as outcomes:
            assert {one.status async for one in outcomes} == {"unsubscribed"}
        verification = await migration.verify()

    assert world.on_list() == ["ann@example.com"]
    assert world.sandbox.sentori.suppression.all() == ["stranger@example.com"]
    assert verification.ok
    assert verification.expected == Counter(subscribed=1, unsubscribed=1, suppressed=1)


async def test_a_map_may_suppress_who_is_unsubscribed(world: Accounts) -> None:
    from sentori_async.migrate import FieldMap, Standing

    world.sandbox.getresponse.contacts.add("left@example.com")
    world.sandbox.getresponse.contacts.remove("left@example.com", "unsubscribe")
    await world.migrate("getresponse", "sentori", FieldMap(unsubscribed=Standing.SUPPRESSED))

    assert world.sandbox.sentori.suppression.all() == ["left@example.com"]


# ---------------------------------------------------------- an opt-out that cannot be written


def refusing(route: str) -> FaultScript:
    return FaultScript([FaultRule(route, kinds.Status(status=400))])


async def test_without_its_opt_out_a_contact_is_not_written_to_sentori() -> None:
    faults = refusing("contacts.unsubscribe*")
    async with Sandbox(**unlimited(), faults=faults) as sandbox, accounts(sandbox) as world:
        for name, reason in (("left", "unsubscribe"), ("hurt", "complaint")):
            sandbox.getresponse.contacts.add(f"{name}@example.com")
            sandbox.getresponse.contacts.remove(f"{name}@example.com", reason)
        report = await world.migrate("getresponse", "sentori")

        assert report.written.by_status == Counter(failed=2)
        assert sandbox.sentori.contacts.count() == 0
        assert report.verification is not None
        assert {one.reason for one in report.verification.first} == {"it is not there"}


@pytest.mark.parametrize(("first_refused", "left_there"), [(1, []), (2, [None])])
async def test_without_its_opt_out_a_user_at_spotzee_has_no_address(
    first_refused: int, left_there: list[None]
) -> None:
    """The first try finds no user, the second one is to switch off the user that was made."""
    rule = FaultRule(
        "contacts.set_subscriptions", kinds.Status(status=400), after=first_refused - 1
    )
    faults = FaultScript([rule])
    async with Sandbox(**unlimited(), faults=faults) as sandbox, accounts(sandbox) as world:
        sandbox.getresponse.contacts.add("left@example.com")
        sandbox.getresponse.contacts.remove("left@example.com", "unsubscribe")
        mapping = {"external_id": "email", "email": "email"}
        report = await world.migrate("getresponse", "spotzee", mapping)

        assert report.written.by_status == Counter(failed=1)
        assert [one["email"] for one in sandbox.spotzee.contacts.all()] == left_there


async def test_without_its_opt_out_a_number_is_taken_back_from_sent() -> None:
    faults = refusing("contacts.update")
    async with Sandbox(**unlimited(), faults=faults) as sandbox, accounts(sandbox) as world:
        sandbox.spotzee.contacts.add("left", {"phone": "+12125550124"})
        sandbox.spotzee.subscriptions.set("left", world.news, 0)
        report = await world.migrate("spotzee", "sent", {"phone_number": "phone"})

        assert report.written.succeeded == 0
        assert sandbox.sent.contacts.numbers() == []


async def test_nobody_is_ever_added_to_a_campaign_before_being_blocked(world: Accounts) -> None:
    world.sandbox.spotzee.contacts.add("left", {"email": "left@example.com"})
    world.sandbox.spotzee.subscriptions.set("left", world.news, 0)
    world.sandbox.getresponse.contacts.add("left@example.com")
    await world.migrate("spotzee", "getresponse", {"email": "email"})

    assert world.sandbox.getresponse.contacts.emails(status="removed") == ["left@example.com"]
    assert world.sandbox.getresponse.contacts.count() == 0
    assert "contacts.add" not in {one.route for one in world.sandbox.requests.latest()}
