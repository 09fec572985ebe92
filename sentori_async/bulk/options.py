"""How a bulk job is to be run, as its caller wants it."""

from __future__ import annotations

import os
from typing import Final, Literal, TypeAlias

import attrs

from sentori_async.bulk.plan import Evidence, Via
from sentori_async.errors import ConfigurationError

JournalFile: TypeAlias = str | os.PathLike[str]
"""Where a journal is, or will be."""

StateFile: TypeAlias = str | os.PathLike[str]
"""Where the state of a sync is, or will be."""

Dedupe: TypeAlias = Literal["last"]
"""Which of several rows of one contact is sent."""

FLUSH_AFTER_S: Final = 5.0
"""How long rows wait for others to share their request, where nothing else is said."""


@attrs.frozen(kw_only=True)
class JobOptions:
    """The options of one job, as the bulk verbs take them.

    Attributes:
        via: How rows are sent.
        journal: The file that keeps what was sent, or None.
        retry_failed: Whether rows that failed in an earlier run are sent again.
        dedupe: Which of several rows of one contact is sent; None for all.
        dry_run: Whether everything is done but to send.
        evidence: What it takes to say which rows an import left out; None for the plan's own.
        flush_after_s: How long rows wait for others to share their request, in seconds.
    """

    via: Via = "single"
    journal: JournalFile | None = None
    retry_failed: bool = False
    dedupe: Dedupe | None = None
    dry_run: bool = False
    evidence: Evidence | None = None
    flush_after_s: float = FLUSH_AFTER_S

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises:
            ConfigurationError: A value is none of those there are, or two contradict each other.
        """
        if self.retry_failed and self.journal is None:
            raise ConfigurationError(
                "retry_failed needs the journal of the run in which the rows failed"
            )
        if self.journal is not None and not os.fspath(self.journal):
            raise ConfigurationError("the journal needs a file name, such as 'job.db'")
        if self.dedupe not in {None, "last"}:
            raise ConfigurationError(f"dedupe is 'last' or None, not {self.dedupe!r}")
        if not self.flush_after_s >= 0:
            raise ConfigurationError(
                f"flush_after_s must be zero or more, not {self.flush_after_s!r}"
            )


PLAIN: Final = JobOptions()
"""Nothing special."""
