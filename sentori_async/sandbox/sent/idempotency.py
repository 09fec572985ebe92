"""Idempotency keys: the first answer again, whatever the second request says.

Source: https://docs.sent.dm/reference/api/idempotency (2026-05) and the vendor's integration guide
(2026-09).

1. A key belongs to an account, not to a path and not to a body: another payload is not noticed.
2. An answer is kept in the transaction that does the work.
3. A twin of a running request waits for it, and gets CONFLICT_001 where that takes too long.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import Final

import attrs
import orjson
from multidict import CIMultiDict

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.platform import Incoming, Reply
from sentori_async.sandbox.sent.envelope import Stamp
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import Refusal, wrong
from sentori_async.sandbox.sent.rules import is_idempotency_key

HEADER: Final = "Idempotency-Key"
_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_KEEP: Final = "INSERT OR REPLACE INTO sent_replays VALUES (?, ?, ?, ?, ?, ?, ?)"
_FIND: Final = """
SELECT request_id, status, headers, body FROM sent_replays
WHERE account = ? AND idempotency_key = ? AND kept > ?
"""


@attrs.frozen
class Token:
    """A key of one account."""

    account: int
    key: str


class Replays:
    """The answers that are kept, and the requests that still run."""

    def __init__(
        self, database: Database, options: SentOptions, clock: Callable[[], dt.datetime]
    ) -> None:
        self._database = database
        self._options = options
        self._clock = clock
        self._running: dict[Token, asyncio.Event] = {}

    def token(self, account: int, methods: tuple[str, ...], request: Incoming) -> Token | None:
        """Return the key of a request, or None where it has none or none counts.

        Raises:
            Refusal: VALIDATION_007, it is malformed; SERVICE_001, keys cannot be looked up.
        """
        key = request.headers.get(HEADER)
        heeded = _METHODS | {"DELETE"} if self._options.idempotent_deletes else _METHODS
        if key is None or heeded.isdisjoint(methods):
            return None
        if not is_idempotency_key(key):
            raise wrong("VALIDATION_007", HEADER, "Use 1 to 255 of A-Z, a-z, 0-9, - and _")
        if self._options.idempotency_store_down:
            raise Refusal("SERVICE_001")
        return Token(account, key)

    @contextlib.asynccontextmanager
    async def alone(self, token: Token) -> AsyncIterator[None]:
        """Wait until no other request with the key runs, and keep others out meanwhile.

        Raises:
            Refusal: CONFLICT_001, the other one took too long.
        """
        if token in self._running:
            await self._end_of_others(token)
        done = self._running[token] = asyncio.Event()
        try:
            yield
        finally:
            del self._running[token]
            done.set()

    async def _end_of_others(self, token: Token) -> None:
        try:
            async with asyncio.timeout(self._options.in_flight_wait_s):
                while (other := self._running.get(token)) is not None:
                    await other.wait()
        except TimeoutError:
            raise Refusal("CONFLICT_001") from None

    def find(self, token: Token, stamp: Stamp) -> Reply | None:
        """Return the answer that is kept, marked as a replay, or None.

        Args:
            token: The key.
            stamp: That of the present request.
        """
        oldest = self._seconds() - self._options.idempotency_window_s
        row = self._database.row(_FIND, token.account, token.key, oldest)
        if row is None:
            return None
        request_id, status, headers, body = row
        replayed = CIMultiDict(orjson.loads(headers))
        replayed.update(stamp.headers())
        replayed.update({"Idempotent-Replayed": "true", "X-Original-Request-Id": request_id})
        return Reply(status, body, replayed)

    def keep(self, token: Token, reply: Reply, stamp: Stamp) -> None:
        """Keep an answer, unless it is too large."""
        if len(reply.body) > self._options.max_replayed_bytes:
            return
        headers = orjson.dumps(list(reply.headers.items())).decode()
        self._database.run(
            _KEEP,
            token.account,
            token.key,
            self._seconds(),
            stamp.request_id,
            reply.status,
            headers,
            reply.body,
        )

    def _seconds(self) -> float:
        return self._clock().replace(tzinfo=dt.UTC).timestamp()
