"""Fork while a client is open: the children use it and end as programs do, and the parent goes on.

Arguments: whether the parent is busy meanwhile, how many forks, and a CA's file or "".
"""

import contextlib
import faulthandler
import gc
import os
import ssl
import sys
import threading
import time
import warnings

import aiohttp

from sentori_sync import RetryPolicy, Sentori, SentoriError, Timeouts

parent, forks, authority = sys.argv[1:]

AT_ONCE = 5

tls = ssl.create_default_context(cafile=authority) if authority else None
# A disturbed connection must show: nothing is sent twice.
client = Sentori(tls=tls, timeouts=Timeouts(total_s=5), retry=RetryPolicy(attempts=1))
unused = Sentori(tls=tls)
client.contacts.add("joe@example.com")
faults: list[str] = []
stop = threading.Event()


def go_on_calling() -> None:
    while not stop.is_set():
        try:
            client.contacts.get("joe@example.com")
        except SentoriError as error:
            faults.append(str(error))


def be_the_child(number: int) -> None:
    faulthandler.dump_traceback_later(10, exit=True)
    if number % 8 == 4:
        # Never uses it, and exits.
        sys.exit(5)
    assert client.contacts.get("joe@example.com").email_address == "joe@example.com"
    if number == 0:
        # What collecting them would do, at any time or at exit: aiohttp closes its connections.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for each in inherited:
                each.__del__()
    if number == 1:
        assert unused.contacts.get("joe@example.com").email_address == "joe@example.com"
        with Sentori(tls=tls) as another:
            another.contacts.get("joe@example.com")
    if number % 2:
        client.close()
    if number % 4:
        # As multiprocessing ends its own: no handler runs.
        os._exit(5)
    sys.exit(5)


inherited = [each for each in gc.get_objects() if isinstance(each, aiohttp.BaseConnector)]
assert inherited
callers = [threading.Thread(target=go_on_calling)] if parent == "busy" else []
for caller in callers:
    caller.start()
slowest = 0.0
for first in range(0, int(forks), AT_ONCE):
    children = []
    for number in range(first, first + AT_ONCE):
        children.append(os.fork())
        if children[-1] == 0:
            be_the_child(number)
    for child in children:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != 5:
            faults.append(f"the child ended with {code}")
    begun = time.monotonic()
    with contextlib.suppress(SentoriError):
        client.contacts.get("joe@example.com")
    slowest = max(slowest, time.monotonic() - begun)
stop.set()
for caller in callers:
    caller.join()
# A connection that a child had closed would be silent until the time-out.
print(faults, slowest < 1)
client.close()
