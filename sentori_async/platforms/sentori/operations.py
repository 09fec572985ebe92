"""Every operation of Sentori's API v2.0 that has a documented URI.

Source: https://docs.sentoriapp.com, the page and its date beside each group.
Nearly all URIs end in a slash; the three that do not are printed so, and sent so.
The method is POST for everything that writes, delete and subscribe included: revisions of 2015
allowed GET for some, the page of 2018-05-23 does not.
The docs say nothing on repeating a request; each safety is inferred from what the call does.
"""

from __future__ import annotations

from typing import Final

from sentori_async.wire.message import Operation, Safety

PLATFORM: Final = "sentori"
_DOCS: Final = "https://docs.sentoriapp.com/"
_GIB: Final = 1024**3


def _operation(
    name: str,
    line: str,
    safety: Safety,
    page: str,
    *,
    max_response_bytes: int | None = None,
) -> Operation:
    method, template = line.split(" ")
    return Operation(
        platform=PLATFORM,
        name=name,
        method=method,
        template=template,
        safety=safety,
        doc_url=_DOCS + page,
        max_response_bytes=max_response_bytes,
    )


# ------------------------------------------------------------------- api-contacts, 2018-05-23

GET_CONTACT: Final = _operation(
    "contacts.get", "GET contact/get/{contact}/", Safety.READ, "api-contacts"
)
# It never changes an existing contact, but a repeat would report one's own contact as a conflict.
ADD_CONTACT: Final = _operation(
    "contacts.add", "POST contact/add/{address}/", Safety.UNSAFE, "api-contacts"
)
UPDATE_CONTACT: Final = _operation(
    "contacts.update", "POST contact/update/{address}/", Safety.IDEMPOTENT, "api-contacts"
)
# Once renamed, the contact is no longer at the URI's address: a repeat would not find it.
RENAME_CONTACT: Final = _operation(
    "contacts.update", "POST contact/update/{address}/", Safety.UNSAFE, "api-contacts"
)
ADD_OR_UPDATE_CONTACT: Final = _operation(
    "contacts.add_or_update",
    "POST contact/addorupdate/{address}/",
    Safety.IDEMPOTENT,
    "api-contacts",
)
# With a second address in the body, which contact is meant depends on which of the two exist.
ADD_OR_UPDATE_TWO: Final = _operation(
    "contacts.add_or_update",
    "POST contact/addorupdate/{address}/",
    Safety.UNSAFE,
    "api-contacts",
)
DELETE_CONTACT: Final = _operation(
    "contacts.delete", "POST contact/delete/{address}/", Safety.IDEMPOTENT, "api-contacts"
)
CONTACT_STRUCTURE: Final = _operation(
    "contacts.structure", "GET contact/getstructure/{form}/", Safety.READ, "api-contacts"
)
SUBSCRIBE: Final = _operation(
    "contacts.subscribe",
    "POST contact/subscribe/{address}/{list_id}/",
    Safety.IDEMPOTENT,
    "api-contacts",
)
UNSUBSCRIBE: Final = _operation(
    "contacts.unsubscribe",
    "POST contact/unsubscribe/{address}/{list_id}/",
    Safety.IDEMPOTENT,
    "api-contacts",
)
UNSUBSCRIBE_ALL: Final = _operation(
    "contacts.unsubscribe_all",
    "POST contact/unsubscribe/{address}/",
    Safety.IDEMPOTENT,
    "api-contacts",
)
# Each import makes an upload group of its own.
IMPORT_CONTACTS: Final = _operation(
    "contacts.import_", "POST contact/import/", Safety.UNSAFE, "api-contacts"
)
ATTACH_UPLOAD_GROUP: Final = _operation(
    "contacts.attach_upload_group",
    "POST contact/import/{upload_group_id}/attach/{document_id}",
    Safety.IDEMPOTENT,
    "api-contacts",
)

# -------------------------------------------------------------- api-mailinglists, 2017-05-04

GET_MAILING_LIST: Final = _operation(
    "mailing_lists.get", "GET mailinglists/{list_id}/", Safety.READ, "api-mailinglists"
)
ALL_MAILING_LISTS: Final = _operation(
    "mailing_lists.all", "GET mailinglists/", Safety.READ, "api-mailinglists"
)
# Unpaged: the whole list comes in one answer.
MAILING_LIST_SUBSCRIBERS: Final = _operation(
    "mailing_lists.subscribers",
    "GET mailinglists/subscribers/{list_id}",
    Safety.READ,
    "api-mailinglists",
    max_response_bytes=_GIB,
)

# --------------------------------------------------------------------- api-audiences, undated

ALL_AUDIENCES: Final = _operation("audiences.all", "GET audiences/", Safety.READ, "api-audiences")
# Unpaged, as the subscribers.
AUDIENCE_CONTACTS: Final = _operation(
    "audiences.contacts",
    "GET audiences/contacts/{audience_id}",
    Safety.READ,
    "api-audiences",
    max_response_bytes=_GIB,
)

# --------------------------------------------------------------------- api-emails, 2015-03-04

CREATE_EMAIL: Final = _operation(
    "emails.create", "POST emails/create/", Safety.UNSAFE, "api-emails"
)
DRAFT_EMAILS: Final = _operation("emails.drafts", "GET emails/drafts/", Safety.READ, "api-emails")
EMAIL_TEMPLATES: Final = _operation(
    "emails.templates", "GET emails/templates/", Safety.READ, "api-emails"
)

# -------------------------------------------------------------- api-email-reports, 2017-02-03

KPI: Final = _operation(
    "reports.kpi", "GET email/kpi/{email_id}/{iteration}/", Safety.READ, "api-email-reports"
)
ABUSE: Final = _operation(
    "reports.abuse", "GET email/abuse/{email_id}/", Safety.READ, "api-email-reports"
)
BOUNCES: Final = _operation(
    "reports.bounces", "GET email/bounced/{email_id}/{iteration}/", Safety.READ, "api-email-reports"
)
CLICKS: Final = _operation(
    "reports.clicks", "GET email/clicks/{email_id}/{iteration}/", Safety.READ, "api-email-reports"
)

# ----------------------------------------------------------------- api-automation, 2018-02-19

# A repeat may send the autoresponder's mail twice.
ADD_TO_AUTOMATION: Final = _operation(
    "automation.add_contact",
    "POST automation/{automation_id}/addcontact/{address}/",
    Safety.UNSAFE,
    "api-automation",
)
