"""What a lost answer comes to, write by write: tables, and every pair of faults there is."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import orjson
import pytest

from sentori_async.errors import CircuitOpen, SentoriError
from sentori_async.platforms.sentori import calls
from sentori_async.settings import Limits, RetryPolicy, Settings
from sentori_async.transport.circuit import FAILURES
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.sender import Sender
from sentori_async.transport.shared import Shared
from sentori_async.wire.message import Call, Meter, Request
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import Settle
from tests.account import ADDRESS, LIST, Account, Fields
from tests.clock import now, run
from tests.faulty import (
    CURRENT,
    FINE,
    KEY_REFUSED,
    LOST,
    NOT_EXECUTED,
    TWICE,
    Fault,
    FaultySession,
    Record,
)

JOE = "joe@example.com"
NEW = "new@example.com"
SENT = {"FirstName": "Joe ", "Tier": ""}
KEPT = {"FirstName": "Joe", "Tier": None, "LastName": None}
OTHER = {"FirstName": "Jane", "Tier": "gold", "LastName": None}
FAULTS = {fault.name: fault for fault in (FINE, TWICE, KEY_REFUSED, *LOST, *NOT_EXECUTED)}

CALLS: dict[str, Callable[[], Call[Any]]] = {
    "add": lambda: calls.add_contact(JOE, SENT),
    "add, no fields": lambda: calls.add_contact(JOE),
    "update": lambda: calls.update_contact(JOE, SENT),
    "rename": lambda: calls.update_contact(JOE, {ADDRESS: NEW}),
    "rename, and more": lambda: calls.update_contact(JOE, {ADDRESS: NEW, **SENT}),
    "upsert": lambda: calls.add_or_update_contact(JOE, SENT),
    "upsert, two": lambda: calls.add_or_update_contact(JOE, {ADDRESS: NEW, **SENT}),
    "delete": lambda: calls.delete_contact(JOE),
    "subscribe": lambda: calls.subscribe(JOE, LIST),
    "unsubscribe": lambda: calls.unsubscribe(JOE, LIST),
    "unsubscribe all": lambda: calls.unsubscribe_all(JOE),
    "import": lambda: calls.import_contacts([{ADDRESS: JOE, **SENT}, {ADDRESS: NEW, **SENT}]),
    "attach": lambda: calls.attach_upload_group("GROUP001", "EMAIL001"),
    "create email": lambda: calls.create_email("TMPL0001", name="May"),
    "autoresponder": lambda: calls.add_to_automation("AUTO0001", JOE),
}
ADDS = {"add", "add, no fields", "upsert", "upsert, two", "import"}
FOUR = RetryPolicy(base_s=1.0)
TWO = RetryPolicy(attempts=2)
ONE = RetryPolicy(attempts=1)
SETTINGS = Settings(api_key="key", base_url="https://api.example/", limits=Limits(adaptive=False))


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep thousands of faults out of the log of a failing test."""
    caplog.set_level(logging.CRITICAL, "sentori")


@attrs.frozen
class Fate:
    """What a call came to."""

    end: Any
    meter: Meter
    record: Record
    account: Account

    @property
    def known(self) -> str:
        """What the caller knows: that it is done, or what the error says of that."""
        return f"{self.end.applied}" if isinstance(self.end, SentoriError) else "done"

    @property
    def said(self) -> str:
        """What the caller knows, and how many of the requests were attempts."""
        return f"{self.known} {self.meter.attempts}/{self.meter.requests}"


async def fate_of(
    call: Call[Any],
    account: Account,
    writes: Sequence[Fault],
    looks: Sequence[Fault] = (),
    *,
    retry: RetryPolicy = FOUR,
    shared: Shared | None = None,
) -> Fate:
    """Send a call whose own requests and look-ups meet faults by turns, the last one for good."""
    mine, others = _and_so_on(writes), _and_so_on(looks)
    record = Record(call.request)
    CURRENT.set(record)

    def due(request: Request, record: Record) -> Fault:
        return next(mine if record.is_own(request) else others)

    session: Any = FaultySession(account.copy(), due, itertools.repeat(0.25))
    settings = attrs.evolve(SETTINGS, retry=retry)
    shared = shared or Shared(settings)
    sender = Sender(
        settings, session, Limiter(shared.pace, clock=now), shared, clock=now, draw=lambda: 1.0
    )
    meter = Meter()
    try:
        end = await sender.send(call, meter=meter)
    except SentoriError as error:
        end = error
    return Fate(end, meter, record, session.account)


def _and_so_on(faults: Sequence[Fault]) -> Iterator[Fault]:
    yield from faults
    while True:
        yield faults[-1] if faults else FINE


def account_of(joe: Fields | None = None, new: Fields | None = None) -> Account:
    found = {JOE: joe, NEW: new}
    contacts = {key: {ADDRESS: key, **values} for key, values in found.items() if values}
    return Account(contacts, drafts=["April"])


# -------------------------------------------------------------------------------------- a table

# What the call's own requests meet, the last for good, and what its look-ups meet.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "before": (("drop before", "fine"), ()),
    "after": (("drop after", "fine"), ()),
    "never": (("drop before",), ()),
    "always": (("drop after",), ()),
    "garbled": (("garbled success",), ()),
    "cut": (("cut", "fine"), ()),
    "refused": (("drop after", "403"), ("403",)),
    "busy": (("drop after", "429"), ()),
    "blind": (("drop after",), ("drop before",)),
}

# What is then known, and how many of so many requests were attempts of the call's own.
TABLE = """
                 before   after    never    always   garbled  cut      refused  busy     blind
add              done 2/2 done 2/3 None 4/5 done 4/5 done 1/2 done 1/2 None 2/3 done 4/5 None 4/8
add, no fields   done 2/2 None 2/3 None 4/5 None 4/5 done 1/2 done 1/2 None 2/3 None 4/5 None 4/8
update           done 2/2 done 2/2 None 4/5 done 4/5 done 1/2 done 1/2 None 2/3 done 4/5 None 4/8
rename           done 2/2 done 2/4 None 4/6 done 4/6 done 1/3 done 1/3 None 2/3 done 4/6 None 4/8
rename, and more done 2/2 done 2/4 None 4/6 done 4/6 done 1/3 done 1/3 None 2/3 done 4/6 None 4/8
upsert           done 2/2 done 2/2 None 4/5 done 4/5 done 1/2 done 1/2 None 2/3 done 4/5 None 4/8
upsert, two      done 2/2 done 2/2 None 4/6 done 4/6 done 1/3 done 1/3 None 2/3 done 4/6 None 4/8
delete           done 2/2 done 2/2 None 4/5 done 4/5 done 1/1 done 1/2 None 2/3 done 4/5 None 4/8
subscribe        done 2/2 done 2/2 None 4/4 None 4/4 done 1/1 done 2/2 None 2/2 None 4/4 None 4/4
unsubscribe      done 2/2 done 2/2 None 4/4 None 4/4 done 1/1 done 2/2 None 2/2 None 4/4 None 4/4
unsubscribe all  done 2/2 done 2/2 None 4/5 done 4/5 done 1/1 done 1/2 None 2/3 done 4/5 None 4/8
import           done 2/3 done 1/3 None 2/3 done 1/3 done 1/3 done 1/3 None 1/2 done 1/3 None 1/5
attach           done 2/2 done 2/2 None 4/4 None 4/4 done 1/1 done 2/2 None 2/2 None 4/4 None 4/4
create email     None 1/1 None 1/1 None 1/1 None 1/1 True 1/1 True 1/1 None 1/1 None 1/1 None 1/1
autoresponder    None 1/1 None 1/1 None 1/1 None 1/1 done 1/1 True 1/1 None 1/1 None 1/1 None 1/1
"""


def cells() -> Iterator[tuple[str, str, str]]:
    head, *lines = TABLE.strip("\n").splitlines()
    for line in lines:
        name = line[:17].strip()
        found = [line[at : at + 9].strip() for at in range(17, len(line), 9)]
        for column, cell in zip(head.split(), found, strict=True):
            yield name, column, cell


@pytest.mark.parametrize(("name", "column", "expected"), list(cells()))
def test_a_lost_answer_comes_to_what_the_table_says(name: str, column: str, expected: str) -> None:
    writes, looks = ([FAULTS[fault] for fault in faults] for faults in COLUMNS[column])
    account = account_of(None if name in ADDS else OTHER)
    fate = run(fate_of(CALLS[name](), account, writes, looks))
    assert fate.said == expected
    assert fate.known == "None" or is_reached(name, fate.account)


def is_reached(name: str, account: Account) -> bool:
    """Tell whether an account is as a call wants it."""
    joe, new = account.contacts.get(JOE), account.contacts.get(NEW)
    sent = {"FirstName": "Joe", "Tier": None}.items()
    match name:
        case "add" | "update" | "upsert":
            return joe is not None and sent <= joe.items()
        case "add, no fields":
            return joe is not None
        case "rename":
            return joe is None and new is not None
        case "rename, and more":
            return joe is None and new is not None and sent <= new.items()
        case "upsert, two":
            return new is not None and all(sent <= it.items() for it in (joe, new) if it)
        case "import":
            return joe is not None and new is not None and sent <= joe.items() & new.items()
        case "delete":
            return joe is None
        case _:
            return is_noted(name, account)


def is_noted(name: str, account: Account) -> bool:
    match name:
        case "subscribe":
            return JOE in account.subscribed
        case "unsubscribe":
            return JOE not in account.subscribed
        case "unsubscribe all":
            return JOE in account.suppressed
        case "attach":
            return account.attached == {("GROUP001", "EMAIL001")}
        case "create email":
            return "May" in account.drafts
        case _:
            return JOE in account.started


# ------------------------------------------------------------------- what else may come between

LOST_ADD = calls.add_contact(JOE, SENT), account_of(), [FAULTS["drop after"]]


def test_outage_that_others_meet_leaves_a_lost_write_unknown() -> None:
    """Neither its repeat nor a look-up is let out: that nothing was sent says nothing of it."""

    async def outage() -> Fate:
        shared = Shared(SETTINGS)
        for _ in range(FAILURES):
            asyncio.get_running_loop().call_at(1.0, shared.circuit.failed, 1.0)
        return await fate_of(*LOST_ADD, shared=shared)

    fate = run(outage())
    assert isinstance(fate.end, CircuitOpen)
    assert fate.said == "None 1/1"


@pytest.mark.parametrize(
    ("deadline_s", "expected"),
    [
        # Exchanges of half a second, waits of 1, 2 and 4 between them, and then the look-up.
        pytest.param(10.0, "done 4/5", id="enough-for-all"),
        pytest.param(9.25, "None 4/5", id="too-little-for-the-look-up"),
        pytest.param(8.75, "None 4/4", id="too-little-for-the-last-attempt"),
        pytest.param(5.25, "done 3/4", id="too-little-for-the-last-wait"),
    ],
)
def test_one_deadline_spans_the_attempts_and_the_look_ups(deadline_s: float, expected: str) -> None:
    async def hurried() -> tuple[Fate, float]:
        fate = await fate_of(*LOST_ADD, retry=attrs.evolve(FOUR, deadline_s=deadline_s))
        return fate, now()

    fate, ended = run(hurried())
    assert fate.said == expected
    assert ended <= deadline_s


def test_cancellation_ends_a_look_up_at_once() -> None:
    async def cancelled() -> tuple[float, int]:
        shared = Shared(SETTINGS)
        looking = fate_of(*LOST_ADD, [FAULTS["silence before"]], shared=shared, retry=ONE)
        task = asyncio.create_task(looking)
        await asyncio.sleep(10.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return now(), shared.pace._in_flight

    assert run(cancelled()) == (10.0, 0)


# ------------------------------------------------------------------------------ every two faults

FIRST = ("fine", "drop before", "drop after", "cut", "garbled", "200 page", "504 after")
LOOKS = ("fine", "404 page", "drop before")
STATES = [None, KEPT, OTHER]
OF_TWO = {"rename", "rename, and more", "upsert, two", "import"}
CANNOT_TELL = {"add, no fields", "rename, and more", "create email", "autoresponder"}


@pytest.mark.parametrize("name", CALLS)
def test_no_two_faults_make_an_error_or_a_result_wrong(name: str) -> None:
    """All pairs of faults that a call's two attempts can meet, in all states of the account."""

    async def all_of_them() -> int:
        states = itertools.product(STATES, STATES if name in OF_TWO else [None])
        return sum(
            [
                await every_second(name, account_of(joe, new), first)
                for joe, new in states
                for first in FIRST
            ]
        )

    assert run(all_of_them()) >= len(STATES) * len(FIRST)


async def every_second(name: str, account: Account, first: str) -> int:
    seen = 0
    for second, look in itertools.product(FAULTS, LOOKS):
        faults = [FAULTS[first], FAULTS[second]]
        fate = await fate_of(CALLS[name](), account, faults, [FAULTS[look]], retry=TWO)
        check(name, account, fate, f"{first}, {second}, {look} look-ups: {fate.said}")
        seen += 1
        if len(fate.record.writes) == 1 and not fate.record.looks:
            break
    return seen


def check(name: str, before: Account, fate: Fate, shown: str) -> None:
    record = fate.record
    match fate.known:
        case "done" | "True":
            assert is_reached(name, fate.account), shown
            check_created(before, fate, shown)
        case "False":
            assert fate.account == before, shown
        case _:
            assert record.is_doubtful, shown
            assert not record.is_acknowledged or name == "import", shown
            healed = record.writes[-1] == FINE and set(record.looks) <= {FINE}
            assert not healed or name in CANNOT_TELL, shown
    if name != "import" and all(fault.executed < 2 for fault in record.writes):
        assert record.changed <= 1, shown


def check_created(before: Account, fate: Fate, shown: str) -> None:
    """See that an upsert claims to know whether it created the contact only where it does."""
    if isinstance(fate.end, Upserted):
        was_there = not before.contacts.keys().isdisjoint(contacts_named(fate.record.request))
        assert fate.end.created in (None, not was_there), shown
        assert fate.end.created is not None or fate.record.is_doubtful, shown


def contacts_named(request: Request) -> set[str]:
    named = orjson.loads(request.body or b"{}").get(ADDRESS)
    return {JOE, named} if named else {JOE}


def test_a_success_without_its_body_is_lost_where_only_the_body_tells() -> None:
    """Otherwise it is looked into at once, or taken for carried out."""
    cut = FAULTS["cut"]
    known = CALLS["update"]()
    assert known.settle is not None
    batch = attrs.evolve(known, settle=attrs.evolve(known.settle, status_tells=False))
    once = attrs.evolve(CALLS["autoresponder"](), settle=Settle(resend=False, status_tells=False))

    assert run(fate_of(known, account_of(KEPT), [cut, FINE])).said == "done 1/2"
    assert run(fate_of(batch, account_of(KEPT), [cut, FINE])).said == "done 2/2"
    assert run(fate_of(batch, account_of(OTHER), [cut], [FAULTS["drop before"]])).known == "None"
    assert run(fate_of(once, account_of(KEPT), [cut, FINE])).said == "None 1/1"
