"""Every error code that Sentori publishes.

Source: https://docs.sentoriapp.com/api-errors, revisions 2015-09-25 (codes -1 to 500) and
2015-10-22 (106 and 107), read 2026-11.
The codes 200, 300, 400, 401 and 500 are API codes, not HTTP statuses.
"""

from __future__ import annotations

from typing import Final

from sentori_async.errors import (
    AccountBlocked,
    AlreadyExists,
    AuthenticationError,
    ContactSuppressed,
    NotFound,
    StateConflict,
    ValidationFailed,
)
from sentori_async.wire.catalogue import Catalogue, ErrorCode, Family

NO_LIST: Final = 200
"""The code of a list that is not there; that of an unknown contact is 101."""

CATALOGUE: Final = Catalogue(
    platform="sentori",
    doc_url="https://docs.sentoriapp.com/api-errors",
    # Inferred: v1 answered 409 while another import ran, so a 409 without code 401 means "busy".
    busy_statuses=frozenset({409}),
    families=(
        Family(
            first=100,
            last=199,
            subject="contacts",
            remedy="Check the contact's address and fields against `contacts.structure()`.",
        ),
        Family(
            first=200,
            last=299,
            subject="mailing lists",
            remedy="Check the list's ExternalID against `mailing_lists.all()`.",
        ),
        Family(
            first=300,
            last=399,
            subject="documents",
            remedy="Check the document's ExternalID and its type.",
        ),
        Family(
            first=400,
            last=499,
            subject="emails",
            remedy="Check the email's state and name against `emails.drafts()`.",
        ),
        Family(
            first=500,
            last=599,
            subject="audiences",
            remedy="Check the ExternalID against `audiences.all()`.",
        ),
    ),
    codes=(
        ErrorCode(
            code=-1,
            name="Bad request",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The request is malformed, for example its body is no JSON object.",
            remedy="Send a JSON object with flat values to a documented path.",
        ),
        ErrorCode(
            code=1,
            name="API Key not valid",
            statuses=(403,),
            error=AuthenticationError,
            meaning="The key is missing or opens no Sentori account.",
            remedy="Copy the key from Settings → API and set SENTORI_API_KEY.",
        ),
        ErrorCode(
            code=2,
            name="Failed to set account",
            statuses=(403,),
            error=AccountBlocked,
            meaning="The key is well-formed, but its account cannot be opened.",
            remedy="Ask Sentori's support to look at the account.",
        ),
        ErrorCode(
            code=3,
            name="Account not found",
            statuses=(403,),
            error=AccountBlocked,
            meaning="The key is well-formed, but its account does not exist.",
            remedy="Use a key of an account that still exists.",
        ),
        ErrorCode(
            code=100,
            name="Email Address not valid",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The address is not an e-mail address.",
            remedy="Correct the address.",
        ),
        ErrorCode(
            code=101,
            name="Contact not found",
            statuses=(404,),
            error=NotFound,
            meaning="The account has no such contact.",
            remedy="Add the contact first, or use add_or_update.",
        ),
        ErrorCode(
            code=102,
            name="Email Address already in use",
            statuses=(400,),
            error=AlreadyExists,
            meaning="Another contact has the address already.",
            remedy="Use update or add_or_update for a contact that exists.",
        ),
        ErrorCode(
            code=103,
            name="Contact Fields not valid",
            statuses=(400,),
            error=ValidationFailed,
            meaning="A field's name or value is not valid for this account.",
            remedy="Compare names and types with `contacts.structure()` or "
            "`sentori contact fields`; case matters.",
        ),
        ErrorCode(
            code=104,
            name="Email Addresses not valid",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The address in the path and the one in the body differ.",
            remedy="Leave EmailAddress out of the fields, or rename with update.",
        ),
        ErrorCode(
            code=105,
            name="No Email Address found in Contacts",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The import's rows have no EmailAddress field.",
            remedy="Give every row an EmailAddress.",
        ),
        ErrorCode(
            code=106,
            name="Email Address is Suppressed",
            statuses=(400,),
            error=ContactSuppressed,
            meaning="The address is on the account's Suppression List.",
            remedy="Leave the contact alone: it asked not to be mailed.",
        ),
        ErrorCode(
            code=107,
            name="Email Address marked as Bad",
            statuses=(400,),
            error=ContactSuppressed,
            meaning="The contact's address is marked bad after bounces.",
            remedy="Correct the address, or clear IsBadEmailAddress once it works again.",
        ),
        ErrorCode(
            code=200,
            name="Mailing List not found",
            statuses=(404,),
            error=NotFound,
            meaning="The account has no such mailing list.",
            remedy="Take the list's ExternalID from `mailing_lists.all()`.",
        ),
        ErrorCode(
            code=300,
            name="Document not found",
            statuses=(404,),
            error=NotFound,
            meaning="The account has no such document (an email, an SMS and so on).",
            remedy="Take the ExternalID from `emails.drafts()` or `emails.templates()`.",
        ),
        ErrorCode(
            code=301,
            name="Document is not of expected type",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The document is of another type than the operation needs.",
            remedy="Use the ExternalID of an email.",
        ),
        ErrorCode(
            code=400,
            name="Email is not a draft",
            statuses=(400,),
            error=StateConflict,
            meaning="The email is no longer a draft.",
            remedy="Create a new draft with `emails.create`.",
        ),
        ErrorCode(
            code=401,
            name="Email name already in use",
            statuses=(409,),
            error=AlreadyExists,
            meaning="Another email has the name already.",
            remedy="Choose another name.",
        ),
        ErrorCode(
            code=500,
            name="Audience not found",
            statuses=(404,),
            error=NotFound,
            meaning="The account has no such audience or upload group.",
            remedy="Take the ExternalID from `audiences.all()` or from the import's result.",
        ),
    ),
)
