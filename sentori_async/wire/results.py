"""Results that every platform's verbs share."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

C = TypeVar("C")


@attrs.frozen
class Upserted(Generic[C]):
    """The result of an add-or-update.

    Attributes:
        contact: The contact as it is now.
        created: True if it was added, False if it was updated, None where nobody can tell.
    """

    contact: C
    created: bool | None


@attrs.frozen
class Accepted:
    """The platform took the request and will carry it out later; nothing more is known.

    Attributes:
        request_id: The vendor's name for the request, or None.
    """

    request_id: str | None = None
