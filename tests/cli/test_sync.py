"""`sentori sync` sends what can be sent, accounts for every row, and says so in its exit code."""

import stat
from collections import Counter
from pathlib import Path

import pytest

from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.cli.command import CONTROL, environment, report_of, sentori, start, write_csv

HEADER = ["EmailAddress", "FirstName", "LastName"]


# -------------------------------------------------------------------------------- when it works


def test_every_row_arrives_and_the_exit_code_is_0(sandbox: Sandbox, path: Path) -> None:
    sandbox.sentori.contacts.add("ann@example.com", {"FirstName": "Old", "LastName": "Kept"})
    write_csv(path, [HEADER, ["ann@example.com", "Ann", ""], ["zoë@example.com", "Zoë", "Z, Z"]])

    done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 0, done.err
    account = sandbox.sentori.contacts
    assert account.count() == 2
    ann, zoe = account.get("ann@example.com"), account.get("zoë@example.com")
    assert ann is not None
    assert zoe is not None
    assert (ann["FirstName"], ann["LastName"]) == ("Ann", "Kept")
    assert (zoe["FirstName"], zoe["LastName"]) == ("Zoë", "Z, Z")
    assert "added                1" in done.out
    assert "updated              1" in done.out
    assert "failed               0" in done.out
    assert str(path.with_name("contacts.report.csv")) in done.out


def test_failures_are_named_with_their_rows_and_the_exit_code_is_1(
    sandbox: Sandbox, path: Path
) -> None:
    write_csv(
        path,
        [
            HEADER,
            ["ann@example.com", "Ann", "A"],
            ["nonsense", "Ben", "B"],
            ["", "Cat", "C"],
            ["dan@example.com", "Dan", "D", "too much"],
            ["eve@example.com"],
            ["", "", ""],
            ["also nonsense"],
        ],
    )

    done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 1
    assert sorted(sandbox.sentori.contacts.addresses()) == ["ann@example.com", "eve@example.com"]
    assert "2  Email Address not valid (code 100)" in done.out
    assert "lines 3, 8. Correct the address." in done.out
    assert "the row has no EmailAddress" in done.out
    assert "the row has 4 cells for 3 columns" in done.out
    assert "the row is empty" in done.out


def test_report_has_one_line_per_row_with_all_that_is_known(sandbox: Sandbox, path: Path) -> None:
    write_csv(
        path,
        [
            HEADER,
            ["ann@example.com", "Ann", "A"],
            ["nonsense", "Ben", "B"],
            ["dan@example.com", "Dan", "D", "too much"],
            ["", "", ""],
        ],
    )

    sentori("sync", path, sandbox=sandbox)

    ann, ben, dan, blank = report_of(path.with_name("contacts.report.csv"))
    assert ann == {
        "row": "2",
        "contact": "ann@example.com",
        "action": "add-or-update",
        "status": "added",
        "error": "",
        "code": "",
        "reason": "",
        "remedy": "",
        "attempts": "1",
    }
    assert ben == {
        "row": "3",
        "contact": "nonsense",
        "action": "add-or-update",
        "status": "failed",
        "error": "ValidationFailed",
        "code": "100",
        "reason": "Email Address not valid",
        "remedy": "Correct the address.",
        "attempts": "1",
    }
    assert (dan["row"], dan["contact"], dan["status"]) == ("4", "dan@example.com", "failed")
    assert (dan["error"], dan["attempts"]) == ("InvalidInput", "0")
    assert (blank["row"], blank["status"], blank["reason"]) == ("5", "skipped", "the row is empty")


def test_report_is_for_its_owner_alone(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])
    report = path.with_name("contacts.report.csv")
    sentori("sync", path, sandbox=sandbox)
    report.chmod(0o644)

    sentori("sync", path, sandbox=sandbox)

    assert stat.S_IMODE(report.stat().st_mode) == 0o600


def test_row_that_lacks_cells_changes_nothing_and_goes_to_be_repaired_as_it_is(
    sandbox: Sandbox, path: Path
) -> None:
    """The cell of the first name is gone, and the last name stands in its place."""
    sandbox.sentori.contacts.add("ann@example.com", {"FirstName": "Ann", "LastName": "Old"})
    path.write_bytes(b"Email;First name;Last name\r\nann@example.com;New\r\n\r\n;\r\n")
    repair = path.with_name("repair.csv")

    done = sentori("sync", path, "--empty-as-null", "--dead-letters", repair, sandbox=sandbox)

    assert done.code == 1
    assert "the row has 2 cells for 3 columns: " in done.out
    assert "line 2." in done.out
    first, blank = report_of(path.with_name("contacts.report.csv"))
    assert (first["contact"], first["error"]) == ("ann@example.com", "InvalidInput")
    assert (blank["row"], blank["status"]) == ("4", "skipped")
    assert repair.read_bytes() == b"Email;First name;Last name\r\nann@example.com;New\r\n"
    ann = sandbox.sentori.contacts.get("ann@example.com")
    assert ann is not None
    assert (ann["FirstName"], ann["LastName"]) == ("Ann", "Old")


def test_empty_rows_are_left_out_and_fail_nothing(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, [], ["", "", ""], ["ann@example.com"]])

    done = sentori("sync", path, "--json", sandbox=sandbox)

    assert done.code == 0
    assert done.document["jobs"][0]["by_status"] == {"added": 1, "skipped": 1}


def test_file_without_rows_is_done_at_once(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER])

    done = sentori("sync", path, "--json", sandbox=sandbox)

    assert done.code == 0
    assert done.document["jobs"][0]["total"] == 0
    assert report_of(path.with_name("contacts.report.csv")) == []


@pytest.mark.parametrize(
    ("mode", "statuses", "names"),
    [
        ("add", {"added": 1, "failed": 1}, {"ann": "Old", "ben": "Ben"}),
        ("update", {"updated": 1, "failed": 1}, {"ann": "Ann"}),
        ("add-or-update", {"added": 1, "updated": 1}, {"ann": "Ann", "ben": "Ben"}),
        ("import", {"accepted": 2}, {"ann": "Ann", "ben": "Ben"}),
    ],
)
def test_mode_says_what_becomes_of_a_row(
    sandbox: Sandbox, path: Path, mode: str, statuses: dict[str, int], names: dict[str, str]
) -> None:
    sandbox.sentori.contacts.add("ann@example.com", {"FirstName": "Old"})
    write_csv(path, [HEADER, ["ann@example.com", "Ann"], ["ben@example.com", "Ben"]])

    done = sentori("sync", path, "--mode", mode, "--json", sandbox=sandbox)

    job = done.document["jobs"][0]
    assert (job["action"], job["by_status"]) == (mode, statuses)
    assert done.code == (1 if "failed" in statuses else 0)
    found = {
        c["EmailAddress"].split("@")[0]: c["FirstName"] for c in sandbox.sentori.contacts.all()
    }
    assert found == names


def test_import_says_which_rows_were_merged(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com", "Ann"], ["ANN@example.com", "", "Last"]])

    done = sentori("sync", path, "--mode", "import", sandbox=sandbox)

    assert done.code == 0
    assert "merged into it" in done.out
    first, _ = report_of(path.with_name("contacts.report.csv"))
    assert (first["status"], first["attempts"]) == ("skipped", "0")
    assert "merged into it" in first["reason"]


def test_json_lines_are_synced_too(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "contacts.jsonl"
    path.write_text(
        '{"email": "ann@example.com", "IsMember": true, "FirstName": "Ann"}\n'
        '{"email": "ann@example.com", "FirstName": null}\n'
        "not json\n"
        '{"email": "ben@example.com", "IsMember": "no"}\n'
    )

    done = sentori("sync", path, "--json", sandbox=sandbox)

    assert done.code == 1
    assert done.document["jobs"][0]["by_status"] == {"added": 2, "updated": 1, "failed": 1}
    ann = sandbox.sentori.contacts.get("ann@example.com")
    assert ann is not None
    assert (ann["FirstName"], ann["IsMember"]) == (None, True)
    failed = [line for line in report_of(tmp_path / "contacts.report.csv") if line["error"]]
    assert [line["row"] for line in failed] == ["3"]


# --------------------------------------------------------------------------------------- the list


def test_list_gets_those_rows_that_succeeded(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"], ["nonsense"], ["ben@example.com"]])

    done = sentori("sync", path, "--list", "LISTID01", "--json", sandbox=sandbox)

    assert sandbox.sentori.mailing_lists.members("LISTID01") == [
        "ann@example.com",
        "ben@example.com",
    ]
    upsert, subscribe = done.document["jobs"]
    assert upsert["by_status"] == {"added": 2, "failed": 1}
    assert (subscribe["list"], subscribe["by_status"]) == ("LISTID01", {"subscribed": 2})
    lines = report_of(path.with_name("contacts.report.csv"))
    assert Counter((line["row"], line["action"]) for line in lines) == Counter(
        [
            ("2", "add-or-update"),
            ("2", "subscribe"),
            ("3", "add-or-update"),
            ("4", "add-or-update"),
            ("4", "subscribe"),
        ]
    )


def test_unknown_list_is_refused_before_anything_is_sent(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])

    done = sentori("sync", path, "--list", "NOSUCH01", sandbox=sandbox)

    assert done.code == 2
    assert "no mailing list 'NOSUCH01'" in done.err
    assert "LISTID01 (Newsletter)" in done.err
    assert sandbox.sentori.contacts.count() == 0
    assert not path.with_name("contacts.report.csv").exists()


# ------------------------------------------------------------------------------------- the columns


def test_columns_are_understood_by_other_names_and_said_so(sandbox: Sandbox, path: Path) -> None:
    header = ["E-Mail", "first name", "Surname", "favourite_colour", "Is member?"]
    write_csv(path, [header, ["ann@example.com", "Ann", "A", "blue", "Yes"]])

    done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 0, done.err
    ann = sandbox.sentori.contacts.get("ann@example.com")
    assert ann is not None
    assert [ann[name] for name in ("FirstName", "LastName", "FavouriteColour", "IsMember")] == [
        "Ann",
        "A",
        "blue",
        True,
    ]
    assert "E-Mail is sent as EmailAddress" in done.err
    assert "Surname is sent as LastName" in done.err


def test_word_that_is_neither_yes_nor_no_fails_its_row(sandbox: Sandbox, path: Path) -> None:
    write_csv(
        path, [["EmailAddress", "IsMember"], ["ann@example.com", "maybe"], ["ben@example.com", "0"]]
    )

    done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 1
    assert "'IsMember' must be true or false" in done.out
    assert sandbox.sentori.contacts.addresses() == ["ben@example.com"]
    failed, _ = report_of(path.with_name("contacts.report.csv"))
    assert (failed["contact"], failed["status"]) == ("ann@example.com", "failed")


def test_no_address_column_is_misuse_that_names_the_columns(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [["Name", "Adresse"], ["Ann", "ann@example.com"]])

    done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 2
    assert "'Name', 'Adresse'" in done.err
    assert "--map" in done.err
    assert sandbox.requests.count() == 0


def test_map_names_the_column_of_a_field(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [["Adresse", "Name", "Notiz"], ["ann@example.com", "A", "x"]])
    mapping = ("--map", "Adresse=EmailAddress", "--map", "Name=LastName", "--map", "Notiz=")

    done = sentori("sync", path, *mapping, sandbox=sandbox)

    assert done.code == 0, done.err
    ann = sandbox.sentori.contacts.get("ann@example.com")
    assert ann is not None
    assert ann["LastName"] == "A"
    assert "Notiz is left out" in done.err


def test_unknown_column_is_misuse_unless_it_may_be_ignored(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [["EmailAddress", "Shoe size"], ["ann@example.com", "38"]])

    refused = sentori("sync", path, sandbox=sandbox)
    assert refused.code == 2
    assert "no field for 'Shoe size'" in refused.err
    assert "'FavouriteColour'" in refused.err
    assert sandbox.sentori.contacts.count() == 0

    done = sentori("sync", path, "--ignore-unknown-columns", sandbox=sandbox)
    assert done.code == 0
    assert sandbox.sentori.contacts.addresses() == ["ann@example.com"]


def test_empty_cell_clears_its_field_only_on_request(sandbox: Sandbox, path: Path) -> None:
    sandbox.sentori.contacts.add("ann@example.com", {"FirstName": "Ann"})
    write_csv(path, [HEADER, ["ann@example.com", "", ""]])

    sentori("sync", path, sandbox=sandbox)
    kept = sandbox.sentori.contacts.get("ann@example.com")
    sentori("sync", path, "--empty-as-null", sandbox=sandbox)
    cleared = sandbox.sentori.contacts.get("ann@example.com")

    assert kept is not None
    assert cleared is not None
    assert (kept["FirstName"], cleared["FirstName"]) == ("Ann", None)


# --------------------------------------------------------------------------------------- bad input


def test_missing_key_names_the_variable(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])

    done = sentori("sync", path, sandbox=sandbox, env={"SENTORI_API_KEY": ""})

    assert done.code == 2
    assert "SENTORI_API_KEY" in done.err
    assert done.out == ""
    assert sandbox.requests.count() == 0


def test_wrong_key_stops_before_the_first_row(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])
    key = "11111111-0000-0000-0000-00000000dead"

    done = sentori("sync", path, "--json", sandbox=sandbox, env={"SENTORI_API_KEY": key})

    assert done.code == 2
    assert done.document["error"] == "AuthenticationError"
    assert done.document["code"] == 1
    assert sandbox.requests.count("contacts.add_or_update") == 0
    assert key not in done.out + done.err


def test_key_may_come_from_a_file(sandbox: Sandbox, path: Path, tmp_path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])
    file = tmp_path / "key"
    file.write_text(f"{sandbox.sentori.api_key}\n")

    done = sentori(
        "sync", path, "--api-key-file", file, sandbox=sandbox, env={"SENTORI_API_KEY": ""}
    )

    assert done.code == 0, done.err


def test_line_that_does_not_decode_is_named_before_anything_is_sent(
    sandbox: Sandbox, path: Path
) -> None:
    rows = ["EmailAddress,FirstName", *["ann@example.com,Ann"] * 3_000, "zoe@example.com,Zoë"]
    path.write_bytes("\r\n".join(rows).encode("cp1252"))

    done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 2
    assert "line 3002 of contacts.csv is not UTF-8" in done.err
    assert "--encoding cp1252" in done.err
    assert sandbox.requests.count() == 0


def test_encoding_may_be_said(sandbox: Sandbox, path: Path) -> None:
    path.write_bytes("EmailAddress,FirstName\r\nzoe@example.com,Zoë\r\n".encode("cp1252"))

    done = sentori("sync", path, "--encoding", "cp1252", sandbox=sandbox)

    assert done.code == 0, done.err
    zoe = sandbox.sentori.contacts.get("zoe@example.com")
    assert zoe is not None
    assert zoe["FirstName"] == "Zoë"


def test_platform_out_of_reach_is_told_in_one_line(path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])
    nowhere = {"SENTORI_API_KEY": "k", "SENTORI_BASE_URL": "http://127.0.0.1:1/v2.0/"}

    done = sentori("sync", path, env=nowhere)

    assert done.code == 2
    assert "cannot connect" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [(), ("nowhere.csv",), ("contacts.csv", "--mode", "replace"), ("contacts.csv", "--turbo")],
)
def test_misuse_is_exit_code_2_and_no_traceback(path: Path, arguments: tuple[str, ...]) -> None:
    write_csv(path, [HEADER])

    done = sentori("sync", *arguments, cwd=path.parent, env={"SENTORI_API_KEY": "k"})

    assert done.code == 2
    assert done.err.startswith("sentori: ")
    assert "Traceback" not in done.err
    assert done.out == ""


# ------------------------------------------------------------------------- when the job is stopped


def test_key_that_dies_under_way_stops_the_job_and_says_what_was_done(path: Path) -> None:
    body = '{"Code": 3, "Message": "Account not found"}'
    gone = faults.Status(status=403, body=body, headers={"Content-Type": "application/json"})
    dies = FaultRule("contacts.add_or_update", gone, after=40)
    write_csv(path, [HEADER, *([f"c{n}@example.com"] for n in range(2_000))])

    with Sandbox(faults=FaultScript([dies])).in_thread() as sandbox:
        sandbox.sentori.mailing_lists.add("LISTID01", "Newsletter")
        done = sentori("sync", path, "--list", "LISTID01", "--json", sandbox=sandbox)
        assert sandbox.sentori.contacts.count() == 40

    assert done.code == 2
    assert done.document["aborted"]["error"] == "AccountBlocked"
    assert done.document["aborted"]["remedy"] == "Use a key of an account that still exists."
    assert done.document["not_run"] == "subscribe to LISTID01"
    (job,) = done.document["jobs"]
    assert job["by_status"]["added"] == 40
    assert job["total"] < 100
    lines = report_of(path.with_name("contacts.report.csv"))
    assert Counter(line["status"] for line in lines) == job["by_status"]


def test_stopped_job_tells_people_the_cause_and_the_remedy(path: Path) -> None:
    body = '{"Code": 3, "Message": "Account not found"}'
    gone = faults.Status(status=403, body=body, headers={"Content-Type": "application/json"})
    write_csv(path, [HEADER, ["ann@example.com"], ["ben@example.com"]])

    with Sandbox(
        faults=FaultScript([FaultRule("contacts.add_or_update", gone)])
    ).in_thread() as sandbox:
        done = sentori("sync", path, sandbox=sandbox)

    assert done.code == 2
    assert "Stopped: " in done.out
    assert "Account not found" in done.out
    assert "Use a key of an account that still exists." in done.out
    assert "run the same command again" in done.out


def test_row_of_which_nobody_knows_is_unknown_and_the_exit_code_is_1(path: Path) -> None:
    lost = FaultRule("contacts.add_or_update", faults.Drop(execute=1))
    write_csv(path, [HEADER, ["ann@example.com"]])

    with Sandbox(faults=FaultScript([lost])).in_thread() as sandbox:
        done = sentori("sync", path, "--json", sandbox=sandbox)
        requests = sandbox.requests.count() - sandbox.requests.count("contacts.structure")

    assert done.code == 1
    job = done.document["jobs"][0]
    assert job["by_status"] == {"unknown": 1}
    assert (job["requests"], job["retries"]) == (requests, 3)
    assert report_of(path.with_name("contacts.report.csv"))[0]["status"] == "unknown"


# ---------------------------------------------------------------------------------- the report file


def test_report_replaces_an_earlier_report_and_no_other_file(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])
    report = path.with_name("contacts.report.csv")
    report.write_text("precious\n")

    refused = sentori("sync", path, sandbox=sandbox)
    assert refused.code == 2
    assert "--force" in refused.err
    assert report.read_text() == "precious\n"
    assert sandbox.sentori.contacts.count() == 0

    assert sentori("sync", path, "--force", sandbox=sandbox).code == 0
    assert sentori("sync", path, sandbox=sandbox).code == 0
    assert len(report_of(report)) == 1


def test_report_never_replaces_its_own_input(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])
    before = path.read_bytes()

    done = sentori("sync", path, "--report", path, "--force", sandbox=sandbox)

    assert done.code == 2
    assert path.read_bytes() == before


def test_report_that_cannot_be_written_is_misuse(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"]])

    done = sentori("sync", path, "--report", path / "below.csv", sandbox=sandbox)

    assert done.code == 2
    assert "--report" in done.err
    assert sandbox.sentori.contacts.count() == 0


# ------------------------------------------------------------------------------------- the output


def test_output_to_a_pipe_is_plain(sandbox: Sandbox, path: Path) -> None:
    """Also what others wrote must not steer the reader's terminal."""
    write_csv(path, [[*HEADER, "\x1b[31mred"], ["ann@example.com"], ["non\x1b[2Jsense"]])

    done = sentori("sync", path, "--ignore-unknown-columns", sandbox=sandbox)

    assert done.code == 1
    assert CONTROL.search(done.out) is None
    assert CONTROL.search(done.err) is None
    assert "add-or-update: " in done.err


def test_json_is_one_document_and_quiet_is_quiet(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [HEADER, ["ann@example.com"], ["zoë"]])

    done = sentori("sync", path, "--json", "--quiet", sandbox=sandbox)

    assert done.code == done.document["exit_code"] == 1
    assert done.err == ""
    assert CONTROL.search(done.out) is None
    job = done.document["jobs"][0]
    assert job["total"] == job["succeeded"] + job["failed"] + job["skipped"] + job["unknown"] == 2
    assert job["reasons"] == [
        {
            "status": "failed",
            "text": "Email Address not valid",
            "error": "ValidationFailed",
            "code": 100,
            "remedy": "Correct the address.",
            "count": 1,
            "rows": [3],
        }
    ]
    assert job["requests"] == 2
    assert "@" not in done.out


def test_listener_that_goes_away_does_not_end_the_job(sandbox: Sandbox, path: Path) -> None:
    """As in `sentori sync contacts.csv 2>&1 | head -1`."""
    write_csv(path, [HEADER, *([f"c{n}@example.com"] for n in range(300))])
    process = start("sync", path, env=environment(sandbox))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stderr.close()

    assert process.wait(60) == 0
    assert sandbox.sentori.contacts.count() == 300
    assert len(report_of(path.with_name("contacts.report.csv"))) == 300


def test_a_dry_run_sends_no_write_and_says_what_is_expected(sandbox: Sandbox, path: Path) -> None:
    rows = [["Email"], ["ann@example.com"], [""], ["nobody"], ["bob@example.com"]]
    write_csv(path, rows)

    done = sentori("sync", path, "--list", "LISTID01", "--dry-run", env=environment(sandbox))

    assert done.code == 0, done.err
    assert "Nothing was sent" in done.out
    assert "the requests take a moment or more" in done.out
    assert {one.method for one in sandbox.requests.latest()} == {"GET"}
    assert sandbox.sentori.contacts.get("ann@example.com") is None


def test_a_dry_run_keeps_no_journal(sandbox: Sandbox, path: Path) -> None:
    write_csv(path, [["Email"], ["ann@example.com"]])
    kept = path.with_name("kept.db")

    done = sentori("sync", path, "--dry-run", "--journal", kept, env=environment(sandbox))

    assert (done.code, "leave --journal out" in done.err) == (2, True)
    assert not kept.exists()
