"""Whether the platform is up, as far as all clients of one key have seen.

1. So many failures in a row, without any answer between, open the circuit; a request that a later
   one has overtaken counts for nothing, as what it met is over.
2. While it is open single requests go out as probes, after pauses that double with each, whether
   or not the one before has been heard of: one may be silent for long, or never be sent.
3. An answer of any other kind closes it.
"""

from __future__ import annotations

import math
import threading
from typing import Final

FAILURES: Final = 10
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0


class Circuit:
    """The state of one key's platform; safe to use from any thread."""

    def __init__(self) -> None:
        """Start closed: the platform is taken to be up."""
        self._lock = threading.Lock()
        self._failures = 0
        self._answered = -math.inf
        self._opened_at: float | None = None
        self._pause_s = FIRST_PAUSE_S
        self._probe_at = 0.0
        self._probing = False

    def renew(self) -> None:
        """Begin anew in a forked child; another thread may have held the lock, or be probing."""
        self._lock = threading.Lock()
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Whether the platform is taken to be down."""
        return self._opened_at is not None

    def open_for_s(self, now: float) -> float:
        """Return how long it has been open, in seconds; 0.0 while it is closed."""
        opened_at = self._opened_at
        return 0.0 if opened_at is None else now - opened_at

    def admit(self, now: float) -> float:
        """Return 0.0 if a request may go out, else how long until one may probe.

        While the circuit is open, 0.0 means that this request is the probe.
        """
        with self._lock:
            if self._opened_at is None:
                return 0.0
            if now < self._probe_at:
                return self._probe_at - now
            self._pause_s = min(LONGEST_PAUSE_S, self._pause_s * 2)
            self._probe_at = now + self._pause_s
            self._probing = True
            return 0.0

    def succeeded(self, sent_at: float = -math.inf) -> bool:
        """Take note of an answer that shows the platform up; tell whether that closes it.

        Args:
            sent_at: When the request was sent.
        """
        # Without the lock, as nearly always: the later of two at once need not win.
        self._answered = max(self._answered, sent_at)
        if self._failures == 0:
            return False
        with self._lock:
            was_open = self._opened_at is not None
            self._failures = 0
            self._opened_at = None
            self._pause_s = FIRST_PAUSE_S
            self._probing = False
            return was_open

    def failed(self, now: float, sent_at: float = math.inf) -> bool:
        """Take note of a failed connection, or of an answer that shows the platform down.

        Args:
            now: The present time, in seconds, by a monotonic clock.
            sent_at: When the request was sent.

        Returns:
            Whether that opens it.
        """
        if sent_at < self._answered:
            return False
        with self._lock:
            self._failures += 1
            if self._opened_at is None:
                if self._failures >= FAILURES:
                    self._opened_at = now
                    self._probe_at = now + self._pause_s
                    return True
            elif self._probing:
                # The pause begins when the probe ends; failures of requests that were under way
                # when it opened say nothing new.
                self._probing = False
                self._probe_at = now + self._pause_s
            return False
