"""`sentori sync --state` sends the rows that have changed, and no others."""

from pathlib import Path

import pytest

from sentori_async.bulk.sync.report import SyncReport
from sentori_async.cli.changes import Changes
from sentori_async.cli.diff import Places
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.cli.command import report_of, sentori, write_csv

HEADER = ["EmailAddress", "FirstName"]


def people(path: Path, *names: str, blank_after: int = 0) -> Path:
    rows = [[f"{name.lower()}@example.com", name] for name in names]
    return write_csv(path, [HEADER, *rows[:blank_after], ["", ""], *rows[blank_after:]])


def test_a_second_run_sends_nothing_but_what_has_changed(sandbox: Sandbox, path: Path) -> None:
    """A failed row bears its number in the file, blank rows and unchanged ones counted."""
    state = path.with_name("state.db")
    people(path, "Ann", "Bob")
    first = sentori("sync", path, "--state", state, sandbox=sandbox)
    sandbox.requests.clear()
    same = sentori("sync", path, "--state", state, "--json", sandbox=sandbox)
    sent = sandbox.requests.count("contacts.add_or_update")
    write_csv(path, [HEADER, ["", ""], ["ann@example.com", "Ann"], ["nonsense", "Cy"]])
    changed = sentori("sync", path, "--state", state, sandbox=sandbox)

    assert (first.code, same.code, changed.code) == (0, 0, 1), (first.err, same.err, changed.err)
    assert "added                2" in first.out
    assert (same.document["unchanged"], sent) == (2, 0)
    assert "1 contact is as it was last sent" in changed.out
    lines = report_of(path.with_name("contacts.report.csv"))
    assert [(line["row"], line["status"]) for line in lines] == [("2", "skipped"), ("4", "failed")]


def test_missing_contacts_are_deleted_within_the_limit(sandbox: Sandbox, path: Path) -> None:
    state = path.with_name("state.db")
    people(path, "Ann", "Bob", "Cy")
    sentori("sync", path, "--state", state, sandbox=sandbox)
    people(path, "Ann")
    options = ("--state", state, "--missing", "delete")
    refused = sentori("sync", path, *options, sandbox=sandbox)
    kept = sandbox.sentori.contacts.count()
    done = sentori("sync", path, *options, "--max-removals", "70%", sandbox=sandbox)

    assert refused.code != 0
    assert "if they are to go, pass --max-removals 2\n" in refused.out
    assert kept == 3
    assert done.code == 0, done.err
    assert "deleted              2" in done.out
    assert sandbox.sentori.contacts.addresses() == ["ann@example.com"]


def test_removals_say_from_where_and_have_their_requests_in_the_first_account(
    sandbox: Sandbox, path: Path
) -> None:
    options = ("--list", "LISTID01", "--state", path.with_name("state.db"))
    sentori("sync", people(path, "Ann", "Bob"), *options, sandbox=sandbox)
    people(path, "Ann")
    done = sentori("sync", path, *options, "--missing", "unsubscribe", sandbox=sandbox)

    assert "unsubscribe from LISTID01: 1 row\n  unsubscribed         1\n" in done.out
    first, removed, _ = done.out.split("\n\n")[:3]
    assert "requests             1" in first
    assert "requests" not in removed
    assert sandbox.sentori.mailing_lists.members("LISTID01") == ["ann@example.com"]


def test_rows_that_a_later_one_supersedes_are_skipped_with_the_reason(
    sandbox: Sandbox, path: Path
) -> None:
    people(path, "Ann", "Bob", "Ann", "Ann")
    done = sentori("sync", path, "--state", path.with_name("state.db"), sandbox=sandbox)

    assert "2  a later row of the same contact is what counts\n" in done.out
    assert "skipped              3" in done.out


def test_a_finished_diff_sync_has_begun_all_that_is_to_be_sent(
    sandbox: Sandbox, path: Path
) -> None:
    journal = path.with_name("job.db")
    options = ("--state", path.with_name("state.db"), "--journal", journal)
    sentori("sync", people(path, "Ann", "Bob", "Ann"), *options, sandbox=sandbox)

    assert "not begun" not in sentori("jobs", "show", journal).out


def test_a_journal_of_a_finished_run_is_refused_with_what_to_do(
    sandbox: Sandbox, path: Path
) -> None:
    """It has rows as settled that failed, or that were sent otherwise since."""
    state, journal = ("--state", path.with_name("state.db")), path.with_name("job.db")
    ann = ["ann@example.com", "Ann"]
    write_csv(path, [HEADER, ann, ["nonsense", "Cy"]])
    sentori("sync", path, *state, "--journal", journal, sandbox=sandbox)
    failed = sentori("sync", path, *state, "--journal", journal, sandbox=sandbox)
    people(path, "Ann")
    same = sentori("sync", path, *state, "--journal", journal, sandbox=sandbox)
    sentori("sync", write_csv(path, [HEADER, [ann[0], "Anna"]]), *state, sandbox=sandbox)
    people(path, "Ann")
    back = sentori("sync", path, *state, "--journal", journal, sandbox=sandbox)
    other = sentori("sync", path, *state, "--journal", path.with_name("2.db"), sandbox=sandbox)

    assert (failed.code, same.code, back.code, other.code) == (2, 0, 2, 0), back.out
    for refused in (failed, back):
        assert f"the journal {journal} is of an earlier sync, which is finished" in refused.out
        assert "name another file" in refused.out
        assert "requests             0" in refused.out
    assert "updated              1" in other.out


def test_a_journal_of_a_run_that_left_doubts_is_gone_on_with(sandbox: Sandbox, path: Path) -> None:
    lost = [FaultRule(f"contacts.{name}", faults.Drop()) for name in ("add_or_update", "get")]
    options = ("--state", path.with_name("state.db"), "--journal", path.with_name("job.db"))
    people(path, "Ann")

    sandbox.faults = FaultScript(lost)
    first = sentori("sync", path, *options, sandbox=sandbox)
    sandbox.faults = None
    second = sentori("sync", path, *options, sandbox=sandbox)

    assert "unknown              1" in first.out
    assert (first.code, second.code) == (1, 0), second.out


def test_a_dry_run_says_what_has_changed_and_leaves_the_state_alone(
    sandbox: Sandbox, path: Path
) -> None:
    state = path.with_name("state.db")
    sentori("sync", people(path, "Ann", "Bob", "Cy"), "--state", state, sandbox=sandbox)
    rows = [["ann@example.com", "Ann"], ["bob@example.com", "Bo"], ["dee@example.com", "Dee"]]
    write_csv(path, [HEADER, *rows])
    before, kept = state.read_bytes(), sandbox.sentori.contacts.addresses()
    sandbox.requests.clear()
    options = ("--state", state, "--missing", "delete", "--dry-run")

    shown = sentori("sync", path, *options, sandbox=sandbox)
    told = sentori("sync", path, *options, "--json", sandbox=sandbox).document

    assert shown.code == 0, shown.err
    assert "Nothing was sent" in shown.out
    assert "1 contact is as it was last sent" in shown.out
    assert "Since then: 1 new, 1 changed, 1 missing, 1 of them to be deleted." in shown.out
    assert (told["unchanged"], told["dry_run"]) == (1, True)
    assert told["changes"] == {
        "added": 1,
        "changed": 1,
        "missing": 1,
        "removed": 1,
        "removal": "delete",
    }
    assert {one.method for one in sandbox.requests.latest()} == {"GET"}
    assert (state.read_bytes(), sandbox.sentori.contacts.addresses()) == (before, kept)


def test_a_dry_run_makes_no_state(sandbox: Sandbox, path: Path) -> None:
    state = path.with_name("state.db")

    done = sentori("sync", people(path, "Ann"), "--state", state, "--dry-run", sandbox=sandbox)

    assert "Since then: 1 new, 0 changed, 0 missing." in done.out
    assert not state.exists()


@pytest.mark.parametrize(
    ("removed", "dry_run", "told"),
    [
        (0, False, "1,000 new, 0 changed, 3 missing and kept"),
        (2, False, "1,000 new, 0 changed, 3 missing, 2 of them unsubscribed"),
        (3, True, "1,000 new, 0 changed, 3 missing, 3 of them to be unsubscribed"),
    ],
)
def test_what_becomes_of_missing_contacts_is_said(removed: int, dry_run: bool, told: str) -> None:
    report = SyncReport(added=1_000, missing=3, removed=removed)

    assert Changes.of(report, "unsubscribe").told(dry_run=dry_run) == told


@pytest.mark.parametrize(
    "options",
    [
        ("--missing", "delete"),
        ("--retry-failed",),
        ("--max-removals", "5"),
        ("--state", "s.db", "--max-removals", "many"),
        ("--state", "s.db", "--mode", "add"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    sandbox: Sandbox, path: Path, options: tuple[str, ...]
) -> None:
    people(path, "Ann")
    done = sentori("sync", path, *options, sandbox=sandbox, cwd=path.parent)

    assert done.code == 2
    assert sandbox.requests.count() == 0
    assert not path.with_name("contacts.report.csv").exists()


def test_places_know_the_numbers_of_rows_and_keep_the_gaps_only() -> None:
    numbers = [2, 3, 4, 7, 8, 12, 13]
    places = Places()
    for place, number in enumerate(numbers):
        places.add(place, number)

    assert [places.number(place) for place in range(len(numbers))] == numbers
    assert len(places._places) == 3
