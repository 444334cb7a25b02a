"""Compute a study's reliability, and keep it with the version of the data it belongs to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.storage.audit import data_version, record
from rater.storage.models import Job, Study
from rater.storage.queries import jobs
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.points import rated_sessions, wave_names
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, JobState, WaveKind


def reliability(session: Session, study: Study, wave: str, *, seed: int = 1) -> dict[str, Any]:
    """The document of `rater reliability --json`, from the last submitted revision of each rating.

    In the main wave, sessions that are left out of analysis are left out here.
    Without ratings every figure is missing, with the reason. Raises BadInput for a name that is no wave.
    """
    from rater.reliability.report import RatedSession, report

    if wave not in {*WaveKind, *wave_names(session, study.id)}:
        kinds = ", ".join(WaveKind)
        raise BadInput(fault("there is no wave {wave}", "Waves are {kinds}", wave=wave, kinds=kinds))
    out = left_out(session, study.id) if wave == WaveKind.MAIN else {}
    ratings = [RatedSession(*row) for row in rated_sessions(session, study.id, wave) if row.session_id not in out]
    return report(study.slug, wave, ratings, [scale for _, scale in scales_of(study, observer_only=True)], seed=seed)


def ask_reliability(session: Session, actor: Actor, slug: str, wave: str, *, now: datetime, seed: int = 1) -> Job:
    """Queue the computation for the data as they stand. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.SEE_RELIABILITY, now=now)
    job = jobs.ask(session, actor, study.id, "reliability", now=now, wave=str(wave), seed=seed)
    record(session, actor, "reliability.asked", f"job:{job.public_id}", now=now, study_id=study.id, wave=wave)
    job.data_version = data_version(session, study.id)
    return job


def kept_reliability(session: Session, study: Study, wave: str) -> dict[str, Any]:
    """The newest result there is: its state, when it was computed, whether ratings have changed since."""
    job = jobs.newest(session, study.id, "reliability")
    if job is None:
        return {"state": "none", "job": None, "computed_at": None, "is_current": False, "table": None}
    done = job.state == JobState.DONE
    return {
        "state": job.state,
        "job": job,
        "computed_at": job.ended_at if done else None,
        "is_current": done and not jobs.ratings_changed_since(session, study.id, job.data_version),
        "table": job.result if done else None,
    }
