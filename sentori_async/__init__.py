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
    from sentori_async.bulk.ledger import Ledger, LedgerRow
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

_EVENTS: Final = "sentori_async.transport.events"
_MIDDLEWARE: Final = "sentori_async.transport.middleware"
_MODELS: Final = "sentori_async.platforms.sentori.models"
_WEBHOOKS: Final = "sentori_async.platforms.sentori.webhooks"
_SPOTZEE: Final = "sentori_async.platforms.spotzee.models"
_SPOTZEE_PREFERENCES: Final = "sentori_async.platforms.spotzee.preferences"
_SENT: Final = "sentori_async.platforms.sent.models"
_SENT_MESSAGING: Final = "sentori_async.platforms.sent.messaging"
_SENT_ENDPOINTS: Final = "sentori_async.platforms.sent.endpoints"
_SENT_WEBHOOKS: Final = "sentori_async.platforms.sent.webhooks"
_GETRESPONSE_MODELS: Final = "sentori_async.platforms.getresponse.models"
_GETRESPONSE_THINGS: Final = "sentori_async.platforms.getresponse.things"
_LAZY: Final = {
    **{f"Async{stem}": client_module(name) for name, stem in STEMS.items()},
    "SentAccount": _SENT,
    "SentChannel": _SENT,
    "SentChannelScore": _SENT,
    "SentChannels": _SENT,
    "SentContact": _SENT,
    "SentContactPatch": _SENT,
    "SentMessageSummary": _SENT,
    "SentProfile": _SENT,
    "SentMessage": _SENT_MESSAGING,
    "SentMessageActivity": _SENT_MESSAGING,
    "SentMessageEvent": _SENT_MESSAGING,
    "SentMessageStatus": _SENT_MESSAGING,
    "SentRecipient": _SENT_MESSAGING,
    "SentSending": _SENT_MESSAGING,
    "SentTemplate": _SENT_MESSAGING,
    "SentDelivery": _SENT_ENDPOINTS,
    "SentEventSubtype": _SENT_ENDPOINTS,
    "SentEventType": _SENT_ENDPOINTS,
    "SentSigningSecret": _SENT_ENDPOINTS,
    "SentWebhook": _SENT_ENDPOINTS,
    "SentWebhookTest": _SENT_ENDPOINTS,
    "SentWebhookEvent": _SENT_WEBHOOKS,
    "SentWebhookVerifier": _SENT_WEBHOOKS,
    "SpotzeeEvent": _SPOTZEE,
    "SpotzeeEventBatch": _SPOTZEE,
    "SpotzeeEventResult": _SPOTZEE,
    "SpotzeeItemError": _SPOTZEE,
    "SpotzeeList": _SPOTZEE,
    "SpotzeeListState": _SPOTZEE,
    "SpotzeeListType": _SPOTZEE,
    "SpotzeeSession": _SPOTZEE,
    "SpotzeeUser": _SPOTZEE,
    "SpotzeeUserBatch": _SPOTZEE,
    "SpotzeeUserPatch": _SPOTZEE,
    "SpotzeeUserResult": _SPOTZEE,
    "SpotzeeChannel": _SPOTZEE_PREFERENCES,
    "SpotzeeSubscription": _SPOTZEE_PREFERENCES,
    "SpotzeeSubscriptionBatch": _SPOTZEE_PREFERENCES,
    "SpotzeeSubscriptionChange": _SPOTZEE_PREFERENCES,
    "SpotzeeSubscriptionResult": _SPOTZEE_PREFERENCES,
    "SpotzeeSubscriptionState": _SPOTZEE_PREFERENCES,
    "SpotzeeUserSubscription": _SPOTZEE_PREFERENCES,
    "Accepted": "sentori_async.wire.results",
    "AttemptFailed": _EVENTS,
    "AttemptStarted": _EVENTS,
    "Audience": _MODELS,
    "BulkOutcome": "sentori_async.bulk.outcomes",
    "BulkReport": "sentori_async.bulk.report",
    "SyncReport": "sentori_async.bulk.sync.report",
    "Contact": _MODELS,
    "ContactField": _MODELS,
    "ContactPatch": _MODELS,
    "ContactStructure": _MODELS,
    "CreatedEmail": _MODELS,
    "DraftEmail": _MODELS,
    "EmailEvent": _MODELS,
    "EmailTemplate": _MODELS,
    "Event": _EVENTS,
    "FieldKind": _MODELS,
    "ImportResult": _MODELS,
    "Kpi": _MODELS,
    "MailingList": _MODELS,
    "Models": "sentori_async.tables",
    "Middleware": _MIDDLEWARE,
    "Observer": _EVENTS,
    "Request": "sentori_async.wire.message",
    "RequestFinished": _EVENTS,
    "RequestStarted": _EVENTS,
    "Response": "sentori_async.wire.message",
    "Safety": "sentori_async.wire.message",
    "Send": _MIDDLEWARE,
    "SocialKpi": _MODELS,
    "Subscriber": _MODELS,
    "Upserted": "sentori_async.wire.results",
    "WaitReason": _EVENTS,
    "Waiting": _EVENTS,
    "ContactSubscribed": _WEBHOOKS,
    "ContactUnsubscribed": _WEBHOOKS,
    "MailingListSubscribed": _WEBHOOKS,
    "MailingListUnsubscribed": _WEBHOOKS,
    "WebhookEvent": _WEBHOOKS,
    "export": "sentori_async.bulk.export",
    "frame_rows": "sentori_async.bulk.frames",
    "Ledger": "sentori_async.bulk.ledger",
    "LedgerRow": "sentori_async.bulk.ledger",
    "parse_webhook": _WEBHOOKS,
    "GetResponseActivity": _GETRESPONSE_MODELS,
    "GetResponseCampaignReference": _GETRESPONSE_MODELS,
    "GetResponseContact": _GETRESPONSE_MODELS,
    "GetResponseContactPatch": _GETRESPONSE_MODELS,
    "GetResponseContactTag": _GETRESPONSE_MODELS,
    "GetResponseCustomFieldValue": _GETRESPONSE_MODELS,
    "GetResponseFoundContact": _GETRESPONSE_MODELS,
    "GetResponseGeolocation": _GETRESPONSE_MODELS,
    "GetResponseAccount": _GETRESPONSE_THINGS,
    "GetResponseCampaign": _GETRESPONSE_THINGS,
    "GetResponseCustomField": _GETRESPONSE_THINGS,
    "GetResponseImport": _GETRESPONSE_THINGS,
    "GetResponseImportErrors": _GETRESPONSE_THINGS,
    "GetResponseImportStatistics": _GETRESPONSE_THINGS,
    "GetResponseOptinTypes": _GETRESPONSE_THINGS,
    "GetResponseSearch": _GETRESPONSE_THINGS,
    "GetResponseSuppression": _GETRESPONSE_THINGS,
    "GetResponseTag": _GETRESPONSE_THINGS,
}


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
