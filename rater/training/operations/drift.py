"""Whether the raters of a study drift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from rater.reliability.operations import require_wave
from rater.scales.schema import Scale
from rater.scales.scoring import keyed, scores_of
from rater.storage.models import Study
from rater.storage.queries.points import Counted, rated_sessions
from rater.studies.operations import scales_of
from rater.terms import WaveKind
from rater.training.operations.settings import drift_policy

if TYPE_CHECKING:
    from rater.training.drift import DatedRating, Drift, DriftPolicy
    from rater.training.repeats import Repeat


def drift_of(session: Session, study: Study, policy: DriftPolicy | None = None, wave: str = "main") -> dict[str, Any]:
    """The document of `rater training drift --json`: every score of the wave, and what left its control band.

    Without a policy the study's own holds. Ratings count by the day on which their last revision was submitted. For the
    main wave, `repeats` compares what raters gave to sessions that came back to them hidden in their queue with what
    they had given at first. Raises BadInput for a name that is no wave.
    """
    from rater.training.drift import drift
    from rater.training.repeats import with_themselves

    require_wave(session, study, wave)
    policy = policy or drift_policy(study)
    rows = [row for row in rated_sessions(session, study.id, wave) if row.submitted_at is not None]
    scales = [scale for _, scale in scales_of(study, observer_only=True)]
    again = rated_sessions(session, study.id, WaveKind.RECALIBRATION) if wave == WaveKind.MAIN else []
    items = [each for scale in scales for each in scale.item_ids]
    scores = [each for scale in scales for each in scale.scores.values()]
    repeats = with_themselves(_repeats(rows, again, scales), items, scores)
    found = {
        name: drift(_dated(rows, scale, name), policy)
        for scale in scales
        for name, wanted in scale.scores.items()
        if not wanted.lagged
    }
    return {
        "study": study.slug,
        "wave": wave,
        "policy": asdict(policy),
        "n_ratings": len(rows),
        "scores": {name: _told(each) for name, each in found.items()},
        "alerts": [
            {"score": name, "rater": rater or None} | watched.as_dict()
            for name, each in found.items()
            for rater, watched in each.drifted
        ],
        "repeats": {rater: each.as_dict() for rater, each in repeats.items()},
    }


def _dated(rows: list[Counted], scale: Scale, name: str) -> list[DatedRating]:
    from rater.training.drift import DatedRating

    found = []
    for row in rows:
        value = scores_of(scale, row.points)[name]
        if value is None or row.submitted_at is None:
            continue
        given = ((item, row.points.get(item.id)) for item in scale.items if item.id in scale.score(name).items)
        points = {item.id: keyed(item, point) for item, point in given if point is not None}
        found.append(DatedRating(row.rater_id, row.session_id, row.submitted_at.date(), value, points))
    return found


def _repeats(rows: Iterable[Counted], again: Iterable[Counted], scales: Sequence[Scale]) -> list[Repeat]:
    """The sessions that a rater rated twice; a main rating submitted anew after its repeat is no first one."""
    from rater.training.repeats import Repeat

    at_first, found = {(row.session_id, row.rater_id): row for row in rows}, []
    for row in again:
        first = at_first.get((row.session_id, row.rater_id))
        if first is None or first.submitted_at is None or row.submitted_at is None:
            continue
        days = first.submitted_at.date(), row.submitted_at.date()
        if days[0] <= days[1]:
            points = _keyed(first, scales), _keyed(row, scales)
            found.append(Repeat(row.rater_id, row.session_id, *points, *days))
    return found


def _keyed(row: Counted, scales: Sequence[Scale]) -> dict[str, float | None]:
    given = {item.id: (item, row.points.get(item.id)) for scale in scales for item in scale.items}
    return {name: None if point is None else keyed(item, point) for name, (item, point) in given.items()}


def _told(found: Drift) -> dict[str, Any]:
    return {
        "severity": {rater: each.as_dict() for rater, each in found.severity.items()},
        "difference": {rater: each.as_dict() for rater, each in found.difference.items()},
        "by_week": {rater: [each.as_dict() for each in weeks] for rater, weeks in found.by_week.items()},
        "agreement": [each.as_dict() for each in found.agreement],
        "reason": None if found.reason is None else str(found.reason),
    }
