"""Run the command as ``python -m sentori_async.cli``."""

from __future__ import annotations

from sentori_async.cli import main

main()
