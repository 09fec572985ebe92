"""What bulk jobs promise, each figure with its bound: ``python -m benchmarks.acceptance``.

Figures of time depend on the machine and on its neighbours; the others do not.
"""
