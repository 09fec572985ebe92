"""Call from exit handlers: one that runs while the portal is open, and one that comes too late."""

import atexit
import contextlib

from sentori_async import NotFound, SentoriError


@atexit.register
def too_late() -> None:
    try:
        client.contacts.get("nobody@example.com")
    except SentoriError as error:
        print(error)
    try:
        Sentori().contacts.get("nobody@example.com")
    except SentoriError as error:
        print(error)


from sentori_sync import Sentori  # noqa: E402 - the portal's own handler comes after the one above

client = Sentori()
with contextlib.suppress(NotFound):
    client.contacts.get("nobody@example.com")


@atexit.register
def in_time() -> None:
    try:
        client.contacts.get("nobody@example.com")
    except NotFound:
        print("in time")
