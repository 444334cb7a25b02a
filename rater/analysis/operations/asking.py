"""Ask for the analysis of a study, and find the newest one that was computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.storage.audit import data_version, record
from rater.storage.models import Job, Study
from rater.storage.queries import jobs
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import Actor


def ask_analysis(session: Session, actor: Actor, slug: str, *, now: datetime) -> Job:
    """Queue the computation for the data as they stand. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.SEE_ANALYSIS, now=now)
    job = jobs.ask(session, actor, study.id, "analysis", now=now)
    record(session, actor, "analysis.asked", f"job:{job.public_id}", now=now, study_id=study.id)
    job.data_version = data_version(session, study.id)
    return job


def kept_analysis(session: Session, study: Study) -> dict[str, Any]:
    """The newest result there is: its state, when it was computed, whether its data have changed since."""
    return jobs.kept(session, study.id, "analysis", jobs.CHANGES_ANALYSIS)
