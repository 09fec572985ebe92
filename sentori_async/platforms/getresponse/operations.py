"""Every operation of GetResponse's API v3 that the client uses.

Source: https://apireference.getresponse.com, the API description of 2025-10-31.
There are GET, POST and DELETE and nothing else: an update is a POST to the thing's own path.
The docs say nothing on repeating a request; each safety is inferred from what the call does.
"""

from __future__ import annotations

from typing import Final

from sentori_async.wire.message import Operation, Safety

PLATFORM: Final = "getresponse"
_DOCS: Final = "https://apireference.getresponse.com/#operation/"


def _operation(name: str, line: str, safety: Safety, operation_id: str) -> Operation:
    method, template = line.split(" ")
    return Operation(
        platform=PLATFORM,
        name=name,
        method=method,
        template=template,
        safety=safety,
        doc_url=_DOCS + operation_id,
    )


# ------------------------------------------------------------------------------------ contacts

LIST_CONTACTS: Final = _operation("contacts.iterate", "GET contacts", Safety.READ, "getContactList")
FIND_CONTACTS: Final = _operation("contacts.find", "GET contacts", Safety.READ, "getContactList")
GET_CONTACT: Final = _operation(
    "contacts.get", "GET contacts/{contact_id}", Safety.READ, "getContactById"
)
# Queued and answered with nothing. A repeat never changes a contact that is there already, but it
# would report one's own contact as a conflict.
ADD_CONTACT: Final = _operation("contacts.add", "POST contacts", Safety.UNSAFE, "createContact")
SUBSCRIBE: Final = _operation(
    "contacts.subscribe", "POST contacts", Safety.IDEMPOTENT, "createContact"
)
ADD_BATCH: Final = _operation(
    "contacts.add_batch", "POST contacts/batch", Safety.UNSAFE, "createBatchContacts"
)
UPDATE_CONTACT: Final = _operation(
    "contacts.update", "POST contacts/{contact_id}", Safety.IDEMPOTENT, "updateContact"
)
# To another campaign or address, where a repeat meets the contact that the first attempt moved.
MOVE_CONTACT: Final = _operation(
    "contacts.move", "POST contacts/{contact_id}", Safety.IDEMPOTENT, "updateContact"
)
DELETE_CONTACT: Final = _operation(
    "contacts.delete", "DELETE contacts/{contact_id}", Safety.IDEMPOTENT, "deleteContact"
)
UNSUBSCRIBE: Final = _operation(
    "contacts.unsubscribe", "DELETE contacts/{contact_id}", Safety.IDEMPOTENT, "deleteContact"
)
ADD_TAGS: Final = _operation(
    "contacts.add_tags", "POST contacts/{contact_id}/tags", Safety.IDEMPOTENT, "upsertTags"
)
SET_CUSTOM_FIELDS: Final = _operation(
    "contacts.set_custom_fields",
    "POST contacts/{contact_id}/custom-fields",
    Safety.IDEMPOTENT,
    "upsertContactCustoms",
)
ACTIVITIES: Final = _operation(
    "contacts.activities", "GET contacts/{contact_id}/activities", Safety.READ, "getActivities"
)

# ----------------------------------------------------------------------------------- campaigns

LIST_CAMPAIGNS: Final = _operation(
    "campaigns.iterate", "GET campaigns", Safety.READ, "getCampaignList"
)
GET_CAMPAIGN: Final = _operation(
    "campaigns.get", "GET campaigns/{campaign_id}", Safety.READ, "getCampaign"
)
# Names are unique, so a repeat makes no second one; it reports one's own as a conflict.
CREATE_CAMPAIGN: Final = _operation(
    "campaigns.create", "POST campaigns", Safety.UNSAFE, "createCampaign"
)
UPDATE_CAMPAIGN: Final = _operation(
    "campaigns.update", "POST campaigns/{campaign_id}", Safety.IDEMPOTENT, "updateCampaign"
)
CAMPAIGN_CONTACTS: Final = _operation(
    "campaigns.contacts",
    "GET campaigns/{campaign_id}/contacts",
    Safety.READ,
    "getContactsFromCampaign",
)

# ------------------------------------------------------------------------ tags, custom fields

LIST_TAGS: Final = _operation("tags.iterate", "GET tags", Safety.READ, "getTagsList")
GET_TAG: Final = _operation("tags.get", "GET tags/{tag_id}", Safety.READ, "getTagById")
CREATE_TAG: Final = _operation("tags.create", "POST tags", Safety.UNSAFE, "createTag")
DELETE_TAG: Final = _operation(
    "tags.delete", "DELETE tags/{tag_id}", Safety.IDEMPOTENT, "deleteTag"
)

LIST_CUSTOM_FIELDS: Final = _operation(
    "custom_fields.iterate", "GET custom-fields", Safety.READ, "getCustomFieldList"
)
GET_CUSTOM_FIELD: Final = _operation(
    "custom_fields.get", "GET custom-fields/{custom_field_id}", Safety.READ, "getCustomFieldById"
)
CREATE_CUSTOM_FIELD: Final = _operation(
    "custom_fields.create", "POST custom-fields", Safety.UNSAFE, "createCustomField"
)
UPDATE_CUSTOM_FIELD: Final = _operation(
    "custom_fields.update",
    "POST custom-fields/{custom_field_id}",
    Safety.IDEMPOTENT,
    "updateCustomField",
)
DELETE_CUSTOM_FIELD: Final = _operation(
    "custom_fields.delete",
    "DELETE custom-fields/{custom_field_id}",
    Safety.IDEMPOTENT,
    "deleteCustomField",
)

# -------------------------------------------------------------------- blocklists, suppressions

GET_BLOCKLIST: Final = _operation(
    "blocklists.get", "GET accounts/blocklists", Safety.READ, "getAccountBlocklist"
)
CHANGE_BLOCKLIST: Final = _operation(
    "blocklists.change", "POST accounts/blocklists", Safety.IDEMPOTENT, "updateAccountBlocklist"
)
UNSUBSCRIBE_ALL: Final = _operation(
    "contacts.unsubscribe_all",
    "POST accounts/blocklists",
    Safety.IDEMPOTENT,
    "updateAccountBlocklist",
)
GET_CAMPAIGN_BLOCKLIST: Final = _operation(
    "blocklists.get",
    "GET campaigns/{campaign_id}/blocklists",
    Safety.READ,
    "getCampaignBlocklist",
)
CHANGE_CAMPAIGN_BLOCKLIST: Final = _operation(
    "blocklists.change",
    "POST campaigns/{campaign_id}/blocklists",
    Safety.IDEMPOTENT,
    "updateCampaignBlocklist",
)

LIST_SUPPRESSIONS: Final = _operation(
    "suppressions.iterate", "GET suppressions", Safety.READ, "getSuppressionsList"
)
GET_SUPPRESSION: Final = _operation(
    "suppressions.get", "GET suppressions/{suppression_id}", Safety.READ, "getSuppressionById"
)
CREATE_SUPPRESSION: Final = _operation(
    "suppressions.create", "POST suppressions", Safety.UNSAFE, "createSuppression"
)
UPDATE_SUPPRESSION: Final = _operation(
    "suppressions.update",
    "POST suppressions/{suppression_id}",
    Safety.IDEMPOTENT,
    "updateSuppression",
)
DELETE_SUPPRESSION: Final = _operation(
    "suppressions.delete",
    "DELETE suppressions/{suppression_id}",
    Safety.IDEMPOTENT,
    "deleteSuppression",
)

# ---------------------------------------------------------------------------- search-contacts

LIST_SEARCHES: Final = _operation(
    "search_contacts.iterate", "GET search-contacts", Safety.READ, "getSearchContactsList"
)
GET_SEARCH: Final = _operation(
    "search_contacts.get", "GET search-contacts/{search_id}", Safety.READ, "getSearchContactsById"
)
CREATE_SEARCH: Final = _operation(
    "search_contacts.create", "POST search-contacts", Safety.UNSAFE, "newSearchContacts"
)
UPDATE_SEARCH: Final = _operation(
    "search_contacts.update",
    "POST search-contacts/{search_id}",
    Safety.IDEMPOTENT,
    "updateSearchContacts",
)
DELETE_SEARCH: Final = _operation(
    "search_contacts.delete",
    "DELETE search-contacts/{search_id}",
    Safety.IDEMPOTENT,
    "deleteSearchContacts",
)
SEARCH_CONTACTS: Final = _operation(
    "search_contacts.contacts",
    "GET search-contacts/{search_id}/contacts",
    Safety.READ,
    "getContactsByIdSearchContacts",
)
# A POST that only reads: the conditions are its body.
FIND_BY_CONDITIONS: Final = _operation(
    "search_contacts.find",
    "POST search-contacts/contacts",
    Safety.READ,
    "getContactsFromSearchContactsConditions",
)
SET_FOUND_CUSTOM_FIELDS: Final = _operation(
    "search_contacts.set_custom_fields",
    "POST search-contacts/{search_id}/custom-fields",
    Safety.IDEMPOTENT,
    "upsertCustomFieldsBySearchContactId",
)

# ----------------------------------------------------------------- imports and the account itself

LIST_IMPORTS: Final = _operation("imports.iterate", "GET imports", Safety.READ, "getImportList")
GET_IMPORT: Final = _operation(
    "imports.get", "GET imports/{import_id}", Safety.READ, "getImportById"
)
# An import adds and updates, so a second one ends in the same contacts, as a second import.
CREATE_IMPORT: Final = _operation("imports.create", "POST imports", Safety.UNSAFE, "createImport")

GET_ACCOUNT: Final = _operation("accounts.get", "GET accounts", Safety.READ, "getAccount")
