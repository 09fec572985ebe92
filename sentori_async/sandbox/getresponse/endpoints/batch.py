"""Many contacts at once; from the page on adding batches, read 2026-11."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sentori_async.sandbox.getresponse.checks import Checks, json_object
from sentori_async.sandbox.getresponse.endpoints.contacts import (
    ACCEPTED,
    address,
    existing_campaign,
    reader_of,
    refuse_beyond_plan,
)
from sentori_async.sandbox.getresponse.refusal import Refusal, taken
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.values import ContactReader, ContactValues
from sentori_async.sandbox.platform import Incoming, Reply

Rows = list[tuple[str, ContactValues]]


def batch(account: GetResponseState, request: Incoming) -> Reply:
    """Put contacts of one campaign into the queue; what becomes of each is never told."""
    body = json_object(account.options, request.body)
    checks = Checks(account.options)
    campaign = checks.text(body, "campaignId", required=True)
    most = account.options.max_batch_rows
    contacts = checks.array(body, "contacts", dict, low=1, high=most, required=True)
    checks.finish()
    assert campaign is not None  # noqa: S101 - for the type checker; `finish` has refused the rest
    existing_campaign(account, campaign, ("campaignId",))
    rows = _rows(account, contacts or [])
    if account.options.batch_duplicate == "refuse":
        _refuse_duplicates(account, campaign, rows)
    refuse_beyond_plan(account, len(rows))
    for email, values in rows:
        account.contacts.accept(
            email, campaign, values, origin="api", delay_s=account.options.visible_after_s
        )
    return ACCEPTED


def _rows(account: GetResponseState, contacts: list[dict[str, Any]]) -> Rows:
    """Return the rows that are valid, as the options say."""
    if account.options.batch_bad_row == "skip":
        return list(_valid(account, contacts))
    reader = reader_of(account, Checks(account.options))
    rows = [_row(reader, item, number) for number, item in enumerate(contacts)]
    reader.finish()
    return [(email, values) for email, values in rows if email is not None]


def _valid(
    account: GetResponseState, contacts: list[dict[str, Any]]
) -> Iterator[tuple[str, ContactValues]]:
    for number, item in enumerate(contacts):
        reader = reader_of(account, Checks(account.options))
        email, values = _row(reader, item, number)
        try:
            reader.finish()
        except Refusal:
            continue
        if email is not None:
            yield email, values


def _row(
    reader: ContactReader, item: dict[str, Any], number: int
) -> tuple[str | None, ContactValues]:
    at = ("contacts", str(number))
    email = address(reader.checks, item, at=at, required=True)
    return email, reader.read(item, at=at, ids=True)


def _refuse_duplicates(account: GetResponseState, campaign: str, rows: Rows) -> None:
    for email, _ in rows:
        if account.contacts.find(email, campaign) is not None:
            raise taken(email)
