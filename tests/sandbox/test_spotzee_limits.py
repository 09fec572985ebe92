"""Rate limits as documented, and idempotency keys, which an option has to switch on."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.spotzee.options import EARLIER_RATES, RATES, RateRule, SpotzeeOptions
from sentori_async.sandbox.spotzee.rates import Limiter
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.state import SPOTZEE_KEY
from tests.sandbox.service import Start
from tests.sandbox.spotzee import JOE, Spotzee, code, start_spotzee

NOON = dt.datetime(2026, 3, 1, 12, 0, 0)  # noqa: DTZ001 - UTC, as the sandbox has it
TWO = (RateRule(requests=2, per_s=3600, block_s=7200),)
EVENT = {"name": "bought", "external_id": "joe"}
KEYED = {"Idempotency-Key": "k1"}


# Rates.


class Address:
    """The one IP address, and a clock that a test sets."""

    def __init__(self, **options: Any) -> None:
        self.now = 1000.0
        self._limiter = Limiter(SpotzeeOptions(**options), lambda: self.now)

    def passes(self, number: int = 1) -> int:
        """Send requests and return how many pass."""
        return sum(self._passes() for _ in range(number))

    def _passes(self) -> bool:
        try:
            self._limiter.admit()
        except Refusal as refusal:
            if refusal.code != "rate_limited":
                raise
            return False
        return True


def test_four_thousand_pass_in_ten_seconds_and_then_none_for_ten() -> None:
    address = Address()
    assert address.passes(4_100) == 4_000
    address.now += 9.9
    assert address.passes() == 0
    address.now += 0.1
    assert address.passes(3_990) == 3_990


def test_eight_thousand_pass_in_a_minute_and_then_none_for_two() -> None:
    address = Address()
    for _ in range(8):
        assert address.passes(1_000) == 1_000
        address.now += 5
    assert address.passes() == 0
    address.now += 119
    assert address.passes() == 0
    address.now += 1
    assert address.passes() == 1


def test_a_refused_request_does_not_make_the_block_longer() -> None:
    address = Address(rates=TWO)
    assert address.passes(3) == 2
    address.now += 7199
    assert address.passes(10) == 0
    address.now += 1
    assert address.passes(3) == 2


def test_the_limits_are_those_of_the_pages() -> None:
    def numbers(rules: tuple[RateRule, ...]) -> list[tuple[float, ...]]:
        return [(rule.requests, rule.per_s, rule.block_s) for rule in rules]

    assert SpotzeeOptions().rates == RATES
    assert numbers(RATES) == [(8_000, 60, 120), (4_000, 10, 10)]
    assert numbers(EARLIER_RATES) == [(8_000, 60, 10), (1_000, 10, 10)]
    assert Address(rates=EARLIER_RATES).passes(1_001) == 1_000
    assert Address(rates=()).passes(20_000) == 20_000


async def test_a_refusal_of_the_edge_promises_nothing_and_has_no_id(start: Start) -> None:
    spotzee = await start_spotzee(start, rates=TWO)
    for key in (SPOTZEE_KEY, "sk_wrong"):  # whoever sends: the address counts
        await spotzee.ask("GET", "users", key=key)
    answer = await spotzee.upsert(JOE)
    assert code(answer) == (429, "rate_limited")
    assert "request_id" not in answer.json
    assert not answer.headers.keys() & {"Retry-After", "X-Request-Id", "X-RateLimit-Limit"}
    assert spotzee.project.contacts.count() == 0


@pytest.mark.parametrize(("block_s", "expected"), [(7200, 7200), (10, 10), (0, 3600)])
async def test_retry_after_may_be_promised_again(
    start: Start, block_s: float, expected: int
) -> None:
    """It is the length of the block, or of the window where there is no block."""
    rates = (RateRule(requests=2, per_s=3600, block_s=block_s),)
    spotzee = await start_spotzee(start, rates=rates, retry_after=True)
    answers = [await spotzee.ask("GET", "users") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) == expected


def test_a_window_without_a_block_opens_when_it_is_over() -> None:
    address = Address(rates=(RateRule(requests=2, per_s=10, block_s=0),))
    assert address.passes(3) == 2
    address.now += 9.9
    assert address.passes() == 0
    address.now += 0.1
    assert address.passes(3) == 2


async def test_the_announced_headers_may_be_switched_on(start: Start) -> None:
    spotzee = await start_spotzee(start, rates=TWO, rate_headers=True)
    answers = [await spotzee.ask("GET", "users") for _ in range(3)]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"2"}
    assert 0 < int(answers[0].headers["X-RateLimit-Reset"]) <= 3600
    assert answers[0].headers["X-RateLimit-Tier"]


# Idempotency keys.


async def test_a_key_has_no_effect_unless_it_is_switched_on(start: Start) -> None:
    """So a repeated event happens twice, as at the vendor's in September 2026."""
    spotzee = await start_spotzee(start)
    for _ in range(2):
        answer = await spotzee.ask("POST", "events", [EVENT], headers=KEYED)
        assert (answer.status, "Idempotent-Replayed" in answer.headers) == (204, False)
    await spotzee.ask("POST", "events", [EVENT], headers={"Idempotency-Key": " " * 300})
    assert len(spotzee.project.events.all()) == 3


@pytest.mark.parametrize("keeps", [False, True])
async def test_a_repeat_gets_the_first_answer_and_does_nothing(start: Start, keeps: bool) -> None:
    spotzee = await start_spotzee(start, idempotency=True, replay_keeps_request_id=keeps)
    first = await spotzee.upsert(JOE, headers=KEYED)
    await spotzee.ask("DELETE", "users/joe")
    again = await spotzee.upsert(JOE, headers=KEYED)
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert (again.headers["X-Request-Id"] == first.headers["X-Request-Id"]) is keeps
    assert spotzee.project.contacts.count() == 0


async def test_a_key_of_another_request_is_a_mismatch(start: Start) -> None:
    spotzee = await start_spotzee(start, idempotency=True)
    await spotzee.upsert(JOE, headers=KEYED)
    for answer in (
        await spotzee.upsert({"external_id": "ann"}, headers=KEYED),
        await spotzee.ask("PATCH", "users", [JOE], headers=KEYED),
    ):
        assert code(answer) == (409, "idempotency_key_mismatch")
    assert spotzee.project.contacts.count() == 1


async def test_a_key_belongs_to_one_api_key(start: Start) -> None:
    spotzee = await start_spotzee(start, idempotency=True)
    spotzee.project.accounts.add_key(spotzee.project, "sk_second")
    for key in (SPOTZEE_KEY, "sk_second"):
        await spotzee.ask("POST", "events", [EVENT], key=key, headers=KEYED)
    assert len(spotzee.project.events.all()) == 2


@pytest.mark.parametrize("key", ["", " ", "k" * 256])
async def test_a_key_has_1_to_255_characters(start: Start, key: str) -> None:
    spotzee = await start_spotzee(start, idempotency=True)
    answer = await spotzee.ask("POST", "events", [EVENT], headers={"Idempotency-Key": key})
    assert code(answer) == (400, "idempotency_key_invalid")
    longest = {"Idempotency-Key": "k" * 255}
    assert (await spotzee.ask("POST", "events", [EVENT], headers=longest)).status == 204
    assert len(spotzee.project.events.all()) == 1


async def test_only_post_and_patch_mind_a_key(start: Start) -> None:
    spotzee = await start_spotzee(start, idempotency=True)
    headers = {"Idempotency-Key": ""}
    assert (await spotzee.ask("GET", "users", headers=headers)).status == 200
    assert (await spotzee.ask("DELETE", "users/joe", headers=headers)).status == 204
    for _ in range(2):
        answer = await spotzee.ask("DELETE", "users/joe", headers=KEYED)
        assert "Idempotent-Replayed" not in answer.headers


async def test_a_refusal_is_replayed_for_a_day(start: Start) -> None:
    now = [NOON]
    spotzee = await start_spotzee(start, clock=lambda: now[0], idempotency=True)
    body = {"name": "A", "type": "static"}
    number = spotzee.project.lists.add("A")
    assert code(await spotzee.ask("POST", "lists", body, headers=KEYED))[0] == 409
    for _ in range(2):
        await spotzee.ask("DELETE", f"lists/{number}")
    now[0] += dt.timedelta(hours=23, minutes=59)
    replayed = await spotzee.ask("POST", "lists", body, headers=KEYED)
    assert code(replayed) == (409, "resource_already_exists")
    now[0] += dt.timedelta(minutes=1)
    assert (await spotzee.ask("POST", "lists", body, headers=KEYED)).status == 200


async def test_a_failure_of_the_server_is_not_kept(start: Start) -> None:
    spotzee = await start_spotzee(start, idempotency=True)
    number = spotzee.project.subscriptions.add("News")
    spotzee.project.contacts.add("joe")
    spotzee.project.contacts.refuse("joe", "internal_error", "service_unavailable")
    body = [{"subscription_id": number, "state": 0}]
    path = "users/joe/subscriptions"
    answers = [await spotzee.ask("PATCH", path, body, headers=KEYED) for _ in range(4)]
    assert [answer.status for answer in answers] == [500, 503, 200, 200]
    assert "Idempotent-Replayed" in answers[3].headers


async def test_a_repeat_meanwhile_is_told_to_wait(start: Start) -> None:
    """Released by the clock of the loop: the first one is under way for a tenth of a second."""
    spotzee = await start_spotzee(start, idempotency=True, keyed_write_takes_s=0.1)

    async def send() -> Any:
        return await spotzee.ask("POST", "events", [EVENT], headers=KEYED)

    answers = await asyncio.gather(send(), send(), send())
    refused = [answer for answer in answers if answer.status != 204]
    assert [code(answer) for answer in refused] == [(409, "idempotency_in_progress")] * 2
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert (await send()).headers["Idempotent-Replayed"] == "true"
    assert len(spotzee.project.events.all()) == 1


async def test_an_answer_of_more_than_a_mebibyte_is_not_kept(start: Start) -> None:
    spotzee = await start_spotzee(start, idempotency=True)
    for name, replayed in (("a", True), ("b", False)):  # the second answer shows both texts
        item = {"external_id": "joe", "data": {name: "x" * 600_000}}
        headers = {"Idempotency-Key": name}
        answers = [await spotzee.upsert(item, headers=headers) for _ in range(2)]
        assert [answer.status for answer in answers] == [200, 200]
        assert ("Idempotent-Replayed" in answers[1].headers) is replayed


@pytest.mark.parametrize(
    "options",
    [{"visible_after_s": -1}, {"keyed_write_takes_s": -0.1}, {"user_capacity": -1}],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="must not be negative"):
        SpotzeeOptions(**options)
    good = {"requests": 1, "per_s": 1, "block_s": 0}
    for bad in ({"requests": 0}, {"per_s": 0}, {"block_s": -1}):
        with pytest.raises(ConfigurationError):
            RateRule(**{**good, **bad})


async def test_a_project_out_of_credits_still_reads(start: Start) -> None:
    spotzee: Spotzee = await start_spotzee(start, out_of_credits=True)
    spotzee.project.contacts.add("joe")
    assert code(await spotzee.upsert(JOE)) == (402, "quota_exceeded")
    assert code(await spotzee.ask("PATCH", "users", [JOE])) == (402, "quota_exceeded")
    assert (await spotzee.ask("GET", "users/joe")).status == 200
