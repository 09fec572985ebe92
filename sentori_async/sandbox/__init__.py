"""A local server that plays the platforms, for tests, demonstrations and benchmarks.

Example::

    async with Sandbox() as sandbox:
        sandbox.sentori.contacts.add("joe@example.com", {"FirstName": "Joe"})
        client = AsyncSentori(api_key=API_KEY, base_url=sandbox.url("sentori"))

It knows the published rules and error codes, keeps its state in SQLite, and shares nothing with the
clients but the catalogues of error codes.
"""

from __future__ import annotations

from sentori_async.sandbox.faults import FaultRule, FaultScript
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.state import GETRESPONSE_KEY, GetResponseState
from sentori_async.sandbox.record import RequestLog, RequestRecord
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.state import SENT_KEY, SentState
from sentori_async.sandbox.sentori.options import ROLE_BASED, SentoriOptions
from sentori_async.sandbox.sentori.rules import FieldKind
from sentori_async.sandbox.sentori.seed import seed_demo
from sentori_async.sandbox.sentori.state import (
    API_KEY,
    GONE_KEY,
    UNOPENABLE_KEY,
    Accounts,
    KeyState,
    SentoriState,
)
from sentori_async.sandbox.sentori.stores.audiences import FieldIs, InUploadGroup, Rule
from sentori_async.sandbox.sentori.stores.automations import AutomationEntry
from sentori_async.sandbox.sentori.stores.emails import (
    Document,
    DocumentKind,
    Kpi,
    ReportKind,
    Stage,
)
from sentori_async.sandbox.sentori.stores.lists import Entry
from sentori_async.sandbox.server import Sandbox
from sentori_async.sandbox.spotzee.options import SpotzeeOptions
from sentori_async.sandbox.spotzee.state import SPOTZEE_KEY, SpotzeeState

__all__ = [
    "API_KEY",
    "GETRESPONSE_KEY",
    "GONE_KEY",
    "ROLE_BASED",
    "SENT_KEY",
    "SPOTZEE_KEY",
    "UNOPENABLE_KEY",
    "Accounts",
    "AutomationEntry",
    "Document",
    "DocumentKind",
    "Entry",
    "FaultRule",
    "FaultScript",
    "FieldIs",
    "FieldKind",
    "GetResponseOptions",
    "GetResponseState",
    "InUploadGroup",
    "KeyState",
    "Kpi",
    "ReportKind",
    "RequestLog",
    "RequestRecord",
    "Rule",
    "Sandbox",
    "SentOptions",
    "SentState",
    "SentoriOptions",
    "SentoriState",
    "SpotzeeOptions",
    "SpotzeeState",
    "Stage",
    "seed_demo",
]
