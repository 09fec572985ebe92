"""Idempotency keys that callers brought, each bound to what it was first used for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from sentori_async.wire.idempotency import IdempotencyKey

if TYPE_CHECKING:
    from sentori_async.wire.message import Request

_REMEMBERED: Final = 10_000


class KeyRing:
    """The latest keys of one credential; safe to use from any thread."""

    def __init__(self) -> None:
        """Start with no key."""
        self._lock = threading.Lock()
        self._keys: OrderedDict[str, IdempotencyKey] = OrderedDict()

    def renew(self) -> None:
        """Begin anew in a forked child; another thread may have held the lock."""
        self._lock = threading.Lock()

    def bind(self, text: str, request: Request, now: float) -> IdempotencyKey:
        """Return the caller's key, bound to a request by its first use.

        Args:
            text: The key.
            request: What it is used for.
            now: The present time, as a Unix time.

        Raises:
            InvalidInput: It was used for another request, or no header can carry it.
        """
        with self._lock:
            key = self._keys.get(text)
            if key is None:
                key = self._keys[text] = IdempotencyKey.given(text, request, now)
                if len(self._keys) > _REMEMBERED:
                    self._keys.popitem(last=False)
        key.check(request)
        return key
