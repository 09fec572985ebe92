"""Import and attach: https://docs.sentoriapp.com/api-contacts (2018-05-23).

The seven counters of an answer add up to its `TotalRows`; inferred from both published samples.
"""

from __future__ import annotations

import collections
from collections.abc import Mapping
from typing import Any, Final

import attrs

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.sentori.endpoints.contacts import empty_reply, readable
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.rules import (
    ADDRESS_FIELD,
    address_key,
    json_object,
    local_part,
    optional_text,
    without,
)
from sentori_async.sandbox.sentori.state import SentoriState
from sentori_async.sandbox.sentori.stores.contacts import ContactRow
from sentori_async.sandbox.sentori.stores.emails import DocumentKind, Stage

_SOURCE: Final = "Uploaded"  # the documented sample's value; that imports give it is inferred
_COUNTERS: Final = (
    "EmailableRowsCreated",
    "EmailableRowsUpdated",
    "SuppressedUpdated",
    "BadEmailUpdated",
    "ExcludedDuplicates",
    "ExcludedInvalidEmail",
    "ExcludedRoleBased",
)


def import_contacts(account: SentoriState, request: Incoming) -> Reply:
    """Create and update many contacts and make an upload group of them."""
    upload = _read(account, request.body)
    counts: collections.Counter[str] = collections.Counter()
    rows = _importable(account, upload.rows, counts)
    members = [_apply(account, address, values, counts) for address, values in rows]
    group = (
        account.upload_groups.create(upload.name, upload.description, members) if members else None
    )
    return json_reply(
        {
            "TotalRows": len(upload.rows),
            **{name: counts[name] for name in _COUNTERS},
            "UploadGroupExternalID": group,
        },
        account.options.import_status,
    )


def attach(account: SentoriState, request: Incoming) -> Reply:
    """Attach an upload group to a draft email; nothing is sent."""
    group_id, document_id = request.args
    if account.upload_groups.find(group_id) is None:
        raise Refusal(500)
    document = account.emails.get(document_id)
    if document is None:
        raise Refusal(300)
    if document.kind is not DocumentKind.EMAIL:
        raise Refusal(301)
    if document.stage is not Stage.DRAFT:
        raise Refusal(400)
    account.emails.attach(document_id, group_id)
    return empty_reply(account, account.options.attach_status)


@attrs.frozen
class _Upload:
    rows: list[dict[str, Any]]
    name: str
    description: str


def _read(account: SentoriState, raw: bytes) -> _Upload:
    """Return an import's parts, or refuse it as a whole."""
    body = json_object(raw)
    rows = body.get("Contacts")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal(-1)
    limit = account.options.import_max_rows
    if limit is not None and len(rows) > limit:
        raise Refusal(-1)
    rows = [readable(account, row) for row in rows]
    if not any(ADDRESS_FIELD in row for row in rows):
        raise Refusal(105)  # inferred: single rows without an address are counted as invalid
    return _Upload(rows, optional_text(body, "Name"), optional_text(body, "Description"))


def _importable(
    account: SentoriState, rows: list[dict[str, Any]], counts: collections.Counter[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Return address and values of the rows to import, and count those that are left out."""
    options = account.options
    chosen: dict[str, tuple[str, dict[str, Any]]] = {}
    for row in rows:
        values = _values(account, row)
        address = row.get(ADDRESS_FIELD)
        if not isinstance(address, str) or not options.is_address(address):
            counts["ExcludedInvalidEmail"] += 1
        elif local_part(address) in options.role_based:
            counts["ExcludedRoleBased"] += 1
        elif address_key(address) not in chosen:
            chosen[address_key(address)] = address, values
        else:
            counts["ExcludedDuplicates"] += 1
            if not options.import_first_duplicate_wins:
                chosen[address_key(address)] = address, values
    return list(chosen.values())


def _values(account: SentoriState, row: Mapping[str, Any]) -> dict[str, Any]:
    structure, options = account.fields.structure, account.options
    take = structure.usable if options.import_ignores_invalid_fields else structure.checked
    return take(without(row, (ADDRESS_FIELD,)), empty_text_clears=options.empty_text_clears)


def _apply(
    account: SentoriState,
    address: str,
    values: dict[str, Any],
    counts: collections.Counter[str],
) -> int:
    """Create or update one contact, count it, and return its SystemID."""
    row = account.contacts.find(address)
    if row is None:
        row = account.contacts.create(address, values, source=_SOURCE)
        counts[_counter(row, "EmailableRowsCreated")] += 1
        return row.system_id
    counts[_counter(row, "EmailableRowsUpdated")] += 1
    return account.contacts.change(row, values).system_id


def _counter(row: ContactRow, emailable: str) -> str:
    """Return the counter of a contact by its state: before an update, after a creation."""
    if row.suppressed:
        return "SuppressedUpdated"  # inferred for an address that had no contact
    if row.bad:
        return "BadEmailUpdated"  # inferred for a new contact that the row itself marks as bad
    return emailable
