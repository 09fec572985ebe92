"""Every error code that Spotzee's Main API publishes or has published.

Source: https://docs.spotzee.com/main-api/errors; texts there are codes, the names are ours.
The page of 2026-04-28 had six codes, without statuses of their own; that of 2026-04-30 has twenty,
two of them from before, and gained two more on 2026-07-14.
Old and new answers may both arrive, so all of them are here.
Which exception a code becomes is inferred from its meaning.
"""

from __future__ import annotations

from typing import Final

from sentori_async.errors import (
    AlreadyExists,
    AuthenticationError,
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

_SINCE_APRIL: Final = (
    ErrorCode(
        code="resource_missing",
        name="Resource missing",
        statuses=(404,),
        error=NotFound,
        meaning="It does not exist, or this key cannot see it.",
        remedy="Check the id, and that the key belongs to the same project.",
    ),
    ErrorCode(
        code="resource_already_exists",
        name="Resource already exists",
        statuses=(409,),
        error=AlreadyExists,
        meaning="A value that has to be unique is in use already.",
        remedy="Change the one that exists, or choose another value.",
    ),
    ErrorCode(
        code="state_conflict",
        name="State conflict",
        statuses=(409,),
        error=StateConflict,
        meaning="Its present state rules the operation out.",
        remedy="Read the thing again, and do first what its state asks for.",
    ),
    ErrorCode(
        code="parameter_missing",
        name="Parameter missing",
        statuses=(400,),
        error=ValidationFailed,
        meaning="A parameter that must be there is not.",
        remedy="Add the parameter that the answer's `param` names.",
    ),
    ErrorCode(
        code="parameter_invalid_empty",
        name="Parameter empty",
        statuses=(400,),
        error=ValidationFailed,
        meaning="A parameter is there without a value.",
        remedy="Give the parameter in `param` a value.",
    ),
    ErrorCode(
        code="parameter_invalid_format",
        name="Parameter in wrong format",
        statuses=(400,),
        error=ValidationFailed,
        meaning="A parameter is badly written, such as a version date or a limit above 100.",
        remedy="Write the parameter in `param` as the API's reference shows it.",
    ),
    ErrorCode(
        code="parameter_unknown",
        name="Parameter unknown",
        statuses=(400,),
        error=ValidationFailed,
        meaning="The operation has no such parameter.",
        remedy="Drop the parameter in `param`, or correct its spelling.",
    ),
    # 400 on the page of 2026-04-28, 422 since.
    ErrorCode(
        code="validation_failed",
        name="Validation failed",
        statuses=(422, 400),
        error=ValidationFailed,
        meaning="One or several fields hold values that are not allowed.",
        remedy="Correct every field listed in `errors`, or in `details` of an old answer.",
    ),
    ErrorCode(
        code="authentication_required",
        name="Authentication required",
        statuses=(401,),
        error=AuthenticationError,
        meaning="The key is missing, wrong or revoked, or made for another of Spotzee's APIs.",
        remedy="Set SPOTZEE_API_KEY to a project's secret key, which begins with sk_.",
    ),
    ErrorCode(
        code="permission_denied",
        name="Permission denied",
        statuses=(403,),
        error=PermissionDenied,
        meaning="The key's role is too low for the operation.",
        remedy="Use a key with a higher role: writing takes editor or more.",
    ),
    ErrorCode(
        code="idempotency_key_mismatch",
        name="Idempotency key mismatch",
        statuses=(409,),
        error=StateConflict,
        meaning="The idempotency key was used before, for a request with another body.",
        remedy="Give a new request a new key.",
    ),
    ErrorCode(
        code="idempotency_key_invalid",
        name="Idempotency key invalid",
        statuses=(400,),
        error=ValidationFailed,
        meaning="The idempotency key is blank or longer than 255 characters.",
        remedy="Send a key of 1 to 255 characters, or none.",
    ),
    # The answer goes to a twin of the request: what becomes of the write, the first one decides.
    ErrorCode(
        code="idempotency_in_progress",
        name="Idempotent request in progress",
        statuses=(409,),
        error=StateConflict,
        repeat=Repeat.THROTTLED,
        applied=None,
        meaning="The request that brought this idempotency key first has not ended yet.",
        remedy="Wait as long as Retry-After says, then send it again with the same key.",
    ),
    # Spotzee counts per IP address, not per key, and may block for two minutes (2026-09).
    ErrorCode(
        code="rate_limited",
        name="Rate limited",
        statuses=(429,),
        error=RateLimited,
        repeat=Repeat.THROTTLED,
        meaning="Too many requests have come from this IP address.",
        remedy="Lower the rate in `Limits`; everything behind the address shares the limit.",
    ),
    ErrorCode(
        code="version_unsupported",
        name="Version unsupported",
        statuses=(400,),
        error=ValidationFailed,
        meaning="There is no release of the API with the requested date.",
        remedy="Send a Spotzee-Version that the API's changelog names, or none.",
    ),
    ErrorCode(
        code="version_required",
        name="Version required",
        statuses=(400,),
        error=ValidationFailed,
        meaning="The request has to name a release of the API and does not.",
        remedy="Send the header Spotzee-Version.",
    ),
    ErrorCode(
        code="webhook_signature_invalid",
        name="Webhook signature invalid",
        statuses=(400,),
        error=ValidationFailed,
        meaning="A webhook's signature does not fit its body.",
        remedy="Sign the raw body with the endpoint's present secret.",
    ),
    # The older page has it as well.
    ErrorCode(
        code="quota_exceeded",
        name="Quota exceeded",
        statuses=(402,),
        error=QuotaExceeded,
        meaning="The plan's contacts, messages or credits are used up.",
        remedy="Buy credits or enlarge the plan.",
    ),
    ErrorCode(
        code="service_unavailable",
        name="Service unavailable",
        statuses=(503,),
        error=ServiceUnavailable,
        repeat=Repeat.TRANSIENT,
        meaning="Spotzee has no capacity at the moment, or waits for a lock.",
        remedy="Try again after a short wait.",
    ),
    ErrorCode(
        code="internal_error",
        name="Internal error",
        statuses=(500,),
        error=ServerError,
        repeat=Repeat.TRANSIENT,
        meaning="Spotzee failed unexpectedly.",
        remedy="Try again later, and report the request id if it goes on.",
    ),
)

_SINCE_JULY: Final = (
    ErrorCode(
        code="archived_user_conflict",
        name="Archived user conflict",
        statuses=(409,),
        error=StateConflict,
        meaning="The contact is archived and takes no changes.",
        remedy="Restore the contact, then repeat the change.",
    ),
    ErrorCode(
        code="user_capacity_exhausted",
        name="User capacity exhausted",
        statuses=(409,),
        error=QuotaExceeded,
        meaning="Every place for active contacts in the organisation is taken.",
        remedy="Archive contacts or enlarge the plan.",
    ),
)

_OF_THE_OLD_PAGE: Final = (
    ErrorCode(
        code="not_found",
        name="Not found",
        statuses=(404,),
        error=NotFound,
        meaning="The key sees nothing under this id; today the code is resource_missing.",
        remedy="Look the id up in the key's own project.",
    ),
    ErrorCode(
        code="forbidden",
        name="Forbidden",
        statuses=(403,),
        error=PermissionDenied,
        meaning="The key's rights do not reach this far; today the code is permission_denied.",
        remedy="Use a key with more rights.",
    ),
    ErrorCode(
        code="duplicate",
        name="Duplicate",
        statuses=(409,),
        error=AlreadyExists,
        meaning="A unique value is taken; today the code is resource_already_exists.",
        remedy="Update what has the value, or send another.",
    ),
    # Published without a status and without a successor; 422 and 502 are inferred.
    ErrorCode(
        code="provider_error",
        name="Provider error",
        statuses=(422, 502),
        error=ValidationFailed,
        follows_status=True,
        meaning="The provider that the project sends through has turned the operation down.",
        remedy="Read `details`, and check the provider's settings in the project.",
    ),
)

CATALOGUE: Final = Catalogue(
    platform="spotzee",
    doc_url="https://docs.spotzee.com/main-api/errors",
    codes=(*_SINCE_APRIL, *_SINCE_JULY, *_OF_THE_OLD_PAGE),
    # Inferred from the first words of the codes there are.
    families=(
        Family(
            prefix="resource_",
            subject="whether something exists",
            remedy="Check the id in the request, and read the thing again.",
        ),
        Family(
            prefix="parameter_",
            subject="single parameters",
            error=ValidationFailed,
            remedy="Correct the parameter that `param` names.",
        ),
        Family(
            prefix="validation_",
            subject="the values of fields",
            error=ValidationFailed,
            remedy="Correct the fields that `errors` lists.",
        ),
        Family(
            prefix="authentication_",
            subject="the key",
            error=AuthenticationError,
            remedy="Check SPOTZEE_API_KEY, and that it belongs to this API.",
        ),
        Family(
            prefix="permission_",
            subject="the key's role",
            error=PermissionDenied,
            remedy="Use a key with the role that the operation needs.",
        ),
        Family(
            prefix="idempotency_",
            subject="idempotency keys",
            remedy="Send a new request with a new key, and a repeat with its old one.",
        ),
        Family(
            prefix="version_",
            subject="releases of the API",
            error=ValidationFailed,
            remedy="Check the header Spotzee-Version against the API's changelog.",
        ),
        Family(
            prefix="webhook_",
            subject="webhooks",
            remedy="Check the endpoint's address and secret.",
        ),
        Family(
            prefix="quota_",
            subject="the plan's allowance",
            error=QuotaExceeded,
            remedy="Look at the plan's usage before sending more.",
        ),
        Family(
            prefix="user_",
            subject="contacts",
            error=StateConflict,
            remedy="Read the contact again, and compare it with the request.",
        ),
    ),
)
