"""Move contacts into an e-mail or messaging platform, from blocking code.

The verbs, errors and values are those of `sentori_async`, whose clients do the work on a private
event loop: in scripts, in threads, and in notebooks where another loop is running already.
The clients load on first use, so that importing the package stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import sentori_async
from sentori_async import (
    UNSET,
    AccountBlocked,
    AlreadyExists,
    ApiError,
    AuthenticationError,
    BulkError,
    CircuitOpen,
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    ContactSuppressed,
    DecodeError,
    InvalidInput,
    Limits,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    Rate,
    RateLimited,
    RequestTimeout,
    ResponseTooLarge,
    RetryPolicy,
    Secret,
    SentoriError,
    ServerError,
    ServiceUnavailable,
    Settings,
    StateConflict,
    Timeouts,
    TransportError,
    Unset,
    UnsupportedOperation,
    ValidationFailed,
    __version__,
)

if TYPE_CHECKING:
    from sentori_async import (
        Accepted,
        AttemptFailed,
        AttemptStarted,
        Audience,
        BulkOutcome,
        BulkReport,
        Contact,
        ContactField,
        ContactPatch,
        ContactStructure,
        ContactSubscribed,
        ContactUnsubscribed,
        CreatedEmail,
        DraftEmail,
        EmailEvent,
        EmailTemplate,
        Event,
        FieldKind,
        ImportResult,
        Kpi,
        MailingList,
        MailingListSubscribed,
        MailingListUnsubscribed,
        Middleware,
        Observer,
        Request,
        RequestFinished,
        RequestStarted,
        Response,
        Safety,
        Send,
        SocialKpi,
        Subscriber,
        Upserted,
        Waiting,
        WaitReason,
        WebhookEvent,
        frame_rows,
        parse_webhook,
    )
    from sentori_sync._verbs import Sentori

# In `_verbs`; all else is the async package's own.
_CLIENTS = frozenset({"Sentori"})


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module("sentori_sync._verbs") if name in _CLIENTS else sentori_async
    value = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)


__all__ = [
    "UNSET",
    "Accepted",
    "AccountBlocked",
    "AlreadyExists",
    "ApiError",
    "AttemptFailed",
    "AttemptStarted",
    "Audience",
    "AuthenticationError",
    "BulkError",
    "BulkOutcome",
    "BulkReport",
    "CircuitOpen",
    "ConfigurationError",
    "ConnectFailed",
    "ConnectionLost",
    "Contact",
    "ContactField",
    "ContactPatch",
    "ContactStructure",
    "ContactSubscribed",
    "ContactSuppressed",
    "ContactUnsubscribed",
    "CreatedEmail",
    "DecodeError",
    "DraftEmail",
    "EmailEvent",
    "EmailTemplate",
    "Event",
    "FieldKind",
    "ImportResult",
    "InvalidInput",
    "Kpi",
    "Limits",
    "MailingList",
    "MailingListSubscribed",
    "MailingListUnsubscribed",
    "Middleware",
    "NotFound",
    "Observer",
    "PermissionDenied",
    "QuotaExceeded",
    "Rate",
    "RateLimited",
    "Request",
    "RequestFinished",
    "RequestStarted",
    "RequestTimeout",
    "Response",
    "ResponseTooLarge",
    "RetryPolicy",
    "Safety",
    "Secret",
    "Send",
    "Sentori",
    "SentoriError",
    "ServerError",
    "ServiceUnavailable",
    "Settings",
    "SocialKpi",
    "StateConflict",
    "Subscriber",
    "Timeouts",
    "TransportError",
    "Unset",
    "UnsupportedOperation",
    "Upserted",
    "ValidationFailed",
    "WaitReason",
    "Waiting",
    "WebhookEvent",
    "__version__",
    "frame_rows",
    "parse_webhook",
]
