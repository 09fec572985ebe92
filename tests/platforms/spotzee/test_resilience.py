"""Nothing is doubled, lost or misreported when Spotzee's answers get lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from sentori_async import (
    AsyncSpotzee,
    BulkError,
    BulkReport,
    ConnectionLost,
    Limits,
    QuotaExceeded,
    RetryPolicy,
    SentoriError,
    ServiceUnavailable,
    SpotzeeItemError,
    StateConflict,
)
from sentori_async.bulk.plan import Via
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.sandbox.spotzee.options import SpotzeeOptions

JOE = "joe"
PATIENT = RetryPolicy(base_s=0.0, throttled_base_s=0.0, attempts=8)


def client_of(sandbox: Sandbox, retry: RetryPolicy = PATIENT) -> AsyncSpotzee:
    return AsyncSpotzee(
        api_key=sandbox.spotzee.api_key,
        base_url=sandbox.url("spotzee"),
        limits=Limits(adaptive=False, concurrency=4),
        retry=retry,
    )


async def add_joe(sandbox: Sandbox) -> int:
    """Add a user and a subscription type; return the type's number."""
    sandbox.spotzee.contacts.add(JOE, {"email": "joe@example.com"})
    async with client_of(sandbox) as client:
        number = (await client.subscriptions.create("News", channel="email")).id
        await client.lists.create("VIP")
    assert isinstance(number, int)
    return number


Verb = Callable[[AsyncSpotzee], Awaitable[Any]]

# The verb, the sandbox's route, and whether a repeat is safe.
WRITES: dict[str, tuple[Verb, str, bool]] = {
    "upsert": (
        lambda c: c.contacts.add_or_update("ann", {"email": "ann@example.com", "data": {"x": 1}}),
        "contacts.add_or_update",
        True,
    ),
    "upsert many": (
        lambda c: c.contacts.add_or_update_many([{"external_id": "ann"}, {"external_id": JOE}]),
        "contacts.add_or_update",
        True,
    ),
    "queue": (lambda c: c.contacts.queue([{"external_id": "ann"}]), "contacts.queue", True),
    "delete": (lambda c: c.contacts.delete(JOE), "contacts.delete", True),
    "delete many": (lambda c: c.contacts.delete_many([JOE]), "contacts.delete_many", True),
    "session": (lambda c: c.contacts.create_session(JOE), "contacts.create_session", True),
    "subscribe": (lambda c: c.contacts.subscribe(JOE, 1), "contacts.set_subscriptions", True),
    "unsubscribe": (lambda c: c.contacts.unsubscribe(JOE, 1), "contacts.set_subscriptions", True),
    "unsubscribe all": (
        lambda c: c.contacts.unsubscribe_all(JOE),
        "contacts.set_subscriptions",
        True,
    ),
    "set": (
        lambda c: c.contacts.set_subscriptions(JOE, {1: 2}),
        "contacts.set_subscriptions",
        True,
    ),
    "batch": (
        lambda c: c.subscriptions.batch([{"external_id": JOE, "subscription_id": 1, "state": 0}]),
        "subscriptions.batch",
        True,
    ),
    "change a type": (lambda c: c.subscriptions.update(1, name="x"), "subscriptions.update", True),
    "change a list": (lambda c: c.lists.update(1, name="x"), "lists.update", True),
    "create a type": (
        lambda c: c.subscriptions.create("x", channel="email"),
        "subscriptions.create",
        False,
    ),
    "create a list": (lambda c: c.lists.create("x"), "lists.create", False),
    "delete a list": (lambda c: c.lists.delete(1), "lists.delete", False),
    "events": (
        lambda c: c.events.create([{"external_id": JOE, "name": "bought"}]),
        "events.create",
        False,
    ),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("executed", [0, 1])
async def test_a_lost_answer_is_sent_again_only_where_that_is_safe(
    write: str, executed: int
) -> None:
    verb, route, repeatable = WRITES[write]
    async with Sandbox() as sandbox:
        await add_joe(sandbox)
        before = sandbox.requests.count(route)
        sandbox.faults = FaultScript([FaultRule(route, faults.Drop(execute=executed), on=[1])])
        async with client_of(sandbox) as client:
            if repeatable:
                await verb(client)
            else:
                with pytest.raises(ConnectionLost) as caught:
                    await verb(client)
                assert caught.value.applied is None
        sent = sandbox.requests.count(route) - before
        assert sent == (2 if repeatable else 1)


@pytest.mark.parametrize(
    ("write", "looks"),
    [
        ("upsert", ["contacts.get"]),
        ("upsert many", ["contacts.get", "contacts.get"]),
        ("delete", ["contacts.get"]),
        ("subscribe", ["contacts.subscriptions", "contacts.get"]),
        ("batch", ["contacts.subscriptions"]),
        ("change a type", ["subscriptions.get"]),
        ("change a list", ["lists.get"]),
    ],
)
async def test_what_was_carried_out_is_found_when_no_answer_ever_comes(
    write: str, looks: list[str]
) -> None:
    verb, route, _ = WRITES[write]
    async with Sandbox() as sandbox:
        await add_joe(sandbox)
        before = sandbox.requests.count()
        sandbox.faults = FaultScript([FaultRule(route, faults.Drop(execute=1))])
        async with client_of(sandbox, RetryPolicy(base_s=0.0, attempts=2)) as client:
            await verb(client)
        routes = [record.route for record in sandbox.requests.latest()][before:]
    assert routes == [route, route, *looks]


@pytest.mark.parametrize("write", ["upsert", "upsert many", "subscribe", "batch", "change a list"])
async def test_what_was_not_carried_out_stays_unknown(write: str) -> None:
    verb, route, _ = WRITES[write]
    async with Sandbox() as sandbox:
        await add_joe(sandbox)
        sandbox.faults = FaultScript(
            [FaultRule(route, faults.Drop()), FaultRule("*", faults.Status(), method="GET")]
        )
        async with client_of(sandbox, RetryPolicy(base_s=0.0, attempts=2)) as client:
            with pytest.raises(SentoriError) as caught:
                await verb(client)
    assert caught.value.applied is None


@pytest.mark.parametrize("write", ["upsert", "upsert many", "batch"])
@pytest.mark.parametrize("fault", [faults.Truncated(), faults.Html(status=200, execute=1)])
async def test_half_a_success_of_a_batch_is_not_taken_for_one(
    write: str, fault: faults.Fault
) -> None:
    """An item may have been refused in it."""
    verb, route, _ = WRITES[write]
    async with Sandbox() as sandbox:
        await add_joe(sandbox)
        sandbox.spotzee.contacts.archive(JOE)
        sandbox.spotzee.contacts.add("ann")
        sandbox.spotzee.contacts.archive("ann")
        sandbox.faults = FaultScript([FaultRule(route, fault, on=[1])])
        async with client_of(sandbox) as client:
            if write == "upsert":
                with pytest.raises(SentoriError):
                    await verb(client)
                return
            batch = await verb(client)
    assert batch.succeeded == 0
    assert all(isinstance(result.error, SpotzeeItemError) for result in batch.results)


async def test_an_item_that_may_pass_is_sent_again() -> None:
    async with Sandbox() as sandbox:
        sandbox.spotzee.contacts.refuse(JOE, "service_unavailable", "internal_error")
        async with client_of(sandbox) as client:
            await client.contacts.add_or_update(JOE)
            sandbox.spotzee.contacts.refuse(JOE, *["service_unavailable"] * 9)
            with pytest.raises(ServiceUnavailable) as caught:
                await client.contacts.add_or_update(JOE, {"locale": "en"})
    assert caught.value.applied is None


async def test_an_item_that_may_pass_gets_another_key_where_keys_are_honoured() -> None:
    """With its old one it would get the old answer, for a day."""
    async with Sandbox(spotzee=SpotzeeOptions(idempotency=True)) as sandbox:
        sandbox.spotzee.contacts.refuse(JOE, "service_unavailable")
        async with client_of(sandbox) as client:
            result = await client.contacts.add_or_update(JOE, {"locale": "en"})

        assert result.contact.locale == "en"
        routes = [record.route for record in sandbox.requests.latest()]
        assert routes == [*["contacts.add_or_update"] * 2, "contacts.get", "contacts.add_or_update"]


async def test_a_twin_under_way_is_waited_for() -> None:
    """Where keys are honoured, a repeat of what is still under way is told so."""
    options = SpotzeeOptions(idempotency=True, keyed_write_takes_s=0.05)
    async with Sandbox(spotzee=options) as sandbox:
        sandbox.faults = FaultScript(
            [FaultRule("contacts.add_or_update", faults.Duplicate(), on=[1])]
        )
        async with client_of(sandbox) as client:
            result = await client.contacts.add_or_update(JOE)
    assert result.contact.external_id == JOE


# ------------------------------------------------------------------------------------------ bulk

ROWS = [{"external_id": f"u-{n}", "email": f"u{n}@example.com"} for n in range(230)]
BAD = {"external_id": "bad", "email": "nonsense"}


def truth(sandbox: Sandbox) -> dict[str, object]:
    return {str(user["external_id"]): user["email"] for user in sandbox.spotzee.contacts.all()}


@pytest.mark.parametrize(("via", "requests"), [("single", 231), ("batch", 3), ("auto", 3)])
async def test_every_row_arrives_or_is_named(via: Via, requests: int) -> None:
    async with Sandbox() as sandbox, client_of(sandbox) as client:
        report = await client.bulk.add_or_update([*ROWS, BAD], via=via)

        assert report.by_status == {"upserted": 230, "failed": 1}
        assert [outcome.contact for outcome in report.failures] == ["bad"]
        assert report.requests == requests
        assert truth(sandbox) == {row["external_id"]: row["email"] for row in ROWS}


@pytest.mark.parametrize("strict", [False, True])
async def test_one_poisoned_row_fails_alone_even_where_it_fails_the_batch(*, strict: bool) -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(strict_batches=strict)) as sandbox,
        client_of(sandbox) as client,
    ):
        report = await client.bulk.add_or_update([*ROWS[:50], BAD, *ROWS[50:90]], via="batch")

        assert report.by_status == {"upserted": 90, "failed": 1}
        assert [outcome.index for outcome in report.failures] == [50]
        assert len(truth(sandbox)) == 90


@pytest.mark.parametrize("via", ["single", "batch"])
@pytest.mark.parametrize("seed", range(3))
async def test_reports_are_true_behind_faults(via: Via, seed: int) -> None:
    script = FaultScript(
        [
            FaultRule("*", faults.Drop(execute=1), on=[1]),
            FaultRule("*", faults.Drop(execute=1), probability=0.1),
            FaultRule("*", faults.Drop(), probability=0.1),
            FaultRule("*", faults.Truncated(), probability=0.1),
            FaultRule("*", faults.Html(execute=1), probability=0.1),
            FaultRule("*", faults.Status(status=429), probability=0.05),
        ],
        seed=seed,
    )
    async with Sandbox() as sandbox, client_of(sandbox) as client:
        sandbox.spotzee.contacts.add("old")
        sandbox.spotzee.contacts.archive("old")
        sandbox.faults = script
        report = await client.bulk.add_or_update(
            [*ROWS[:60], BAD, ("old", {"email": "x@example.com"})], via=via
        )
        sandbox.faults = None

        assert report.total == 62
        assert (report.failed, report.unknown) == (2, 0)
        assert sorted(outcome.contact for outcome in report.failures) == ["bad", "old"]
        assert truth(sandbox) == {row["external_id"]: row["email"] for row in ROWS[:60]}
        assert report.requests > (62 if via == "single" else 1)


@pytest.mark.parametrize("via", ["single", "batch"])
@pytest.mark.parametrize("seed", range(2))
async def test_states_and_deletes_are_true_behind_faults(via: Via, seed: int) -> None:
    people = [row["external_id"] for row in ROWS[:120]]
    script = FaultScript(
        [
            FaultRule("*", faults.Drop(execute=1), on=[1]),
            FaultRule("*", faults.Drop(execute=1), probability=0.15),
            FaultRule("*", faults.Truncated(), probability=0.1),
            FaultRule("*", faults.Status(status=503), probability=0.1),
        ],
        seed=seed,
    )
    async with Sandbox() as sandbox, client_of(sandbox) as client:
        number = await add_joe(sandbox)
        sandbox.spotzee.contacts.add_many(ROWS[:120])
        sandbox.faults = script
        changed = await client.bulk.unsubscribe([*people, "nobody"], str(number), via=via)
        sandbox.faults = None
        types = sandbox.spotzee.subscriptions
        states = {who: types.states(who)[number] for who in [JOE, *people]}
        sandbox.faults = script
        deleted = await client.bulk.delete(people, via=via)
        sandbox.faults = None

        assert changed.by_status == {"unsubscribed": 120, "failed": 1}
        assert states == {JOE: 1, **dict.fromkeys(people, 0)}
        assert deleted.by_status == {"accepted": 120}
        assert list(truth(sandbox)) == [JOE]


async def test_a_batch_without_any_answer_is_settled_row_by_row() -> None:
    async with Sandbox() as sandbox:
        number = await add_joe(sandbox)
        sandbox.spotzee.contacts.add_many(ROWS[:5])
        gone = FaultRule("contacts.add_or_update", faults.Drop(execute=0))
        states = FaultRule("subscriptions.batch", faults.Drop(execute=1))
        sandbox.faults = FaultScript([gone, states])
        async with client_of(sandbox, RetryPolicy(base_s=0.0, attempts=2)) as client:
            rows = [*ROWS[:5], {"external_id": "new"}]
            upserts = await client.bulk.add_or_update(rows, via="batch")
            changes = await client.bulk.unsubscribe(
                ["u-0", "u-1", "nobody"], str(number), via="batch"
            )

    assert upserts.by_status == {"upserted": 5, "unknown": 1}
    assert changes.by_status == {"unsubscribed": 2, "unknown": 1}


@attrs.frozen
class Listed:
    """A bulk verb besides the upsert."""

    run: Callable[[AsyncSpotzee, list[str], str, Via], Awaitable[BulkReport]]
    status: str
    fails_for_strangers: bool


LISTED = {
    "subscribe": Listed(
        lambda c, rows, n, via: c.bulk.subscribe(rows, n, via=via),
        "subscribed",
        fails_for_strangers=True,
    ),
    "unsubscribe": Listed(
        lambda c, rows, n, via: c.bulk.unsubscribe(rows, n, via=via),
        "unsubscribed",
        fails_for_strangers=True,
    ),
    "delete": Listed(
        lambda c, rows, _, via: c.bulk.delete(rows, via=via),
        "accepted",
        fails_for_strangers=False,
    ),
}


@pytest.mark.parametrize("verb", LISTED)
@pytest.mark.parametrize("via", ["single", "batch", "auto"])
async def test_each_verb_has_both_ways(verb: str, via: Via) -> None:
    listed = LISTED[verb]
    async with Sandbox() as sandbox, client_of(sandbox) as client:
        number = await add_joe(sandbox)
        sandbox.spotzee.contacts.add_many(ROWS[:120])
        people = [row["external_id"] for row in ROWS[:120]]
        report = await listed.run(client, [*people, "nobody"], str(number), via)

        failed = 1 if listed.fails_for_strangers else 0
        assert report.by_status == {
            listed.status: 121 - failed,
            **({"failed": 1} if failed else {}),
        }
        assert report.requests == (121 if via == "single" else 2)
        if verb == "delete":
            assert list(truth(sandbox)) == [JOE]
            return
        states = [row.state async for row in client.contacts.subscriptions("u-7")]
        assert states == [1 if verb == "subscribe" else 0]


@pytest.mark.parametrize("via", ["single", "batch"])
async def test_a_project_without_room_stops_the_job(via: Via) -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(user_capacity=3)) as sandbox,
        client_of(sandbox) as client,
    ):
        with pytest.raises(BulkError) as caught:
            await client.bulk.add_or_update(ROWS, via=via)

    assert isinstance(caught.value.cause, QuotaExceeded)
    report = caught.value.report
    assert report.by_status["upserted"] == 3
    assert report.failed == report.unknown == 0
    assert report.total < 230


async def test_rows_of_a_batch_that_may_pass_are_sent_again() -> None:
    async with Sandbox() as sandbox, client_of(sandbox) as client:
        sandbox.spotzee.contacts.refuse("u-3", "service_unavailable", "service_unavailable")
        sandbox.spotzee.contacts.refuse("u-4", "state_conflict")
        report = await client.bulk.add_or_update(ROWS[:9], via="batch")

        assert report.by_status == {"upserted": 8, "failed": 1}
        (failure,) = report.failures
        assert failure.contact == "u-4"
        assert isinstance(failure.error, StateConflict)
        assert len(truth(sandbox)) == 8
