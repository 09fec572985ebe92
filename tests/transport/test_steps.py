"""A verb of several calls keeps what single calls promise, over all of them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sentori_async.errors import ApiError, InvalidInput, NotFound, RequestTimeout, ServerError
from sentori_async.platforms.sentori.calls import get_contact
from sentori_async.settings import RetryPolicy
from sentori_async.wire.idempotency import IdempotencyKey, KeyRules
from sentori_async.wire.manners import Manners
from sentori_async.wire.message import Meter, Response, Safety, Steps
from sentori_async.wire.settle import Flow
from tests.clock import now, run
from tests.transport.scripted import (
    BUSY,
    CALM,
    OK,
    Outcome,
    ScriptedSession,
    Step,
    answer,
    call,
    in_a_hurry,
    make_sender,
)

KEYED = Manners(idempotency=KeyRules())
LOOK = call(Safety.READ, "look/")
FIRST = call(Safety.KEYED, "first/")
SECOND = call(Safety.KEYED, "second/")


def looked_up_and_written() -> Flow[list[int]]:
    looked = yield LOOK
    written = yield FIRST
    again = yield SECOND
    return [looked.status, written.status, again.status]


VERB = Steps.of(looked_up_and_written)


def keys_of(session: ScriptedSession) -> list[str | None]:
    return [exchange.headers.get("Idempotency-Key") for exchange in session.seen]


def test_the_calls_go_out_in_turn_and_the_flow_says_the_result() -> None:
    async def main() -> tuple[list[int], list[str]]:
        sender, session = make_sender(answer(200), answer(201), answer(202))
        result = await sender.send(VERB)
        return result, [exchange.path for exchange in session.seen]

    assert run(main()) == ([200, 201, 202], ["look/", "first/", "second/"])


def test_a_verb_is_also_its_first_call() -> None:
    assert VERB.request is LOOK.request
    decode: Any = VERB.decode
    assert decode(OK) is OK
    assert Steps.of(looked_up_and_written).settle is None


def test_what_cannot_be_planned_is_refused_before_anything_is_sent() -> None:
    def flow() -> Flow[None]:
        yield get_contact("")

    with pytest.raises(InvalidInput):
        Steps.of(flow)


def cost(*steps: Outcome, retry: RetryPolicy = CALM) -> Meter:
    async def main() -> Meter:
        sender, _ = make_sender(*steps, retry=retry)
        meter = Meter()
        with contextlib.suppress(ApiError):
            await sender.send(VERB, meter=meter)
        return meter

    return run(main())


def test_going_on_costs_a_request_and_is_no_new_attempt() -> None:
    assert cost(OK) == Meter(attempts=1, requests=3)


def test_the_attempts_of_every_step_are_counted() -> None:
    assert cost(BUSY, OK, BUSY, BUSY, OK, OK) == Meter(attempts=4, requests=6)


def test_a_step_that_fails_ends_the_verb_and_its_cost_is_counted() -> None:
    assert cost(OK, answer(404)) == Meter(attempts=1, requests=2)


def test_a_flow_may_catch_what_a_step_raises() -> None:
    def flow() -> Flow[str]:
        try:
            yield LOOK
        except NotFound:
            found: Response = yield FIRST
            return f"made: {found.status}"
        return "there"

    async def main() -> str:
        sender, _ = make_sender(answer(404), answer(201))
        return await sender.send(Steps.of(flow))

    assert run(main()) == "made: 201"


def test_one_deadline_spans_all_steps() -> None:
    async def main() -> tuple[float, list[float]]:
        sender, session = make_sender(Step(OK, after_s=6.0))
        with pytest.raises(RequestTimeout):
            await in_a_hurry(sender, 10.0).send(VERB)
        return now(), session.moments

    assert run(main()) == (10.0, [0.0, 6.0])


def test_a_lost_step_keeps_its_contact_from_others_for_a_while() -> None:
    async def main() -> Meter:
        sender, _ = make_sender(OK, Step(BUSY, after_s=3.0), retry=RetryPolicy(attempts=1))
        meter = Meter()
        with pytest.raises(ServerError):
            await sender.send(VERB, meter=meter)
        return meter

    meter = run(main())
    assert (meter.sent_at, meter.in_doubt_until) == (0.0, 6.0)


@pytest.mark.parametrize("whose", ["caller", "journal"])
def test_a_given_key_serves_the_first_write_and_the_next_has_its_own(whose: str) -> None:
    async def main() -> list[str | None]:
        sender, session = make_sender(OK, manners=KEYED)
        given: dict[str, Any] = {}
        if whose == "caller":
            sender = sender.with_settings(sender.settings, own_key="mine")
        else:
            given["key"] = IdempotencyKey.given("mine", FIRST.request, 0.0)
        await sender.send(VERB, **given)
        return keys_of(session)

    look, first, second = run(main())
    assert (look, first) == (None, "mine")
    assert second not in {None, "mine"}
