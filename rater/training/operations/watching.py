"""Watch a study's raters for drift: compute it when asked and every day that brought ratings, and say how it stands."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from rater.storage.audit import data_version, record
from rater.storage.models import Job, Study
from rater.storage.queries import jobs
from rater.storage.queries.drift import studies_with_main_ratings
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import COMMAND_LINE, Actor
from rater.training.operations.settings import settings_of


def ask_drift(session: Session, actor: Actor, slug: str, *, now: datetime) -> Job:
    """Queue the computation for the data as they stand. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.SEE_DRIFT, now=now)
    return _ask(session, actor, study, now=now)


def kept_drift(session: Session, study: Study) -> dict[str, Any]:
    """The newest result there is: its state, when it was computed, whether ratings or the settings changed since."""
    kept = jobs.kept(session, study.id, jobs.DRIFT)
    told = kept["table"]
    has_these_settings = told is not None and told["policy"] == asdict(settings_of(study).drift)
    return kept | {"is_current": kept["is_current"] and has_these_settings}


def studies_due(session: Session, *, now: datetime, zone: tzinfo) -> list[Study]:
    """The studies to be looked at today: main-wave ratings have come since the last time, which was another day."""
    return [each for each in studies_with_main_ratings(session) if _is_due(session, each, now, zone)]


def ask_due(session: Session, *, now: datetime, zone: tzinfo) -> int:
    """Queue the computation for each study that is due; how many there are."""
    due = studies_due(session, now=now, zone=zone)
    for study in due:
        _ask(session, COMMAND_LINE, study, now=now)
    return len(due)


def _is_due(session: Session, study: Study, now: datetime, zone: tzinfo) -> bool:
    newest = jobs.newest(session, study.id, jobs.DRIFT)
    if newest is not None and newest.asked_at.astimezone(zone).date() >= now.astimezone(zone).date():
        return False
    return not kept_drift(session, study)["is_current"]


def _ask(session: Session, actor: Actor, study: Study, *, now: datetime) -> Job:
    job = jobs.ask(session, actor, study.id, jobs.DRIFT, now=now)
    record(session, actor, "drift.asked", f"job:{job.public_id}", now=now, study_id=study.id)
    job.data_version = data_version(session, study.id)
    return job
