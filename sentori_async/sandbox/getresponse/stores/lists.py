"""Campaigns, tags and custom fields: what contacts point to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.getresponse.stores.scope import Scope
from sentori_async.sandbox.getresponse.stores.things import ThingStore

SITE: Final = "https://api.getresponse.com/v3"
DEFAULT_CAMPAIGN: Final = "V3J"
"""The id of the campaign that every account starts with."""


class CampaignStore(ThingStore):
    """The campaigns of an account, which are its lists."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, "campaign", "campaignId")

    def add(self, name: str, *, optin: str = "single", campaign_id: str | None = None) -> str:
        """Add a campaign and return its id.

        Args:
            name: Its name.
            optin: "single", or "double" so that contacts from the API wait for confirmation.
            campaign_id: Its id, if it matters.

        Raises:
            InvalidInput: The name or the id is taken, or there is no such opt-in.
        """
        if optin not in ("single", "double"):
            raise InvalidInput("the opt-in of a campaign is single or double")
        fields = new_campaign(self.scope.now(), {"name": name, "optinTypes": {"api": optin}})
        return self.seeded(fields, thing_id=campaign_id)

    def reference(self, campaign_id: str) -> dict[str, Any]:
        """Return a campaign as contacts and imports show it."""
        found = self.get(campaign_id)
        return {
            "campaignId": campaign_id,
            "href": f"{SITE}/campaigns/{campaign_id}",
            "name": None if found is None else found["name"],
        }


def new_campaign(now: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new campaign of checked fields, with the defaults of the others; inferred."""
    return {
        "name": body["name"],
        "techName": body["name"],
        "languageCode": body.get("languageCode", "EN"),
        "isDefault": body.get("isDefault", "false"),
        "createdOn": now,
        "description": body["name"],
        "postal": body.get("postal"),
        "confirmation": body.get("confirmation"),
        "optinTypes": {
            "email": "single",
            "api": "single",
            "import": "single",
            "webform": "single",
            **body.get("optinTypes", {}),
        },
        "subscriptionNotifications": body.get(
            "subscriptionNotifications", {"status": "disabled", "recipients": []}
        ),
        "profile": body.get("profile"),
    }


class TagStore(ThingStore):
    """The tags of an account."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, "tag", "tagId")

    def add(self, name: str, *, tag_id: str | None = None) -> str:
        """Add a tag and return its id.

        Raises:
            InvalidInput: The name or the id is taken.
        """
        return self.seeded({"name": name, "createdAt": self.scope.now()}, thing_id=tag_id)

    def reference(self, tag: Mapping[str, Any]) -> dict[str, Any]:
        """Return a tag as contacts show it."""
        return {
            "tagId": tag["tagId"],
            "name": tag["name"],
            "href": f"{SITE}/tags/{tag['tagId']}",
            "color": "",
        }


class CustomFieldStore(ThingStore):
    """The custom fields of an account."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, "custom field", "customFieldId")

    def add(
        self,
        name: str,
        *,
        type: str = "string",  # noqa: A002 - the vendor's name
        format: str = "text",  # noqa: A002 - the vendor's name
        values: Iterable[str] = (),
        field_id: str | None = None,
        restricted: bool = False,
    ) -> str:
        """Add a custom field and return its id.

        Args:
            name: Its name.
            type: What its values are, such as "string", "number" or "date".
            format: How it is shown in forms, such as "text" or "single_select".
            values: What its values may be, where the format has a choice.
            field_id: Its id, if it matters.
            restricted: Whether it is protected, so that changes are answered with 1028.

        Raises:
            InvalidInput: The name or the id is taken.
        """
        body = {"name": name, "type": type, "format": format, "values": list(values)}
        return self.seeded({**body, "hidden": "false", "restricted": restricted}, thing_id=field_id)
