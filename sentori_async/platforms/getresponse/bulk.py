"""How GetResponse's verbs take many rows: one at a time, in batches, or as imports.

1. A row is an address in a campaign: the one it names, else the client's default.
2. Two rows of one address are never in flight together, whatever their campaigns.
3. What GetResponse queues is `accepted`: it never says what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from sentori_async.bulk.outcomes import Status, always
from sentori_async.bulk.plan import (
    ChunkPlan,
    ChunkRow,
    PlannedRow,
    Planner,
    RowPlan,
    RowVerdict,
    SyncRules,
    Verb,
    Via,
)
from sentori_async.errors import (
    AlreadyExists,
    ApiError,
    ContactSuppressed,
    InvalidInput,
    NotFound,
    SentoriError,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.platforms.getresponse import calls, flows, inputs, rows, settle, thing_calls
from sentori_async.platforms.getresponse.rows import Row
from sentori_async.platforms.getresponse.settle import BatchInDoubt, RepeatedImport
from sentori_async.wire import body
from sentori_async.wire.message import Call, Steps
from sentori_async.wire.results import Accepted
from sentori_async.wire.settle import Flow

_NO_RELATED_RESOURCE: Final = 1001  # apidocs.getresponse.com/v3/errors, 2026-11

# --------------------------------------------------------------------------- one row at a time


@attrs.frozen
class _SinglePlan(RowPlan):
    """One row at a time.

    Attributes:
        begin: The calls of a row, which may need a look-up first.
        says: What their result means.
    """

    begin: Callable[[Row], Flow[Any]]
    says: Callable[[Any], Status]

    def plan(self, row: object) -> PlannedRow:
        found = rows.read(row)
        # Made now, so that what cannot be sent is refused while rows are planned.
        return PlannedRow(found.contact, found.keys, Steps.of(lambda: self.begin(found)))

    def identity(self, row: object) -> str:
        return rows.shown(row)

    def status(self, result: Any) -> Status:
        return self.says(result)


@attrs.frozen
class _SubscribePlan(_SinglePlan):
    """One new contact per row, all in the same campaign."""

    def is_about_all(self, error: ApiError) -> bool:
        # The campaign is all that such a request points to.
        return error.code == _NO_RELATED_RESOURCE


def _upsert_status(result: Any) -> Status:
    if result is None or isinstance(result.contact, Accepted):
        return "accepted"
    return "updated"


@attrs.frozen
class _AddPlan(RowPlan):
    """One add per row, which takes a single request."""

    campaign: str | None

    def plan(self, row: object) -> PlannedRow:
        found = rows.read(row)
        default = found.campaign or self.campaign
        call = calls.add_contact(found.contact, found.fields, default)
        return PlannedRow(found.contact, found.keys, call)

    def identity(self, row: object) -> str:
        return rows.shown(row)

    def status(self, result: Any) -> Status:  # noqa: ARG002 - as all plans
        return "accepted"


# ------------------------------------------------------------------------------------ batches

_MAX_BATCH_BYTES: Final = 4 * 1024 * 1024
_OF_ROWS: Final = (ValidationFailed, AlreadyExists, ContactSuppressed, NotFound)
"""What one row can do to a batch: whether it fails whole is not documented, so both are met."""


@attrs.frozen
class _BatchPlan(ChunkPlan):
    """Up to 1000 adds per request, all to one campaign.

    One at a time: there may be one batch per second and 80 in ten minutes (the page on batches,
    2026), and the answer says nothing of its rows.
    """

    campaign: str | None
    max_rows: int = calls.MOST_PER_BATCH
    max_bytes: int = _MAX_BATCH_BYTES
    workers: int = 1

    def plan(self, row: object) -> ChunkRow:
        found = rows.read(row)
        default = found.campaign or self.campaign
        campaign, document = calls.batch_row(found.contact, found.fields, default)
        encoded = body.dumps(document)
        return ChunkRow(found.contact, found.keys, encoded, len(encoded) + 1, campaign)

    def identity(self, row: object) -> str:
        return rows.shown(row)

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:  # noqa: ARG002 - as all plans
        # An add changes nothing of a contact that is there: what the earlier one says stands.
        return earlier

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        contacts = [body.Encoded(row.payload) for row in rows]
        return calls.add_batch(contacts, rows[0].group, in_bulk=True)

    def is_about_rows(self, error: ApiError) -> bool:
        return isinstance(error, _OF_ROWS)

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        if not isinstance(result, BatchInDoubt):
            return [_ACCEPTED] * len(rows)
        found = yield from _all_looked_up(rows, result.error)
        return found


def _all_looked_up(rows: Sequence[ChunkRow], error: SentoriError) -> Flow[list[RowVerdict]]:
    found = []
    for row in rows:
        verdict = yield from _looked_up(row, error)
        found.append(verdict)
    return found


def _looked_up(row: ChunkRow, error: SentoriError) -> Flow[RowVerdict]:
    """Look a row up; one that cannot be seen may be in the queue still."""
    try:
        contacts = yield from settle.find(row.contact, row.group)
    except SentoriError:
        contacts = []
    return _ACCEPTED if contacts else RowVerdict("unknown", error)


_ACCEPTED: Final = RowVerdict("accepted")

# ----------------------------------------------------------------------------- tracked imports

_MAX_IMPORT_ROWS: Final = 50_000
_MAX_IMPORT_BYTES: Final = 16 * 1024 * 1024
_RETRY_S: Final = 15.0
# No id and no name of a column has a control character.
_BREAK: Final = "\x1f"
_ADDRESS: Final = "email"
# Told apart by id or not importable: an import has names and single values (the page on imports).
_NOT_BY_ID: Final = frozenset({"tags", "customFieldValues", "dayOfCycle", "scoring", "note"})


@attrs.frozen
class _ImportPlan(ChunkPlan):
    """One tracked import per chunk, all to one campaign: the platform's only upsert of many.

    1. One at a time: another is refused while one of the campaign is under way; it is then sent
       again after a while.
    2. Rows hold what an import's columns do: the names of custom fields, not their ids. Rows with
       other columns than those before go with the next import.
    3. The answer counts nothing yet, and never names a row: all are accepted, and the report
       notes the import, whose numbers `imports.get` tells.
    """

    campaign: str | None
    max_rows: int = _MAX_IMPORT_ROWS
    max_bytes: int = _MAX_IMPORT_BYTES
    workers: int = 1
    retry_s: float = _RETRY_S

    def plan(self, row: object) -> ChunkRow:
        found = rows.read(row)
        contact = inputs.address(found.contact)
        if found.moves_to is not None:
            raise InvalidInput("an import cannot rename contacts: use update()")
        fields = dict(found.fields)
        named = fields.pop("campaign", {"campaignId": found.campaign})["campaignId"]
        campaign = inputs.the_campaign(named, self.campaign)
        wrong = sorted(_NOT_BY_ID & fields.keys())
        if wrong:
            raise InvalidInput(
                f"an import has no {', '.join(wrong)}: name custom fields and 'tag:' columns "
                "instead, or use via='single'"
            )
        cells = {n: "" if v is None else inputs.value_text(v) for n, v in fields.items()}
        if "ipAddress" in cells:
            cells["ip"] = cells.pop("ipAddress")
        return _import_row(contact, found.keys, {**cells, _ADDRESS: contact}, campaign)

    def identity(self, row: object) -> str:
        return rows.shown(row)

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:  # noqa: ARG002 - as all plans
        # Rows of one chunk have the same columns, so the later one says everything anew.
        return later

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        campaign, *columns = rows[0].group.split(_BREAK)
        cells = [[row.payload[name] for name in columns] for row in rows]
        return thing_calls.patient(
            thing_calls.create_import(campaign, columns, cells), self.retry_s
        )

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:  # noqa: ARG002 - as all plans
        yield from ()  # nothing to look up: the import has only begun
        return [_ACCEPTED] * len(rows)

    def is_about_rows(self, error: ApiError) -> bool:
        return isinstance(error, ValidationFailed)

    def note(self, result: Any) -> str | None:
        again = ", which may have been sent twice" if isinstance(result, RepeatedImport) else ""
        return f"import {result.import_id}{again}: imports.get() tells its numbers"


def _import_row(
    contact: str, keys: tuple[str, ...], cells: dict[str, str], campaign: str
) -> ChunkRow:
    # What an empty text does to a value that is there is not documented, so a row never gets
    # columns of other rows: those with other columns go with another import.
    size = sum(len(text.encode()) + 3 for text in cells.values()) + 2
    return ChunkRow(contact, keys, cells, size, _BREAK.join([campaign, *sorted(cells)]))


# ------------------------------------------------------------------------------------ planner


@attrs.frozen
class GetResponsePlanner(Planner):
    """What GetResponse offers to bulk jobs.

    Attributes:
        campaign: The campaign of rows that name none.
    """

    campaign: str | None = None

    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan | ChunkPlan:
        """Return the plan for a verb, on a campaign where the verb needs one.

        Raises:
            UnsupportedOperation: GetResponse cannot do this verb this way.
            InvalidInput: The verb needs a campaign and has none, or the other way round.
        """
        if verb in {"subscribe", "unsubscribe"}:
            return self._on_campaign(verb, target, via)
        if target is not None:
            raise InvalidInput(f"{verb} takes no campaign: name it in the rows")
        if verb == "add" and via in {"batch", "auto"}:
            return _BatchPlan(self.campaign)
        if verb == "add_or_update" and via in {"import", "auto"}:
            return _ImportPlan(self.campaign)
        _only_single(verb, via)
        return self._single(verb)

    def sync_rules(self) -> SyncRules:
        """Return what a sync asks of GetResponse."""
        from sentori_async.platforms.getresponse.sync import GetResponseSync

        plan = _SinglePlan(lambda row: flows.unsubscribe_all(row.contact), always("unsubscribed"))
        return GetResponseSync(plan, self.campaign)

    def _single(self, verb: Verb) -> RowPlan:
        default = self.campaign
        plans: Mapping[str, RowPlan] = {
            "add": _AddPlan(default),
            "update": _SinglePlan(
                lambda row: flows.update(row.contact, row.fields, row.campaign or default),
                always("updated"),
            ),
            "add_or_update": _SinglePlan(
                lambda row: flows.upsert(row.contact, row.fields, row.campaign or default),
                _upsert_status,
            ),
            "delete": _SinglePlan(
                lambda row: flows.delete(row.contact, row.campaign or default, {}),
                always("deleted"),
            ),
        }
        if verb not in plans:
            raise UnsupportedOperation(f"GetResponse has no bulk verb {verb!r}")
        return plans[verb]

    def _on_campaign(self, verb: Verb, target: str | None, via: Via) -> RowPlan:
        _only_single(verb, via)
        campaign = inputs.the_campaign(target, self.campaign)
        if verb == "subscribe":
            return _SubscribePlan(
                lambda row: flows.subscribe(row.contact, campaign), always("accepted")
            )
        return _SinglePlan(
            lambda row: flows.unsubscribe(row.contact, campaign), always("unsubscribed")
        )


def _only_single(verb: Verb, via: Via) -> None:
    if via not in {"single", "auto"}:
        raise UnsupportedOperation(f"GetResponse has no {via} for {verb}: leave via out")
