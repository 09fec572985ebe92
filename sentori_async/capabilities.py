"""What a platform can do, as data: ``client.capabilities``."""

from __future__ import annotations

from typing import Final

import attrs

CONTACT_VERBS: Final = (
    "get",
    "iterate",
    "add",
    "update",
    "add_or_update",
    "delete",
    "subscribe",
    "unsubscribe",
    "unsubscribe_all",
)
"""The verbs that ``client.contacts`` has on every platform.

One that the platform cannot do raises `UnsupportedOperation` before any I/O.
"""


@attrs.frozen(kw_only=True)
class Ways:
    """How a bulk verb may be sent: what its ``via`` takes, and what "auto" means.

    Attributes:
        ways: The ways, such as "single" and "batch".
        auto: The one of them that "auto" takes.
    """

    ways: tuple[str, ...]
    auto: str


SINGLE: Final = Ways(ways=("single",), auto="single")
"""One request per row, and nothing else."""


@attrs.frozen(kw_only=True)
class Capabilities:
    """What a platform can do.

    Attributes:
        identity: The field of a row that names its contact.
        contacts: The common contact verbs that the platform can do.
        queued: Those of them that the platform only queues: their result is `Accepted`.
        bulk: How each bulk verb may be sent; a verb that is absent is not possible.
        tells_created: Whether an upsert says if it added or updated.
        idempotency_keys: Whether the platform carries a repeat with the same key out only once.
        lists_suppressions: Whether those who must not be mailed can be listed.
    """

    identity: str
    contacts: frozenset[str]
    queued: frozenset[str] = frozenset()
    bulk: dict[str, Ways] = attrs.field(factory=dict, hash=False)
    tells_created: bool
    idempotency_keys: bool = False
    lists_suppressions: bool = False
