"""Pages of contacts, filtered and sorted in the database: there may be many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sentori_async.sandbox.getresponse import queries, views
from sentori_async.sandbox.getresponse.queries import Query
from sentori_async.sandbox.getresponse.state import GetResponseState
from sentori_async.sandbox.getresponse.stores.contacts import ContactRow
from sentori_async.sandbox.platform import Reply

CONTACT_ORDERS: Final[Mapping[str, str]] = {
    "email": "email_key",
    "name": "lower(name)",
    "createdOn": "created",
    "changedOn": "changed",
    "campaignId": "campaign",
}
_DATES: Final = {"createdOn": "created", "changedOn": "changed"}
_EXACT: Final = {"campaignId": "campaign", "origin": "origin"}
_TEXTS: Final = {"email": "email_key", "name": "lower(name)"}


def contact_where(query: Query, *, exact: bool) -> tuple[str, list[str]]:
    """Return the condition of SQL that filters ask for, and its values.

    Args:
        query: What was asked for.
        exact: Whether address and name have to be equal, in any case; else contained.
    """
    where, values = " AND status = 'subscribed'", []
    for name, value in query.filters.items():
        plain, _, edge = name.partition(".")
        if edge:
            where += f" AND {_DATES[plain]} {'>=' if edge == 'from' else '<='} ?"
        elif plain in _EXACT:
            where += f" AND {_EXACT[plain]} = ?"
        elif exact:
            where += f" AND {_TEXTS[plain]} = lower(?)"
        else:
            where += f" AND instr({_TEXTS[plain]}, lower(?))"
        values.append(value.lower() if plain in _TEXTS else value)
    return where, values


def contact_page(
    account: GetResponseState, query: Query, where: str, values: Sequence[Any]
) -> Reply:
    """Return one page of the contacts that a condition picks."""
    total: int = account.scope.database.value(
        "SELECT count(*) FROM getresponse_contacts WHERE account = ?" + where,  # noqa: S608 - conditions of this file
        account.scope.account,
        *values,
    )
    orders = [f"{CONTACT_ORDERS[n]} {'DESC' if down else 'ASC'}" for n, down in query.sort]
    where += f" ORDER BY {', '.join([*orders, 'number'])} LIMIT ? OFFSET ?"
    offset = (query.page - 1) * query.per_page
    rows = account.contacts.rows(where, *values, query.per_page, offset)
    campaigns = {key: account.campaigns.reference(key) for key in {row.campaign for row in rows}}
    shown = [_shown(account, query, row, campaigns[row.campaign]) for row in rows]
    return queries.paged([query.project(item, "contactId") for item in shown], query, total)


def _shown(
    account: GetResponseState, query: Query, row: ContactRow, campaign: Mapping[str, Any]
) -> dict[str, Any]:
    item = views.summary(row, campaign)
    asked = "customFieldValues" in (*query.flags, *(query.fields or ()))
    if asked and account.options.lists_show_custom_fields:
        item["customFieldValues"] = views.customs(account.contacts, row)
    return item
