"""Mailing lists and suppression: who is on which list, and who may be mailed."""

import pytest

from sentori_async.errors import InvalidInput
from tests.sandbox.service import Service

JOE = "joe%40example.com"


@pytest.fixture
async def lists(service: Service) -> Service:
    """Return a sandbox with two lists and a contact on neither."""
    service.account.mailing_lists.add("LISTID01", "Newsletter", "Monthly")
    service.account.mailing_lists.add("LISTID02", "Product news")
    service.account.contacts.add("joe@example.com")
    return service


async def test_subscribing_twice_is_subscribing_once(lists: Service) -> None:
    for _ in range(2):
        answer = await lists.post(f"contact/subscribe/{JOE}/LISTID01/")
        assert (answer.status, answer.body) == (200, b"")
    assert lists.account.mailing_lists.members("LISTID01") == ["joe@example.com"]
    assert lists.account.mailing_lists.of("JOE@example.com") == ["LISTID01"]


async def test_unsubscribing_twice_is_unsubscribing_once(lists: Service) -> None:
    lists.account.mailing_lists.subscribe("LISTID01", "joe@example.com")
    lists.account.mailing_lists.subscribe("LISTID02", "joe@example.com")
    for _ in range(2):
        answer = await lists.post(f"contact/unsubscribe/{JOE}/LISTID01/")
        assert (answer.status, answer.body) == (200, b"")
    assert lists.account.mailing_lists.of("joe@example.com") == ["LISTID02"]
    assert lists.account.suppression.all() == []


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize(
    ("rest", "error"),
    [
        pytest.param("nobody%40example.com/LISTID01/", (404, 101), id="contact"),
        pytest.param(f"{JOE}/NOWHERE1/", (404, 200), id="list"),
        pytest.param(f"{JOE}/listid01/", (404, 200), id="ids-have-a-case"),
        pytest.param("nobody/LISTID01/", (400, 100), id="address"),
    ],
)
async def test_a_list_needs_a_contact_and_a_list(
    lists: Service, verb: str, rest: str, error: tuple[int, int]
) -> None:
    assert (await lists.post(f"contact/{verb}/{rest}")).error == error


async def test_unsubscribing_from_everything_suppresses_the_address(lists: Service) -> None:
    lists.account.mailing_lists.subscribe("LISTID01", "joe@example.com")
    lists.account.mailing_lists.subscribe("LISTID02", "joe@example.com")
    for _ in range(2):
        answer = await lists.post(f"contact/unsubscribe/{JOE}/")
        assert (answer.status, answer.body) == (200, b"")
    assert lists.account.mailing_lists.of("joe@example.com") == []
    assert (await lists.get(f"contact/get/{JOE}/")).json["IsSuppressed"] is True
    assert lists.account.suppression.all() == ["joe@example.com"]


async def test_unsubscribing_an_unknown_address_suppresses_it_too(service: Service) -> None:
    assert (await service.post("contact/unsubscribe/Opt%40example.com/")).status == 200
    assert service.account.suppression.all() == ["Opt@example.com"]
    assert "opt@EXAMPLE.com" in service.account.suppression
    assert service.account.contacts.count() == 0
    assert (await service.post("contact/unsubscribe/nobody/")).error == (400, 100)


async def test_subscribing_does_not_lift_a_suppression(lists: Service) -> None:
    lists.account.suppression.add("joe@example.com")
    assert (await lists.post(f"contact/subscribe/{JOE}/LISTID01/")).status == 200
    assert lists.account.suppression.all() == ["joe@example.com"]
    assert (await lists.get("mailinglists/subscribers/LISTID01")).json == []
    assert lists.account.mailing_lists.members("LISTID01") == ["joe@example.com"]


async def test_a_rename_does_not_lift_a_suppression(lists: Service) -> None:
    lists.account.suppression.add("joe@example.com")
    body = {"EmailAddress": "new@example.com"}
    assert (await lists.post(f"contact/update/{JOE}/", body)).json["IsSuppressed"] is True
    assert lists.account.suppression.all() == ["joe@example.com", "new@example.com"]


async def test_lists_are_shown_as_documented(lists: Service) -> None:
    newsletter = {"ExternalID": "LISTID01", "Name": "Newsletter", "Description": "Monthly"}
    product = {"ExternalID": "LISTID02", "Name": "Product news", "Description": ""}
    assert (await lists.get("mailinglists/")).json == [newsletter, product]
    assert (await lists.get("mailinglists/LISTID02/")).json == product
    assert (await lists.get("mailinglists/NOWHERE1/")).error == (404, 200)
    assert (await lists.get("mailinglists/subscribers/NOWHERE1")).error == (404, 200)


async def test_subscribers_is_a_word_and_no_id(lists: Service) -> None:
    lists.account.mailing_lists.add("subscribers", "A list that cannot be asked for")
    assert (await lists.get("mailinglists/subscribers/")).status == 404


async def test_subscribers_are_those_who_would_be_mailed(lists: Service) -> None:
    account = lists.account
    account.contacts.add("bad@example.com", {"IsBadEmailAddress": True})
    account.contacts.add("opt@example.com")
    account.contacts.add("Ann@example.com")
    account.contacts.add("elsewhere@example.com")
    everyone = ["joe@example.com", "bad@example.com", "opt@example.com", "Ann@example.com"]
    account.mailing_lists.subscribe("LISTID01", *reversed(everyone))
    account.suppression.add("OPT@example.com")
    answer = await lists.get("mailinglists/subscribers/LISTID01")
    assert answer.json == [
        {"SystemID": "1", "EmailAddress": "joe@example.com"},
        {"SystemID": "4", "EmailAddress": "Ann@example.com"},
    ]
    assert account.mailing_lists.members("LISTID01") == everyone


async def test_an_address_can_be_taken_off_the_suppression_list_by_hand(lists: Service) -> None:
    lists.account.suppression.add("joe@example.com", "JOE@example.com", "ann@example.com")
    assert lists.account.suppression.all() == ["joe@example.com", "ann@example.com"]
    lists.account.suppression.remove("Joe@example.com")
    assert lists.account.suppression.all() == ["ann@example.com"]


async def test_seeds_that_do_not_fit_are_refused(lists: Service) -> None:
    with pytest.raises(InvalidInput, match="LISTID01 already"):
        lists.account.mailing_lists.add("LISTID01", "Again")
    with pytest.raises(InvalidInput, match="no mailing list"):
        lists.account.mailing_lists.subscribe("NOWHERE1", "joe@example.com")
    with pytest.raises(InvalidInput, match="no contact"):
        lists.account.mailing_lists.subscribe("LISTID01", "joe@example.com", "who@example.com")
    with pytest.raises(InvalidInput, match="no address"):
        lists.account.suppression.add("ann@example.com", "who")
    assert lists.account.mailing_lists.members("LISTID01") == []
    assert lists.account.mailing_lists.of("who@example.com") == []
    assert lists.account.suppression.all() == []
