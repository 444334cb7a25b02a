"""The queue of background work: ask, take with a lease, finish, look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from rater.storage.audit import data_version
from rater.storage.models import AuditEvent, Job
from rater.terms import Actor, JobState

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 3
CHECK = "import_check"
DISCARD = "discard"
"""Files of the media store that nothing names any more are deleted."""
EXAMPLE = "example"
DRIFT = "drift"
FREEZE = "freeze"
HAND_IN = "hand_in"
IMPORT = "import"
MASK = "mask"
VOICE = "voice"
"""Work that nobody waits for: it gives way to every other kind."""


def ask(session: Session, actor: Actor, study_id: int, kind: str, *, now: datetime, **asked: Any) -> Job:
    """Queue a job about the study's data as they stand; the same job still waiting is not queued twice."""
    version = data_version(session, study_id)
    for job in unfinished(session, study_id, kind):
        if job.state == JobState.WAITING and job.asked == asked and job.data_version == version:
            return job
    return add(session, actor, study_id, kind, now=now, **asked)


def unfinished(session: Session, study_id: int, kind: str) -> list[Job]:
    """A study's jobs of a kind that wait or are at work."""
    states = (JobState.WAITING, JobState.RUNNING)
    return list(session.scalars(select(Job).where(Job.study_id == study_id, Job.kind == kind, Job.state.in_(states))))


def folders_in_use(session: Session) -> set[str]:
    """The folders of uploads that jobs which wait or are at work are going to take in."""
    states = (JobState.WAITING, JobState.RUNNING)
    asked = session.scalars(select(Job.asked).where(Job.kind == HAND_IN, Job.state.in_(states)))
    return {str(each["folder"]) for each in asked}


def add(session: Session, actor: Actor, study_id: int, kind: str, *, now: datetime, **asked: Any) -> Job:
    """Queue a job about the study's data as they stand."""
    job = Job(
        study_id=study_id,
        kind=kind,
        asked=asked,
        asked_by_id=actor.person_id,
        asked_at=now,
        state=JobState.WAITING,
        data_version=data_version(session, study_id),
    )
    session.add(job)
    session.flush()
    return job


def take(session: Session, *, now: datetime) -> int | None:
    """The id of the oldest job that waits, or whose worker let its lease run out; it is now this worker's.

    Listening through recordings comes after everything that somebody waits for.
    """
    abandoned = and_(Job.state == JobState.RUNNING, Job.lease_until < now)
    session.execute(
        update(Job)
        .where(abandoned, Job.attempts >= MOST_ATTEMPTS)
        .values(state=JobState.FAILED, fault="The work was cut off three times", ended_at=now)
    )
    job = session.scalar(
        select(Job)
        .where(or_(Job.state == JobState.WAITING, abandoned))
        .order_by(Job.kind == VOICE, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state, job.lease_until, job.attempts = JobState.RUNNING, now + LEASE, job.attempts + 1
    job.data_version = data_version(session, job.study_id)
    return job.id


def finish(session: Session, job_id: int, result: dict[str, Any] | None, fault: str | None, *, now: datetime) -> None:
    """Keep what came of a job."""
    job = session.get_one(Job, job_id)
    job.state = JobState.DONE if fault is None else JobState.FAILED
    job.result, job.fault, job.ended_at, job.lease_until = result, fault, now, None


def tell_progress(session: Session, job_id: int, done: int, total: int, *, now: datetime) -> None:
    """Keep how far a job at work has come; its lease begins anew."""
    job = session.get_one(Job, job_id)
    job.result, job.lease_until = {"done": done, "total": total}, now + LEASE


def newest(session: Session, study_id: int, kind: str, *, done: bool = False) -> Job | None:
    """The newest job of a kind in a study, or the newest that is done."""
    found = select(Job).where(Job.study_id == study_id, Job.kind == kind).order_by(Job.id.desc()).limit(1)
    return session.scalar(found.where(Job.state == JobState.DONE) if done else found)


def by_public_id(session: Session, public_id: str) -> Job | None:
    """The job with this id."""
    return session.scalar(select(Job).where(Job.public_id == public_id))


def history(session: Session, study_id: int, kind: str, *, most: int = 20) -> list[Job]:
    """A study's jobs of a kind, newest first."""
    return list(
        session.scalars(
            select(Job).where(Job.study_id == study_id, Job.kind == kind).order_by(Job.id.desc()).limit(most)
        )
    )


CHANGES_RATINGS = (
    "rating.submitted",
    "ratings.imported",
    "sessions.imported",
    "exclusion.made",
    "exclusion.lifted",
    "study.scoring",
)


CHANGES_ANALYSIS = (
    *CHANGES_RATINGS,
    "outcomes.imported",
    "homework.imported",
    "homework.entered",
    "homework.reported",
    "difficulties.imported",
    "difficulty.saved",
    "patients.imported",
    "study.models",
)


def changed_since(session: Session, study_id: int, version: int, actions: Collection[str] = CHANGES_RATINGS) -> bool:
    """Whether one of these things was done after a version of the study's data; as a rule, what changes ratings."""
    later = select(AuditEvent.id).where(
        AuditEvent.study_id == study_id, AuditEvent.id > version, AuditEvent.action.in_(actions)
    )
    return session.scalar(later.limit(1)) is not None


def kept(session: Session, study_id: int, kind: str, actions: Collection[str] = CHANGES_RATINGS) -> dict[str, Any]:
    """Where the newest `job` of a kind stands (`state`), and the newest result there is, as `table`.

    `done` is the job that the result comes from: an earlier one while the newest waits, is at work or has failed;
    `computed_at` says when it ended, `is_current` whether the result still holds.
    """
    job, done = newest(session, study_id, kind), newest(session, study_id, kind, done=True)
    return {
        "state": job.state if job else "none",
        "job": job,
        "done": done,
        "computed_at": done.ended_at if done else None,
        "is_current": done is not None and not changed_since(session, study_id, done.data_version, actions),
        "table": done.result if done else None,
    }
