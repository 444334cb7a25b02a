"""Means, spread, floor and ceiling, and correlations of the variables of an analysis."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

from rater.analysis.variables import Variables
from rater.statistics.agreement import pearson
from rater.statistics.result import Floats

_POOLED = "sessions pooled over patients; the interval takes them as independent"


def descriptives(of: Variables) -> dict[str, Any]:
    """`overall` and `by_session_no`: mean, standard deviation (n - 1), n, minimum and maximum of every variable.

    `overall` also has `floor` and `ceiling`, the share of sessions at the lowest and at the highest possible value.
    """
    columns, numbers = of.all, np.array(of.numbers)
    overall = {name: described(columns[name]) | _ends(columns[name], of.ranges.get(name)) for name in of.described}
    by_number = {
        str(number): {name: described(columns[name][numbers == number]) for name in of.described}
        for number in sorted(set(of.numbers))
    }
    return {"overall": overall, "by_session_no": by_number}


def described(values: Floats) -> dict[str, Any]:
    """Mean, standard deviation, n, minimum and maximum of the values that are there; None where there is none.

    The interval of the mean is that of t with n - 1 degrees of freedom.
    """
    known = values[~np.isnan(values)]
    n = len(known)
    told: dict[str, Any] = dict.fromkeys(("mean", "sd", "min", "max", "ci95")) | {"n": n}
    if n:
        told |= {"mean": float(known.mean()), "min": float(known.min()), "max": float(known.max())}
    if n > 1:
        told["sd"] = float(known.std(ddof=1))
        reach = float(special.stdtrit(n - 1, 0.975)) * told["sd"] / n**0.5
        told["ci95"] = [told["mean"] - reach, told["mean"] + reach]
    return told


def _ends(values: Floats, limits: tuple[float, float] | None) -> dict[str, float | None]:
    known = values[~np.isnan(values)]
    if limits is None or not len(known):
        return {"floor": None, "ceiling": None}
    low, high = limits
    return {"floor": float(np.mean(known <= low + 1e-9)), "ceiling": float(np.mean(known >= high - 1e-9))}


def correlations(of: Variables) -> dict[str, dict[str, Any]]:
    """Pearson's r of every two scores and outcomes over the sessions that have both, under the key `A~B`."""
    columns = {**of.scores, **of.outcomes}
    return {
        f"{a}~{b}": replace(pearson(np.column_stack((columns[a], columns[b]))), definition=_POOLED).as_dict()
        for a, b in combinations(columns, 2)
    }
