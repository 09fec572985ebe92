"""Move contacts into an e-mail or messaging platform, asynchronously.

The clients load on first use, so that importing the package stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from sentori_async.errors import (
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
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    RequestTimeout,
    ResponseTooLarge,
    SentoriError,
    ServerError,
    ServiceUnavailable,
    StateConflict,
    TransportError,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.registry import STEMS, client_module
from sentori_async.secret import Secret
from sentori_async.settings import Limits, Rate, RetryPolicy, Settings, Timeouts
from sentori_async.unset import UNSET, Unset
from sentori_async.version import VERSION

if TYPE_CHECKING:
    from sentori_async.bulk.export import export
    from sentori_async.bulk.frames import frame_rows
    from sentori_async.bulk.ledger import Ledger, LedgerRequest, LedgerRow
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.report import BulkReport
    from sentori_async.bulk.sync.report import SyncReport
    from sentori_async.platforms.getresponse.client import AsyncGetResponse
    from sentori_async.platforms.getresponse.models import (
        GetResponseActivity,
        GetResponseCampaignReference,
        GetResponseContact,
        GetResponseContactPatch,
        GetResponseContactTag,
        GetResponseCustomFieldValue,
        GetResponseFoundContact,
        GetResponseGeolocation,
    )
    from sentori_async.platforms.getresponse.things import (
        GetResponseAccount,
        GetResponseCampaign,
        GetResponseCustomField,
        GetResponseImport,
        GetResponseImportErrors,
        GetResponseImportStatistics,
        GetResponseOptinTypes,
        GetResponseSearch,
        GetResponseSuppression,
        GetResponseTag,
    )
    from sentori_async.platforms.sent.client import AsyncSent
    from sentori_async.platforms.sent.endpoints import (
        SentDelivery,
        SentEventSubtype,
        SentEventType,
        SentSigningSecret,
        SentWebhook,
        SentWebhookTest,
    )
    from sentori_async.platforms.sent.messaging import (
        SentMessage,
        SentMessageActivity,
        SentMessageEvent,
        SentMessageStatus,
        SentRecipient,
        SentSending,
        SentTemplate,
    )
    from sentori_async.platforms.sent.models import (
        SentAccount,
        SentChannel,
        SentChannels,
        SentChannelScore,
        SentContact,
        SentContactPatch,
        SentMessageSummary,
        SentProfile,
    )
    from sentori_async.platforms.sent.webhooks import (
        SentWebhookEvent,
        SentWebhookVerifier,
    )
    from sentori_async.platforms.sentori.client import AsyncSentori
    from sentori_async.platforms.sentori.models import (
        Audience,
        Contact,
        ContactField,
        ContactPatch,
        ContactStructure,
        CreatedEmail,
        DraftEmail,
        EmailEvent,
        EmailTemplate,
        FieldKind,
        ImportResult,
        Kpi,
        MailingList,
        SocialKpi,
        Subscriber,
    )
    from sentori_async.platforms.sentori.webhooks import (
        ContactSubscribed,
        ContactUnsubscribed,
        MailingListSubscribed,
        MailingListUnsubscribed,
        WebhookEvent,
        parse_webhook,
    )
    from sentori_async.platforms.spotzee.client import AsyncSpotzee
    from sentori_async.platforms.spotzee.models import (
        SpotzeeEvent,
        SpotzeeEventBatch,
        SpotzeeEventResult,
        SpotzeeItemError,
        SpotzeeList,
        SpotzeeListState,
        SpotzeeListType,
        SpotzeeSession,
        SpotzeeUser,
        SpotzeeUserBatch,
        SpotzeeUserPatch,
        SpotzeeUserResult,
    )
    from sentori_async.platforms.spotzee.preferences import (
        SpotzeeChannel,
        SpotzeeSubscription,
        SpotzeeSubscriptionBatch,
        SpotzeeSubscriptionChange,
        SpotzeeSubscriptionResult,
        SpotzeeSubscriptionState,
        SpotzeeUserSubscription,
    )
    from sentori_async.tables import Models
    from sentori_async.transport.events import (
        AttemptFailed,
        AttemptStarted,
        Event,
        Observer,
        RequestFinished,
        RequestStarted,
        Waiting,
        WaitReason,
    )
    from sentori_async.transport.middleware import Middleware, Send
    from sentori_async.wire.message import Request, Response, Safety
    from sentori_async.wire.results import Accepted, Upserted

__version__ = VERSION

# Where the rest is loaded from, by module; the checkers' list above says the same.
_HOMES: Final = {
    **{client_module(name): f"Async{stem}" for name, stem in STEMS.items()},
    "sentori_async.bulk.export": "export",
    "sentori_async.bulk.frames": "frame_rows",
    "sentori_async.bulk.ledger": "Ledger LedgerRequest LedgerRow",
    "sentori_async.bulk.outcomes": "BulkOutcome",
    "sentori_async.bulk.report": "BulkReport",
    "sentori_async.bulk.sync.report": "SyncReport",
    "sentori_async.platforms.getresponse.models": (
        "GetResponseActivity GetResponseCampaignReference GetResponseContact "
        "GetResponseContactPatch GetResponseContactTag GetResponseCustomFieldValue "
        "GetResponseFoundContact GetResponseGeolocation"
    ),
    "sentori_async.platforms.getresponse.things": (
        "GetResponseAccount GetResponseCampaign GetResponseCustomField GetResponseImport "
        "GetResponseImportErrors GetResponseImportStatistics GetResponseOptinTypes "
        "GetResponseSearch GetResponseSuppression GetResponseTag"
    ),
    "sentori_async.platforms.sent.endpoints": (
        "SentDelivery SentEventSubtype SentEventType SentSigningSecret SentWebhook SentWebhookTest"
    ),
    "sentori_async.platforms.sent.messaging": (
        "SentMessage SentMessageActivity SentMessageEvent SentMessageStatus SentRecipient "
        "SentSending SentTemplate"
    ),
    "sentori_async.platforms.sent.models": (
        "SentAccount SentChannel SentChannelScore SentChannels SentContact SentContactPatch "
        "SentMessageSummary SentProfile"
    ),
    "sentori_async.platforms.sent.webhooks": "SentWebhookEvent SentWebhookVerifier",
    "sentori_async.platforms.sentori.models": (
        "Audience Contact ContactField ContactPatch ContactStructure CreatedEmail DraftEmail "
        "EmailEvent EmailTemplate FieldKind ImportResult Kpi MailingList SocialKpi Subscriber"
    ),
    "sentori_async.platforms.sentori.webhooks": (
        "ContactSubscribed ContactUnsubscribed MailingListSubscribed MailingListUnsubscribed "
        "WebhookEvent parse_webhook"
    ),
    "sentori_async.platforms.spotzee.models": (
        "SpotzeeEvent SpotzeeEventBatch SpotzeeEventResult SpotzeeItemError SpotzeeList "
        "SpotzeeListState SpotzeeListType SpotzeeSession SpotzeeUser SpotzeeUserBatch "
        "SpotzeeUserPatch SpotzeeUserResult"
    ),
    "sentori_async.platforms.spotzee.preferences": (
        "SpotzeeChannel SpotzeeSubscription SpotzeeSubscriptionBatch SpotzeeSubscriptionChange "
        "SpotzeeSubscriptionResult SpotzeeSubscriptionState SpotzeeUserSubscription"
    ),
    "sentori_async.tables": "Models",
    "sentori_async.transport.events": (
        "AttemptFailed AttemptStarted Event Observer RequestFinished RequestStarted WaitReason "
        "Waiting"
    ),
    "sentori_async.transport.middleware": "Middleware Send",
    "sentori_async.wire.message": "Request Response Safety",
    "sentori_async.wire.results": "Accepted Upserted",
}
_LAZY: Final = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Load a public name on first use."""
    module = _LAZY.get(name)
    if module is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(module), name)
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
    "AsyncGetResponse",
    "AsyncSent",
    "AsyncSentori",
    "AsyncSpotzee",
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
    "SentoriError",
    "ServerError",
    "ServiceUnavailable",
    "Settings",
    "SocialKpi",
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
