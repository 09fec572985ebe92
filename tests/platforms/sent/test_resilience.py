"""Lost answers, limits and jobs, over real sockets: what is reported is what is true."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sentori_async import (
    AsyncSent,
    AuthenticationError,
    ConnectionLost,
    Limits,
    RateLimited,
    RetryPolicy,
    ServiceUnavailable,
    StateConflict,
)
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.sandbox.sent.options import SentOptions

JOE = "+12125550123"
ANN = "+12125550124"
UNPACED = Limits(adaptive=False)
AT_ONCE = RetryPolicy(base_s=0.0, throttled_base_s=0.0)


# -------------------------------------------------------------------------------- faults


def breaks(sandbox: Sandbox, route: str, fault: faults.Fault, times: int = 1) -> None:
    sandbox.faults = FaultScript([FaultRule(route, fault, times=times)])


LOST = [
    faults.Drop(execute=1),
    faults.Reset(execute=1),
    faults.Truncated(),
    faults.ResetMidBody(),
    faults.Status(status=500, execute=1),
    faults.Status(status=504, execute=1),
    faults.Html(status=200, execute=1),
    faults.Drop(execute=2),
    faults.Drop(),
    faults.Status(status=503),
]


@pytest.mark.parametrize("fault", LOST, ids=map(str, range(len(LOST))))
async def test_every_write_survives_the_loss_of_its_answer(
    client: AsyncSent, sandbox: Sandbox, fault: faults.Fault
) -> None:
    """Each is carried out exactly once, and its result is that of an undisturbed call."""
    hurried = client.with_options(retry=AT_ONCE)
    hook: dict[str, Any] = {"endpoint_url": "https://example.com/a", "event_types": ["message"]}

    breaks(sandbox, "contacts.add", fault)
    added = await hurried.contacts.add(JOE)
    assert sandbox.sent.contacts.numbers() == [JOE]
    breaks(sandbox, "contacts.update", fault)
    assert (await hurried.contacts.update(JOE, {"default_channel": "whatsapp"})).id == added.id
    breaks(sandbox, "contacts.update", fault)
    await hurried.contacts.unsubscribe_all(JOE)
    assert (await client.contacts.get(JOE)).opt_out is True
    breaks(sandbox, "contacts.add", fault)
    assert (await hurried.contacts.add_or_update(ANN, {"opt_out": True})).created is True
    breaks(sandbox, "contacts.add", fault)
    assert (await hurried.contacts.add_or_update(ANN, {"opt_out": False})).created is False
    breaks(sandbox, "contacts.delete", fault)
    await hurried.contacts.delete(JOE)
    assert sandbox.sent.contacts.numbers() == [ANN]
    breaks(sandbox, "messages.send", fault)
    await hurried.messages.send(ANN, text="Hello")
    assert sandbox.sent.messages.count() == 1
    breaks(sandbox, "webhooks.*", fault)
    made = await hurried.webhooks.create(display_name="a", **hook)
    assert sandbox.sent.webhooks.count() == 1
    breaks(sandbox, "webhooks.*", fault)
    rotated = await hurried.webhooks.rotate_secret(str(made.id))
    kept = sandbox.sent.webhooks.get(str(made.id))
    assert kept is not None
    assert kept["signing_secret"] == rotated.signing_secret
    breaks(sandbox, "webhooks.*", fault)
    await hurried.webhooks.delete(str(made.id))
    assert sandbox.sent.webhooks.count() == 0


async def test_an_addition_whose_every_answer_is_lost_stays_unknown(
    client: AsyncSent, sandbox: Sandbox
) -> None:
    breaks(sandbox, "contacts.add", faults.Drop(execute=1), times=4)
    with pytest.raises(Exception, match="contacts") as caught:
        await client.with_options(retry=AT_ONCE).contacts.add(JOE)

    assert caught.value.applied is None  # type: ignore[attr-defined]
    assert sandbox.sent.contacts.numbers() == [JOE]


async def test_an_update_whose_every_answer_is_lost_is_looked_up(
    client: AsyncSent, sandbox: Sandbox
) -> None:
    await client.contacts.add(JOE)
    breaks(sandbox, "contacts.update", faults.Drop(execute=1), times=4)
    updated = await client.with_options(retry=AT_ONCE).contacts.update(JOE, {"opt_out": True})

    assert updated.opt_out is True


@pytest.mark.parametrize("options", [SentOptions(idempotency_store_down=True)])
async def test_a_request_that_was_not_run_is_surely_not_applied(
    client: AsyncSent, sandbox: Sandbox
) -> None:
    with pytest.raises(ServiceUnavailable) as caught:
        await client.with_options(retry=AT_ONCE).contacts.add(JOE)

    assert (caught.value.code, caught.value.applied) == ("SERVICE_001", False)
    assert sandbox.requests.count() == 4


@pytest.mark.parametrize("options", [SentOptions(write_takes_s=0.05, in_flight_wait_s=0.0)])
async def test_a_twin_under_way_is_waited_for(client: AsyncSent, sandbox: Sandbox) -> None:
    patient = client.with_options(
        idempotency_key="twin", retry=RetryPolicy(attempts=30, base_s=0.02, cap_s=0.02)
    )
    both = await asyncio.gather(patient.contacts.add(JOE), patient.contacts.add(JOE))

    assert both[0] == both[1]
    assert sandbox.sent.contacts.numbers() == [JOE]
    with pytest.raises(StateConflict) as caught:
        impatient = client.with_options(idempotency_key="two", retry=RetryPolicy(attempts=1))
        await asyncio.gather(impatient.contacts.add(ANN), impatient.contacts.add(ANN))
    assert (caught.value.code, caught.value.applied) == ("CONFLICT_001", None)


@pytest.mark.parametrize("options", [SentOptions(rate_per_min=3)])
async def test_too_many_requests_are_told_with_the_wait(client: AsyncSent) -> None:
    impatient = client.with_options(retry=RetryPolicy(max_wait_s=0.0))
    for _ in range(3):
        await impatient.me()
    with pytest.raises(RateLimited) as caught:
        await impatient.me()

    assert caught.value.code == "BUSINESS_002"
    assert caught.value.retry_after_s
    assert caught.value.applied is False


# ---------------------------------------------------------------------------------------- bulk

NUMBERS = [f"+1212555{n:04}" for n in range(100, 140)]


async def test_every_row_of_a_job_is_one_outcome_and_the_account_agrees(
    client: AsyncSent, sandbox: Sandbox
) -> None:
    sandbox.sent.contacts.add_many(NUMBERS[:10])
    rows: list[object] = [{"phone_number": number, "opt_out": True} for number in NUMBERS]

    report = await client.bulk.add_or_update([*rows, "joe", {"opt_out": True}], via="auto")

    assert report.by_status == {"added": 30, "updated": 10, "failed": 2}
    assert report.by_error == {"InvalidInput": 2}
    assert {one["phone_number"] for one in sandbox.sent.contacts.all() if one["opt_out"]} == {
        *NUMBERS
    }
    assert (report.retries, report.requests) == (0, 30 * 2 + 10 * 3)


async def test_every_bulk_verb_does_what_it_says(client: AsyncSent, sandbox: Sandbox) -> None:
    added = await client.bulk.add(NUMBERS)
    again = await client.bulk.add(NUMBERS)
    updated = await client.bulk.update((number, {"opt_out": True}) for number in NUMBERS)
    opted_out = sum(one["opt_out"] for one in sandbox.sent.contacts.all())
    deleted = await client.bulk.delete([*NUMBERS, ANN])

    assert added.by_status == {"added": 40}
    assert again.by_error == {"AlreadyExists": 40}
    assert updated.by_status == {"updated": 40}
    assert opted_out == 40
    assert deleted.by_status == {"deleted": 40, "failed": 1}
    assert sandbox.sent.contacts.count() == 0


@pytest.mark.parametrize("fault", LOST, ids=map(str, range(len(LOST))))
async def test_a_job_in_faults_reports_what_is_true(
    client: AsyncSent, sandbox: Sandbox, fault: faults.Fault
) -> None:
    sandbox.faults = FaultScript([FaultRule("contacts.*", fault, probability=0.3)], seed=7)
    hurried = client.with_options(retry=RetryPolicy(attempts=12, base_s=0.0))
    rows = [{"phone_number": number, "opt_out": True} for number in NUMBERS]
    async with hurried.bulk.stream("add_or_update", rows) as outcomes:
        found = {one.contact: one async for one in outcomes}

    sandbox.faults = None
    assert sorted(found) == NUMBERS
    assert outcomes.report.by_status == {"added": 40}
    assert all(one["opt_out"] for one in sandbox.sent.contacts.all())
    assert sorted(sandbox.sent.contacts.numbers()) == NUMBERS


async def test_a_wrong_key_stops_a_job_at_once(sandbox: Sandbox) -> None:
    async with AsyncSent(
        api_key="one-more-wrong-key", base_url=sandbox.url("sent"), limits=UNPACED
    ) as client:
        with pytest.raises(Exception, match="stopped") as caught:
            await client.bulk.add(NUMBERS)
    assert isinstance(caught.value.__cause__, AuthenticationError)
    assert sandbox.requests.count() == 1


@pytest.mark.parametrize("verb", ["add", "add_or_update"])
async def test_an_addition_without_its_fields_is_neither_applied_nor_not(
    client: AsyncSent, sandbox: Sandbox, verb: str
) -> None:
    """Half of it is done, and nothing shows the contact: its fields were never sent."""
    impatient = client.with_options(retry=RetryPolicy(attempts=1))
    cut = faults.Truncated()
    sandbox.faults = FaultScript(
        [FaultRule("contacts.add", cut), FaultRule("contacts.iterate", cut)]
    )
    with pytest.raises(ConnectionLost) as caught:
        await getattr(impatient.contacts, verb)(JOE, {"opt_out": True})
    assert caught.value.applied is None
    report = await getattr(impatient.bulk, verb)([{"phone_number": ANN, "opt_out": True}])
    assert (report.succeeded, report.unknown) == (0, 1)
    with pytest.raises(ConnectionLost) as caught:
        await getattr(impatient.contacts, verb)("+12125550199")
    assert caught.value.applied is True
