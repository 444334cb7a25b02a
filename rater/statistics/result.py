"""One type for every figure: the value travels with its interval, its n, its definition or the reason it is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import numpy as np
import numpy.typing as npt

from rater.terms import Reason

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Interval = tuple[float, float]

NOTHING_SHARED = Reason("nothing shared")
ONE_UNIT = Reason("only one unit shared")
ONE_RATER = Reason("only one rater")
NOT_TWO_RATERS = Reason("needs exactly two raters")
NO_VARIANCE = Reason("no variance")
OUTSIDE_RANGE = Reason("outside range")
OUTSIDE_CATEGORIES = Reason("a value lies outside the declared categories")
NOTHING_DOUBLE_CODED = Reason("nothing double-coded")
TOO_FEW_RATINGS = Reason("too few ratings to separate the variances")


@dataclass(frozen=True)
class Estimate:
    """A figure, or the reason why there is none; exactly one of `value` and `reason` is given.

    Attributes
    ----------
    value : float or None
        Always finite; None where the figure cannot be estimated.
    n : int
        Units that the figure rests on.
    ci95 : tuple of float, optional
        Lower and upper limit of the 95 % interval.
    reason : Reason, optional
        Why there is no value; a sentence whose gaps, if any, hold the names of columns.
    design, form, definition : str
        The model, what is rated (a single rating or a mean of k), and the formula or convention where several exist.
    """

    value: float | None
    n: int
    ci95: Interval | None = None
    reason: Reason | None = None
    design: str = ""
    form: str = ""
    definition: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("an estimate has either a value or a reason")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("the value of an estimate is finite")
        if self.ci95 is not None and not (math.isfinite(self.ci95[0]) and math.isfinite(self.ci95[1])):
            raise ValueError("the limits of an interval are finite")

    def as_dict(self) -> dict[str, Any]:
        """`value`, `ci95`, `n` and `reason` (see `reason_told`), with `design`, `form` and `definition` where given."""
        told: dict[str, Any] = {
            "value": self.value,
            "ci95": None if self.ci95 is None else list(self.ci95),
            "n": self.n,
            **reason_told(self.reason),
        }
        named = {"design": self.design, "form": self.form, "definition": self.definition}
        return told | {key: text for key, text in named.items() if text}


def reason_told(reason: Reason | None) -> dict[str, Any]:
    """`reason` as a sentence; where it has gaps also `reason_parts`, by which it can be said in another language."""
    told: dict[str, Any] = {"reason": None if reason is None else str(reason)}
    if reason is not None and reason.params:
        told["reason_parts"] = _parts(reason)
    return told


def _parts(reason: Reason) -> dict[str, Any]:
    """`template` and `params`; a reason in a gap is told by its parts too."""
    gaps = {name: _parts(value) if isinstance(value, Reason) else value for name, value in reason.params.items()}
    return {"template": reason.template, "params": gaps}


class Names(TypedDict, total=False):
    """The words that define a figure."""

    design: str
    form: str
    definition: str


def estimate(value: float, n: int, low: float = math.nan, high: float = math.nan, **names: Unpack[Names]) -> Estimate:
    """A value with its limits; a value that is not finite becomes "outside range", limits that are not are left out."""
    if not math.isfinite(value):
        return missing(OUTSIDE_RANGE, n, **names)
    bounded = math.isfinite(low) and math.isfinite(high) and low <= high
    interval = (float(low) + 0.0, float(high) + 0.0) if bounded else None
    return Estimate(float(value) + 0.0, int(n), interval, **names)


def missing(reason: Reason, n: int, **names: Unpack[Names]) -> Estimate:
    """No value, and why."""
    return Estimate(None, int(n), reason=reason, **names)
