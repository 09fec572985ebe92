"""Verbs that take several calls: one after the other, all before one deadline.

1. Each step is retried and settled by its own rules; what it raises ends the verb, unless the
   flow catches it.
2. What an earlier run may have sent is its writes; a look-up begins afresh, unless it has rules of
   its own for what a write has changed.
3. A key that was given, the caller's own or a journal's, serves the first write; the writes after
   it get keys of their own, as platforms replay what a key was first sent with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from sentori_async.errors import SentoriError
from sentori_async.wire.message import Meter, Safety
from sentori_async.wire.settle import follow

if TYPE_CHECKING:
    from sentori_async.transport.sender import Sender, Terms
    from sentori_async.wire.message import Call, Steps

T = TypeVar("T")


async def walk(sender: Sender, steps: Steps[T], terms: Terms) -> T:
    """Send the calls of a verb and return its result."""
    now, now_terms, wrote = sender, terms, False

    async def step(call: Call[Any]) -> Any:
        nonlocal now, now_terms, wrote
        writes = call.request.operation.safety is not Safety.READ
        meter = Meter()
        try:
            lost = terms.lost and (writes or call.settle is not None)
            return await now.run(call, attrs.evolve(now_terms, meter=meter, lost=lost))
        finally:
            terms.meter.add(meter)
            if writes:
                wrote = True
                now = sender.with_settings(sender.settings)
                now_terms = attrs.evolve(terms, key=None)

    try:
        return await follow(steps.flow(), step)
    except SentoriError as error:
        if terms.lost and not wrote and error.applied is False:
            # It did not come to the write, and what stopped it may be an earlier run's doing.
            error.applied = None
        raise
