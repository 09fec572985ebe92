"""Fork while uvloop has looked up a host, and exit in the child without using it."""

import asyncio
import os
import sys
import threading

import uvloop

loop = uvloop.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
asyncio.run_coroutine_threadsafe(loop.getaddrinfo("localhost", 80), loop).result()
child = os.fork()
if child == 0:
    sys.exit()
print("forked", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
os._exit(0)
