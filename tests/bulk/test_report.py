"""The report accounts for every row, in bounded memory and without showing contacts."""

from __future__ import annotations

import copy
import os
import pickle
import threading
from pathlib import Path

import pytest

from sentori_async.bulk.outcomes import BulkOutcome, Status
from sentori_async.bulk.report import BulkReport, OutcomeLog
from sentori_async.errors import BulkError, InvalidInput, NotFound

STATUSES: list[Status] = [
    "added",
    "updated",
    "upserted",
    "subscribed",
    "unsubscribed",
    "deleted",
    "accepted",
]


@pytest.mark.parametrize("status", STATUSES)
def test_whatever_the_platform_took_is_a_success(status: Status) -> None:
    report = BulkReport()
    report.count(BulkOutcome(0, "a@b.example", status))

    assert (report.total, report.succeeded) == (1, 1)
    assert BulkOutcome(0, "", status).ok


def test_failed_skipped_and_unknown_are_counted_apart() -> None:
    report = BulkReport()
    statuses: list[Status] = ["failed", "failed", "skipped", "unknown", "added"]
    for index, status in enumerate(statuses):
        report.count(BulkOutcome(index, "a@b.example", status))

    assert report.total == report.succeeded + report.failed + report.skipped + report.unknown
    assert (report.succeeded, report.failed, report.skipped, report.unknown) == (1, 2, 1, 1)
    assert [o.index for o in report.failures] == [0, 1]
    assert [o.index for o in report.unknowns] == [3]


def test_failures_beyond_the_first_thousand_wait_in_a_private_file() -> None:
    log = OutcomeLog()
    error = NotFound("gone", platform="sentori", operation="x", status=404, code=101)
    for index in range(2_500):
        log.append(BulkOutcome(index, f"c{index}@example.com", "failed", None, error, 1))

    assert len(log) == 2_500
    assert [o.index for o in log] == list(range(2_500))
    again = list(log)[-1]
    assert (again.contact, type(again.error)) == ("c2499@example.com", NotFound)
    assert again.error is not None
    assert again.error.__dict__ == error.__dict__


def test_the_private_file_is_read_in_one_thread_while_another_writes_it() -> None:
    log = OutcomeLog()
    for index in range(1_002):
        log.append(BulkOutcome(index, "c@example.com", "failed", None, InvalidInput("x")))

    def write() -> None:
        for index in range(1_002, 3_000):
            log.append(BulkOutcome(index, "c@example.com", "failed", None, InvalidInput("x")))

    writer = threading.Thread(target=write)
    writer.start()
    while len(log) < 3_000:
        seen = [outcome.index for outcome in log]
        assert seen == list(range(len(seen)))
    writer.join()

    assert [outcome.index for outcome in log] == list(range(3_000))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to see open files")
def test_the_private_file_has_no_name_and_nobody_elses_rights() -> None:
    log = OutcomeLog()
    for index in range(1_001):
        log.append(BulkOutcome(index, "secret@example.com", "failed", None, InvalidInput("x")))

    assert log._spool is not None
    status = os.fstat(log._spool._file.fileno())
    assert status.st_nlink == 0
    assert status.st_mode & 0o077 == 0


def test_no_repr_shows_a_contact() -> None:
    outcome = BulkOutcome(3, "joe.smith@example.com", "failed", None, InvalidInput("bad"), 2)
    report = BulkReport()
    report.count(outcome)
    shown = f"{outcome!r} {report!r} {report.failures!r}"

    assert "joe" not in shown
    assert "j***@e***.com" in shown
    assert "InvalidInput=1" in shown


@pytest.mark.parametrize("count", [3, 1_500])
def test_a_report_can_be_pickled_and_copied_with_all_its_failures(count: int) -> None:
    report = BulkReport()
    for index in range(count):
        report.count(BulkOutcome(index, "c@example.com", "failed", None, InvalidInput("x")))
    failed = BulkError("stopped", cause=None, report=report)

    for other in (
        pickle.loads(pickle.dumps(report)),
        copy.deepcopy(report),
        pickle.loads(pickle.dumps(failed)).report,
    ):
        assert [o.index for o in other.failures] == list(range(count))
        other.count(BulkOutcome(count, "c@example.com", "failed"))
        assert (len(other.failures), len(report.failures)) == (count + 1, count)
