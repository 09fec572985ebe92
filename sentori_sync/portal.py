"""The bridge between blocking code and the private loop.

1. A verb crosses once: its coroutine is made and run on the loop, with the caller's context
   variables, while the calling thread waits.
2. The wait is sliced, so that Ctrl-C arrives on every system. Whatever interrupts it cancels the
   *task*, leaves it a bounded time to clean up, and goes on its way.
3. An iterator crosses once per page, never per item, and closing it does not wait.
4. A call from the loop's own thread would wait for itself: it is refused. Any other loop that may
   be running in the calling thread is none of our business.
5. In a forked child the first call joins a loop of the child's own. What was begun before the fork,
   a stream or an iterator, is its parent's.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from typing import Any, Final, ParamSpec, TypeVar

from sentori_async.errors import ConfigurationError
from sentori_sync._caller import DRAIN_S, Caller, Hop
from sentori_sync._loop import LEASE, Close, LoopThread, User

P = ParamSpec("P")
T = TypeVar("T")

_PAGE: Final = 256
_PAGE_S: Final = 0.005


class Portal:
    """One client's way to the private loop, shared by its resource groups.

    It needs no loop until the first call.
    """

    def __init__(
        self, close: Close, *, twin: str, renew: Callable[[], object] = lambda: None
    ) -> None:
        """Prepare to cross.

        Args:
            close: How to close the async client.
            twin: The name of the async client.
            renew: How the async client begins anew in a forked child; it returns what must be
                kept of the past.
        """
        self._user = User(close=close, renew=renew)
        self._twin = twin
        self._thread: LoopThread | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether no more calls are taken."""
        return self._closed

    def run(
        self, verb: Callable[P, Coroutine[Any, Any, T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a coroutine function on the loop, wait, and return its result.

        Raises:
            ConfigurationError: The client is closed, or this is the loop's own thread.
        """
        return self.run_for(Caller(), verb, *args, **kwargs)

    def run_for(
        self,
        caller: Caller,
        verb: Callable[P, Coroutine[Any, Any, T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do as `run` does, and run the errands of `caller` during the wait."""
        return self._cross(self._joined(), caller, functools.partial(verb, *args, **kwargs))

    def wind_up(
        self,
        caller: Caller,
        verb: Callable[P, Coroutine[Any, Any, object]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Call a coroutine function and wait for a bounded time; what comes of it is not told.

        What is not over by then is cancelled, and has a moment to clean up.
        """
        thread = self._joined()
        caller.check(thread)
        hop = Hop(caller, functools.partial(verb, *args, **kwargs))
        try:
            if thread.post(hop.start):
                caller.wait(hop, thread, DRAIN_S)
        finally:
            if not hop.over:
                caller.give_up(hop, thread)

    def iterate(
        self, verb: Callable[P, AsyncIterator[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[T]:
        """Iterate over what a function returns, page by page.

        What has a coroutine method ``page`` (a list, empty at the end) is asked for its pages;
        from anything else items are taken until there are 256, or 5 ms have passed.
        """
        return self._pages(verb(*args, **kwargs))

    def _pages(self, items: AsyncIterator[T]) -> Iterator[T]:
        caller = Caller(lasting=True)
        try:
            while True:
                page, fault = self.run_for(caller, _next_page, items)
                yield from page
                if fault is not None:
                    raise fault
                if not page:
                    return
        finally:
            # Also when the garbage collector closes this generator: so post, never wait.
            caller.post(caller.retire)
            aclose = getattr(items, "aclose", None)
            if aclose is not None:
                caller.post(aclose)

    def post(self, chore: Close) -> None:
        """Call a coroutine function on the loop, and neither wait nor look at how it ends."""
        if self._thread is not None:
            self._thread.post_chore(chore)

    def close(self) -> None:
        """Close the async client and leave the loop, which ends with its last user.

        Closing twice is harmless, and so is closing what was never used.
        """
        thread = self._thread
        if self._closed or thread is None or thread.closing:
            self._closed = True
            return
        self._refuse_own_loop(thread)
        self._closed = True
        try:
            # The loop may end first, and closes the client then.
            with contextlib.suppress(ConfigurationError):
                self._cross(thread, Caller(), self._user.close)
        finally:
            if LEASE.leave(thread, self._user):
                thread.join()

    def _cross(self, thread: LoopThread, caller: Caller, call: Callable[[], Awaitable[T]]) -> T:
        """Run one call on the loop, and errands here until it is over."""
        caller.check(thread)
        hop = Hop(caller, call)
        try:
            if taken := thread.post(hop.start):
                caller.wait(hop, thread)
        except BaseException:
            caller.end_early(hop, thread)
            raise
        if not taken:
            raise self._refusal()
        try:
            return hop.result()
        except asyncio.CancelledError:
            if thread.closing:
                raise self._refusal() from None
            raise
        finally:
            # An error's traceback holds this frame, and the hop holds the error.
            del hop

    def _joined(self) -> LoopThread:
        """Return the thread that takes this client's calls.

        Raises:
            ConfigurationError: It takes none, or not from here.
        """
        if self._closed:
            raise self._refusal()
        thread = self._thread
        if thread is None or thread.forked:
            thread = self._join()
        if thread.closing:
            raise self._refusal()
        self._refuse_own_loop(thread)
        return thread

    def _join(self) -> LoopThread:
        # Two threads may get here at once: the lease counts a client once.
        thread = self._thread = LEASE.join(self._user)
        # Exit has its own way to end the thread.
        weakref.finalize(self, _leave_later, thread, self._user).atexit = False
        if self.closed:
            # By another thread, which found nothing to leave.
            LEASE.leave(thread, self._user)
            raise self._refusal()
        return thread

    def _refuse_own_loop(self, thread: LoopThread) -> None:
        if thread.is_current:
            raise ConfigurationError(
                f"a blocking call would wait for the very loop it is made on: here, await "
                f"{self._twin} instead"
            )

    def _refusal(self) -> ConfigurationError:
        return ConfigurationError(
            "the client is closed: make a new one, or keep it open with `with`"
        )


async def _next_page(items: AsyncIterator[T]) -> tuple[list[T], Exception | None]:
    """Return the next items, none at the end, and what went wrong after them."""
    page: list[T] = []
    try:
        next_page = getattr(items, "page", None)
        if next_page is not None:
            return await next_page(), None
        clock = asyncio.get_running_loop().time
        until = clock() + _PAGE_S
        async for item in items:
            page.append(item)
            if len(page) == _PAGE or clock() >= until:
                break
    except Exception as error:  # noqa: BLE001 - raised in the calling thread, after the items
        return page, error
    return page, None


def _leave_later(thread: LoopThread, user: User) -> None:
    """Close a client that was dropped without `close`; a finaliser, so it only posts."""

    async def leave() -> None:
        try:
            await user.close()
        finally:
            LEASE.leave(thread, user)

    thread.post_chore(leave)
