"""The sides of a part take turns, and are compared round by round."""

import pytest

from benchmarks import parts
from benchmarks.parts import Part, Result, Side

PART = Part(name="x", title="X", unit="us", sides={"ours": "m:a", "theirs": "m:b"})


def test_sides_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []

    def load(place: str) -> Side:
        def side(operations: int) -> float:
            seen.append((place, operations))
            return 1.0

        return side

    monkeypatch.setattr(parts, "_load", load)
    parts.measure(PART, rounds=2, quick=True)

    assert seen == [("m:a", 200), ("m:b", 200), ("m:b", 200), ("m:a", 200)]


def test_a_side_whose_library_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_load", lambda place: place)
    part = Part(name="x", title="X", unit="us", sides=PART.sides, needs={"theirs": "no_such_one"})

    assert list(part.present()) == ["ours"]


@pytest.mark.parametrize(("more_is_better", "ratio"), [(False, 3.0), (True, 1 / 3)])
def test_ratios_say_how_many_times_better_ours_is(more_is_better: bool, ratio: float) -> None:
    part = Part(name="x", title="X", unit="us", sides=PART.sides, more_is_better=more_is_better)
    result = Result(part, {"ours": [1.0, 2.0, 3.0], "theirs": [2.0, 6.0, 12.0]})

    assert result.ratio("theirs") == pytest.approx(ratio)
    assert (result.median("ours"), result.median("theirs")) == (2.0, 6.0)


def test_nothing_has_no_ratio() -> None:
    assert Result(PART, {"ours": [0.0], "theirs": [2.0]}).ratio("theirs") is None
