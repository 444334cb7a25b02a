"""The figures that jobs have drawn: kept with their job, replaced by those of the next."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rater.storage.models import Job, KeptFigure


def keep(session: Session, job: Job, figures: Iterable[KeptFigure]) -> None:
    """Keep a job's figures; those of the study's earlier jobs of this kind go."""
    same = select(Job.id).where(Job.study_id == job.study_id, Job.kind == job.kind)
    session.execute(delete(KeptFigure).where(KeptFigure.job_id.in_(same)))
    for each in figures:
        each.job_id = job.id
        session.add(each)


def of_job(session: Session, job_id: int, locale: str) -> dict[str, KeptFigure]:
    """The figures of a job in a language, by name, in the order in which they were drawn."""
    found = select(KeptFigure).where(KeptFigure.job_id == job_id, KeptFigure.locale == locale).order_by(KeptFigure.id)
    return {each.name: each for each in session.scalars(found)}


def named(session: Session, study_id: int, kind: str, locale: str, name: str) -> KeptFigure | None:
    """The figure of this name of a study's last job of a kind that drew any."""
    found = select(KeptFigure).join(Job).where(Job.study_id == study_id, Job.kind == kind)
    return session.scalar(found.where(KeptFigure.locale == locale, KeptFigure.name == name))
