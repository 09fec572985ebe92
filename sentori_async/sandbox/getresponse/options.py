"""How the sandbox behaves where GetResponse's pages disagree, are silent, or set a limit.

The defaults are what the pages say, as of 2026-11; where two of them disagree, the default is what
the API itself was seen to do.
A client that holds with every setting holds with the real service, whichever way it decided.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

import attrs

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.addresses import is_address

REASONS: Final = frozenset(
    {
        "api",
        "automation",
        "blacklisted",
        "bounce",
        "cleaner",
        "complaint",
        "support",
        "unsubscribe",
        "user",
    }
)
"""Why a contact was removed, as searches print it."""


def is_dead(address: str) -> bool:
    """Tell whether a mailbox cannot exist: names below ``.invalid`` never do (RFC 2606)."""
    return address.lower().endswith(".invalid")


def _one_of(*allowed: object) -> Callable[[object, attrs.Attribute[Any], Any], None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if value not in allowed:
            raise ConfigurationError(f"{attribute.name} must be one of {allowed}, not {value!r}")

    return check


@attrs.frozen(kw_only=True)
class GetResponseOptions:
    """The open questions and the limits of GetResponse's API, and how the sandbox settles them."""

    # What errors look like.

    auth_status: int = attrs.field(default=401, validator=_one_of(401, 403))
    """The status of error 1014: the API and its description say 401, the errors page 403."""
    missing_auth_code: int = attrs.field(default=1014, validator=_one_of(1014, 1021))
    """The code where no credential came; the errors page lists this under both."""
    malformed_id_code: int = attrs.field(default=1013, validator=_one_of(1013, 1003))
    """The code, with status 400, for an id that cannot be one; the errors page says 1003."""
    context: Literal["object", "list"] = attrs.field(
        default="object", validator=_one_of("object", "list")
    )
    """The form of `context`: an object as described, or the lists that the API was seen to send.

    Several problems at once are a list in both.
    """
    more_info: Literal["en", "plain", "anchor"] = attrs.field(
        default="en", validator=_one_of("en", "plain", "anchor")
    )
    """The end of `moreInfo`: ``/en/v3/errors/1``, ``/v3/errors/1`` or ``/v3/errors#1``."""
    one_problem_has_its_code: bool = True
    """Answer a single kind of problem with its own code (1003 to 1007), else always with 1000."""
    default_flag_status: int = attrs.field(default=400, validator=_one_of(400, 500))
    """The status of code 1 where a campaign is created with `isDefault` "false"; seen as 400."""
    html_errors: bool = False
    """Answer unknown paths with a page of HTML, else with 1013; neither is documented."""

    # Who may call.

    domain: str | None = None
    """The domain of a MAX account, which every call must name in `X-Domain`, or None for retail."""
    retail_refuses_domain: bool = False
    """Answer 1024 where a call to a retail account names a domain; else ignore it."""

    # Limits; None is none.

    calls_per_frame: int | None = 30_000
    """Calls of one account in each time frame of 10 minutes."""
    calls_per_s: int | None = 80
    """Calls of one account in one second."""
    batches_per_frame: int | None = 80
    """Calls to `contacts.add_batch` in each time frame."""
    batches_per_s: int | None = 1
    """Calls to `contacts.add_batch` in one second."""
    concurrent_requests: int | None = 10
    """Requests of one account at the same time; matters with `request_takes_s`."""
    request_takes_s: float = 0.0
    """How long each request runs before it takes effect, in seconds."""
    rate_headers: bool = True
    """Send `X-RateLimit-Limit`, `-Remaining` and `-Reset`."""
    second_in_headers: bool = True
    """Describe the exceeded second in a 429's headers, as was seen, else always the time frame."""
    retry_after: bool = True
    """Send `Retry-After` with a 429, which was seen but is not described."""
    max_contacts: int | None = None
    """How many contacts the plan allows, before 1027."""
    max_batch_rows: int = 1000
    """The largest `contacts.add_batch`."""
    max_import_bytes: int = 20_000_000
    """The largest body of an import; the page says 20 MB."""
    active_imports_per_campaign: int | None = 1
    """Imports of one campaign that may be under way, before 409; that it is 409 is inferred."""
    active_imports: int | None = 2
    """Imports of one account that may be under way."""
    imports_per_day: int | None = 20
    """Imports of one account in 24 hours."""

    # What is only queued.

    visible_after_s: float = 0.0
    """How long an accepted contact stays in the queue, in seconds; it is never there at once."""
    import_takes_s: float = 0.0
    """How long an import stays `uploaded`, in seconds."""
    queued_duplicate: Literal["accept", "conflict", "in_queue"] = attrs.field(
        default="accept", validator=_one_of("accept", "conflict", "in_queue")
    )
    """What a second add meets while the first is queued: 202 and nothing more, 1008 or 1002."""
    batch_duplicate: Literal["skip", "refuse"] = attrs.field(
        default="skip", validator=_one_of("skip", "refuse")
    )
    """What one contact that exists does to a batch: it is left out, or the batch is a 409."""
    batch_bad_row: Literal["refuse", "skip"] = attrs.field(
        default="refuse", validator=_one_of("refuse", "skip")
    )
    """What one row that is not valid does to a batch: it is a 400, or the row is left out."""

    import_outcome: Literal["finished", "to_review", "rejected", "canceled"] = attrs.field(
        default="finished", validator=_one_of("finished", "to_review", "rejected", "canceled")
    )
    """How imports end; only a finished one takes effect."""
    import_counts_after_s: float = 0.0
    """How long the numbers of an import that has finished are still 0, in seconds; was seen."""

    # Who may be added.

    is_address: Callable[[str], bool] = is_address
    """Tell whether a text is an e-mail address; False makes it error 1003."""
    is_dead: Callable[[str], bool] = is_dead
    """Tell whether an address leads nowhere."""
    refuse_dead: bool = True
    """Refuse a dead address with 1002, else accept it and drop it in the queue, unsaid."""
    refuse_removed: frozenset[str] = REASONS
    """The reasons of removal after which the same address is 1002 in its campaign."""

    blocking_removes: bool = False
    """Remove the contacts that a blocklist begins to block, with the reason "blacklisted"."""

    # The rest.

    duplicate_tag: Literal["conflict", "return"] = attrs.field(
        default="conflict", validator=_one_of("conflict", "return")
    )
    """What a tag's name meets that is taken: 1008, or 201 with the tag there is."""
    clamp_per_page: bool = True
    """Take a `perPage` beyond 1000 for 1000, else answer 1000 to it."""
    lists_show_custom_fields: bool = False
    """Obey `customFieldValues` in `fields` or `additionalFlags` of contact lists."""
