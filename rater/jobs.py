"""Background work: the name of a job, and the operation that does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.config import Settings
from rater.errors import RaterError
from rater.storage.database import reading, writing
from rater.storage.media.store import media_store
from rater.storage.models import Job, Study
from rater.storage.queries import jobs as queue
from rater.terms import COMMAND_LINE

Work = Callable[[Session, Study, Job, Settings], dict[str, Any]]
Keep = Callable[[Session, Study, Job, dict[str, Any]], None]


def _reliability(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.reliability.operations import reliability

    return reliability(session, study, str(job.asked["wave"]), seed=int(job.asked["seed"]))


def _export(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.exports.operations import export_bundle

    return export_bundle(session, study, settings.exports_folder / job.public_id)


def _voice(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.recordings.operations.voice import listen_through

    store = media_store(settings.media_url, settings.home)
    return {"silences": listen_through(session, store, str(job.asked["audio"]))}


def _keep_voice(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.recordings.operations.voice import keep_silences

    keep_silences(session, study, str(job.asked["audio"]), result.pop("silences"))


WORK: Mapping[str, Work] = {"reliability": _reliability, "export": _export, queue.VOICE: _voice}
KEEP: Mapping[str, Keep] = {queue.VOICE: _keep_voice}
"""What becomes of a result beyond the job's own row, in the transaction that ends the job."""


def run_next(settings: Settings, now: Callable[[], datetime]) -> bool:
    """Take the next job and do it; False where there is none. A job whose worker died is taken again, thrice in all.

    A job that goes wrong is kept as failed with a sentence for the person who asked.
    """
    with writing() as session:
        job_id = queue.take(session, now=now())
    if job_id is None:
        return False
    result: dict[str, Any] | None = None
    fault: str | None = None
    try:
        with reading() as session:
            job = session.get_one(Job, job_id)
            result = WORK[job.kind](session, job.study, job, settings)
    except RaterError as error:
        fault = str(error)
    except Exception:  # told to who asked, then raised again for the log
        with writing() as session:
            queue.finish(session, job_id, None, "Something went wrong in Rater; the log has the details", now=now())
        raise
    with writing() as session:
        job = session.get_one(Job, job_id)
        if result is not None and job.kind in KEEP:
            KEEP[job.kind](session, job.study, job, result)
        queue.finish(session, job_id, result, fault, now=now())
    return True


def work(settings: Settings, *, pause: float = 0.3) -> None:
    """Do jobs as they come, until the process is ended; at the start, queue recordings that nobody listened through."""
    import logging

    from rater.recordings.operations.voice import ask_everywhere

    with writing() as session:
        ask_everywhere(session, COMMAND_LINE, now=datetime.now(UTC))
    while True:
        try:
            if not run_next(settings, lambda: datetime.now(UTC)):
                time.sleep(pause)
        except Exception:  # one job's fault does not end the worker
            logging.getLogger("rater.jobs").exception("a job went wrong")
            time.sleep(pause)
