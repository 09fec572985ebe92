"""What is logged, all of it under the logger "sentori".

1. DEBUG tells of every attempt, INFO of long waits, WARNING of what concerns all calls of a key,
   once when it begins and not once per call.
2. A record holds no identity, key, query or body: a path is its template, an error the name of its
   class.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sentori_async.wire.message import Operation

LOGGER: Final = logging.getLogger("sentori")
# Without a handler of its own, Python would print warnings for users who never set logging up.
LOGGER.addHandler(logging.NullHandler())

_LONG_S: Final = 1.0


tells_attempts: Final = functools.partial(LOGGER.isEnabledFor, logging.DEBUG)
"""Tell whether anybody reads what is logged of attempts; asked once per call."""


def attempt(
    operation: Operation,
    number: int,
    *,
    outcome: str,
    elapsed_s: float,
    status: int | None,
    request_id: str | None,
) -> None:
    """Log an attempt that is over."""
    LOGGER.debug(
        "%s %s %s: %s, status %s, %.3f s, attempt %d, request id %s",
        operation.platform,
        operation.method,
        operation.template,
        outcome,
        status or "-",
        elapsed_s,
        number,
        request_id or "-",
    )


def wait(operation: Operation, why: str, wait_s: float) -> None:
    """Log a wait, if it is a long one."""
    if wait_s >= _LONG_S:
        what = (operation.platform, operation.method, operation.template)
        LOGGER.info("%s %s %s: a wait of %.1f s (%s)", *what, wait_s, why)


def down(platform: str, failures: int) -> None:
    """Log that the platform is taken to be down."""
    LOGGER.warning(
        "%s: %d failures in a row, so the platform seems to be down; calls fail or wait until one "
        "that tries it now and then is answered",
        platform,
        failures,
    )


def up(platform: str) -> None:
    """Log that the platform answers again."""
    LOGGER.info("%s: the platform answers again", platform)


def pause(platform: str, wait_s: float) -> None:
    """Log that the platform asks all calls of the key to wait."""
    LOGGER.warning("%s: the platform asks for a pause of %.1f s", platform, wait_s)


def ordinary(version: str) -> None:
    """Log that requests go aiohttp's ordinary way, which is slower and otherwise the same."""
    LOGGER.info("aiohttp %s is not among those tested on the express way: not taken", version)


def observer_raised(number: int, event: str, error: Exception) -> None:
    """Log that an observer raised."""
    LOGGER.warning(
        "observer %d raised on %s; what else it raises is not logged", number, event, exc_info=error
    )
