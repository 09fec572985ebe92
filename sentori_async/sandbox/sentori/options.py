"""How the sandbox behaves where Sentori's pages are silent.

Every field is a question those pages leave open, and its default is the safest guess; none of the
defaults is a documented fact.
A client that holds with every setting holds with the real service, whichever way it decided.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.errors import ConfigurationError
from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.sandbox.addresses import is_address

ROLE_BASED: Final = frozenset(
    {
        "abuse",
        "accounts",
        "admin",
        "administrator",
        "billing",
        "contact",
        "enquiries",
        "help",
        "hostmaster",
        "hr",
        "info",
        "jobs",
        "marketing",
        "no-reply",
        "noreply",
        "office",
        "postmaster",
        "root",
        "sales",
        "security",
        "support",
        "webmaster",
    }
)
"""Local parts that stand for a role and not for a person; this list is ours, not Sentori's."""

_CODES: Final = frozenset(row.code for row in CATALOGUE.codes)


def _successful(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value not in range(200, 300):
        raise ConfigurationError(f"{attribute.name} must be a status from 200 to 299, not {value}")


def _published(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value not in _CODES:
        raise ConfigurationError(f"{attribute.name} must be a published code, not {value}")


def _status(default: int = 200) -> int:
    value: int = attrs.field(default=default, validator=_successful)
    return value


@attrs.frozen(kw_only=True)
class SentoriOptions:
    """The open questions of Sentori's API, each with the answer the sandbox gives."""

    # What success looks like.

    add_status: int = _status()
    """The status of an add; some would expect 201."""
    update_status: int = _status()
    """The status of an update."""
    both_updated_status: int = _status()
    """The status of an upsert that changed the contact of the path and the one of the body."""
    delete_status: int = _status()
    """The status of a delete."""
    subscribe_status: int = _status()
    """The status of a subscription, repeated ones included."""
    unsubscribe_status: int = _status()
    """The status of both ways to unsubscribe, repeats included."""
    import_status: int = _status()
    """The status of an import; the older XML interface answered 201."""
    attach_status: int = _status()
    """The status of attaching an upload group to a draft."""
    create_status: int = _status()
    """The status of creating an email."""
    automation_status: int = _status()
    """The status of adding a contact to an autoresponder."""
    empty_body: bytes = b""
    """The body of answers that no page describes; a client must bear ``null`` or plain text too."""
    ids_as_text: bool = True
    """Print `SystemID` as text in lists of contacts, as the samples do and the tables do not."""
    legacy_report_dates: bool = False
    r"""Print the times of reports as ``/Date(ms)/``, as earlier revisions of the page did."""
    html_errors: bool = True
    """Answer unknown paths and methods with a page of HTML, else with an empty body."""

    # Who may be added, changed and subscribed.

    is_address: Callable[[str], bool] = is_address
    """Tell whether a text is an e-mail address; False makes it error 100."""
    refuse_unmailable_on_add: bool = False
    """Refuse adds with 106 or 107; else a suppressed address gives a suppressed contact."""
    refuse_unmailable_on_update: bool = False
    """Refuse updates with 106 or 107."""
    refuse_unmailable_on_subscribe: bool = False
    """Refuse subscriptions with 106 or 107."""
    refuse_unmailable_on_automation: bool = True
    """Refuse autoresponders with 106 or 107."""
    subscribe_lifts_suppression: bool = False
    """Take an address off the Suppression List when it subscribes to a list."""
    rename_keeps_suppression: bool = True
    """Put the new address of a suppressed contact on the Suppression List as well."""
    automation_creates_contact: bool = False
    """Create the contact that an autoresponder is asked to write to, else answer 101."""
    unknown_automation_code: int = attrs.field(default=300, validator=_published)
    """The code for an autoresponder that does not exist; the pages have none of its own."""
    groups_are_audiences: bool = True
    """Take an upload group's id where an audience's contacts are asked for."""
    unsubscribe_fires_webhook: bool = False
    """Produce the unsubscribe webhook when the API unsubscribes; see `webhooks.produced`."""

    # What a contact's fields may be.

    add_accepts_same_address: bool = True
    """Accept `EmailAddress` in the body of an add where it equals the path's, else answer 104."""
    ignore_read_only_fields: bool = False
    """Skip fields that only Sentori writes, such as `SystemID`, else answer 103."""
    ignore_field_case: bool = False
    """Take field names in any case, else answer 103 to ``firstname``."""
    empty_text_clears: bool = True
    """Store ``""`` as null, which clears the field; else keep it as an empty text."""

    # Imports.

    import_max_rows: int | None = None
    """Refuse larger imports with error -1."""
    import_ignores_invalid_fields: bool = False
    """Skip unknown fields and wrong types in an import, else refuse the whole call with 103."""
    import_first_duplicate_wins: bool = True
    """Of the rows with one address take the first, else the last."""
    role_based: frozenset[str] = ROLE_BASED
    """The local parts, in lower case, whose rows an import leaves out."""
    import_takes_s: float = 0.0
    """How long an import runs before it takes effect, in seconds."""
    concurrent_imports: bool = True
    """Let imports overlap, else answer 409 while another one of the account runs."""

    # The rest.

    legacy_get: bool = False
    """Take GET for add, subscribe and unsubscribe, as the pages of 2015 said."""
    requests_per_s: int | None = None
    """Answer 429 to what an account sends beyond this many requests in one second."""
