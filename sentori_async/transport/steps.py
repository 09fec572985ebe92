"""Verbs that take several calls: one after the other, all before one deadline.

1. Each step is retried and settled by its own rules; what it raises ends the verb, unless the
   flow catches it.
2. A key that was given, the caller's own or a journal's, serves the first write; the writes after
   it get keys of their own, as platforms replay what a key was first sent with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from sentori_async.wire.message import Meter, Safety
from sentori_async.wire.settle import follow

if TYPE_CHECKING:
    from sentori_async.transport.sender import Sender, Terms
    from sentori_async.wire.message import Call, Steps

T = TypeVar("T")


async def walk(sender: Sender, steps: Steps[T], terms: Terms) -> T:
    """Send the calls of a verb and return its result."""
    now, now_terms = sender, terms

    async def step(call: Call[Any]) -> Any:
        nonlocal now, now_terms
        meter = Meter()
        try:
            return await now.run(call, attrs.evolve(now_terms, meter=meter))
        finally:
            terms.meter.add(meter)
            if call.request.operation.safety is not Safety.READ:
                now = sender.with_settings(sender.settings)
                now_terms = attrs.evolve(terms, key=None)

    return await follow(steps.flow(), step)
