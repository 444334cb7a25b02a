"""Counts of a study's work."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.storage.models import Assignment, Rater, TherapySession, Wave
from rater.storage.queries.exclusions import left_out
from rater.terms import RatingState, SessionUse, WaveKind


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

    `excluded` are sessions left out of the main wave by reason, `not_analysed` those that are rated but not analysed.
    Ratings of sessions left out of the wave are not counted. What is set aside belongs to `ratings_total`, but a
    session counts as `double_required` only while two raters can rate it.
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
    not_analysed: list[tuple[str, int]] = field(default_factory=list)
    raters: list[RaterProgress] = field(default_factory=list)


def progress(session: Session, study_id: int, wave: str) -> Progress:
    """The counts of a study's wave; sessions with number 0 and those not of main use do not count as held."""
    held = (TherapySession.study_id == study_id) & (TherapySession.use == SessionUse.MAIN) & (TherapySession.number > 0)
    in_wave = (Wave.study_id == study_id) & (Wave.name == wave)
    total = session.scalar(select(func.count()).select_from(TherapySession).where(held)) or 0
    recorded = session.scalar(
        select(func.count()).select_from(TherapySession).join(TherapySession.recording).where(held)
    )
    out = left_out(session, study_id)
    codes = session.scalars(select(TherapySession.code).where(held, TherapySession.code.in_(out))).all()
    barred = Counter(out[code].reason for code in codes if out[code].bars(WaveKind.MAIN))
    excluded = sorted(barred.items(), key=lambda each: (-each[1], each[0]))
    not_analysed = Counter(out[code].reason for code in codes if not out[code].bars(WaveKind.MAIN))
    rows = session.execute(
        select(TherapySession.code, Rater.code, Assignment.state)
        .join(Assignment.rater)
        .join(Assignment.therapy_session)
        .join(Assignment.wave)
        .where(in_wave)
    ).all()
    rows = [row for row in rows if row[0] not in out or not out[row[0]].bars(wave)]
    per_session: dict[str, list[str]] = {}
    per_rater: dict[str, list[str]] = {}
    for session_code, code, state in rows:
        per_session.setdefault(session_code, []).append(state)
        per_rater.setdefault(code, []).append(state)
    done, aside = RatingState.SUBMITTED, RatingState.SET_ASIDE
    doubles = [states for states in per_session.values() if sum(state != aside for state in states) > 1]
    return Progress(
        held=total,
        recorded=recorded or 0,
        eligible=total - barred.total(),
        excluded=excluded,
        not_analysed=sorted(not_analysed.items(), key=lambda each: (-each[1], each[0])),
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
