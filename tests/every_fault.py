"""Every kind of fault there is, and every way to execute the request that meets it."""

from sentori_async.sandbox import faults

SIZE = 3_000_001

# Each with its defaults, but for what would take long; then the other ways to execute it.
FAULTS: list[faults.Fault] = [
    faults.Status(),
    faults.Status(status=429, headers={"Retry-After": "7"}, execute=1),
    faults.Html(),
    faults.Html(status=200, execute=1),
    faults.Drop(),
    faults.Drop(execute=1),
    faults.Drop(execute=2),
    faults.Reset(),
    faults.Reset(execute=1),
    faults.ResetMidBody(),
    faults.Truncated(),
    faults.Oversized(size_bytes=SIZE),
    faults.GzipBomb(size_bytes=SIZE),
    faults.SlowFirstByte(delay_s=0.01),
    faults.SlowBody(delay_s=0, piece_bytes=64),
    faults.Stalled(),
    faults.Stalled(execute=1),
    faults.Late(delay_s=0.01),
    faults.Duplicate(),
    faults.CloseAfter(),
]
