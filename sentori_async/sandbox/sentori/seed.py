"""The accounts that the demonstration and the command line start with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from sentori_async.sandbox.sentori.stores.audiences import FieldIs
from sentori_async.sandbox.sentori.stores.emails import DocumentKind, Kpi, ReportKind, Stage

if TYPE_CHECKING:
    from sentori_async.sandbox.sentori.state import SentoriState
    from sentori_async.sandbox.server import Sandbox

_COLOURS: Final = ("Blue", "Green", "Red", "Yellow")
_TIERS: Final = ("Bronze", "Silver", "Gold")
_SENT: Final = dt.datetime(2026, 3, 2, 9, 30)  # noqa: DTZ001 - Sentori's times have no zone


def seed_demo(sandbox: Sandbox) -> None:
    """Give a started sandbox something of everything; a second time changes nothing.

    400 contacts (``existing0001@example.com`` and on), one of them marked bad; 25 suppressed
    addresses without a contact (``optout01@example.com`` and on); two mailing lists, two custom
    fields, an audience, emails in every stage with a report, an SMS and an autoresponder. And what
    the other clients use and cannot make: Sent's template "welcome", Spotzee's subscription type 1.
    """
    account = sandbox.sentori
    if account.mailing_lists.get("LISTID01") is not None:
        return
    _add_people(account)
    _add_documents(account)
    _add_report(account)
    account.automations.add("AUTORSP1", "Welcome")
    sandbox.sent.templates.add("welcome", variables=("name",), text="Hello {{0:variable}}")
    sandbox.spotzee.subscriptions.add("Newsletter")


def _add_people(account: SentoriState) -> None:
    account.fields.add("FavouriteColour")
    account.fields.add("LoyaltyTier")
    account.contacts.add_many(
        {
            "EmailAddress": f"existing{number:04}@example.com",
            "FirstName": "Existing",
            "LastName": f"Contact {number}",
            "FavouriteColour": _COLOURS[number % len(_COLOURS)],
            "LoyaltyTier": _TIERS[number % len(_TIERS)],
            "IsBadEmailAddress": number == 400,
        }
        for number in range(1, 401)
    )
    account.suppression.add(*(f"optout{number:02}@example.com" for number in range(1, 26)))
    account.mailing_lists.add("LISTID01", "Newsletter", "What happened this month")
    account.mailing_lists.add("LISTID02", "Product news", "What is new in the shop")
    readers = (f"existing{number:04}@example.com" for number in range(1, 101))
    account.mailing_lists.subscribe("LISTID01", *readers)
    account.audiences.add("AUDGOLD1", "Gold tier", FieldIs("LoyaltyTier", "Gold"))


def _add_documents(account: SentoriState) -> None:
    emails = account.emails
    emails.add("TMPLNEWS", "Newsletter template", Stage.TEMPLATE, created=_SENT)
    emails.add("TMPLSHOP", "Shop template", Stage.TEMPLATE, created=_SENT)
    emails.add("DRAFT001", "April newsletter", Stage.DRAFT, created=_SENT)
    emails.add("SENT0001", "March newsletter", Stage.SENT, created=_SENT)
    emails.add("SMS00001", "Opening hours", Stage.DRAFT, kind=DocumentKind.SMS, created=_SENT)


def _add_report(account: SentoriState) -> None:
    reports = account.reports
    reports.set_kpi(
        "SENT0001",
        Kpi(
            sent=100,
            bounced=3,
            opens=41,
            unique_clickers=2,
            total_clicks=5,
            social_shares=1,
            tweets=1,
            unsubscribes=1,
            abuse_complaints=1,
        ),
    )
    entries = (
        (ReportKind.BOUNCE, (1, 2, 3)),
        (ReportKind.CLICK, (4, 5)),
        (ReportKind.ABUSE, (6,)),
    )
    for kind, numbers in entries:
        for number in numbers:
            happened = _SENT + dt.timedelta(minutes=number)
            reports.add(kind, "SENT0001", f"existing{number:04}@example.com", happened)
