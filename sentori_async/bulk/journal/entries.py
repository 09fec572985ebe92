"""What the journal holds of a row, as values and as JSON."""

from __future__ import annotations

import enum
import json
from typing import Any, Final, TypeAlias

import attrs

from sentori_async import errors
from sentori_async.bulk.outcomes import BulkOutcome, Status
from sentori_async.errors import SentoriError
from sentori_async.wire.idempotency import IdempotencyKey

IntentEntry: TypeAlias = "tuple[int, str | None, str, list[Any] | None]"
"""What is put down of a row that is about to be sent: `number`, `contact`, `digest`, `intent`."""

OutcomeEntry: TypeAlias = "tuple[int, str | None, str, Status, int, str | None, list[Any] | None]"
"""What is put down of what became of a row: `number`, `contact`, `digest`, `outcome`, how many
`attempts` there were this time, `request_id`, `error`."""


class Fate(enum.Enum):
    """What is to be done about a row that the journal knows."""

    SETTLED = "settled"
    """Nothing: its outcome stands."""
    LOST = "lost"
    """It was sent and nobody knows what became of it: that is to be found out."""
    NEW = "new"
    """It was not carried out, and is to be sent."""


# Not frozen and built by position: on a resume one is made for every row.
@attrs.define(eq=False)
class Known:
    """A row of an earlier run."""

    number: int
    digest: str
    contact: str
    outcome: Status | None
    error_class: str | None
    error: str | None
    attempts: int
    chunk: int | None
    merged: bool
    merged_outcome: Status | None
    overtaken: bool
    key_text: str | None
    key_digest: str | None
    key_first_used_at: float | None

    def fate(self, *, retry_failed: bool) -> Fate:
        """Return what is to be done about it."""
        if self.overtaken:
            return Fate.SETTLED
        # The values of a row that was merged into another went with that one.
        outcome = self.merged_outcome if self.merged else self.outcome
        return _fate(outcome, retry_failed=retry_failed)

    def told(self) -> BulkOutcome:
        """Return the outcome as it was recorded; what the platform answered is not kept."""
        error = read_error(self.error_class, self.error)
        status = self.outcome or "unknown"
        return BulkOutcome(self.number, self.contact, status, None, error, self.attempts)

    @property
    def key(self) -> IdempotencyKey | None:
        """The idempotency key that it was sent with."""
        if self.key_text is None or self.key_digest is None or self.key_first_used_at is None:
            return None
        return IdempotencyKey(self.key_text, bytes.fromhex(self.key_digest), self.key_first_used_at)


def _fate(outcome: Status | None, *, retry_failed: bool) -> Fate:
    match outcome:
        case None | "unknown":
            return Fate.LOST
        case "skipped":
            return Fate.NEW
        case "failed" if retry_failed:
            return Fate.NEW
        case _:
            return Fate.SETTLED


# Not frozen and built by position: one is made for every row.
@attrs.define(eq=False)
class Recalled:
    """What the journal says of a row that was just read."""

    digest: str
    fate: Fate
    known: Known | None = None


def intent_entry(
    number: int,
    contact: str,
    keys: tuple[str, ...],
    digest: str,
    *,
    key: IdempotencyKey | None = None,
    chunk: int | None = None,
    merged_into: int | None = None,
) -> IntentEntry:
    """Return the values that are put down.

    Args:
        number: The row's place in the input.
        contact: The contact's identity, as outcomes show it.
        keys: The normalised identities it touches.
        digest: What it said.
        key: The idempotency key it is sent with.
        chunk: The request it goes with, where many rows share one.
        merged_into: The later row of its contact that carries its values, if one does.
    """
    if key is None and chunk is None and merged_into is None and keys == (contact,):
        return number, _text(contact), digest, None
    rare = [
        _text(keys[0]) if keys and keys[0] != contact else None,
        _text(keys[1]) if len(keys) > 1 else None,
        chunk,
        merged_into,
        None if key is None else key.text,
        None if key is None else key.digest.hex(),
        None if key is None else key.first_used_at,
    ]
    return number, _text(contact), digest, rare


def outcome_entry(outcome: BulkOutcome, digest: str) -> OutcomeEntry:
    """Return the values that are put down."""
    error = outcome.error
    trouble = None
    if error is not None:
        code = getattr(error, "code", None)
        code = code if isinstance(code, int) else _text(code)
        trouble = [type(error).__name__, code, _written(error)]
    said = outcome.result if error is None else error
    request_id = getattr(said, "request_id", None)
    return (
        outcome.index,
        _text(outcome.contact),
        digest,
        outcome.status,
        outcome.attempts,
        None if request_id is None else _text(request_id),
        trouble,
    )


def _text(value: Any) -> str | None:
    """Return a text that a file can hold: what a user gave as an address may be anything."""
    if value is None or (type(value) is str and value.isascii() and "\0" not in value):
        return value
    # A NUL ends what SQLite 3.40 finds in JSON: two contacts might be taken for one.
    return str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


_OWN: Final = {
    name: cls
    for name, cls in vars(errors).items()
    if isinstance(cls, type) and issubclass(cls, SentoriError)
}


def _written(error: SentoriError) -> str:
    return json.dumps(error.__dict__, default=str, skipkeys=True)


def read_error(name: str | None, written: str | None) -> SentoriError | None:
    """Return an error as it was recorded."""
    if name is None:
        return None
    state: dict[str, Any] = json.loads(written) if written else {}
    cls = _OWN.get(name, SentoriError)
    error = cls.__new__(cls)
    Exception.__init__(error, state.get("message", name))
    error.__dict__.update({"message": name, **state})
    return error
