"""Contacts as GetResponse prints them; fields and order from the description of 2025-10-31."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sentori_async.sandbox.getresponse.stores.lists import SITE

if TYPE_CHECKING:
    from sentori_async.sandbox.getresponse.stores.contacts import ContactRow, ContactStore

_PLACE: Final = (
    "latitude",
    "longitude",
    "continentCode",
    "countryCode",
    "region",
    "postalCode",
    "dmaCode",
    "city",
)


def summary(row: ContactRow, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact as lists show it: without tags, custom fields and geolocation."""
    href = f"{SITE}/contacts/{row.contact_id}"
    return {
        "contactId": row.contact_id,
        "href": href,
        "name": row.name,
        "email": row.email,
        "note": row.body.get("note"),
        "dayOfCycle": row.body.get("dayOfCycle"),
        "origin": row.origin,
        "createdOn": row.created,
        "changedOn": row.changed,
        "campaign": dict(campaign),
        "timeZone": "",
        "ipAddress": row.body.get("ipAddress") or "",
        "activities": f"{href}/activities",
        "scoring": row.body.get("scoring"),
        "engagementScore": None,
    }


def details(store: ContactStore, row: ContactRow) -> dict[str, Any]:
    """Return a contact as it is shown alone."""
    return {
        **summary(row, store.campaigns.reference(row.campaign)),
        "geolocation": dict.fromkeys(_PLACE),
        "tags": tags(store, row),
        "customFieldValues": customs(store, row),
    }


def tags(store: ContactStore, row: ContactRow) -> list[dict[str, Any]]:
    """Return a contact's tags; 500 at most, as described."""
    found = (store.tags.get(tag_id) for tag_id in row.body["tags"][:500])
    return [store.tags.reference(tag) for tag in found if tag is not None]


def customs(store: ContactStore, row: ContactRow) -> list[dict[str, Any]]:
    """Return a contact's values of custom fields, each under `value` and `values`."""
    found = []
    for field_id, values in row.body["customs"].items():
        field = store.fields.get(field_id)
        if field is not None:
            found.append(
                {
                    "customFieldId": field_id,
                    "name": field["name"],
                    "value": values,
                    "values": values,
                    "type": field["type"],
                    "fieldType": field["format"],
                    "valueType": field["type"],
                }
            )
    return found


def activity(noted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a contact did, with a newsletter that is always the same."""
    shown = {
        "activity": noted["activity"],
        "subject": "Sandbox newsletter",
        "createdOn": noted["createdOn"],
        "previewUrl": None,
        "resource": {
            "resourceId": "sandb",
            "resourceType": "newsletters",
            "href": f"{SITE}/newsletters/sandb",
        },
    }
    if noted["activity"] == "click":
        shown["clickTrack"] = {"id": "clck1", "name": "Shop", "url": "https://example.com/shop"}
    return shown


def searched(row: ContactRow, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """Return a contact as searches show it: its score is a text there, and it may be removed."""
    score = row.body.get("scoring")
    return {
        "contactId": row.contact_id,
        "name": row.name,
        "email": row.email,
        "origin": row.origin,
        "dayOfCycle": row.body.get("dayOfCycle"),
        "createdOn": row.created,
        "campaign": dict(campaign),
        "score": None if score is None else str(score),
        "reason": row.reason,
        "deletedOn": row.deleted,
    }
