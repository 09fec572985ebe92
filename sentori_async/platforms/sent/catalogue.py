"""Every error code that Sent publishes, and newer ones that its other documents name.

Source: https://docs.sent.dm/reference/api/error-catalog (API v3), as of early 2026 (32 codes); the
vendor's integration guide of 2026-09 lists 46, without titles, and moved most of BUSINESS_ from
422 to 400, 402 and 403.
Both statuses are accepted, the newer one comes first.
Titles of codes that the page does not have are ours.
Which exception a code becomes is inferred from its meaning.
"""

from __future__ import annotations

from typing import Final

from sentori_async.errors import (
    AccountBlocked,
    AlreadyExists,
    AuthenticationError,
    ContactSuppressed,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    ServerError,
    ServiceUnavailable,
    StateConflict,
    ValidationFailed,
)
from sentori_async.wire.catalogue import Catalogue, ErrorCode, Family, Repeat


def _invalid(code: str, name: str, *, meaning: str, remedy: str) -> ErrorCode:
    """Return the row of a value or a form that is refused."""
    return ErrorCode(
        code=code,
        name=name,
        statuses=(400,),
        error=ValidationFailed,
        meaning=meaning,
        remedy=remedy,
    )


def _missing(code: str, what: str, remedy: str) -> ErrorCode:
    """Return the row of something that is not there."""
    return ErrorCode(
        code=code,
        name=f"{what} not found",
        statuses=(404,),
        error=NotFound,
        meaning=f"The key's account has no such {what.lower()}.",
        remedy=remedy,
    )


# Ten refused keys in a row lock the key for 1 to 60 minutes (guide, 2026-09): none is sent again.
_AUTH: Final = (
    ErrorCode(
        code="AUTH_001",
        name="User is not authenticated",
        statuses=(401,),
        error=AuthenticationError,
        meaning="The request came without a key.",
        remedy="Set SENT_API_KEY, and see that no proxy drops the header x-api-key.",
    ),
    ErrorCode(
        code="AUTH_002",
        name="Invalid or expired API key",
        statuses=(401,),
        error=AuthenticationError,
        meaning="The key is unknown, revoked or past its end.",
        remedy="Make a new key in Sent's dashboard and set SENT_API_KEY.",
    ),
    # Inferred: only the troubleshooting page has it, for 403 and without a meaning.
    ErrorCode(
        code="AUTH_003",
        name="Access denied",
        statuses=(403,),
        error=PermissionDenied,
        meaning="The key is known and may not do this; Sent says no more about the code.",
        remedy="Compare the key's rights with what the operation needs, or ask Sent's support.",
    ),
    ErrorCode(
        code="AUTH_004",
        name="Insufficient permissions",
        statuses=(403,),
        error=PermissionDenied,
        meaning="The user's role or the kind of key does not allow the operation.",
        remedy="Ask an owner for a higher role; a profile's own key takes no `profile_id`.",
    ),
    ErrorCode(
        code="AUTH_005",
        name="Account not activated",
        statuses=(403,),
        error=AccountBlocked,
        meaning="Sent has not activated the account so far.",
        remedy="Wait for the activation, or ask Sent's support about it.",
    ),
    ErrorCode(
        code="AUTH_006",
        name="KYC not completed",
        statuses=(403,),
        error=AccountBlocked,
        meaning="The check of the customer's identity is unfinished.",
        remedy="Finish the identity check in Sent's dashboard.",
    ),
    ErrorCode(
        code="AUTH_007",
        name="No channel configured",
        statuses=(403,),
        error=AccountBlocked,
        meaning="The account has no channel to send over.",
        remedy="Set up SMS or WhatsApp in Sent's dashboard.",
    ),
)

_VALIDATION: Final = (
    _invalid(
        "VALIDATION_001",
        "Request validation failed",
        meaning="One or several fields are missing or wrong.",
        remedy="Correct the fields that `details` names.",
    ),
    _invalid(
        "VALIDATION_002",
        "Invalid phone number format",
        meaning="The number is not written as E.164.",
        remedy="Write a plus sign, the country code and the number, in digits only.",
    ),
    _invalid(
        "VALIDATION_003",
        "Invalid GUID format",
        meaning="An id is no UUID.",
        remedy="Send the whole id, 36 characters, as Sent returned it.",
    ),
    _invalid(
        "VALIDATION_004",
        "Required field is missing",
        meaning="A field without which the operation cannot work is absent or null.",
        remedy="Add the field, spelled in snake_case.",
    ),
    _invalid(
        "VALIDATION_005",
        "Field value out of valid range",
        meaning="A number is too small or too large; pages, for instance, count from 1.",
        remedy="Keep the number within the bounds that `details` tells.",
    ),
    _invalid(
        "VALIDATION_006",
        "Invalid enum value",
        meaning="A word is none of those the field knows.",
        remedy="Use one of the documented words, in the same case.",
    ),
    _invalid(
        "VALIDATION_007",
        "Invalid Idempotency-Key format",
        meaning="The idempotency key is empty, too long or has other signs than it may.",
        remedy="Use 1 to 255 letters, digits, hyphens and underscores.",
    ),
    _invalid(
        "VALIDATION_008",
        "Invalid template variable",
        meaning="A variable of the template is missing or has a value it cannot take.",
        remedy="Compare the parameters with the variables of the template.",
    ),
)

_RESOURCE: Final = (
    _missing(
        "RESOURCE_001",
        "Contact",
        "Look the contact up by its number, or create it.",
    ),
    _missing("RESOURCE_002", "Template", "Take the id from the list of templates."),
    _missing(
        "RESOURCE_003", "Message", "Use an id that sending returned; old messages are purged."
    ),
    _missing(
        "RESOURCE_004", "Customer", "Check the customer's id and which account the key opens."
    ),
    _missing("RESOURCE_005", "Organization", "Use a key of the organization itself."),
    _missing("RESOURCE_006", "User", "Take the id from the organization's list of users."),
    ErrorCode(
        code="RESOURCE_007",
        name="Resource already exists",
        statuses=(409,),
        error=AlreadyExists,
        meaning="It was created before; a phone number, for example, is one contact.",
        remedy="Look the existing one up and change that, as add_or_update does.",
    ),
    _missing("RESOURCE_008", "Webhook", "Take the id from the list of webhooks."),
    _missing("RESOURCE_009", "Brand", "Check the brand's id in Sent's dashboard."),
    _missing("RESOURCE_010", "Campaign", "Check the campaign's id in Sent's dashboard."),
    _missing("RESOURCE_011", "Batch", "Use the batch's id as the API returned it."),
    _missing("RESOURCE_012", "Phone number", "Use one of the account's own numbers."),
    _missing("RESOURCE_013", "Resource", "Compare the path and its ids with the API's reference."),
    # Met by every operation whose x-profile-id is wrong (guide, 2026-09): taken for a missing
    # contact it would make the account look empty.
    ErrorCode(
        code="RESOURCE_014",
        name="Profile not found",
        statuses=(404,),
        error=AccountBlocked,
        meaning="The profile does not exist or belongs to another organization.",
        remedy="Check `profile_id`; leave it out to work as the organization itself.",
    ),
)

_BUSINESS: Final = (
    # Inferred: obsolete, as contacts are no longer shared between profiles.
    ErrorCode(
        code="BUSINESS_001",
        name="Cannot modify inherited contact",
        statuses=(400, 422),
        error=StateConflict,
        meaning="The contact belongs to a parent organization and is read-only here.",
        remedy="Change it with the owner's key, or create a contact of your own.",
    ),
    ErrorCode(
        code="BUSINESS_002",
        name="Rate limit exceeded",
        statuses=(429,),
        error=RateLimited,
        repeat=Repeat.THROTTLED,
        meaning="The account has used up its requests for this minute.",
        remedy="Lower the rate in `Limits`; a wait of minutes can also mean a locked key.",
    ),
    ErrorCode(
        code="BUSINESS_003",
        name="Insufficient account balance",
        statuses=(402, 422),
        error=QuotaExceeded,
        meaning="The account's money does not cover the operation.",
        remedy="Top up the account in Sent's dashboard.",
    ),
    ErrorCode(
        code="BUSINESS_004",
        name="Contact has opted out",
        statuses=(400, 422),
        error=ContactSuppressed,
        meaning="The contact does not want messages.",
        remedy="Leave the contact out until it opts in again.",
    ),
    ErrorCode(
        code="BUSINESS_005",
        name="Template not approved",
        statuses=(400, 422),
        error=StateConflict,
        meaning="WhatsApp has not approved the template so far.",
        remedy="Wait for the approval, use an approved template, or send over SMS.",
    ),
    ErrorCode(
        code="BUSINESS_006",
        name="Message cannot be modified in current state",
        statuses=(400, 422),
        error=StateConflict,
        meaning="The message has gone too far to be changed.",
        remedy="Send another message.",
    ),
    ErrorCode(
        code="BUSINESS_007",
        name="Channel not available",
        statuses=(400, 422),
        error=StateConflict,
        meaning="The contact's number cannot be reached over the requested channel.",
        remedy="Choose one of the contact's `available_channels`, or none.",
    ),
    ErrorCode(
        code="BUSINESS_008",
        name="Operation would exceed quota",
        statuses=(400, 422),
        error=QuotaExceeded,
        meaning="The plan allows no more messages, contacts or templates.",
        remedy="Remove what is not needed, or enlarge the plan.",
    ),
    ErrorCode(
        code="BUSINESS_010",
        name="Webhook inactive",
        statuses=(400,),
        error=StateConflict,
        meaning="The webhook is switched off.",
        remedy="Switch the webhook on first.",
    ),
    ErrorCode(
        code="BUSINESS_012",
        name="Template not active on channel",
        statuses=(400,),
        error=StateConflict,
        meaning="The template cannot be used on the requested channel.",
        remedy="Send over a channel that the template is active on.",
    ),
    ErrorCode(
        code="BUSINESS_014",
        name="Account suspended",
        statuses=(403,),
        error=AccountBlocked,
        meaning="Sent has suspended the account.",
        remedy="Ask Sent's support why, and what lifts it.",
    ),
)

_CONFLICT: Final = (
    # The answer goes to a twin of the request: what becomes of the write, the first one decides.
    # Sent has waited 5 s for it by then; no Retry-After is documented (guide, 2026-09).
    ErrorCode(
        code="CONFLICT_001",
        name="Concurrent idempotent request",
        statuses=(409,),
        error=StateConflict,
        repeat=Repeat.TRANSIENT,
        applied=None,
        meaning="The request that brought this idempotency key first is still running.",
        remedy="Pause, then send it again with the same key, never with a new one.",
    ),
    # These three, and LIMIT_001, are named in the official SDK's texts only (0.46.0, 2026).
    ErrorCode(
        code="CONFLICT_006",
        name="Template in review",
        statuses=(409,),
        error=StateConflict,
        meaning="The template is under review and takes no changes meanwhile.",
        remedy="Wait for the end of the review.",
    ),
    ErrorCode(
        code="CONFLICT_012",
        name="Profile cannot be deleted",
        statuses=(409,),
        error=StateConflict,
        meaning="Something still stands in the way of deleting the profile.",
        remedy="Read the message, and clear away what it names.",
    ),
    ErrorCode(
        code="CONFLICT_013",
        name="Profile cannot be deleted now",
        statuses=(409,),
        error=StateConflict,
        meaning="The profile is in a state in which it cannot be deleted.",
        remedy="Look at the profile's state, and read the message.",
    ),
)

_PLATFORM: Final = (
    # No throttle: a repeat is refused until scheduled messages have gone out.
    ErrorCode(
        code="LIMIT_001",
        name="Too many scheduled messages",
        statuses=(429,),
        error=QuotaExceeded,
        meaning="The account holds 1,000,000 scheduled messages, which is the most it may.",
        remedy="Wait until some have been sent, or cancel some.",
    ),
    # Sent did not run the request, on purpose (guide, 2026-09).
    ErrorCode(
        code="SERVICE_001",
        name="Idempotency store unavailable",
        statuses=(503,),
        error=ServiceUnavailable,
        repeat=Repeat.TRANSIENT,
        applied=False,
        meaning="Sent cannot look idempotency keys up, so it has not run the request.",
        remedy="Try again later with the same key.",
    ),
    ErrorCode(
        code="INTERNAL_001",
        name="Unexpected internal server error",
        statuses=(500,),
        error=ServerError,
        repeat=Repeat.TRANSIENT,
        meaning="Sent failed for a reason it does not tell.",
        remedy="Try again later, and tell Sent's support the request id if it goes on.",
    ),
    ErrorCode(
        code="INTERNAL_002",
        name="Database operation failed",
        statuses=(500,),
        error=ServerError,
        repeat=Repeat.TRANSIENT,
        meaning="Sent's database failed.",
        remedy="Try again after a moment; it seldom lasts.",
    ),
    ErrorCode(
        code="INTERNAL_003",
        name="External service error",
        statuses=(500, 502),
        error=ServerError,
        repeat=Repeat.TRANSIENT,
        meaning="The carrier or provider behind Sent has a problem.",
        remedy="Try again in some minutes, and look at Sent's status page.",
    ),
    ErrorCode(
        code="INTERNAL_004",
        name="Timeout waiting for operation",
        statuses=(504,),
        error=ServerError,
        repeat=Repeat.TRANSIENT,
        meaning="Sent gave up waiting; the operation may have been carried out all the same.",
        remedy="Look first whether it took place, or repeat it with the same idempotency key.",
    ),
    ErrorCode(
        code="INTERNAL_005",
        name="Service temporarily unavailable",
        statuses=(503,),
        error=ServiceUnavailable,
        repeat=Repeat.TRANSIENT,
        meaning="Sent is overloaded or under maintenance.",
        remedy="Wait, and try again at growing intervals.",
    ),
)

CATALOGUE: Final = Catalogue(
    platform="sent",
    doc_url="https://docs.sent.dm/reference/api/error-catalog",
    codes=(*_AUTH, *_VALIDATION, *_RESOURCE, *_BUSINESS, *_CONFLICT, *_PLATFORM),
    # Inferred from the codes there are; statuses moved once already, prefixes never did.
    families=(
        Family(
            prefix="AUTH_",
            subject="the key and its rights",
            error=AuthenticationError,
            remedy="Check SENT_API_KEY; after ten refusals Sent locks the key for up to an hour.",
        ),
        Family(
            prefix="VALIDATION_",
            subject="the values and the form of a request",
            error=ValidationFailed,
            remedy="Compare the request with what `details` says.",
        ),
        Family(
            prefix="RESOURCE_",
            subject="whether something exists",
            remedy="Check the ids in the request, and that the key's account owns them.",
        ),
        Family(
            prefix="BUSINESS_",
            subject="the rules of sending, and the account's means",
            error=StateConflict,
            remedy="Read the message: the request is in order, a rule of Sent's forbids it.",
        ),
        Family(
            prefix="CONFLICT_",
            subject="things that are in the way at the moment",
            error=StateConflict,
            remedy="Read the thing again, and repeat the request when nothing is in the way.",
        ),
        Family(
            prefix="LIMIT_",
            subject="how much an account may hold",
            remedy="Remove what is no longer needed, or ask Sent for more.",
        ),
        Family(
            prefix="SERVICE_",
            subject="parts of Sent that are down",
            remedy="Try it once more later, with the same idempotency key.",
        ),
        Family(
            prefix="INTERNAL_",
            subject="failures inside Sent",
            error=ServerError,
            remedy="Try it once more later, and keep the request id for Sent's support.",
        ),
        Family(
            prefix="CHANNEL_",
            subject="why a message could not go over a channel",
            remedy="Choose another channel for the message.",
        ),
        Family(
            prefix="DELIVERY_",
            subject="why a message was not delivered",
            remedy="Look at the message's activities before sending another.",
        ),
    ),
)
