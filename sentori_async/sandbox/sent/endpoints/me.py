"""Who the key belongs to, and what a number is."""

from __future__ import annotations

from typing import Any

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.sent.endpoints.contacts import valid_number
from sentori_async.sandbox.sent.envelope import Result
from sentori_async.sandbox.sent.numbers import Number
from sentori_async.sandbox.sent.state import SentState


def me(account: SentState, request: Incoming) -> Result:  # noqa: ARG001
    """Return the account, an organization with its profiles."""
    shown = account.account.show()
    shown["profiles"] = [_profile(profile) for profile in account.profiles()]
    if account.kind == "profile":
        organization = account.accounts.number(account.parent)
        shown.update(
            organization_id=organization.customer_id,
            short_name=shown["name"],
            status="approved",
            settings=_settings(),
        )
    return Result(shown)


def lookup(account: SentState, request: Incoming) -> Result:
    """Return what is known of a number; everything but its country is made up."""
    number = Number.of(valid_number(account, request.args[0], "phone_number"))
    return Result(
        {
            "phone_number": number.e164,
            "country_code": number.region_code,
            "is_valid": True,
            "line_type": "mobile",
            "carrier_name": "Sandbox Mobile",
            "mobile_country_code": None,
            "mobile_network_code": None,
            "is_ported": False,
            "is_voip": False,
        }
    )


def _profile(profile: SentState) -> dict[str, Any]:
    shown = profile.account.show()
    return {
        "id": shown["id"],
        "name": shown["name"],
        "short_name": shown["name"],
        "description": None,
        "icon": None,
        "role": "admin",
        "status": "approved",
        "created_at": shown["created_at"],
        "settings": _settings(),
    }


def _settings() -> dict[str, Any]:
    """Return a profile's settings; sharing and inheriting ended by the SDK's 0.46.0."""
    never = ("allow_contact_sharing", "allow_template_sharing", "inherit_contacts")
    return {
        **dict.fromkeys((*never, "inherit_templates"), False),
        "inherit_tcr_brand": True,
        "inherit_tcr_campaign": True,
        "billing_model": "organization",
    }
