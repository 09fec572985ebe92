"""The blocking client does what the async one does, over real sockets."""

import copy
import pickle
import sqlite3
import threading
from collections.abc import Callable

import pytest

import sentori_async
from sentori_async.sandbox import Sandbox
from sentori_sync import (
    AuthenticationError,
    BulkError,
    ConfigurationError,
    Contact,
    NotFound,
    RequestTimeout,
    RetryPolicy,
    Sentori,
    SentoriError,
    Timeouts,
)
from sentori_sync._descriptors import SOCKETS
from tests.sync.conftest import portal_threads


def test_a_contact_is_added_found_changed_and_deleted(client: Sentori) -> None:
    added = client.contacts.add("joe@example.com", {"FirstName": "Joe"})
    client.contacts.update("joe@example.com", {"FirstName": "Joseph"})
    found = client.contacts.get("joe@example.com")

    assert isinstance(found, Contact)
    assert (found.system_id, found.first_name) == (added.system_id, "Joseph")
    assert client.contacts.delete("joe@example.com") is None  # type: ignore[func-returns-value]
    with pytest.raises(NotFound):
        client.contacts.get("joe@example.com")


def test_every_group_reaches_its_endpoints(client: Sentori, sandbox: Sandbox) -> None:
    client.mailing_lists.all()
    client.audiences.all()
    client.emails.drafts()
    with pytest.raises(NotFound):
        client.reports.kpi("NOSUCHEMAIL")
    with pytest.raises(NotFound):
        client.automation.add_contact("NOSUCHONE", "joe@example.com")
    assert client.request("GET", "mailinglists/").status == 200

    assert sandbox.requests.count() == 6


def test_both_clients_have_the_same_public_names(client: Sentori) -> None:
    twin = sentori_async.AsyncSentori(api_key="a-key-for-a-client-that-is-never-used")
    names = [{name for name in dir(each) if not name.startswith("_")} for each in (client, twin)]

    # What other parts of the package build their jobs on.
    assert names[0] == names[1] - {"facilities"}
    assert client.platform is twin.platform
    assert type(client.settings) is type(twin.settings)


def test_a_bulk_job_reads_a_cursor_and_sends_every_row(client: Sentori, sandbox: Sandbox) -> None:
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.execute("CREATE TABLE contacts (EmailAddress TEXT, FirstName TEXT)")
    database.executemany(
        "INSERT INTO contacts VALUES (?, ?)", [(f"c{n}@example.com", f"N{n}") for n in range(300)]
    )
    threads: set[str] = set()
    report = client.bulk.add(
        (dict(row) for row in database.execute("SELECT * FROM contacts")),
        progress=lambda _: threads.add(threading.current_thread().name),
    )
    database.close()

    assert report.by_status == {"added": 300}
    assert threads == {"MainThread"}
    assert client.contacts.get("c299@example.com").first_name == "N299"


def test_a_stream_gives_outcomes_with_their_results(client: Sentori) -> None:
    rows = [{"EmailAddress": f"c{n}@example.com"} for n in range(20)]
    with client.bulk.stream("add", rows) as outcomes:
        addresses = {outcome.result.email_address for outcome in outcomes}

    assert addresses == {row["EmailAddress"] for row in rows}
    assert outcomes.report.by_status == {"added": 20}


def test_a_bad_key_aborts_a_bulk_job_after_one_request(sandbox: Sandbox) -> None:
    with Sentori(api_key="not-the-key-of-anybody", base_url=sandbox.url("sentori")) as client:
        with pytest.raises(BulkError) as caught:
            client.bulk.add({"EmailAddress": f"c{n}@example.com"} for n in range(100))
        assert isinstance(caught.value.cause, AuthenticationError)

    assert sandbox.requests.count() == 1


def test_other_options_share_the_connections(client: Sentori, sandbox: Sandbox) -> None:
    with client.with_options(
        timeouts=Timeouts(total_s=5), retry=RetryPolicy(attempts=1), deadline_s=3
    ) as other:
        other.contacts.add("joe@example.com")
        assert other.settings.timeouts.total_s == 5
        assert (other.settings.retry.attempts, other.settings.retry.deadline_s) == (1, 3)
    # Closing it closed nothing.
    assert not client.closed
    assert client.contacts.get("joe@example.com").email_address == "joe@example.com"
    assert len(portal_threads()) == 1

    client.close()
    assert other.closed
    with pytest.raises(SentoriError, match="closed"):
        other.contacts.get("joe@example.com")


def test_closing_twice_is_harmless_and_a_call_after_close_says_closed(client: Sentori) -> None:
    client.contacts.add("joe@example.com")
    client.close()
    client.close()

    assert client.closed
    with pytest.raises(SentoriError, match="closed"):
        client.contacts.get("joe@example.com")
    with pytest.raises(SentoriError, match="closed"):
        client.bulk.add([{"EmailAddress": "joe@example.com"}])


def test_a_deadline_ends_a_call(sandbox: Sandbox) -> None:
    with (
        Sandbox(latency_s=30).in_thread() as slow,
        Sentori(api_key=slow.sentori.api_key, base_url=slow.url("sentori")) as client,
        pytest.raises(RequestTimeout),
    ):
        client.with_options(deadline_s=0.1).contacts.get("joe@example.com")


def test_no_key_is_told_before_any_thread_starts() -> None:
    with pytest.raises(ConfigurationError, match="SENTORI_API_KEY"):
        Sentori()

    assert portal_threads() == []


def test_a_client_shows_its_address_and_no_secret(client: Sentori, sandbox: Sandbox) -> None:
    assert repr(client) == f"Sentori(base_url={sandbox.url('sentori')!r})"


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_goes_to_no_other_process(
    client: Sentori, take: Callable[[object], object]
) -> None:
    with pytest.raises(TypeError, match="make one in each process"):
        take(client)


@pytest.mark.parametrize("express", ["on", "off"])
def test_every_socket_is_known_while_it_is_open(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, express: str
) -> None:
    """A forked child must find those, too, that the loop does not read from at the moment."""
    monkeypatch.setenv("SENTORI_EXPRESS", express)
    before = SOCKETS.descriptors()
    with Sentori(api_key=sandbox.sentori.api_key, base_url=sandbox.url("sentori")) as client:
        client.mailing_lists.all()
        assert len(SOCKETS.descriptors() - before) == 1

    assert SOCKETS.descriptors() <= before
