"""The commands, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cyclopts import App, CoercionError, CycloptsError, Parameter
from rich.text import Text

from sentori_async.cli import texts
from sentori_async.version import VERSION


def _one_line(error: CycloptsError) -> Text:
    command = " ".join(("sentori", *(error.command_chain or ())))
    return Text.assemble(("sentori: ", "bold red"), f"{_told(error)}\nTry: {command} --help")


def _told(error: CycloptsError) -> str:
    """Return what is wrong with a command line, without the names of Python's types."""
    if isinstance(error, CoercionError) and error.token is not None:
        wanted = "a whole number" if error.target_type is int else ""
        if wanted:
            return (
                f'Invalid value "{error.token.value}" for {error.token.keyword}: it takes {wanted}.'
            )
    return str(error)


app: Final = App(
    name="sentori",
    help=texts.SENTORI,
    help_epilogue=texts.SENTORI_MORE,
    version=VERSION,
    error_formatter=_one_line,
    default_parameter=Parameter(negative=(), show_default=False),
)
# By their places, with their texts: a command's code is loaded when the command is called.
# A usage is given where cyclopts would write [ARGS] for arguments that may be left out.
for _command, _help, _more, _usage in (
    ("demo:demo", texts.DEMO, "", texts.DEMO_USAGE),
    ("explain:explain", texts.EXPLAIN, texts.EXPLAIN_MORE, texts.EXPLAIN_USAGE),
    ("migrate:migrate", texts.MIGRATE, texts.MIGRATE_MORE, None),
    ("sandbox:sandbox", texts.SANDBOX, texts.SANDBOX_MORE, None),
    ("sync:sync", texts.SYNC, texts.SYNC_MORE, None),
):
    app.command(f"sentori_async.cli.{_command}", help=_help, help_epilogue=_more, usage=_usage)
app.command("sentori_async.cli.contact:app", name="contact", help=texts.CONTACT)
app.command("sentori_async.cli.jobs:app", name="jobs", help=texts.JOBS)


def run(argv: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    code = app(argv, result_action="return_value")
    return code if isinstance(code, int) else 0
