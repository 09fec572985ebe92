"""How the sandbox behaves where Spotzee's pages disagree, have changed, or are silent.

The defaults are the latest documented behaviour (docs.spotzee.com, September 2026), or the safest
guess where there is none; then the text of the field says "inferred".
"""

from __future__ import annotations

import enum
from typing import Any, Final

import attrs

from sentori_async.errors import ConfigurationError


def _not_negative(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value < 0:
        raise ConfigurationError(f"{attribute.name} must not be negative, and is {value}")


def _positive(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value <= 0:
        raise ConfigurationError(f"{attribute.name} must be above 0, and is {value}")


class ErrorShape(enum.Enum):
    """What the body of an error looks like; all of these may be met."""

    PROBLEM = "problem"
    """The envelope since 2026-04-30, with every field, as ``application/problem+json``."""
    MINIMAL = "minimal"
    """The same with the required fields only, as ``application/json`` (September 2026)."""
    NUMERIC = "numeric"
    """The same with a number of the old product as its code."""
    PAGE = "page"
    """The page of 2026-04-28: ``{"error": {"code", "message", "details"}}`` with its six codes."""
    TEXT = "text"
    """Before April 2026: ``{"error": "text"}``."""


class Versions(enum.Enum):
    """What becomes of the header Spotzee-Version."""

    LAX = "lax"
    """Anything is taken, as the Main API does while its strict mode is off."""
    STRICT = "strict"
    """A date that is none, or no release, is refused; the header may be missing."""
    REQUIRED = "required"
    """As strict, and the header may not be missing."""


@attrs.frozen(kw_only=True)
class RateRule:
    """So many requests in so much time, and a block for whoever sends more.

    Attributes:
        requests: How many requests a window takes.
        per_s: How long a window lasts, in seconds.
        block_s: For how long all requests are refused then, in seconds.
    """

    requests: int = attrs.field(validator=_positive)
    per_s: float = attrs.field(validator=_positive)
    block_s: float = attrs.field(validator=_not_negative)


RATES: Final = (
    RateRule(requests=8_000, per_s=60, block_s=120),
    RateRule(requests=4_000, per_s=10, block_s=10),
)
"""The limits of an IP address on the page of late September 2026."""
EARLIER_RATES: Final = (
    RateRule(requests=8_000, per_s=60, block_s=10),
    RateRule(requests=1_000, per_s=10, block_s=10),
)
"""Those of the page of 2026-04-30, which promises Retry-After: 10; its blocks are inferred."""


@attrs.frozen(kw_only=True)
class SpotzeeOptions:
    """The open questions of Spotzee's Main API, each with the answer the sandbox gives."""

    # Errors and headers.

    error_shape: ErrorShape = ErrorShape.PROBLEM
    """Which generation's error bodies are sent."""
    versions: Versions = Versions.LAX
    """What becomes of the header Spotzee-Version."""
    body_faults_are_parameters: bool = False
    """Answer a body that does not fit with 400 and a parameter_ code, else 422 with all faults."""
    refuse_unknown_parameters: bool = True
    """Answer parameter_unknown to a query the operation does not have; inferred from the code."""
    html_for_unknown_paths: bool = False
    """Answer unknown paths with a page of HTML, else with resource_missing; both are inferred."""

    # Rates.

    rates: tuple[RateRule, ...] = RATES
    """The limits; an empty tuple is no limit. All clients of a sandbox share its one IP address."""
    retry_after: bool = False
    """Send Retry-After with a 429, as promised until April and not in September 2026."""
    rate_headers: bool = False
    """Send X-RateLimit headers about the first limit; announced in April, never switched on."""
    edge_request_ids: bool = False
    """Put request ids on answers of the edge, 429s that is, whose samples have none."""

    # Idempotency keys.

    idempotency: bool = False
    """Honour Idempotency-Key; documented, and not enforced as of September 2026."""
    replay_keeps_request_id: bool = False
    """Replay the first answer's X-Request-Id (April 2026), else send a new one (September)."""
    keyed_write_takes_s: float = attrs.field(default=0.0, validator=_not_negative)
    """How long a write with an honoured key is under way before it takes effect, in seconds."""

    # Keys.

    publishable_preferences: bool = False
    """Let pk_ keys change preferences of a user's own (the specification), else 403 (September)."""
    out_of_credits: bool = False
    """Answer every write with quota_exceeded."""

    # Pages.

    allow_limit_all: bool = True
    """Take limit=-1 for "all", as the schema says; the guide's range is 1 to 100."""
    omit_null_cursors: bool = False
    """Leave cursors that are null out; both forms mean the end."""

    # Users.

    visible_after_s: float = attrs.field(default=0.0, validator=_not_negative)
    """How long queued upserts and deletes wait, in seconds; never until within the same request."""
    strict_batches: bool = False
    """Refuse a whole batch with 422 where one item does not fit the schema, else only the item."""
    merge_data: bool = True
    """Merge `data` into what a user has, key by key, else replace it; inferred."""
    unique_emails: bool = False
    """Refuse an e-mail address that another user has, which the page of 2026-04-28 hints at."""
    user_capacity: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(_not_negative)
    )
    """How many users fit into the project; more are refused with user_capacity_exhausted."""
    classified: frozenset[str] = frozenset()
    """Keys of `data` that are stored and left out of every answer."""
    omit_nulls: bool = False
    """Leave a user's optional fields out where they are null."""

    # Subscriptions and events.

    absent_means_subscribed: bool = True
    """Read no state as subscribed for every type (September 2026), else for public types (May)."""
    event_results: bool = False
    """Answer events with a result for each (the guide), else 204 (the specification)."""
