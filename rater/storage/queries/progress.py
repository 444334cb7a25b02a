"""Counts of a study's work."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Exclusion, Rater, TherapySession, Wave
from rater.terms import RatingState, SessionUse


@dataclass(frozen=True)
class RaterProgress:
    """How far one rater has come in a wave; `set_aside` are the sessions that he or she cannot rate."""

    code: str
    assigned: int
    started: int
    submitted: int
    set_aside: int = 0


@dataclass(frozen=True)
class Progress:
    """From sessions held to sessions rated, in one wave.

    What is set aside belongs to `ratings_total`, but a session counts as `double_required` only while two raters
    can rate it.
    """

    held: int
    recorded: int
    eligible: int
    excluded: list[tuple[str, int]]
    allocated: int
    double_required: int
    double_done: int
    ratings_total: int
    ratings_submitted: int
    ratings_set_aside: int = 0
    raters: list[RaterProgress] = field(default_factory=list)


def progress(session: Session, study_id: int, wave: str) -> Progress:
    """The counts of a study's wave; sessions with number 0 and those not of main use do not count as held."""
    held = (TherapySession.study_id == study_id) & (TherapySession.use == SessionUse.MAIN) & (TherapySession.number > 0)
    in_wave = (Wave.study_id == study_id) & (Wave.name == wave)
    total = session.scalar(select(func.count()).select_from(TherapySession).where(held)) or 0
    recorded = session.scalar(
        select(func.count()).select_from(TherapySession).join(TherapySession.recording).where(held)
    )
    excluded = session.execute(
        select(Exclusion.reason, func.count())
        .join(Exclusion.therapy_session)
        .where(held)
        .group_by(Exclusion.reason)
        .order_by(func.count().desc(), Exclusion.reason)
    ).all()
    rows = session.execute(
        select(Assignment.session_id, Rater.code, Assignment.state)
        .join(Assignment.rater)
        .join(Assignment.wave)
        .where(in_wave)
    ).all()
    per_session: dict[int, list[str]] = {}
    per_rater: dict[str, list[str]] = {}
    for session_id, code, state in rows:
        per_session.setdefault(session_id, []).append(state)
        per_rater.setdefault(code, []).append(state)
    done, aside = RatingState.SUBMITTED, RatingState.SET_ASIDE
    doubles = [states for states in per_session.values() if sum(state != aside for state in states) > 1]
    return Progress(
        held=total,
        recorded=recorded or 0,
        eligible=total - sum(count for _, count in excluded),
        excluded=[(reason, count) for reason, count in excluded],
        allocated=len(per_session),
        double_required=len(doubles),
        double_done=sum(sum(state == done for state in states) > 1 for states in doubles),
        ratings_total=len(rows),
        ratings_submitted=sum(state == done for _, _, state in rows),
        ratings_set_aside=sum(state == aside for _, _, state in rows),
        raters=[
            RaterProgress(code, len(states), states.count(RatingState.STARTED), states.count(done), states.count(aside))
            for code, states in sorted(per_rater.items())
        ],
    )
