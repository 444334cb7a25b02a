"""How far raters agree on one table of sessions by raters: coefficients with their limits."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import f, t

FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
Z = 1.959963984540054
Figures = dict[str, float]


def icc(table: np.ndarray) -> Figures:
    """The six intraclass correlations of Shrout and Fleiss with their limits, and the standard error of measurement."""
    table = table[~np.isnan(table).any(axis=1)]
    n, k = table.shape
    if n < 2 or k < 2:
        return {}
    mean, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    bms = k * ((rows - mean) ** 2).sum() / (n - 1)
    jms = n * ((columns - mean) ** 2).sum() / (k - 1)
    wms = ((table - rows[:, None]) ** 2).sum() / (n * (k - 1))
    ems = ((table - rows[:, None] - columns + mean) ** 2).sum() / ((n - 1) * (k - 1))
    values = (
        (bms - wms) / (bms + (k - 1) * wms),
        (bms - ems) / (bms + (k - 1) * ems + k * (jms - ems) / n),
        (bms - ems) / (bms + (k - 1) * ems),
        (bms - wms) / bms,
        (bms - ems) / (bms + (jms - ems) / n),
        (bms - ems) / bms,
    )
    told = {f"icc/{form}/value": value for form, value in zip(FORMS, values, strict=True)}
    limits = {}
    for model, error, df in (("1", wms, n * (k - 1)), ("3", ems, (n - 1) * (k - 1))):
        ratio = bms / error
        ends = np.array([ratio / f.ppf(0.975, n - 1, df), ratio * f.ppf(0.975, df, n - 1)])
        exact = np.ones(2) if error <= 1e-28 * bms else None
        limits[f"{model},1"] = (ends - 1) / (ends + k - 1) if exact is None else exact
        limits[f"{model},k"] = 1 - 1 / ends if exact is None else exact
    a, b = k * values[1] * jms, n * (1 + (k - 1) * values[1]) - k * values[1]
    df = (n - 1) * (k - 1) * (a + b * ems) ** 2 / ((n - 1) * a**2 + (b * ems) ** 2)
    high, low, rest = f.ppf(0.975, n - 1, df), f.ppf(0.975, df, n - 1), k * jms + (k * n - k - n) * ems
    ends = np.array([n * (bms - high * ems) / (high * rest + n * bms), n * (low * bms - ems) / (rest + n * low * bms)])
    ends = np.ones(2) if wms <= 1e-28 * bms else ends
    limits |= {"2,1": ends, "2,k": k * ends / (1 + (k - 1) * ends)}
    told |= {f"icc/{form}/ci95/{place}": limits[form][place] for form in FORMS for place in range(2)}
    return told | {"sem/value": np.sqrt((jms + (n - 1) * ems) / n)}


def around(path: str, value: float, reach: float, low: float = -np.inf, high: float = np.inf) -> Figures:
    """A figure with limits that lie as far below as above it, cut off at the ends of its range."""
    told = {
        f"{path}/value": value,
        f"{path}/ci95/0": max(low, value - reach),
        f"{path}/ci95/1": min(high, value + reach),
    }
    return {key: float(each) for key, each in told.items()}


def mean(rows: np.ndarray) -> Any:
    """The mean over rows; of none, not a number."""
    return rows.sum(axis=0) / np.float64(len(rows))


def agreement(table: np.ndarray, points: np.ndarray) -> Figures:
    """Kappa (two raters), Krippendorff's alpha, Gwet's coefficients, percent and within-1 agreement."""
    size = len(points)
    given = np.array([[(row == point).sum() for point in points] for row in table], dtype=float).reshape(-1, size)
    span = points[-1] - points[0] if size > 1 else 1.0
    apart = np.abs(points[:, None] - points[None, :]) / (span or 1.0)
    weights = {"unweighted": np.eye(size), "linear": 1 - apart, "quadratic": 1 - apart**2}
    found: Figures = {}
    labels = {"unweighted": "ac1", "linear": "ac2_linear", "quadratic": "ac2_quadratic"}
    for name, weight in weights.items():
        if table.shape[1] == 2:
            found |= kappa(table, points, weight, f"kappa/{name}")
        found |= gwet(given, weight, f"gwet/{labels[name]}")
    pairs = given[given.sum(axis=1) >= 2]
    for metric in ("nominal", "ordinal", "interval"):
        found |= jackknifed(pairs, points, metric)
    return found | close(table, 0, "percent_agreement") | close(table, 1, "within_1")


def kappa(table: np.ndarray, points: np.ndarray, weight: np.ndarray, path: str) -> Figures:
    """Cohen's kappa of two raters, with the standard error of Fleiss, Cohen and Everitt."""
    both = table[~np.isnan(table).any(axis=1)]
    cross = np.array([[mean((both[:, 0] == a) & (both[:, 1] == b)) for b in points] for a in points])
    rows, columns = cross.sum(axis=1), cross.sum(axis=0)
    chance = (weight * np.outer(rows, columns)).sum()
    value = ((weight * cross).sum() - chance) / (1 - chance)
    margins = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = (cross * (weight - margins * (1 - value)) ** 2).sum() - (value - chance * (1 - value)) ** 2
    return around(path, value, Z * np.sqrt(max(spread, 0) / len(both)) / (1 - chance), -1, 1)


def gwet(given: np.ndarray, weight: np.ndarray, path: str) -> Figures:
    """AC1 or AC2 with its linearised variance, from how often each point was given to each session."""
    given, size = given[given.sum(axis=1) > 0], len(weight)
    m, n = given.sum(axis=1), len(given)
    shared = m > 1
    pairs = np.where(shared, (given * (given @ weight - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1), 0)
    observed = pairs.sum() / shared.sum()
    share = mean(given / m[:, None])
    factor = weight.sum() / (size * (size - 1))
    chance = factor * (share * (1 - share)).sum()
    value = (observed - chance) / (1 - chance)
    direct = n / shared.sum() * (pairs - chance * shared) / (1 - chance)
    through = (factor * (given @ (1 - share)) / m - chance) / (1 - chance)
    spread = ((direct - 2 * (1 - value) * through - value) ** 2).sum() / (n * (n - 1))
    return around(path, value, t.ppf(0.975, n - 1) * np.sqrt(spread), -1, 1)


def krippendorff(pairs: np.ndarray, points: np.ndarray, metric: str) -> float:
    """Krippendorff's alpha, from how often each point was given to each session with two or more ratings."""
    margins = pairs.sum(axis=0)
    place = {"ordinal": np.cumsum(margins) - margins / 2, "interval": points}.get(metric)
    distance = 1 - np.eye(len(points)) if place is None else (place[:, None] - place[None, :]) ** 2
    within = (((pairs @ distance) * pairs).sum(axis=1) / (pairs.sum(axis=1) - 1)).sum()
    return float(1 - (margins.sum() - 1) * within / (margins @ distance @ margins))


def jackknifed(pairs: np.ndarray, points: np.ndarray, metric: str) -> Figures:
    """Krippendorff's alpha with the limits that come of leaving out one session after the other."""
    n, value = len(pairs), krippendorff(pairs, points, metric)
    without = np.array([krippendorff(np.delete(pairs, place, axis=0), points, metric) for place in range(n)])
    spread = np.sqrt(np.float64(n - 1) / n * ((without - mean(without)) ** 2).sum())
    return around(f"alpha/{metric}", value, t.ppf(0.975, n - 1) * spread, -1, 1)


def close(table: np.ndarray, distance: float, path: str) -> Figures:
    """The mean over sessions of the share of pairs of ratings no further apart than the distance; Wilson's limits."""
    shares = []
    for row in table:
        pairs = [abs(a - b) <= distance for a, b in combinations(row[~np.isnan(row)], 2)]
        shares += [np.mean(pairs)] if pairs else []
    n, share = len(shares), float(np.mean(shares)) if shares else np.nan
    middle, whole = (share + Z**2 / (2 * n), 1 + Z**2 / n) if n else (np.nan, np.nan)
    reach = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) if n else np.nan
    limits = {
        f"{path}/ci95/0": max(0.0, (middle - reach) / whole),
        f"{path}/ci95/1": min(1.0, (middle + reach) / whole),
    }
    return {f"{path}/value": share, **limits}
