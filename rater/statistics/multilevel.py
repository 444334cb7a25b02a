"""Linear mixed models of a table: fixed effects by formula, a random intercept and slope by one group.

References
----------
Bates, D., Maechler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models using lme4.
    Journal of Statistical Software, 67(1), 1-48.
Kuznetsova, A., Brockhoff, P. B., & Christensen, R. H. B. (2017). lmerTest package: tests in linear mixed effects
    models. Journal of Statistical Software, 82(13), 1-26.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import chdtrc

from rater.statistics.effects import NOTHING, RANDOM, FixedEffect, fitted
from rater.statistics.formula import Formula, column_names, parse_formula
from rater.statistics.groups import Without, rows_of
from rater.statistics.gtheory import BOUNDARY, CONVERGED
from rater.statistics.one_factor import NOT_CONVERGED
from rater.statistics.result import Estimate, Floats, missing, reason_told
from rater.terms import Reason

if TYPE_CHECKING:
    import pandas as pd

NOT_THE_NULL_MODEL = Reason("only for the model without predictors and random slope")
NO_FIT = Reason("one of the two models has no fit")
NOT_BY_ML = Reason("both models must be fitted by maximum likelihood")
OTHER_ROWS = Reason("the two models rest on different rows")
NOT_NESTED = Reason("the smaller model is no part of the larger one")


@dataclass(frozen=True)
class Multilevel:
    """A fitted model, or the reason why there is none; `n` rows were used, `dropped` ones lack a variable.

    `loglik` is the restricted log-likelihood under REML; `df` counts fixed effects, variances and covariances;
    `aic` = -2 loglik + 2 df, `bic` = -2 loglik + df log(n). `singular`: the variances lie at the boundary.
    """

    formula: str
    group: str
    slope: str | None
    reml: bool
    n: int
    dropped: int
    groups: int
    fixed: Mapping[str, FixedEffect]
    random: Mapping[str, Estimate]
    icc: Estimate
    loglik: float | None = None
    df: int | None = None
    singular: bool | None = None
    reason: Reason | None = None
    settled: bool = True
    response: Floats = field(default_factory=lambda: np.empty(0), compare=False, repr=False)

    @property
    def aic(self) -> float | None:
        """Akaike's criterion; None without a fit."""
        return None if self.loglik is None or self.df is None else -2 * self.loglik + 2 * self.df

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion with the number of rows; None without a fit."""
        return None if self.loglik is None or self.df is None else -2 * self.loglik + self.df * float(np.log(self.n))

    @property
    def status(self) -> Reason | None:
        """How the fit ended; None without one."""
        if self.loglik is None:
            return None
        return NOT_CONVERGED if not self.settled else BOUNDARY if self.singular else CONVERGED

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `rater stats multilevel`; without a fit every figure is null, with the reason."""
        return {
            "formula": self.formula,
            "group": self.group,
            "random_slope": self.slope,
            "reml": self.reml,
            "n": self.n,
            "dropped": self.dropped,
            "groups": self.groups,
            "loglik": self.loglik,
            "df": self.df,
            "aic": self.aic,
            "bic": self.bic,
            "singular": self.singular,
            "fixed": {name: each.as_dict() for name, each in self.fixed.items()},
            "random": {name: each.as_dict() for name, each in self.random.items()},
            "icc": self.icc.as_dict(),
            "status": None if self.status is None else str(self.status),
            **reason_told(self.reason),
        }


def multilevel(
    data: pd.DataFrame, formula: str, *, group: str, random: str | None = None, reml: bool = True
) -> Multilevel:
    """Fit a linear mixed model.

    Parameters
    ----------
    data : DataFrame
        Rows that lack a variable of the model are dropped and counted.
    formula : str
        As `parse_formula` reads it: `y ~ 1`, `y ~ time`, `y ~ age * sex`.
    group : str
        The column whose values are the groups.
    random : str, optional
        A column of numbers whose slope differs between groups; it is correlated with the intercept.
    reml : bool
        Restricted maximum likelihood (the default), for variances; else maximum likelihood, for comparing models.

    Returns
    -------
    Multilevel
        Without values, and with the reason, where a column is not there or unfit, there is one group, nothing varies,
        columns are collinear or rows too few. A fit at the boundary has values and that status.

    Raises
    ------
    BadInput
        For a formula that cannot be read.

    Notes
    -----
    The profiled deviance of Bates et al. (2015), groups as blocks, minimised from four starts. t tests have
    Satterthwaite's degrees of freedom as in lmerTest: 2 v^2 / (g' A g), v the variance of the estimate, g its
    derivatives by the parameters of the variances and A their covariance from the Hessian of the deviance.
    """
    asked = parse_formula(formula)
    try:
        rows = rows_of(data, asked, group, random)
        found = fitted(rows, reml=reml)
    except Without as error:
        return _without(formula, asked, group, random, reml, error)
    null = not asked.terms and random is None
    count = 1 if random is None else 3
    return Multilevel(
        formula, group, random, reml, len(rows.y), rows.dropped, rows.groups, found.fixed, found.random,
        found.icc if null else missing(NOT_THE_NULL_MODEL, len(rows.y)), found.loglik, rows.x.shape[1] + count + 1,
        found.singular, settled=found.settled, response=rows.y,
    )  # fmt: skip


def _without(formula: str, asked: Formula, group: str, slope: str | None, reml: bool, why: Without) -> Multilevel:
    nothing = missing(why.reason, why.n)
    return Multilevel(
        formula, group, slope, reml, why.n, why.dropped, why.groups, dict.fromkeys(column_names(asked), NOTHING),
        dict.fromkeys(RANDOM, nothing), nothing, reason=why.reason,
    )  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A likelihood-ratio test: twice the difference in log-likelihood, chi-squared with `df` degrees of freedom."""

    chi2: float | None
    df: int | None
    p: float | None
    reason: Reason | None = None

    def as_dict(self) -> dict[str, Any]:
        """`chi2`, `df`, `p`, `reason`."""
        reason = None if self.reason is None else str(self.reason)
        return {"chi2": self.chi2, "df": self.df, "p": self.p, "reason": reason}


def likelihood_ratio(smaller: Multilevel, larger: Multilevel) -> Comparison:
    """Whether the larger model fits better; both by maximum likelihood, on the same rows, the smaller one within.

    A variance that is zero in the smaller model lies at the boundary of the larger one: p is then too large.
    """
    reason = _incomparable(smaller, larger)
    if reason is not None or smaller.loglik is None or larger.loglik is None:
        return Comparison(None, None, None, reason)
    chi2 = max(0.0, 2 * (larger.loglik - smaller.loglik))
    df = (larger.df or 0) - (smaller.df or 0)
    return Comparison(chi2, df, float(chdtrc(df, chi2)))


def _incomparable(smaller: Multilevel, larger: Multilevel) -> Reason | None:
    if smaller.loglik is None or larger.loglik is None:
        return NO_FIT
    if smaller.reml or larger.reml:
        return NOT_BY_ML
    if smaller.group != larger.group or not np.array_equal(smaller.response, larger.response):
        return OTHER_ROWS
    within = smaller.fixed.keys() <= larger.fixed.keys() and smaller.slope in (None, larger.slope)
    return None if within and smaller.df != larger.df else NOT_NESTED
