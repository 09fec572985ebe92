"""How often GetResponse may be called, and what its headers and 429s say."""

import asyncio
from typing import Any

import attrs
import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.getresponse.limits import FRAME_S, Limits
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from tests.sandbox.getresponse_service import CAMPAIGN, code, vendor
from tests.sandbox.service import Start

GET = "contacts.get"
BATCH = "contacts.add_batch"


@attrs.define
class Time:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def limits(time: Time, **options: Any) -> Limits:
    return Limits(GetResponseOptions(**options), time)


def taken(found: Limits, number: int, route: str = GET) -> int:
    """Return how many of so many calls are let through."""
    return sum(found.take(route) is None for _ in range(number))


def test_eighty_calls_a_second_are_let_through() -> None:
    time = Time()
    found = limits(time)
    assert taken(found, 100) == 80
    time.now += 0.99
    assert taken(found, 1) == 0
    time.now += 0.01
    assert taken(found, 100) == 80


def test_a_frame_takes_30_000_calls_in_ten_minutes() -> None:
    time = Time()
    found = limits(time, calls_per_s=None)
    assert taken(found, 30_001) == 30_000
    time.now += FRAME_S - 0.01
    assert taken(found, 1) == 0
    time.now += 0.01
    assert taken(found, 1) == 1


def test_batches_have_a_limit_of_their_own_and_count_as_calls() -> None:
    time = Time()
    found = limits(time)
    assert taken(found, 2, BATCH) == 1
    assert taken(found, 1) == 1
    for _ in range(100):
        time.now += 1
        taken(found, 1, BATCH)
    exceeded = found.take(BATCH)
    assert exceeded is not None
    assert (exceeded.limit, exceeded.reset_s) == (80, 500)
    assert found.headers()["X-RateLimit-Remaining"] == str(30_000 - 81)


def test_the_reset_is_a_text_with_its_unit_and_counts_down() -> None:
    time = Time()
    found = limits(time)
    found.take(GET)
    time.now += 167.5
    assert dict(found.headers()) == {
        "X-RateLimit-Limit": "30000",
        "X-RateLimit-Remaining": "29999",
        "X-RateLimit-Reset": "433 seconds",
    }


def test_a_refused_call_counts_for_nothing() -> None:
    time = Time()
    found = limits(time, calls_per_frame=3, calls_per_s=2)
    assert taken(found, 10) == 2
    time.now += 1
    assert taken(found, 10) == 1


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({}, ("80", "0", "1 seconds", "1")),
        ({"second_in_headers": False}, ("30000", "29920", "600 seconds", "1")),
        ({"retry_after": False}, ("80", "0", "1 seconds", None)),
        ({"rate_headers": False}, (None, None, None, "1")),
    ],
)
def test_a_full_second_is_told_as_the_options_say(
    options: dict[str, Any], headers: tuple[str | None, ...]
) -> None:
    found = limits(Time(), **options)
    taken(found, 80)
    exceeded = found.take(GET)
    assert exceeded is not None
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")
    assert tuple(exceeded.headers.get(name) for name in names) == headers


def test_every_limit_can_be_switched_off() -> None:
    none: dict[str, Any] = dict.fromkeys(
        ("calls_per_frame", "calls_per_s", "batches_per_frame", "batches_per_s")
    )
    found = limits(Time(), **none)
    assert taken(found, 50_000, BATCH) == 50_000
    assert not found.headers()


# Over HTTP.


async def test_a_call_too_many_is_1015_with_the_time_to_wait(start: Start) -> None:
    api = await vendor(start, calls_per_frame=2)
    left = [(await api.get("accounts")).headers["X-RateLimit-Remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    answer = await api.get("accounts")
    assert code(answer) == (429, 1015)
    assert answer.json["context"]["currentLimit"] == 2
    wait = answer.json["context"]["timeToReset"]
    seconds, unit = wait.split()
    assert (0 < int(seconds) <= 600, unit) == (True, "seconds")
    assert answer.headers["X-RateLimit-Reset"] == wait
    assert answer.headers["Retry-After"] == seconds


async def test_accounts_have_limits_of_their_own_and_tokens_share_their_accounts(
    start: Start,
) -> None:
    api = await vendor(start, calls_per_frame=1)
    api.account.accounts.add("other-key")
    api.account.accounts.add_token("token")
    assert (await api.get("accounts")).status == 200
    other = await api.send("GET", "accounts", headers={"X-Auth-Token": "api-key other-key"})
    assert other.status == 200
    same = await api.send("GET", "accounts", headers={"Authorization": "Bearer token"})
    assert same.status == 429


async def test_a_throttled_batch_changes_nothing(start: Start) -> None:
    api = await vendor(start, batches_per_frame=1, batches_per_s=None)
    bodies = [
        {"campaignId": CAMPAIGN, "contacts": [{"email": f"{name}@example.com"}]} for name in "ab"
    ]
    assert [(await api.post("contacts/batch", body)).status for body in bodies] == [202, 429]
    assert api.account.contacts.emails() == ["a@example.com"]


async def test_more_requests_at_once_than_allowed_are_1015(start: Start) -> None:
    api = await vendor(start, request_takes_s=0.2, concurrent_requests=3)
    answers = await asyncio.gather(*(api.get("accounts") for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 429, 429]
    refused = next(answer for answer in answers if answer.status == 429)
    assert code(refused) == (429, 1015)
    assert refused.json["context"] == {"currentLimit": 3, "timeToReset": "1 seconds"}
    assert (await api.get("accounts")).status == 200


async def test_a_full_plan_takes_no_more_contacts(start: Start) -> None:
    api = await vendor(start, max_contacts=2, visible_after_s=60)
    api.account.contacts.add("old@example.com")
    assert (await api.add("new@example.com")).status == 202
    assert code(await api.add("beyond@example.com")) == (400, 1027)


async def test_seeds_obey_the_account(start: Start) -> None:
    api = await vendor(start)
    contacts = api.account.contacts
    contacts.add("a@example.com")
    for arguments in (("A@example.com",), ("none",), ("b@example.com", {"scoring": "x"})):
        with pytest.raises(InvalidInput):
            contacts.add(*arguments)
    with pytest.raises(InvalidInput):
        contacts.add("b@example.com", campaign="zzzzz")
    with pytest.raises(InvalidInput):
        contacts.confirm("nobody@example.com")
    assert contacts.emails() == ["a@example.com"]
