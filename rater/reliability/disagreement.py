"""Tables of disagreement: which points two raters gave to one session."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from rater.statistics.result import Floats, Ints


def disagreement(values: Floats, points: Sequence[int], *, by_position: bool) -> dict[str, Any] | None:
    """How often each pair of points was given to one session; None for an item that is not rated in points.

    Parameters
    ----------
    values
        Sessions x columns of raw points, NaN where there is none (see `item_table`).
    points
        Every point of the item's scale, lowest first.
    by_position
        Whether the columns are main and second; else they are raters in the order of their codes.

    Returns
    -------
    dict
        `points`; `counts`, rows being the column that stands first in `values`; `n`, the number of pairs counted. With
        more than two columns each pair of raters of a session counts once. A value that is not a point is not counted,
        and told as `outside`.
    """
    if not points:
        return None
    counts = np.zeros((len(points), len(points)), dtype=np.int64)
    outside = 0
    for one, other in combinations(range(values.shape[1]), 2):
        both = values[:, [one, other]]
        both = both[~np.isnan(both).any(axis=1)]
        known = np.isin(both, points).all(axis=1)
        outside += int((~known).sum())
        counts += _counted(both[known], points)
    told = {"points": list(points), "counts": counts.tolist(), "n": int(counts.sum()), "by_position": by_position}
    return told | {"outside": outside}


def _counted(pairs: Floats, points: Sequence[int]) -> Ints:
    places = np.searchsorted(np.asarray(points, dtype=float), pairs)
    flat = np.bincount(places[:, 0] * len(points) + places[:, 1], minlength=len(points) ** 2)
    return flat.reshape(len(points), len(points)).astype(np.int64)
