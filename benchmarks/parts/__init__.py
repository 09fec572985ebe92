"""Single parts of the client against what others use for the same: each a few functions.

A side is a function that measures once and returns its figure; the first side of a part is ours.
The sides of a part take turns, so that whatever else the machine does meets them all.
"""

from __future__ import annotations

import importlib
import importlib.util
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

Side = Callable[[int], float]
"""Measure once, with so many operations, and return the figure."""


@attrs.frozen(kw_only=True)
class Part:
    """One thing to measure.

    Attributes:
        name: What the command line and the results file call it.
        title: What tables call it.
        unit: What its figures are.
        sides: Where each side is, below `benchmarks.parts`, by its title; the first is ours.
        needs: The modules that must be installed, by the side's title.
        operations: How many operations a sample has, and a quick one.
        more_is_better: Whether a higher figure is the better one.
    """

    name: str
    title: str
    unit: str
    sides: Mapping[str, str]
    needs: Mapping[str, str] = attrs.field(factory=dict)
    operations: tuple[int, int] = (20_000, 200)
    more_is_better: bool = False

    def present(self) -> dict[str, Side]:
        """Return the sides whose libraries are installed."""
        return {
            title: _load(place)
            for title, place in self.sides.items()
            if importlib.util.find_spec(self.needs.get(title, "sys")) is not None
        }


def _load(place: str) -> Side:
    module, _, name = place.partition(":")
    side: Side = getattr(importlib.import_module(f"benchmarks.parts.{module}"), name)
    return side


PARTS: Final = (
    Part(
        name="decode",
        title="decode a contact of 19 fields, extras kept",
        unit="us",
        sides={
            "sentori": "codecs:decode",
            "cattrs, out of the box": "codecs:decode_cattrs",
            "pydantic v2": "codecs:decode_pydantic",
            "msgspec, extras lost": "codecs:decode_msgspec",
            "orjson, no model": "codecs:decode_orjson",
        },
        needs={"pydantic v2": "pydantic", "msgspec, extras lost": "msgspec"},
    ),
    Part(
        name="encode",
        title="encode a patch of three fields",
        unit="us",
        sides={
            "sentori": "codecs:encode",
            "cattrs, out of the box": "codecs:encode_cattrs",
            "pydantic v2": "codecs:encode_pydantic",
            "msgspec": "codecs:encode_msgspec",
        },
        needs={"pydantic v2": "pydantic", "msgspec": "msgspec"},
    ),
    Part(
        name="hop",
        title="a blocking call that does nothing",
        unit="us",
        sides={
            "sentori": "blocking:hop",
            "asyncio, run_coroutine_threadsafe": "blocking:threadsafe",
            "asyncio.run each time": "blocking:run_each",
        },
        operations=(4_000, 50),
    ),
    Part(
        name="blocking",
        title="a blocking call, one after another",
        unit="us",
        sides={"sentori": "blocking:call", "requests": "blocking:call_requests"},
        needs={"requests": "requests"},
        operations=(3_000, 20),
    ),
    Part(
        name="iterate",
        title="an item of a blocking listing",
        unit="us",
        sides={"sentori": "blocking:iterate", "one hop per item": "blocking:iterate_singly"},
        operations=(20_000, 300),
    ),
    Part(
        name="import-time",
        title="import the package",
        unit="ms",
        sides={
            "import sentori_async": "processes:import_package",
            "with AsyncSentori": "processes:import_client",
            "import aiohttp, attrs, cattrs, backoff": "processes:import_base",
        },
        operations=(1, 1),
    ),
    Part(
        name="memory",
        title="peak memory over that of a job of 10,000 rows",
        unit="MB",
        sides={
            "1,000,000 rows": "processes:memory_million",
            "100,000 rows": "processes:memory_tenth",
        },
        operations=(1_000_000, 20_000),
    ),
    Part(
        name="import-path",
        title="contacts through imports",
        unit="contacts/s",
        sides={"sentori": "jobs:imports"},
        operations=(100_000, 2_000),
        more_is_better=True,
    ),
    Part(
        name="diff",
        title="rows of a sync that have not changed",
        unit="rows/s",
        sides={"sentori": "diff:unchanged", "sentori, blocking": "diff:unchanged_blocking"},
        operations=(1_000_000, 2_000),
        more_is_better=True,
    ),
    Part(
        name="extras",
        title="a row of a bulk job",
        unit="us",
        sides={
            "sentori": "jobs:plain",
            "with an observer": "jobs:observed",
            "paced, never waiting": "jobs:paced",
        },
        operations=(10_000, 100),
    ),
)
BY_NAME: Final = {part.name: part for part in PARTS}


@attrs.frozen
class Result:
    """What came of one part.

    Attributes:
        part: The part.
        samples: The figures of each side, round by round.
    """

    part: Part
    samples: Mapping[str, Sequence[float]]

    def median(self, side: str) -> float:
        """Return a side's figure."""
        return statistics.median(self.samples[side])

    def ratio(self, side: str) -> float | None:
        """Return how many times better the first side is than this one, round by round.

        None where either came to nothing.
        """
        ours = self.samples[next(iter(self.samples))]
        pairs = list(zip(ours, self.samples[side], strict=True))
        if not all(mine > 0 and other > 0 for mine, other in pairs):
            return None
        if self.part.more_is_better:
            return statistics.median(mine / other for mine, other in pairs)
        return statistics.median(other / mine for mine, other in pairs)

    def document(self) -> dict[str, Any]:
        """Return everything a later reader needs, as plain values."""
        return {
            "name": self.part.name,
            "title": self.part.title,
            "unit": self.part.unit,
            "sides": [
                {
                    "title": side,
                    "median": self.median(side),
                    "ratio": self.ratio(side),
                    "rounds": list(samples),
                }
                for side, samples in self.samples.items()
            ],
        }


def measure(part: Part, *, rounds: int, quick: bool) -> Result:
    """Return what all sides of a part come to, taken in turns."""
    operations = part.operations[quick]
    sides = part.present()
    samples: dict[str, list[float]] = {title: [] for title in sides}
    for number in range(rounds):
        order = list(sides)
        for title in [*order[number % len(order) :], *order[: number % len(order)]]:
            samples[title].append(sides[title](operations))
    return Result(part, samples)
