"""The account itself; from the API description of 2025-10-31."""

from __future__ import annotations

from sentori_async.sandbox.getresponse import queries
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import SITE
from sentori_async.sandbox.platform import Incoming, Reply, json_reply


def get(account: GetResponseState, request: Incoming) -> Reply:
    """Return the account, which is the cheapest way to try a credential."""
    query = queries.read(account.options, request.query)
    shown = {
        "accountId": account.account_id,
        "email": "owner@example.com",
        "countryCode": {"countryCodeId": "175", "countryCode": "PL"},
        "industryTag": {"industryTagId": "1"},
        "timeZone": {"name": "UTC", "offset": "+00:00"},
        "href": f"{SITE}/accounts",
        "firstName": "Sandbox",
        "lastName": "Owner",
        "companyName": "Example",
        "phone": "+15550100000",
        "state": "",
        "city": "Exampletown",
        "street": "Example Street 1",
        "zipCode": "00000",
        "numberOfEmployees": "50",
        "timeFormat": "24h",
    }
    return json_reply(query.project(shown, "accountId"))
