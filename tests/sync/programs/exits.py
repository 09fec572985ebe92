"""Make one call, and end the program in one of the ways people end theirs."""

import sys
import threading

from sentori_sync import NotFound, Sentori

client = Sentori()
try:
    client.contacts.get("nobody@example.com")
except NotFound:
    print("called", flush=True)

match sys.argv[1]:
    case "close":
        client.close()
        print([thread.name for thread in threading.enumerate()])
    case "with":
        with client:
            pass
        print([thread.name for thread in threading.enumerate()])
    case "forget":
        pass
    case "drop":
        del client
    case "raise":
        sys.exit(7)
