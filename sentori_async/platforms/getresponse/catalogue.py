"""Every error code that GetResponse publishes, and one that it only sends.

Source: https://apidocs.getresponse.com/v3/errors, as of 2026-08-13 (27 codes), names shortened.
The page prints one status per code; others are from the API description of 2025-10-31 and from
answers of the API recorded in 2026-01, which also have 100002.
Which exception a code becomes, and whether a repeat may help, is inferred from the page.
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

CATALOGUE: Final = Catalogue(
    platform="getresponse",
    doc_url="https://apidocs.getresponse.com/v3/errors",
    # Inferred from the codes there are; their order follows no subject.
    families=(
        Family(
            first=1000,
            last=1999,
            subject="requests, and what the account may do",
            remedy="Read the answer's `context` in `details`, and look the code up on the page.",
        ),
        Family(
            first=100000,
            last=199999,
            subject="paths and methods of HTTP",
            error=ValidationFailed,
            remedy="Compare path and method with the API's reference.",
        ),
    ),
    codes=(
        # 400 with the same code was a refused value (2026-01), so the status has to decide.
        ErrorCode(
            code=1,
            name="Internal error",
            statuses=(500, 400),
            error=ServerError,
            repeat=Repeat.TRANSIENT,
            follows_status=True,
            meaning="GetResponse failed; with status 400 it refuses a value instead.",
            remedy="With 500, try again later; with 400, change what the message names.",
        ),
        ErrorCode(
            code=1000,
            name="General error of validation process",
            statuses=(400,),
            error=ValidationFailed,
            meaning="Some values or filters are not valid, maybe several at once.",
            remedy="Correct each field that the answer's `context` names.",
        ),
        ErrorCode(
            code=1001,
            name="Related resource cannot be found",
            statuses=(400,),
            error=NotFound,
            meaning="The request points to something else that is not there, such as a campaign.",
            remedy="Check the ids of campaigns, custom fields and tags inside the request.",
        ),
        # Contacts meet it on a blocklist, after a bounce or deletion, or with a dead address.
        ErrorCode(
            code=1002,
            name="Resource state forbids that kind of action",
            statuses=(400,),
            error=StateConflict,
            contacts_error=ContactSuppressed,
            meaning="Its state rules this out: a contact is blocked, say, or a draft is sent.",
            remedy="Leave a blocked or bounced contact alone; otherwise read the message.",
        ),
        ErrorCode(
            code=1003,
            name="Parameter has wrong format",
            statuses=(400,),
            error=ValidationFailed,
            meaning="An id, address, date or number is badly written, or a word is not allowed.",
            remedy="Write the value in the form that `context` or the API's reference asks for.",
        ),
        ErrorCode(
            code=1004,
            name="Wrong number of values",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A list in the request has too few or too many items.",
            remedy="Keep the list within the bounds that `context` tells.",
        ),
        ErrorCode(
            code=1005,
            name="Parameter has empty value",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A field that needs a value came without one.",
            remedy="Fill in the field that `context` names, or leave it out.",
        ),
        ErrorCode(
            code=1006,
            name="Parameter has wrong type",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A value has the wrong JSON type, say a number in place of a text.",
            remedy="Send the field that `context` names with the type of the API's reference.",
        ),
        ErrorCode(
            code=1007,
            name="Parameter value has incorrect length",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A text is too short or too long.",
            remedy="Fit the text to the length that `context` tells.",
        ),
        ErrorCode(
            code=1008,
            name="Another resource has the same value of a unique property",
            statuses=(409,),
            error=AlreadyExists,
            meaning="The value has to be unique and is taken, such as an address in its campaign.",
            remedy="Update the one that exists, or choose another value.",
        ),
        ErrorCode(
            code=1009,
            name="Resource is used somewhere",
            statuses=(400,),
            error=StateConflict,
            meaning="Something else, such as a form or a segment, depends on this one.",
            remedy="Take it out of use first, then change or delete it.",
        ),
        ErrorCode(
            code=1010,
            name="Error in external resources",
            statuses=(400,),
            error=ValidationFailed,
            repeat=Repeat.TRANSIENT,
            meaning="GetResponse had to ask another site about the request, and that failed.",
            remedy="See that the site named in the request can be reached from outside.",
        ),
        ErrorCode(
            code=1011,
            name='Message is already in "sending" mode',
            statuses=(400,),
            error=StateConflict,
            meaning="The newsletter is on its way out and can no longer be edited.",
            remedy="Make a new newsletter.",
        ),
        ErrorCode(
            code=1012,
            name="Error during parsing message content",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The body of the message lacks a merge word that it must have.",
            remedy="Put the merge word that `context` names into the message.",
        ),
        ErrorCode(
            code=1013,
            name="Resource with given ID cannot be found",
            statuses=(404, 400),
            error=NotFound,
            meaning="There is nothing with this id, or with 400 it is no id at all.",
            remedy="Look the id up again; ids of another account do not work.",
        ),
        # The page says 403; the API description and recorded answers say 401.
        ErrorCode(
            code=1014,
            name="Problem during authentication process",
            statuses=(401, 403),
            error=AuthenticationError,
            meaning="The key or the access token is missing, malformed, unknown or expired.",
            remedy="Check GETRESPONSE_API_KEY and its host, or renew the access token.",
        ),
        ErrorCode(
            code=1015,
            name="Too many requests to API, quota reached",
            statuses=(429,),
            error=RateLimited,
            repeat=Repeat.THROTTLED,
            meaning="A rate limit is used up; rarely, a watchdog holds the caller back.",
            remedy="Lower the rate in `Limits`; if it lasts beyond 15 minutes, ask the support.",
        ),
        # A repeat while blocked looks like more of the same behaviour.
        ErrorCode(
            code=1016,
            name="API was temporarily blocked",
            statuses=(403,),
            error=AccountBlocked,
            meaning="Too many or suspicious requests have shut the account out for a while.",
            remedy="Send nothing for 15 minutes, then go on with a lower rate in `Limits`.",
        ),
        ErrorCode(
            code=1017,
            name="API was permanently blocked",
            statuses=(403,),
            error=AccountBlocked,
            meaning="Suspicious requests have shut the account out for good.",
            remedy="Ask GetResponse's support to lift the block.",
        ),
        ErrorCode(
            code=1018,
            name="Your IP was blocked",
            statuses=(403,),
            error=AccountBlocked,
            meaning="Requests from this IP address are not served.",
            remedy="Ask GetResponse's support about the address, or send from another.",
        ),
        ErrorCode(
            code=1019,
            name="Service unavailable",
            statuses=(503,),
            error=ServiceUnavailable,
            repeat=Repeat.TRANSIENT,
            meaning="GetResponse is down for maintenance.",
            remedy="Wait until the maintenance is over.",
        ),
        ErrorCode(
            code=1021,
            name="Something is wrong with the request headers",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A header that every request needs is missing or malformed.",
            remedy="See whether a proxy drops the Content-Type or the header with the key.",
        ),
        ErrorCode(
            code=1023,
            name="Access forbidden",
            statuses=(403,),
            error=PermissionDenied,
            meaning="The key's owner may not do this, or not in this campaign.",
            remedy="Have the account's owner grant the permission, or use the owner's key.",
        ),
        # Inferred: it is the domain of the X-Domain header, without which no account is found;
        # taken for a missing contact it would make a whole account look empty.
        ErrorCode(
            code=1024,
            name="Domain not found",
            statuses=(404,),
            error=AccountBlocked,
            meaning="No account is known under the domain that was sent along.",
            remedy="Check `domain` and the base URL: both come with a GetResponse MAX account.",
        ),
        ErrorCode(
            code=1027,
            name="Failed to add contacts, limit reached",
            statuses=(400,),
            error=QuotaExceeded,
            meaning="The account holds as many contacts as its plan allows.",
            remedy="Delete contacts or enlarge the plan, then add the rest.",
        ),
        ErrorCode(
            code=1028,
            name="Resource is restricted",
            statuses=(400,),
            error=StateConflict,
            meaning="The thing is protected: it can be neither edited nor deleted.",
            remedy="Leave it as it is, and make one of your own.",
        ),
        ErrorCode(
            code=1029,
            name="Resource property is restricted",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A property in the request is reserved and not for use.",
            remedy="Leave the property out.",
        ),
        ErrorCode(
            code=100002,
            name="Method not allowed",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The path does not answer to this HTTP method; there is no PUT or PATCH.",
            remedy="Update with POST to the path of the thing itself.",
        ),
    ),
)
