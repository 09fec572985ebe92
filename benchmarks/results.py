"""What the measurements say: medians, spreads and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from benchmarks.contenders import BY_HAND, BY_NAME, RAW, Contender
from benchmarks.work import Sample


@attrs.frozen
class Spread:
    """One figure over all rounds."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of at least one value."""
        values = list(values)
        return cls(statistics.median(values), min(values), max(values))


@attrs.frozen
class Standing:
    """How one contender did.

    Attributes:
        contender: The contender.
        samples: Its measurements, one per round.
        requests_per_s: Requests per second.
        cpu_us: The client's processor time per request, in microseconds.
        server_busy: How much of its core the server used, from 0 to 1.
        ratio: How many requests it sends in the processor time in which the contender it is
            compared with sends one, compared round by round; None where that was not measured.
    """

    contender: Contender
    samples: Sequence[Sample]
    requests_per_s: Spread
    cpu_us: Spread
    server_busy: Spread
    ratio: Spread | None


def standings(samples: Mapping[str, Sequence[Sample]]) -> list[Standing]:
    """Return how each contender did, from its measurements by name."""
    return [
        Standing(
            contender=BY_NAME[name],
            samples=own,
            requests_per_s=Spread.of(one.requests / one.wall_s for one in own),
            cpu_us=Spread.of(_cpu_us(one) for one in own),
            server_busy=Spread.of(one.server_cpu_s / one.wall_s for one in own),
            ratio=_ratio(own, samples.get(BY_NAME[name].against or "")),
        )
        for name, own in samples.items()
    ]


def _cpu_us(sample: Sample) -> float:
    return sample.cpu_s / sample.requests * 1e6


def _ratio(own: Sequence[Sample], reference: Sequence[Sample] | None) -> Spread | None:
    if reference is None:
        return None
    return Spread.of(
        _cpu_us(other) / _cpu_us(one) for one, other in zip(own, reference, strict=True)
    )


def headroom(found: Iterable[Standing]) -> float | None:
    """Return how many times the fastest client's requests raw sockets get answered.

    Clients that are written by hand for this one server do not count; None where either was not
    measured.
    """
    rates = {
        one.contender.name: one.requests_per_s.median
        for one in found
        if one.contender.name not in BY_HAND
    }
    limit = rates.pop(RAW, None)
    return limit / max(rates.values()) if limit and rates else None


def document(found: Iterable[Standing]) -> list[dict[str, Any]]:
    """Return the standings as plain values, for a file."""
    return [
        {
            "name": one.contender.name,
            "title": one.contender.title,
            "loop": one.contender.loop,
            "in_flight": one.contender.in_flight,
            "against": one.contender.against,
            "requests_per_s": attrs.asdict(one.requests_per_s),
            "cpu_us": attrs.asdict(one.cpu_us),
            "server_busy": attrs.asdict(one.server_busy),
            "ratio": None if one.ratio is None else attrs.asdict(one.ratio),
            "rounds": [attrs.asdict(sample) for sample in one.samples],
        }
        for one in found
    ]
