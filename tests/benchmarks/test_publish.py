"""What the documentation shows of speed is what the results file holds, and nothing else."""

import itertools
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.charts import drawn
from benchmarks.publish import CHARTS, PAGE, RESULTS, page
from benchmarks.report import Report

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
FOUND: Any = orjson.loads(RESULTS.read_bytes())


def made_of(name: str, svg: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{name}"))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in made_of("text", svg)]


@pytest.mark.parametrize("name", ["concurrency.svg", "growth.svg"])
def test_chart_is_what_the_results_file_gives(name: str) -> None:
    assert (CHARTS / name).read_text(encoding="utf-8") == drawn(FOUND)[name]


def test_page_has_the_tables_of_the_results_file_and_both_charts() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, FOUND) == text
    assert all(f"(charts/{name})" in text for name in drawn(FOUND))


def test_results_file_is_no_smoke_test_and_tells_of_every_part_of_a_chart() -> None:
    assert not FOUND["quick"]
    assert {point["in_flight"] for one in FOUND["series"]["concurrency"] for point in one["points"]}
    assert [point["rows"] for point in FOUND["series"]["growth"]] == [10_000, 100_000, 1_000_000]


def test_report_read_back_is_the_report_that_was_written() -> None:
    assert Report.of(FOUND).document() == FOUND


def test_every_figure_of_a_series_is_a_point_and_every_line_has_its_name() -> None:
    svg = drawn(FOUND)["concurrency.svg"]
    series = FOUND["series"]["concurrency"]
    assert len(made_of("circle", svg)) == sum(len(one["points"]) for one in series)
    assert set(texts(svg)) >= {one["title"] for one in series}


def test_higher_figures_are_drawn_higher_and_larger_jobs_further_right() -> None:
    points = [
        {"rows": 10, "cpu_s": 0.5, "peak_mb": 30.0},
        {"rows": 100, "cpu_s": 5.0, "peak_mb": 60.0},
    ]
    line = {"title": "one", "points": [{"in_flight": 1, "requests_per_s": 100.0}] * 2}
    svg = drawn({"series": {"growth": points, "concurrency": [line]}})["growth.svg"]
    circles = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in made_of("circle", svg)]
    for first, second in (circles[:2], circles[2:]):
        assert first[0] < second[0]
        assert first[1] > second[1]


@pytest.mark.parametrize("rates", [[100.0, 100.0, 101.0], [0.5, 9_999.0, 10_000.0], [3.0]])
def test_names_never_overlap_and_nothing_leaves_the_picture(rates: list[float]) -> None:
    series = [
        {
            "title": f"client {rate}",
            "points": [{"in_flight": n, "requests_per_s": rate} for n in (1, 64)],
        }
        for rate in rates
    ]
    growth = [{"rows": 10, "cpu_s": 1.0, "peak_mb": 30.0}]
    svg = drawn({"series": {"growth": growth, "concurrency": series}})["concurrency.svg"]
    names = [t for t in made_of("text", svg) if (t.text or "").startswith("client ")]
    heights = sorted(float(name.attrib["y"]) for name in names)
    assert len(names) == len(rates)
    assert all(b - a >= 14 for a, b in itertools.pairwise(heights))
    for circle in made_of("circle", svg):
        assert 0 < float(circle.attrib["cx"]) < 760
        assert 0 < float(circle.attrib["cy"]) < 380


def test_names_are_text_and_never_markup() -> None:
    line = {"title": "<b>&", "points": [{"in_flight": 1, "requests_per_s": 1.0}]}
    growth = [{"rows": 10, "cpu_s": 1.0, "peak_mb": 30.0}]
    assert "<b>&" in texts(
        drawn({"series": {"growth": growth, "concurrency": [line]}})["concurrency.svg"]
    )


def test_results_without_series_have_no_charts() -> None:
    assert drawn({"series": None}) == {}


def test_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="begin and end"):
        page("# no marks\n", FOUND)


def test_quick_run_draws_charts_of_what_it_measured(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--requests", "64"]
    command += ["--only", "raw-sockets", "--json", str(file), "--charts", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, text=True)
    assert done.returncode == 0, done.stderr
    found = orjson.loads(file.read_bytes())
    for name, svg in drawn(found).items():
        assert (tmp_path / name).read_text(encoding="utf-8") == svg
    assert {point["in_flight"] for point in found["series"]["concurrency"][0]["points"]} == {
        1,
        4,
        16,
        64,
    }


def test_charts_go_into_a_folder_that_exists() -> None:
    command = [sys.executable, "-m", "benchmarks", "--charts", "/nowhere/at/all"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, text=True)
    assert done.returncode == 2
    assert "no folder" in done.stderr
