"""What the command says is said once, in the user's own terms, and with what there is to choose."""

import os
import pty
from pathlib import Path

import pytest

from sentori_async.bulk.report import BulkReport
from sentori_async.cli.output import Output
from sentori_async.cli.progress import progress_for
from sentori_async.cli.tally import Tally
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.cli.command import environment, finish, report_of, sentori, start, write_csv

HEADER = ["EmailAddress", "FirstName"]
JSON = {"Content-Type": "application/json"}


def test_reason_of_a_stop_is_told_once(path: Path) -> None:
    """The rows that were not sent for it point to it, and the report file has it for each."""
    gone = faults.Status(
        status=403, body='{"Code": 3, "Message": "Account not found"}', headers=JSON
    )
    write_csv(path, [HEADER, *([f"c{n}@example.com", "C"] for n in range(30))])

    with Sandbox(
        faults=FaultScript([FaultRule("contacts.add_or_update", gone, after=3)])
    ).in_thread() as sandbox:
        done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 2
    assert done.out.count("Account not found") == 1
    assert done.out.count("Use a key of an account that still exists.") == 1
    assert "the job stopped first: see below" in done.out
    skipped = [line for line in report_of(path.with_name("contacts.report.csv")) if line["error"]]
    assert {line["reason"] for line in skipped} == {"Account not found"}


def test_row_that_a_journal_does_not_know_is_named_by_its_line(
    sandbox: Sandbox, path: Path
) -> None:
    """A cell that runs over two lines, and an empty row, stand before it."""
    rows = [HEADER, ["ann@example.com", "A\nnn"], ["", ""], ["ben@example.com", "Ben"]]
    journal = path.with_name("job.db")
    sentori("sync", write_csv(path, rows), "--journal", journal, sandbox=sandbox)
    rows[-1][1] = "Benjamin"

    done = sentori("sync", write_csv(path, rows), "--journal", journal, sandbox=sandbox)

    assert done.code == 2
    assert "Stopped: line 5 is not the one that the journal" in done.out
    assert done.out.count("is not the one that the journal") == 1
    assert "counted from 0" not in done.out + done.err
    last = report_of(path.with_name("contacts.report.csv"))[-1]
    assert last["row"] == "5"
    assert last["reason"].startswith("line 5 is not the one")


def test_nobody_is_told_how_to_open_a_report_where_nobody_watches(
    sandbox: Sandbox, path: Path
) -> None:
    write_csv(path, [HEADER, ["ann@example.com", "Ann"]])

    done = sentori("sync", path, sandbox=sandbox)

    assert "Every row's outcome: " in done.out
    assert "Open it with" not in done.out


def test_somebody_at_a_terminal_is_told_how_to_open_a_report(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com", "Ann"]])
    here, there = pty.openpty()
    try:
        process = start("sync", path, env=environment(sandbox, {"TERM": "xterm"}), stdout=there)
        finish(process)
        assert b"Open it with" in os.read(here, 65_536)
    finally:
        os.close(there)
        os.close(here)


def test_second_run_keeps_the_report_of_the_first(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com", "Ann"]])

    first = sentori("sync", path, "--json", sandbox=sandbox)
    second = sentori("sync", path, sandbox=sandbox)

    assert first.document["earlier_report"] is None
    assert "is kept as contacts.report.1.csv" in second.out
    statuses = [
        report_of(path.with_name(name))[0]["status"]
        for name in ("contacts.report.1.csv", "contacts.report.csv")
    ]
    assert statuses == ["added", "updated"]


def test_reports_of_both_runs_are_named_alike_for_machines(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com", "Ann"]])

    _, second = (
        sentori("sync", path.name, "--json", sandbox=sandbox, cwd=path.parent) for _ in range(2)
    )

    assert second.document["report_file"] == "contacts.report.csv"
    assert second.document["earlier_report"] == "contacts.report.1.csv"


def test_list_that_is_not_there_is_answered_with_ten_that_are(sandbox: Sandbox, path: Path) -> None:
    for n in range(3, 20):
        sandbox.sentori.mailing_lists.add(f"LISTID{n:02}", f"List {n}")
    write_csv(path, [HEADER, ["ann@example.com", "Ann"]])

    done = sentori("sync", path, "--list", "NOPE", sandbox=sandbox)

    assert "no mailing list 'NOPE': there are LISTID01 (Newsletter), " in done.err
    assert "LISTID10 (List 10) and others" in done.err
    assert "LISTID11" not in done.err


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("getresponse:NOPE", "no campaign 'NOPE': there are V3J (sandbox_list), C (Newsletter)"),
        ("spotzee:99", "no subscription type 99: there are none"),
    ],
)
def test_place_of_a_migration_that_is_not_there_is_answered_with_those_that_are(
    sandbox: Sandbox, target: str, expected: str
) -> None:
    sandbox.getresponse.campaigns.add("Newsletter", campaign_id="C")
    keys = {
        f"{name.upper()}_{what}": value
        for name in ("getresponse", "spotzee")
        for what, value in (
            ("BASE_URL", sandbox.url(name)),
            ("API_KEY", sandbox.account(name).api_key),
        )
    }

    done = sentori(
        "migrate", "--from", "sentori:LISTID01", "--to", target, sandbox=sandbox, env=keys
    )

    assert (done.code, expected in done.err) == (2, True), done.err


def test_field_that_the_account_has_not_is_named(sandbox: Sandbox) -> None:
    fields = ("firstname=Secret", "FavouriteColour=Secret")

    done = sentori("contact", "add", "ann@example.com", *fields, sandbox=sandbox)

    assert done.code == 1
    assert "'firstname' (FirstName?), 'FavouriteColour'" in done.err
    assert "`sentori contact fields`" in done.err
    assert "Secret" not in done.err


def test_program_does_not_say_its_name_twice(sandbox: Sandbox) -> None:
    done = sentori("contact", "get", "nobody@example.com", sandbox=sandbox)

    assert done.err.startswith("sentori: contacts.get: Contact not found.")


@pytest.mark.parametrize("value", ["x", "ten"])
def test_number_that_is_none_is_no_python_type(value: str) -> None:
    done = sentori("sync", "contacts.csv", "--concurrency", value)

    assert f'Invalid value "{value}" for --concurrency: it takes a whole number.' in done.err


def test_binary_file_is_told_what_can_be_read(path: Path) -> None:
    path.write_bytes(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\xd0\xff")

    done = sentori("sync", path, env={"SENTORI_API_KEY": "key"})

    assert (done.code, "contacts.csv is no text: files that can be read are" in done.err) == (
        2,
        True,
    )


def test_lines_of_progress_tell_how_long_the_rest_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """25 rows in 10 s leave 30 s for 75 more; before there is a speed, nobody can tell."""
    for rows, expected in ((25, "2 rows/s, 0:00:30 left, 0 failed"), (0, "0 rows/s, 0 failed")):
        report = BulkReport(expected=100, duration_s=10.0)
        report.by_status["added"] = rows
        progress_for(Output(), Tally(action="add", report=report), 100).show()

        assert expected in capsys.readouterr().err
