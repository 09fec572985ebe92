"""Fork while other threads hold every lock, all starts are taken, and a caller waits for one."""

import contextlib
import faulthandler
import os
import sys
import threading
import time

from sentori_async.transport import shared as register
from sentori_sync import Limits, Sentori
from sentori_sync._loop import LEASE

client = Sentori(limits=Limits(concurrency=2, adaptive=False))
client.contacts.add("joe@example.com")
shared = client._async._sender.shared
for _ in range(2):
    shared.pace.try_start(time.monotonic(), bulk=False)
found: list[object] = []
waiting = threading.Thread(target=lambda: found.append(client.contacts.get("joe@example.com")))
waiting.start()
while not shared.pace._wakers:
    time.sleep(0)
held, done = threading.Event(), threading.Event()


def hold() -> None:
    parts = (shared.pace, shared.budget, shared.circuit, shared.keys, LEASE)
    with contextlib.ExitStack() as stack:
        for lock in (register._lock, *(part._lock for part in parts)):
            stack.enter_context(lock)
        held.set()
        done.wait()


holding = threading.Thread(target=hold)
holding.start()
held.wait()
child = os.fork()
if child == 0:
    faulthandler.dump_traceback_later(10, exit=True)
    print(client.contacts.get("joe@example.com").email_address)
    print(client.bulk.add([{"EmailAddress": "jane@example.com"}]).succeeded)
    with Sentori() as another:
        print(another.contacts.get("jane@example.com").email_address)
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
done.set()
holding.join()
for _ in range(2):
    shared.pace.finish()
waiting.join()
print(len(found))
