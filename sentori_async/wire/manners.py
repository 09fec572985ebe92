"""How a platform does what others do otherwise, or not at all: data for the transport."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from sentori_async.errors import ApiError
from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.idempotency import KeyRules
from sentori_async.wire.message import Request


@attrs.frozen(kw_only=True)
class Manners:
    """What the transport must know of a platform besides where it is.

    Attributes:
        idempotency: Its rules for idempotency keys; None where it knows none.
        rate_headers: How it tells what is left of its limit; None where it does not.
        explain: Say more of a refusal, going by what was sent; None where its answers say it all.
    """

    idempotency: KeyRules | None = None
    rate_headers: RateHeaders | None = None
    explain: Callable[[Request, ApiError], None] | None = None
