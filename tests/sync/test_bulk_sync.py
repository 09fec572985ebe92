"""A sync of blocking code ends well when it is interrupted, as any job does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.sync.report import SyncReport
from sentori_async.sandbox import Sandbox
from sentori_sync import Sentori


def rows(count: int) -> list[dict[str, str]]:
    return [{"EmailAddress": f"c{n}@example.com", "FirstName": "Joe"} for n in range(count)]


def account_of(client: Sentori) -> SyncReport:
    report = client.bulk.last_report
    assert isinstance(report, SyncReport)
    return report


def test_an_interrupt_while_sending_settles_what_is_in_flight(
    client: Sentori, sandbox: Sandbox, tmp_path: Path
) -> None:
    def interrupt(report: BulkReport) -> None:
        if report.total and not interrupted:
            interrupted.append(report.total)
            raise KeyboardInterrupt

    interrupted: list[int] = []
    state = tmp_path / "state.db"
    with pytest.raises(KeyboardInterrupt):
        client.bulk.sync(rows(3_000), state=state, progress=interrupt)
    first = account_of(client)
    assert first.finished
    assert first.unknown == 0
    assert first.added == sandbox.sentori.contacts.count() < 3_000

    again = client.bulk.sync(rows(3_000), state=state)
    assert (again.unchanged, again.added) == (first.added, 3_000 - first.added)
    assert account_of(client) is again


def test_an_interrupt_while_reading_sends_and_removes_nothing(
    client: Sentori, sandbox: Sandbox, tmp_path: Path
) -> None:
    def broken_off() -> Iterator[dict[str, str]]:
        yield from rows(1)
        raise KeyboardInterrupt

    state = tmp_path / "state.db"
    client.bulk.sync(rows(3), state=state)
    with pytest.raises(KeyboardInterrupt):
        client.bulk.sync(broken_off(), state=state, missing="delete", max_removals=3)

    assert account_of(client).finished
    assert (account_of(client).missing, account_of(client).total) == (0, 0)
    assert sandbox.sentori.contacts.count() == 3
