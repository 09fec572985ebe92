"""Rows become GetResponse's requests, and what is reported of them is true of the account."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest

from sentori_async import (
    Accepted,
    AsyncGetResponse,
    BulkError,
    BulkReport,
    GetResponseContact,
    GetResponseContactPatch,
    InvalidInput,
    Limits,
    QuotaExceeded,
    UnsupportedOperation,
    Upserted,
    ValidationFailed,
)
from sentori_async.bulk.plan import ChunkPlan, RowPlan, Verb, Via
from sentori_async.errors import ApiError
from sentori_async.platforms.getresponse import bulk
from sentori_async.platforms.getresponse.bulk import GetResponsePlanner
from sentori_async.platforms.getresponse.models import GetResponseCampaignReference
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN

JOE = "joe@example.com"
PLANNER = GetResponsePlanner("C")


def single(verb: Verb, target: str | None = None) -> RowPlan:
    plan = PLANNER.plan_for(verb, target, "single")
    assert isinstance(plan, RowPlan)
    return plan


def chunked(verb: Verb, via: Via = "auto", campaign: str | None = "C") -> ChunkPlan:
    plan = GetResponsePlanner(campaign).plan_for(verb, None, via)
    assert isinstance(plan, ChunkPlan)
    return plan


def emails(count: int) -> list[str]:
    return [f"p{n}@example.com" for n in range(count)]


# ------------------------------------------------------------------------------------- planning

FIND = "query%5Bemail%5D=joe%40example.com&query%5BcampaignId%5D=C"
JOHN = GetResponseContact(email=JOE, campaign=GetResponseCampaignReference("D"), name="Joe")

FIRST: list[tuple[Verb, str | None, object, str, str, Any]] = [
    ("add", None, {"email": JOE, "name": "J"}, "contacts", "", {"name": "J"}),
    ("add", None, (JOE, {"campaign": "D"}), "contacts", "", {"campaign": {"campaignId": "D"}}),
    ("add", None, JOHN, "contacts", "", {"campaign": {"campaignId": "D"}, "name": "Joe"}),
    ("update", None, {"email": JOE, "name": "J"}, "contacts", FIND, None),
    ("update", None, {"contactId": "x", "name": "J"}, "contacts/x", "", {"name": "J"}),
    ("update", None, ("x", {"email": "n@e.org"}), "contacts/x", "", {"email": "n@e.org"}),
    ("add_or_update", None, GetResponseContactPatch(email=JOE), "contacts", "", {"email": JOE}),
    ("delete", None, JOE, "contacts", FIND, None),
    ("delete", None, "x", "contacts/x", "", None),
    ("subscribe", "D", JOE, "contacts", "", {"campaign": {"campaignId": "D"}}),
    ("unsubscribe", "C", {"email": JOE}, "contacts", FIND, None),
]


@pytest.mark.parametrize(("verb", "target", "row", "path", "query", "sent"), FIRST)
def test_a_row_begins_with_its_request_or_a_look_up(  # noqa: PLR0917 - a table
    verb: Verb, target: str | None, row: object, path: str, query: str, sent: Any
) -> None:
    request = single(verb, target).plan(row).call.request

    assert request.path == path
    assert request.query.startswith(query)
    assert bool(query) == bool(request.query)
    body = orjson.loads(request.body) if request.body else None
    assert (body is None) == (sent is None)
    assert (sent or {}).items() <= (body or {}).items()


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        ({"email": " Joe@Example.com "}, ("joe@example.com",)),
        ({"email": JOE, "campaignId": "D"}, ("joe@example.com",)),
        ((JOE, {"email": "New@example.com", "name": "J"}), ("joe@example.com", "new@example.com")),
        ((JOE, {"email": JOE.upper()}), ("joe@example.com",)),
        ({"contactId": "aB", "name": "J"}, ("aB",)),
    ],
)
def test_rows_of_one_address_share_a_key(row: Any, keys: tuple[str, ...]) -> None:
    if isinstance(row, dict):
        row = {**row, "name": "J"}
    assert single("update").plan(row).keys == keys


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ({"name": "J"}, "no email"),
        ({"email": None, "name": "J"}, "no email"),
        (GetResponseContactPatch(name="J"), "no email"),
        (5, "a row is a mapping"),
        ({"email": "abc", "name": "J"}, "no @"),
        ({"email": JOE, "campaignId": "A", "campaign": "B"}, "two campaigns"),
        ({"email": JOE, "tags": "vip"}, "tags are a list"),
        ({"email": JOE, "note": "n"}, "a note can only"),
    ],
)
def test_a_row_that_cannot_be_sent_is_refused_before_any_request(row: object, match: str) -> None:
    for plan in (single("add"), chunked("add"), single("add_or_update")):
        with pytest.raises(InvalidInput, match=match):
            plan.plan(row)


def test_a_row_without_a_campaign_needs_a_default() -> None:
    for plan in (chunked("add", campaign=None), chunked("add_or_update", campaign=None)):
        with pytest.raises(InvalidInput, match="default_campaign"):
            plan.plan({"email": JOE})
        assert plan.plan({"email": JOE, "campaignId": "D"}).group.startswith("D")


@pytest.mark.parametrize(
    "plan", [single("add"), single("update"), chunked("add"), chunked("add_or_update")]
)
def test_a_refused_row_is_shown_by_what_it_has(plan: Any) -> None:
    assert plan.identity({"email": " x "}) == "x"
    assert plan.identity({"name": "x"}) == ""
    assert plan.identity(5) == ""


@pytest.mark.parametrize(
    ("verb", "via"),
    [
        ("add", "import"),
        ("update", "batch"),
        ("delete", "import"),
        ("subscribe", "batch"),
        ("move", "single"),
    ],
)
def test_what_the_platform_cannot_do_is_unsupported(verb: Any, via: Via) -> None:
    with pytest.raises(UnsupportedOperation):
        PLANNER.plan_for(verb, "C" if verb == "subscribe" else None, via)


def test_targets_are_for_the_verbs_of_lists() -> None:
    with pytest.raises(InvalidInput, match="takes no campaign"):
        PLANNER.plan_for("add", "C", "single")
    with pytest.raises(InvalidInput, match="default_campaign"):
        GetResponsePlanner().plan_for("subscribe", None, "single")


def test_what_an_answer_means() -> None:
    contact = GetResponseContact()

    assert single("add").status(Accepted()) == "accepted"
    assert single("update").status(contact) == "updated"
    assert single("add_or_update").status(Upserted(Accepted(), None)) == "accepted"
    assert single("add_or_update").status(Upserted(contact, created=False)) == "updated"
    assert single("add_or_update").status(None) == "accepted"
    assert single("delete").status(None) == "deleted"
    assert single("subscribe", "C").status(Accepted()) == "accepted"
    assert single("unsubscribe", "C").status(None) == "unsubscribed"


def test_a_batch_has_its_own_form_of_tags() -> None:
    plan = chunked("add")
    row = plan.plan({"email": JOE, "tags": ["t"], "customFieldValues": {"f": 1}})
    sent = orjson.loads(plan.call([row]).request.body or b"")

    assert (plan.max_rows, plan.workers) == (1000, 1)
    assert sent == {
        "campaignId": "C",
        "contacts": [
            {
                "email": JOE,
                "tags": {"ids": ["t"]},
                "customFieldValues": [{"customFieldId": "f", "value": ["1"]}],
            }
        ],
    }


def test_a_second_add_of_a_batch_changes_nothing() -> None:
    plan = chunked("add")
    first, second = (plan.plan({"email": JOE, "name": name}) for name in ("one", "two"))
    assert plan.merge(first, second) is first


def test_an_import_has_columns_by_name() -> None:
    plan = chunked("add_or_update")
    rows = [
        plan.plan({"email": JOE, "name": None, "city": "Gdynia", "age": 3, "ipAddress": "1.2.3.4"}),
        plan.plan({"ipAddress": "", "age": 4, "email": "ann@example.com", "name": "A", "city": ""}),
    ]
    sent = orjson.loads(plan.call(rows).request.body or b"")

    assert rows[0].group == rows[1].group
    assert sent == {
        "campaignId": "C",
        "fieldMapping": ["age", "city", "email", "ip", "name"],
        "contacts": [["3", "Gdynia", JOE, "1.2.3.4", ""], ["4", "", "ann@example.com", "", "A"]],
    }
    assert plan.merge(rows[0], rows[0]) == rows[0]


def test_rows_with_other_columns_or_campaigns_go_with_another_import() -> None:
    """Nobody says what an empty cell does to a value that is there."""
    plan = chunked("add_or_update")
    rows = [{"email": JOE}, {"email": JOE, "name": "J"}, {"email": JOE, "campaignId": "D"}]
    assert len({plan.plan(row).group for row in rows}) == 3


@pytest.mark.parametrize("name", ["tags", "customFieldValues", "note", "scoring", "dayOfCycle"])
def test_an_import_takes_nothing_that_it_has_no_column_for(name: str) -> None:
    value: Any = [] if name in {"tags", "customFieldValues"} else "3"
    with pytest.raises(InvalidInput, match=name):
        chunked("add_or_update").plan({"email": JOE, name: value})


def test_an_import_cannot_rename() -> None:
    with pytest.raises(InvalidInput, match="rename"):
        chunked("add_or_update").plan((JOE, {"email": "new@example.com"}))


# --------------------------------------------------------------------------------------- running


def holds(report: BulkReport, **by_status: int) -> None:
    assert dict(report.by_status) == by_status
    assert report.total == sum(by_status.values())


async def test_every_verb_row_by_row(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    account = sandbox.getresponse
    other = account.campaigns.add("other")
    people = emails(5)
    holds(await client.bulk.add([{"email": e} for e in people]), accepted=5)
    holds(await client.bulk.update([{"email": e, "name": "N"} for e in people]), updated=5)
    rows = [{"email": e, "name": "U"} for e in [*people[:2], "new@example.com"]]
    holds(await client.bulk.add_or_update(rows), updated=2, accepted=1)
    for _ in range(2):
        holds(await client.bulk.subscribe(people, other), accepted=5)
    for _ in range(2):
        holds(await client.bulk.unsubscribe(people[:2], other), unsubscribed=2)
    holds(await client.bulk.delete([*people[:1], "nobody@example.com"]), deleted=1, failed=1)

    assert sorted(account.contacts.emails(other)) == people[2:]
    assert sorted(account.contacts.emails(DEFAULT_CAMPAIGN)) == ["new@example.com", *people[1:]]
    assert [c["name"] for c in account.contacts.all(DEFAULT_CAMPAIGN)] == ["U", "N", "N", "N", "U"]


async def test_look_ups_are_requests_and_no_attempts(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.contacts.add(JOE)
    report = await client.bulk.update([{"email": JOE, "name": "N"}])
    assert (report.requests, report.retries) == (2, 0)


async def test_batches_add_to_the_campaigns_that_rows_name(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    other = sandbox.getresponse.campaigns.add("other")
    rows = [{"email": e, "campaignId": other if n > 2 else None} for n, e in enumerate(emails(5))]
    report = await client.bulk.add(rows, via="auto")

    holds(report, accepted=5)
    assert report.requests == 2
    assert sandbox.getresponse.contacts.emails(other) == emails(5)[3:]


@pytest.mark.parametrize("bad", ["duplicate", "not an address", "unknown tag"])
@pytest.mark.parametrize(
    "options", [GetResponseOptions(batch_duplicate="refuse", batches_per_s=None)]
)
async def test_a_bad_row_of_a_batch_fails_alone(
    client: AsyncGetResponse, sandbox: Sandbox, bad: str
) -> None:
    account = sandbox.getresponse
    rows: list[dict[str, Any]] = [{"email": e} for e in emails(9)]
    if bad == "duplicate":
        account.contacts.add(rows[4]["email"], {"name": "there"})
    elif bad == "unknown tag":
        rows[4]["tags"] = ["zzzz"]
    else:
        rows[4]["email"] = "p@"
    report = await client.bulk.add(rows, via="batch")

    holds(report, accepted=8, failed=1)
    assert [outcome.index for outcome in report.failures] == [4]
    assert account.contacts.count() == (9 if bad == "duplicate" else 8)


FAULTS = [
    faults.Drop(execute=0),
    faults.Drop(execute=1),
    faults.Drop(execute=2),
    faults.Html(execute=1),
    faults.Html(status=200, execute=0),
    faults.Status(status=500, execute=1),
]


@pytest.mark.parametrize("times", [1, 2, 9])
@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f.kind}-{n}" for n, f in enumerate(FAULTS)])
@pytest.mark.parametrize(
    "options",
    [
        GetResponseOptions(batches_per_s=None),
        GetResponseOptions(
            batches_per_s=None, queued_duplicate="conflict", batch_duplicate="refuse"
        ),
        GetResponseOptions(
            batches_per_s=None, queued_duplicate="in_queue", batch_duplicate="refuse"
        ),
    ],
    ids=["skip", "refuse", "in queue"],
)
async def test_what_is_said_of_the_rows_of_a_lost_batch_is_true(
    client: AsyncGetResponse, sandbox: Sandbox, fault: Any, times: int
) -> None:
    sandbox.faults = FaultScript([FaultRule("contacts.add_batch", fault, times=times)])
    async with client.bulk.stream("add", [{"email": e} for e in emails(6)], via="batch") as job:
        outcomes = [outcome async for outcome in job]
    sandbox.faults = None
    there = set(sandbox.getresponse.contacts.emails())

    assert len(outcomes) == 6
    for outcome in outcomes:
        if outcome.status == "accepted":
            assert outcome.contact in there
        elif outcome.status == "failed":
            assert outcome.contact not in there
    if times == 1:
        assert {outcome.status for outcome in outcomes} <= {"accepted", "unknown"}


@pytest.mark.parametrize("verb", ["add", "update", "add_or_update", "delete"])
async def test_a_job_at_faults_tells_the_truth(
    client: AsyncGetResponse, sandbox: Sandbox, verb: Verb
) -> None:
    account = sandbox.getresponse
    people = emails(40)
    account.contacts.add_many(people[:20])
    rules = [
        FaultRule("*", faults.Drop(execute=1), probability=0.15, method=None),
        FaultRule("*", faults.Drop(execute=0), probability=0.15),
        FaultRule("*", faults.Status(status=503), probability=0.1),
    ]
    sandbox.faults = FaultScript(rules, seed=3)
    rows: list[Any] = [{"email": e, "name": "New"} for e in people]
    async with client.bulk.stream(verb, people if verb == "delete" else rows) as job:
        outcomes = {outcome.contact: outcome.status async for outcome in job}
    sandbox.faults = None
    names = {contact["email"]: contact["name"] for contact in account.contacts.all()}

    assert len(outcomes) == 40
    for email, status in outcomes.items():
        old = email in people[:20]
        if status == "accepted":
            assert names[email] == "New"
        elif status == "updated":
            assert old or verb == "add_or_update"
            assert names[email] == "New"
        elif status == "deleted":
            assert email not in names
        elif status == "failed":
            assert (email in names) == old
            assert names.get(email) != "New"
    assert set(outcomes.values()) <= {"accepted", "updated", "deleted", "failed", "unknown"}


async def test_imports_are_noted_and_wait_for_each_other(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is refused while the first is under way, and then sent again."""
    options = GetResponseOptions(import_takes_s=0.1)
    plan = attrs.evolve(
        chunked("add_or_update", campaign=DEFAULT_CAMPAIGN), max_rows=3, retry_s=0.02
    )  # type: ignore[misc]
    monkeypatch.setattr(bulk, "_ImportPlan", lambda campaign: plan)
    async with (
        Sandbox(getresponse=options) as slow,
        AsyncGetResponse(
            api_key=slow.getresponse.api_key, base_url=slow.url("getresponse")
        ) as client,
    ):
        slow.getresponse.contacts.add(emails(1)[0], {"name": "Old"})
        rows = [{"email": e, "name": "N"} for e in emails(6)]
        report = await client.bulk.add_or_update(rows, via="import")
        ids = [made["importId"] for made in slow.getresponse.imports.all()]

        holds(report, accepted=6)
        assert report.retries > 0
        assert [note.split(":")[0] for note in report.notes] == [f"import {i}" for i in ids]
        last = await client.imports.wait(ids[-1], poll_s=0.02)
        assert last.status == "finished"
        assert {c["name"] for c in slow.getresponse.contacts.all()} == {"N"}


async def test_an_import_that_may_have_gone_twice_is_noted(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    rule = FaultRule("imports.create", faults.Drop(execute=0), times=1)
    sandbox.faults = FaultScript([rule])
    report = await client.bulk.add_or_update([{"email": JOE}], via="import")

    holds(report, accepted=1)
    assert "sent twice" in report.notes[0]


async def test_an_import_that_names_what_is_not_there_fails(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    report = await client.bulk.add_or_update([{"email": JOE, "no_such": "x"}], via="import")
    holds(report, failed=1)


@pytest.mark.parametrize("via", ["single", "batch"])
@pytest.mark.parametrize("options", [GetResponseOptions(max_contacts=1, batches_per_s=None)])
async def test_a_plan_that_is_full_stops_the_job(client: AsyncGetResponse, via: Via) -> None:
    with pytest.raises(BulkError) as caught:
        await client.bulk.add([{"email": e} for e in emails(20)], via=via)
    assert isinstance(caught.value.cause, QuotaExceeded)


@pytest.mark.parametrize("options", [GetResponseOptions(batches_per_s=1)])
async def test_batches_hold_to_their_own_limit(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    """A second batch within the second is throttled, waits as long as it is told, and passes."""
    rows = [{"email": e} for e in emails(1001)]
    report = await client.bulk.add(rows, via="batch")

    holds(report, accepted=1001)
    assert sandbox.getresponse.contacts.count() == 1001


@pytest.mark.parametrize("options", [GetResponseOptions(batches_per_s=1)])
async def test_batches_are_sent_no_faster_than_they_are_taken(sandbox: Sandbox) -> None:
    """Nobody has to be told to wait, so that single calls need not wait either."""
    account = sandbox.getresponse
    async with AsyncGetResponse(
        api_key=account.api_key,
        base_url=sandbox.url("getresponse"),
        default_campaign=DEFAULT_CAMPAIGN,
    ) as client:
        report = await client.bulk.add([{"email": e} for e in emails(2001)], via="batch")

    holds(report, accepted=2001)
    assert (report.requests, report.retries) == (3, 0)


def test_only_refusals_of_rows_are_isolated() -> None:
    made = ValidationFailed("x", platform="p", operation="o", status=400)
    for plan in (chunked("add"), chunked("add_or_update")):
        assert plan.is_about_rows(made)
    quota = QuotaExceeded("x", platform="p", operation="o", status=400)
    assert not chunked("add").is_about_rows(quota)


async def test_a_row_of_a_lost_batch_whose_look_up_fails_is_unknown(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    rules = [
        FaultRule("contacts.add_batch", faults.Drop(execute=1)),
        FaultRule("contacts.iterate", faults.Status(status=400)),
    ]
    sandbox.faults = FaultScript(rules)
    report = await client.bulk.add([{"email": JOE}], via="batch")

    holds(report, unknown=1)
    assert dict(report.by_error) == {"ConnectionLost": 1}


async def test_a_delete_that_was_lost_with_its_run_is_not_called_failed(
    client: AsyncGetResponse, sandbox: Sandbox, tmp_path: Path
) -> None:
    """The next run finds nobody to delete, which the run before may have seen to."""
    account = sandbox.getresponse
    account.contacts.add(JOE)
    sandbox.faults = FaultScript([FaultRule("contacts.delete", faults.Stalled(execute=1))])
    journal = tmp_path / "job.db"
    run = asyncio.create_task(client.bulk.delete([JOE], journal=journal))
    async with asyncio.timeout(10):
        while account.contacts.count():
            await asyncio.sleep(0.01)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    sandbox.faults = None

    holds(await client.bulk.delete([JOE], journal=journal), unknown=1)


async def test_a_journal_is_of_one_account(
    client: AsyncGetResponse, sandbox: Sandbox, tmp_path: Path
) -> None:
    other = sandbox.getresponse.accounts.add("another0key0of0thirty2")
    journal = tmp_path / "job.db"
    holds(await client.bulk.add([JOE], journal=journal), accepted=1)
    async with AsyncGetResponse(
        api_key=other.api_key,
        base_url=sandbox.url("getresponse"),
        default_campaign=DEFAULT_CAMPAIGN,
        limits=Limits(adaptive=False),
    ) as stranger:
        with pytest.raises(BulkError, match="job"):
            await stranger.bulk.add([JOE], journal=journal)
    assert other.contacts.count() == 0


async def test_a_journal_is_of_one_default_campaign(
    client: AsyncGetResponse, sandbox: Sandbox, tmp_path: Path
) -> None:
    """Its rows mean other contacts with another, so none of them counts as done."""
    other = sandbox.getresponse.campaigns.add("others")
    journal = tmp_path / "job.db"
    holds(await client.bulk.add([JOE], journal=journal), accepted=1)
    async with AsyncGetResponse(
        api_key=sandbox.getresponse.api_key,
        base_url=sandbox.url("getresponse"),
        default_campaign=other,
        limits=Limits(adaptive=False),
    ) as elsewhere:
        with pytest.raises(BulkError, match=f"another job .*default campaign {DEFAULT_CAMPAIGN}"):
            await elsewhere.bulk.add([JOE], journal=journal)
    assert sandbox.getresponse.contacts.count() == 1


@pytest.mark.parametrize(("number", "about_all"), [(1001, True), (1008, False)])
def test_a_campaign_that_is_not_there_is_about_all_rows_of_a_subscription(
    number: int, about_all: bool
) -> None:
    plan = GetResponsePlanner().plan_for("subscribe", "c1", "single")
    error = ApiError("refused", platform="getresponse", operation="o", status=400, code=number)
    assert plan.is_about_all(error) is about_all
