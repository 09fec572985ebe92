"""Every platform tells contacts apart, finds and removes them in a sync; and without asyncio."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentori_async.errors import UnsupportedOperation
from sentori_async.sandbox import Sandbox
from sentori_sync import GetResponse, Sent, Sentori, Spotzee

Row = dict[str, Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        sandbox.getresponse.campaigns.add("first", campaign_id="C")
        sandbox.getresponse.campaigns.add("second", campaign_id="D")
        yield sandbox


@pytest.fixture(params=["sentori", "getresponse", "sent", "spotzee"])
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client(sandbox: Sandbox, platform: str) -> Iterator[Any]:
    classes: dict[str, Any] = {
        "sentori": Sentori,
        "getresponse": GetResponse,
        "sent": Sent,
        "spotzee": Spotzee,
    }
    options = {"default_campaign": "C"} if platform == "getresponse" else {}
    key = getattr(sandbox, platform).api_key
    with classes[platform](api_key=key, base_url=sandbox.url(platform), **options) as client:
        yield client


def rows_of(platform: str, value: str = "1") -> list[Row]:
    match platform:
        case "sentori":
            return [{"EmailAddress": f"p{n}@example.com", "FirstName": value} for n in range(3)]
        case "getresponse":
            return [{"email": f"p{n}@example.com", "name": value} for n in range(3)]
        case "sent":
            return [{"phone_number": f"+1212555012{n}", "default_channel": "sms"} for n in range(3)]
        case _:
            return [{"external_id": f"p{n}", "data": {"first_name": value}} for n in range(3)]


def test_a_second_run_sends_nothing(
    client: Any, sandbox: Sandbox, platform: str, tmp_path: Path
) -> None:
    rows = rows_of(platform)
    first = client.bulk.sync(rows, state=tmp_path / "state.db")
    sandbox.requests.clear()
    second = client.bulk.sync(rows, state=tmp_path / "state.db")

    assert (first.added, first.failed, first.unknown) == (3, 0, 0)
    assert (second.unchanged, second.total) == (3, 0)
    assert sandbox.requests.count() == 0


def test_missing_contacts_are_deleted_and_those_gone_already_are_no_failure(
    client: Any, platform: str, tmp_path: Path
) -> None:
    rows = rows_of(platform)
    options: Any = {"state": tmp_path / "state.db", "missing": "delete", "max_removals": 1.0}
    client.bulk.sync(rows, **options)
    client.contacts.delete(next(iter(rows[0].values())))
    report = client.bulk.sync(rows[2:], **options)
    again = client.bulk.sync(rows[2:], **options)

    assert (report.removed, report.failed, report.unknown) == (2, 0, 0)
    assert (again.missing, again.unchanged) == (0, 1)


def test_contacts_that_are_as_sent_are_verified(client: Any, platform: str, tmp_path: Path) -> None:
    rows = rows_of(platform)
    client.bulk.sync(rows, state=tmp_path / "state.db")
    report = client.bulk.sync(rows, state=tmp_path / "state.db", verify=True)

    assert (report.verified, report.differing, report.total) == (3, 0, 0)


def test_missing_contacts_are_unsubscribed_from_everything_or_that_is_refused(
    client: Any, platform: str, tmp_path: Path
) -> None:
    rows = rows_of(platform)
    options: Any = {"state": tmp_path / "state.db", "missing": "unsubscribe"}
    if platform == "spotzee":
        with pytest.raises(UnsupportedOperation):
            client.bulk.sync(rows, **options)
        return
    client.bulk.sync(rows, **options)
    report = client.bulk.sync(rows[1:], **options)

    assert (report.removed, report.failed) == (1, 0)


@pytest.mark.parametrize("platform", ["getresponse"], indirect=True)
def test_an_address_in_two_campaigns_is_two_contacts(
    client: Any, platform: str, tmp_path: Path
) -> None:
    row = {"email": "ann@example.com", "name": "Ann"}
    rows = [{**row, "campaign": campaign} for campaign in "CD"]
    options: Any = {"state": tmp_path / "state.db", "missing": "delete"}
    first = client.bulk.sync(rows, **options)
    report = client.bulk.sync([row], **options)

    assert first.added == 2
    assert (report.missing, report.removed) == (1, 1)
    left = [contact.campaign_id for contact in client.contacts.iterate()]
    assert left == ["C"]


@pytest.mark.parametrize("platform", ["sentori"], indirect=True)
def test_rows_and_progress_are_in_the_calling_thread(
    client: Any, platform: str, tmp_path: Path
) -> None:
    seen: list[threading.Thread] = []

    def rows() -> Iterator[Row]:
        for row in rows_of(platform):
            seen.append(threading.current_thread())
            yield row

    def show(report: Any) -> None:
        seen.append(threading.current_thread())

    client.bulk.sync(rows(), state=tmp_path / "state.db", progress=show)

    assert len(seen) > 3
    assert set(seen) == {threading.current_thread()}
