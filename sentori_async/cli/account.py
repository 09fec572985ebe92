"""The options that say whose account a command works on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Group, Parameter

from sentori_async.errors import ConfigurationError
from sentori_async.platforms.sentori.client import AsyncSentori

_KEY_NAME: Final = f"{AsyncSentori.platform.env_prefix}_API_KEY"
_URL_NAME: Final = f"{AsyncSentori.platform.env_prefix}_BASE_URL"
_GROUP: Final = Group("Account", sort_key=20)


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Account:
    """Whose account, and how to reach it.

    The key comes from the environment or from a file, never from the command line itself: every
    user of a machine can list the arguments of everybody's processes.

    Attributes:
        base_url: Where the platform is.
        api_key_file: A file that holds the key.
    """

    base_url: Annotated[
        str | None,
        Parameter(
            group=_GROUP,
            metavar="URL",
            help=f"Where the platform is; {_URL_NAME}, else the vendor's own address.",
        ),
    ] = None
    api_key_file: Annotated[
        Path | None,
        Parameter(
            group=_GROUP,
            metavar="FILE",
            help=f"A file that holds the API key; else it is read from {_KEY_NAME}. The key itself "
            "is never an option: others could read it in the list of processes.",
        ),
    ] = None

    def connect(self, *, concurrency: int | None = None) -> AsyncSentori:
        """Return a client of the account.

        Args:
            concurrency: How many requests are in flight at most.

        Raises:
            ConfigurationError: There is no key, or an option is not usable.
        """
        limits = None
        if concurrency is not None:
            limits = attrs.evolve(AsyncSentori.platform.limits, concurrency=concurrency)
        return AsyncSentori(api_key=self._key(), base_url=self.base_url, limits=limits)

    def _key(self) -> str:
        if self.api_key_file is None:
            key = os.environ.get(_KEY_NAME, "")
        else:
            key = _read(self.api_key_file)
        if key.strip():
            return key
        raise ConfigurationError(
            f"no API key: set {_KEY_NAME} to the key from Sentori's Settings → API, "
            "or name a file that holds it with --api-key-file"
        )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"the key file {path} cannot be read: {error.strerror}") from None
    except UnicodeError:
        # `from None`: a decoding error carries what it read, which was meant to be the key.
        raise ConfigurationError(f"the key file {path} cannot be read as text") from None


FROM_ENVIRONMENT: Final = Account()
"""The account that the environment names."""
