"""A refusal that every row would meet, such as for a list that is not there, stops the job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sentori_async import AsyncGetResponse, AsyncSentori, BulkError, NotFound
from sentori_async.bulk.plan import Verb
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.errors import ApiError
from sentori_async.sandbox import Sandbox
from tests.bulk.fakes import FakeRowPlan, Wire

ADDRESSES = [f"p{n}@example.com" for n in range(50)]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        for address in ADDRESSES:
            running.sentori.contacts.add(address)
        running.sentori.mailing_lists.add("LISTID01", "Newsletter")
        yield running


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[AsyncSentori]:
    account = sandbox.sentori
    async with AsyncSentori(api_key=account.api_key, base_url=sandbox.url("sentori")) as client:
        yield client


class _SharedPlan(FakeRowPlan):
    def is_about_all(self, error: ApiError) -> bool:
        return error.code == 200


@pytest.mark.parametrize("code", [200, 101])
@pytest.mark.parametrize("applied", [False, None])
async def test_only_a_sure_refusal_of_what_rows_share_stops_a_job(
    code: int, applied: bool | None
) -> None:
    """Rows in flight keep their own outcomes; those not taken stay in the input."""

    async def answer(path: str) -> None:
        await asyncio.sleep(0)
        if path == "c3:1":
            raise NotFound(
                "x", platform="fake", operation="x", status=404, code=code, applied=applied
            )

    wire = Wire(answer)
    rows = (f"c{n}:1" for n in range(20))
    engine = RowEngine(source_of(rows), wire.send, _SharedPlan(), workers=1)
    if code != 200 or applied is None:
        await engine.run()
        assert engine.report.total == 20
        return

    with pytest.raises(BulkError) as caught:
        await engine.run()

    assert isinstance(caught.value.cause, NotFound)
    assert wire.sent == ["c0:1", "c1:1", "c2:1", "c3:1"]
    assert dict(engine.report.by_status) == {"updated": 3, "skipped": 1}


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
async def test_a_list_that_sentori_does_not_know_is_asked_for_once(
    client: AsyncSentori, sandbox: Sandbox, verb: Verb
) -> None:
    async with client.bulk.stream(verb, ADDRESSES, "NOPE") as outcomes:
        with pytest.raises(BulkError, match="Mailing List not found") as caught:
            async for outcome in outcomes:
                assert outcome.status == "skipped"

    assert isinstance(caught.value.cause, NotFound)
    assert outcomes.report.requests == sandbox.requests.count(f"contacts.{verb}") == 1


async def test_a_contact_that_sentori_does_not_know_stops_nobody(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    report = await client.bulk.subscribe(["nobody@example.com", *ADDRESSES], "LISTID01")

    assert (report.failed, report.succeeded) == (1, len(ADDRESSES))


async def test_the_same_job_goes_on_once_the_list_is_there(
    client: AsyncSentori, sandbox: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "job.db"
    with pytest.raises(BulkError):
        await client.bulk.subscribe(ADDRESSES, "LATER", journal=journal)
    sandbox.sentori.mailing_lists.add("LATER", "Later")

    report = await client.bulk.subscribe(ADDRESSES, "LATER", journal=journal)

    assert (report.total, report.succeeded) == (len(ADDRESSES), len(ADDRESSES))


async def test_a_campaign_that_getresponse_does_not_know_is_asked_for_once(
    sandbox: Sandbox,
) -> None:
    account = sandbox.getresponse
    async with AsyncGetResponse(
        api_key=account.api_key, base_url=sandbox.url("getresponse")
    ) as client:
        with pytest.raises(BulkError, match="code 1001"):
            await client.bulk.subscribe(ADDRESSES, "NOPE")

    assert sandbox.requests.count("contacts.add") == 1
