"""Share one client between fifty threads."""

import threading
from collections import Counter

from sentori_sync import Limits, Sentori

client = Sentori(limits=Limits(concurrency=16, adaptive=False))
counts: Counter[str] = Counter()
begin = threading.Barrier(50)


def work(number: int) -> None:
    begin.wait()
    address = f"t{number}@example.com"
    client.contacts.add(address)
    for _ in range(5):
        found = client.contacts.get(address)
        counts["found"] += found.email_address == address
    report = client.bulk.add({"EmailAddress": f"b{n}-{address}"} for n in range(5))
    counts["added"] += report.succeeded


threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
portals = [thread for thread in threading.enumerate() if thread.name == "sentori-portal"]
print(counts["found"], counts["added"], len(portals))
