"""What every platform's client promises, whatever its vendor does; see `test_contract.py`.

The verbs that a platform lacks are as much a part of it as those that it has.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable
from typing import Any, ClassVar

import pytest

import sentori_sync
from sentori_async import (
    Accepted,
    AlreadyExists,
    ApiError,
    AuthenticationError,
    BulkError,
    BulkOutcome,
    InvalidInput,
    Limits,
    NotFound,
    RetryPolicy,
    SentoriError,
    UnsupportedOperation,
    Upserted,
    ValidationFailed,
)
from sentori_async.bulk.plan import Verb, Via
from sentori_async.capabilities import CONTACT_VERBS
from sentori_async.registry import STEMS
from sentori_async.sandbox import Sandbox, faults
from tests.platforms.adapters import Adapter, sandbox_of
from tests.platforms.world import LISTED, WRITES, World, class_of, faults_of, lose_writes

KEY = "c0ffee00-5ec7-4e7a-b1ab-0dec0ded1234"
UNPACED = Limits(adaptive=False)
AT_ONCE = RetryPolicy(attempts=6, base_s=0.0, throttled_base_s=0.0)
ROWS = 25


class PlatformContract:
    """The promises of a client; a platform subclasses it with its adapter."""

    ADAPTER: ClassVar[Adapter]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        can = class_of(self.ADAPTER).capabilities
        names = set(metafunc.fixturenames)
        if "bulk_verb" in names:
            ways = [(verb, way) for verb, found in can.bulk.items() for way in found.ways]
            metafunc.parametrize(("bulk_verb", "via"), ways)
        if "verb" in names:
            metafunc.parametrize("verb", CONTACT_VERBS)
        if "write" in names:
            metafunc.parametrize("write", [verb for verb in WRITES if verb in can.contacts])

    @pytest.fixture
    async def world(self) -> AsyncIterator[World]:
        adapter = self.ADAPTER
        async with sandbox_of(adapter) as sandbox:
            account = sandbox.account(adapter.name)
            can = class_of(adapter).capabilities.contacts
            target = adapter.target(account) if LISTED & can else None
            async with self.connected(sandbox, account.api_key) as client:
                yield World(adapter, sandbox, client, target)

    def connected(self, sandbox: Sandbox, api_key: str) -> Any:
        """Return a client that retries at once."""
        return class_of(self.ADAPTER)(
            api_key=api_key,
            base_url=sandbox.url(self.ADAPTER.name),
            limits=UNPACED,
            retry=AT_ONCE,
            **self.ADAPTER.client_options,
        )

    # -------------------------------------------------------------------------------- lifecycle

    async def test_closing_twice_is_harmless_and_a_closed_client_says_so(
        self, world: World
    ) -> None:
        await world.client.close()
        await world.client.close()

        assert world.client.closed
        with pytest.raises(SentoriError, match="closed"):
            await world.client.contacts.get(world.adapter.identity(1))
        assert world.requests == 0

    async def test_a_client_with_other_options_shares_the_connections(self, world: World) -> None:
        world.adapter.seed(world.account, [world.adapter.identity(1)])
        other = world.client.with_options(deadline_s=30)
        async with other:
            await other.contacts.get(world.adapter.identity(1))

        assert not world.client.closed
        assert type(other) is type(world.client)
        await world.client.contacts.get(world.adapter.identity(1))

    async def test_a_request_of_ones_own_is_answered_and_refused_like_any(
        self, world: World
    ) -> None:
        response = await world.client.request("GET", world.adapter.read_path)
        with pytest.raises(ApiError) as caught:
            await world.client.request("GET", "no/such/path")

        assert response.status == 200
        assert caught.value.platform == world.adapter.name
        sent = world.requests
        for path in ("../up", "http://example.com/", "/absolute", ""):
            with pytest.raises(InvalidInput):
                await world.client.request("GET", path)
        assert world.requests == sent

    def test_a_client_shows_no_key(self, world: World) -> None:
        assert world.account.api_key not in repr(world.client) + repr(world.client.settings)

    # ------------------------------------------------------------------------------------ verbs

    async def test_a_verb_does_what_it_says_or_is_refused_before_anything_is_sent(
        self, world: World, verb: str
    ) -> None:
        can, identity = world.client.capabilities, world.adapter.identity(1)
        method = getattr(world.client.contacts, verb)
        if verb not in can.contacts:
            with pytest.raises(UnsupportedOperation):
                await settled(method(*["x"] * required(method)))
            assert world.requests == 0
            return
        world.make_ready(verb, [identity, world.adapter.identity(2)])
        if verb == "iterate":
            world.adapter.seed(world.account, [identity, world.adapter.identity(2)])
            assert len([one async for one in method()]) == 2
            return
        result = await world.do(verb, identity)

        if verb == "get":
            assert world.adapter.shown(world.account, identity) is not None
            assert result.extra is not None
            return
        assert world.is_done(verb, identity)
        inner = result.contact if isinstance(result, Upserted) else result
        assert isinstance(inner, Accepted) is (verb in can.queued)

    async def test_an_upsert_tells_whether_it_added_where_the_platform_does(
        self, world: World
    ) -> None:
        identity, adapter = world.adapter.identity(1), world.adapter
        first = await world.do("add_or_update", identity)
        second = await world.do("add_or_update", identity, adapter.other)

        assert adapter.has(world.account, identity, adapter.other)
        if world.client.capabilities.tells_created:
            assert (first.created, second.created) == (True, False)
        else:
            assert first.created is None
            assert second.created in {None, False}

    async def test_writing_the_same_again_changes_nothing(self, world: World, write: str) -> None:
        identity = world.adapter.identity(1)
        world.make_ready(write, [identity])
        await world.do(write, identity)
        with contextlib.suppress(AlreadyExists, NotFound):
            await world.do(write, identity)

        assert world.is_done(write, identity)

    # ----------------------------------------------------------------------------------- errors

    async def test_a_stranger_is_not_found(self, world: World) -> None:
        with pytest.raises(NotFound) as caught:
            await world.client.contacts.get(world.adapter.identity(1))

        error = caught.value
        assert (error.platform, error.applied) == (world.adapter.name, False)
        assert error.operation.startswith("contacts.")
        assert error.remedy.endswith(".")
        assert error.doc_url.startswith("https://")
        assert not error.retryable

    async def test_an_update_of_a_stranger_adds_nobody(self, world: World) -> None:
        if "update" not in world.client.capabilities.contacts:
            return
        with pytest.raises(NotFound) as caught:
            await world.do("update", world.adapter.identity(1))

        assert caught.value.applied is False
        assert world.adapter.shown(world.account, world.adapter.identity(1)) is None

    async def test_a_contact_is_not_added_twice(self, world: World) -> None:
        can, identity = world.client.capabilities, world.adapter.identity(1)
        if "add" not in can.contacts:
            return
        world.adapter.seed(world.account, [identity])
        with pytest.raises(AlreadyExists) as caught:
            await world.do("add", identity)

        assert caught.value.applied is False
        assert not world.adapter.has(world.account, identity, world.adapter.fields)

    async def test_wrong_values_are_refused_and_nothing_is_changed(self, world: World) -> None:
        identity, adapter = world.adapter.identity(1), world.adapter
        world.adapter.seed(world.account, [identity])
        before = adapter.shown(world.account, identity)
        with pytest.raises((ValidationFailed, InvalidInput)) as caught:
            await world.do("add_or_update", identity, adapter.wrong)

        assert caught.value.applied is False
        assert adapter.shown(world.account, identity) == before

    async def test_a_wrong_identity_is_refused_before_anything_is_sent(
        self, world: World, verb: str
    ) -> None:
        if verb == "iterate" or verb not in world.client.capabilities.contacts:
            return
        with pytest.raises(InvalidInput) as caught:
            await world.do(verb, world.adapter.nonsense)

        assert caught.value.applied is False
        assert world.requests == 0

    async def test_a_wrong_key_is_told_at_once_and_stops_a_job(self, world: World) -> None:
        rows = [world.adapter.identity(n) for n in range(1, ROWS)]
        async with self.connected(world.sandbox, KEY) as client:
            with pytest.raises(AuthenticationError) as caught:
                await client.contacts.get(rows[0])
            assert world.requests == 1
            with pytest.raises(BulkError) as stopped:
                await client.bulk.add_or_update(iter(rows))

        assert KEY not in repr(caught.value) + caught.value.message
        assert caught.value.applied is False
        assert isinstance(stopped.value.cause, AuthenticationError)
        assert stopped.value.report.succeeded == stopped.value.report.unknown == 0
        assert world.requests == 2

    # ------------------------------------------------------------------------------------- bulk

    async def test_every_way_of_a_bulk_verb_settles_every_row(
        self, world: World, bulk_verb: Verb, via: Via
    ) -> None:
        identities = [world.adapter.identity(n) for n in range(1, ROWS)]
        world.make_ready(bulk_verb, identities)
        rows = [*map(self.row, identities), {world.client.capabilities.identity: ""}]
        found = await self.outcomes(world, bulk_verb, rows, via)

        assert sorted(one.index for one in found) == list(range(len(rows)))
        assert {one.contact for one in found} == {*identities, ""}
        fates = {one.status for one in found if one.contact}
        assert not fates & {"failed", "unknown", "skipped"}
        (bad,) = [one for one in found if not one.contact]
        assert (bad.status, type(bad.error), bad.attempts) == ("failed", InvalidInput, 0)
        assert all(world.is_done(bulk_verb, identity) for identity in identities)

    async def test_two_rows_of_one_contact_are_sent_in_turn(
        self, world: World, bulk_verb: Verb, via: Via
    ) -> None:
        if bulk_verb not in {"update", "add_or_update"}:
            return
        adapter, identity = world.adapter, world.adapter.identity(1)
        world.make_ready(bulk_verb, [identity])
        rows = [(identity, adapter.fields), (identity, adapter.other)] * 3
        found = await self.outcomes(world, bulk_verb, rows, via)

        assert len(found) == 6
        assert not {one.status for one in found} & {"failed", "unknown"}
        assert adapter.has(world.account, identity, adapter.other)

    async def test_ways_that_are_not_listed_are_refused_before_a_row_is_taken(
        self, world: World
    ) -> None:
        def refuse(_: object) -> None:
            raise AssertionError("a row was taken")

        can = world.client.capabilities.bulk
        for verb in ("add", "update", "add_or_update", "delete"):
            for way in {"single", "batch", "import"} - {*(can[verb].ways if verb in can else ())}:
                with pytest.raises(UnsupportedOperation):
                    await getattr(world.client.bulk, verb)(map(refuse, [1]), via=way)
        assert world.requests == 0

    @staticmethod
    async def outcomes(world: World, verb: Verb, rows: list[Any], via: Via) -> list[BulkOutcome]:
        """Run a job; return its outcomes after the report has been laid against them."""
        target = {"list_id": world.target} if verb in LISTED else {}
        async with world.client.bulk.stream(verb, rows, via=via, **target) as stream:
            found = [one async for one in stream]
        report = stream.report
        assert report.total == len(rows) == len(found)
        assert report.total == report.succeeded + report.failed + report.skipped + report.unknown
        for status in {one.status for one in found}:
            assert report.by_status[status] == sum(one.status == status for one in found)
        return found

    def row(self, identity: str) -> dict[str, Any]:
        """Return a row of a contact with fields."""
        return {class_of(self.ADAPTER).capabilities.identity: identity, **self.ADAPTER.fields}

    # --------------------------------------------------------------------------- lost answers

    @pytest.mark.parametrize("executed", [0, 1, 2])
    async def test_a_write_whose_answer_is_lost_is_settled(
        self, world: World, write: str, executed: int
    ) -> None:
        """Whether the platform has carried it out once, twice or not at all."""
        identity = world.adapter.identity(1)
        world.make_ready(write, [identity])
        lose_writes(world, faults.Drop(execute=executed))
        await world.do(write, identity)

        assert faults_of(world)
        assert world.is_done(write, identity)

    @pytest.mark.parametrize("executed", [0, 1])
    async def test_a_write_whose_every_answer_is_lost_is_never_misreported(
        self, world: World, write: str, executed: int
    ) -> None:
        identity = world.adapter.identity(1)
        world.make_ready(write, [identity])
        lose_writes(world, faults.Drop(execute=executed), times=None)
        applied: bool | None = True
        try:
            await world.do(write, identity)
        except SentoriError as error:
            applied = error.applied

        assert faults_of(world)
        assert applied is None or (applied and world.is_done(write, identity))

    async def test_a_job_in_faults_reports_what_is_true(
        self, world: World, bulk_verb: Verb, via: Via
    ) -> None:
        identities = [world.adapter.identity(n) for n in range(1, ROWS)]
        world.make_ready(bulk_verb, identities)
        lose_writes(world, faults.Drop(execute=1), times=2)
        found = await self.outcomes(world, bulk_verb, [*map(self.row, identities)], via)

        assert faults_of(world)
        for one in found:
            if one.status == "failed":
                assert one.error is not None
                assert one.error.applied is False
                assert not world.is_done(bulk_verb, one.contact)
            elif one.status not in {"unknown", "skipped"}:
                assert world.is_done(bulk_verb, one.contact)

    # ----------------------------------------------------------------------------------- secrets

    @pytest.mark.parametrize(
        "fault",
        [None, faults.Drop(execute=1), faults.Status(status=400), faults.Html(status=502)],
        ids=["none", "drop", "400", "502"],
    )
    async def test_no_log_no_repr_and_no_error_shows_the_key_or_the_identity(
        self, world: World, fault: faults.Fault | None, caplog: pytest.LogCaptureFixture
    ) -> None:
        identity, shown = world.adapter.identity(0), []
        if fault is not None:
            lose_writes(world, fault, times=None)
        caplog.set_level(logging.DEBUG)
        hurried = world.client.with_options(retry=RetryPolicy(attempts=2, base_s=0.0))
        for verb in (*WRITES, "get"):
            if verb in world.client.capabilities.contacts:
                method = getattr(hurried.contacts, verb)
                try:
                    shown.append(repr(await method(*world.arguments(verb, identity))))
                except SentoriError as error:
                    shown += [str(error), repr(error), *traceback.format_exception(error)]

        shown += [record.getMessage() + repr(vars(record)) for record in caplog.records]
        told = "\n".join(shown).lower()
        assert shown
        for tell in (world.account.api_key.lower(), *world.adapter.tells):
            assert tell not in told

    # --------------------------------------------------------------------------- the blocking face

    def test_the_blocking_client_does_the_same(self) -> None:
        adapter = self.ADAPTER
        blocking = getattr(sentori_sync, STEMS[adapter.name])
        identity = adapter.identity(1)
        with sandbox_of(adapter).in_thread() as sandbox:
            account = sandbox.account(adapter.name)
            with blocking(
                api_key=account.api_key,
                base_url=sandbox.url(adapter.name),
                limits=UNPACED,
                **adapter.client_options,
            ) as client:
                upserted = client.contacts.add_or_update(identity, adapter.fields)
                report = client.bulk.add_or_update([self.row(adapter.identity(2))])
                listed = (
                    len(list(client.contacts.iterate()))
                    if "iterate" in client.capabilities.contacts
                    else 2
                )
                assert client.contacts.get(identity) is not None
                with pytest.raises(NotFound):
                    client.contacts.get(adapter.identity(3))
                assert client.capabilities is class_of(adapter).capabilities
            assert adapter.has(account, identity, adapter.fields)
        assert isinstance(upserted, Upserted)
        assert (report.total, report.succeeded, listed) == (1, 1, 2)
        with pytest.raises(SentoriError, match="closed"):
            client.contacts.get(identity)


def required(method: Any) -> int:
    """Return how many arguments a verb cannot do without."""
    parameters = inspect.signature(method).parameters.values()
    return sum(one.default is one.empty for one in parameters)


async def settled(running: Awaitable[object] | object) -> object:
    """Wait for what a verb returned, where it has to be waited for."""
    if inspect.isawaitable(running):
        async with asyncio.timeout(5):
            return await running
    return running
