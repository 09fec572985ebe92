"""How Sentori's verbs take many rows: one request each, or an import of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from sentori_async.bulk.outcomes import Status, always, upserted
from sentori_async.bulk.plan import (
    ChunkPlan,
    ChunkRow,
    Evidence,
    PlannedRow,
    Planner,
    RowPlan,
    RowVerdict,
    SyncRules,
    Verb,
    Via,
)
from sentori_async.bulk.reading import identity_and_fields, shown
from sentori_async.errors import (
    ApiError,
    InvalidInput,
    SentoriError,
    TransportError,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.platforms.sentori import addresses, calls, inputs, operations, settle
from sentori_async.platforms.sentori.catalogue import NO_LIST
from sentori_async.platforms.sentori.models import Contact, ContactPatch, ImportResult
from sentori_async.platforms.sentori.settle import RepeatedImport, VerifiedImport
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.message import Call
from sentori_async.wire.paths import segment
from sentori_async.wire.settle import Flow

_ADDRESS: Final = "EmailAddress"


def read_row(row: object) -> tuple[object, Any]:
    """Return a row's identity and its fields."""
    # A plain dict first, as nearly always.
    if type(row) is dict:
        return row.get(_ADDRESS), row
    if isinstance(row, Contact | ContactPatch):
        return row.email_address, row
    return identity_and_fields(row, _ADDRESS)


def _identified(row: object) -> tuple[str, Any]:
    """Return a row's address and its fields.

    Raises:
        InvalidInput: The row has no address, or is no row at all.
    """
    identity, fields = read_row(row)
    if identity is None or identity is UNSET or identity == "":
        msg = f"the row has no {_ADDRESS}: every contact needs one"
        raise InvalidInput(msg)
    return inputs.address(identity), fields


def _keys(address: str, fields: Any) -> tuple[str, ...]:
    """Return the contacts that a row touches: a rename touches two."""
    key = inputs.contact_key(address)
    other: object = None
    if type(fields) is dict or isinstance(fields, Mapping):
        other = fields.get(_ADDRESS)
    elif isinstance(fields, Contact | ContactPatch):
        other = fields.email_address
    if other == address or not isinstance(other, str):
        return (key,)
    other_key = inputs.contact_key(other)
    return (key,) if other_key == key else (key, other_key)


# --------------------------------------------------------------------------- one request each


@attrs.frozen
class _SinglePlan(RowPlan):
    """One request per row: `make` plans it, `says` turns its answer into a status."""

    make: Callable[[str, Any], Call[Any]]
    says: Callable[[Any], Status]
    takes_fields: bool = True

    def plan(self, row: object) -> PlannedRow:
        address, fields = _identified(row)
        if not self.takes_fields:
            return PlannedRow(address, (inputs.contact_key(address),), self.make(address, None))
        return PlannedRow(address, _keys(address, fields), self.make(address, fields))

    def identity(self, row: object) -> str:
        return shown(read_row, row).strip()

    def status(self, result: Any) -> Status:
        return self.says(result)


# ----------------------------------------------------------------------------- import of many

# Sentori documents no limits; the row count follows the vendor's advice for other platforms and
# keeps a lost answer cheap to look into.
_MAX_ROWS: Final = 1_000
_MAX_BYTES: Final = 4 * 1024 * 1024


@attrs.frozen
class _ImportPlan(ChunkPlan):
    """One import per chunk; what its counters say is laid against the rows.

    1. One import at a time: API v1 answers 409 while another is under way (api-import-contacts).
    2. The import names no rows, it counts them, and its words for roles are not published.
       With evidence "rows", rows are looked up, likely ones first, until as many are absent as were
       counted; what that does not explain is unknown.
       With "counts", nothing is looked up: what the counters leave open is unknown.
    3. An import whose answer was lost has no counters: then a row that it may have left out, going
       by its address, is unknown.
    """

    max_rows: int = _MAX_ROWS
    max_bytes: int = _MAX_BYTES
    workers: int = 1
    evidence: Evidence = "rows"

    def with_evidence(self, evidence: Evidence) -> _ImportPlan:
        if evidence not in {"rows", "counts"}:
            msg = f"evidence is 'rows' or 'counts', not {evidence!r}"
            raise InvalidInput(msg)
        return attrs.evolve(self, evidence=evidence)

    def plan(self, row: object) -> ChunkRow:
        address, fields = _identified(row)
        keys = _keys(address, fields)
        if len(keys) > 1:
            msg = "an import cannot rename contacts: use via='single' for rows that do"
            raise InvalidInput(msg)
        document = {**inputs.document(fields or {}), _ADDRESS: address}
        if Unset in map(type, document.values()):
            # Left out already here, where it would hide an earlier row's value in a merge.
            document = {name: value for name, value in document.items() if value is not UNSET}
        return self._chunk_row(address, keys, document)

    def _chunk_row(self, address: str, keys: tuple[str, ...], document: dict[str, Any]) -> ChunkRow:
        encoded = body.dumps(document)
        return ChunkRow(address, keys, (document, encoded), len(encoded) + 1)

    def identity(self, row: object) -> str:
        return shown(read_row, row).strip()

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:
        document = {**earlier.payload[0], **later.payload[0]}
        return self._chunk_row(later.contact, later.keys, document)

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        return calls.import_contacts([body.Encoded(row.payload[1]) for row in rows])

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        if isinstance(result, VerifiedImport):
            return [_verified(row.contact) for row in rows]
        counted: ImportResult = result
        if not _adds_up(counted, len(rows)):
            return [_unclear("the import's counters do not add up")] * len(rows)
        invalid, roles, duplicates = (
            _count(counted.excluded_invalid_email),
            _count(counted.excluded_role_based),
            _count(counted.excluded_duplicates),
        )
        if self.evidence == "counts":
            return _counted([row.contact for row in rows], invalid, roles, duplicates)
        found = yield from _looked_up(rows, invalid + roles + duplicates)
        return found

    def note(self, result: Any) -> str | None:
        if isinstance(result, VerifiedImport):
            return (
                f"the answer of an import of {result.total_rows} rows was lost, and what was "
                "looked up of them is there: they are in an upload group whose id is not known"
            )
        if isinstance(result, RepeatedImport):
            return (
                f"an import of {result.total_rows} rows was sent again because its answer was "
                f"lost: besides upload group {result.upload_group_external_id}, another may hold "
                "the same contacts"
            )
        return None


def _looked_up(rows: Sequence[ChunkRow], left_out: int) -> Flow[Sequence[RowVerdict]]:
    """Look rows up, likely ones first, until as many are absent as were left out.

    A row that is there with other values may have been left out or written otherwise: it is
    unknown, unless all that were left out are accounted for.
    """
    if not left_out:
        return [_ACCEPTED] * len(rows)
    verdicts = dict.fromkeys(range(len(rows)), _unclear(f"the import left out {left_out} rows"))
    absent = 0
    for n in sorted(verdicts, key=lambda n: addresses.suspicion(rows[n].contact), reverse=True):
        if absent == left_out:
            break
        try:
            contact = yield from settle.find(segment(rows[n].contact))
        except SentoriError:
            continue
        if contact is None:
            absent += 1
            verdicts[n] = _left_out(rows[n].contact)
        elif len(rows[n].payload[0]) == 1 or settle.as_sent(contact, rows[n].payload[0]):
            verdicts[n] = _ACCEPTED
    if absent == left_out:
        return [_ACCEPTED if v.status == "unknown" else v for v in verdicts.values()]
    return list(verdicts.values())


def _counted(
    contacts: Sequence[str], invalid: int, roles: int, duplicates: int
) -> Sequence[RowVerdict]:
    """Lay an import's counters against what its addresses look like, and look nothing up.

    Where as many addresses look invalid, or a role's, as were counted, those are the ones.
    Else all are in doubt that could be: by their looks and, where more were counted than look so,
    by words that we do not know; all of them where even that does not explain the number.
    """
    plausible = set(filter(addresses.is_plausible, contacts))
    looks_invalid = set(contacts) - plausible
    looks_role = set(filter(addresses.is_role, plausible))
    doubtful: set[str] = set()
    out: set[str] = set()
    for counted, look, could_be in (
        (invalid, looks_invalid, looks_invalid),
        (roles, looks_role, looks_role | set(filter(addresses.may_be_role, plausible))),
    ):
        if counted == len(look):
            out.update(look)
        elif counted < len(look):
            doubtful.update(look)
        else:
            doubtful.update(could_be if counted <= len(could_be) else contacts)
    if duplicates:
        # Each contact stands once in an import: what was counted as one is anybody's guess.
        doubtful.update(contacts)
    doubt = _unclear(f"the import left out {invalid + roles + duplicates} rows")
    return [
        doubt if address in doubtful else _left_out(address) if address in out else _ACCEPTED
        for address in contacts
    ]


def _verified(address: str) -> RowVerdict:
    """Return what an import without counters means for a row of this address."""
    if addresses.is_plausible(address) and not addresses.is_role(address):
        return _ACCEPTED
    return _unclear("the import's answer was lost, and it may have left the row out")


def _adds_up(counted: ImportResult, rows: int) -> bool:
    """Tell whether the seven counters are about the rows sent, as in all published samples."""
    counters = (
        counted.emailable_rows_created,
        counted.emailable_rows_updated,
        counted.suppressed_updated,
        counted.bad_email_updated,
        counted.excluded_duplicates,
        counted.excluded_invalid_email,
        counted.excluded_role_based,
    )
    return _count(counted.total_rows) == rows == sum(map(_count, counters))


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _left_out(address: str) -> RowVerdict:
    """Return what becomes of a row that was counted as left out and is not there."""
    if not addresses.is_plausible(address):
        why, remedy = "its address is not valid", "Correct the address."
    elif addresses.is_role(address):
        why = "its address is a role's, not a person's"
        remedy = "Use a person's address, or add it singly."
    else:
        why = "it was counted and is not there"
        remedy = "Correct the address, or add the contact singly."
    error = ValidationFailed(
        f"the import left the row out: {why}",
        platform=operations.PLATFORM,
        operation=operations.IMPORT_CONTACTS.name,
        status=200,
        remedy=remedy,
        doc_url=operations.IMPORT_CONTACTS.doc_url,
    )
    return RowVerdict("failed", error)


def _unclear(what: str) -> RowVerdict:
    msg = f"{what}: look the contact up, or send it with via='single'"
    error = TransportError(msg, operation=operations.IMPORT_CONTACTS.name, applied=None)
    return RowVerdict("unknown", error)


_ACCEPTED: Final = RowVerdict("accepted")


# ----------------------------------------------------------------------------------- planner


class SentoriPlanner(Planner):
    """What Sentori offers to bulk jobs."""

    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan | ChunkPlan:
        """Return the plan for a verb, on a mailing list where the verb needs one.

        Raises:
            UnsupportedOperation: Sentori cannot do this verb this way.
            InvalidInput: The verb needs a list and has none, or the other way round.
        """
        if verb == "add_or_update" and via in {"import", "auto"}:
            return _ImportPlan()
        if via not in {"single", "auto"}:
            msg = f"Sentori has no {via} for {verb}: leave via out"
            raise UnsupportedOperation(msg)
        if verb in {"subscribe", "unsubscribe"}:
            return _list_plan(verb, target)
        if target is not None:
            msg = f"{verb} takes no list"
            raise InvalidInput(msg)
        try:
            return _PLANS[verb]
        except KeyError:
            msg = f"Sentori has no bulk verb {verb!r}: it has {', '.join(sorted(_VERBS))}"
            raise UnsupportedOperation(msg) from None

    def sync_rules(self) -> SyncRules:
        """Return what a sync asks of Sentori."""
        from sentori_async.platforms.sentori.sync import SentoriSync

        return SentoriSync(_UNSUBSCRIBE_ALL)


@attrs.frozen
class _ListPlan(_SinglePlan):
    """One request per row, all about the same list."""

    def is_about_all(self, error: ApiError) -> bool:
        return error.code == NO_LIST


def _list_plan(verb: Verb, list_id: str | None) -> RowPlan:
    if list_id is None:
        msg = f"{verb} needs a list: pass its ExternalID from mailing_lists.all()"
        raise InvalidInput(msg)
    inputs.id_segment(list_id)
    if verb == "subscribe":
        return _ListPlan(
            lambda address, _: calls.subscribe(address, list_id),
            always("subscribed"),
            takes_fields=False,
        )
    return _ListPlan(
        lambda address, _: calls.unsubscribe(address, list_id),
        always("unsubscribed"),
        takes_fields=False,
    )


_PLANS: Final[Mapping[str, RowPlan]] = {
    "add": _SinglePlan(calls.add_contact, always("added")),
    "update": _SinglePlan(calls.update_contact, always("updated")),
    "add_or_update": _SinglePlan(calls.add_or_update_contact, upserted),
    "delete": _SinglePlan(
        lambda address, _: calls.delete_contact(address), always("deleted"), takes_fields=False
    ),
}
_UNSUBSCRIBE_ALL: Final = _SinglePlan(
    lambda address, _: calls.unsubscribe_all(address), always("unsubscribed"), takes_fields=False
)
_VERBS: Final = {*_PLANS, "subscribe", "unsubscribe"}
