"""How the sandbox behaves, and which reading it plays where Sent's documents disagree.

The defaults are the documented behaviour, of the newest document that says anything; a docstring
says where none does.
A client that holds with every setting holds with the real service, whichever way it decided.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import attrs

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.sent import rules

MIB: Final = 1024 * 1024
_MINUTE_S: Final = 60.0


def _created(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value not in {200, 201}:
        raise ConfigurationError(f"{attribute.name} must be 200 or 201, not {value}")


def _positive(_: object, attribute: attrs.Attribute[int | None], value: int | None) -> None:
    if value is not None and value < 1:
        raise ConfigurationError(f"{attribute.name} must be at least 1, not {value}")


def _at_least_1(default: int | None) -> int | None:
    value: int | None = attrs.field(default=default, validator=_positive)
    return value


@attrs.frozen(kw_only=True)
class SentOptions:
    """The switches of a sandboxed Sent, each with what it plays by default."""

    # What answers look like.

    create_status: int = attrs.field(default=201, validator=_created)
    """The status of creating something; the pages' general table says 201, no page of its own."""
    legacy_statuses: bool = False
    """Send the older status of a code that has two: 422 for most of BUSINESS_, 502 for
    INTERNAL_003."""
    errors_as_200: bool = False
    """Answer errors with status 200 and ``success: false``, which no document rules out."""
    errors_without_data: bool = False
    """Leave `data` out of errors, as an example of the OpenAPI file does."""
    empty_auth_errors: bool = False
    """Send 401 and 403 without a body, as the examples of the endpoints' pages do."""
    doc_url: str = "https://docs.sent.dm/reference/api/error-catalog"
    """Where errors point; ``{code}`` stands for the code, as in the form of early 2026,
    ``https://docs.sent.dm/errors/{code}``."""
    unknown_path: Literal["empty", "envelope", "html"] = "empty"
    """Answer unknown paths with an empty body, with RESOURCE_013, or with a page; no document
    says which."""

    # Keys.

    lockout_after: int | None = _at_least_1(10)
    """Lock a key after this many refusals in a row; None never does."""
    lockout_s: tuple[float, ...] = tuple(_MINUTE_S * n for n in (1, 2, 4, 8, 16, 32, 60))
    """How long a key stays locked, each time longer, in seconds; that the wait doubles is
    inferred."""

    # Rates.

    rate_per_min: int | None = _at_least_1(200)
    """Requests of one key in any 60 seconds; None is no limit."""
    burst: int | None = _at_least_1(None)
    """Play the older page: this many at once, and `rate_per_min` in the long run; it says 50."""
    sensitive_per_min: int | None = _at_least_1(10)
    """Requests of one key to the endpoints in `sensitive`, for each minute of the clock."""
    sensitive: frozenset[str] = frozenset({"webhooks.rotate_secret", "webhooks.test"})
    """The routes with the stricter limit; the documents name different sets."""
    rate_headers_always: bool = False
    """Send X-RateLimit headers with every answer, as the page says, and not on 429 alone."""

    # Idempotency keys.

    replay_errors: bool = False
    """Replay answers from 400 to 499 too; else successful ones only, as the guide says."""
    idempotent_deletes: bool = False
    """Heed the key on DELETE, as the older page says."""
    idempotency_window_s: float = 86_400.0
    """How long an answer is kept for replays, in seconds."""
    max_replayed_bytes: int = 5 * MIB
    """Larger answers are not kept, so that a repeat runs again."""
    in_flight_wait_s: float = 5.0
    """How long a twin waits for the first request before it gets CONFLICT_001, in seconds."""
    idempotency_store_down: bool = False
    """Answer SERVICE_001 to every request with a key, and do not run it."""
    write_takes_s: float = 0.0
    """How long a write runs before it takes effect, in seconds."""

    # Pages.

    paging_required: frozenset[str] = frozenset({"webhooks.deliveries"})
    """The routes that refuse a list without `page` and `page_size`; the docs mark both required
    elsewhere too, but the official SDK sends neither."""
    page_size: int = 20
    """The size of a page where none is asked for; inferred from the docs' examples."""
    max_page_size: int | None = _at_least_1(100)
    """The largest page; no document has a number, so this is a guess on the strict side."""

    # Contacts.

    is_number: Callable[[str], bool] = rules.is_number
    """Tell whether a text is a number in E.164; False makes it VALIDATION_002."""
    missing_field_code: Literal["VALIDATION_001", "VALIDATION_004"] = "VALIDATION_001"
    """The code for an absent field: the endpoint's page, or the catalogue."""
    bad_id_code: Literal["VALIDATION_003", "VALIDATION_001"] = "VALIDATION_003"
    """The code for an id that is no UUID: the catalogue, or the page of the delete endpoint."""
    unknown_phone_is_404: bool = True
    """Answer RESOURCE_001 to a list with a `phone` that nobody has, else an empty list."""
    inherited_code: Literal["BUSINESS_001", "VALIDATION_001"] = "BUSINESS_001"
    """The code for changing an inherited contact: the catalogue, or the endpoint's page."""
    default_channels: frozenset[str] = frozenset({"sms", "whatsapp"})
    """What `default_channel` may be; whether "rcs" and "sent" may is not documented."""
    show_channel_consent: bool = False
    """Show `channel_consent` in contacts, as the API did around May 2026."""
    max_contacts: int | None = _at_least_1(None)
    """How many contacts an account may hold before BUSINESS_008; no number is documented."""

    # Messages.

    visible_after_s: float = 0.0
    """How long a message that was accepted cannot be read, in seconds."""
    message_step_s: float = 0.0
    """How long a message stays in each status on its way, in seconds."""
    refuse_at_send: bool = False
    """Refuse a send for balance, opt-out, approval or channel at once, as older documents say;
    else accept it with 202 and block or filter the message."""
    max_recipients: int | None = _at_least_1(1000)
    """How many recipients one send may have."""
    max_scheduled: int | None = _at_least_1(1_000_000)
    """How many scheduled messages an account may hold before LIMIT_001."""
