"""A job that was killed goes on with its journal, and the key of a lost addition goes on too."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from sentori_async import AsyncSent, BulkError, BulkOutcome, Limits, RetryPolicy
from sentori_async.bulk.plan import Verb
from sentori_async.errors import ApiError, ConnectionLost, NotFound, RequestTimeout, SentoriError
from sentori_async.platforms.sent import calls, settle
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.wire.message import Response, Steps
from tests.platforms.sent.answering import ID, enveloped, listed

JOE = "+12125550123"
ROW: dict[str, Any] = {"phone_number": JOE, "opt_out": True}


STATUSES = {"add": "added", "add_or_update": "added", "update": "updated", "delete": "deleted"}


async def lose(client: AsyncSent, sandbox: Sandbox, verb: Verb, row: Any, path: Path) -> None:
    """Run a job until its write has been carried out, and end it before the answer comes."""
    rules = [
        FaultRule("contacts.*", faults.Stalled(execute=1), method=method)
        for method in ("POST", "PATCH", "DELETE")
    ]
    sandbox.faults = FaultScript(rules)
    job = asyncio.ensure_future(getattr(client.bulk, verb)([row], journal=path))
    async with asyncio.timeout(10):
        while not any(one.method != "GET" for one in sandbox.requests.latest()):
            await asyncio.sleep(0.001)
    job.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await job
    sandbox.faults = None


async def resume(client: AsyncSent, verb: Verb, row: Any, path: Path) -> BulkOutcome:
    async with client.bulk.stream(verb, [row], journal=path) as outcomes:
        (outcome,) = [one async for one in outcomes]
    return outcome


@pytest.mark.parametrize(
    ("verb", "row"),
    [("add", JOE), ("add", ROW), ("add_or_update", ROW), ("update", ROW), ("delete", JOE)],
)
async def test_a_row_that_was_lost_is_settled_by_the_next_run(
    client: AsyncSent, sandbox: Sandbox, tmp_path: Path, verb: Verb, row: Any
) -> None:
    if verb in {"update", "delete"}:
        sandbox.sent.contacts.add(JOE)
    path = tmp_path / "job.db"
    await lose(client, sandbox, verb, row, path)

    outcome = await resume(client, verb, row, path)

    assert (outcome.status, outcome.error) == (STATUSES[verb], None)
    found = sandbox.sent.contacts.get(JOE)
    assert (found is None) is (verb == "delete")
    if isinstance(row, dict):
        assert found is not None
        assert found["opt_out"] is True


async def test_somebody_elses_contact_is_not_taken_for_ones_own(
    client: AsyncSent, sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.sent.contacts.add(JOE)
    path = tmp_path / "job.db"
    await lose(client, sandbox, "add", ROW, path)

    outcome = await resume(client, "add", ROW, path)

    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error.applied is False


async def test_a_journal_is_of_one_account_and_a_new_key_of_it_goes_on(
    client: AsyncSent, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "job.db"
    await client.bulk.add([JOE], journal=path)
    other = sandbox.sent.add_profile("Shop", api_key="key-of-the-shop")
    async with AsyncSent(
        api_key="key-of-the-shop", base_url=sandbox.url("sent"), limits=Limits(adaptive=False)
    ) as shop:
        with pytest.raises(BulkError, match="another job"):
            await shop.bulk.add([JOE], journal=path)

    assert other.contacts.numbers() == []


async def test_a_journal_is_of_one_profile_whatever_the_account_says(
    client: AsyncSent, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "job.db"
    shop = sandbox.sent.add_profile("Shop")
    async with AsyncSent(
        api_key=sandbox.sent.api_key,
        base_url=sandbox.url("sent"),
        profile_id=shop.customer_id,
        limits=Limits(adaptive=False),
    ) as acting:
        await acting.bulk.add([JOE], journal=path)
    with pytest.raises(BulkError, match=f"another job .*profile {shop.customer_id}"):
        await client.bulk.add([JOE], journal=path)

    assert sandbox.sent.contacts.numbers() == []


# ----------------------------------------------------------------------- upserts, in doubt


def run(*replies: Response | SentoriError) -> Any:
    """Answer the calls of an upsert in turn, and return what it comes to."""
    verb = calls.add_or_update_contact(JOE, {"opt_out": True})
    assert isinstance(verb, Steps)
    flow = verb.flow()
    call = next(flow)
    try:
        for reply in replies:
            try:
                if isinstance(reply, SentoriError):
                    raise reply
                answer = call.decode(reply)
            except SentoriError as error:
                call = flow.throw(error)
            else:
                call = flow.send(answer)
    except StopIteration as end:
        return end.value
    raise AssertionError(call.request.path)


THERE = listed({"id": ID, "phone_number": JOE})
CHANGED = enveloped({"id": ID, "phone_number": JOE, "opt_out": True})


@pytest.mark.parametrize(("applied", "created"), [(None, None), (True, True)])
def test_an_upsert_in_doubt_goes_on_with_the_contact_that_is_there(
    applied: bool | None, created: bool | None
) -> None:
    result = run(ConnectionLost("cut", applied=applied), THERE, CHANGED)

    assert result.created is created
    assert result.contact.opt_out is True


@pytest.mark.parametrize("look", [listed(), RequestTimeout("slow")], ids=["absent", "failed"])
def test_an_upsert_in_doubt_stays_so_where_nothing_shows_the_contact(
    look: Response | SentoriError,
) -> None:
    lost = ConnectionLost("cut", applied=None)
    with pytest.raises(ConnectionLost) as caught:
        run(lost, look)

    assert caught.value is lost
    assert lost.applied is None


def test_an_upsert_that_was_surely_refused_ends_at_once() -> None:
    with pytest.raises(ApiError) as caught:
        run(enveloped(None, 400, code="VALIDATION_002"))

    assert caught.value.applied is False


async def test_an_upsert_whose_every_answer_is_lost_is_completed_all_the_same(
    client: AsyncSent, sandbox: Sandbox
) -> None:
    sandbox.faults = FaultScript([FaultRule("contacts.add", faults.Drop(execute=1))])
    hurried = client.with_options(retry=RetryPolicy(base_s=0.0))
    result = await hurried.contacts.add_or_update(JOE, {"opt_out": True})

    assert result.created is None
    assert result.contact.opt_out is True
    report = await hurried.bulk.add_or_update(["+12125550124"])
    assert report.by_status == {"upserted": 1}


def test_a_look_up_before_a_deletion_says_gone_only_with_the_platforms_own_code() -> None:
    look = settle.FIND_TO_DELETE.look
    assert look is not None
    request = calls.delete_contact(JOE).request
    page = NotFound("no", platform="sent", operation="x", status=404)
    with pytest.raises(NotFound):
        next(look(request, page))
    with pytest.raises(StopIteration):
        next(
            look(
                request,
                NotFound("no", platform="sent", operation="x", status=404, code="RESOURCE_001"),
            )
        )
