"""Background work: the name of a job, and the operation that does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from rater.config import Settings
from rater.errors import RaterError
from rater.storage.database import reading, writing
from rater.storage.models import Job, Study
from rater.storage.queries import jobs as queue

Work = Callable[[Session, Study, Job, Path], dict[str, Any]]


def _reliability(session: Session, study: Study, job: Job, folder: Path) -> dict[str, Any]:
    from rater.reliability.operations import reliability

    return reliability(session, study, str(job.asked["wave"]), seed=int(job.asked["seed"]))


def _export(session: Session, study: Study, job: Job, folder: Path) -> dict[str, Any]:
    from rater.exports.operations import export_bundle

    return export_bundle(session, study, folder / job.public_id)


WORK: Mapping[str, Work] = {"reliability": _reliability, "export": _export}


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
            result = WORK[job.kind](session, job.study, job, settings.exports_folder)
    except RaterError as error:
        fault = str(error)
    except Exception:  # told to who asked, then raised again for the log
        with writing() as session:
            queue.finish(session, job_id, None, "Something went wrong in Rater; the log has the details", now=now())
        raise
    with writing() as session:
        queue.finish(session, job_id, result, fault, now=now())
    return True


def work(settings: Settings, *, pause: float = 0.3) -> None:
    """Do jobs as they come, until the process is ended."""
    import logging

    while True:
        try:
            if not run_next(settings, lambda: datetime.now(UTC)):
                time.sleep(pause)
        except Exception:  # one job's fault does not end the worker
            logging.getLogger("rater.jobs").exception("a job went wrong")
            time.sleep(pause)
