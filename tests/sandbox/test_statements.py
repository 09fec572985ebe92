"""What a request costs: the statements that SQLite runs for it, the same on every machine."""

import sqlite3
from typing import Any

import orjson
import pytest

from sentori_async.sandbox import API_KEY, GETRESPONSE_KEY, SENT_KEY, SPOTZEE_KEY
from tests.sandbox.getresponse_service import of
from tests.sandbox.service import Service, Start

KEYS = {
    "sentori": {"ApiKey": API_KEY},
    "getresponse": {"X-Auth-Token": f"api-key {GETRESPONSE_KEY}"},
    "sent": {"x-api-key": SENT_KEY},
    "spotzee": {"Authorization": f"Bearer {SPOTZEE_KEY}"},
}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is run on every connection that is opened from now on."""
    run: list[str] = []
    connect = sqlite3.connect

    def traced(*args: Any, **settings: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **settings)
        connection.set_trace_callback(run.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return run


async def write(service: Service, platform: str, path: str, body: object, key: str) -> int:
    answer = await service.send(
        "POST",
        path,
        data=orjson.dumps(body),
        headers={**KEYS[platform], "Content-Type": "application/json", "Idempotency-Key": key},
        base=service.sandbox.url(platform),
    )
    return answer.status


def add(platform: str, n: int) -> tuple[str, object]:
    """Return path and body of what writes the n-th contact."""
    if platform == "getresponse":
        return "contacts", of(f"n{n}@example.com")
    if platform == "sent":
        return "contacts", {"phone_number": f"+1212555010{n}"}
    return "users/batch", [{"external_id": f"n{n}"}]


@pytest.mark.parametrize("verb", ["add", "addorupdate"])
async def test_a_new_sentori_contact_takes_five_statements(
    start: Start, statements: list[str], verb: str
) -> None:
    """It begins, looks for the contact, stores it, looks whether it is suppressed, commits."""
    service = await start()
    statements.clear()
    path = f"contact/{verb}/joe@example.com/"
    assert await write(service, "sentori", path, {"FirstName": "Joe"}, "a") in {200, 201}
    assert len(statements) == 5


async def test_a_sentori_subscription_takes_five_statements(
    start: Start, statements: list[str]
) -> None:
    service = await start()
    service.account.contacts.add("joe@example.com")
    service.account.mailing_lists.add("LIST", "A list")
    statements.clear()
    path = "contact/subscribe/joe@example.com/LIST/"
    assert await write(service, "sentori", path, {}, "a") == 200
    assert len(statements) == 5


@pytest.mark.parametrize(
    ("platform", "most"),
    [
        ("getresponse", 20),  # with what the add before has queued, which takes effect first
        ("sent", 9),  # with the answer that is kept for the key
        ("spotzee", 6),
    ],
)
async def test_a_new_contact_elsewhere_takes_no_more_statements_than_it_needs(
    start: Start, statements: list[str], platform: str, most: int
) -> None:
    service = await start()
    assert await write(service, platform, *add(platform, 1), "a") < 300
    statements.clear()
    assert await write(service, platform, *add(platform, 2), "b") < 300
    assert len(statements) <= most
