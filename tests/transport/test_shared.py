"""Clients of one key share what they learn, for as long as there is one of them."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from sentori_async import AsyncSentori
from sentori_async.settings import Limits, Rate, Settings
from sentori_async.transport import shared as module
from sentori_async.transport.shared import Shared, shared_for

URL = "https://api.example/"
KEY = "canary-key-77aa"


def settings_of(key: str = KEY, url: str = URL, limits: Limits | None = None) -> Settings:
    return Settings(api_key=key, base_url=url, limits=limits or Limits(adaptive=False))


def shared_of(client: AsyncSentori) -> Shared:
    return client._sender.shared


def test_same_key_and_address_share_and_no_others_do() -> None:
    one = shared_for(settings_of())
    assert shared_for(settings_of()) is one
    assert shared_for(settings_of(url="https://api.example")) is one
    others = [
        shared_for(settings_of(key="another")),
        shared_for(settings_of(url="https://api.example/v2/")),
        shared_for(settings_of(url="https://other.example/")),
    ]
    assert len({id(each) for each in (one, *others)}) == 4


def test_clients_of_one_key_share_and_so_do_their_copies_with_other_options() -> None:
    first, second = (AsyncSentori(api_key=KEY, base_url=URL) for _ in range(2))
    hurried = second.with_options(deadline_s=1.0)
    assert shared_of(first) is shared_of(second) is shared_of(hurried)
    assert shared_of(AsyncSentori(api_key="another", base_url=URL)) is not shared_of(first)


def test_second_client_tightens_the_limits_of_the_first() -> None:
    first = shared_for(settings_of(limits=Limits(concurrency=9, adaptive=False)))
    tighter = Limits(concurrency=9, rates=(Rate(2, per_s=60),), adaptive=False)
    assert shared_for(settings_of(limits=tighter)) is first
    waits = [first.pace.try_start(0.0, bulk=False) for _ in range(3)]
    assert waits == [0.0, 0.0, 60.0]


def test_what_is_shared_goes_with_the_last_client() -> None:
    first, second = (AsyncSentori(api_key=KEY, base_url=URL) for _ in range(2))
    kept = weakref.ref(shared_of(first))
    del first
    gc.collect()
    assert kept() is shared_of(second)
    del second
    gc.collect()
    assert kept() is None


def test_closed_client_that_is_still_there_keeps_what_is_shared() -> None:
    """What was learnt a moment ago holds for the client that is made in its place."""
    first = AsyncSentori(api_key=KEY, base_url=URL)
    first._sender.shared.circuit.failed(0.0)
    assert shared_of(AsyncSentori(api_key=KEY, base_url=URL)) is shared_of(first)


def test_key_that_nobody_uses_leaves_nothing_in_the_register() -> None:
    gc.collect()
    before = set(module._register)
    client = AsyncSentori(api_key=KEY, base_url=URL)
    (name,) = set(module._register) - before
    assert KEY not in name
    del client
    gc.collect()
    assert set(module._register) == before


@pytest.mark.parametrize("_", range(20))
def test_threads_that_come_at_once_share_too(_: int) -> None:
    together = threading.Barrier(8)
    found: list[Shared] = []

    def come() -> None:
        together.wait()
        found.append(shared_for(settings_of()))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in found}) == 1


def test_long_windows_are_told_and_recalled_those_of_single_operations_too() -> None:
    settings = settings_of(limits=Limits(rates=(Rate(2, per_s=600),)))
    batches = (Rate(1, per_s=1), Rate(1, per_s=3600))
    before, after = Shared(settings), Shared(settings)
    for shared in (before, after):
        shared.own_pace("contacts.add_batch", batches)
    assert before.pace.try_start(0.0, bulk=True) == 0.0
    assert before.own_pace("contacts.add_batch", batches).try_start(0.0, bulk=True) == 0.0

    told = before.told(10.0, 1_000.0)
    assert told is not None
    after.recall({**told, "gone.since": {}}, 5.0, 1_000.0)

    assert after.pace.try_start(5.0, bulk=True) == 0.0
    after.pace.finish()
    assert after.pace.try_start(5.0, bulk=True) > 500.0
    own = after.own_pace("contacts.add_batch", batches)
    assert own.try_start(5.0, bulk=True) > 3_000.0


def test_short_windows_are_not_worth_telling() -> None:
    limits = Limits(rates=(Rate(80, per_s=1),))
    assert Shared(settings_of(limits=limits)).told(0.0, 0.0) is None
