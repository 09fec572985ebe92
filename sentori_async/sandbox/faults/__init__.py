"""What goes wrong between a client and a platform, on demand.

Example::

    from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults

    lost_answers = FaultRule("contacts.add", faults.Drop(execute=1), probability=0.05)
    async with Sandbox(faults=FaultScript([lost_answers], seed=7)) as sandbox:
        ...
"""

from __future__ import annotations

from sentori_async.sandbox.faults.kinds import (
    KINDS,
    CloseAfter,
    Drop,
    Duplicate,
    Fault,
    GzipBomb,
    Html,
    Late,
    Oversized,
    Reset,
    ResetMidBody,
    SlowBody,
    SlowFirstByte,
    Stalled,
    Status,
    Truncated,
)
from sentori_async.sandbox.faults.rules import FaultRule
from sentori_async.sandbox.faults.script import FaultScript

__all__ = [
    "KINDS",
    "CloseAfter",
    "Drop",
    "Duplicate",
    "Fault",
    "FaultRule",
    "FaultScript",
    "GzipBomb",
    "Html",
    "Late",
    "Oversized",
    "Reset",
    "ResetMidBody",
    "SlowBody",
    "SlowFirstByte",
    "Stalled",
    "Status",
    "Truncated",
]
