"""Observers of blocking clients are called in the thread that waits, and hold up no one else."""

import asyncio
import contextvars
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from sentori_async import (
    AttemptStarted,
    Event,
    Limits,
    Observer,
    RequestFinished,
    RequestStarted,
)
from sentori_async.sandbox import Sandbox
from sentori_async.transport.events import current_call
from sentori_sync import ConfigurationError, NotFound, Sentori
from sentori_sync._caller import CALLER, Caller, Notice
from sentori_sync.portal import Portal

JOE = "joe@example.com"
Open = Callable[..., AbstractContextManager[Sentori]]


class Diary:
    """An observer that tells what it was told, and where."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.threads: set[str] = set()

    def __call__(self, event: Event) -> None:
        self.threads.add(threading.current_thread().name)
        self.events.append(event)

    def calls(self, kind: type[Event]) -> Counter[int]:
        return Counter(event.call_id for event in self.events if isinstance(event, kind))

    @property
    def complete(self) -> bool:
        """Whether every call was started once, finished once, and told of in that order."""
        started, finished = self.calls(RequestStarted), self.calls(RequestFinished)
        kinds: dict[int, list[type]] = {}
        for event in self.events:
            kinds.setdefault(event.call_id, []).append(type(event))
        return started == finished == Counter(set(started)) and all(
            kind[0] is RequestStarted and kind[-1] is RequestFinished for kind in kinds.values()
        )


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def open_client(sandbox: Sandbox) -> Open:
    def open_client(*observers: Observer, concurrency: int = 4) -> Sentori:
        limits = Limits(concurrency=concurrency, adaptive=False)
        key, url = sandbox.sentori.api_key, sandbox.url("sentori")
        return Sentori(api_key=key, base_url=url, observers=observers, limits=limits)

    return open_client


def rows(count: int) -> list[dict[str, str]]:
    return [{"EmailAddress": f"c{number}@example.com"} for number in range(count)]


async def fed_on_the_loop(count: int) -> AsyncIterator[dict[str, str]]:
    """Rows that need no reader to be advanced."""
    for row in rows(count):
        yield row


def kinds(diary: Diary) -> list[type]:
    return [type(event) for event in diary.events]


def test_they_are_called_in_the_calling_thread_before_the_call_returns(
    open_client: Open, diary: Diary
) -> None:
    with open_client(diary) as client:
        client.contacts.add(JOE)
        assert kinds(diary) == [RequestStarted, AttemptStarted, RequestFinished]
        client.with_options(deadline_s=30).contacts.get(JOE)

    assert len(diary.events) == 6
    assert diary.threads == {"MainThread"}


def test_the_call_waits_for_them(open_client: Open, sandbox: Sandbox) -> None:
    """A request goes out after all have been told of it."""
    sent_before: list[int] = []

    def count(event: Event) -> None:
        if isinstance(event, AttemptStarted):
            sent_before.append(sandbox.requests.count())

    with open_client(count) as client:
        for _ in range(3):
            client.mailing_lists.all()

    assert sent_before == [0, 1, 2]


def test_each_thread_is_told_of_its_own_calls(open_client: Open, diary: Diary) -> None:
    with open_client(diary) as client:
        threads = [
            threading.Thread(target=client.mailing_lists.all, name=f"caller-{n}") for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert diary.threads == {"caller-0", "caller-1", "caller-2"}
    assert diary.complete


def test_a_bulk_job_tells_its_own_thread(open_client: Open, diary: Diary) -> None:
    with open_client(diary) as client:
        client.bulk.add(rows(50))

    assert diary.threads == {"MainThread"}
    assert len(diary.calls(RequestFinished)) == 50
    assert diary.complete


def test_a_job_whose_reader_is_busy_goes_on_and_lets_other_calls_through(
    open_client: Open, diary: Diary
) -> None:
    """With one place within the limits, an observer that held it would stop everyone."""
    with open_client(diary, concurrency=1) as client:
        with client.bulk.stream("add", fed_on_the_loop(30)) as outcomes:
            next(outcomes)
            told = len(diary.events)
            other = threading.Thread(target=client.mailing_lists.all, name="other")
            other.start()
            other.join()
            client.mailing_lists.all()
            while outcomes.report.total < 30:
                client.mailing_lists.all()
            mine = [event for event in diary.events[told:] if event.operation == "contacts.add"]
            assert mine == []
            unread = sum(1 for _ in outcomes)
            assert unread < 30
        assert diary.complete

    assert (
        Counter(
            event.operation for event in diary.events if isinstance(event, RequestFinished)
        ).get("contacts.add")
        == 30
    )
    assert diary.threads == {"MainThread", "other"}


def test_what_was_not_read_is_told_at_the_end_of_the_block(open_client: Open, diary: Diary) -> None:
    with open_client(diary) as client:
        with client.bulk.stream("add", fed_on_the_loop(30)) as outcomes:
            next(outcomes)
        assert len(diary.calls(RequestFinished)) == outcomes.report.requests

    assert diary.complete
    assert diary.threads == {"MainThread"}


def test_rows_may_call_the_same_client_while_its_only_place_is_wanted(
    open_client: Open, diary: Diary
) -> None:
    with open_client(diary, concurrency=1) as client:

        def looked_up() -> Iterator[dict[str, str]]:
            for row in rows(10):
                client.mailing_lists.all()
                yield row

        assert client.bulk.add(looked_up()).succeeded == 10

    assert diary.complete


def test_an_observer_may_call_the_same_client_while_its_only_place_is_wanted(
    open_client: Open,
) -> None:
    asked = 0

    def ask(event: Event) -> None:
        nonlocal asked
        if event.operation == "contacts.add":
            asked += 1
            client.mailing_lists.all()

    with open_client(ask, concurrency=1) as client:
        assert client.bulk.add(rows(5)).succeeded == 5

    assert asked == 15


def test_one_that_raises_is_logged_once_and_fails_nothing(
    open_client: Open, diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(event: Event) -> None:
        raise ZeroDivisionError

    with open_client(broken, diary) as client:
        client.bulk.add(rows(3))

    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.getMessage().startswith("observer 1 raised on RequestStarted")
    assert diary.complete


class Later:
    """An observer whose call is async."""

    def __init__(self) -> None:
        self.threads: set[str] = set()

    async def __call__(self, event: Event) -> None:
        await asyncio.sleep(0)
        self.threads.add(threading.current_thread().name)


def test_async_ones_run_on_the_private_loop(open_client: Open, diary: Diary) -> None:
    first, second = Later(), Later()
    with open_client(first, second.__call__, diary) as client:
        client.mailing_lists.all()

    assert first.threads == second.threads == {"sentori-portal"}
    assert diary.threads == {"MainThread"}


def test_a_plain_one_that_returns_what_only_a_loop_could_await_is_said_to_be_wrong(
    open_client: Open, caplog: pytest.LogCaptureFixture
) -> None:
    later = Later()

    def forward(event: Event) -> object:
        return later(event)

    with open_client(forward) as client:
        client.mailing_lists.all()

    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert record.exc_info is not None
    assert record.exc_info[0] is TypeError


def test_they_see_the_callers_context_and_the_number_of_the_call(open_client: Open) -> None:
    trace_id = contextvars.ContextVar("trace_id", default="none")
    seen: set[tuple[str, bool]] = set()

    def look(event: Event) -> None:
        seen.add((trace_id.get(), current_call.get() == event.call_id))

    with open_client(look) as client:
        trace_id.set("abc")
        client.mailing_lists.all()

    assert seen == {("abc", True)}
    assert current_call.get() is None


def test_an_interrupt_in_one_ends_the_call_and_the_end_is_still_told(
    open_client: Open, diary: Diary
) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, AttemptStarted):
            raise KeyboardInterrupt

    with open_client(interrupt, diary) as client:
        with pytest.raises(KeyboardInterrupt):
            client.mailing_lists.all()
        finished = diary.events[-1]

    assert isinstance(finished, RequestFinished)
    assert finished.error == "CancelledError"
    assert diary.complete
    assert diary.threads == {"MainThread"}


def test_a_job_that_is_interrupted_tells_the_end_of_every_call(
    open_client: Open, diary: Diary
) -> None:
    def interrupted() -> Iterator[dict[str, str]]:
        yield from rows(40)
        raise KeyboardInterrupt

    with open_client(diary) as client, pytest.raises(KeyboardInterrupt):
        client.bulk.add(interrupted())

    assert diary.complete


def test_an_error_of_the_platform_is_raised_after_it_was_told(
    open_client: Open, diary: Diary
) -> None:
    with open_client(diary) as client, pytest.raises(NotFound):
        client.contacts.get("nobody@example.com")

    finished = diary.events[-1]
    assert isinstance(finished, RequestFinished)
    assert finished.error == "NotFound"


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a str"):
        Sentori(api_key="a-key-that-is-never-used", observers=["no"])  # type: ignore[list-item]


# ---------------------------------------------------------------------------- who never comes back


async def close() -> None:
    return


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal(close, twin="AsyncSentori")
    yield portal
    portal.close()


def refuse(error: Exception) -> None:
    raise error


async def inform(where: list[str]) -> None:
    """Tell the caller of this task on what thread it hears."""
    caller = CALLER.get()
    assert caller is not None
    await caller.inform(Notice(lambda: where.append(threading.current_thread().name), refuse))


def test_an_iterator_that_is_left_hears_the_rest_on_the_loop(portal: Portal) -> None:
    where: list[str] = []
    gone: list[bool] = []

    class Pages:
        """Fetch the next page while the reader is at the one before."""

        def __aiter__(self) -> "Pages":
            return self

        async def __anext__(self) -> int:
            raise AssertionError("items are asked for by the page")

        async def page(self) -> list[int]:
            self.next = asyncio.create_task(inform(where))
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(
                lambda: self.tasks.append(asyncio.create_task(inform(where)))
            )
            self.tasks: list[asyncio.Task[None]] = []
            return [1]

        async def aclose(self) -> None:
            await self.next
            await asyncio.gather(*self.tasks)
            caller = CALLER.get()
            gone.append(caller is None)

    async def settled() -> None:
        while not gone:
            await asyncio.sleep(0)

    items = portal.iterate(Pages)
    assert next(items) == 1
    portal.run(asyncio.sleep, 0)
    assert where == ["MainThread"]
    items.close()  # type: ignore[attr-defined]
    portal.run(settled)

    assert where == ["MainThread", "sentori-portal"]


def test_who_waits_for_a_thread_that_gave_up_is_let_go(portal: Portal) -> None:
    caller = Caller(lasting=True)
    where: list[str] = []
    tasks: list[asyncio.Task[None]] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    async def begin() -> None:
        errand = caller.ask(interrupt)
        tasks.append(asyncio.create_task(inform(where)))
        await errand.over()
        await asyncio.Event().wait()

    async def look() -> bool:
        return tasks[0].done()

    with pytest.raises(KeyboardInterrupt):
        portal.run_for(caller, begin)
    assert portal.run(look)
    assert where == []
    portal.run_for(caller, look)
    assert where == ["MainThread"]
