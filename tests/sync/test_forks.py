"""Forked children go on with a client of their parent's, and leave its connections alone."""

import os
import signal
import ssl
import subprocess
from pathlib import Path

import pytest
import trustme

from sentori_async.sandbox import Sandbox
from tests.sync.front import in_front_of
from tests.sync.program import Ended, run, running

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

# A fork of a process with threads is worth a warning from 3.12 on.
IGNORED = ["DeprecationWarning"]
FORKS = 100
# The parent's own; of its children the second opens two more than the others, some none.
CONNECTIONS = 1 + FORKS + 2 - len(range(4, FORKS, 8))


@pytest.mark.parametrize("parent", ["idle", "busy"])
def test_children_work_over_connections_of_their_own_and_the_parents_lives_on(
    sandbox: Sandbox, parent: str
) -> None:
    """Had a child disturbed it, the parent would have opened another one, or waited."""
    with in_front_of(sandbox) as front:
        args = (parent, str(FORKS), "")
        url = front.url
        ended = run("forks.py", *args, sandbox=sandbox, url=url, ignored=IGNORED, patience_s=90)

    assert ended == Ended("[] True\n", "", 0)
    # Its main thread and the busy one may need one each.
    assert CONNECTIONS <= front.connections <= CONNECTIONS + (parent == "busy")


def test_children_do_not_end_the_parents_connection_over_tls(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    authority, ca = trustme.CA(), tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with in_front_of(sandbox, tls) as front:
        args = ("idle", str(FORKS), str(ca))
        url = front.url
        ended = run("forks.py", *args, sandbox=sandbox, url=url, ignored=IGNORED, patience_s=90)

    assert ended == Ended("[] True\n", "", 0)
    assert front.connections == CONNECTIONS


def test_a_child_inherits_no_lock_and_nothing_that_is_under_way(sandbox: Sandbox) -> None:
    ended = run("forks_locked.py", sandbox=sandbox, ignored=IGNORED)

    assert ended == Ended("joe@example.com\n1\njane@example.com\n5\n1\n", "", 0)


def test_a_child_of_uvloop_does_not_end_well_and_so_the_portal_does_without() -> None:
    """When this fails, libuv no longer waits for its parent's threads: see `_loop.py`, rule 6."""
    pytest.importorskip("uvloop", reason="uvloop is not installed")
    with running("forks_uvloop.py", ignored=IGNORED) as program:
        try:
            stdout, _ = program.process.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            # The child hangs, and its parent waits for it.
            return

    assert stdout == f"forked {-signal.SIGSEGV}\n"
