"""The contact that the stub server knows, and the rows that are sent to it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import orjson

API_KEY: Final = "00000000-0000-0000-0000-000000000000"
HEADERS: Final = {"ApiKey": API_KEY}

# The example answer of "Get a Contact": https://docs.sentoriapp.com/api-contacts, 2018-05-23.
CONTACT: Final[dict[str, Any]] = {
    "IsSuppressed": False,
    "IsBadEmailAddress": False,
    "SystemID": 16382,
    "CRMID": None,
    "Title": "Mr",
    "FirstName": "Joe",
    "LastName": "Example",
    "KnownAs": None,
    "EmailAddress": "joe@example.sentoriapp.com",
    "CompanyName": None,
    "PhoneNumber": None,
    "MobilePhoneNumber": None,
    "CreatedSourceValue": "Uploaded",
    "CreatedIPAddress": "127.0.0.1",
    "CreatedHttpReferrerUrl": None,
    "CreatedTimestamp": "2010-05-13T09:00:00",
    "ModifiedTimestamp": "2010-05-13T09:00:00",
    "IsConfirmed": True,
    "IsBadMobilePhoneNumber": False,
}
CONTACT_JSON: Final = orjson.dumps(CONTACT)
SYSTEM_ID: Final = CONTACT["SystemID"]


def address(n: int) -> str:
    """Return the address of row `n`."""
    return f"joe.{n}@example.com"


def fields(n: int) -> dict[str, Any]:
    """Return what is to be written of row `n`."""
    return {"CRMID": str(n), "FirstName": "Joe", "LastName": "Bloggs"}


def row(n: int) -> dict[str, Any]:
    """Return row `n` as bulk jobs take it: its address among its fields."""
    return {"EmailAddress": address(n), **fields(n)}


def path(n: int) -> str:
    """Return the path that adds row `n`, below the base URL."""
    return f"contact/add/{quote(address(n), safe='')}/"
