"""The analysis of a study, as the JSON of `rater analyse`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rater.analysis.counts import counts, missingness
from rater.analysis.data import AnalysisData
from rater.analysis.descriptives import correlations, descriptives
from rater.analysis.fitting import fitted
from rater.analysis.frame import frame
from rater.analysis.halo import correlations_by_rater
from rater.analysis.homework import homework
from rater.analysis.variables import Variables, score_items
from rater.scales.schema import Scale
from rater.statistics.consistency import consistency

VALUES = "items keyed and averaged over a session's raters; scores from these means"


def analyse(data: AnalysisData) -> dict[str, Any]:
    """Counts, descriptives, consistency, correlations, homework and models of a study.

    Whatever cannot be estimated is None with its reason; a figure is never NaN.
    """
    of = data.variables()
    return {
        "study": data.study,
        "values": VALUES,
        "rule": str(data.taking.rule),
        "counts": counts(data.sessions, data.ratings),
        "missingness": missingness(data.ratings, list(of.items)),
        "descriptives": descriptives(of),
        "consistency": _consistency(data.scales, of),
        "correlations": _correlations(data, of),
        "course": _course(of),
        "homework": homework(data.tasks, data.difficulties, {each.session.session_id for each in of.sessions}),
        "models": fitted(frame(of, data.covariates), data.plan),
        "common_sample": list(data.plan.common),
    }


def _correlations(data: AnalysisData, of: Variables) -> dict[str, dict[str, Any]]:
    """Of sessions, and beside them, where two scores have no item in common, by who rated."""
    by_rater = correlations_by_rater(data.scales, data.sessions, data.ratings)
    return {pair: each | by_rater.get(pair, {}) for pair, each in correlations(of).items()}


def _consistency(scales: Sequence[Scale], of: Variables) -> dict[str, Any]:
    """Alpha, omega and item-total correlations of every score, in all sessions and by running number."""
    numbers, told = np.array(of.numbers), {}
    for scale in scales:
        for name, score in scale.scores.items():
            items = [item.id for item in scale.items if item.id in score.items]
            values = score_items(scale, name, of.sessions)
            parts = {number: values[numbers == number] for number in sorted(set(of.numbers))}
            by_number = {str(number): consistency(part, items).as_dict() for number, part in parts.items()}
            told[name] = consistency(values, items).as_dict() | {"by_session_no": by_number}
    return told


def _course(of: Variables) -> dict[str, dict[str, list[list[float]]]]:
    """Each patient's scores and outcomes over the sessions: pairs of running number and value."""
    told: dict[str, dict[str, list[list[float]]]] = {}
    for name, values in {**of.scores, **of.outcomes}.items():
        lines: dict[str, list[list[float]]] = {}
        for each, value in zip(of.sessions, values, strict=True):
            if not np.isnan(value):
                lines.setdefault(each.session.patient_id, []).append([each.session.session_no, float(value)])
        told[name] = {patient: sorted(points) for patient, points in sorted(lines.items())}
    return told
