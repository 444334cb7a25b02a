"""Carry homework to a session that is registered after the homework was entered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.recordings.succession import follows_first
from rater.storage.audit import record
from rater.storage.models import Study, TherapySession
from rater.storage.queries.homework import numbers_by_patient, unreviewed_tasks
from rater.terms import Actor


def carry_homework(session: Session, actor: Actor, study: Study, added: Collection[int], *, now: datetime) -> int:
    """Let tasks that waited for the patient's next session be due in it, now that it is registered; how many.

    `added` are the ids of the new sessions. Each session that gets tasks leaves an audit event.
    """
    waiting = unreviewed_tasks(session, study.id) if added else []
    held = numbers_by_patient(session, study.id) if waiting else {}
    carried: Counter[tuple[int, str]] = Counter()
    for task, assigned in waiting:
        following = follows_first(assigned.number, held[assigned.patient_id], added)
        if following is not None:
            task.reviewed_session_id = following
            carried[following, assigned.code] += 1
    session.flush()
    for (following, code), count in carried.items():
        subject = f"session:{session.get_one(TherapySession, following).code}"
        told: dict[str, Any] = {"assigned_in": code, "tasks": count}
        record(session, actor, "homework.carried", subject, now=now, study_id=study.id, **told)
    return carried.total()
