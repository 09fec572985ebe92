"""The vendor's name of every attribute of every model, and the codec made from that table.

Sent writes snake_case, so an attribute has the vendor's name but where Python has taken it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from sentori_async.platforms.sent import endpoints, envelopes, messaging, models
from sentori_async.wire.convert import Codec

# What Python keeps for itself.
_RENAMED: Final = {"from_": "from"}

_MODELS: Final[tuple[type[attrs.AttrsInstance], ...]] = (
    models.SentContact,
    models.SentContactPatch,
    models.SentChannelScore,
    models.SentMessageSummary,
    models.SentChannel,
    models.SentChannels,
    models.SentProfile,
    models.SentAccount,
    messaging.SentRecipient,
    messaging.SentSending,
    messaging.SentMessageEvent,
    messaging.SentMessage,
    messaging.SentMessageActivity,
    messaging.SentTemplate,
    endpoints.SentWebhook,
    endpoints.SentSigningSecret,
    endpoints.SentWebhookTest,
    endpoints.SentEventSubtype,
    endpoints.SentEventType,
    endpoints.SentDelivery,
    envelopes.Pagination,
    envelopes.Contacts,
    envelopes.Templates,
    envelopes.Webhooks,
    envelopes.Deliveries,
    envelopes.Activities,
    envelopes.EventTypes,
    envelopes.OfContact,
    envelopes.OfContacts,
    envelopes.OfSummary,
    envelopes.OfAccount,
    envelopes.OfSending,
    envelopes.OfMessage,
    envelopes.OfActivities,
    envelopes.OfTemplate,
    envelopes.OfTemplates,
    envelopes.OfWebhook,
    envelopes.OfWebhooks,
    envelopes.OfSecret,
    envelopes.OfTest,
    envelopes.OfDeliveries,
    envelopes.OfEventTypes,
)


def _names(model: type[attrs.AttrsInstance]) -> Mapping[str, str]:
    names: Iterator[str] = (field.name for field in attrs.fields(model) if field.name != "extra")
    return {name: _RENAMED.get(name) or name for name in names}


WIRE_NAMES: Final[Mapping[type, Mapping[str, str]]] = {model: _names(model) for model in _MODELS}

CODEC: Final = Codec(WIRE_NAMES)
