"""Reliability of 80 cells and of 276 crossed ratings, beside pingouin, krippendorff and statsmodels."""

from __future__ import annotations

import gc
import sys
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.bench import Bench, alone
from benchmarks.table import Measured, Row
from rater.reliability.matrix import Cells, Dyad, score_tables
from rater.statistics.agreement import point_counts
from rater.statistics.alpha import alphas
from rater.statistics.gtheory import gstudy
from rater.statistics.icc import FORMS, iccs

RATERS, ITEMS, SHARED, POINTS = 5, 8, 8, np.arange(5.0)
TURNS, PEER_TURNS, QUICK_TURNS = 9, 3, 99
Shared = Mapping[Dyad, Sequence[str]]
Found = TypeVar("Found")
PINGOUIN = dict(zip(("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"), FORMS, strict=True))


def measure(_: Bench) -> list[Row]:
    """Seconds of one processor for the same figures, and how far the figures lie apart."""
    rng = np.random.default_rng(5)
    dyads = list(combinations([f"R{number}" for number in range(1, RATERS + 1)], 2))
    shared = {dyad: [f"{'-'.join(dyad)}-{number}" for number in range(SHARED)] for dyad in dyads}
    items = []
    for _ in range(ITEMS):
        true = {session: rng.normal(2, 1) for sessions in shared.values() for session in sessions}
        items.append({(session, rater): float(np.clip(round(true[session] + rng.normal(0, 0.8)), 0, 4))
                      for dyad, sessions in shared.items() for session in sessions for rater in dyad})  # fmt: skip
    return [*_tables(shared, items), *_alphas(shared, items), *_crossed(rng)]


def _tables(shared: Shared, items: list[Cells]) -> list[Row]:
    """From points by session and rater to coefficients with intervals, as JSON has them."""

    def ours() -> list[dict[str, Any]]:
        cube = np.concatenate([score_tables(shared, points) for points in items])
        return [{form: each[form].as_dict() for form in FORMS} for each in iccs(cube)]

    def theirs() -> list[dict[str, float]]:
        return [by_pingouin(pd.DataFrame([(session, rater, points[session, rater]) for session in sessions
                                          for rater in dyad], columns=["unit", "rater", "value"]))
                for points in items for dyad, sessions in shared.items()]  # fmt: skip

    fast, seconds = _timed(ours, TURNS)
    slow, others = _timed(theirs, PEER_TURNS)
    apart = [
        abs(mine[form]["value"] - other[form])
        for mine, other in zip(fast, slow, strict=True)
        for form in FORMS
        if mine[form]["value"] is not None
    ]
    note = f"{len(apart)} of {len(fast) * len(FORMS)} coefficients compared"
    return [
        Row("ICC tables of 80 cells, CPU time", "s", seconds, 0.01, "pingouin", others),
        Row("ICC tables, largest difference", "", Measured([max(apart)]), 1e-9, absolute=True, notes=[note]),
    ]


def by_pingouin(long: pd.DataFrame) -> dict[str, float]:
    """The six coefficients of one table in long form."""
    import pingouin

    with warnings.catch_warnings(), pd.option_context("display.precision", 15):
        warnings.simplefilter("ignore")
        found = pingouin.intraclass_corr(long, "unit", "rater", "value")
    return {PINGOUIN[kind]: float(value) for kind, value in zip(found["Type"], found["ICC"], strict=True)}


def _alphas(shared: Shared, items: list[Cells]) -> list[Row]:
    """The same cells; values alone, as krippendorff gives no intervals."""
    import krippendorff

    cube = np.concatenate([score_tables(shared, points) for points in items])

    def ours() -> Any:
        counts = point_counts(cube.reshape(-1, cube.shape[2]), POINTS)
        return None if counts is None else alphas(counts.reshape(*cube.shape[:2], -1), POINTS, "ordinal")

    def theirs() -> Any:
        return [krippendorff.alpha(table.T, level_of_measurement="ordinal") for table in cube]

    fast, seconds = _timed(ours, QUICK_TURNS)
    slow, others = _timed(theirs, QUICK_TURNS)
    apart = float(np.abs(fast - np.array(slow)).max())
    return [
        Row("ordinal alpha of 80 cells, CPU time", "s", seconds, 0.05, "krippendorff", others),
        Row("ordinal alpha, largest difference", "", Measured([apart]), 1e-9, absolute=True),
    ]


def _crossed(rng: np.random.Generator) -> list[Row]:
    """197 sessions, 79 of them rated twice by five raters; Rater's with coefficients and drawn intervals."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    raters = [rng.choice(RATERS, 2 if session < 79 else 1, replace=False) for session in range(197)]
    unit = np.repeat(np.arange(197), [len(each) for each in raters])
    rater = np.concatenate(raters)
    y = rng.normal(2, 0.7, 197)[unit] + rng.normal(0, 0.25, RATERS)[rater] + rng.normal(0, 0.5, len(unit))
    rows = pd.DataFrame({"y": y, "unit": unit, "rater": rater, "all": 1})

    def theirs() -> tuple[float, float, float]:
        parts = {"rater": "0 + C(rater)", "unit": "0 + C(unit)"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = MixedLM.from_formula("y ~ 1", rows, groups="all", re_formula="0", vc_formula=parts).fit(reml=True)
        named = dict(zip(found.model.exog_vc.names, found.vcomp, strict=True))
        return float(named["unit"]), float(named["rater"]), float(found.scale)

    found, seconds = _timed(lambda: gstudy(unit, rater, y), TURNS)
    slow, others = _timed(theirs, PEER_TURNS)
    mine = [found.variance[name].value for name in ("unit", "rater", "residual")]
    apart = max(abs((ours or np.nan) - other) for ours, other in zip(mine, slow, strict=True))
    note = f"{len(y)} ratings; the largest variance differs by {apart:.1e}"
    return [Row("crossed REML, 276 ratings, CPU time", "s", seconds, 0.1, "statsmodels", others, notes=[note])]


def _timed(work: Callable[[], Found], turns: int) -> tuple[Found, Measured]:
    """Seconds of a processor after a first turn that counts for nothing, without the collector, as `timeit` does.

    By one thread, since those that wait for each other would be counted as working.
    """
    seconds = []
    gc.collect()
    gc.disable()
    with threadpool_limits(1):
        found = work()
        for _ in range(turns):
            start = time.process_time()
            found = work()
            seconds.append(time.process_time() - start)
    gc.enable()
    return found, Measured(seconds)


if __name__ == "__main__":
    sys.exit(alone(measure, __doc__))
