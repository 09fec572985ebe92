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
from sentori_async.sandbox.record import RequestLog, RequestRecord
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

__all__ = [
    "API_KEY",
    "GONE_KEY",
    "ROLE_BASED",
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
    "InUploadGroup",
    "KeyState",
    "Kpi",
    "ReportKind",
    "RequestLog",
    "RequestRecord",
    "Rule",
    "Sandbox",
    "SentoriOptions",
    "SentoriState",
    "Stage",
    "seed_demo",
]
