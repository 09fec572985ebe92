"""Work in processes of `multiprocessing`, started in one of its ways, while a client is in use."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from sentori_sync import Sentori

client = Sentori()


def find(address: str) -> object:
    """Use the module's own client: inherited where the process was forked, else a new one."""
    return client.contacts.get(address).email_address


def use(theirs: Sentori) -> None:
    theirs.close()


def main() -> None:
    client.contacts.add("joe@example.com")
    context = multiprocessing.get_context(sys.argv[1])
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        print(*pool.map(find, ["joe@example.com"] * 4))
        try:
            pool.submit(use, client).result()
        except TypeError as error:
            print(error)
    print(find("joe@example.com"))


if __name__ == "__main__":
    main()
