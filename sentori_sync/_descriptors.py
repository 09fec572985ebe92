"""The descriptors of the private loop, and how a forked child is cut off from them.

1. A child's descriptors are its own, but what they refer to is its parent's too: a finaliser that
   takes one out of the shared poll set silences it for the parent, and one that says goodbye over
   TLS ends the parent's connection.
2. So in the child each of them is pointed at /dev/null, before anything else can happen there.
   Whoever likes may then write to it, shut it down or close it.
3. Sockets are kept in a register of our own: a loop does not list those that it does not read from
   at the moment.
"""

from __future__ import annotations

import contextlib
import os
import socket
import weakref
from collections.abc import Iterable
from typing import Any, Final


class Register:
    """The sockets that were opened for the private loop; it keeps none of them alive."""

    def __init__(self) -> None:
        """Start without any."""
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()

    def open(self, address: tuple[Any, ...]) -> socket.socket:
        """Return a new socket for one address, as `socket.getaddrinfo` describes it."""
        family, kind, protocol, *_ = address
        opened = socket.socket(family, kind, protocol)
        self._sockets.add(opened)
        return opened

    def descriptors(self) -> set[int]:
        """Return the descriptors of those that are open."""
        return {descriptor for each in self._sockets if (descriptor := each.fileno()) >= 0}


def cut_off(descriptors: Iterable[int]) -> None:
    """Point descriptors at /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        # It may have been closed at the moment of the fork.
        with contextlib.suppress(OSError):
            os.dup2(null, descriptor, inheritable=False)
    os.close(null)


SOCKETS: Final = Register()
