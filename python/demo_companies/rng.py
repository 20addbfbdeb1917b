"""Random numbers by counter: a draw depends on the seed, its name and its index, on nothing else.

A generator with a running state would make an opportunity depend on the size of the block it was
simulated in; a hash of (seed, name, index) does not, so any block size gives the same rows.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_A
    x = (x ^ (x >> np.uint64(27))) * _MIX_B
    return x ^ (x >> np.uint64(31))


@dataclass(frozen=True)
class Draws:
    """Every random number of one company."""

    seed: int

    def uniform(self, name: str, index: Ints) -> Floats:
        """Uniform on [0, 1), one draw per index."""
        start = np.array([self.seed * 0x100000000 + zlib.crc32(name.encode())], dtype=np.uint64)
        bits = _mix(index.astype(np.uint64) * _STEP + _mix(start * _STEP + _STEP))
        return (_mix(bits) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, name: str, index: Ints) -> Floats:
        """Standard normal by Box and Muller."""
        radius = np.sqrt(-2.0 * np.log1p(-self.uniform(name + "/r", index)))
        return radius * np.cos(2.0 * np.pi * self.uniform(name + "/a", index))

    def hit(self, name: str, index: Ints, share: float | Floats) -> Flags:
        """True for about `share` of the indexes."""
        return self.uniform(name, index) < share

    def pick(self, name: str, index: Ints, count: int) -> Ints:
        """A whole number from 0 to count - 1."""
        return (self.uniform(name, index) * count).astype(np.int64)
