"""What the engine needs from a platform: how to turn rows into calls.

The engine knows nothing of any vendor; a platform hands it one of these.
"""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import attrs

from sentori_async.bulk.outcomes import Status
from sentori_async.errors import (
    ApiError,
    InvalidInput,
    SentoriError,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.wire.message import Call, Meter
from sentori_async.wire.settle import Flow

Verb = Literal["add", "update", "add_or_update", "delete", "subscribe", "unsubscribe"]
Via = Literal["single", "auto", "import", "batch"]
Evidence = Literal["rows", "counts"]
"""What it takes to say which rows an import left out: to look them up, or that counters agree."""

Send = Callable[[Call[Any], Meter], Awaitable[Any]]
"""Send a call for a bulk job, counting its cost."""


# Not frozen and built by position: one is made for every row.
@attrs.define
class PlannedRow:
    """One row, ready to be sent.

    Attributes:
        contact: The contact's identity, as outcomes show it.
        keys: What no other row in flight may share: the normalised identities it touches.
        call: What to send, which may take several steps.
    """

    contact: str
    keys: tuple[str, ...]
    call: Call[Any]


@attrs.define
class ChunkRow:
    """One row, ready to be sent with others.

    Attributes:
        contact: The contact's identity, as outcomes show it.
        keys: What no other row in flight may share: the normalised identities it touches.
        payload: What the plan needs to send it.
        size: How many bytes it adds to a chunk.
        group: What all rows of a chunk share, such as the list that one request is about.
    """

    contact: str
    keys: tuple[str, ...]
    payload: Any
    size: int
    group: str = ""


class Plan(abc.ABC):
    """What the engine asks of any plan."""

    @abc.abstractmethod
    def identity(self, row: object) -> str:
        """Return the identity a refused row seems to have, or ""; never raise."""

    def is_about_all(self, error: ApiError) -> bool:  # noqa: ARG002 - for plans that share something
        """Tell whether a refusal is about what all rows share, such as the list: the job stops."""
        return False


class RowPlan(Plan):
    """Plan one request per row."""

    @abc.abstractmethod
    def plan(self, row: object) -> PlannedRow:
        """Return the row's request.

        Raises:
            InvalidInput: The row cannot be sent as it is.
        """

    @abc.abstractmethod
    def status(self, result: Any) -> Status:
        """Return what an answer means; `result` is None where it was unreadable."""


@attrs.define
class RowVerdict:
    """What a chunk's answer means for one of its rows."""

    status: Status
    error: SentoriError | None = None


class ChunkPlan(Plan):
    """Plan one request for many rows.

    Attributes:
        max_rows: How many rows a chunk holds at most.
        max_bytes: How many bytes a chunk's rows hold at most.
        workers: How many chunks may be in flight at once.
    """

    max_rows: int
    max_bytes: int
    workers: int

    @property
    def expected(self) -> Status:
        """What becomes of a row that nothing is wrong with."""
        return "accepted"

    def with_evidence(self, evidence: Evidence) -> Self:
        """Return the plan that asks for this evidence before it says what became of a row.

        Raises:
            UnsupportedOperation: Its answers leave nothing open.
        """
        msg = f"evidence={evidence!r} is for imports that only count the rows they leave out"
        raise UnsupportedOperation(msg)

    @abc.abstractmethod
    def plan(self, row: object) -> ChunkRow:
        """Return the row's part of a request.

        Raises:
            InvalidInput: The row cannot be sent as it is.
        """

    @abc.abstractmethod
    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:
        """Return one row that does what two rows of the same contact do one after the other."""

    @abc.abstractmethod
    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        """Return the call that sends the rows, which are of different contacts."""

    @abc.abstractmethod
    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        """Return one verdict per row, in the same order, after the look-ups that takes."""

    def is_about_rows(self, error: ApiError) -> bool:
        """Tell whether a refusal is about what some rows hold: the others are sent without them."""
        return isinstance(error, ValidationFailed)

    def note(self, result: Any) -> str | None:  # noqa: ARG002 - for plans that have something
        """Return what the report is to say of a chunk's answer besides its rows; None: nothing."""
        return None


class SyncRules(abc.ABC):
    """What a sync asks of a platform.

    A contact's key is the text that all ways to name it share, so that two rows with the same key
    are about the same contact.

    Attributes:
        identity: The field of a row that names its contact.
    """

    identity: ClassVar[str]

    @abc.abstractmethod
    def key_of(self, row: object) -> str | None:
        """Return the key of a row's contact; None where it names none. Called for every row.

        Raises:
            InvalidInput: The row is none, or cannot be used.
        """

    def row_of(self, key: str) -> object:
        """Return a row that names the contact of a key and says nothing else."""
        return key

    def renamed(self, key: str, row: object) -> object:  # noqa: ARG002 - for those that can
        """Return a row that gives the contact of a key what another row holds, its name included.

        Raises:
            InvalidInput: The platform cannot rename contacts.
        """
        raise InvalidInput(
            f"the row has another {self.identity} than last time, and contacts cannot be renamed "
            "here: give it another key"
        )

    @abc.abstractmethod
    def find(self, row: object) -> Flow[Any]:
        """Look the contact of a row up; return None where there is none."""

    @abc.abstractmethod
    def as_sent(self, found: Any, row: object) -> bool:
        """Tell whether a contact that was found has the values of a row."""

    @abc.abstractmethod
    def unsubscribe_all(self) -> RowPlan:
        """Return the plan that unsubscribes contacts from everything.

        Raises:
            UnsupportedOperation: The platform has none for many contacts.
        """


class Planner(abc.ABC):
    """What a platform offers to bulk jobs."""

    @abc.abstractmethod
    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan | ChunkPlan:
        """Return the plan for a verb, on a list where the verb needs one.

        Raises:
            UnsupportedOperation: The platform cannot do this, or not this way.
            InvalidInput: The list's identity cannot be sent as it is.
        """

    def sync_rules(self) -> SyncRules:
        """Return what a sync asks of the platform.

        Raises:
            UnsupportedOperation: It cannot be synced.
        """
        raise UnsupportedOperation("this platform cannot be synced")
