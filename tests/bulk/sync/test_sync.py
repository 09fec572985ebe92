"""A sync sends what has changed, over real sockets."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sentori_async import AsyncSentori
from sentori_async.bulk.sync.report import SyncReport
from sentori_async.errors import (
    AuthenticationError,
    BulkError,
    ConfigurationError,
    InvalidInput,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults

Row = dict[str, Any]


def person(name: str, **fields: Any) -> Row:
    return {"EmailAddress": f"{name}@example.com", "FirstName": name.title(), **fields}


PEOPLE = [person(name) for name in ("ann", "bob", "cy", "dee")]


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


def content(file: Path) -> bytes:
    return file.read_bytes()


def fill(file: Path, data: bytes) -> None:
    file.write_bytes(data)


def is_there(file: Path) -> bool:
    return file.exists()


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def first_name(sandbox: Sandbox, name: str) -> Any:
    contact = sandbox.sentori.contacts.get(f"{name}@example.com")
    return None if contact is None else contact["FirstName"]


# ---------------------------------------------------------------------------- what has changed


async def test_unchanged_rows_are_not_sent(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    first = await client.bulk.sync(PEOPLE, state=state)
    sandbox.requests.clear()
    second = await client.bulk.sync(iter(PEOPLE), state=state)

    assert counts(first) == (4, 0, 0, 0)
    assert counts(second) == (0, 0, 4, 0)
    assert (second.read, second.total, second.requests) == (4, 0, 0)
    assert sandbox.requests.count() == 0


async def test_only_changed_and_new_rows_are_sent(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    rows = [*PEOPLE[:2], person("cy", LastName="Young"), PEOPLE[3], person("eve")]
    report = await client.bulk.sync(rows, state=state)

    assert counts(report) == (1, 1, 3, 0)
    assert report.by_status == {"added": 1, "updated": 1}
    assert first_name(sandbox, "eve") == "Eve"


async def test_an_address_in_another_case_is_the_same_contact(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync([person("ann")], state=state)
    row = {"EmailAddress": " ANN@example.com", "FirstName": "Ann"}
    report = await client.bulk.sync([row], state=state, missing="delete")

    assert (report.added, report.missing) == (0, 0)


async def test_the_order_of_columns_changes_nothing(client: AsyncSentori, state: Path) -> None:
    row = person("ann", LastName="A")
    await client.bulk.sync([row], state=state)
    report = await client.bulk.sync([dict(reversed(row.items()))], state=state)

    assert counts(report) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "other",
    [person("ann", LastName=None), person("ann", LastName=""), person("ann", Title="A")],
    ids=["null", "empty", "another column"],
)
async def test_absent_null_and_empty_are_three_things(
    client: AsyncSentori, state: Path, other: Row
) -> None:
    await client.bulk.sync([person("ann")], state=state)
    report = await client.bulk.sync([other], state=state)

    assert counts(report) == (0, 1, 0, 0)


async def test_of_several_rows_of_one_contact_the_last_counts(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    rows = [person("ann", FirstName="1"), person("bob"), person("ann", FirstName="2")]
    first = await client.bulk.sync(rows, state=state)
    sent = sandbox.requests.count()
    second = await client.bulk.sync(rows, state=state)

    assert sent == 2
    assert first_name(sandbox, "ann") == "2"
    assert (first.superseded, first.skipped, first.total) == (1, 1, 3)
    assert counts(second) == (0, 0, 2, 0)
    assert second.requests == 0
    assert (second.superseded, second.read) == (1, 3)


async def test_rows_of_a_database_cursor_are_synced(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.row_factory = sqlite3.Row
        select = "SELECT 'ann@example.com' AS EmailAddress, 'Ann' AS FirstName"
        first = await client.bulk.sync(db.execute(select), state=state)
        second = await client.bulk.sync(db.execute(select), state=state)

    assert (counts(first), counts(second)) == ((1, 0, 0, 0), (0, 0, 1, 0))
    assert first_name(sandbox, "ann") == "Ann"


async def test_async_rows_are_synced(client: AsyncSentori, state: Path) -> None:
    async def rows() -> Any:
        for row in PEOPLE:
            yield row

    assert counts(await client.bulk.sync(rows(), state=state)) == (4, 0, 0, 0)


async def test_changed_rows_go_the_way_that_was_asked_for(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    report = await client.bulk.sync(PEOPLE, state=state, via="import")
    again = await client.bulk.sync(PEOPLE, state=state, via="import")

    assert report.by_status == {"accepted": 4}
    assert sandbox.requests.count("contacts.import_") == 1
    assert counts(again) == (0, 0, 4, 0)


# --------------------------------------------------------------------------- what did not work


async def test_a_failed_row_is_sent_again_next_time(client: AsyncSentori, state: Path) -> None:
    """It bears its place in the input, though the rows before it were not sent."""
    await client.bulk.sync(PEOPLE, state=state)
    rows = [*PEOPLE, person("eve", NoSuchField="x")]
    for _ in range(2):
        report = await client.bulk.sync(rows, state=state)
        assert counts(report) == (0, 0, 4, 0)
        (failure,) = report.failures
        assert failure.index == 4
        assert isinstance(failure.error, ValidationFailed)


async def test_what_went_wrong_with_a_change_keeps_what_was_sent_before(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync([person("ann")], state=state)
    await client.bulk.sync([person("ann", NoSuchField="x")], state=state)
    report = await client.bulk.sync([person("ann")], state=state)

    assert counts(report) == (0, 0, 1, 0)


async def test_a_lost_change_is_in_doubt_even_where_the_old_row_comes_back(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    """The digest is that of the old row, but the platform may have the new one."""
    await client.bulk.sync([person("ann")], state=state)
    sandbox.faults = FaultScript([FaultRule("*", faults.Drop(execute=1))])
    lost = await client.bulk.sync([person("ann", FirstName="New")], state=state)
    sandbox.faults = None
    report = await client.bulk.sync([person("ann")], state=state)

    assert lost.unknown == 1
    assert counts(report) == (0, 1, 0, 0)
    assert first_name(sandbox, "ann") == "Ann"


async def test_rows_that_say_not_whose_they_are_fail(client: AsyncSentori, state: Path) -> None:
    report = await client.bulk.sync([PEOPLE[0], {"FirstName": "X"}, 7], state=state)

    assert [failure.index for failure in report.failures] == [1, 2]
    assert {type(failure.error) for failure in report.failures} == {InvalidInput}
    assert counts(report) == (1, 0, 0, 0)


async def test_an_input_that_breaks_off_changes_nothing(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    def rows() -> Iterator[Row]:
        yield from PEOPLE
        raise OSError("the file is gone")

    with pytest.raises(BulkError, match="nothing was sent: OSError") as caught:
        await client.bulk.sync(rows(), state=state, missing="delete", max_removals=1.0)

    assert isinstance(caught.value.cause, OSError)
    assert sandbox.requests.count() == 0


async def test_a_bad_key_stops_the_sync_and_the_next_one_goes_on(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    url = sandbox.url("sentori")
    rows = [person(row["FirstName"].lower(), LastName="Z") for row in PEOPLE[:3]]
    async with AsyncSentori(api_key="0" * 8, base_url=url) as stranger:
        with pytest.raises(BulkError) as caught:
            await stranger.bulk.sync(rows, state=state, missing="delete", max_removals=1.0)
    sandbox.requests.clear()
    assert counts(await client.bulk.sync(PEOPLE, state=state)) == (0, 0, 4, 0)
    assert sandbox.requests.count() == 0, "nothing was sent, so nothing is in doubt"
    report = await client.bulk.sync(rows, state=state)

    assert isinstance(caught.value.cause, AuthenticationError)
    assert isinstance(caught.value.report, SyncReport)
    assert caught.value.report.removed == 0
    assert counts(report) == (0, 3, 0, 0)
    assert first_name(sandbox, "dee") == "Dee"


# -------------------------------------------------------------------------------- what is missing


async def test_missing_contacts_are_kept_unless_told_otherwise(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    report = await client.bulk.sync(PEOPLE[1:], state=state)
    back = await client.bulk.sync(PEOPLE, state=state)

    assert (report.missing, report.removed) == (1, 0)
    assert first_name(sandbox, "ann") == "Ann"
    assert counts(back) == (0, 0, 4, 0)


async def test_missing_contacts_are_deleted(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    """The removal's place follows those of the rows; one that comes back is new."""
    await client.bulk.sync(PEOPLE, state=state)
    report = await client.bulk.sync(PEOPLE[1:], state=state, missing="delete")
    again = await client.bulk.sync(PEOPLE[1:], state=state, missing="delete")
    back = await client.bulk.sync(PEOPLE, state=state)

    assert counts(report) == (0, 0, 3, 1)
    assert report.by_status == {"deleted": 1}
    assert counts(again) == (0, 0, 3, 0)
    assert counts(back) == (1, 0, 3, 0)


async def test_missing_contacts_are_unsubscribed_from_a_list(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state, list_id="NEWS0001")
    sandbox.sentori.mailing_lists.subscribe("NEWS0001", *(row["EmailAddress"] for row in PEOPLE))
    report = await client.bulk.sync(
        PEOPLE[1:], state=state, list_id="NEWS0001", missing="unsubscribe"
    )

    assert report.by_status == {"unsubscribed": 1}
    assert "ann@example.com" not in sandbox.sentori.mailing_lists.members("NEWS0001")
    assert len(sandbox.sentori.mailing_lists.members("NEWS0001")) == 3


async def test_missing_contacts_are_unsubscribed_from_everything(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    report = await client.bulk.sync(PEOPLE[1:], state=state, missing="unsubscribe")

    assert report.removed == 1
    contact = sandbox.sentori.contacts.get("ann@example.com")
    assert contact is not None
    assert contact["IsSuppressed"] is True


async def test_a_missing_contact_that_is_gone_already_is_removed(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    await client.contacts.delete("ann@example.com")
    report = await client.bulk.sync(PEOPLE[1:], state=state, missing="delete")

    assert (report.removed, report.failed) == (1, 0)


async def test_a_list_that_is_not_there_removes_nobody(client: AsyncSentori, state: Path) -> None:
    """The same status as for a contact that is not there, which is looked up."""
    options: Any = {"state": state, "list_id": "NOLIST01", "missing": "unsubscribe"}
    await client.bulk.sync(PEOPLE, **options)
    for _ in range(2):
        with pytest.raises(BulkError, match="Mailing List not found") as caught:
            await client.bulk.sync(PEOPLE[1:], **options)
        report = caught.value.report
        assert (report.removed, report.failed, report.missing) == (0, 0, 1)


@pytest.mark.parametrize(
    ("most", "kept", "removed"),
    [(None, 19, 1), (None, 18, 2), (2, 18, 2), (0.1, 18, 2), (20, 0, 20), (1.0, 0, 20)],
)
async def test_as_many_are_removed_as_allowed(
    client: AsyncSentori, state: Path, most: float | None, kept: int, removed: int
) -> None:
    rows = [person(f"p{n}") for n in range(20)]
    await client.bulk.sync(rows, state=state, via="import")
    report = await client.bulk.sync(rows[:kept], state=state, missing="delete", max_removals=most)

    assert report.removed == removed


@pytest.mark.parametrize(
    ("most", "kept"), [(None, 17), (None, 0), (2, 17), (0.1, 17), (19, 0), (0, 19), (0.0, 19)]
)
async def test_more_are_refused_and_nothing_is_sent(
    client: AsyncSentori, sandbox: Sandbox, state: Path, most: float | None, kept: int
) -> None:
    rows = [person(f"p{n}") for n in range(20)]
    await client.bulk.sync(rows, state=state, via="import")
    sandbox.requests.clear()
    with pytest.raises(BulkError, match=f"max_removals={20 - kept}$") as caught:
        await client.bulk.sync(
            [*rows[:kept], *([person("new")] if kept else [])],
            state=state,
            missing="delete",
            max_removals=most,
        )

    assert isinstance(caught.value.report, SyncReport)
    assert caught.value.report.missing == 20 - kept
    assert sandbox.requests.count() == 0


async def test_an_empty_input_removes_nobody_even_of_one(client: AsyncSentori, state: Path) -> None:
    await client.bulk.sync(PEOPLE[:1], state=state)
    with pytest.raises(BulkError, match="0 may be removed"):
        await client.bulk.sync([], state=state, missing="delete")


async def test_nobody_is_removed_where_a_row_does_not_say_whose_it_is(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    rows = [*PEOPLE[1:], {"FirstName": "Ann"}]
    report = await client.bulk.sync(rows, state=state, missing="delete")

    assert (report.missing, report.removed, report.failed) == (1, 0, 1)
    assert "do not say whose they are" in report.notes[0]


# -------------------------------------------------------------------------------------- verifying


async def test_verifying_reads_every_unchanged_contact_and_sends_those_that_differ(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    await client.contacts.update("ann@example.com", {"FirstName": "Anne"})
    await client.contacts.delete("bob@example.com")
    sandbox.requests.clear()
    rows = [*PEOPLE, person("eve")]
    report = await client.bulk.sync(rows, state=state, verify=True)

    assert (report.verified, report.unchanged, report.differing, report.added) == (2, 2, 2, 1)
    assert report.by_status == {"updated": 1, "added": 2}
    assert sandbox.requests.count("contacts.get") == 4
    assert sandbox.requests.count() == 4 + 3
    assert (first_name(sandbox, "ann"), first_name(sandbox, "bob")) == ("Ann", "Bob")
    again = await client.bulk.sync(rows, state=state)
    assert again.requests == 0


async def test_what_cannot_be_read_is_neither_verified_nor_forgotten(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync(PEOPLE[:1], state=state)
    sandbox.faults = FaultScript([FaultRule("contacts.get", faults.Status(status=400))])
    report = await client.bulk.sync(PEOPLE[:1], state=state, verify=True)
    sandbox.faults = None
    again = await client.bulk.sync(PEOPLE[:1], state=state)

    assert (report.verified, report.failed) == (0, 1)
    assert counts(again) == (0, 0, 1, 0)


# ------------------------------------------------------------------------------ keys of one's own


async def test_a_contact_with_a_key_of_its_own_is_renamed(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync([person("ann", CRMID="7")], state=state, key="CRMID")
    contact = sandbox.sentori.contacts.get("ann@example.com")
    assert contact is not None
    rows = [person("anne", CRMID="7")]
    report = await client.bulk.sync(rows, state=state, key="CRMID", missing="delete")
    again = await client.bulk.sync(rows, state=state, key="CRMID", missing="delete")

    renamed = sandbox.sentori.contacts.get("anne@example.com")
    assert renamed is not None
    assert renamed["SystemID"] == contact["SystemID"]
    assert sandbox.sentori.contacts.count() == 1
    assert (counts(report), counts(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))


async def test_a_contact_under_another_key_is_not_removed(
    client: AsyncSentori, sandbox: Sandbox, state: Path
) -> None:
    await client.bulk.sync([person("ann", CRMID="7")], state=state, key="CRMID")
    rows = [person("ann", CRMID="8")]
    report = await client.bulk.sync(rows, state=state, key="CRMID", missing="delete")
    again = await client.bulk.sync(rows, state=state, key="CRMID", missing="delete")

    assert (report.added, report.removed, again.missing) == (1, 0, 0)
    assert first_name(sandbox, "ann") == "Ann"


async def test_a_row_without_the_key_fails(client: AsyncSentori, state: Path) -> None:
    report = await client.bulk.sync([person("ann")], state=state, key="CRMID")

    (failure,) = report.failures
    assert "CRMID" in str(failure.error)


# --------------------------------------------------------------------------------------- the rest


async def test_a_state_of_another_sync_is_refused_and_left_alone(
    client: AsyncSentori, state: Path
) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    before = content(state)
    others: list[dict[str, Any]] = [{"key": "CRMID"}, {"list_id": "NEWS0001"}]
    for other in others:
        with pytest.raises(BulkError, match="is of another sync"):
            await client.bulk.sync(PEOPLE, state=state, **other)

    assert content(state) == before


@pytest.mark.parametrize("data", [b"EmailAddress\nann@example.com\n", b"x" * 200])
async def test_a_file_that_is_no_state_is_left_alone(
    client: AsyncSentori, sandbox: Sandbox, state: Path, data: bytes
) -> None:
    fill(state, data)
    with pytest.raises(BulkError, match="is not a state file"):
        await client.bulk.sync(PEOPLE, state=state)

    assert content(state) == data
    assert sandbox.requests.count() == 0


async def test_a_journal_is_no_state(client: AsyncSentori, state: Path) -> None:
    await client.bulk.add(PEOPLE, journal=state)
    with pytest.raises(BulkError, match="is not a state file"):
        await client.bulk.sync(PEOPLE, state=state)


async def test_a_torn_state_is_refused(client: AsyncSentori, state: Path) -> None:
    await client.bulk.sync(PEOPLE, state=state)
    torn = content(state)[:2_000]
    fill(state, torn)
    with pytest.raises(BulkError, match="damaged"):
        await client.bulk.sync(PEOPLE, state=state)

    assert content(state) == torn


async def test_only_its_owner_may_read_the_state(client: AsyncSentori, state: Path) -> None:
    await client.bulk.sync(PEOPLE, state=state)

    assert mode(state) == 0o600


async def test_two_syncs_at_once_need_two_states(client: AsyncSentori, state: Path) -> None:
    async def rows() -> Any:
        yield PEOPLE[0]
        with pytest.raises(BulkError, match="in use"):
            await client.bulk.sync(PEOPLE, state=state)

    assert (await client.bulk.sync(rows(), state=state)).added == 1


@pytest.mark.parametrize("bad", [-1, 1.5, True, "10%"])
async def test_a_limit_that_is_none_is_refused(client: AsyncSentori, state: Path, bad: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_removals"):
        await client.bulk.sync(PEOPLE, state=state, missing="delete", max_removals=bad)


async def test_what_cannot_be_is_refused_before_anything_is_opened(
    client: AsyncSentori, state: Path
) -> None:
    bad: Any = "archive"
    with pytest.raises(ConfigurationError, match="missing"):
        await client.bulk.sync(PEOPLE, state=state, missing=bad)
    with pytest.raises(ConfigurationError, match="verify"):
        await client.bulk.sync(PEOPLE, state=state, verify=True, via="import")
    with pytest.raises(UnsupportedOperation):
        await client.bulk.sync(PEOPLE, state=state, via="batch")

    assert not is_there(state)


async def test_progress_is_finished_once_at_the_end(client: AsyncSentori, state: Path) -> None:
    await client.bulk.sync(PEOPLE[:2], state=state)
    seen: list[tuple[bool, int]] = []
    await client.bulk.sync(
        PEOPLE[1:],
        state=state,
        missing="delete",
        progress=lambda report: seen.append((report.finished, report.total)),
    )

    assert [total for finished, total in seen if finished] == [3]
    assert seen[-1] == (True, 3)


async def test_a_journal_keeps_the_places_of_the_input(
    client: AsyncSentori, state: Path, tmp_path: Path
) -> None:
    """A journal is of one run: the same rows, run again with it, are found in it."""
    journal = tmp_path / "job.db"
    await client.bulk.sync(PEOPLE[:2], state=state)
    first = await client.bulk.sync(PEOPLE, state=state, journal=journal)
    second = await client.bulk.sync(PEOPLE, state=state, journal=journal)

    with closing(sqlite3.connect(journal)) as db:
        assert db.execute("SELECT number FROM rows ORDER BY number").fetchall() == [(2,), (3,)]
    assert (counts(first), counts(second)) == ((2, 0, 2, 0), (0, 0, 4, 0))


async def test_numbers_are_given_anew_when_most_contacts_are_gone(
    client: AsyncSentori, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentori_async.bulk.sync.state._FEW", 2)
    rows = [person(f"p{n}") for n in range(30)]
    await client.bulk.sync(rows, state=state, via="import")
    options: Any = {"state": state, "missing": "delete", "max_removals": 1.0}
    await client.bulk.sync(rows[27:], **options)
    report = await client.bulk.sync(rows[28:], **options)

    assert counts(report) == (0, 0, 2, 1)
    with closing(sqlite3.connect(state)) as db:
        numbers = db.execute("SELECT number FROM contacts ORDER BY number").fetchall()
    assert numbers == [(1,), (2,)]
