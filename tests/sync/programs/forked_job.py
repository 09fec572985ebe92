"""Fork in the middle of a stream and of a listing: the child is told that they are its parent's."""

import os
import sys

from sentori_sync import Sentori, SentoriError

client = Sentori()
rows = ({"EmailAddress": f"c{number}@example.com"} for number in range(30))
with client.bulk.stream("add", rows) as outcomes:
    next(outcomes)
    child = os.fork()
    if child == 0:
        outcomes._page.clear()
        for use in (lambda: next(outcomes), outcomes.drain):
            try:
                use()
            except SentoriError as error:
                print("forked" in str(error))
        # Leaves the block.
        sys.exit(5)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    seen = 1 + sum(1 for _ in outcomes)
print(seen, outcomes.report.by_status)
