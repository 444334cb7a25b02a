"""What was rated in a revealed wave, beside the criterion and beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from rater.scales.schema import Scale
from rater.scales.scoring import keyed
from rater.storage.models import CriterionPoint, Study
from rater.storage.queries.points import Counted, rated_sessions
from rater.storage.queries.training import criterion_points
from rater.studies.operations import scales_of
from rater.training.operations.revealing import revealed_wave

if TYPE_CHECKING:
    from rater.training.criterion import RaterComparison
    from rater.training.gate_figures import GroupAgreement

Keyed = dict[tuple[str, str], float | None]


def points_of(session: Session, study: Study, wave: str) -> list[Counted]:
    """The ratings that count in a revealed wave. Raises NotFound, and Refused before its reveal."""
    revealed_wave(session, study, wave)
    return rated_sessions(session, study.id, wave)


def criterion_of(session: Session, study: Study) -> dict[tuple[str, str], CriterionPoint]:
    """The criterion of each session and item that has one."""
    return {(row.therapy_session.code, row.item): row for row in criterion_points(session, study.id)}


def beside_criterion(session: Session, study: Study, wave: str) -> dict[str, dict[str, RaterComparison]]:
    """Each rater of a revealed wave beside the criterion: by scale, then by the rater's code.

    Raises NotFound, and Refused before the wave's reveal.
    """
    return compared(study, points_of(session, study, wave), criterion_of(session, study))


def compared(
    study: Study, rows: list[Counted], criterion: Mapping[tuple[str, str], CriterionPoint]
) -> dict[str, dict[str, RaterComparison]]:
    """Each rater of these ratings beside the criterion: by scale, then by the rater's code."""
    from rater.training.criterion import with_criterion

    found = {}
    for _, scale in scales_of(study, observer_only=True):
        given = {
            key: _turned(scale, key[1], point.value) for key, point in criterion.items() if key[1] in scale.item_ids
        }
        items = [item.id for item in scale.items if item.scorable]
        found[scale.id] = with_criterion(_by_rater(scale, rows), given, items, list(scale.scores.values()))
    return found


def beside_each_other(session: Session, study: Study, wave: str) -> dict[str, GroupAgreement]:
    """How far all raters of a revealed wave agree, by score. Raises NotFound, and Refused before the reveal."""
    return agreed(study, points_of(session, study, wave))


def agreed(study: Study, rows: list[Counted]) -> dict[str, GroupAgreement]:
    """How far all raters of these ratings agree, by score."""
    from rater.training.gate_figures import group_agreement

    found: dict[str, GroupAgreement] = {}
    for _, scale in scales_of(study, observer_only=True):
        found |= group_agreement(_by_rater(scale, rows), list(scale.scores.values()))
    return found


def beside_group(session: Session, study: Study, wave: str, code: str) -> dict[str, RaterComparison]:
    """One rater of a revealed wave beside the mean of the others, by scale; without a scale that they do not share.

    Raises NotFound, and Refused before the wave's reveal.
    """
    from rater.training.group import with_group

    rows = points_of(session, study, wave)
    found = {}
    for _, scale in scales_of(study, observer_only=True):
        items = [item.id for item in scale.items if item.scorable]
        found[scale.id] = with_group(_by_rater(scale, rows), code, items, list(scale.scores.values()))
    return {scale: each for scale, each in found.items() if each is not None}


def _by_rater(scale: Scale, rows: list[Counted]) -> dict[str, Keyed]:
    found: dict[str, Keyed] = {}
    for row in rows:
        mine = found.setdefault(row.rater_id, {})
        for item in scale.item_ids:
            if item in row.points:
                mine[row.session_id, item] = _turned(scale, item, row.points[item])
    return found


def _turned(scale: Scale, item: str, value: float | None) -> float | None:
    return None if value is None else keyed(scale.item(item), value)
