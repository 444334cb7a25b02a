"""A study with a million points for the benchmark of exports, put straight into an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import Assignment, Patient, Point, Rating, Revision, TherapySession
from rater.studies.operations import ensure_raters, ensure_wave, scales_of
from rater.terms import Position, RatingState, SessionUse
from tests.builders.study import make_session, make_study

RATERS, SESSIONS_EACH = 20, 40
AT = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
AT_ONCE = 20_000
Rows = Iterator[dict[str, Any]]


def fill(session: Session, points: int) -> None:
    """Two raters a session, every item with a point or with a missing code, until there are that many."""
    study = make_study(session)
    therapist = make_session(session, study, "P0", 1).therapist_id
    raters = [row.id for row in ensure_raters(session, study, [f"R{n}" for n in range(1, RATERS + 1)]).values()]
    wave = ensure_wave(session, study, "main").id
    items = [(row.id, item) for row, scale in scales_of(study, observer_only=True) for item in scale.item_ids]
    ratings = range(-(-points // len(items)))
    sessions = range((len(ratings) + 1) // 2)
    patients = range(len(sessions) // SESSIONS_EACH + 1)
    _put(session, Patient, ({"id": 10 + n, "study_id": study.id, "code": f"P{n + 1:04}"} for n in patients))
    _put(
        session,
        TherapySession,
        (
            {
                "id": 10 + n,
                "study_id": study.id,
                "code": f"P{n // SESSIONS_EACH + 1:04}-S{n % SESSIONS_EACH + 1:02}",
                "rating_code": f"K{n}",
                "patient_id": 10 + n // SESSIONS_EACH,
                "therapist_id": therapist,
                "number": n % SESSIONS_EACH + 1,
                "phase": "I" if n % SESSIONS_EACH < 4 else "II",
                "use": SessionUse.MAIN,
            }
            for n in sessions
        ),
    )
    _put(
        session,
        Assignment,
        (
            {
                "id": 10 + n,
                "wave_id": wave,
                "session_id": 10 + n // 2,
                "rater_id": raters[(n // 2 + n % 2 * (1 + n // 2 % (RATERS - 1))) % RATERS],
                "position": Position.SECOND if n % 2 else Position.MAIN,
                "queue_place": n,
                "state": RatingState.SUBMITTED,
                "assigned_at": AT,
            }
            for n in ratings
        ),
    )
    _put(
        session,
        Rating,
        ({"id": 10 + n, "assignment_id": 10 + n, "code": f"RT{n}", "started_at": AT} for n in ratings),
    )
    _put(
        session,
        Revision,
        (
            {
                "id": 10 + n,
                "rating_id": 10 + n,
                "number": 1,
                "submitted_at": AT + timedelta(minutes=7 * n),
                "heard_share": 0.5 + n % 997 / 2000,
            }
            for n in ratings
        ),
    )
    _put(
        session, Point, (_point(10 + n, *items[k], n * 7 + k * 3 + n // 5) for n in ratings for k in range(len(items)))
    )


def _point(revision: int, scale_version: int, item: str, drawn: int) -> dict[str, Any]:
    lost = drawn % 23 == 0
    return {
        "revision_id": revision,
        "scale_version_id": scale_version,
        "item": item,
        "value": None if lost else float(drawn % 5),
        "missing_code": "NOT_RATABLE" if lost else None,
        "unsure": drawn % 97 == 0,
        "version": 1,
        "changed_at": AT,
    }


def _put(session: Session, model: type[Any], rows: Rows) -> None:
    while some := list(islice(rows, AT_ONCE)):
        session.execute(insert(table_of(model)), some)
