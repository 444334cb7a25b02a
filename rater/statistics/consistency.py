"""Internal consistency of a scale: Cronbach's alpha, omega total, corrected item-total correlations.

References
----------
Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16, 297-334.
Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for coefficient alpha. Applied
    Psychological Measurement, 11, 93-103.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import fdtri

from rater.statistics.agreement import pearson
from rater.statistics.omega import OMEGA, SPEARMAN_BROWN, omega
from rater.statistics.result import NO_VARIANCE, OUTSIDE_RANGE, Estimate, Floats, estimate, missing
from rater.terms import Reason

ONE_ITEM = Reason("needs at least two items")
TOO_FEW_CASES = Reason("fewer than two complete rows")
_NOTHING = 1e-140  # a spread, beside the largest value, whose square is too small for a number
OTHER_KEY = Reason("this item runs against the others: is it keyed the other way round?")
_ALPHA = "k / (k - 1) (1 - sum of item variances / variance of the sum), complete cases; limits: F (Feldt)"
_ITEM_TOTAL = "correlation of the item with the sum of the other items, complete cases; limits: Fisher's z"


def no_variance_in(names: Sequence[str]) -> Reason:
    """That these items are constant."""
    return Reason("no variance in {names}", {"names": ", ".join(names)})


@dataclass(frozen=True)
class Consistency:
    """Alpha, omega and item-total correlations of the same `n` complete cases.

    `hints` names items whose item-total correlation is negative; they are never turned round.
    """

    n: int
    alpha: Estimate
    omega: Estimate
    item_total: Mapping[str, Estimate]
    hints: Mapping[str, Reason] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """`n`, `alpha`, `omega`, `item_total` by item; an item that runs against the others has a `hint`."""
        told = {name: each.as_dict() for name, each in self.item_total.items()}
        for name, hint in self.hints.items():
            told[name]["hint"] = str(hint)
        return {"n": self.n, "alpha": self.alpha.as_dict(), "omega": self.omega.as_dict(), "item_total": told}


def consistency(values: Floats, names: Sequence[str]) -> Consistency:
    """Internal consistency of the items of a scale.

    Parameters
    ----------
    values : array, units x items
        NaN where a point is missing; units with a missing point are left out.
    names : sequence of str
        The items, all different.

    Returns
    -------
    Consistency
        Without values, and with the reason, for fewer than two items or complete cases; alpha and omega also where an
        item is constant, which the reason names.

    Raises
    ------
    ValueError
        Where names and columns differ in number, a name comes twice or a value is infinite.

    Notes
    -----
    Alpha's interval is Feldt's: (1 - true alpha) / (1 - alpha) has an F distribution with n - 1 and (n - 1)(k - 1)
    degrees of freedom; it holds for essentially tau-equivalent items with normal errors. Omega: `omega`.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != 2 or table.shape[1] != len(names) or len(set(names)) < len(names):
        raise ValueError("one name is needed for each column")
    if np.isinf(table).any():
        raise ValueError("a value is infinite")
    cases = table[~np.isnan(table).any(axis=1)]
    cases = cases / (np.abs(cases).max(initial=0.0) or 1.0)
    n, k = cases.shape
    definition = SPEARMAN_BROWN if k == 2 else OMEGA
    reason = ONE_ITEM if k < 2 else TOO_FEW_CASES if n < 2 else None
    if reason is not None:
        nothing = missing(reason, n, definition=_ITEM_TOTAL)
        alpha, total = missing(reason, n, definition=_ALPHA), missing(reason, n, definition=definition)
        return Consistency(n, alpha, total, dict.fromkeys(names, nothing))
    flat = np.ptp(cases, axis=0) <= np.maximum(64 * np.finfo(float).eps * np.abs(cases).max(axis=0), _NOTHING)
    item_total = {name: _item_total(cases, i, bool(flat[i])) for i, name in enumerate(names)}
    hints = {name: OTHER_KEY for name, each in item_total.items() if each.value is not None and each.value < 0}
    if flat.any():
        constant = no_variance_in([name for name, each in zip(names, flat, strict=True) if each])
        alpha, total = missing(constant, n, definition=_ALPHA), missing(constant, n, definition=definition)
        return Consistency(n, alpha, total, item_total, hints)
    covariance = np.cov(cases.T / cases.std(axis=0).max())
    return Consistency(n, _alpha(covariance, n), omega(covariance, n), item_total, hints)


def _alpha(covariance: Floats, n: int) -> Estimate:
    k, whole = len(covariance), float(covariance.sum())
    if whole <= 1e-12 * np.trace(covariance):
        return missing(OUTSIDE_RANGE, n, definition=_ALPHA)
    value = k / (k - 1) * (1 - float(np.trace(covariance)) / whole)
    limits = 1 - (1 - value) * fdtri(n - 1, (n - 1) * (k - 1), [0.975, 0.025])
    return estimate(value, n, *(float(each) for each in limits), definition=_ALPHA)


def _item_total(cases: Floats, item: int, flat: bool) -> Estimate:
    if flat:
        return missing(NO_VARIANCE, len(cases), definition=_ITEM_TOTAL)
    rest = np.delete(cases, item, axis=1).sum(axis=1)
    found = pearson(np.column_stack([cases[:, item], rest]))
    return Estimate(found.value, found.n, found.ci95, found.reason, definition=_ITEM_TOTAL)
