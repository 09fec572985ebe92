"""Every operation of Toy."""

from __future__ import annotations

from typing import Final

from sentori_async.wire.message import Operation, Safety


def _operation(name: str, line: str, safety: Safety) -> Operation:
    method, template = line.split(" ")
    return Operation(platform="toy", name=name, method=method, template=template, safety=safety)


GET: Final = _operation("contacts.get", "GET people/{id}", Safety.READ)
PUT: Final = _operation("contacts.add_or_update", "PUT people/{id}", Safety.IDEMPOTENT)
DELETE: Final = _operation("contacts.delete", "DELETE people/{id}", Safety.IDEMPOTENT)
