"""Idempotency keys on Sent: the first answer again, whatever is asked."""

import asyncio
from typing import Any

import pytest

from sentori_async.sandbox import FaultRule, FaultScript, faults
from sentori_async.sandbox.sent.options import SentOptions
from tests.sandbox.sent_service import ANN, BOB, NOBODY, Clock, SentService
from tests.sandbox.service import Service, Start

DAY_S = 86_400


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


async def test_a_repeat_gets_the_first_answer_and_does_nothing(sent: SentService) -> None:
    first = await sent.add(Idempotency_Key="a")
    assert "Idempotent-Replayed" not in first.headers
    again = await sent.add(Idempotency_Key="a")
    assert (again.status, again.raw.body) == (201, first.raw.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Original-Request-Id"] == first.headers["X-Request-Id"]
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert sent.account.contacts.count() == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "contacts", {"phone_number": BOB}),
        ("POST", "contacts", b"{"),
        ("PATCH", f"contacts/{NOBODY}", {"opt_out": True}),
        ("POST", "messages", {"to": [BOB], "text": "Hi"}),
    ],
)
async def test_another_payload_or_path_gets_the_first_answer_in_silence(
    sent: SentService, method: str, path: str, body: Any
) -> None:
    first = await sent.add(Idempotency_Key="a")
    again = await sent.send(method, path, body, Idempotency_Key="a")
    assert (again.status, again.raw.body) == (first.status, first.raw.body)
    assert sent.account.contacts.numbers() == [ANN]
    assert sent.account.messages.count() == 0


async def test_a_key_belongs_to_an_account(sent: SentService) -> None:
    profile = sent.account.add_profile("Shop")
    await sent.add(Idempotency_Key="a")
    answer = await sent.add(Idempotency_Key="a", x_profile_id=profile.customer_id)
    assert answer.data["customer_id"] == profile.customer_id
    assert "Idempotent-Replayed" not in answer.headers


async def test_an_error_is_not_kept(sent: SentService) -> None:
    key = sent.account.contacts.add(ANN)
    assert (await sent.add(Idempotency_Key="a")).error == (409, "RESOURCE_007")
    await sent.send("DELETE", f"contacts/{key}")
    assert (await sent.add(Idempotency_Key="a")).status == 201


async def test_reads_and_deletes_take_no_heed_of_a_key(sent: SentService) -> None:
    first = await sent.add(Idempotency_Key="a")
    path = f"contacts/{first.data['id']}"
    assert (await sent.get(path, Idempotency_Key="not a key")).status == 200
    for error in (None, (404, "RESOURCE_001")):
        answer = await sent.send("DELETE", path, Idempotency_Key="a")
        assert answer.status == 204 if error is None else answer.error == error


@pytest.mark.parametrize("key", ["", "a b", "a@b", "ä", "a" * 256, "a.b"])
async def test_a_malformed_key_is_refused(sent: SentService, key: str) -> None:
    assert (await sent.add(Idempotency_Key=key)).error == (400, "VALIDATION_007")
    assert sent.account.contacts.count() == 0


@pytest.mark.parametrize("key", ["a", "A-z_09", "a" * 255])
async def test_a_well_formed_key_is_taken(sent: SentService, key: str) -> None:
    assert (await sent.add(Idempotency_Key=key)).status == 201


async def test_a_key_is_forgotten_after_a_day(start: Start) -> None:
    clock = Clock()
    sent = SentService(await start(clock=clock))
    await sent.add(Idempotency_Key="a")
    clock.skip(DAY_S - 1)
    assert (await sent.add(Idempotency_Key="a")).status == 201
    clock.skip(1)
    assert (await sent.add(Idempotency_Key="a")).error == (409, "RESOURCE_007")


async def test_an_answer_is_kept_from_one_run_to_the_next(start: Start, tmp_path: Any) -> None:
    file = tmp_path / "state.db"
    service = await start(state=file)
    first = await SentService(service).add(Idempotency_Key="a")
    await service.sandbox.close()
    again = await SentService(await start(state=file)).add(Idempotency_Key="a")
    assert (again.status, again.raw.body) == (201, first.raw.body)


async def test_a_simulated_answer_is_kept_as_well(sent: SentService) -> None:
    body = {"phone_number": ANN, "sandbox": True}
    first = await sent.post("contacts", body, Idempotency_Key="a")
    again = await sent.add(Idempotency_Key="a")
    assert (again.raw.body, again.headers["X-Sandbox"]) == (first.raw.body, "true")
    assert sent.account.contacts.count() == 0


async def test_a_twin_waits_for_the_first_and_gets_its_answer(start: Start) -> None:
    sent = SentService(await start(sent=SentOptions(write_takes_s=0.05)))
    answers = await asyncio.gather(*(sent.add(Idempotency_Key="a") for _ in range(3)))
    assert {answer.raw.body for answer in answers} == {answers[0].raw.body}
    assert sorted("Idempotent-Replayed" in a.headers for a in answers) == [False, True, True]
    assert sent.account.contacts.count() == 1


async def test_a_twin_that_waited_too_long_conflicts(start: Start) -> None:
    options = SentOptions(write_takes_s=0.3, in_flight_wait_s=0.01)
    sent = SentService(await start(sent=options))
    answers = await asyncio.gather(*(sent.add(Idempotency_Key="a") for _ in range(2)))
    assert sorted(answer.status for answer in answers) == [201, 409]
    (refused,) = (answer for answer in answers if answer.status == 409)
    assert refused.error == (409, "CONFLICT_001")
    assert (await sent.add(Idempotency_Key="a")).status == 201  # a replay, after a pause
    assert sent.account.contacts.count() == 1


async def test_requests_of_other_keys_do_not_wait(start: Start) -> None:
    options = SentOptions(write_takes_s=0.05, in_flight_wait_s=0.0)
    sent = SentService(await start(sent=options))
    requests = [sent.add(f"+1212555010{n}", Idempotency_Key=f"k{n}") for n in range(3)]
    assert {answer.status for answer in await asyncio.gather(*requests)} == {201}


async def test_a_failed_first_request_lets_its_twin_run(start: Start) -> None:
    """The twin is no replay: the error of the first one was not kept."""
    sent = SentService(await start(sent=SentOptions(write_takes_s=0.05)))
    bodies: list[Any] = [{"phone_number": "x"}, {"phone_number": ANN}]
    requests = [sent.post("contacts", body, Idempotency_Key="a") for body in bodies]
    assert {answer.status for answer in await asyncio.gather(*requests)} == {400, 201}


async def test_without_its_store_a_keyed_request_is_not_run(start: Start) -> None:
    sent = SentService(await start(sent=SentOptions(idempotency_store_down=True)))
    assert (await sent.add(Idempotency_Key="a")).error == (503, "SERVICE_001")
    assert sent.account.contacts.count() == 0
    assert (await sent.add()).status == 201


async def test_a_request_that_a_fault_runs_twice_is_applied_once_under_a_key(
    start: Start,
) -> None:
    """The generic fault script plays on Sent's routes: the client sees the second answer lost."""
    twice = faults.Duplicate()
    script = FaultScript([FaultRule("messages.send", twice)])
    sent = SentService(await start(faults=script))
    body = {"to": [ANN], "text": "Hi"}
    assert (await sent.post("messages", body, Idempotency_Key="a")).status == 202
    assert sent.account.messages.count() == 1
    assert (await sent.post("messages", body)).status == 202
    assert sent.account.messages.count() == 3
