"""How Spotzee's verbs take many rows: one request each, or batches of a hundred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs

from sentori_async.bulk.outcomes import Status
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
from sentori_async.bulk.reading import identity_and_fields, shown
from sentori_async.errors import ApiError, InvalidInput, SentoriError, TransportError
from sentori_async.platforms.spotzee import answers, calls, inputs, operations
from sentori_async.platforms.spotzee.models import (
    SpotzeeItemError,
    SpotzeeUser,
    SpotzeeUserPatch,
    SpotzeeUserResult,
)
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscriptionResult,
    SpotzeeSubscriptionState,
)
from sentori_async.platforms.spotzee.settle import PartlySettled
from sentori_async.resources import unsupported
from sentori_async.unset import UNSET
from sentori_async.wire import body
from sentori_async.wire.message import Call, Operation
from sentori_async.wire.paths import query
from sentori_async.wire.settle import DEFINITE, Flow

_IDENTITY: Final = "external_id"
Result: TypeAlias = SpotzeeUserResult | SpotzeeSubscriptionResult


def read_row(row: object) -> tuple[object, Any]:
    """Return a row's identity and its fields."""
    if isinstance(row, SpotzeeUser | SpotzeeUserPatch):
        return row.external_id, row
    return identity_and_fields(row, _IDENTITY)


def _identified(row: object) -> tuple[str, Any]:
    """Return a row's external id and its fields.

    Raises:
        InvalidInput: The row has no external id, or is no row at all.
    """
    identity, fields = read_row(row)
    if identity is None or identity is UNSET or identity == "":
        raise InvalidInput(f"the row has no {_IDENTITY}: every contact needs one")
    return inputs.external_id(identity), fields


# --------------------------------------------------------------------------- one request each


@attrs.frozen
class _SinglePlan(RowPlan):
    """One request per row: `make` plans it, and all its answers mean the same."""

    make: Callable[[str, Any], Call[Any]]
    says: Status

    def plan(self, row: object) -> PlannedRow:
        external_id, fields = _identified(row)
        return PlannedRow(external_id, (external_id,), self.make(external_id, fields))

    def identity(self, row: object) -> str:
        return shown(read_row, row)

    def status(self, result: Any) -> Status:  # noqa: ARG002 - an upsert does not say which it was
        return self.says


# ------------------------------------------------------------------------------ batches of many

# A batch of a hundred users with generous data; the vendor names no bound (inferred).
_MAX_BYTES: Final = 2 * 1024 * 1024
# Inferred: larger URLs are cut off by many servers.
_MAX_QUERY: Final = 4_000
_WORKERS: Final = 8


@attrs.frozen
class _BatchPlan(ChunkPlan):
    """What batches have in common: a hundred rows, of which each may be refused by itself.

    A refusal of the whole that is about what was sent is looked into by halves: the vendor may
    check a batch before it carries any of it out.
    """

    max_rows: int = inputs.MOST_ITEMS
    max_bytes: int = _MAX_BYTES
    workers: int = _WORKERS

    def identity(self, row: object) -> str:
        return shown(read_row, row)

    def is_about_rows(self, error: ApiError) -> bool:
        return isinstance(error, DEFINITE) and not error.retryable


def _row(external_id: str, item: Mapping[str, Any]) -> ChunkRow:
    encoded = body.dumps(item)
    return ChunkRow(external_id, (external_id,), (item, encoded), len(encoded) + 1)


def _encoded(rows: Sequence[ChunkRow]) -> list[body.Encoded]:
    return [body.Encoded(row.payload[1]) for row in rows]


@attrs.frozen
class _UpsertPlan(_BatchPlan):
    """A hundred users per request: POST /users/batch, which is synchronous."""

    def plan(self, row: object) -> ChunkRow:
        external_id, fields = _identified(row)
        return _row(external_id, inputs.user_item(external_id, fields))

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:
        """Return one row for two; `data` is merged as well, as the vendor does (inferred)."""
        before, after = earlier.payload[0], later.payload[0]
        merged = {**before, **after}
        if isinstance(before.get("data"), Mapping) and isinstance(after.get("data"), Mapping):
            merged["data"] = {**before["data"], **after["data"]}
        return _row(later.contact, merged)

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        return calls.upsert_rows(_encoded(rows))

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        return _verdicts(rows, result, operations.ADD_OR_UPDATE_MANY, "upserted", _upsert_singly)


@attrs.frozen
class _StatePlan(_BatchPlan):
    """A hundred users' states of one subscription type: POST /subscriptions/batch."""

    subscription_id: int = attrs.field(kw_only=True)
    state: SpotzeeSubscriptionState = attrs.field(kw_only=True)

    def plan(self, row: object) -> ChunkRow:
        external_id, _ = _identified(row)
        item = {"subscription_id": self.subscription_id, "state": int(self.state)}
        return _row(external_id, {_IDENTITY: external_id, **item})

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:  # noqa: ARG002 - they are equal
        return later

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        return calls.change_rows(_encoded(rows))

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        done: Status = "subscribed" if self.state else "unsubscribed"
        return _verdicts(rows, result, operations.BATCH_SUBSCRIPTIONS, done, self._set_singly)

    def _set_singly(self, item: Mapping[str, Any]) -> Call[Any]:
        return calls.set_subscriptions(item[_IDENTITY], {self.subscription_id: self.state})


@attrs.frozen
class _DeletePlan(_BatchPlan):
    """A hundred users per request: DELETE /users, which only queues them."""

    max_bytes: int = _MAX_QUERY

    def plan(self, row: object) -> ChunkRow:
        external_id, _ = _identified(row)
        size = len(query({"user_id": external_id})) + 1
        return ChunkRow(external_id, (external_id,), None, size)

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:  # noqa: ARG002 - they are equal
        return later

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        return calls.delete_many([row.contact for row in rows])

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:  # noqa: ARG002 - one answer for all
        yield from ()
        return [RowVerdict("accepted")] * len(rows)


def _upsert_singly(item: Mapping[str, Any]) -> Call[Any]:
    return calls.add_or_update_contact(item[_IDENTITY], item)


def _verdicts(
    rows: Sequence[ChunkRow],
    result: Any,
    operation: Operation,
    done: Status,
    singly: Callable[[Mapping[str, Any]], Call[Any]],
) -> Flow[Sequence[RowVerdict]]:
    """Return what a batch's results mean for its rows; what may pass is sent once more, singly.

    Args:
        rows: The rows, in the order sent.
        result: What became of the batch.
        operation: The batch's operation.
        done: The status of a row that was carried out.
        singly: Plan one row as a request of its own, which the transport repeats with waits.
    """
    if isinstance(result, PartlySettled):
        lost = RowVerdict("unknown", result.error)
        return [RowVerdict(done) if found else lost for found in result.found]
    results = _by_index(result.results)
    verdicts = []
    for n, row in enumerate(rows):
        error = _error_of(results.get(n), operation)
        if error is not None and error.retryable:
            try:
                yield singly(row.payload[0])
                error = None
            except SentoriError as again:
                error = again
        verdicts.append(RowVerdict(done) if error is None else _judged(error, done))
    return verdicts


def _by_index(results: Iterable[Result]) -> dict[int, Result]:
    return {each.index: each for each in results if isinstance(each.index, int)}


def _error_of(found: Result | None, operation: Operation) -> SentoriError | None:
    """Return why a row was refused, or that nobody says; None where it was carried out."""
    if found is None:
        what = "the answer has no result for the row: look the contact up, or send it singly"
        error = TransportError(what, operation=operation.name, applied=None)
        error.retryable = False
        return error
    if isinstance(found.error, SpotzeeItemError):
        return answers.item_error(operation, found.error)
    return None


def _judged(error: SentoriError, done: Status) -> RowVerdict:
    statuses: dict[bool | None, Status] = {None: "unknown", True: done, False: "failed"}
    return RowVerdict(statuses[error.applied], error)


# ----------------------------------------------------------------------------------- planner

_STATES: Final = {
    "subscribe": SpotzeeSubscriptionState.SUBSCRIBED,
    "unsubscribe": SpotzeeSubscriptionState.UNSUBSCRIBED,
}
_SINGLE: Final[Mapping[str, RowPlan]] = {
    "add_or_update": _SinglePlan(calls.add_or_update_contact, "upserted"),
    "delete": _SinglePlan(lambda external_id, _: calls.delete_contact(external_id), "accepted"),
}
_BATCH: Final[Mapping[str, ChunkPlan]] = {
    "add_or_update": _UpsertPlan(),
    "delete": _DeletePlan(),
}


class SpotzeePlanner(Planner):
    """What Spotzee offers to bulk jobs."""

    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan | ChunkPlan:
        """Return the plan for a verb, on a subscription type where the verb needs one.

        Raises:
            UnsupportedOperation: Spotzee cannot do this verb, or not this way.
            InvalidInput: The verb needs a subscription and has none, or the other way round.
        """
        if verb not in _STATES and verb not in _SINGLE:
            raise unsupported("Spotzee", f"bulk.{verb}", "it has add_or_update only")
        if via not in {"single", "batch", "auto"}:
            raise unsupported("Spotzee", f"bulk.{verb} by {via}", "it has 'single' and 'batch'")
        if verb in _STATES:
            return _plan_of_states(verb, target, via)
        if target is not None:
            raise InvalidInput(f"{verb} takes no subscription")
        return _SINGLE[verb] if via == "single" else _BATCH[verb]

    def sync_rules(self) -> SyncRules:
        """Return what a sync asks of Spotzee."""
        from sentori_async.platforms.spotzee.sync import SpotzeeSync

        return SpotzeeSync()


def _plan_of_states(verb: Verb, target: str | None, via: Via) -> RowPlan | ChunkPlan:
    if target is None:
        raise InvalidInput(f"{verb} needs a subscription: pass the id from subscriptions.iterate()")
    number, state = inputs.number(target, "subscription"), _STATES[verb]
    if via != "single":
        return _StatePlan(subscription_id=number, state=state)
    if verb == "subscribe":
        return _SinglePlan(lambda who, _: calls.subscribe(who, number), "subscribed")
    return _SinglePlan(lambda who, _: calls.unsubscribe(who, number), "unsubscribed")
