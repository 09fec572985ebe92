"""The thread that runs the private event loop, and who may use it.

1. One loop on one daemon thread serves every client of the process. The first call of the first
   client starts it, and the end of the last client stops it.
2. It is handed out only while it runs, and takes no call from the moment it is told to stop.
3. Told to stop, it cancels what still runs, closes what is still open, and ends.
4. A forked child has no such thread: it forgets its parent's loop and never touches its sockets.
5. Nothing here waits in a finaliser or on the loop itself.
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

from sentori_async.errors import ConfigurationError

Close: TypeAlias = Callable[[], Awaitable[None]]
"""How an async client is closed; it stands for the client among the users of the loop."""

_JOIN_S: Final = 2.0


class LoopThread:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        """Prepare the thread; `start` runs it."""
        self.users: set[Close] = set()
        self.closing = False
        """Whether calls are refused."""
        self.dead = False
        """Whether nothing that was posted will ever be answered."""
        self.forked = False
        """Whether the loop runs in the parent of this process."""
        # Our own selector, because a forked child must find the descriptors it inherited.
        self._selector = selectors.DefaultSelector()
        self._running = threading.Event()
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._main, name="sentori-portal", daemon=True)

    def start(self) -> None:
        """Run the loop; return when it takes calls."""
        try:
            self._thread.start()
            self._running.wait()
        except BaseException:
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
        """Cut a forked child off from the loop of its parent.

        The descriptors are shared with the parent, down to its poll set: a finaliser that closes
        one here would silence it there, or end its TLS connection.
        Pointed at /dev/null, they can be closed by whoever likes to.
        """
        self.closing = self.dead = self.forked = True
        if self._loop is not None:
            # aiohttp reports abandoned sessions through it, and they are not the child's.
            self._loop.set_exception_handler(lambda _, __: None)
        shared = {key.fd for key in (self._selector.get_map() or {}).values()}
        if isinstance(self._selector, selectors.EpollSelector):
            shared.add(self._selector.fileno())
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in shared:
            # It may have been closed at the moment of the fork.
            with contextlib.suppress(OSError):
                os.dup2(null, descriptor, inheritable=False)
        os.close(null)

    def _main(self) -> None:
        try:
            with asyncio.Runner(loop_factory=self._make_loop) as runner:
                runner.run(self._serve())
        except (SystemExit, KeyboardInterrupt):
            # A call raised it: asyncio then ends the loop too, and the caller gets it as well.
            return
        finally:
            self.closing = self.dead = True
            self._running.set()

    def _make_loop(self) -> asyncio.AbstractEventLoop:
        # Not what the host's policy makes: it may be uvloop, whose descriptors nobody can list.
        return asyncio.SelectorEventLoop(self._selector)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running.set()
        try:
            # Whoever waited for the start may have been interrupted meanwhile.
            if not self.closing:
                await self._stop.wait()
        finally:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for close in tuple(self.users):
                await _quietly(close)


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

    def join(self, user: Close) -> LoopThread:
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

    def leave(self, thread: LoopThread, user: Close) -> bool:
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
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.forget()


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
