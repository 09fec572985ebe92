"""The options that say how a file is read and what its columns are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Group, Parameter

from sentori_async.cli.columns import parse_map
from sentori_async.sources import RowFile, open_rows

_GROUP: Final = Group("How to read the file", sort_key=10)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Reading:
    """How a file is read.

    Attributes:
        mapping: COLUMN=FIELD entries.
        ignore_unknown_columns: Whether columns that the account has no field for are left out.
        empty_as_null: Whether an empty cell clears its field.
        encoding: The file's encoding, or None for UTF-8.
        delimiter: What separates the cells, or None to find out.
    """

    mapping: Annotated[
        tuple[str, ...],
        Parameter(
            name="--map",
            group=_GROUP,
            metavar="COLUMN=FIELD",
            help="The field of a column whose name says something else; COLUMN= leaves the column "
            "out. May be repeated.",
        ),
    ] = ()
    ignore_unknown_columns: Annotated[
        bool,
        Parameter(group=_GROUP, help="Leave out the columns that the account has no field for."),
    ] = False
    empty_as_null: Annotated[
        bool, Parameter(group=_GROUP, help="Let an empty cell clear its field.")
    ] = False
    encoding: Annotated[
        str | None,
        Parameter(
            group=_GROUP,
            metavar="NAME",
            help="The file's encoding where it is not UTF-8, such as cp1252.",
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        Parameter(
            group=_GROUP,
            metavar="CHARACTER",
            help="What separates the cells, where the header does not show it.",
        ),
    ] = None

    def open(self, path: Path) -> RowFile:
        """Return the rows of a file.

        Raises:
            InvalidInput: The file cannot be read, or its header cannot be understood.
        """
        return open_rows(
            path,
            encoding=self.encoding,
            delimiter=self.delimiter,
            empty_as_null=self.empty_as_null,
        )

    def said(self) -> dict[str, str]:
        """Return the field of each column that the user named.

        Raises:
            InvalidInput: An entry is not COLUMN=FIELD.
        """
        return parse_map(self.mapping)


AS_IT_IS: Final = Reading()
"""A file that needs no explanation."""
