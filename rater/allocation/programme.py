"""Linear programmes over counts, with squares replaced by the chords between neighbouring whole numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

_SLACK = 1e-6


class Programme:
    """Columns are numbers from 0; rows bound sums of them. No whole count lies under a chord, so least is a bound."""

    def __init__(self, columns: int) -> None:
        self.width = columns
        self._entries: list[tuple[int, int, float]] = []
        self._limits: list[tuple[float, float]] = []

    def demand(self, columns: Iterable[int], low: float, high: float) -> None:
        """The sum of the columns lies between low and high."""
        self._row([(column, 1.0) for column in columns], low, high)

    def square(self, columns: Iterable[int], base: int, levels: Iterable[int]) -> int:
        """A new column that is at least the square of base + the columns, exact for counts within the levels."""
        named, column = list(columns), self.width
        self.width += 1
        for j in levels:
            entries = [(each, 2.0 * j + 1) for each in named]
            self._row([*entries, (column, -1.0)], -np.inf, j * (j + 1.0) - base * (2.0 * j + 1))
        return column

    def least(self, columns: Iterable[int]) -> int:
        """The least sum of the columns, rounded up to a whole number; 0 where the solver gives up (HiGHS)."""
        cost = np.zeros(self.width)
        cost[list(columns)] = 1.0
        row, column, value = zip(*self._entries, strict=True) if self._entries else ((), (), ())
        matrix = csr_array((value, (row, column)), shape=(len(self._limits), self.width))
        low, high = np.array(self._limits).reshape(-1, 2).T
        answer = milp(cost, constraints=LinearConstraint(matrix, low, high))
        return math.ceil(answer.fun - _SLACK * max(1.0, answer.fun)) if answer.status == 0 else 0

    def _row(self, entries: Iterable[tuple[int, float]], low: float, high: float) -> None:
        self._entries += [(len(self._limits), column, value) for column, value in entries]
        self._limits.append((low, high))
