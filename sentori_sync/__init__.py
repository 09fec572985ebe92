"""Move contacts into an e-mail or messaging platform, from blocking code.

The verbs, errors and values are those of `sentori_async`, whose clients do the work on a private
event loop: in scripts, in threads, and in notebooks where another loop is running already.
The clients load on first use, so that importing the package stays cheap.
"""

# ruff: noqa: F405 - `__all__` is held to what there is by tests/test_exports.py

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import sentori_async
from sentori_async.registry import STEMS

if TYPE_CHECKING:
    from sentori_async import *  # noqa: F403 - all that both packages share
    from sentori_sync._verbs import GetResponse, Sent, Sentori, Spotzee

# In `_verbs`; all else is the async package's own.
_CLIENTS = frozenset(STEMS.values())


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    if name not in __all__ and name not in _CLIENTS:
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
    "GetResponse",
    "GetResponseAccount",
    "GetResponseActivity",
    "GetResponseCampaign",
    "GetResponseCampaignReference",
    "GetResponseContact",
    "GetResponseContactPatch",
    "GetResponseContactTag",
    "GetResponseCustomField",
    "GetResponseCustomFieldValue",
    "GetResponseFoundContact",
    "GetResponseGeolocation",
    "GetResponseImport",
    "GetResponseImportErrors",
    "GetResponseImportStatistics",
    "GetResponseOptinTypes",
    "GetResponseSearch",
    "GetResponseSuppression",
    "GetResponseTag",
    "ImportResult",
    "InvalidInput",
    "Kpi",
    "Ledger",
    "LedgerRequest",
    "LedgerRow",
    "Limits",
    "MailingList",
    "MailingListSubscribed",
    "MailingListUnsubscribed",
    "Middleware",
    "Models",
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
    "Sent",
    "SentAccount",
    "SentChannel",
    "SentChannelScore",
    "SentChannels",
    "SentContact",
    "SentContactPatch",
    "SentDelivery",
    "SentEventSubtype",
    "SentEventType",
    "SentMessage",
    "SentMessageActivity",
    "SentMessageEvent",
    "SentMessageStatus",
    "SentMessageSummary",
    "SentProfile",
    "SentRecipient",
    "SentSending",
    "SentSigningSecret",
    "SentTemplate",
    "SentWebhook",
    "SentWebhookEvent",
    "SentWebhookTest",
    "SentWebhookVerifier",
    "Sentori",
    "SentoriError",
    "ServerError",
    "ServiceUnavailable",
    "Settings",
    "SocialKpi",
    "Spotzee",
    "SpotzeeChannel",
    "SpotzeeEvent",
    "SpotzeeEventBatch",
    "SpotzeeEventResult",
    "SpotzeeItemError",
    "SpotzeeList",
    "SpotzeeListState",
    "SpotzeeListType",
    "SpotzeeSession",
    "SpotzeeSubscription",
    "SpotzeeSubscriptionBatch",
    "SpotzeeSubscriptionChange",
    "SpotzeeSubscriptionResult",
    "SpotzeeSubscriptionState",
    "SpotzeeUser",
    "SpotzeeUserBatch",
    "SpotzeeUserPatch",
    "SpotzeeUserResult",
    "SpotzeeUserSubscription",
    "StateConflict",
    "Subscriber",
    "SyncReport",
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
    "export",
    "frame_rows",
    "parse_webhook",
]
