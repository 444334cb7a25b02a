"""How rater training stands in a study: the document of `rater training status --json`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.storage.models import Certification, Rater, Study, Wave
from rater.storage.queries.training import held_back_by_rater
from rater.terms import WaveKind
from rater.training.operations.certifying import certifications_of, is_certified
from rater.training.operations.settings import settings_of
from rater.training.operations.steps import OwnStep, pathways, steps_of
from rater.training.pathway import next_step, progress


def status_of(session: Session, study: Study, *, today: date) -> dict[str, Any]:
    """The gate's settings, the steps, where each rater stands with them, certifications, and the waves' reveals.

    Figures are only those that a decision has put on record, so that nothing is told before a reveal.
    """
    settings, stands = settings_of(study), pathways(session, study, today=today)
    decisions, waiting = certifications_of(session, study), held_back_by_rater(session, study.id, today=today)
    raters = session.scalars(select(Rater).where(Rater.study_id == study.id).order_by(Rater.code))
    waves = session.scalars(
        select(Wave)
        .where(Wave.study_id == study.id, Wave.kind.in_((WaveKind.TRAINING, WaveKind.CALIBRATION)))
        .order_by(Wave.id)
    )
    return {
        "study": study.slug,
        "gate": {"required": settings.required} | settings.kept()["gate"],
        "steps": [
            {
                "place": place,
                "kind": step.kind,
                "title": step.title,
                "required": step.required,
                "opens_on": step.opens_on and step.opens_on.isoformat(),
                "wave": step.wave.name if step.wave else None,
            }
            for place, step in enumerate(steps_of(session, study), start=1)
        ],
        "waves": [
            {"wave": each.name, "locked_at": _moment(each.locked_at), "revealed_at": _moment(each.revealed_at)}
            for each in waves
        ],
        "raters": {
            each.code: {
                **_path(stands[each.code], today),
                "certified": is_certified(each, today),
                "recertify_on": each.recertify_on and each.recertify_on.isoformat(),
                "waiting_sessions": waiting.get(each.code, 0),
                "decisions": [_decision(row) for row in decisions.get(each.code, ())],
            }
            for each in raters
        },
    }


def _path(steps: Sequence[OwnStep], today: date) -> dict[str, Any]:
    stands = [each.standing.step for each in steps]
    done, coming = progress(stands), next_step(stands, today)
    return {
        "steps_done": done.done,
        "steps_required": done.required,
        "next_step": coming and coming.step.title,
        "steps": [
            {
                "state": str(each.standing.state),
                "done_on": each.standing.step.done_on and each.standing.step.done_on.isoformat(),
                "sessions_submitted": each.submitted if each.row.wave_id else None,
                "sessions_given": each.given if each.row.wave_id else None,
            }
            for each in steps
        ],
    }


def _decision(row: Certification) -> dict[str, Any]:
    return {
        "certified": row.certified,
        "ground": row.ground,
        "wave": row.wave.name if row.wave else None,
        "decided_at": _moment(row.decided_at),
        "recertify_on": row.recertify_on and row.recertify_on.isoformat(),
        "reason": row.reason,
        "gate": row.figures or None,
    }


def _moment(at: Any) -> str | None:
    return None if at is None else str(at.isoformat())
