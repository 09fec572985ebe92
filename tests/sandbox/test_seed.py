"""What the demonstration starts with."""

from pathlib import Path

from sentori_async import AsyncSent, AsyncSpotzee
from sentori_async.sandbox import Entry, Stage, seed_demo
from tests.sandbox.service import Service, Start


async def test_the_demonstration_finds_something_of_everything(service: Service) -> None:
    seed_demo(service.sandbox)
    account = service.account
    assert account.contacts.addresses() == [f"existing{n:04}@example.com" for n in range(1, 401)]
    assert account.suppression.all() == [f"optout{n:02}@example.com" for n in range(1, 26)]
    assert [(e.external_id, e.name) for e in account.mailing_lists.all()] == [
        ("LISTID01", "Newsletter"),
        ("LISTID02", "Product news"),
    ]
    assert list(account.fields.all()) == ["FavouriteColour", "LoyaltyTier"]
    assert account.audiences.all() == [Entry("AUDGOLD1", "Gold tier")]
    for stage in Stage:
        assert account.emails.all(stage)
    assert (await service.get("email/kpi/SENT0001/")).json["Sent"] == 100
    for report, number in [("bounced", 3), ("clicks", 2), ("abuse", 1)]:
        assert len((await service.get(f"email/{report}/SENT0001/")).json) == number
    golden = (await service.get("audiences/contacts/AUDGOLD1")).json
    assert 100 < len(golden) < 140
    assert len((await service.get("mailinglists/subscribers/LISTID01")).json) == 100


async def test_what_the_other_clients_cannot_make_is_there(service: Service) -> None:
    """Otherwise nobody could send a message, or subscribe anyone at Spotzee, with the command."""
    seed_demo(service.sandbox)
    sandbox = service.sandbox
    url = sandbox.url("sent")
    async with AsyncSent(api_key=sandbox.sent.api_key, base_url=url) as sent:
        await sent.contacts.add_or_update("+12125550199")
        await sent.messages.send(
            ["+12125550199"], template_name="welcome", parameters={"name": "Joe"}
        )
    url = sandbox.url("spotzee")
    async with AsyncSpotzee(api_key=sandbox.spotzee.api_key, base_url=url) as spotzee:
        types = [one async for one in spotzee.subscriptions.iterate()]
        assert [(one.id, one.name) for one in types] == [(1, "Newsletter")]


async def test_seeding_again_changes_nothing(start: Start, tmp_path: Path) -> None:
    """A state file may be seeded at every start; what became of it since is kept."""
    first = await start(state=tmp_path / "state.db")
    seed_demo(first.sandbox)
    await first.post("contact/delete/existing0001%40example.com/")
    seed_demo(first.sandbox)
    await first.sandbox.close()
    second = await start(state=tmp_path / "state.db")
    seed_demo(second.sandbox)
    assert second.account.contacts.count() == 399
