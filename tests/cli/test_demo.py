"""`sentori demo` is the main job on real input: every row of the messy file is accounted for."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from examples import make_contacts
from tests.cli.command import CONTROL, Finished, report_of, sentori, write_csv

with make_contacts.PATH.open(encoding="utf-8-sig", newline="") as file:
    ROWS = list(csv.DictReader(file))


def begins() -> list[int]:
    """Return the lines of the example on which its rows begin: some run over more than one."""
    with make_contacts.PATH.open(encoding="utf-8-sig", newline="") as file:
        table = csv.reader(file)
        return [table.line_num + 1 for _ in table][:-1]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo.report.csv"


@pytest.fixture(scope="module")
def done(report: Path) -> Finished:
    """Run the demo as `make demo` does, its report apart."""
    return sentori("demo", "--report", report)


def test_every_row_of_the_example_is_accounted_for(done: Finished, report: Path) -> None:
    assert done.code == 0, done.err
    lines = report_of(report)
    upserts = [line for line in lines if line["action"] == "add-or-update"]
    subscriptions = [line for line in lines if line["action"] == "subscribe"]
    assert [int(line["row"]) for line in upserts] == begins()
    for row, line in zip(ROWS, upserts, strict=True):
        assert line["contact"] == row["EmailAddress"].strip()
    by_status = Counter(line["status"] for line in upserts)
    assert set(by_status) == {"added", "updated", "failed", "skipped"}
    assert len(subscriptions) == by_status["added"] + by_status["updated"]
    assert {line["status"] for line in subscriptions} == {"subscribed"}
    for status, count in by_status.items():
        assert re.search(rf"{status} +{count:,}\n", done.out), done.out
    assert all(line["reason"] for line in upserts if line["status"] in {"failed", "skipped"})
    assert str(report) in done.out
    assert CONTROL.search(done.out + done.err) is None


def test_what_leads_from_the_rows_to_the_subscribers_adds_up(done: Finished, report: Path) -> None:
    told = done.out.partition("Why ")[2]
    numbers = [
        int(n.replace(",", "")) for n in re.findall(r"^ +([+-]?[\d,]+)  ", told, re.MULTILINE)
    ]
    assert len(numbers) == 7
    assert sum(numbers[:-1]) == numbers[-1]
    subscribed = [line["contact"] for line in report_of(report) if line["status"] == "subscribed"]
    twice = len(subscribed) - len({address.lower() for address in subscribed})
    assert numbers[:3] == [len(ROWS), len(subscribed) - len(ROWS), -twice]
    assert twice > 100


def test_failed_rows_are_those_without_a_usable_address(done: Finished, report: Path) -> None:
    failed = [line for line in report_of(report) if line["status"] == "failed"]
    plausible = re.compile(r"[^\s@.]+(\.[^\s@.]+)*@([a-z0-9-]+\.)+[a-z]+")
    assert not any(plausible.fullmatch(line["contact"]) for line in failed)
    assert len(failed) > 100


def test_file_of_ones_own_may_be_shown(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "mine.csv", [["E-mail"], ["ann@example.com"]])

    done = sentori("demo", path)

    assert done.code == 0, done.err
    assert "101  subscribers of LISTID01 who can be mailed now" in done.out
    assert path.with_name("mine.report.csv").exists()


def test_columns_that_the_demo_has_no_field_for_are_left_out(tmp_path: Path) -> None:
    """It has no option that says so."""
    path = write_csv(tmp_path / "mine.csv", [["E-mail", "Shoe size"], ["ann@example.com", "42"]])

    done = sentori("demo", path)

    assert done.code == 0, done.err
    assert "Shoe size is left out" in done.err


def test_demo_needs_no_key_and_touches_no_other_account(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "mine.csv", [["E-mail"], ["ann@example.com"]])
    elsewhere = {"SENTORI_API_KEY": "real", "SENTORI_BASE_URL": "http://127.0.0.1:1/"}

    assert sentori("demo", path, env=elsewhere).code == 0
