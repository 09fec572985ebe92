"""The vendor's name of every attribute of every model, and the codec made from that table.

No rule turns `crm_id` into `CRMID` and `created_ip_address` into `CreatedIPAddress`, so there is
none: what is not in this table is not read and not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sentori_async.platforms.sentori.models import (
    Audience,
    Contact,
    ContactPatch,
    CreatedEmail,
    DraftEmail,
    EmailEvent,
    EmailTemplate,
    ImportResult,
    Kpi,
    MailingList,
    SocialKpi,
    Subscriber,
)
from sentori_async.wire.convert import Codec

# The importable fields in the order of getstructure: api-contacts, 2018-05-23.
IMPORTABLE: Final[Mapping[str, str]] = {
    "is_bad_email_address": "IsBadEmailAddress",
    "crm_id": "CRMID",
    "title": "Title",
    "first_name": "FirstName",
    "last_name": "LastName",
    "known_as": "KnownAs",
    "email_address": "EmailAddress",
    "company_name": "CompanyName",
    "phone_number": "PhoneNumber",
    "mobile_phone_number": "MobilePhoneNumber",
    "is_bad_mobile_phone_number": "IsBadMobilePhoneNumber",
}

_NAMED: Final[Mapping[str, str]] = {
    "external_id": "ExternalID",
    "name": "Name",
    "description": "Description",
}
_DATED: Final[Mapping[str, str]] = {
    **_NAMED,
    "created": "Created",
    "created_by": "CreatedBy",
    "modified": "Modified",
    "modified_by": "ModifiedBy",
}

WIRE_NAMES: Final[Mapping[type, Mapping[str, str]]] = {
    Contact: {
        "is_suppressed": "IsSuppressed",
        "is_bad_email_address": "IsBadEmailAddress",
        "system_id": "SystemID",
        "crm_id": "CRMID",
        "title": "Title",
        "first_name": "FirstName",
        "last_name": "LastName",
        "known_as": "KnownAs",
        "email_address": "EmailAddress",
        "company_name": "CompanyName",
        "phone_number": "PhoneNumber",
        "mobile_phone_number": "MobilePhoneNumber",
        "created_source_value": "CreatedSourceValue",
        "created_ip_address": "CreatedIPAddress",
        "created_http_referrer_url": "CreatedHttpReferrerUrl",
        "created_timestamp": "CreatedTimestamp",
        "modified_timestamp": "ModifiedTimestamp",
        "is_confirmed": "IsConfirmed",
        "is_bad_mobile_phone_number": "IsBadMobilePhoneNumber",
    },
    ContactPatch: IMPORTABLE,
    ImportResult: {
        "total_rows": "TotalRows",
        "emailable_rows_created": "EmailableRowsCreated",
        "emailable_rows_updated": "EmailableRowsUpdated",
        "suppressed_updated": "SuppressedUpdated",
        "bad_email_updated": "BadEmailUpdated",
        "excluded_duplicates": "ExcludedDuplicates",
        "excluded_invalid_email": "ExcludedInvalidEmail",
        "excluded_role_based": "ExcludedRoleBased",
        "upload_group_external_id": "UploadGroupExternalID",
    },
    MailingList: _NAMED,
    Audience: _NAMED,
    Subscriber: {"system_id": "SystemID", "email_address": "EmailAddress"},
    CreatedEmail: {"external_id": "ExternalID"},
    DraftEmail: _DATED,
    EmailTemplate: _DATED,
    SocialKpi: {
        "google_plus_ones": "GooglePlusOnes",
        "linked_in_shares": "LinkedInShares",
        "tweets": "Tweets",
        "facebook_likes": "FacebookLikes",
    },
    Kpi: {
        "sent": "Sent",
        "bounced": "Bounced",
        "opens": "Opens",
        "unique_clickers": "UniqueClickers",
        "total_clicks": "TotalClicks",
        "social_shares": "SocialShares",
        "social_kpi": "SocialKpi",
        "unsubscribes": "Unsubscribes",
        "abuse_complaints": "AbuseComplaints",
    },
    EmailEvent: {"email_address": "EmailAddress", "timestamp": "Timestamp"},
}

CODEC: Final = Codec(WIRE_NAMES)
