"""A local account for every test of the command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sentori_async.sandbox import FieldKind, Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a running sandbox whose account has two custom fields and two lists."""
    with Sandbox().in_thread() as running:
        running.sentori.fields.add("FavouriteColour")
        running.sentori.fields.add("IsMember", FieldKind.YES_NO)
        running.sentori.mailing_lists.add("LISTID01", "Newsletter")
        running.sentori.mailing_lists.add("LISTID02", "Product news")
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test puts its file."""
    return tmp_path / "contacts.csv"
