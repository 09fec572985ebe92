"""What all clients of one key in this process share.

1. It is found by a digest of the base URL and the key, never by the key.
2. It goes away with the last client that uses it.
3. It holds no asyncio object: clients of different loops and threads share it.
4. A forked child keeps what was learnt, and none of the requests and locks of its parent.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final

from sentori_async.settings import Limits
from sentori_async.transport.budget import RetryBudget
from sentori_async.transport.circuit import Circuit
from sentori_async.transport.keys import KeyRing
from sentori_async.transport.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sentori_async.settings import Rate, Settings


class Shared:
    """The limits, the retry budget, the circuit and the idempotency keys of one credential."""

    def __init__(self, settings: Settings) -> None:
        """Start with the limits of the first client."""
        self.pace = Pace(settings.limits)
        self.budget = RetryBudget()
        self.circuit = Circuit()
        self.keys = KeyRing()
        self._own: dict[str, Pace] = {}

    def renew(self) -> None:
        """Begin anew in a forked child, where no other thread is left to release a lock."""
        self.pace.renew()
        self.budget.renew()
        self.circuit.renew()
        self.keys.renew()
        for pace in self._own.values():
            pace.renew()

    def own_pace(self, name: str, rates: tuple[Rate, ...]) -> Pace:
        """Return the pace of one operation that has limits of its own; one request at a time."""
        limits = Limits(concurrency=1, rates=rates, adaptive=False)
        return self._own.setdefault(name, Pace(limits))

    def told(self, now: float, wall: float) -> dict[str, Any] | None:
        """Return what was started within long windows, those of single operations included.

        Args:
            now: The present time by the monotonic clock.
            wall: The present time, as a Unix time.

        Returns:
            What `recall` takes, as plain data; None where no window is that long.
        """
        found = {name: pace.told(now, wall) for name, pace in self._paces().items()}
        return {name: told for name, told in found.items() if told is not None} or None

    def recall(self, told: Mapping[str, Any], now: float, wall: float) -> None:
        """Count what another process has started; what is counted already is not counted twice."""
        paces = self._paces()
        for name in told.keys() & paces.keys():
            paces[name].recall(told[name], now, wall)

    def _paces(self) -> dict[str, Pace]:
        """Return the pace of all requests, under no name, and those of single operations."""
        return {"": self.pace, **self._own}


_register: Final[weakref.WeakValueDictionary[str, Shared]] = weakref.WeakValueDictionary()
_lock = threading.Lock()


def shared_for(settings: Settings) -> Shared:
    """Return what the clients of a key share; the tightest limits of them all hold."""
    name = settings.api_key.fingerprint(settings.base_url)
    with _lock:
        shared = _register.get(name)
        if shared is None:
            shared = _register[name] = Shared(settings)
        else:
            shared.pace.tighten(settings.limits)
        return shared


def _renew() -> None:
    """Begin anew in a forked child; another thread may have held any lock."""
    global _lock  # noqa: PLW0603 - the register's own, and a held one cannot be released here
    _lock = threading.Lock()
    for shared in tuple(_register.values()):
        shared.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
