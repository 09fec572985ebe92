"""An import of many rows, some of which the platform leaves out and only counts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

from benchmarks.acceptance.figures import Figure
from benchmarks.contact import row
from sentori_async import AsyncSentori, BulkOutcome, Limits
from sentori_async.bulk.plan import Evidence
from sentori_async.sandbox import API_KEY, Sandbox
from sentori_async.sandbox.sentori.options import ROLE_BASED, SentoriOptions

# A word that the platform takes for a role's and the client does not know.
_WORD: Final = "concierge"
_REQUESTS: Final = 120
_ROWS_PER_IMPORT: Final = 1_000


def measure(*, quick: bool) -> Iterator[Figure]:
    """Import rows with each kind of evidence, and look at every row."""
    rows = 2_000 if quick else 100_000
    most = _REQUESTS if rows > _ROWS_PER_IMPORT * _REQUESTS // 2 else rows
    requests, outcomes, there = asyncio.run(_imported(rows, "counts"))
    yield Figure(f"import: requests for {rows:,} rows, by counts", requests, most)
    yield Figure("import: rows called accepted that are not there", _false(outcomes, there), 0)
    told = [outcomes[n].status for n in range(rows) if _is_word(n)]
    unknown = told.count("unknown") / len(told) * 100
    yield Figure("import: % of unexplained rows that are unknown, by counts", unknown, 100, "least")
    requests, outcomes, there = asyncio.run(_imported(rows, "rows"))
    yield Figure("import: rows left out and not named, by rows", _unnamed(outcomes, there), 0)
    yield Figure("import: rows called accepted that are not there", _false(outcomes, there), 0)


def _row(n: int) -> dict[str, Any]:
    """Return row `n`: one in a hundred is one that is left out."""
    sent = row(n)
    if n % 100 == 99:
        kinds = (f"joe.{n}@example", f"info@{n}.example.com", f"{_WORD}@{n}.example.com", None)
        sent["EmailAddress"] = kinds[n // 100 % 4] or row(n - 1)["EmailAddress"]
    return sent


def _is_word(n: int) -> bool:
    """Tell whether only the platform knows that it leaves this row out."""
    return str(_row(n)["EmailAddress"]).startswith(_WORD)


async def _imported(
    rows: int, evidence: Evidence
) -> tuple[int, dict[int, BulkOutcome], frozenset[str]]:
    """Return how many requests it took, the outcomes, and the addresses that are there."""
    options = SentoriOptions(role_based=ROLE_BASED | {_WORD})
    limits = Limits(concurrency=64, adaptive=False)
    with Sandbox(sentori=options).in_thread() as sandbox:
        async with (
            AsyncSentori(api_key=API_KEY, base_url=sandbox.url("sentori"), limits=limits) as client,
            client.bulk.stream(
                "add_or_update", map(_row, range(rows)), via="import", evidence=evidence
            ) as stream,
        ):
            outcomes = {outcome.index: outcome async for outcome in stream}
        there = frozenset(shown["EmailAddress"] for shown in sandbox.sentori.contacts.all())
        return sandbox.requests.count(), outcomes, there


def _false(outcomes: dict[int, BulkOutcome], there: frozenset[str]) -> int:
    return sum(
        outcome.status == "accepted" and _row(n)["EmailAddress"] not in there
        for n, outcome in outcomes.items()
    )


def _unnamed(outcomes: dict[int, BulkOutcome], there: frozenset[str]) -> int:
    return sum(
        outcome.status != "failed" and _row(n)["EmailAddress"] not in there
        for n, outcome in outcomes.items()
    )
