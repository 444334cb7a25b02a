"""Background work: the name of a job, and the operation that does it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from rater.config import Settings
from rater.errors import BadInput, RaterError
from rater.storage.database import reading, writing
from rater.storage.media.store import media_store
from rater.storage.media.uploads import Uploads
from rater.storage.models import Job, SessionImport, Study
from rater.storage.queries import jobs as queue
from rater.terms import COMMAND_LINE

Work = Callable[[Session, Study, Job, Settings], dict[str, Any]]
SWEEPS_EVERY = timedelta(days=1)
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


def _hear(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    """Listen to the files of an import, each kept as soon as it was heard, until there are no more."""
    from rater.recordings.operations.previewing import files_to_hear, hear, keep_heard

    uploads, job_id, import_id, done = Uploads(settings.uploads_folder), job.id, int(job.asked["import"]), 0
    while waiting := files_to_hear(session, import_id, uploads):
        session.rollback()  # decoding is slow: no transaction stays open over it
        found = hear(waiting[0][1])
        with writing() as writer:
            keep_heard(writer, *waiting[0], found)
            done += 1
            queue.tell_progress(writer, job_id, done, done + len(waiting) - 1, now=datetime.now(UTC))
    return {"files": done}


def _import(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    """Take a confirmed import into its study; what it needs no longer is deleted once the study has it."""
    from rater.recordings.operations import handing_over
    from rater.recordings.operations.taking_in import taken_in, unused_names

    uploads, store = Uploads(settings.uploads_folder), media_store(settings.media_url, settings.home)
    job_id, import_id = job.id, int(job.asked["import"])
    folder = session.get_one(SessionImport, import_id).folder

    def progress(done: int, total: int) -> None:
        with writing() as writer:
            queue.tell_progress(writer, job_id, done, total, now=datetime.now(UTC))

    try:
        handed = handing_over.handed_over(session, import_id, uploads, now=datetime.now(UTC))
        session.rollback()  # as above
        if handed is None:
            return dict(session.get_one(SessionImport, import_id).result or {})
        with (
            taken_in(store, handed.content, handed.files, handed.kept, progress, handed.names) as recordings,
            writing() as writer,
        ):
            result = handing_over.take_over(writer, import_id, handed, recordings, now=datetime.now(UTC))
            unused = unused_names(writer, set(handed.stored))
    except BadInput as refused:
        with writing() as writer:
            handing_over.give_back(writer, import_id, refused, now=datetime.now(UTC))
        raise
    for name in unused:
        store.delete(name)
    uploads.delete(folder)
    return result


def sweep(settings: Settings, now: datetime) -> None:
    """Delete the files of imports that nobody has touched for a day."""
    from rater.recordings.operations.drafts import sweep_uploads

    uploads = Uploads(settings.uploads_folder)
    with writing() as session:
        gone = sweep_uploads(session, COMMAND_LINE, uploads, now=now)
    for folder in gone:
        uploads.delete(folder)


def _mask(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.recordings.operations.silencing import make_silenced

    store = media_store(settings.media_url, settings.home)
    return {"versions": [asdict(each) for each in make_silenced(session, store, str(job.asked["recording"]))]}


def _keep_mask(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.recordings.operations.silencing import from_result, keep_silenced

    made = from_result(result)
    keep_silenced(session, study, str(job.asked["recording"]), made, now=datetime.now(UTC))
    result["versions"] = len(made)


def delete_retired(settings: Settings) -> None:
    """Delete the files of versions that nobody is given any more, then forget them."""
    from rater.recordings.operations.silencing import delete_files, forget, retired

    with reading() as session:
        gone = retired(session)
    if gone:
        ids = delete_files(media_store(settings.media_url, settings.home), gone)
        with writing() as session:
            forget(session, ids)


WORK: Mapping[str, Work] = {
    "reliability": _reliability,
    "export": _export,
    queue.MASK: _mask,
    queue.VOICE: _voice,
    queue.CHECK: _hear,
    queue.IMPORT: _import,
}
KEEP: Mapping[str, Keep] = {queue.MASK: _keep_mask, queue.VOICE: _keep_voice}
"""What becomes of a result beyond the job's own row, in the transaction that ends the job."""
AFTER: Mapping[str, Callable[[Settings], None]] = {queue.MASK: delete_retired}
"""What is done once that transaction is committed; cut off, it is done when the next worker starts."""


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
        after = AFTER.get(job.kind)
    if after is not None:
        after(settings)
    return True


MAIL_EVERY_S = 15


class Post:
    """Sends the mails that wait, every quarter of a minute; does nothing where no mail server is set."""

    def __init__(self, settings: Settings) -> None:
        from rater.notices.operations.posting import mail_server

        self.settings = settings
        self.server = mail_server(settings)
        self.next_at = 0.0

    def go(self) -> None:
        """Send what waits, if it is time."""
        from rater.notices.operations.mailing import mail_once

        if self.server is not None and time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + MAIL_EVERY_S
            mail_once(self.settings, self.server, now=datetime.now(UTC))


def work(settings: Settings, *, pause: float = 0.3) -> None:
    """Do jobs and send mails as they come, until the process is ended.

    At the start, take up what was left undone; then and every day, sweep away forgotten uploads. Raises BadInput for
    settings of mail that cannot be used.
    """
    import logging

    from rater.recordings.operations import silencing, voice

    post = Post(settings)
    with writing() as session:
        voice.ask_everywhere(session, COMMAND_LINE, now=datetime.now(UTC))
        silencing.ask_everywhere(session, COMMAND_LINE, now=datetime.now(UTC))
    delete_retired(settings)
    swept: datetime | None = None
    while True:
        try:
            if swept is None or datetime.now(UTC) - swept > SWEEPS_EVERY:
                swept = datetime.now(UTC)
                sweep(settings, swept)
            post.go()
            if not run_next(settings, lambda: datetime.now(UTC)):
                time.sleep(pause)
        except Exception:  # one job's fault does not end the worker
            logging.getLogger("rater.jobs").exception("a job went wrong")
            time.sleep(pause)
