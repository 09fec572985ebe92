"""Calls cross to the private loop once and come back with all they had: result, error, context."""

import asyncio
import contextvars
import gc
import queue
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_sync._caller import Caller
from sentori_sync._loop import LEASE, LoopThread, User
from sentori_sync.portal import Portal
from tests.sync.conftest import portal_threads


class Twin:
    """Stands for an async client."""

    def __init__(self) -> None:
        self.closed_on: list[str] = []

    async def close(self) -> None:
        self.closed_on.append(threading.current_thread().name)


@pytest.fixture
def twin() -> Twin:
    return Twin()


@pytest.fixture
def portal(twin: Twin) -> Iterator[Portal]:
    portal = Portal(twin.close, twin="AsyncSentori")
    yield portal
    portal.close()


async def echo(value: object) -> object:
    return value


async def thread_name() -> str:
    return threading.current_thread().name


async def forever(started: queue.SimpleQueue[str], *, ended: list[str]) -> None:
    started.put("started")
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        ended.append("ended")


def test_a_call_runs_on_the_portals_thread_and_its_result_comes_back(portal: Portal) -> None:
    assert portal.run(thread_name) == "sentori-portal"
    assert portal.run(echo, {"a": 1}) == {"a": 1}


def test_an_error_comes_back_as_it_was_raised(portal: Portal) -> None:
    error = InvalidInput("no")

    async def fail() -> None:
        raise error

    with pytest.raises(InvalidInput) as caught:
        portal.run(fail)

    assert caught.value is error


def test_a_call_that_cannot_begin_fails_like_any_other(portal: Portal) -> None:
    with pytest.raises(TypeError, match="positional"):
        portal.run(echo)  # type: ignore[call-arg]


def test_context_variables_arrive(portal: Portal) -> None:
    trace_id = contextvars.ContextVar("trace_id", default="none")
    trace_id.set("abc")

    async def read() -> str:
        return trace_id.get()

    assert portal.run(read) == "abc"


def test_no_thread_starts_before_the_first_call_and_none_is_left_after_close(twin: Twin) -> None:
    portal = Portal(twin.close, twin="AsyncSentori")
    assert portal_threads() == []
    portal.run(echo, 1)
    assert len(portal_threads()) == 1
    portal.close()

    assert portal_threads() == []
    assert twin.closed_on == ["sentori-portal"]


def test_clients_share_one_thread_until_the_last_one_closes() -> None:
    first, second = (Portal(Twin().close, twin="AsyncSentori") for _ in range(2))
    first.run(echo, 1)
    second.run(echo, 1)
    assert len(portal_threads()) == 1
    first.close()

    assert second.run(echo, 2) == 2
    second.close()
    assert portal_threads() == []


def test_a_new_client_gets_a_new_thread_after_the_last_one_closed(portal: Portal) -> None:
    before = Portal(Twin().close, twin="AsyncSentori")
    before.run(echo, 1)
    before.close()

    assert portal.run(echo, 1) == 1


def test_closing_twice_or_unused_is_harmless_and_a_call_then_says_closed(twin: Twin) -> None:
    used, unused = (Portal(twin.close, twin="AsyncSentori") for _ in range(2))
    used.run(echo, 1)
    for portal in (used, unused):
        portal.close()
        portal.close()
        assert portal.closed
        with pytest.raises(ConfigurationError, match="closed"):
            portal.run(echo, 1)

    assert len(twin.closed_on) == 1


def test_a_blocking_call_on_the_portals_own_loop_names_the_async_client(portal: Portal) -> None:
    async def call_again() -> None:
        portal.run(echo, 1)

    with pytest.raises(ConfigurationError, match="AsyncSentori"):
        portal.run(call_again)


def test_a_client_cannot_be_closed_from_the_portals_own_loop(portal: Portal) -> None:
    async def close() -> None:
        portal.close()

    with pytest.raises(ConfigurationError, match="AsyncSentori"):
        portal.run(close)

    assert portal.run(echo, 1) == 1


async def test_a_call_works_while_a_loop_runs_in_the_calling_thread(portal: Portal) -> None:
    assert portal.run(thread_name) == "sentori-portal"
    assert await thread_name() == "MainThread"


def test_many_threads_share_a_portal(portal: Portal) -> None:
    results: queue.SimpleQueue[object] = queue.SimpleQueue()

    def call(number: int) -> None:
        for _ in range(20):
            results.put(portal.run(echo, number))

    threads = [threading.Thread(target=call, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(str(results.get()) for _ in range(400)) == sorted(
        str(number) for number in range(20) for _ in range(20)
    )
    assert len(portal_threads()) == 1


def test_a_call_under_way_when_the_client_closes_says_closed(portal: Portal) -> None:
    started: queue.SimpleQueue[str] = queue.SimpleQueue()
    ended: list[str] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            portal.run(forever, started, ended=ended)
        except ConfigurationError as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    started.get()
    portal.close()
    thread.join()

    assert "closed" in str(errors[0])
    assert ended == ["ended"]


def test_a_call_that_cancels_itself_is_not_said_to_be_closed(portal: Portal) -> None:
    async def cancel() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        portal.run(cancel)


def test_a_task_that_exits_the_interpreter_ends_the_call_and_the_thread(portal: Portal) -> None:
    """What asyncio lets through stops the loop; the next client gets another one."""

    async def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        portal.run(leave)
    for thread in portal_threads():
        thread.join()
    with pytest.raises(ConfigurationError, match="closed"):
        portal.run(echo, 1)

    other = Portal(Twin().close, twin="AsyncSentori")
    assert other.run(echo, 1) == 1
    other.close()


def test_a_client_that_is_dropped_is_closed_without_anybody_waiting(twin: Twin) -> None:
    portal = Portal(twin.close, twin="AsyncSentori")
    portal.run(echo, 1)
    [thread] = portal_threads()
    gone = weakref.ref(portal)
    del portal
    gc.collect()
    thread.join(5)

    assert gone() is None
    assert not thread.is_alive()
    assert twin.closed_on == ["sentori-portal"]


def test_the_close_of_a_dropped_client_is_finished_when_the_loop_ends_meanwhile() -> None:
    ended: list[str] = []

    async def close() -> None:
        await asyncio.sleep(0.05)
        ended.append("closed")

    portal = Portal(close, twin="AsyncSentori")
    portal.run(echo, 1)
    thread = portal._thread
    assert thread is not None
    del portal
    gc.collect()
    thread.stop()
    thread.join()

    assert ended == ["closed"]


def test_a_call_leaves_no_cycle_behind(portal: Portal) -> None:
    """Results and errors are freed by counting references: nothing waits for the collector."""

    class Value:
        pass

    async def make() -> Value:
        return Value()

    portal.run(echo, 1)
    gc.collect()
    gc.disable()
    try:
        gone = weakref.ref(portal.run(make))
        # The loop lets go of its last callback when it takes the next one.
        portal.run(echo, 1)
        assert gone() is None
    finally:
        gc.enable()


def test_one_caller_waits_in_one_place_at_a_time(portal: Portal) -> None:
    caller = Caller()

    async def errand() -> None:
        await caller.ask(lambda: portal.run_for(caller, echo, 1)).over()

    with pytest.raises(ConfigurationError, match="in use"):
        portal.run_for(caller, errand)

    assert portal.run_for(caller, echo, 2) == 2


def test_an_errand_runs_in_the_calling_thread_and_its_error_goes_to_who_asked(
    portal: Portal,
) -> None:
    caller = Caller()
    seen: list[str] = []

    def fail() -> None:
        seen.append(threading.current_thread().name)
        raise ZeroDivisionError

    async def ask() -> str:
        try:
            await caller.ask(fail).over()
        except ZeroDivisionError:
            return "told"
        return "not told"

    assert portal.run_for(caller, ask) == "told"
    assert seen == ["MainThread"]


def test_an_errand_may_close_the_client_it_is_run_for(twin: Twin) -> None:
    portal = Portal(twin.close, twin="AsyncSentori")
    caller = Caller()

    async def ask() -> None:
        await caller.ask(portal.close).over()

    with pytest.raises(ConfigurationError, match="closed"):
        portal.run_for(caller, ask)

    assert portal_threads() == []


def test_an_errand_that_was_withdrawn_is_not_run(portal: Portal) -> None:
    caller = Caller()
    run: list[str] = []

    async def ask_and_withdraw() -> None:
        errand = caller.ask(lambda: run.append("run"))
        errand.withdraw()
        await errand.over()

    portal.run_for(caller, ask_and_withdraw)
    portal.run_for(caller, echo, 1)

    assert run == []


def test_an_errand_survives_the_interrupt_of_another(portal: Portal) -> None:
    """A stream whose reader was interrupted goes on when it is read again."""
    caller = Caller(lasting=True)
    tasks: list[asyncio.Task[None]] = []
    run: list[str] = []

    def stop() -> None:
        raise KeyboardInterrupt

    async def ask_twice() -> None:
        interrupted, kept = caller.ask(stop), caller.ask(lambda: run.append("run"))
        tasks.append(asyncio.create_task(kept.over()))
        await interrupted.over()
        await asyncio.Event().wait()

    async def finish() -> None:
        await tasks[0]

    with pytest.raises(KeyboardInterrupt):
        portal.run_for(caller, ask_twice)
    assert run == []
    portal.run_for(caller, finish)

    assert run == ["run"]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_interrupts_the_wait_cancels_the_task_and_waits_for_its_clean_up(
    portal: Portal, interrupt: type[BaseException]
) -> None:
    caller = Caller()
    ended: list[str] = []

    def stop() -> None:
        raise interrupt

    async def ask_and_wait() -> None:
        errand = caller.ask(stop)
        try:
            await errand.over()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended.append("ended")

    with pytest.raises(interrupt):
        portal.run_for(caller, ask_and_wait)

    assert ended == ["ended"]
    assert portal.run(echo, 1) == 1


def test_an_interrupt_before_the_call_went_out_waits_for_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.run(echo, 1)
    post = LoopThread.post
    faults = iter([KeyboardInterrupt()])

    def interrupted(self: LoopThread, callback: Callable[..., object], *args: object) -> bool:
        for fault in faults:
            raise fault
        return post(self, callback, *args)

    monkeypatch.setattr(LoopThread, "post", interrupted)
    # Who waits at all waits for ever.
    monkeypatch.setattr("sentori_sync._caller._CLEAN_UP_S", 1_000_000.0)
    with pytest.raises(KeyboardInterrupt):
        portal.run(echo, 2)

    assert portal.run(echo, 3) == 3


async def count(stop: int, log: list[str] | None = None) -> AsyncIterator[int]:
    try:
        for number in range(stop):
            yield number
    finally:
        if log is not None:
            log.append(threading.current_thread().name)


def test_an_iterator_gives_every_item_in_order_and_then_ends(portal: Portal) -> None:
    assert list(portal.iterate(count, 1_000)) == list(range(1_000))
    assert list(portal.iterate(count, 0)) == []


def test_an_iterator_crosses_once_per_page(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    hops: list[object] = []
    run_for = portal.run_for

    def counting(*args: object, **options: object) -> object:
        hops.append(args)
        return run_for(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(portal, "run_for", counting)

    class Pages:
        """Three pages of two items."""

        def __init__(self) -> None:
            self._left = 3

        def __aiter__(self) -> AsyncIterator[int]:
            return self

        async def __anext__(self) -> int:
            raise AssertionError("items are asked for by the page")

        async def page(self) -> list[int]:
            self._left -= 1
            return [self._left] * 2 if self._left >= 0 else []

    assert list(portal.iterate(Pages)) == [2, 2, 1, 1, 0, 0]
    assert len(hops) == 4


def test_an_iterator_that_fails_gives_the_items_before_the_error(portal: Portal) -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        yield 2
        raise InvalidInput("no third")

    seen: list[int] = []
    with pytest.raises(InvalidInput, match="no third"):
        seen.extend(number for number in portal.iterate(numbers))

    items = portal.iterate(numbers)
    assert [next(items), next(items)] == [1, 2]


def test_breaking_off_closes_the_async_iterator_on_its_loop(portal: Portal) -> None:
    log: list[str] = []
    for number in portal.iterate(count, 1_000_000, log):
        if number == 3:
            break
    # The close was posted before this call.
    portal.run(asyncio.sleep, 0)

    assert log == ["sentori-portal"]


def test_an_iterator_outlives_its_client_without_a_sound(portal: Portal) -> None:
    items = portal.iterate(count, 1_000)
    next(items)
    portal.close()

    assert items.close() is None  # type: ignore[attr-defined]


def test_an_iterator_is_collected_without_waiting_for_the_loop(portal: Portal) -> None:
    """A finaliser may run anywhere: under a lock that the loop wants, or on the loop itself."""
    log: list[str] = []
    blocked, go_on = threading.Event(), threading.Event()
    items = portal.iterate(count, 1_000_000, log)
    next(items)

    async def block() -> None:
        blocked.set()
        go_on.wait()

    portal.post(block)
    blocked.wait()
    # To wait for the loop here would be to wait for ever.
    del items
    gc.collect()
    go_on.set()
    portal.run(asyncio.sleep, 0)

    assert log == ["sentori-portal"]


def test_an_iterator_may_be_collected_on_the_loop(portal: Portal) -> None:
    log: list[str] = []
    held = [portal.iterate(count, 1_000_000, log)]
    next(held[0])

    async def collect() -> None:
        held.clear()
        gc.collect()

    portal.run(collect)
    portal.run(asyncio.sleep, 0)

    assert log == ["sentori-portal"]


def test_a_client_closed_while_its_first_call_begins_says_closed(
    twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = Portal(twin.close, twin="AsyncSentori")
    join = LEASE.join

    def close_meanwhile(user: User) -> LoopThread:
        portal.close()
        return join(user)

    monkeypatch.setattr(LEASE, "join", close_meanwhile)
    with pytest.raises(ConfigurationError, match="closed"):
        portal.run(echo, 1)


def test_a_call_that_the_loop_takes_no_more_says_closed(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.run(echo, 1)
    with monkeypatch.context() as patch, pytest.raises(ConfigurationError, match="closed"):
        patch.setattr(LoopThread, "post", lambda *_: False)
        portal.run(echo, 1)

    assert portal.run(echo, 2) == 2


def test_a_portal_that_could_not_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    portal = Portal(Twin().close, twin="AsyncSentori")
    with pytest.raises(ConfigurationError, match="closed"):
        portal.run(echo, 1)

    monkeypatch.undo()
    assert LEASE._thread is None
