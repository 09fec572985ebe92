"""What the sandbox was asked, for tests that count requests."""

from __future__ import annotations

import collections
import threading
from typing import NamedTuple


class RequestRecord(NamedTuple):
    """One request: no headers and no query, so that no key is ever kept.

    Attributes:
        platform: The platform's name, or "" where no prefix matched.
        route: The route's name, such as "contacts.add", or "" where no route matched.
        method: The HTTP method.
        path: The path as it was sent, percent-encoding included; it may hold an address.
        status: The HTTP status of the answer, or 0 where a fault kept it from being sent.
        executed: How often the platform carried it out, refusing it included: 1, unless there was
            nothing to carry out or a fault script says otherwise.
    """

    platform: str
    route: str
    method: str
    path: str
    status: int
    executed: int


class RequestLog:
    """The latest requests, and the number of all of them; safe to read from any thread."""

    def __init__(self, keep: int = 10_000) -> None:
        self._lock = threading.Lock()
        self._latest: collections.deque[RequestRecord] = collections.deque(maxlen=keep)
        self._counts: collections.Counter[tuple[str, str]] = collections.Counter()

    def add(self, record: RequestRecord) -> None:
        """Keep one request and count it."""
        with self._lock:
            self._latest.append(record)
            self._counts[record.platform, record.route] += 1

    def latest(self) -> list[RequestRecord]:
        """Return the latest requests, oldest first: at most as many as the log keeps."""
        with self._lock:
            return list(self._latest)

    def count(self, route: str | None = None, *, platform: str | None = None) -> int:
        """Return the number of requests so far, forgotten ones included.

        Args:
            route: Count this route only, such as "contacts.add".
            platform: Count this platform only, such as "sentori".
        """
        with self._lock:
            return sum(
                number
                for (owner, name), number in self._counts.items()
                if route in {None, name} and platform in {None, owner}
            )

    def clear(self) -> None:
        """Forget every request and start counting at nought."""
        with self._lock:
            self._latest.clear()
            self._counts.clear()
