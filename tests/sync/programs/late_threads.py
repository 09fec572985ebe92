"""Call from threads that outlive main: one began before its end, the other after it."""

import threading

from sentori_sync import RetryPolicy, Sentori, SentoriError

ready = threading.Event()


def call(client: Sentori) -> None:
    try:
        found = client.contacts.get("joe@example.com").email_address
        assert found == "joe@example.com"
        print("found")
    except SentoriError as error:
        print(type(error).__name__)


def begin_early() -> None:
    with Sentori(retry=RetryPolicy(attempts=1)) as client:
        client.contacts.add("joe@example.com")
        ready.set()
        threading.main_thread().join()
        # Over the connection that is open, then over one that needs the host's address.
        call(client)
        with Sentori(retry=RetryPolicy(attempts=1)) as another:
            call(another)


def begin_late() -> None:
    early.join()
    with Sentori(retry=RetryPolicy(attempts=1)) as client:
        call(client)


early = threading.Thread(target=begin_early)
early.start()
ready.wait()
threading.Thread(target=begin_late).start()
