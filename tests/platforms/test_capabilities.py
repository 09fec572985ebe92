"""What `client.capabilities` says is true of the verbs, the bulk jobs and the planners."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator
from typing import Any, get_args

import pytest

import sentori_async
import sentori_sync
from sentori_async.bulk.plan import ChunkPlan, RowPlan, Verb, Via
from sentori_async.capabilities import CONTACT_VERBS
from sentori_async.client import AsyncClient
from sentori_async.errors import InvalidInput, UnsupportedOperation
from sentori_async.registry import STEMS
from sentori_async.sandbox import Sandbox

PLATFORMS = tuple(STEMS)
VERBS: tuple[Verb, ...] = get_args(Verb)
WAYS: tuple[Via, ...] = get_args(Via)
ON_A_LIST = {"subscribe", "unsubscribe"}
# A list, a subscription type, a campaign: what all platforms take for one.
LIST = "4"

each_platform = pytest.mark.parametrize("platform", PLATFORMS)
each_verb = pytest.mark.parametrize("verb", CONTACT_VERBS)
each_bulk_verb = pytest.mark.parametrize("verb", VERBS)


def class_of(platform: str) -> type[AsyncClient]:
    found: type[AsyncClient] = getattr(sentori_async, f"Async{STEMS[platform]}")
    return found


def ways_of(platform: str, verb: Verb) -> set[str]:
    """Return the ways of a bulk verb as the capabilities list them."""
    ways = class_of(platform).capabilities.bulk.get(verb)
    return set() if ways is None else set(ways.ways)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def client(sandbox: Sandbox, platform: str) -> AsyncIterator[Any]:
    key, url = sandbox.account(platform).api_key, sandbox.url(platform)
    async with class_of(platform)(api_key=key, base_url=url) as client:
        yield client


def arguments(verb: Any) -> list[str]:
    """Return something for every argument that a verb cannot do without."""
    return [
        "+12125550123"
        for parameter in inspect.signature(verb).parameters.values()
        if parameter.default is parameter.empty
    ]


@each_platform
@each_verb
async def test_a_verb_is_there_and_says_at_once_when_the_platform_lacks_it(
    client: Any, sandbox: Sandbox, platform: str, verb: str
) -> None:
    """On every platform all of them can be called; those that cannot be done send nothing."""
    method = getattr(client.contacts, verb)
    if verb in client.capabilities.contacts:
        assert callable(method)
        return
    with pytest.raises(UnsupportedOperation, match=f"cannot do contacts.{verb}"):
        running = method(*arguments(method))
        if inspect.isawaitable(running):
            await running
    assert sandbox.requests.count() == 0


@each_platform
def test_only_common_verbs_are_listed_and_what_is_queued_can_be_done(platform: str) -> None:
    capabilities = class_of(platform).capabilities

    assert capabilities.contacts <= set(CONTACT_VERBS)
    assert capabilities.queued <= capabilities.contacts
    assert set(capabilities.bulk) <= set(VERBS)
    assert {"get", "delete", "add_or_update"} <= capabilities.contacts


@each_platform
@each_verb
def test_what_is_queued_may_return_an_accepted_and_nothing_else_does(
    client: Any, platform: str, verb: str
) -> None:
    annotation = inspect.signature(getattr(client.contacts, verb)).return_annotation
    assert ("Accepted" in str(annotation)) == (verb in client.capabilities.queued)


@each_platform
@each_bulk_verb
def test_what_a_job_can_do_a_single_call_can(platform: str, verb: Verb) -> None:
    capabilities = class_of(platform).capabilities
    assert (verb in capabilities.bulk) == (verb in capabilities.contacts)


@each_platform
@each_bulk_verb
@pytest.mark.parametrize("via", WAYS)
async def test_the_planner_takes_exactly_the_ways_that_are_listed(
    client: Any, sandbox: Sandbox, platform: str, verb: Verb, via: Via
) -> None:
    planner = client.bulk._jobs._planner
    target = LIST if verb in ON_A_LIST else None
    ways = ways_of(platform, verb)
    if via in ways or (via == "auto" and ways):
        plan = planner.plan_for(verb, target, via)
        assert isinstance(plan, RowPlan if via == "single" else RowPlan | ChunkPlan)
    else:
        with pytest.raises(UnsupportedOperation):
            planner.plan_for(verb, target, via)
    assert sandbox.requests.count() == 0


@each_platform
@each_bulk_verb
async def test_auto_is_the_way_that_it_is_said_to_be(
    client: Any, platform: str, verb: Verb
) -> None:
    if not ways_of(platform, verb):
        return
    target = LIST if verb in ON_A_LIST else None
    auto = client.capabilities.bulk[verb].auto
    by_itself = client.bulk._jobs._planner.plan_for(verb, target, "auto")
    as_said = client.bulk._jobs._planner.plan_for(verb, target, auto)

    assert auto in ways_of(platform, verb)
    assert type(by_itself) is type(as_said)
    assert isinstance(by_itself, RowPlan) == (auto == "single")


@each_platform
async def test_a_row_without_its_identity_is_told_what_it_lacks(client: Any, platform: str) -> None:
    identity = client.capabilities.identity
    plan = client.bulk._jobs._planner.plan_for("add_or_update", None, "single")

    with pytest.raises(InvalidInput, match=identity):
        plan.plan({"no": "identity"})


@each_platform
def test_only_keys_that_are_sent_can_be_relied_on(platform: str) -> None:
    found = class_of(platform)
    if found.capabilities.idempotency_keys:
        assert found._manners.idempotency is not None


@each_platform
def test_the_blocking_client_can_do_the_same(platform: str) -> None:
    blocking = getattr(sentori_sync, STEMS[platform])
    with blocking(api_key="key", base_url="http://127.0.0.1:9/") as client:
        assert client.capabilities is class_of(platform).capabilities
