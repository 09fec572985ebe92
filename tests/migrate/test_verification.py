"""What is read back and is not as it should be is named, contact by contact."""

from __future__ import annotations

from collections import Counter

from sentori_async.migrate import Difference, Migration, Verification
from tests.migrate.accounts import LIST, Accounts


async def written(world: Accounts, source: str, target: str, mapping: object) -> Migration:
    """Return a migration that has written everything."""
    migration = Migration(
        world.end(source),
        world.end(target),
        mapping=mapping,  # type: ignore[arg-type]
        looks_after_s=(),
    )
    await migration.open()
    await migration.read()
    async with migration.write() as outcomes:
        assert all([one.ok async for one in outcomes])
    return migration


async def verified(migration: Migration) -> tuple[Verification, dict[str, str]]:
    """Return what verifying came to, and the reasons by contact."""
    told: list[Difference] = []
    async with migration:
        result = await migration.verify(told.append)
    assert result.differences == len(told)
    assert result.first == told
    return result, {one.contact: one.reason for one in told}


async def test_differences_planted_in_a_list_are_named(world: Accounts) -> None:
    old, new = world.sandbox.getresponse, world.sandbox.sentori
    for name in ("ann", "bob", "changed", "lost", "left", "hurt", "off", "sick"):
        old.contacts.add(f"{name}@example.com", {"name": name})
    old.contacts.remove("left@example.com", "unsubscribe")
    old.contacts.remove("hurt@example.com", "complaint")
    migration = await written(world, "getresponse", "sentori", {"FirstName": "name"})
    client = world.clients["sentori"]
    await client.contacts.update("changed@example.com", {"FirstName": "Other"})  # type: ignore[attr-defined]
    await client.contacts.delete("lost@example.com")  # type: ignore[attr-defined]
    await client.contacts.unsubscribe("off@example.com", LIST)  # type: ignore[attr-defined]
    new.mailing_lists.subscribe(LIST, "left@example.com")
    new.suppression.remove("hurt@example.com")
    new.suppression.add("sick@example.com")
    result, reasons = await verified(migration)

    assert reasons == {
        "changed@example.com": "other values in FirstName",
        "lost@example.com": "it is not there",
        "off@example.com": "it is unsubscribed there and stays so",
        "left@example.com": "it is subscribed and must be unsubscribed",
        "hurt@example.com": "it is unsubscribed and must be suppressed",
        "sick@example.com": "it is suppressed there and stays so",
    }
    assert result.expected == Counter(subscribed=6, unsubscribed=1, suppressed=1)
    assert result.found == Counter(subscribed=4, unsubscribed=2, suppressed=1, absent=1)
    assert not result.ok
    assert "example" not in repr(result.first[0]).replace("***.com", "")


async def test_differences_planted_in_a_campaign_are_named(world: Accounts) -> None:
    old, new = world.sandbox.spotzee, world.sandbox.getresponse
    for name in ("ann", "gone", "left", "back"):
        old.contacts.add(name, {"email": f"{name}@example.com", "data": {"name": name}})
    for name in ("left", "back"):
        old.subscriptions.set(name, world.news, 0)
    mapping = {"email": "email", "name": "data.name"}
    migration = await written(world, "spotzee", "getresponse", mapping)
    new.contacts.remove("gone@example.com", "unsubscribe")
    new.contacts.add("back@example.com")
    new.blocklist.remove("left@example.com", campaign=world.end("getresponse").side.place)
    _, reasons = await verified(migration)

    assert reasons == {
        "gone@example.com": "it is not there",
        "back@example.com": "it is subscribed and must be unsubscribed",
        "left@example.com": "it is not there",
    }


async def test_differences_planted_in_a_project_are_named(world: Accounts) -> None:
    old, new = world.sandbox.sent, world.sandbox.spotzee
    for n in range(4):
        old.contacts.add(f"+1212555012{n}", opt_out=n == 3)
    mapping = {"external_id": "phone_number", "phone": "format_international"}
    migration = await written(world, "sent", "spotzee", mapping)
    new.contacts.archive("+12125550120")
    new.subscriptions.set("+12125550121", world.news, 0)
    new.subscriptions.set("+12125550123", world.news, 2)
    _, reasons = await verified(migration)

    assert reasons == {
        "+12125550120": "it is not there",
        "+12125550121": "it is unsubscribed there and stays so",
        "+12125550123": "it is subscribed and must be suppressed",
    }


async def test_who_left_the_list_after_a_first_look_is_not_taken_for_a_member(
    world: Accounts,
) -> None:
    world.sandbox.getresponse.contacts.add("ann@example.com")
    migration = await written(world, "getresponse", "sentori", {})
    async with migration:
        first = await migration.verify()
        await world.clients["sentori"].contacts.unsubscribe("ann@example.com", LIST)  # type: ignore[attr-defined]
        second = await migration.verify()

    assert first.ok
    assert second.differences == 1
