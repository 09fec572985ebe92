"""How a running job shows itself: a callable that is given the live report now and then."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable
from typing import Any

from sentori_async.bulk.report import BulkReport
from sentori_async.errors import ConfigurationError, kind_of

Progress = Callable[[BulkReport], object]
"""Called with the live report about four times a second, and once at the end, also when the job is
cancelled: then the report is `interrupted` and not `finished`."""


def progress_of(
    wish: Progress | bool | None,  # noqa: FBT001 - as users write it: progress=True
    *,
    total: int | None,
) -> Progress | None:
    """Return what shows the progress.

    Args:
        wish: A callable, True for a bar (with tqdm, where installed; a real one in notebooks
            with ipywidgets) or plain lines, else None.
        total: How many rows there are, where that is known.

    Raises:
        ConfigurationError: It is something else.
    """
    if callable(wish):
        return wish
    if wish is None or wish is False:
        return None
    if wish is not True:
        raise ConfigurationError(
            "progress is True, or a callable that is given the live report now and then, "
            f"not {kind_of(wish)}"
        )
    try:
        bar = _best_bar()(total=total, unit=" rows")
    except ImportError:
        return _print_line

    def show(report: BulkReport) -> None:
        bar.update(report.total - bar.n)
        bar.set_postfix(failed=report.failed, unknown=report.unknown, refresh=False)
        if report.finished or report.interrupted:
            bar.close()

    return show


def _best_bar() -> Callable[..., Any]:
    """Return the class of tqdm's bar for where we are: notebook, terminal or log file."""
    with warnings.catch_warnings():
        # In a notebook without ipywidgets it warns, and takes the bar made of text.
        warnings.simplefilter("ignore")
        bar: Callable[..., Any] = importlib.import_module("tqdm.auto").tqdm
        return bar


def _print_line(report: BulkReport) -> None:
    text = (
        f"\r{report.total} rows: {report.succeeded} done, {report.failed} failed, "
        f"{report.skipped} skipped, {report.unknown} unknown"
    )
    over = report.finished or report.interrupted
    sys.stderr.write(text + "\n" if over else text)
