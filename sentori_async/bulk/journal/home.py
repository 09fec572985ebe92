"""What a client tells its bulk jobs of where they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from sentori_async.wire.idempotency import KeyRules

if TYPE_CHECKING:
    from sentori_async.bulk.plan import Send


@attrs.frozen(kw_only=True)
class Home:
    """Where jobs run, for their journals.

    Attributes:
        platform: The platform's name.
        base_url: Where it is.
        keys: Its rules for idempotency keys; None where it knows none.
        account: Ask the platform which account the key belongs to; None where it does not tell.
        options: What the client was told besides that says what a row means, as text.
        pace_told: Return what was started within long windows, as plain data; any thread calls it.
        pace_recall: Count what an earlier process started.
        estimate_s: Return how long so many requests take at the present limits, in seconds; None
            where there are none.
    """

    platform: str
    base_url: str
    keys: KeyRules | None = None
    account: Callable[[], Awaitable[str | None]] | None = None
    options: str = ""
    pace_told: Callable[[], Mapping[str, Any] | None] | None = None
    pace_recall: Callable[[Mapping[str, Any]], None] | None = None
    estimate_s: Callable[[int], float | None] | None = None


@attrs.frozen(kw_only=True)
class Facilities:
    """What jobs work with that are not among the bulk verbs, such as a migration.

    Attributes:
        send: Send one call for a bulk job, after single calls, and count its cost.
        home: Where jobs run.
    """

    send: Send
    home: Home


@attrs.frozen(kw_only=True)
class Job:
    """Which job a journal is of; the key is no part of it, so that a new one goes on.

    Attributes:
        platform: The platform's name.
        base_url: Where it is.
        account: The account, where the platform tells it.
        verb: What is done.
        target: The list it is done to, or None.
        via: Which way.
        options: What says besides what a row means, such as the client's default list, as text.
    """

    platform: str
    base_url: str
    account: str | None = None
    verb: str
    target: str | None = None
    via: str = "single"
    options: str = ""

    def is_same(self, other: Job) -> bool:
        """Tell whether it is the same job; an account that is not known differs from none."""
        if self.account is None or other.account is None:
            return attrs.evolve(self, account=None) == attrs.evolve(other, account=None)
        return self == other

    def __str__(self) -> str:
        """Say what is done, to what and where."""
        target = "" if self.target is None else f" of list {self.target}"
        account = "" if self.account is None else f", account {self.account}"
        options = f", {self.options}" if self.options else ""
        via = "" if self.via == "single" else f", via {self.via}"
        return f"{self.platform} {self.verb}{target} at {self.base_url}{account}{via}{options}"
