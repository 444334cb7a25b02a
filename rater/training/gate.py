"""The reliability gate: whether raters agree well enough to begin with the main wave.

References
----------
Haller, E., & Watzke, B. (2021). Cognitive Therapy and Research, 45, 224-235: main rating began after ICC(2,2) on three
    sessions that all raters had rated.
Koo, T. K., & Li, M. Y. (2016). A guideline of selecting and reporting intraclass correlation coefficients for
    reliability research. Journal of Chiropractic Medicine, 15, 155-163: good from .75 on, judged on the interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rater.statistics.result import Estimate, reason_told
from rater.terms import GateStatistic, GateUnit, Reason

WIDE = 0.3
"""Width of an interval from which a caution is given."""
_ROUNDING = 1e-9

STATISTICS = {
    GateStatistic.ICC_GROUP: Reason("ICC(2,k) of all raters"),
    GateStatistic.ICC_CRITERION: Reason("ICC(2,1) with the criterion"),
    GateStatistic.WITHIN_ONE: Reason("Agreement within one point of the criterion"),
    GateStatistic.EXACT: Reason("Exact agreement with the criterion"),
}
NO_SCORE = Reason("there is no score to judge by")


@dataclass(frozen=True)
class GatePolicy:
    """What the gate asks for.

    Attributes
    ----------
    statistic : GateStatistic
        What is looked at.
    unit : GateUnit
        Whether it is that of the score or the mean or median over items. A share of agreement in the unit `SCORE`
        pools all items. The median has no interval, so it cannot pass by its lower limit.
    threshold : float
        What must be reached: a coefficient, or a share from 0 to 1. 0.75 is Koo and Li's bound of a good ICC; a share
        deserves a bound of its own.
    minimum_sessions : int
        Sessions that the figure must rest on. The source study had three; its interval would have said little.
    use_lower_limit : bool
        Whether the lower limit of the 95 % interval, not the estimate, must reach the threshold.
    """

    statistic: GateStatistic = GateStatistic.ICC_GROUP
    unit: GateUnit = GateUnit.SCORE
    threshold: float = 0.75
    minimum_sessions: int = 10
    use_lower_limit: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError("the threshold lies above 0 and is at most 1")
        if self.minimum_sessions < 2:
            raise ValueError("the gate needs two sessions at least")


@dataclass(frozen=True)
class Attained:
    """What was reached on one score: the figure that the policy asks for, and how many sessions it rests on."""

    estimate: Estimate
    n_sessions: int


@dataclass(frozen=True)
class ScoreDecision:
    """Whether one score passes: `reasons` say why it does not; `cautions` hold whether it does or not."""

    score: str
    estimate: Estimate
    n_sessions: int
    threshold: float
    passed: bool
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Reason, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON; each reason as a sentence with its parts, by which it can be said in another language."""
        return {
            "score": self.score,
            "estimate": self.estimate.as_dict(),
            "n_sessions": self.n_sessions,
            "threshold": self.threshold,
            "passed": self.passed,
            "reasons": [reason_told(each) for each in self.reasons],
            "cautions": [reason_told(each) for each in self.cautions],
        }


@dataclass(frozen=True)
class GateDecision:
    """Whether the gate is passed, each score's part in it, and all reasons why not."""

    passed: bool
    scores: dict[str, ScoreDecision]
    policy: GatePolicy
    reasons: tuple[Reason, ...] = ()

    @property
    def cautions(self) -> tuple[Reason, ...]:
        """Those of all scores."""
        return tuple(caution for each in self.scores.values() for caution in each.cautions)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        policy = {
            "statistic": str(self.policy.statistic),
            "unit": str(self.policy.unit),
            "threshold": self.policy.threshold,
            "minimum_sessions": self.policy.minimum_sessions,
            "use_lower_limit": self.policy.use_lower_limit,
        }
        return {
            "passed": self.passed,
            "policy": policy,
            "scores": {name: each.as_dict() for name, each in self.scores.items()},
            "reasons": [reason_told(each) for each in self.reasons],
        }


def pass_gate(agreement: Mapping[str, Attained], policy: GatePolicy) -> GateDecision:
    """Decide by what was attained on each score.

    The rules, all of which must hold:

    1. There is at least one score, and every score passes.
    2. A score rests on at least `minimum_sessions` sessions.
    3. Its figure can be estimated. What cannot be estimated does not pass, whatever the cause.
    4. Its figure reaches the threshold; with `use_lower_limit` the lower limit of its interval does, and a figure
       without an interval does not pass.

    An interval wider than 0.3, one that reaches below the threshold, or none at all is told as a caution. Cautions
    never decide. `agreement` comes from `gate_figures.of_group` or `gate_figures.of_rater`.
    """
    scores = {name: _decided(name, each, policy) for name, each in agreement.items()}
    reasons = tuple(reason for each in scores.values() for reason in each.reasons)
    if not scores:
        reasons = (NO_SCORE,)
    return GateDecision(not reasons, scores, policy, reasons)


def _decided(score: str, attained: Attained, policy: GatePolicy) -> ScoreDecision:
    n, figure = attained.n_sessions, attained.estimate
    reasons = [
        *([_too_few(score, n, policy)] if n < policy.minimum_sessions else []),
        *_short_of(score, figure, policy),
    ]
    cautions = _cautions(score, figure, policy)
    return ScoreDecision(score, figure, n, policy.threshold, not reasons, tuple(reasons), tuple(cautions))


def _too_few(score: str, n: int, policy: GatePolicy) -> Reason:
    told = {"score": score, "n": n, "least": policy.minimum_sessions}
    return Reason("{score}: rated in {n} of the {least} sessions needed", told)


def _titled(score: str, unit: GateUnit) -> str | Reason:
    """The score, or what is taken over its items."""
    if unit is GateUnit.ITEM_MEAN:
        return Reason("{score}, mean over items", {"score": score})
    return score if unit is GateUnit.SCORE else Reason("{score}, median over items", {"score": score})


def _short_of(score: str, figure: Estimate, policy: GatePolicy) -> list[Reason]:
    named = {"statistic": STATISTICS[policy.statistic], "score": _titled(score, policy.unit)}
    if figure.value is None:
        return [Reason("{statistic} of {score} cannot be estimated: {reason}", named | {"reason": figure.reason})]
    if not policy.use_lower_limit:
        if figure.value >= policy.threshold - _ROUNDING:
            return []
        told = {"value": _below(figure.value, policy.threshold), "threshold": policy.threshold}
        return [Reason("{statistic} of {score} is {value}, below {threshold}", named | told)]
    if figure.ci95 is None:
        return [Reason("{statistic} of {score} has no interval, and its lower limit is what counts", named)]
    if figure.ci95[0] >= policy.threshold - _ROUNDING:
        return []
    told = {
        "low": _below(figure.ci95[0], policy.threshold),
        "value": round(figure.value, 2),
        "threshold": policy.threshold,
    }
    sentence = "{statistic} of {score} is {value}; the lower limit of its interval is {low}, below {threshold}"
    return [Reason(sentence, named | told)]


def _cautions(score: str, figure: Estimate, policy: GatePolicy) -> list[Reason]:
    if figure.value is None:
        return []
    if figure.ci95 is None:
        return [Reason("{score}: there is no interval: so few sessions say little", {"score": score})]
    low, high = figure.ci95
    if high - low <= WIDE and low >= policy.threshold - _ROUNDING:
        return []
    told = {"score": score, "low": round(low, 2), "high": round(high, 2)}
    return [Reason("{score}: the interval reaches from {low} to {high}: so few sessions say little", told)]


def _below(value: float, threshold: float) -> float:
    """Two decimals as tables have them, but cut where rounding would make it look as if the threshold was reached."""
    rounded = round(value, 2)
    return rounded if rounded < threshold - _ROUNDING else math.floor(value * 100 + _ROUNDING) / 100
