"""The local server: its life, its platforms, and the way of a request through it.

1. It listens on the loopback interface and nowhere else.
2. It plays every platform of the registry; see roster.py.
3. A request is routed, read to its end, carried out and committed, recorded, and answered,
   in this order; an answer that never arrives has still taken effect.
4. A request that a fault script picks goes the same way, except as the fault says.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import os
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Literal, Self, Unpack

from aiohttp import web

from sentori_async.errors import ConfigurationError, SentoriError
from sentori_async.sandbox.database import Database
from sentori_async.sandbox.faults.kinds import Fault
from sentori_async.sandbox.faults.link import Connections, Link, WatchingServer
from sentori_async.sandbox.faults.script import FaultScript
from sentori_async.sandbox.platform import Platform, Reply
from sentori_async.sandbox.record import RequestLog
from sentori_async.sandbox.roster import Accounts, PlatformOptions, check_names, start_platforms
from sentori_async.sandbox.thread import in_thread
from sentori_async.sandbox.visit import Visit

MIB: Final = 1024 * 1024
_HOSTS: Final = ("127.0.0.1", "::1")
_SHUTDOWN_S: Final = 0.25
_NOT_FOUND: Final = Reply(404)
_NOT_ASKED: Final = Reply(500)


def utc_now() -> dt.datetime:
    """Return the present time in UTC, without a zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


class Sandbox(Accounts):
    """A server on this machine that behaves as the platforms' services do.

    Attributes:
        requests: What it was asked so far.
        in_flight: How many requests it has begun to read and not yet recorded.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: Literal["127.0.0.1", "::1"] = "127.0.0.1",
        state: str | os.PathLike[str] | None = None,
        faults: FaultScript | None = None,
        latency_s: float = 0.0,
        max_body_bytes: int = 64 * MIB,
        keep_requests: int = 10_000,
        clock: Callable[[], dt.datetime] = utc_now,
        **options: Unpack[PlatformOptions],
    ) -> None:
        """Set the sandbox up; `start` opens it.

        Args:
            port: The port, or 0 for any free one.
            host: The loopback address to listen on.
            state: A file that keeps the state from one run to the next, with mode 0600 because it
                holds contact data; None keeps it in memory.
            faults: What goes wrong; see docs/faults.md.
            latency_s: How long every request waits before it takes effect, in seconds.
            max_body_bytes: The largest request body; a larger one is answered with 413.
            keep_requests: How many of the latest requests `requests` keeps.
            clock: Gives the present time, without a zone.
            **options: How platforms behave, by their names, such as ``sentori=SentoriOptions()``.

        Raises:
            ConfigurationError: The host is not the loopback interface, or the port is none.
        """
        if host not in _HOSTS:
            raise ConfigurationError(
                f"the sandbox listens on the loopback interface only, not on {host!r}"
            )
        if port not in range(65_536):
            raise ConfigurationError(f"the port must be from 0 to 65535, not {port}")
        check_names(options)
        self.requests = RequestLog(keep_requests)
        self.in_flight = 0
        self._host = host
        self._asked_port = port
        self._port: int | None = None
        self._state = state
        self._options = options
        self._faults = faults
        self._latency_s = latency_s
        self._max_body_bytes = max_body_bytes
        self._clock = clock
        self._closed = False
        self._connections = Connections()
        self._database: Database | None = None
        self._runner: web.ServerRunner | None = None
        self._platforms: dict[str, Platform] = {}
        self._prefixes: list[tuple[str, Platform]] = []

    async def start(self) -> None:
        """Open the state and listen.

        Raises:
            ConfigurationError: The port is taken, the file cannot be used, or a fault falls on a
                route that does not exist.
            SentoriError: The sandbox runs already, or was closed.
        """
        if self._closed or self._runner is not None:
            raise SentoriError("a sandbox starts once: make a new one")
        try:
            self._database = Database(self._state)
            self._platforms = start_platforms(self._database, self._options, self._clock)
            self._prefixes = [(p, each) for each in self._platforms.values() for p in each.prefixes]
            self.faults = self._faults
            await self._listen()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop listening, end what is under way, and close the state; twice is harmless."""
        self._closed = True
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        if self._database is not None:
            self._database.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def in_thread(self) -> contextlib.AbstractContextManager[Sandbox]:
        """Run the sandbox on a thread of its own while a ``with`` block lasts.

        For scripts and tests without asyncio; the block gets the started sandbox.
        """
        return in_thread(self)

    @property
    def port(self) -> int:
        """The port it listens on."""
        if self._port is None:
            raise SentoriError("the sandbox is not started")
        return self._port

    def url(self, platform: str) -> str:
        """Return a platform's base URL, such as ``http://127.0.0.1:8080/sentori/v2.0/``.

        Sentori is served under ``http://127.0.0.1:8080/v2.0/`` as well.

        Args:
            platform: The platform's name, such as "sentori".
        """
        port = self.port
        if platform not in self._platforms:
            raise ConfigurationError(f"the sandbox plays {', '.join(self._platforms)} only")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}{self._platforms[platform].prefixes[0]}"

    def _platform(self, name: str) -> Platform | None:
        return self._platforms.get(name)

    @property
    def faults(self) -> FaultScript | None:
        """What goes wrong from the next request on; None is nothing.

        It may be set at any time and from any thread.

        Raises:
            ConfigurationError: A fault falls on a route that does not exist.
        """
        return self._faults

    @faults.setter
    def faults(self, script: FaultScript | None) -> None:
        platforms = self._platforms.values()
        if script is not None and platforms:
            script.check_routes({name for platform in platforms for name in platform.route_names})
        self._faults = script

    async def _listen(self) -> None:
        # aiohttp's low-level server: platforms route for themselves (see platform.py, rule 3).
        server = WatchingServer(
            self._serve, self._connections, request_factory=self._request, access_log=None
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._asked_port)
        try:
            await site.start()
        except OSError as error:
            raise ConfigurationError(
                f"port {self._asked_port} cannot be used: {error.strerror}"
            ) from error
        self._port = site.port

    def _request(
        self, message: Any, payload: Any, protocol: Any, writer: Any, task: asyncio.Task[None]
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=self._max_body_bytes
        )

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        visit = self._visit(request)
        faults = self._faults
        fault = None if faults is None else faults.draw(visit.route, request.method)
        self.in_flight += 1
        if fault is not None:
            return await self._misbehave(fault, visit)
        status = 500  # what aiohttp answers if nothing below comes to an end
        try:
            reply = await visit.execute(await visit.read(self._latency_s))
            status = reply.status
        finally:
            self._record(visit, status)
        return web.Response(status=status, body=reply.body, headers=reply.headers)

    async def _misbehave(self, fault: Fault, visit: Visit) -> web.StreamResponse:
        record = functools.partial(self._record, visit)
        with Link(visit.request, self._connections, clock=self._clock, record=record) as link:
            order = await visit.read(self._latency_s)
            await link.hold(fault.held_s)
            replies = [await visit.execute(order) for _ in range(fault.execute)]
            await fault.send(link, replies[0] if replies else _NOT_ASKED)
        return link.response

    def _visit(self, request: web.BaseRequest) -> Visit:
        path = request.rel_url.raw_path
        for prefix, platform in self._prefixes:
            if path.startswith(prefix):
                found = platform.route(request.method, path[len(prefix) :])
                target = found if isinstance(found, Reply) else (platform, found)
                return Visit(request, platform.name, target)
        return Visit(request, "", _NOT_FOUND)

    def _record(self, visit: Visit, status: int) -> None:
        self.in_flight -= 1
        self.requests.add(visit.record(status))
