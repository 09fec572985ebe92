"""Accounts that share nothing, and seeds that fit them."""

import pytest

from sentori_async.errors import InvalidInput
from tests.sandbox.service import Service

JOE = "contact/{}/joe%40example.com/"


async def test_two_accounts_share_nothing(service: Service) -> None:
    key = "ABCDEF00-1111-2222-3333-444444444444"
    other = service.account.accounts.add(key)
    other.contacts.add("joe@example.com", {"FirstName": "Other"})
    other.fields.add("LoyaltyTier")
    assert (await service.get(JOE.format("get"))).error == (404, 101)
    assert (await service.post(JOE.format("add"), {"LoyaltyTier": "x"})).error == (400, 103)
    for spelling in (key, key.lower()):
        answer = await service.send("GET", JOE.format("get"), headers={"apikey": spelling})
        assert answer.json["FirstName"] == "Other"


@pytest.mark.parametrize("key", ["secret", "00000000-0000-0000-0000-000000000000", ""])
async def test_an_account_needs_a_key_of_its_own(service: Service, key: str) -> None:
    with pytest.raises(InvalidInput, match="known already, or not a GUID"):
        service.account.accounts.add(key)


async def test_a_state_does_not_show_its_key(service: Service) -> None:
    assert service.account.api_key not in repr(service.account)


async def test_a_seed_that_does_not_fit_is_refused(service: Service) -> None:
    contacts = service.account.contacts
    contacts.add("joe@example.com")
    for address, fields in [("JOE@example.com", {}), ("joe", {}), ("a@example.com", {"X": "y"})]:
        with pytest.raises(InvalidInput):
            contacts.add(address, fields)
    for name in ("FirstName", "firstname", "systemid", "No Space", "1st", ""):
        with pytest.raises(InvalidInput, match="cannot become a contact field"):
            service.account.fields.add(name)
    assert contacts.addresses() == ["joe@example.com"]
    assert service.account.fields.all() == {}


async def test_many_contacts_are_seeded_all_or_none(service: Service) -> None:
    rows = [{"EmailAddress": f"a{n}@example.com", "Title": "Dr"} for n in range(100)]
    assert service.account.contacts.add_many(rows) == 100
    with pytest.raises(InvalidInput):
        service.account.contacts.add_many([{"EmailAddress": "new@example.com"}, rows[0]])
    assert service.account.contacts.count() == 100
    assert service.account.contacts.get("a7@example.com") == service.account.contacts.get(8)
    assert service.account.contacts.get("new@example.com") is None
