"""Emails and their reports: https://docs.sentoriapp.com/api-emails and /api-email-reports."""

from __future__ import annotations

import datetime as dt

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.rules import json_object, optional_text
from sentori_async.sandbox.sentori.state import SentoriState
from sentori_async.sandbox.sentori.stores.emails import DocumentKind, ReportKind, Stage


def create(account: SentoriState, request: Incoming) -> Reply:
    """Make a draft from a template or from another email."""
    body = json_object(request.body)
    source_id, name = optional_text(body, "ExternalID"), optional_text(body, "Name")
    description = optional_text(body, "Description")
    if not source_id or not name:
        raise Refusal(-1)
    _email(account, source_id)
    if account.emails.name_is_taken(name):
        raise Refusal(401)
    external_id = account.emails.create(name, description)
    return json_reply({"ExternalID": external_id}, account.options.create_status)


def drafts(account: SentoriState, request: Incoming) -> Reply:  # noqa: ARG001
    """Return all drafts."""
    return json_reply([document.shown() for document in account.emails.all(Stage.DRAFT)])


def templates(account: SentoriState, request: Incoming) -> Reply:  # noqa: ARG001
    """Return all templates."""
    return json_reply([document.shown() for document in account.emails.all(Stage.TEMPLATE)])


def kpi(account: SentoriState, request: Incoming) -> Reply:
    """Return the counters of an email, of all its sendings or of one."""
    email_id, iteration = _asked(account, request)
    return json_reply(account.reports.kpi(email_id, iteration).shown())


def abuse(account: SentoriState, request: Incoming) -> Reply:
    """Return who complained."""
    return _report(account, request, ReportKind.ABUSE)


def bounces(account: SentoriState, request: Incoming) -> Reply:
    """Return whose mail bounced."""
    return _report(account, request, ReportKind.BOUNCE)


def clicks(account: SentoriState, request: Incoming) -> Reply:
    """Return who clicked, with the time of the first click."""
    return _report(account, request, ReportKind.CLICK)


def _report(account: SentoriState, request: Incoming, kind: ReportKind) -> Reply:
    email_id, iteration = _asked(account, request)
    printed = _legacy_date if account.options.legacy_report_dates else _date
    return json_reply(
        [
            {"EmailAddress": address, "Timestamp": printed(happened)}
            for address, happened in account.reports.entries(kind, email_id, iteration)
        ]
    )


def _asked(account: SentoriState, request: Incoming) -> tuple[str, int | None]:
    """Return the email of a report and the sending asked for, or None for all of them."""
    email_id, *rest = request.args
    _email(account, email_id)
    if not rest:
        return email_id, None
    (iteration,) = rest
    # Inferred: sendings are numbered from 1, and one that never was has an empty report.
    if not (iteration.isascii() and iteration.isdigit() and len(iteration) <= 9):
        raise Refusal(-1)
    return email_id, int(iteration)


def _email(account: SentoriState, external_id: str) -> None:
    document = account.emails.get(external_id)
    if document is None:
        raise Refusal(300)
    if document.kind is not DocumentKind.EMAIL:
        raise Refusal(301)


def _date(moment: dt.datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _legacy_date(moment: dt.datetime) -> str:
    milliseconds = round(moment.replace(tzinfo=dt.UTC).timestamp() * 1000)
    return f"/Date({milliseconds})/"
