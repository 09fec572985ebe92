"""The account of a job tells how many rows ended how, and why, in bounded memory."""

from pathlib import Path

import pytest

from sentori_async.bulk.report import BulkReport
from sentori_async.cli.output import Output
from sentori_async.cli.summary import SyncResult, tell
from sentori_async.cli.tally import Tally
from sentori_async.errors import BulkError, ConnectFailed, InvalidInput, ValidationFailed


def refusal(message: str, code: int = 100) -> ValidationFailed:
    return ValidationFailed(
        message, platform="sentori", operation="x", status=400, code=code, remedy="Do."
    )


def test_rows_with_one_reason_are_counted_together_and_the_lowest_numbers_shown() -> None:
    tally = Tally(action="add")
    for row in (9, 3, 12, 5, 8, 2, 7):
        tally.count(row, "failed", refusal("Email Address not valid"))
    tally.count(4, "failed", refusal("Email Address is Suppressed", 106))
    tally.count(6, "added", None)

    first, second = tally.reasons("failed")
    assert (first.count, first.rows, first.code) == (7, [2, 3, 5, 7, 8], 100)
    assert (second.count, second.rows, second.code) == (1, [4], 106)
    assert (tally.total, tally.succeeded) == (9, 1)
    assert tally.by_error == {"ValidationFailed": 8}


def test_reasons_show_no_address() -> None:
    tally = Tally(action="add")
    tally.count(2, "failed", refusal("ann@example.com is taken"))

    assert tally.reasons("failed")[0].text == "a***@e***.com is taken"


def test_reasons_are_bounded_even_if_every_row_has_its_own() -> None:
    tally = Tally(action="add")
    for row in range(1_000):
        tally.count(row, "failed", InvalidInput(f"reason {row} of many"))

    reasons = tally.reasons("failed")
    assert len(reasons) <= 51
    assert sum(reason.count for reason in reasons) == 1_000
    assert "report file" in reasons[0].text


def test_json_counts_add_up() -> None:
    tally = Tally(action="import")
    for status in ("accepted", "accepted", "failed", "skipped", "unknown"):
        tally.count(2, status, None, "because")

    found = tally.as_json()
    assert found["total"] == 5
    assert [found[name] for name in ("succeeded", "failed", "skipped", "unknown")] == [2, 1, 1, 1]
    assert {reason["status"] for reason in found["reasons"]} == {
        "accepted",
        "failed",
        "skipped",
        "unknown",
    }
    assert found["rows_per_s"] == 0.0


def test_exit_code_says_the_worst_that_happened(tmp_path: Path) -> None:
    def result(*statuses: str) -> SyncResult:
        tally = Tally(action="add")
        for row, status in enumerate(statuses, start=2):
            tally.count(row, status, None)
        return SyncResult(file=tmp_path, report_path=tmp_path, tallies=[tally])

    assert result("added", "updated", "skipped").exit_code == 0
    assert result("added", "failed").exit_code == 1
    assert result("added", "unknown").exit_code == 1
    stopped = result("failed")
    stopped.error = BulkError("stopped", cause=ConnectFailed("no network"))
    assert stopped.exit_code == 2
    stopped.interrupted = True
    assert stopped.exit_code == 130


def test_second_job_counts_for_the_exit_code_too(tmp_path: Path) -> None:
    first, second = Tally(action="add"), Tally(action="subscribe", target="LISTID01")
    first.count(2, "added", None)
    second.count(2, "failed", refusal("Contact not found", 101))

    assert SyncResult(file=tmp_path, report_path=tmp_path, tallies=[first, second]).exit_code == 1


@pytest.mark.parametrize(
    ("estimated_s", "told"), [(0.2, "a moment"), (4.4, "0:00:04"), (5_000.0, "1:23:20")]
)
def test_a_rehearsal_tells_the_time_as_people_read_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], estimated_s: float, told: str
) -> None:
    tally = Tally(action="add", report=BulkReport(estimated_s=estimated_s))
    result = SyncResult(file=tmp_path, report_path=tmp_path, tallies=[tally], dry_run=True)

    tell(result, Output())

    assert f"the requests take {told} or more." in capsys.readouterr().out
