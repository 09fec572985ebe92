"""An idempotency key is one operation's, on every attempt and on no other request."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from sentori_async.errors import (
    InvalidInput,
    ServerError,
    TransportError,
    UnsupportedOperation,
)
from sentori_async.transport.keys import KeyRing
from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.idempotency import IdempotencyKey, KeyRules
from sentori_async.wire.manners import Manners
from sentori_async.wire.message import Call, Response, Safety
from sentori_async.wire.settle import Settle
from tests.clock import now, run
from tests.transport.scripted import ScriptedSession, answer, call, make_sender

DAY = 24 * 3600.0
KEYED = Manners(idempotency=KeyRules())
PUT_IT = call(Safety.KEYED, "v3/contacts")


def keys_of(session: ScriptedSession) -> list[str | None]:
    return [exchange.headers.get("Idempotency-Key") for exchange in session.seen]


def test_every_attempt_carries_the_same_key_and_every_call_another() -> None:
    async def main() -> list[str | None]:
        sender, session = make_sender(answer(500), answer(502), answer(200), manners=KEYED)
        await sender.send(PUT_IT)
        await sender.send(PUT_IT)
        return keys_of(session)

    first, second, third, other = run(main())

    assert first == second == third
    assert first is not None
    assert other not in {None, first}


def test_a_keyed_request_is_repeated_whatever_became_of_it() -> None:
    async def main() -> int:
        sender, session = make_sender(answer(500), manners=KEYED)
        with pytest.raises(ServerError):
            await sender.send(PUT_IT)
        return len(session.seen)

    assert run(main()) == 4


@pytest.mark.parametrize(
    ("safety", "manners"), [(Safety.READ, KEYED), (Safety.UNSAFE, Manners())], ids=["get", "none"]
)
def test_no_key_goes_where_none_is_known(safety: Safety, manners: Manners) -> None:
    async def main() -> list[str | None]:
        sender, session = make_sender(answer(200), manners=manners)
        await sender.send(call(safety))
        return keys_of(session)

    assert run(main()) == [None]


def test_a_key_of_an_earlier_run_is_used_again() -> None:
    async def main() -> list[str | None]:
        sender, session = make_sender(answer(200), manners=KEYED, wall_clock=lambda: DAY - 1)
        await sender.send(PUT_IT, key=IdempotencyKey.given("row-7", PUT_IT.request, 0.0))
        return keys_of(session)

    assert run(main()) == ["row-7"]


def test_a_key_of_an_earlier_run_serves_no_other_request() -> None:
    async def main() -> int:
        sender, session = make_sender(answer(200), manners=KEYED)
        key = IdempotencyKey.given("row-7", call(Safety.KEYED, "v3/other").request, 0.0)
        with pytest.raises(InvalidInput, match="new key"):
            await sender.send(PUT_IT, key=key)
        return len(session.seen)

    assert run(main()) == 0


def test_an_expired_key_is_not_sent_and_the_outcome_is_unknown() -> None:
    async def main() -> tuple[int, TransportError]:
        sender, session = make_sender(answer(200), manners=KEYED, wall_clock=lambda: DAY)
        key = IdempotencyKey.given("row-7", PUT_IT.request, 0.0)
        with pytest.raises(TransportError, match="older") as caught:
            await sender.send(PUT_IT, key=key)
        return len(session.seen), caught.value

    sent, error = run(main())

    assert sent == 0
    assert error.applied is None
    assert not error.retryable


def test_an_expired_key_is_settled_by_looking_where_that_is_possible() -> None:
    def look(_: Any, __: Any) -> Any:
        found: Response = yield call(Safety.READ, "v3/contacts/7")
        return found.status

    async def main() -> tuple[Any, list[str]]:
        sender, session = make_sender(answer(200), manners=KEYED, wall_clock=lambda: DAY)
        settled: Call[Any] = attrs.evolve(PUT_IT, settle=Settle(look=look))
        key = IdempotencyKey.given("row-7", PUT_IT.request, 0.0)
        return await sender.send(settled, key=key), [seen.path for seen in session.seen]

    assert run(main()) == (200, ["v3/contacts/7"])


def test_the_callers_own_key_serves_one_request_again_and_again() -> None:
    async def main() -> list[str | None]:
        sender, session = make_sender(answer(200), manners=KEYED)
        own = sender.with_settings(sender.settings, own_key="order-7")
        await own.send(PUT_IT)
        await own.send(PUT_IT)
        with pytest.raises(InvalidInput, match="new key"):
            await own.send(call(Safety.KEYED, "v3/messages"))
        return keys_of(session)

    assert run(main()) == ["order-7", "order-7"]


def test_a_platform_without_keys_says_so() -> None:
    async def main() -> None:
        sender, _ = make_sender(answer(200))
        with pytest.raises(UnsupportedOperation):
            sender.with_settings(sender.settings, own_key="order-7")

    run(main())


def test_the_ring_forgets_the_oldest_key() -> None:
    ring = KeyRing()
    ring.bind("first", PUT_IT.request, 0.0)
    for number in range(10_000):
        ring.bind(str(number), PUT_IT.request, 0.0)

    assert ring.bind("first", PUT_IT.request, 9.0).first_used_at == 9.0
    assert ring.bind("9999", PUT_IT.request, 9.0).first_used_at == 0.0


def test_a_used_up_limit_holds_back_what_comes_next() -> None:
    async def main() -> list[float]:
        used_up = answer(200, X_RateLimit_Remaining="0", X_RateLimit_Reset="7 seconds")
        sender, session = make_sender(
            used_up, answer(200), manners=Manners(rate_headers=RateHeaders())
        )
        await sender.send(call())
        await sender.send(call())
        await sender.send(call())
        return [*session.moments, now()]

    assert run(main()) == [0.0, 7.0, 7.0, 7.0]
