"""Reproducible whole-number noise for the searches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Noise:
    """Whole numbers from the raw stream of PCG64, whose output for a seed is fixed on every machine."""

    def __init__(self, seed: int) -> None:
        self._stream = np.random.PCG64(seed)

    def below(self, limit: int, size: int) -> NDArray[np.int64]:
        """`size` numbers from 0 up to but not including `limit` (at most 2^31)."""
        raw = np.asarray(self._stream.random_raw(size)) >> np.uint64(33)
        return ((raw * np.uint64(limit)) >> np.uint64(31)).astype(np.int64)


def fading(step: int, cycle: int, high: int) -> int:
    """The limit of the noise at a step: from `high` down to 1 (no noise) over each cycle of steps, again and again."""
    return 1 + (cycle - 1 - step % cycle) * (high - 1) // (cycle - 1)
