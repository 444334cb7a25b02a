"""The reliability report of one wave: per score, dyads, item rows and all ratings together; per item, agreement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any

import numpy as np

from rater.reliability.disagreement import disagreement
from rater.reliability.labels import labels, labels_of
from rater.reliability.matrix import (
    Cells,
    Dyad,
    RatedSession,
    by_session,
    common_raters,
    dyad_key,
    item_row_tables,
    item_table,
    keyed_values,
    score_tables,
    shared_sessions,
)
from rater.reliability.not_estimable import not_estimable
from rater.scales.schema import Item, Scale, Score
from rater.scales.scoring import score
from rater.statistics.agreement import mean_difference, pairs_within
from rater.statistics.icc import FORMS, iccs, sem
from rater.statistics.kappa import kappa
from rater.statistics.long_form import agreement_of, gstudy_of
from rater.statistics.result import Estimate, Floats
from rater.terms import Reason

__all__ = ["RatedSession", "report"]

FEWEST_SHARED = 5
LABELLED = ("icc_a1", "icc_a_2", "analysed_file")
NO_SESSION_SHARED = Reason("no session shared")
TWO_SESSIONS = Reason(
    "takes items from the previous session, which other raters may have rated; see the scores of one session"
)


def report(
    study: str, wave: str, ratings: Iterable[RatedSession], scales: Sequence[Scale], *, seed: int = 1
) -> dict[str, Any]:
    """The reliability of a wave, as the JSON of `rater reliability`.

    Parameters
    ----------
    ratings
        One per rater and session, each the revision that counts.
    scales
        Of the study; outcome scales are passed over. Score names and item ids are unique among them.
    seed
        Of the draws behind the intervals of `overall`; each score starts from it anew.

    Returns
    -------
    dict
        `n_sessions` and `n_double` count rated and double-coded sessions. `scores` and `item_rows` rest on keyed
        values, `items` on raw ones. A dyad with fewer than five usable sessions is marked `unstable`; what cannot be
        estimated has a reason, is out of every mean and listed under `not_estimable`, as are pairs of raters without
        a common session; the list `not_estimable` gathers all of it. Verbal labels stand in `labels` of `overall` and
        of each `summary`, tables of disagreement in `items`. `overall.analysed_file` is the reliability of a file in
        which double-coded sessions carry the mean of their ratings and all others their only rating.

    Raises
    ------
    ValueError
        A rater's rating of a session comes twice.
    """
    sessions = by_session(ratings)
    shared = shared_sessions(sessions)
    double = {session: given for session, given in sessions.items() if len(given) > 1}
    told: dict[str, Any] = {
        "study": study,
        "wave": wave,
        "n_sessions": len(sessions),
        "n_double": len(double),
        "n_raters": len({each.rater_id for ratings_ in sessions.values() for each in ratings_}),
        "n_ratings": sum(len(ratings_) for ratings_ in sessions.values()),
        "scores": {},
        "items": {},
        "left_out": {},
    }
    everyone = common_raters(sessions)
    for scale in scales:
        if not scale.observer:
            continue
        given = [each for ratings_ in sessions.values() for each in ratings_]
        values = keyed_values(scale, given)
        for each in scale.scores.values():
            if each.lagged:
                told["left_out"][each.name] = str(TWO_SESSIONS)
            else:
                told["scores"][each.name] = _score_report(scale, each, given, shared, values, seed)
        for item in scale.items:
            if item.scorable:
                told["items"][item.id] = _item_report(item, *item_table(double, everyone, item.id), everyone)
    return told | {"not_estimable": not_estimable(told)}


def _score_report(
    scale: Scale,
    wanted: Score,
    ratings: Sequence[RatedSession],
    shared: Mapping[Dyad, Sequence[str]],
    values: Mapping[str, Cells],
    seed: int,
) -> dict[str, Any]:
    scores = {(each.session_id, each.rater_id): score(scale, wanted.name, each.points) for each in ratings}
    met = {dyad: sessions for dyad, sessions in shared.items() if sessions}
    apart = [dyad for dyad, sessions in shared.items() if not sessions]
    by_score = score_tables(met, scores)
    items = [item for item in wanted.items if item in values]
    by_item, usable = item_row_tables(met, items, values)
    whole = (~np.isnan(by_score).any(axis=2)).sum(axis=1)
    return {
        "values": "keyed",
        **_dyad_report(met, apart, by_score, [int(n) for n in whole]),
        "item_rows": _dyad_report(met, apart, by_item, usable),
        "overall": overall(scores, seed=seed),
    }


def _dyad_report(
    met: Mapping[Dyad, Sequence[str]], apart: Sequence[Dyad], tables: Floats, usable: Sequence[int]
) -> dict[str, Any]:
    """`dyads` and `summary` of one table per dyad; `usable` counts the sessions that a table rests on."""
    found, errors = iccs(tables), sem(tables)
    dyads = {
        dyad_key(dyad): {
            "n_shared": len(sessions),
            "n": found[place]["2,k"].n,
            "unstable": usable[place] < FEWEST_SHARED,
            "icc": {form: found[place][form].as_dict() for form in FORMS},
            "sem": errors[place].as_dict(),
            "mean_difference": mean_difference(tables[place]).as_dict(),
        }
        for place, (dyad, sessions) in enumerate(met.items())
    }
    averaged = {dyad_key(dyad): found[place]["2,k"] for place, dyad in enumerate(met)}
    return {"dyads": dyads, "summary": {"icc_2_k": summary(averaged, apart)}}


def summary(estimates: Mapping[str, Estimate], apart: Sequence[Dyad] = ()) -> dict[str, Any]:
    """Mean, median and range over the dyads that have a value; the others, and pairs `apart`, with their reasons."""
    values = [each.value for each in estimates.values() if each.value is not None]
    without = [{"dyad": key, "reason": str(each.reason)} for key, each in estimates.items() if each.reason]
    without += [{"dyad": dyad_key(dyad), "reason": str(NO_SESSION_SHARED)} for dyad in apart]
    middle = {"mean": fmean(values) if values else None, "median": median(values) if values else None}
    return {
        **middle,
        "min": min(values, default=None),
        "max": max(values, default=None),
        "n_dyads": len(values),
        "labels": {name: labels(value, None) for name, value in middle.items()},
        "not_estimable": sorted(without, key=lambda each: each["dyad"]),
    }


def overall(scores: Cells, *, seed: int) -> dict[str, Any]:
    """The crossed model on all ratings that have the score, with the reliability of the analysed file named."""
    kept = {cell: value for cell, value in scores.items() if value is not None}
    sessions, raters = [cell[0] for cell in kept], [cell[1] for cell in kept]
    told = gstudy_of(sessions, raters, list(kept.values()), seed=seed)
    told |= {"n_ratings": len(kept), "analysed_file": told["g_q_k"]}
    return told | {"labels": labels_of(told, LABELLED)}


def _item_report(item: Item, values: Floats, rated: Floats, raters: Sequence[str]) -> dict[str, Any]:
    """Agreement on one item over the double-coded sessions; `raters` are the columns where all rate all."""
    forms = FORMS if values.shape[1] > 2 else ("1,1", "1,k")
    categories = [float(point) for point in item.points] or None
    return {
        "values": "raw",
        "reversed_in_scores": item.reverse,
        "n": int((~np.isnan(values)).all(axis=1).sum()),
        "icc": {form: each.as_dict() for form, each in iccs(values, forms)[0].items()},
        **agreement_of(values, categories),
        "applicability": applicability(rated),
        "disagreement": disagreement(values, item.points, by_position=not raters),
    }


def applicability(rated: Floats) -> dict[str, Any]:
    """Agreement on whether an item could be rated at all: the share of agreeing pairs, kappa, and the counts.

    `rated` is sessions x columns, 1 for a point, 0 for a missing code; sessions with a gap do not count.
    """
    whole = rated[~np.isnan(rated).any(axis=1)]
    yes = whole.sum(axis=1)
    told = pairs_within(whole).as_dict()
    if whole.shape[1] == 2:
        told["kappa"] = kappa(whole[:, 0], whole[:, 1], [0.0, 1.0]).as_dict()
    counts = {"all": yes == whole.shape[1], "some": (yes > 0) & (yes < whole.shape[1]), "none": yes == 0}
    return told | {"rated_by": {name: int(each.sum()) for name, each in counts.items()}}
