"""However a contact stands at the source and at the target, an opt-out on either side holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from sentori_async.sandbox import FaultRule, FaultScript, Sandbox
from sentori_async.sandbox.faults import kinds
from tests.migrate.accounts import CAMPAIGN, LIST, Accounts, accounts, unlimited

Put = Callable[[Accounts, str], object]
"""Give an address a standing."""


def nothing(world: Accounts, address: str) -> None:
    """Leave it unknown."""


def in_campaign(world: Accounts, address: str) -> None:
    world.sandbox.getresponse.contacts.add(address, {"name": "Known"})


def removed(reason: str) -> Put:
    def put(world: Accounts, address: str) -> None:
        in_campaign(world, address)
        world.sandbox.getresponse.contacts.remove(address, reason)

    return put


def came_back(world: Accounts, address: str) -> None:
    removed("unsubscribe")(world, address)
    in_campaign(world, address)


def blocked(world: Accounts, address: str) -> None:
    world.sandbox.getresponse.blocklist.add(address)


def blocked_here(world: Accounts, address: str) -> None:
    world.sandbox.getresponse.blocklist.add(address, campaign=CAMPAIGN)


def on_list(world: Accounts, address: str) -> None:
    world.subscribe(address)


def contact(world: Accounts, address: str) -> None:
    world.sandbox.sentori.contacts.add(address)


def suppressed(world: Accounts, address: str) -> None:
    contact(world, address)
    world.sandbox.sentori.suppression.add(address)


def suppressed_stranger(world: Accounts, address: str) -> None:
    world.sandbox.sentori.suppression.add(address)


def spotzee(state: int | None) -> Put:
    def put(world: Accounts, address: str) -> None:
        world.sandbox.spotzee.contacts.add(address, {"email": address})
        if state is not None:
            world.sandbox.spotzee.subscriptions.set(address, world.news, state)

    return put


GETRESPONSE: Final[Mapping[Put, bool]] = {
    in_campaign: False,
    removed("unsubscribe"): True,
    removed("complaint"): True,
    came_back: True,
    blocked: True,
    blocked_here: True,
}
"""Ways to stand in a campaign, and whether each is an opt-out."""

SENTORI: Final[Mapping[Put, bool]] = {
    nothing: False,
    contact: False,
    on_list: False,
    suppressed: True,
    suppressed_stranger: True,
}
SPOTZEE: Final[Mapping[Put, bool]] = {
    spotzee(None): False,
    spotzee(2): False,
    spotzee(0): True,
    nothing: False,
}


def placed(
    world: Accounts, source: Mapping[Put, bool], target: Mapping[Put, bool]
) -> tuple[set[str], set[str]]:
    """Put one address into each pair of standings; return who may be subscribed, and who not."""
    may: set[str] = set()
    must_not: set[str] = set()
    for n, ((here, out_here), (there, out_there)) in enumerate(
        itertools.product(source.items(), target.items())
    ):
        address = f"p{n}@example.com"
        here(world, address)
        there(world, address)
        (must_not if out_here or out_there else may).add(address)
    return may, must_not


def trouble(seed: int) -> FaultScript:
    """Return no faults, or one request in ten that goes wrong."""
    share = 0.1 / 3 if seed else 0.0
    faults = (kinds.Status(status=503), kinds.Drop(), kinds.Drop(execute=1))
    return FaultScript([FaultRule("*", fault, probability=share) for fault in faults], seed=seed)


@pytest.mark.parametrize("seed", [0, 1, 2])
async def test_from_a_campaign_to_a_list(seed: int) -> None:
    async with Sandbox(**unlimited(), faults=trouble(seed)) as sandbox, accounts(sandbox) as world:
        may, must_not = placed(world, GETRESPONSE, SENTORI)
        await world.migrate("getresponse", "sentori")
        mailed = {address for _, address in sandbox.sentori.mailing_lists.emailable(_number(world))}

    assert mailed == may
    assert not mailed & must_not


def _number(world: Accounts) -> int:
    found = world.sandbox.sentori.mailing_lists.find(LIST)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", [0, 1, 2])
async def test_from_a_campaign_to_a_subscription_type(seed: int) -> None:
    async with Sandbox(**unlimited(), faults=trouble(seed)) as sandbox, accounts(sandbox) as world:
        may, must_not = placed(world, GETRESPONSE, SPOTZEE)
        await world.migrate("getresponse", "spotzee", {"external_id": "email", "email": "email"})
        states = {
            user["external_id"]: sandbox.spotzee.subscriptions.states(user["external_id"])
            for user in sandbox.spotzee.contacts.all()
        }

    mailed = {who for who, state in states.items() if state.get(world.news) != 0}
    assert mailed == may
    assert must_not <= states.keys()


@pytest.mark.parametrize("seed", [0, 1, 2])
async def test_from_a_subscription_type_to_a_campaign(seed: int) -> None:
    source = {put: out for put, out in SPOTZEE.items() if put is not nothing}
    target = {nothing: False, **GETRESPONSE}
    # There already is what counts there; that it left before is history.
    target[came_back] = False
    async with Sandbox(**unlimited(), faults=trouble(seed)) as sandbox, accounts(sandbox) as world:
        may, must_not = placed(world, source, target)
        await world.migrate("spotzee", "getresponse", {"email": "email"})
        subscribed = sandbox.getresponse.contacts.emails(CAMPAIGN)

    assert set(subscribed) == may
    assert not set(subscribed) & must_not
