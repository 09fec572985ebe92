"""After lost answers the client says what is true of the account, write by write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import attrs
import pytest

from sentori_async import (
    Accepted,
    AlreadyExists,
    AsyncGetResponse,
    ContactSuppressed,
    NotFound,
    SentoriError,
    StateConflict,
    ValidationFailed,
)
from sentori_async.errors import ApiError, ConnectionLost, DecodeError
from sentori_async.platforms.getresponse import calls, settle, thing_calls
from sentori_async.platforms.getresponse.models import (
    GetResponseCampaignReference,
    GetResponseContact,
    GetResponseContactTag,
    GetResponseCustomFieldValue,
)
from sentori_async.platforms.getresponse.settle import BatchInDoubt, RepeatedImport
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN
from tests.platforms.getresponse.test_client import CONDITIONS

JOE = "joe@example.com"
Ids: TypeAlias = dict[str, str]


@attrs.frozen
class Write:
    """A write, with what shows that it was carried out.

    Attributes:
        name: What it is called in a failing test.
        do: Carry it out.
        done: Tell whether it took effect.
        method: The method of its request.
        undecidable: Whether nothing tells a lost one from another's.
    """

    name: str
    do: Callable[[AsyncGetResponse, Ids], Awaitable[Any]]
    done: Callable[[GetResponseState, Ids], bool]
    method: str = "POST"
    undecidable: bool = False


def joe(account: GetResponseState) -> dict[str, Any]:
    return account.contacts.get(JOE) or {}


def _has_tag(account: GetResponseState, ids: Ids) -> bool:
    return ids["new_tag"] in [tag["tagId"] for tag in joe(account)["tags"]]


def _customs(account: GetResponseState) -> dict[str, list[str]]:
    return {f["customFieldId"]: f["value"] for f in joe(account)["customFieldValues"]}


def _names(things: list[dict[str, Any]]) -> list[str]:
    return [thing["name"] for thing in things]


WRITES = [
    Write(
        "add",
        lambda c, _: c.contacts.add("new@example.com", {"name": "New"}),
        lambda a, _: a.contacts.get("new@example.com") is not None,
    ),
    Write(
        "add without fields",
        lambda c, _: c.contacts.add("new@example.com"),
        lambda a, _: a.contacts.get("new@example.com") is not None,
        undecidable=True,
    ),
    Write(
        "add_batch",
        lambda c, _: c.contacts.add_batch([{"email": "new@example.com"}]),
        lambda a, _: a.contacts.get("new@example.com") is not None,
        undecidable=True,
    ),
    Write(
        "add_or_update, new",
        lambda c, _: c.contacts.add_or_update("new@example.com", {"name": "New"}),
        lambda a, _: a.contacts.get("new@example.com") is not None,
    ),
    Write(
        "subscribe",
        lambda c, ids: c.contacts.subscribe(JOE, ids["other"]),
        lambda a, ids: a.contacts.get(JOE, ids["other"]) is not None,
    ),
    Write(
        "update",
        lambda c, _: c.contacts.update(JOE, {"name": "Joseph", "note": "n"}),
        lambda a, _: joe(a)["name"] == "Joseph",
    ),
    Write(
        "rename",
        lambda c, _: c.contacts.update(JOE, {"email": "new@example.com"}),
        lambda a, _: a.contacts.get("new@example.com") is not None,
    ),
    Write(
        "move",
        lambda c, ids: c.contacts.move(JOE, ids["other"]),
        lambda a, ids: a.contacts.get(JOE, ids["other"]) is not None,
    ),
    Write("add_tags", lambda c, ids: c.contacts.add_tags(JOE, [ids["new_tag"]]), _has_tag),
    Write(
        "remove_tags",
        lambda c, ids: c.contacts.remove_tags(JOE, [ids["tag"]]),
        lambda a, _: joe(a)["tags"] == [],
    ),
    Write(
        "set_custom_fields",
        lambda c, ids: c.contacts.set_custom_fields(JOE, {ids["age"]: 35}),
        lambda a, ids: _customs(a).get(ids["age"]) == ["35"],
    ),
    Write(
        "delete",
        lambda c, _: c.contacts.delete(JOE),
        lambda a, _: a.contacts.get(JOE) is None,
        method="DELETE",
    ),
    Write(
        "unsubscribe",
        lambda c, _: c.contacts.unsubscribe(JOE, DEFAULT_CAMPAIGN),
        lambda a, _: a.contacts.get(JOE) is None,
        method="DELETE",
    ),
    Write(
        "unsubscribe_all",
        lambda c, _: c.contacts.unsubscribe_all(JOE),
        lambda a, _: JOE in a.blocklist.all(),
    ),
    Write(
        "blocklists.add",
        lambda c, _: c.blocklists.add(["Two@example.com", "@example.org"]),
        lambda a, _: "@example.org" in a.blocklist.all(),
    ),
    Write(
        "blocklists.remove",
        lambda c, _: c.blocklists.remove(["old@example.com"], campaign=DEFAULT_CAMPAIGN),
        lambda a, _: "old@example.com" not in a.blocklist.all(DEFAULT_CAMPAIGN),
    ),
    Write(
        "blocklists.replace_all",
        lambda c, _: c.blocklists.replace_all(["only@example.com"]),
        lambda a, _: a.blocklist.all() == ["only@example.com"],
    ),
    Write(
        "campaigns.create",
        lambda c, _: c.campaigns.create("weekly", {"languageCode": "DE"}),
        lambda a, _: "weekly" in _names(a.campaigns.all()),
    ),
    Write(
        "campaigns.update",
        lambda c, ids: c.campaigns.update(ids["other"], {"languageCode": "DE"}),
        lambda a, ids: (a.campaigns.get(ids["other"]) or {})["languageCode"] == "DE",
    ),
    Write(
        "tags.create",
        lambda c, _: c.tags.create("brand_new"),
        lambda a, _: "brand_new" in _names(a.tags.all()),
        undecidable=True,
    ),
    Write(
        "tags.delete",
        lambda c, ids: c.tags.delete(ids["tag"]),
        lambda a, ids: a.tags.get(ids["tag"]) is None,
        method="DELETE",
    ),
    Write(
        "custom_fields.create",
        lambda c, _: c.custom_fields.create("size", format="single_select", values=["S", "M"]),
        lambda a, _: "size" in _names(a.custom_fields.all()),
    ),
    Write(
        "custom_fields.update",
        lambda c, ids: c.custom_fields.update(ids["age"], hidden=True, values=[]),
        lambda a, ids: (a.custom_fields.get(ids["age"]) or {})["hidden"] == "true",
    ),
    Write(
        "suppressions.create",
        lambda c, _: c.suppressions.create("rivals"),
        lambda a, _: "rivals" in _names(a.suppressions.all()),
        undecidable=True,
    ),
    Write(
        "search_contacts.create",
        lambda c, _: c.search_contacts.create("joes", CONDITIONS),
        lambda a, _: "joes" in _names(a.segments.all()),
        undecidable=True,
    ),
    Write(
        "imports.create",
        lambda c, _: c.imports.create(DEFAULT_CAMPAIGN, ["email"], [["new@example.com"]]),
        lambda a, _: len(a.imports.all()) > 0,
        undecidable=True,
    ),
]

BEFORE = faults.Drop(execute=0)
AFTER = faults.Drop(execute=1)
FAULTS = [
    BEFORE,
    AFTER,
    faults.Drop(execute=2),
    faults.Html(execute=0),
    faults.Html(execute=1),
    faults.Html(status=200, execute=0),
    faults.Status(status=500, execute=1),
    faults.Truncated(execute=1),
]


def seeded(account: GetResponseState) -> Ids:
    """Fill an account with what the writes change, and return the ids."""
    ids = {
        "other": account.campaigns.add("other"),
        "tag": account.tags.add("vip"),
        "new_tag": account.tags.add("new_one"),
        "age": account.custom_fields.add("age"),
    }
    account.contacts.add(JOE, {"name": "Joe", "tags": [{"tagId": ids["tag"]}]})
    account.blocklist.add("old@example.com", campaign=DEFAULT_CAMPAIGN)
    return ids


@pytest.mark.parametrize("times", [1, 9], ids=["once", "always"])
@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f.kind}-{n}" for n, f in enumerate(FAULTS)])
@pytest.mark.parametrize("write", WRITES, ids=[write.name for write in WRITES])
async def test_what_is_said_of_a_lost_write_is_true(
    client: AsyncGetResponse, sandbox: Sandbox, write: Write, fault: Any, times: int
) -> None:
    account = sandbox.getresponse
    ids = seeded(account)
    sandbox.faults = FaultScript([FaultRule("*", fault, method=write.method, times=times)])
    failure: SentoriError | None = None
    try:
        await write.do(client, ids)
    except SentoriError as error:
        failure = error
    sandbox.faults = None

    done = write.done(account, ids)
    if failure is None:
        assert done
    elif failure.applied is False:
        assert not done
    elif failure.applied:
        assert done
    if times == 1:
        # What carries nothing but a name may be somebody else's of that name.
        assert failure is None or (write.undecidable and failure.applied is None)


async def test_an_add_that_another_was_faster_with_is_refused(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    """The lost attempt was not carried out, and what is there has other values."""
    seeded(sandbox.getresponse)
    sandbox.faults = FaultScript([FaultRule("contacts.add", BEFORE, times=1)])
    with pytest.raises(AlreadyExists) as caught:
        await client.contacts.add(JOE, {"name": "Other"})

    assert caught.value.applied is False


async def test_a_refusal_as_suppressed_after_a_lost_add_stays_unknown(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    """It may be the lost attempt that waits in the queue."""
    sandbox.getresponse.blocklist.add(JOE)
    sandbox.faults = FaultScript([FaultRule("contacts.add", BEFORE, times=1)])
    with pytest.raises(ContactSuppressed) as caught:
        await client.contacts.add(JOE, {"name": "Joe"})

    assert caught.value.applied is None


# ---------------------------------------------------------------------------------- pure rules


def refused(cls: type[ApiError], code: int, applied: bool | None = None) -> ApiError:
    return cls("no", platform="getresponse", operation="x", status=400, code=code, applied=applied)


def run(flow: Any, *answers: Any) -> Any:
    """Answer a flow's calls, one by one; an exception is thrown into it."""
    try:
        next(flow)
        for answer in answers:
            if isinstance(answer, SentoriError):
                flow.throw(answer)
            else:
                flow.send(answer)
    except StopIteration as end:
        return end.value
    raise AssertionError("it asks for more")


LOST = ConnectionLost("cut", applied=None)
UNREADABLE = DecodeError("odd", applied=True)
ADD = calls.add_contact(JOE, {"name": "Joe", "ipAddress": "1.2.3.4"}, "C")
HERE = GetResponseCampaignReference("C")
FOUND = GetResponseContact(contact_id="a", email=JOE, name=" Joe ", campaign=HERE)


def test_an_add_found_as_sent_was_carried_out() -> None:
    assert run(settle._added(ADD.request, LOST), [FOUND], FOUND) == Accepted()


def test_an_add_known_as_done_and_visible_is_accepted_without_a_second_look() -> None:
    assert run(settle._added(ADD.request, UNREADABLE), [FOUND]) == Accepted()


@pytest.mark.parametrize(
    "found",
    [[], [GetResponseContact(contact_id="b", email="x" + JOE)], [GetResponseContact("c")]],
    ids=["nobody", "another address", "no address"],
)
def test_an_add_that_cannot_be_seen_stays_unknown(found: list[GetResponseContact]) -> None:
    with pytest.raises(ConnectionLost):
        run(settle._added(ADD.request, LOST), found)


def test_an_add_found_otherwise_stays_unknown_without_a_refusal() -> None:
    other = GetResponseContact(contact_id="a", email=JOE, name="Other", campaign=HERE)
    with pytest.raises(ConnectionLost) as caught:
        run(settle._added(ADD.request, LOST), [other], other)

    assert caught.value.applied is None


@pytest.mark.parametrize(
    ("rule", "error", "decides"),
    [
        (settle.ADD, refused(AlreadyExists, 1008), False),
        (settle.ADD, refused(ContactSuppressed, 1002), False),
        (settle.ADD, refused(ValidationFailed, 1000), True),
        (settle.BATCH, refused(AlreadyExists, 1008), False),
        (settle.UPDATE, refused(NotFound, 1013), True),
        (settle.MOVE, refused(AlreadyExists, 1008), False),
        (settle.DELETE, refused(NotFound, 1013), False),
        (settle.IMPORT, refused(AlreadyExists, 1008), False),
        (settle.IMPORT, refused(StateConflict, 1030), False),
        (settle.REPEAT, refused(NotFound, 1001), True),
    ],
)
def test_a_refusal_of_what_was_sent_settles_the_lost_attempt_too(
    rule: Any, error: ApiError, decides: bool
) -> None:
    assert rule.decides(error) is decides


def test_a_404_of_something_in_between_deletes_nothing() -> None:
    call = calls.delete_contact("abc", {})
    page = NotFound("no", platform="x", operation="x", status=404)
    with pytest.raises(ConnectionLost):
        run(settle._deleted(call.request, LOST), None)
    with pytest.raises(NotFound):
        run(settle._deleted(call.request, LOST), page)
    assert run(settle._deleted(call.request, LOST), refused(NotFound, 1013)) is None


@pytest.mark.parametrize(
    ("mode", "found", "done"),
    [
        ("add", ["A@example.com", "b@example.com"], True),
        ("add", ["b@example.com"], False),
        ("delete", ["b@example.com"], True),
        ("delete", ["a@example.com"], False),
        ("replace", ["a@example.com"], True),
        ("replace", ["a@example.com", "b@example.com"], False),
    ],
)
def test_a_blocklist_shows_what_became_of_a_change(mode: Any, found: list[str], done: bool) -> None:
    call = thing_calls.change_blocklist(["a@example.com"], mode)
    flow = settle._masked(call.request, LOST)
    if done:
        assert run(flow, found) is None
        return
    with pytest.raises(ConnectionLost):
        run(flow, found)


def test_a_batch_in_doubt_is_for_its_rows_to_settle() -> None:
    call = calls.add_batch([{"email": JOE}], "C", in_bulk=True)
    assert call.settle is not None
    assert call.settle.look is not None
    with pytest.raises(StopIteration) as ended:
        next(call.settle.look(call.request, LOST))

    assert ended.value.value == BatchInDoubt(error=LOST)
    single = calls.add_batch([{"email": JOE}], "C")
    assert single.settle is not None
    assert single.settle.look is None


async def test_an_import_that_was_sent_twice_says_so(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.faults = FaultScript([FaultRule("imports.create", BEFORE, times=1)])
    made = await client.imports.create(DEFAULT_CAMPAIGN, ["email"], [[JOE]])
    assert isinstance(made, RepeatedImport)


def test_as_sent_compares_values_as_they_are_kept() -> None:
    contact = GetResponseContact(
        contact_id="a", email=JOE, name="Joe", scoring=8.0, day_of_cycle=3, campaign=HERE
    )
    same = {"name": " Joe ", "scoring": 8, "dayOfCycle": "3", "campaign": {"campaignId": "C"}}

    assert settle.as_sent(contact, same)
    for wrong in ({"name": "joe"}, {"scoring": 9}, {"campaign": {"campaignId": "D"}}):
        assert not settle.as_sent(contact, {**same, **wrong})
    assert not settle.as_sent(contact, {"email": JOE}, frozenset({"email"}))
    assert not settle.as_sent(contact, {"tags": [{"tagId": "t"}]})
    fields = [{"customFieldId": "f", "value": ["1"]}]
    assert not settle.as_sent(contact, {"customFieldValues": fields})


def test_what_replaces_tags_and_fields_has_left_no_others() -> None:
    contact = GetResponseContact(
        tags=[GetResponseContactTag("one"), GetResponseContactTag("two")],
        custom_field_values=[
            GetResponseCustomFieldValue("f", value=["1"]),
            GetResponseCustomFieldValue("g", values=["2"]),
            GetResponseCustomFieldValue("h", value=[]),
        ],
    )
    one = {"tags": [{"tagId": "one"}]}
    f = {"customFieldId": "f", "value": ["1"]}
    g = {"customFieldId": "g", "value": ["2"]}
    empty = {"customFieldId": "i", "value": []}

    assert settle.as_sent(contact, one)
    assert not settle.as_sent(contact, one, replaced=True)
    assert settle.as_sent(contact, {"tags": [{"tagId": "two"}, *one["tags"]]}, replaced=True)
    assert settle.as_sent(contact, {"customFieldValues": [f]})
    assert not settle.as_sent(contact, {"customFieldValues": [f]}, replaced=True)
    assert settle.as_sent(contact, {"customFieldValues": [g, f, empty]}, replaced=True)


def test_a_contact_that_says_nothing_proves_nothing() -> None:
    assert not settle.as_sent(GetResponseContact(), {"campaign": {"campaignId": "C"}})
