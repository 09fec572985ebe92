"""Blocking code moves contacts as the loop does."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from sentori_async.bulk.report import BulkReport
from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN
from sentori_sync import GetResponse, Sentori
from sentori_sync.migrate import End, migrate


@pytest.fixture
def old(sandbox: Sandbox) -> Iterator[GetResponse]:
    account = sandbox.getresponse
    with GetResponse(api_key=account.api_key, base_url=sandbox.url("getresponse")) as client:
        yield client


@pytest.fixture
def ends(sandbox: Sandbox, old: GetResponse, client: Sentori) -> tuple[End, End]:
    """Return a campaign of three contacts, one of whom has left it, and a list."""
    sandbox.sentori.mailing_lists.add("LISTID01", "Newsletter")
    for name in ("ann", "bob", "cem"):
        sandbox.getresponse.contacts.add(f"{name}@example.com", {"name": name.title()})
    sandbox.getresponse.contacts.remove("cem@example.com", "unsubscribe")
    return End.of(old, DEFAULT_CAMPAIGN), End.of(client, "LISTID01")


def test_contacts_are_moved_and_read_back(sandbox: Sandbox, ends: tuple[End, End]) -> None:
    threads: list[threading.Thread] = []

    def show(_: BulkReport) -> None:
        threads.append(threading.current_thread())

    report = migrate(*ends, mapping={"FirstName": "name"}, progress=show, looks_after_s=())

    assert report.ok
    assert report.read == {"subscribed": 2, "unsubscribed": 1}
    members = sandbox.sentori.mailing_lists.members("LISTID01")
    assert sorted(members) == ["ann@example.com", "bob@example.com"]
    assert set(threads) == {threading.current_thread()}


def test_an_end_says_where_it_is(ends: tuple[End, End]) -> None:
    assert [str(end) for end in ends] == [f"getresponse:{DEFAULT_CAMPAIGN}", "sentori:LISTID01"]


def test_an_end_without_its_place_is_refused(client: Sentori) -> None:
    with pytest.raises(InvalidInput, match="sentori:"):
        End.of(client)


@pytest.mark.parametrize("closed", [0, 1])
def test_both_clients_must_be_open(
    ends: tuple[End, End], old: GetResponse, client: Sentori, closed: int
) -> None:
    (old, client)[closed].close()

    with pytest.raises(ConfigurationError, match="closed"):
        migrate(*ends)
