"""A set of row numbers that takes a bit per row."""

from __future__ import annotations

from collections.abc import Iterable


class Marks:
    """Numbers from 0 on, kept as one bit each up to the highest."""

    __slots__ = ("_bits",)

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        """Mark some numbers."""
        self._bits = bytearray()
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        """Mark one more number."""
        byte = number >> 3
        if byte >= len(self._bits):
            # Room for as many again, so that growing is not what takes the time.
            self._bits.extend(bytes(max(byte + 1 - len(self._bits), len(self._bits))))
        self._bits[byte] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        """Tell whether a number is marked."""
        byte = number >> 3
        return byte < len(self._bits) and bool(self._bits[byte] >> (number & 7) & 1)

    def __len__(self) -> int:
        """Return how many numbers are marked."""
        return int.from_bytes(self._bits, "little").bit_count()
