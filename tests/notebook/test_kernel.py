"""In a notebook, whose kernel runs a loop in the user's own thread, both packages work."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sentori_async.sandbox import Sandbox
from tests.notebook.kernel import Kernel, kernel, text_of


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        sandbox.sentori.contacts.add("joe@example.com", {"FirstName": "Joe"})
        yield sandbox


@pytest.fixture
async def notebook(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Kernel]:
    async with kernel(tmp_path) as notebook:
        account = f"api_key={sandbox.sentori.api_key!r}, base_url={sandbox.url('sentori')!r}"
        await notebook.run(
            "import itertools\n"
            "from sentori_async import AsyncSentori\n"
            "from sentori_sync import Sentori\n"
            f"account = dict({account})\n"
            "client = Sentori(**account)"
        )
        yield notebook


async def test_both_clients_work_side_by_side(notebook: Kernel) -> None:
    shown = await notebook.run("client.contacts.get('joe@example.com')")
    awaited = await notebook.run(
        "async with AsyncSentori(**account) as other:\n"
        "    found = await other.contacts.get('joe@example.com')\n"
        "    report = await other.bulk.add([{'EmailAddress': 'ann@example.com'}])\n"
        "print(found == client.contacts.get('joe@example.com'), report.by_status)"
    )

    assert "<td" in text_of(shown, "text/html")
    assert "joe@example.com" in text_of(shown, "text/html")
    assert "joe@example.com" not in text_of(shown)
    assert text_of(awaited) == "True Counter({'added': 1})\n"


async def test_progress_is_a_real_bar(notebook: Kernel) -> None:
    outputs = await notebook.run(
        "report = client.bulk.add([{'EmailAddress': f'c{n}@example.com'} for n in range(3)],"
        " progress=True)"
    )

    views = [output["data"] for output in outputs if output.output_type == "display_data"]
    assert any("application/vnd.jupyter.widget-view+json" in view for view in views)


async def test_without_widgets_the_bar_is_text_and_nothing_warns(notebook: Kernel) -> None:
    await notebook.run("import sys; sys.modules['ipywidgets'] = None")
    outputs = await notebook.run(
        "report = client.bulk.add([{'EmailAddress': f'c{n}@example.com'} for n in range(3)],"
        " progress=True)"
    )

    assert "3/3" in text_of(outputs)
    assert "Warning" not in text_of(outputs)


async def test_an_interrupted_job_leaves_its_report(notebook: Kernel, sandbox: Sandbox) -> None:
    endless = "({'EmailAddress': f'c{n}@example.com'} for n in itertools.count())"
    running = asyncio.ensure_future(notebook.run(f"client.bulk.add({endless})", may_fail=True))
    while sandbox.sentori.contacts.count() < 20:
        await asyncio.sleep(0)
    await notebook.interrupt()
    outputs = await running
    after = await notebook.run(
        "report = client.bulk.last_report\n"
        "found = client.contacts.get('c0@example.com')\n"
        "print(report.finished, report.succeeded >= 20, report.unknown,\n"
        "    report.total == report.succeeded + report.failed + report.skipped + report.unknown)"
    )
    shown = await notebook.run("report")
    told = await notebook.run("print(report.succeeded)")

    assert [output.ename for output in outputs if output.output_type == "error"] == [
        "KeyboardInterrupt"
    ]
    assert text_of(after) == "True True 0 True\n"
    assert "rows succeeded" in text_of(shown, "text/html")
    # What the report says was added was: nothing more, nothing less.
    assert int(text_of(told)) == sandbox.sentori.contacts.count() - 1
