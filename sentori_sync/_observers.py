"""The observers of blocking clients: told in the thread that waits for the call.

1. The call goes on when its observers are done, as long as the thread waits for it.
2. While the reader of a stream or an iterator is busy elsewhere, its events are kept, in their
   order, and told when it comes back. The job goes on; how far is bounded by unread outcomes.
3. Observers see the context variables of the task that the event is about.
4. Async observers run on the private loop: no other one is ours to run.
"""

from __future__ import annotations

import functools
import inspect
from contextvars import copy_context
from typing import TYPE_CHECKING

from sentori_async.transport.events import deliver_here
from sentori_sync._caller import CALLER, Notice, is_async

if TYPE_CHECKING:
    from sentori_async.transport.events import Deliver, Event, Events, Observer


def in_the_calling_thread(events: Events) -> Deliver:
    """Return what tells the observers of a blocking client."""

    async def deliver(observer: Observer, event: Event) -> None:
        caller = CALLER.get()
        if caller is None or caller.gone or is_async(observer):
            await deliver_here(observer, event)
            return
        call = functools.partial(_call, observer, event)
        do = functools.partial(copy_context().run, call)
        await caller.inform(Notice(do, functools.partial(events.failed, observer, event)))

    return deliver


def _call(observer: Observer, event: Event) -> None:
    """Call an observer in the thread we are in.

    Raises:
        TypeError: It returned what only a loop could await.
    """
    told = observer(event)
    if inspect.isawaitable(told):
        if inspect.iscoroutine(told):
            told.close()
        raise TypeError("a plain observer of a blocking client returns nothing to await")
