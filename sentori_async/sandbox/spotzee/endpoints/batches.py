"""What batches have in common: a hundred items at most, and a result for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.spotzee.options import SpotzeeOptions
from sentori_async.sandbox.spotzee.refusal import FieldFault, Refusal, invalid
from sentori_async.sandbox.spotzee.rules import batch_faults, json_body

_IDENTITIES: Final = ("external_id", "anonymous_id")

Check = Callable[[Any], list[FieldFault]]


def batch(request: Incoming, options: SpotzeeOptions) -> list[Any]:
    """Return the items of a request.

    Raises:
        Refusal: The body is no array of 1 to 100 items.
    """
    value = json_body(request.body)
    refuse(batch_faults(value), options)
    return list(value)


def refuse(faults: list[FieldFault], options: SpotzeeOptions) -> None:
    """Refuse a body that does not fit; no fault is no refusal."""
    if faults:
        raise invalid(faults, as_parameters=options.body_faults_are_parameters)


def refuse_items(items: list[Any], check: Check, options: SpotzeeOptions) -> None:
    """Refuse a batch for any of its items."""
    refuse(
        [
            attrs.evolve(fault, param=f"{place}.{fault.param}")
            for place, item in enumerate(items)
            for fault in check(item)
        ],
        options,
    )


def results(
    items: list[Any],
    check: Check,
    perform: Callable[[Any], dict[str, Any]],
    options: SpotzeeOptions,
    *,
    echo: tuple[str, ...] = (),
) -> Reply:
    """Carry out each item by itself and answer with a result for each, which is always a 200.

    Args:
        items: What was sent.
        check: Says what is wrong with an item.
        perform: Carries an item out and returns what its result adds.
        options: How the sandbox behaves.
        echo: What of an item its result repeats besides the two ids of the user.
    """
    found = []
    for place, item in enumerate(items):
        result = {"index": place, **_repeated(item, echo)}
        try:
            refuse(check(item), options)
            result |= perform(item)
        except Refusal as refusal:
            result["error"] = refusal.item(options.error_shape)
        found.append(result)
    failed = sum("error" in result for result in found)
    return json_reply({"results": found, "succeeded": len(found) - failed, "failed": failed})


def _repeated(item: Any, echo: tuple[str, ...]) -> dict[str, Any]:
    item = item if isinstance(item, dict) else {}
    return {name: item.get(name) for name in (*_IDENTITIES, *echo)}
