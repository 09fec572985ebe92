"""No path through the client gets longer unnoticed."""

import attrs
import orjson
import pytest

from benchmarks import guard

KEPT = {"single": 1.2, "decode": 30.0}


def test_no_path_is_longer_than_the_baseline_says() -> None:
    assert guard.longer(guard.counted(), orjson.loads(guard.BASELINE.read_bytes())) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"single": 1.25, "decode": 30.0}, []),
        ({"single": 0.5}, []),
        ({"single": 1.27}, ["single takes 1.27, and took 1.2"]),
        (
            {"other": 1.0},
            ["other is not in the baseline: run `python -m benchmarks.guard --write`"],
        ),
    ],
)
def test_a_longer_path_is_named(found: dict[str, float], said: list[str]) -> None:
    assert guard.longer(found, KEPT) == said


def test_every_call_is_counted_and_only_in_the_block() -> None:
    calls = guard.Calls()
    with calls.watching():
        len("")
    number = calls.number
    len("")

    # `len`, and the exit of the block.
    assert 1 <= number <= 8
    assert calls.number == number


@attrs.define
class Heavier:
    """A decoder with some work too much."""

    calls: int

    def __call__(self) -> None:
        for _ in range(self.calls):
            len("")


def test_more_work_is_more_calls() -> None:
    counts = [guard._calls_of(Heavier(n)) for n in (10, 20)]

    assert counts[1] - counts[0] == 10
