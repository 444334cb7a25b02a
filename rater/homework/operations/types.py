"""Read and change a study's own lists of homework types and difficulty types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rater.homework.types import KnownType, TypeList, changed_list, shipped_list
from rater.storage.audit import record
from rater.storage.models import Assignment, Difficulty, HomeworkTask, LogType, OtherTask, Study, TherapySession, Wave
from rater.storage.queries.homework import own_types
from rater.storage.queries.sessions import hold_study
from rater.terms import Actor, LogList


def types_of(session: Session, study: Study, kind: LogList) -> TypeList:
    """The types that the study's log uses: its own list, or the shipped one."""
    own = tuple(KnownType(each.code, each.label_en, each.label_de) for each in own_types(session, study.id, kind))
    return TypeList(own) if own else shipped_list(kind)


def change_types(
    session: Session,
    actor: Actor,
    study: Study,
    kind: LogList,
    *,
    added: Sequence[KnownType] = (),
    removed: Sequence[str] = (),
    now: datetime,
) -> TypeList:
    """Add types, give them other labels, or take them out; nothing is written where nothing changes.

    Raises BadInput with every fault; a type in use stays.
    """
    hold_study(session, study.id)
    before = types_of(session, study, kind)
    after = changed_list(before, added, removed, _used(session, study, kind) if removed else set())
    if after != before:
        session.execute(delete(LogType).where(LogType.study_id == study.id, LogType.list == kind))
        for place, each in enumerate(after.types, start=1):
            row = LogType(study_id=study.id, list=kind, code=each.code, place=place)
            row.label_en, row.label_de = each.en, each.de
            session.add(row)
        session.flush()
        subject = f"study:{study.slug}"
        record(session, actor, "types.set", subject, now=now, study_id=study.id, list=kind, types=list(after.codes))
    return after


def _used(session: Session, study: Study, kind: LogList) -> set[str]:
    if kind is LogList.DIFFICULTIES:
        heard = select(Difficulty.type).join(TherapySession).where(TherapySession.study_id == study.id)
        return set(session.scalars(heard.distinct()))
    logged = select(HomeworkTask.type).where(HomeworkTask.study_id == study.id)
    others = (
        select(OtherTask.type)
        .join(Assignment, Assignment.id == OtherTask.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == study.id)
    )
    return {*session.scalars(logged.distinct()), *session.scalars(others.distinct())}
