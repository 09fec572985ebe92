"""The sandbox calls its endpoints what the clients call their operations.

Fault rules and the sandbox's log go by the one, errors and events by the other.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from sentori_async.registry import STEMS, sandbox_module
from sentori_async.sandbox.platform import Router
from sentori_async.wire.message import Operation

# Where several verbs share an endpoint, the sandbox cannot tell which of them it was.
ALIASES = {
    "getresponse": {
        ("contacts.find", "contacts.iterate"),  # the listing, by address
        ("contacts.subscribe", "contacts.add"),
        ("contacts.move", "contacts.update"),  # a campaign in the body
        ("contacts.unsubscribe", "contacts.delete"),
        ("contacts.unsubscribe_all", "blocklists.change"),
    },
    "sent": {
        ("contacts.get", "contacts.iterate"),  # by number: the listing, searched
        ("contacts.add", "contacts.update"),  # the fields, which creating does not take
        ("contacts.add_or_update", "contacts.add"),
        ("contacts.add_or_update", "contacts.update"),
        ("contacts.unsubscribe_all", "contacts.update"),  # an opt-out in the body
    },
    "spotzee": {
        ("contacts.add_or_update_many", "contacts.add_or_update"),
        ("contacts.subscribe", "contacts.set_subscriptions"),
        ("contacts.unsubscribe", "contacts.set_subscriptions"),
        ("contacts.unsubscribe_all", "contacts.set_subscriptions"),
    },
}


def operations(platform: str) -> list[Operation]:
    """Return all operations of a client."""
    module = importlib.import_module(f"sentori_async.platforms.{platform}.operations")
    return [value for value in vars(module).values() if isinstance(value, Operation)]


@pytest.mark.parametrize("platform", STEMS)
def test_every_operation_has_its_endpoint_under_the_same_name(platform: str) -> None:
    router: Router[Any] = Router(importlib.import_module(sandbox_module(platform)).routes())
    used: set[tuple[str, str]] = set()

    for operation in operations(platform):
        name = router.find(operation.method, filled(operation.template)).route.name
        if name != operation.name:
            used.add((operation.name, name))

    assert used == ALIASES.get(platform, set())


def filled(template: str) -> str:
    """Return a path that an operation is sent to."""
    return re.sub(r"\{\w+\}", "1", template.replace("{form}", "single"))
