"""The thread that runs the private event loop, and who may use it.

1. One loop on one daemon thread serves every client of the process. The first call of the first
   client starts it, and the end of the last client stops it.
2. It is handed out only while it runs, and takes no call from the moment it is told to stop.
3. Told to stop, it cancels what still runs, closes what is still open, and ends.
4. A forked child has no such thread: it is cut off from its parent's loop and sockets at once, and
   its clients begin anew.
5. Nothing here waits in a finaliser or on the loop itself.
6. It is asyncio's own loop, even where uvloop is installed: once uvloop has started threads, as it
   does to look up a host, a child that was forked crashes or hangs at its exit, because libuv waits
   there for the threads of the parent.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import selectors
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import attrs

from sentori_async.errors import ConfigurationError
from sentori_sync._descriptors import SOCKETS, cut_off

Close: TypeAlias = Callable[[], Awaitable[None]]
"""How something is closed, on the loop."""

_JOIN_S: Final = 2.0
_CHORES_S: Final = 1.0


@attrs.frozen(kw_only=True, eq=False)
class User:
    """Who uses the loop: an async client.

    Attributes:
        close: How it is closed.
        renew: How it begins anew in a forked child; it returns what must be kept of the past.
    """

    close: Close
    renew: Callable[[], object]


class LoopThread:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        """Prepare the thread; `start` runs it."""
        self.users: set[User] = set()
        self.closing = False
        """Whether calls are refused."""
        self.dead = False
        """Whether nothing that was posted will ever be answered."""
        self.forked = False
        """Whether the loop runs in the parent of this process."""
        # Our own selector, because a forked child must find the descriptors it inherited.
        self._selector = selectors.DefaultSelector()
        self._kept: list[object] = []
        self._running = threading.Event()
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._main, name="sentori-portal", daemon=True)

    def start(self) -> None:
        """Run the loop; return when it takes calls."""
        _threads.add(self)
        try:
            self._thread.start()
            self._running.wait()
        except BaseException:
            _threads.discard(self)
            self.stop()
            raise

    @property
    def is_current(self) -> bool:
        """Whether the caller is on this thread."""
        return threading.get_ident() == self._thread.ident

    def post(self, callback: Callable[..., object], *args: Any) -> bool:
        """Have `callback` called on the loop, with the caller's context variables, and not wait.

        Returns:
            Whether the loop took it.
        """
        if self._loop is None or self.dead:
            return False
        try:
            # Copies the context of the calling thread, and a task made by the callback inherits it.
            self._loop.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            # It was closed a moment ago.
            return False
        return True

    def post_chore(self, chore: Close) -> None:
        """Have a coroutine function run on the loop, and neither wait nor look at how it ends."""
        self.post(self._begin_chore, chore)

    def _begin_chore(self, chore: Close) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(chore))
        # The loop itself holds tasks weakly.
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)

    def stop(self) -> None:
        """Take no more calls, and end the loop soon; from any thread."""
        self.closing = True
        self.post(self._stop.set)

    def join(self) -> None:
        """Wait for the thread's end, for a bounded time, and never on the thread itself."""
        if not self.is_current:
            self._thread.join(_JOIN_S)

    def forget(self) -> None:
        """Cut a forked child off from the loop of its parent, and let the clients begin anew."""
        self.closing = self.dead = self.forked = True
        cut_off(self._descriptors())
        if self._loop is not None:
            # What is collected here may report through it, and is not the child's.
            self._loop.set_exception_handler(lambda _, __: None)
        self._kept += [user.renew() for user in self.users]

    def _descriptors(self) -> set[int]:
        """Return what the loop polls, and what it polls with."""
        found = {key.fd for key in (self._selector.get_map() or {}).values()}
        if isinstance(self._selector, selectors.EpollSelector):
            found.add(self._selector.fileno())
        return found

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=self._make_loop) as runner:
                runner.run(self._serve())
        except (SystemExit, KeyboardInterrupt):
            # A call raised it: asyncio then ends the loop too, and the caller gets it as well.
            return
        finally:
            self.closing = self.dead = True
            _threads.discard(self)
            self._running.set()

    def _make_loop(self) -> asyncio.AbstractEventLoop:
        # Not what the host's policy makes: see rule 6.
        return asyncio.SelectorEventLoop(self._selector)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running.set()
        try:
            # Whoever waited for the start may have been interrupted meanwhile.
            if not self.closing:
                await self._stop.wait()
        finally:
            if self._chores:
                # A close that was begun must not be cancelled half-way.
                await asyncio.wait(self._chores, timeout=_CHORES_S)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for user in tuple(self.users):
                await _quietly(user.close)


_threads: Final[set[LoopThread]] = set()
"""The threads that run a loop, the one that ends included."""


async def _quietly(chore: Close) -> None:
    """Run what nobody waits for; its failure has nobody to go to."""
    with contextlib.suppress(Exception):
        await chore()


class Lease:
    """Who uses the one loop thread; the first user starts it and the last one stops it."""

    def __init__(self) -> None:
        """Start without a thread."""
        self._lock = threading.Lock()
        self._thread: LoopThread | None = None
        self._over = False

    def join(self, user: User) -> LoopThread:
        """Return the running thread for a new user.

        Raises:
            ConfigurationError: The interpreter is shutting down.
        """
        with self._lock:
            if self._over:
                raise _shutting_down()
            if self._thread is None or self._thread.closing:
                self._thread = _started()
            self._thread.users.add(user)
            return self._thread

    def leave(self, thread: LoopThread, user: User) -> bool:
        """Count a user out, and stop the thread with the last one.

        Returns:
            Whether the thread ends.
        """
        with self._lock:
            thread.users.discard(user)
            if thread.users:
                return False
            if self._thread is thread:
                self._thread = None
        thread.stop()
        return True

    def end(self) -> None:
        """Refuse new users, then stop the thread and wait for it, for a bounded time."""
        with self._lock:
            self._over = True
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()
            thread.join()

    def renew(self) -> None:
        """Begin anew in a forked child; another thread may have held the lock."""
        self._lock = threading.Lock()
        self._thread = None
        # All at once, and first of all: any object may be collected from here on.
        cut_off(SOCKETS.descriptors())
        for thread in tuple(_threads):
            thread.forget()
        _threads.clear()


def _started() -> LoopThread:
    thread = LoopThread()
    try:
        thread.start()
    except RuntimeError:
        # "can't start new thread": main has ended, or the system has no more.
        raise _shutting_down() from None
    return thread


def _shutting_down() -> ConfigurationError:
    return ConfigurationError(
        "the client is closed: the interpreter is shutting down; join your threads before main ends"
    )


LEASE: Final = Lease()
atexit.register(LEASE.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=LEASE.renew)
