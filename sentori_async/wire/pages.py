"""A listing that comes page by page: each page knows the call of the next."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from sentori_async.wire.message import Call

T = TypeVar("T")


@attrs.frozen
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        items: What is on it, in the vendor's order.
        next: The call of the page after it; None on the last.
    """

    items: list[T]
    next: Call[Page[T]] | None = None
