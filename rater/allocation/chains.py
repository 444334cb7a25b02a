"""The cheapest closed chain of steps between nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FAR = np.int64(1) << 40
"""The cost of a step that is not open."""

LONGEST = 6
"""The most steps of a chain."""


def closed_chain(costs: Ints, below: int, least: int = 2) -> list[int] | None:
    """The cheapest closed chain of `least` steps or more that costs at most `below`, shortest first, as nodes."""
    nodes = np.arange(len(costs))
    reach, came = costs, []
    for length in range(2, min(LONGEST, len(costs)) + 1):
        longer = reach[:, :, None] + costs[None, :, :]
        before = longer.argmin(axis=1)
        came.append(before)
        reach = np.minimum(np.take_along_axis(longer, before[:, None, :], axis=1)[:, 0, :], FAR)
        start = int(np.argmin(reach[nodes, nodes]))
        if length >= least and reach[start, start] <= below:
            chain = [start]
            for earlier in reversed(came):
                chain.append(int(earlier[start, chain[-1]]))
            return chain[::-1]
    return None
