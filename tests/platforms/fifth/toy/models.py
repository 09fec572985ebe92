"""What Toy answers with, and what each thing is called there."""

from __future__ import annotations

from typing import Any, Final

import attrs

from sentori_async.unset import UNSET, Unset
from sentori_async.wire.convert import Codec


@attrs.define(kw_only=False)
class ToyPerson:
    """A person."""

    id: str | Unset = attrs.field(default=UNSET, repr=False)
    name: str | Unset | None = attrs.field(default=UNSET, repr=False)
    extra: dict[str, Any] = attrs.field(factory=dict, kw_only=True, repr=False)


CODEC: Final = Codec({ToyPerson: {"id": "id", "name": "name"}})
