"""Files with contact data: new ones only, and for their owner alone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sentori_async.errors import ConfigurationError


@contextlib.contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Create a file with mode 0600 to be written; what fails half-way leaves none.

    Raises:
        ConfigurationError: There is a file already, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(f"{path} is there already: choose another name") from None
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    what = error.strerror or error
    return ConfigurationError(f"{path} cannot be written ({what}): choose another place")
