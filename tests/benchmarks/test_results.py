"""Medians, ratios and headroom are computed as the benchmarks' page says."""

import pytest

from benchmarks.contenders import BY_NAME, CONTENDERS, RAW
from benchmarks.results import Spread, headroom, standings
from benchmarks.table import markdown
from benchmarks.work import Sample


def sample(cpu_s: float, wall_s: float = 2.0) -> Sample:
    return Sample(requests=1000, wall_s=wall_s, cpu_s=cpu_s, server_cpu_s=0.5)


SAMPLES = {
    "aiohttp-bare": [sample(0.1), sample(0.2), sample(0.4)],
    "sdk-bulk": [sample(0.2, 1.0), sample(0.2, 4.0), sample(0.2, 2.0)],
    RAW: [sample(0.01, 0.1)] * 3,
}


def test_figures_are_medians_with_their_spread() -> None:
    _, bulk, _ = standings(SAMPLES)

    assert bulk.requests_per_s == Spread(500.0, 250.0, 1000.0)
    assert bulk.cpu_us == Spread(200.0, 200.0, 200.0)
    assert bulk.server_busy == Spread(0.25, 0.125, 0.5)


def test_ratios_are_of_processor_time_within_each_round() -> None:
    bare, bulk, raw = standings(SAMPLES)

    assert bare.ratio == Spread(1.0, 1.0, 1.0)
    assert bulk.ratio == Spread(1.0, 0.5, 2.0)
    assert raw.ratio is None


def test_ratio_is_left_out_where_the_reference_was_not_measured() -> None:
    (bulk,) = standings({"sdk-bulk": SAMPLES["sdk-bulk"]})

    assert bulk.ratio is None


def test_headroom_is_that_over_the_fastest_client() -> None:
    assert headroom(standings(SAMPLES)) == pytest.approx(10_000 / 500)
    by_hand = {"protocol": [sample(0.01, 0.05)] * 3}
    assert headroom(standings({**SAMPLES, **by_hand})) == pytest.approx(10_000 / 500)
    assert headroom(standings({RAW: SAMPLES[RAW]})) is None
    assert headroom(standings({"sdk-bulk": SAMPLES["sdk-bulk"]})) is None


def test_table_has_a_line_for_each_contender_and_columns_in_line() -> None:
    lines = markdown(standings(SAMPLES)).splitlines()

    assert len(lines) == 2 + len(SAMPLES)
    assert len({len(line) for line in lines}) == 1
    cells = [cell.strip() for cell in lines[3].strip("|").split("|")]
    assert cells == [
        "sentori, bulk",
        "64",
        "500 (250..1,000)",
        "200.0 (200.0..200.0)",
        "1.00 (0.50..2.00)",
        "25%",
    ]


def test_names_are_unique_and_references_are_contenders_of_as_many_in_flight() -> None:
    assert len(BY_NAME) == len(CONTENDERS)
    for contender in CONTENDERS:
        if contender.against is not None:
            reference = BY_NAME[contender.against]
            assert (reference.in_flight == 1) == (contender.in_flight == 1), contender.name
