"""Fork while a client is open; the child ends as any program does, and the parent goes on."""

import contextlib
import gc
import os
import sys
import threading
import time

import aiohttp

from sentori_sync import Sentori, SentoriError, Timeouts

inherited = Sentori(timeouts=Timeouts(total_s=2))
unused = Sentori()
inherited.contacts.add("joe@example.com")


def go_on_calling() -> None:
    with contextlib.suppress(SentoriError):
        while True:
            inherited.contacts.get("joe@example.com")


def be_the_child() -> None:
    try:
        inherited.contacts.get("joe@example.com")
    except SentoriError as error:
        print("forked" in str(error))
    inherited.close()
    # What collecting the client would do, at any time or at exit: aiohttp closes its connections.
    for each in gc.get_objects():
        if isinstance(each, aiohttp.BaseConnector):
            each.__del__()
    print(unused.contacts.get("joe@example.com").email_address)
    with Sentori() as client:
        print(client.contacts.get("joe@example.com").email_address)
    sys.exit(5)


if sys.argv[1] == "busy":
    threading.Thread(target=go_on_calling, daemon=True).start()
child = os.fork()
if child == 0:
    be_the_child()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
begun = time.monotonic()
inherited.contacts.get("joe@example.com")
# A connection that its child had closed would be silent until the time-out.
print(time.monotonic() - begun < 1)
inherited.close()
