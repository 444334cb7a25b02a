"""How even pairs can be at best under bars, caps and kept rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from rater.allocation.pairing import Pairing
from rater.allocation.placing import Panel

_MOST_LABELS = 3_000
_SLACK = 1e-6


def least_pair_squares(pairing: Pairing) -> int:
    """A number that the sum of squared pairs cannot fall below while total loads keep their least sum of squares.

    A linear programme over the labels of each panel, solved by HiGHS: squares are replaced by the chords between
    neighbouring whole numbers, which no whole count lies under. It is rounded up, as squares are whole; 0 where it is
    too large or the solver gives up.
    """
    programme = _Programme(pairing)
    return programme.least() if programme.labels <= _MOST_LABELS else 0


class _Programme:
    """Columns: labels by panel, then squares of total loads, then squares of pairs."""

    def __init__(self, pairing: Pairing) -> None:
        self._pairing = pairing
        self._cells = [(int(a), int(b)) for a, b in np.argwhere(pairing.open_pairs)]
        self._of = [(place, a, b) for place, panel in enumerate(pairing.panels) for a, b in _labels(panel)]
        self.labels = len(self._of)

    def least(self) -> int:
        """The bound itself."""
        pairing, size = self._pairing, len(self._pairing.total)
        loads: list[list[int]] = [[] for _ in range(size)]
        meet: dict[tuple[int, int], list[int]] = {cell: [] for cell in self._cells}
        for column, (place, a, b) in enumerate(self._of):
            panel = pairing.panels[place]
            for rater in {a, b} - {panel.fixed}:
                loads[rater].append(column)
            if a != b:
                meet[a, b].append(column)
        rows: list[tuple[dict[int, float], float]] = []
        for rater in range(size):
            rows.append((dict.fromkeys(loads[rater], 1.0), float(pairing.most[rater] - pairing.base_total[rater])))
            self._chords(rows, loads[rater], self.labels + rater, int(pairing.base_total[rater]),
                         range(int(pairing.total[rater]) - 2, int(pairing.total[rater]) + 2))  # fmt: skip
        rows.append(({self.labels + rater: 1.0 for rater in range(size)}, float((pairing.total**2).sum())))
        found = pairing.pairs[pairing.open_pairs]
        spread = range(max(0, int(found.min()) - 2), int(found.max()) + 2)
        for number, cell in enumerate(self._cells):
            self._chords(rows, meet[cell], self.labels + size + number, int(pairing.base_pairs[cell]), spread)
        return self._solved(rows)

    def _chords(
        self, rows: list[tuple[dict[int, float], float]], columns: list[int], square: int, base: int, levels: range
    ) -> None:
        """square >= (2j + 1) count - j (j + 1) for every level j, with count = base + the columns."""
        for j in levels:
            rows.append((dict.fromkeys(columns, 2.0 * j + 1) | {square: -1.0}, j * (j + 1.0) - base * (2.0 * j + 1)))

    def _solved(self, rows: list[tuple[dict[int, float], float]]) -> int:
        pairing, width = self._pairing, self.labels + len(self._pairing.total) + len(self._cells)
        doubles = int(pairing.doubles.sum()) // 2
        limits = [(-np.inf, limit) for _, limit in rows]
        for place in range(len(pairing.panels)):
            rows.append(({column: 1.0 for column, (at, _, _) in enumerate(self._of) if at == place}, 0.0))
            limits.append((pairing.sizes[place], pairing.sizes[place]))
        rows.append(({column: 1.0 for column, (_, a, b) in enumerate(self._of) if a != b}, 0.0))
        limits.append((doubles, doubles))
        cost = np.zeros(width)
        cost[self.labels + len(pairing.total) :] = 1.0
        low, high = np.array(limits).T
        answer = milp(cost, constraints=LinearConstraint(_matrix(rows, width), low, high))
        return math.ceil(answer.fun - _SLACK * max(1.0, answer.fun)) if answer.status == 0 else 0


def _labels(panel: Panel) -> Iterator[tuple[int, int]]:
    """What a session of the panel can become, as pairs of raters, the smaller first; a single is a pair of one."""
    if panel.apart:
        yield from zip(panel.raters, panel.raters, strict=True)
    elif not panel.is_begun:
        yield from combinations_with_replacement(panel.raters, 2)
    else:
        partners = (*panel.raters, *([panel.fixed] if panel.most_doubles else []))
        yield from ((min(panel.fixed, rater), max(panel.fixed, rater)) for rater in partners)


def _matrix(rows: list[tuple[dict[int, float], float]], width: int) -> csr_array:
    entries = [(row, column, value) for row, (cells, _) in enumerate(rows) for column, value in cells.items()]
    row, column, value = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_array((value, (row, column)), shape=(len(rows), width))
