"""Mean and median over items of an intraclass correlation, the mean with an interval that leaves out each session.

References
----------
Arvesen, J. N., & Schmitz, T. H. (1970). Robust procedures for variance component problems using the jackknife.
    Biometrics, 26, 677-686.
Haller, E., & Watzke, B. (2021). Cognitive Therapy and Research, 45, 224-235: mean and median ICC over items.
"""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from rater.statistics.icc import DESIGNS, icc_values
from rater.statistics.result import Estimate, Floats, estimate, missing
from rater.terms import Reason

FEWEST_SESSIONS = 5
NO_ITEM = Reason("no item can be estimated")


def over_items(cube: Floats, form: str) -> tuple[Estimate, Estimate]:
    """Mean and median over items of one intraclass correlation.

    Parameters
    ----------
    cube : array, items x sessions x raters
        NaN where there is no point; each item's coefficient rests on its sessions without a gap.
    form : str
        The coefficient, as in `rater.statistics.icc.FORMS`.

    Returns
    -------
    tuple of Estimate
        Mean and median over the items that have the coefficient; `n` counts the sessions with a complete row in at
        least one item, `definition` the items. Without any such item: no value, with that reason.

    Notes
    -----
    The interval of the mean m is the jackknife's over sessions, so that the items of a session stay together, on the
    scale -ln(1 - m): with t that figure and t_s the one without session s, the mean of the n values n t - (n - 1) t_s
    and its t limits with n - 1 degrees of freedom. Raters are not left out, so it speaks of these raters. In
    simulations of seven items and five to twenty sessions it held the truth in 93 to 99 of 100. (Drawing sessions
    with replacement held it in 31 to 66 of 100, as a draw repeats sessions.) There is none with fewer than five
    sessions, where the items that have the coefficient change as a session is left out, at perfect agreement, or
    where the limits do not enclose the mean. The median has none: the jackknife does not hold for it.
    """
    rated = ~np.isnan(cube).any(axis=2).all(axis=0)
    n, values = int(rated.sum()), icc_values(cube, form)
    used = values[~np.isnan(values)]
    kind = "single rating" if form.endswith("1") else "mean of k ratings"
    if not used.size:
        without = missing(NO_ITEM, n, design=DESIGNS[form[0]], form=kind)
        return without, without
    share = f"over the items that can be estimated: {len(used)} of {len(values)}"
    low, high = _limits(cube[:, rated][~np.isnan(values)], form, float(used.mean()))
    return (
        estimate(float(used.mean()), n, low, high, design=DESIGNS[form[0]], form=kind, definition=f"mean {share}"),
        estimate(float(np.median(used)), n, design=DESIGNS[form[0]], form=kind, definition=f"median {share}"),
    )


def _limits(cube: Floats, form: str, value: float) -> tuple[float, float]:
    """The jackknife's limits of the mean; NaN where there are none."""
    items, n, raters = cube.shape
    if n < FEWEST_SESSIONS:
        return np.nan, np.nan
    fewer = np.stack([np.delete(cube, session, axis=1) for session in range(n)])
    means = icc_values(fewer.reshape(n * items, n - 1, raters), form).reshape(n, items).mean(axis=1)
    if np.isnan(means).any() or max(value, float(means.max())) >= 1:
        return np.nan, np.nan
    pseudo = (n - 1) * np.log1p(-means) - n * np.log1p(-value)
    reach = float(stdtrit(n - 1, 0.975) * pseudo.std(ddof=1) / np.sqrt(n))
    low, high = (float(-np.expm1(-(pseudo.mean() + side))) for side in (-reach, reach))
    return (low, high) if low <= value <= high else (np.nan, np.nan)
