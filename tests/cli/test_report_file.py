"""The report file is private, complete, and replaces nothing but a report."""

import csv
import os
import stat
from pathlib import Path

import pytest

from sentori_async.cli.report_file import COLUMNS, ReportFile, default_path
from sentori_async.errors import ConfigurationError, InvalidInput, NotFound


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text("EmailAddress\n")
    return path


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", ["contacts.csv", "contacts.jsonl", "contacts"])
def test_report_lies_beside_its_file(tmp_path: Path, name: str) -> None:
    assert default_path(tmp_path / name) == tmp_path / "contacts.report.csv"


def test_lines_survive_whatever_they_hold(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "r.csv"
    with ReportFile(path, source=source) as report:
        report.write(2, 'zoë, "the" one\nand only', "add", "added", attempts=1)
        report.write(3, "b", "add", "failed", error=InvalidInput("no; good"))
        error = NotFound(
            "gone", platform="p", operation="o", status=404, code=101, remedy="Add it."
        )
        report.write(4, "c", "add", "failed", error=error, attempts=2)
        report.write(5, "", "add", "skipped", reason="the row is empty")

    assert lines_of(path) == [
        list(COLUMNS),
        ["2", 'zoë, "the" one\nand only', "add", "added", "", "", "", "", "1"],
        ["3", "b", "add", "failed", "InvalidInput", "", "no; good", "", "0"],
        ["4", "c", "add", "failed", "NotFound", "101", "gone", "Add it.", "2"],
        ["5", "", "add", "skipped", "", "", "the row is empty", "", "0"],
    ]


def test_lines_can_be_read_while_the_job_runs(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "r.csv"
    with ReportFile(path, source=source) as report:
        report.write(2, "a", "add", "added")
        report.flush()

        assert len(lines_of(path)) == 2


def test_report_is_private_whatever_the_umask_and_the_file_before(
    tmp_path: Path, source: Path
) -> None:
    path = tmp_path / "r.csv"
    before = os.umask(0)
    try:
        for _ in range(2):
            with ReportFile(path, source=source):
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
            path.chmod(0o666)
    finally:
        os.umask(before)


def test_earlier_reports_are_kept_under_numbers(tmp_path: Path, source: Path) -> None:
    """The newest has the plain name, and of those before it the highest number is the latest."""
    path, names = tmp_path / "r.csv", []
    for row in (2, 3, 4):
        with ReportFile(path, source=source) as report:
            report.write(row, "a", "add", "added")
            names.append(report.kept and report.kept.name)

    assert names == [None, "r.1.csv", "r.2.csv"]
    kept = [lines_of(tmp_path / name)[1][0] for name in ("r.1.csv", "r.2.csv", "r.csv")]
    assert kept == ["2", "3", "4"]
    assert stat.S_IMODE((tmp_path / "r.1.csv").stat().st_mode) == 0o600


def test_earlier_report_is_replaced_only_where_that_is_said(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "r.csv"
    for force in (False, True):
        with ReportFile(path, source=source, force=force) as report:
            report.write(2, "a", "add", "added")
        assert report.kept is None

    assert [one.name for one in tmp_path.glob("r*.csv")] == ["r.csv"]


def test_report_without_a_row_is_not_kept(tmp_path: Path, source: Path) -> None:
    for _ in range(2):
        with ReportFile(tmp_path / "r.csv", source=source) as report:
            assert report.kept is None


def test_report_behind_a_link_stays_where_it_is(tmp_path: Path, source: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "r.csv", tmp_path / "there" / "real.csv"
    link.symlink_to(target)
    for row in (2, 3):
        with ReportFile(link, source=source) as report:
            report.write(row, "a", "add", "added")

    assert link.is_symlink()
    assert [lines_of(one)[1][0] for one in (target.with_name("real.1.csv"), target)] == ["2", "3"]


@pytest.mark.parametrize("given", ["r.csv", "link.csv", "../{}/r.csv"])
def test_earlier_report_is_named_as_the_report_is(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """Relative to the working directory, unless the path that was given is not."""
    monkeypatch.chdir(tmp_path)
    Path("link.csv").symlink_to("r.csv")
    names = [tmp_path / "r.csv", Path(given.format(tmp_path.name)), tmp_path / "r.csv"]
    kept = []
    for name in names:
        with ReportFile(name, source=source) as report:
            report.write(2, "a", "add", "added")
            kept.append(report.kept)

    assert kept == [None, names[1].with_name("r.1.csv"), names[2].with_name("r.2.csv")]
    assert all(one.exists() for one in kept if one is not None)


def test_no_other_file_is_replaced(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("row,contact\nmine\n")

    with pytest.raises(ConfigurationError, match="--force"):
        ReportFile(path, source=source)
    assert path.read_text() == "row,contact\nmine\n"

    for force in (True, False):
        with ReportFile(path, source=source, force=force):
            pass
        assert lines_of(path) == [list(COLUMNS)]


def test_empty_file_may_be_replaced(tmp_path: Path, source: Path) -> None:
    path = tmp_path / "r.csv"
    path.touch()

    with ReportFile(path, source=source):
        pass

    assert lines_of(path) == [list(COLUMNS)]


def test_source_is_never_replaced_by_any_of_its_names(tmp_path: Path, source: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(source)

    for path in (source, link):
        with pytest.raises(ConfigurationError, match="would replace"):
            ReportFile(path, source=source, force=True)
    assert source.read_text() == "EmailAddress\n"


def test_device_keeps_its_mode(source: Path) -> None:
    null = Path(os.devnull)
    before = null.stat().st_mode

    with ReportFile(null, source=source) as report:
        report.write(2, "a", "add", "added")

    assert null.stat().st_mode == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_is_told_with_the_way_out(source: Path) -> None:
    report = ReportFile(Path("/dev/full"), source=source)

    with pytest.raises(ConfigurationError, match=r"No space left.*--report"):
        report.flush()
    with pytest.raises(ConfigurationError, match="No space left"):
        for row in range(100_000):
            report.write(row, "somebody@example.com", "add", "added")
    with pytest.raises(ConfigurationError, match="No space left"):
        report.__exit__()
