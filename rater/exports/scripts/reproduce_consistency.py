"""How far the items of a scale hang together, and correlations: coefficients of one table with their limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import f

Z = 1.959963984540054
Figures = dict[str, float]


def pearson(table: np.ndarray, path: str, *, with_n: bool = False) -> Figures:
    """Product-moment correlation of two columns over complete rows, with Fisher's limits."""
    pairs = table[~np.isnan(table).any(axis=1)]
    n = len(pairs)
    r = np.corrcoef(pairs.T)[0, 1] if n > 1 else np.nan
    reach = np.array([-Z, Z]) / np.sqrt(n - 3) if n > 3 else np.full(2, np.nan)
    low, high = np.tanh(np.arctanh(r) + reach)
    told = {f"{path}/value": r, f"{path}/ci95/0": low, f"{path}/ci95/1": high}
    return told | ({f"{path}/n": n} if with_n else {})


def consistency(given: pd.DataFrame, wanted: dict[str, Any], path: str) -> Figures:
    """Cronbach's alpha with Feldt's limits, omega, corrected item-total correlations, on complete rows."""
    cases = given.dropna()
    n, k = cases.shape
    told: Figures = {f"{path}/n": n}
    if n < 2 or k < 2:
        return told
    covariance = np.cov(cases.to_numpy().T)
    alpha = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    limits = 1 - (1 - alpha) * f.ppf([0.975, 0.025], n - 1, (n - 1) * (k - 1))
    told |= {f"{path}/alpha/value": alpha, f"{path}/alpha/ci95/0": limits[0], f"{path}/alpha/ci95/1": limits[1]}
    if wanted.get(f"/analysis{path}/omega/value") is not None:
        told[f"{path}/omega/value"] = omega(covariance)
    for item in cases.columns:
        both = np.column_stack([cases[item], cases.drop(columns=item).sum(axis=1)])
        told |= pearson(both, f"{path}/item_total/{item}")
    return told


def omega(covariance: np.ndarray) -> float:
    """Omega total of a one-factor model by maximum likelihood; of two items Spearman-Brown."""
    sd = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(sd, sd)
    if len(sd) == 2:
        return float(2 * correlation[0, 1] / (1 + correlation[0, 1]))

    def misfit(log_unique: np.ndarray) -> tuple[float, np.ndarray]:
        root = np.exp(log_unique / 2)
        values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
        rest, w = values[:-1], vectors[:, :-1]
        return float((rest - np.log(rest)).sum()), (w**2) @ (1 - rest)

    starts = [
        (1 - 0.5 / len(sd)) / np.diag(np.linalg.inv(correlation)),
        *(np.full(len(sd), x) for x in (0.3, 0.6, 0.9)),
    ]
    fit: Any = minimize
    options = {"ftol": 1e-15, "gtol": 1e-9}
    ends = [
        fit(misfit, np.log(np.clip(each, 1e-3, 0.999)), jac=True, method="L-BFGS-B", options=options,
            bounds=[(np.log(1e-3), None)] * len(sd))
        for each in starts
    ]  # fmt: skip
    unique = np.exp(min(ends, key=lambda each: each.fun).x)
    values, vectors = np.linalg.eigh(correlation / np.sqrt(np.outer(unique, unique)))
    loadings = sd * np.sqrt(unique) * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0))
    common = loadings.sum() ** 2
    return float(common / (common + (unique * sd**2).sum()))
