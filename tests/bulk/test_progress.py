"""Whoever watches a job sees it begin, go on and end."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.progress import progress_of
from sentori_async.bulk.report import BulkReport
from sentori_async.errors import ConfigurationError


class Bar:
    """Stands for tqdm's bar."""

    def __init__(self, total: int | None, unit: str) -> None:
        self.total = total
        self.n = 0
        self.closed = False
        self.shown: dict[str, int] = {}

    def update(self, more: int) -> None:
        self.n += more

    def set_postfix(self, *, refresh: bool, **shown: int) -> None:
        self.shown = shown

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("wish", [5, 0, "", "yes", 0.5, []])
def test_what_shows_nothing_is_refused_and_the_right_thing_named(wish: Any) -> None:
    """A 5 may have been meant as seconds or as rows; it must not pass for True."""
    with pytest.raises(ConfigurationError, match="progress is True, or a callable"):
        progress_of(wish, total=None)


@pytest.mark.parametrize("wish", [None, False])
def test_nothing_is_shown_where_that_is_wished_for(wish: Any) -> None:
    assert progress_of(wish, total=None) is None


def report_of(*statuses: Any) -> BulkReport:
    report = BulkReport()
    for index, status in enumerate(statuses):
        report.count(BulkOutcome(index, "", status))
    return report


@pytest.mark.parametrize("wish", [None, False])
def test_nobody_watches_unless_asked(wish: bool | None) -> None:
    assert progress_of(wish, total=7) is None


def test_a_callable_watches_itself() -> None:
    seen: list[BulkReport] = []

    assert progress_of(seen.append, total=None) == seen.append


def test_a_bar_counts_rows_and_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[Bar] = []

    def make(total: int | None, unit: str) -> Bar:
        bars.append(Bar(total, unit))
        return bars[-1]

    module: Any = ModuleType("tqdm.auto")
    module.tqdm = make
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    show = progress_of(True, total=3)
    assert show is not None
    report = report_of("added", "failed")
    show(report)
    assert (bars[0].n, bars[0].total, bars[0].closed) == (2, 3, False)
    report.count(BulkOutcome(2, "", "unknown"))
    report.finished = True
    show(report)

    assert (bars[0].n, bars[0].closed) == (3, True)
    assert bars[0].shown == {"failed": 1, "unknown": 1}


def test_without_tqdm_a_plain_line_is_rewritten_and_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    show = progress_of(True, total=None)
    assert show is not None
    report = report_of("added", "skipped")
    show(report)
    report.finished = True
    show(report)

    line = "\r2 rows: 1 done, 0 failed, 1 skipped, 0 unknown"
    assert capsys.readouterr().err == line + line + "\n"
