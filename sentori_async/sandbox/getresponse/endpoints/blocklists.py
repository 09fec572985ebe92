"""Blocklists of the account and of campaigns; from the API description of 2025-10-31."""

from __future__ import annotations

from typing import Final

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.checks import Checks, json_object
from sentori_async.sandbox.getresponse.endpoints import campaigns
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.platform import Incoming, Reply, json_reply

_FLAGS: Final = frozenset({"add", "delete", "noResponse"})


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return the account's blocklist."""
    return _get(account, request, "")


def update(account: GetResponseState, request: Incoming) -> Reply:
    """Replace the account's blocklist, or add to it or delete from it."""
    return _update(account, request, "")


def get_of_campaign(account: GetResponseState, request: Incoming) -> Reply:
    """Return a campaign's blocklist."""
    return _get(account, request, campaigns.existing(account, request)["campaignId"])


def update_of_campaign(account: GetResponseState, request: Incoming) -> Reply:
    """Replace a campaign's blocklist, or add to it or delete from it."""
    return _update(account, request, campaigns.existing(account, request)["campaignId"])


def masks_of(checks: Checks, body: dict[str, object], *, required: bool) -> list[str]:
    """Return the masks of a body: addresses, or domains with their @."""
    masks = checks.array(body, "masks", str, required=required) or []
    for number, mask in enumerate(masks):
        if not checks.options.is_address(f"any{mask}" if mask.startswith("@") else mask):
            text = "Expected an address or a domain"
            checks.add(1003, ("masks", str(number)), mask, text)
    return masks


def _get(account: GetResponseState, request: Incoming, campaign: str) -> Reply:
    query = queries.read(account.options, request.query, filters=("mask",))
    part = query.filters.get("mask", "").lower()
    masks = [mask for mask in account.blocklist.all(campaign) if part in mask.lower()]
    return json_reply({"masks": masks})


def _update(account: GetResponseState, request: Incoming, campaign: str) -> Reply:
    flags = queries.read(account.options, request.query).flags
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    for flag in sorted(flags - _FLAGS):
        checks.add(1003, ("additionalFlags",), flag, "Value outside of the dictionary")
    if {"add", "delete"} <= flags:
        checks.add(1003, ("additionalFlags",), "add,delete", "Only one of them is possible")
    masks = masks_of(checks, body, required=True)
    checks.finish()
    if "add" in flags:
        account.blocklist.add(*masks, campaign=campaign)
    elif "delete" in flags:
        account.blocklist.remove(*masks, campaign=campaign)
    else:
        account.blocklist.replace(masks, campaign)
    if account.options.blocking_removes:
        account.contacts.remove_blocked()
    if "noResponse" in flags:
        return Reply(200)
    return json_reply({"masks": account.blocklist.all(campaign)})
