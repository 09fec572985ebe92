"""What goes wrong during a soak: every kind of fault a client can live through, well mixed."""

from __future__ import annotations

from typing import Final

import attrs

from sentori_async.sandbox import FaultRule, FaultScript, faults

ATTEMPT_S: Final = 1.0
"""How long the client waits for an answer."""
# It has given up by then, but not for as long as it had waited: the bound that it promises for
# rows of the same contact.
_TOO_LATE_S: Final = 1.5 * ATTEMPT_S
_SLOW_S: Final = 0.1


@attrs.frozen
class _Share:
    """One kind of fault and how often it happens, compared with the others."""

    name: str
    fault: faults.Fault
    weight: float = 1.0


def _status(status: int, execute: int, retry_after: str | None = None) -> faults.Status:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return faults.Status(status=status, execute=execute, headers=headers)


# Those that stop a worker, or all of them, for a second are rare: they cost time and prove little
# by their number.
_MIX: Final = (
    _Share("500", _status(500, 0)),
    _Share("500, carried out", _status(500, 1)),
    _Share("502 page", faults.Html(status=502)),
    _Share("502 page, carried out", faults.Html(status=502, execute=1)),
    _Share("503", _status(503, 0)),
    _Share("503, carried out", _status(503, 1)),
    _Share("503 for 1 s", _status(503, 0, "1"), 0.03),
    _Share("504 page", faults.Html(status=504)),
    _Share("504 page, carried out", faults.Html(status=504, execute=1)),
    _Share("200 page", faults.Html(status=200)),
    _Share("200 page, carried out", faults.Html(status=200, execute=1)),
    _Share("429", _status(429, 0)),
    _Share("429 for 0 s", _status(429, 0, "0")),
    _Share("429 for 1 s", _status(429, 0, "1"), 0.03),
    _Share("drop", faults.Drop()),
    _Share("drop, carried out", faults.Drop(execute=1), 2.0),
    _Share("reset", faults.Reset()),
    _Share("reset, carried out", faults.Reset(execute=1)),
    _Share("truncated body", faults.Truncated()),
    _Share("reset mid-body", faults.ResetMidBody()),
    _Share("closed after the answer", faults.CloseAfter()),
    _Share("late", faults.Late(delay_s=_SLOW_S)),
    _Share("too late", faults.Late(delay_s=_TOO_LATE_S), 0.5),
    _Share("slow first byte", faults.SlowFirstByte(delay_s=_SLOW_S)),
    _Share("slow body", faults.SlowBody(delay_s=_SLOW_S / 10, piece_bytes=100)),
    _Share("silence", faults.Stalled(), 0.25),
    _Share("silence, carried out", faults.Stalled(execute=1), 0.25),
)
_DUPLICATE: Final = _Share("delivered twice", faults.Duplicate())


def script(rate: float, *, seed: int, duplicates: bool) -> FaultScript:
    """Return a script under which just this share of all requests goes wrong.

    Args:
        rate: The share, from 0 to 1.
        seed: What the dice start from.
        duplicates: Whether some requests are delivered twice by what is in between.
    """
    mix = (*_MIX, _DUPLICATE) if duplicates else _MIX
    unit = rate / sum(share.weight for share in mix)
    rules = []
    left = 1.0
    for share in mix:
        # The first rule that wants a request gets it: the later ones see only what is left.
        wanted = unit * share.weight
        rules.append(
            FaultRule("*", share.fault, probability=min(1.0, wanted / left), name=share.name)
        )
        left -= wanted
    return FaultScript(rules, seed=seed)
