"""How even pairs can be at best under bars, caps and kept rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

from rater.allocation.pairing import Pairing
from rater.allocation.placing import Panel
from rater.allocation.programme import Programme

_MOST_LABELS = 3_000


def least_pair_squares(pairing: Pairing) -> int:
    """A number that the sum of squared pairs cannot fall below while total loads keep their least sum of squares.

    A linear programme over the labels of each panel; 0 where it is too large or the solver gives up, and where the
    number of pairs can change.
    """
    if pairing.number_varies or sum(len(panel.raters) ** 2 for panel in pairing.panels) > 2 * _MOST_LABELS:
        return 0
    labels = [(place, a, b) for place, panel in enumerate(pairing.panels) for a, b in _labels(panel)]
    loads: dict[int, list[int]] = {}
    meet: dict[tuple[int, int], list[int]] = {}
    for column, (place, a, b) in enumerate(labels):
        for rater in {a, b} - {pairing.panels[place].fixed}:
            loads.setdefault(rater, []).append(column)
        meet.setdefault((a, b), []).append(column)
    programme = Programme(len(labels))
    squares = []
    for rater, load in enumerate(pairing.total.tolist()):
        mine, base = loads.get(rater, []), int(pairing.base_total[rater])
        programme.demand(mine, 0, pairing.most[rater] - base)
        squares.append(programme.square(mine, base, range(load - 2, load + 2)))
    programme.demand(squares, 0, float((pairing.total**2).sum()))
    for place, size in enumerate(pairing.sizes):
        programme.demand([column for column, label in enumerate(labels) if label[0] == place], size, size)
    doubles = int(pairing.doubles.sum()) // 2
    programme.demand([column for column, (_, a, b) in enumerate(labels) if a != b], doubles, doubles)
    found = pairing.pairs[pairing.open_pairs]
    spread = range(max(0, int(found.min(initial=0)) - 2), int(found.max(initial=0)) + 2)
    cells = [(int(a), int(b)) for a, b in np.argwhere(pairing.open_pairs)]
    return programme.least(
        [programme.square(meet.get(cell, []), int(pairing.base_pairs[cell]), spread) for cell in cells]
    )


def _labels(panel: Panel) -> Iterator[tuple[int, int]]:
    """What a session of the panel can become, as pairs of raters, the smaller first; a single is a pair of one."""
    if panel.apart:
        yield from zip(panel.raters, panel.raters, strict=True)
    elif not panel.is_begun:
        yield from combinations_with_replacement(panel.raters, 2)
    else:
        partners = (*panel.raters, *([panel.fixed] if panel.most_doubles else []))
        yield from ((min(panel.fixed, rater), max(panel.fixed, rater)) for rater in partners)
