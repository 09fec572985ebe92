"""First answers to requests with an idempotency key.

The rules are from https://docs.spotzee.com/guides/api-idempotency (2026-04 and 2026-09).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import attrs
import orjson
from multidict import CIMultiDict

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.platform import Incoming, Reply
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.stores.scope import printed

HEADER: Final = "Idempotency-Key"
_LIFE: Final = dt.timedelta(hours=24)
_LONGEST: Final = 255
_LARGEST_BODY: Final = 1024 * 1024  # inferred: the pages only say "oversized"
_FLEETING: Final = frozenset({408, 425, 429})


@attrs.frozen
class Once:
    """What one request with an idempotency key is known by.

    Attributes:
        api_key: The key of the project, which the other one belongs to.
        key: The idempotency key.
        fingerprint: What tells this request from another one under the same key.
    """

    api_key: str
    key: str
    fingerprint: str


def once(api_key: str, route: str, request: Incoming) -> Once | None:
    """Return what a request is known by, or None if it has no idempotency key.

    Raises:
        Refusal: idempotency_key_invalid.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not key.strip() or len(key) > _LONGEST:
        raise Refusal("idempotency_key_invalid", param=HEADER)
    # One key is for one request wherever it goes, so the path counts; inferred.
    told_by = orjson.dumps([route, request.args, request.query]) + request.body
    return Once(api_key, key, hashlib.sha256(told_by).hexdigest())


class AnswerStore:
    """The answers that are kept for a day."""

    def __init__(self, database: Database, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._clock = clock

    def find(self, asked: Once) -> Reply | None:
        """Return the first answer to a request, or None if this is the first time.

        Raises:
            Refusal: idempotency_key_mismatch, the key was another request's.
        """
        row = self._database.row(
            "SELECT fingerprint, status, body, headers FROM spotzee_answers"
            " WHERE api_key = ? AND idempotency_key = ? AND stored_at > ?",
            asked.api_key,
            asked.key,
            printed(self._clock() - _LIFE),
        )
        if row is None:
            return None
        fingerprint, status, body, headers = row
        if fingerprint != asked.fingerprint:
            raise Refusal("idempotency_key_mismatch")
        return Reply(status, body, CIMultiDict(orjson.loads(headers)))

    def keep(self, asked: Once, reply: Reply) -> None:
        """Keep an answer, unless it is one that may be different next time."""
        if not _lasts(reply.status, reply.headers) or len(reply.body) > _LARGEST_BODY:
            return
        self._database.run(
            "INSERT OR REPLACE INTO spotzee_answers VALUES (?, ?, ?, ?, ?, ?, ?)",
            asked.api_key,
            asked.key,
            asked.fingerprint,
            reply.status,
            # The names of a CIMultiDict are texts of a kind of their own.
            orjson.dumps(dict(reply.headers), option=orjson.OPT_NON_STR_KEYS).decode(),
            reply.body,
            printed(self._clock()),
        )


def _lasts(status: int, headers: Mapping[str, str]) -> bool:
    return status < 500 and status not in _FLEETING and "Retry-After" not in headers
