"""How a platform does what others do otherwise, or not at all: data for the transport."""

from __future__ import annotations

import attrs

from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.idempotency import KeyRules


@attrs.frozen(kw_only=True)
class Manners:
    """What the transport must know of a platform besides where it is.

    Attributes:
        idempotency: Its rules for idempotency keys; None where it knows none.
        rate_headers: How it tells what is left of its limit; None where it does not.
    """

    idempotency: KeyRules | None = None
    rate_headers: RateHeaders | None = None
