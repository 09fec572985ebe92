"""Everything a run has found, for people and for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import attrs

from benchmarks import parts
from benchmarks.contenders import BY_NAME, Contender
from benchmarks.machine import Cores
from benchmarks.parts import Result
from benchmarks.results import Standing, document, headroom, standings
from benchmarks.runner import Plan
from benchmarks.table import markdown, parts_markdown
from benchmarks.work import Sample

# Below this, what looks like a slow client may be a slow server.
_ENOUGH_HEADROOM: Final = 1.5


@attrs.frozen(kw_only=True)
class Report:
    """One run: what was measured, where, and what came of it.

    Attributes:
        plan: What was measured.
        machine: Where.
        versions: With which Python and libraries.
        standings: How each contender did.
        parts: What came of single parts.
        skipped: The contenders that could not be measured.
        series: What the charts show, where it was measured.
        quick: Whether it was only a smoke test.
        date: When the run was over.
    """

    plan: Plan
    machine: dict[str, Any]
    versions: dict[str, str]
    standings: Sequence[Standing]
    parts: Sequence[Result] = ()
    skipped: Sequence[Contender]
    series: dict[str, Any] | None = None
    quick: bool
    date: datetime = attrs.field(factory=lambda: datetime.now(UTC))

    def document(self) -> dict[str, Any]:
        """Return everything a later reader needs, as plain values."""
        return {
            "date": self.date.isoformat(timespec="seconds"),
            "machine": self.machine,
            "versions": self.versions,
            "quick": self.quick,
            "requests": self.plan.requests,
            "rounds": self.plan.rounds,
            "cores": attrs.asdict(self.plan.cores),
            "headroom": headroom(self.standings),
            "clients": document(self.standings),
            "parts": [result.document() for result in self.parts],
            "series": self.series,
            "skipped": self._skipped(),
        }

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> Report:
        """Return the report of a results file."""
        clients = {
            one["name"]: [Sample(**sample) for sample in one["rounds"]] for one in found["clients"]
        }
        return cls(
            plan=Plan(
                contenders=[BY_NAME[name] for name in clients],
                requests=found["requests"],
                rounds=found["rounds"],
                cores=Cores(**found["cores"]),
            ),
            machine=found["machine"],
            versions=found["versions"],
            standings=standings(clients),
            parts=[
                Result(
                    parts.BY_NAME[one["name"]],
                    {side["title"]: side["rounds"] for side in one["sides"]},
                )
                for one in found["parts"]
            ],
            skipped=[BY_NAME[name] for name in found["skipped"]],
            series=found["series"],
            quick=found["quick"],
            date=datetime.fromisoformat(found["date"]),
        )

    def text(self) -> str:
        """Return the table and what belongs under it, as Markdown."""
        tables = [markdown(self.standings)] if self.standings else []
        if self.parts:
            tables.append(parts_markdown(self.parts))
        return "\n\n".join([*tables, *self._notes()])

    def _notes(self) -> list[str]:
        notes = [self._method(), self._place()]
        notes += [f"Not measured: {name}: {why}." for name, why in self._skipped().items()]
        times = headroom(self.standings)
        if times is not None:
            enough = "" if times > _ENOUGH_HEADROOM else ": too little to tell client from server"
            notes.append(
                f"Raw sockets get {times:.1f} times the answers of the fastest client that is not "
                f"written by hand for this server{enough}."
            )
        if self.quick:
            notes.append("This was a smoke test: its figures mean nothing.")
        return notes

    def _skipped(self) -> dict[str, str]:
        return {one.name: f"{one.missing} is not installed" for one in self.skipped}

    def _method(self) -> str:
        return (
            f"Medians of {self.plan.rounds} alternating rounds (lowest..highest), "
            f"{self.plan.requests:,} requests each, slow clients fewer; {self.plan.cores}. "
            "Ratios are of client CPU per request, round by round; "
            "whoever sends one request after another is compared with a bare loop that does too."
        )

    def _place(self) -> str:
        installed = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return (
            f"{self.date:%Y-%m-%d}, {self.machine['processor']}, {self.machine['cores']} cores, "
            f"load {self.machine['load_average']:.2f} before; {installed}."
        )
