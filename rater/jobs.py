"""Background work: the name of a job, and the operation that does it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rater.config import Settings
from rater.errors import BadInput, RaterError
from rater.storage.database import changing, reading, session_of, writing
from rater.storage.media.store import media_store
from rater.storage.media.uploads import uploads_of
from rater.storage.models import Job, KeptFigure, SessionImport, Study
from rater.storage.queries import figures as kept_figures
from rater.storage.queries import jobs as queue
from rater.terms import COMMAND_LINE

if TYPE_CHECKING:
    from rater.figures.sketch import Sketch

Work = Callable[[Session, Study, Job, Settings], dict[str, Any]]
SWEEPS_EVERY = timedelta(days=1)
TELL_EVERY_S = 0.5
Keep = Callable[[Session, Study, Job, dict[str, Any]], None]


def _reliability(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.figures.reliability import reliability_figures
    from rater.reliability.operations import reliability

    told = reliability(session, study, str(job.asked["wave"]), seed=int(job.asked["seed"]))
    return _with_figures(session, told, reliability_figures)


def _with_figures(
    session: Session, told: dict[str, Any], sketched: Callable[[Mapping[str, Any]], Iterable[Sketch]]
) -> dict[str, Any]:
    """The result with its figures in each language, and the names of those that could not be drawn."""
    from rater.figures.language import LANGUAGES, Language
    from rater.figures.sketch import drawn_of
    from rater.notices.letters import sayings

    session.rollback()  # drawing is slow: no transaction stays open over it
    sketches, figures, failed = list(sketched(told)), [], set()
    for code in LANGUAGES:
        drawn, missed = drawn_of(sketches, Language(code, sayings(code)))
        failed |= set(missed)
        for each in drawn:
            figures.append(KeptFigure(locale=code, name=each.name, title=each.title, alt=each.alt, svg=each.svg))
    return {**told, "figures": figures, "not_drawn": sorted(failed)}


def _keep_figures(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    kept_figures.keep(session, job, result.pop("figures"))


def _analysis(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.analysis.operations.computing import analysis
    from rater.figures.course import course_figures

    return _with_figures(session, analysis(session, study), course_figures)


def _drift(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.figures.drift import drift_figures
    from rater.training.operations import drift_of

    return _with_figures(session, drift_of(session, study), drift_figures)


def _keep_drift(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.training.operations.alerting import keep_alerts

    _keep_figures(session, study, job, result)
    keep_alerts(session, study, result["alerts"], now=datetime.now(UTC))


def _export(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.exports.operations import asked_for, export_bundle
    from rater.exports.operations.freezing import rebuild_bundle

    folder, asked, tell = settings.exports_folder / job.public_id, asked_for(job.asked), _Telling(job.id)
    if job.asked.get("freeze"):
        return rebuild_bundle(session, study, str(job.asked["freeze"]), folder, asked, tell)
    return export_bundle(session, study, folder, asked, tell)


class _Telling:
    """Keeps how far a job has come, now and then, beside the transaction in which the job reads."""

    def __init__(self, job_id: int) -> None:
        self.job_id, self.next_at = job_id, 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() < self.next_at:
            return
        with changing() as connection, session_of(connection) as writer:
            queue.tell_progress(writer, self.job_id, done, total, now=datetime.now(UTC))
        self.next_at = time.monotonic() + TELL_EVERY_S


def _freeze(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.exports.operations.freezing import check_freeze, take_data

    check_freeze(session, study, str(job.asked["name"]), str(job.asked["note"]))
    return {"taken": take_data(session, study, settings.exports_folder)}


def _keep_freeze(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.exports.operations.freezing import keep_asked_freeze

    taken = result.pop("taken")
    result["sha256"] = keep_asked_freeze(session, job, taken, now=datetime.now(UTC))
    result["frozen"] = dict(taken.files)


def _voice(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.recordings.operations.voice import listen_through

    store = media_store(settings)
    return {"silences": listen_through(session, store, str(job.asked["audio"]))}


def _keep_voice(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.recordings.operations.voice import keep_silences

    keep_silences(session, study, str(job.asked["audio"]), result.pop("silences"))


def _hear(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    """Listen to the files of an import, each kept as soon as it was heard, until there are no more."""
    from rater.recordings.operations.previewing import files_to_hear, hear, keep_heard

    uploads, job_id, import_id, done = uploads_of(settings), job.id, int(job.asked["import"]), 0
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

    uploads, store = uploads_of(settings), media_store(settings)
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


def _hand_in(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    """Take a session that was handed in into its programme; its files are deleted whether that went well or not."""
    from rater.recordings.operations.taking_in import taken_in
    from rater.supervision.operations.handed_in import keep_handed_in, refuse_handed_in, to_take_in

    uploads, store, job_id, folder = uploads_of(settings), media_store(settings), job.id, str(job.asked["folder"])
    try:
        handed = to_take_in(session, job, uploads, now=datetime.now(UTC))
        session.rollback()  # as above
        with (
            taken_in(store, handed.content, handed.files, {}, _Telling(job_id), handed.names) as recordings,
            writing() as writer,
        ):
            result = keep_handed_in(writer, job_id, handed, recordings, now=datetime.now(UTC))
    except RaterError as refused:
        session.rollback()
        with writing() as writer:
            faults = refuse_handed_in(writer, job_id, refused, now=datetime.now(UTC))
        uploads.delete(folder)
        if not faults:
            raise
        return {"faults": faults}
    uploads.delete(folder)
    return result


def sweep(settings: Settings, now: datetime) -> None:
    """Delete uploads left alone for a day that no job is going to take in, and what a worker left half made."""
    from rater.recordings.operations.drafts import sweep_uploads

    uploads = uploads_of(settings)
    with writing() as session:
        gone = sweep_uploads(session, COMMAND_LINE, uploads, now=now)
    for folder in gone:
        uploads.delete(folder)
    media_store(settings).sweep(now - SWEEPS_EVERY)
    delete_retired(settings)


def _mask(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.recordings.operations.silencing import begin_silenced, make_silenced

    store, public_id = media_store(settings), str(job.asked["recording"])
    session.rollback()  # as above
    with writing() as writer:
        begun = begin_silenced(writer, store, public_id, now=datetime.now(UTC))
    return {"versions": [asdict(each) for each in make_silenced(session, store, public_id, begun)]}


def _keep_mask(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.recordings.operations.silencing import from_result, keep_silenced

    made = from_result(result)
    keep_silenced(session, study, str(job.asked["recording"]), made, now=datetime.now(UTC))
    result["versions"] = len(made)


def _cut(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    from rater.recordings.operations.excerpts import begin_cut, make_cut

    store, job_id = media_store(settings), job.id
    session.rollback()  # as above
    with writing() as writer:
        begun = begin_cut(writer, store, job_id)
    return {} if begun is None else make_cut(store, begun, _Telling(job_id))


def _keep_example(session: Session, study: Study, job: Job, result: dict[str, Any]) -> None:
    from rater.recordings.operations.excerpts import keep_cut

    if result:
        keep_cut(session, study, str(job.asked["example"]), result, now=datetime.now(UTC))
    result.clear()


def _discard(session: Session, study: Study, job: Job, settings: Settings) -> dict[str, Any]:
    store = media_store(settings)
    for name in job.asked["names"]:
        store.delete(str(name))
    return {"files": len(job.asked["names"])}


def delete_retired(settings: Settings) -> None:
    """Delete the files of versions that nobody is given, then forget them."""
    from rater.recordings.operations.silencing import delete_files, forget, retired

    with reading() as session:
        gone = retired(session, now=datetime.now(UTC))
    if gone:
        ids = delete_files(media_store(settings), gone)
        with writing() as session:
            forget(session, ids)


WORK: Mapping[str, Work] = {
    "reliability": _reliability,
    "analysis": _analysis,
    queue.DRIFT: _drift,
    "export": _export,
    queue.FREEZE: _freeze,
    queue.MASK: _mask,
    queue.VOICE: _voice,
    queue.CHECK: _hear,
    queue.IMPORT: _import,
    queue.HAND_IN: _hand_in,
    queue.EXAMPLE: _cut,
    queue.DISCARD: _discard,
}
KEEP: Mapping[str, Keep] = {
    "reliability": _keep_figures,
    "analysis": _keep_figures,
    queue.DRIFT: _keep_drift,
    queue.FREEZE: _keep_freeze,
    queue.MASK: _keep_mask,
    queue.VOICE: _keep_voice,
    queue.EXAMPLE: _keep_example,
}
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
_LOG = logging.getLogger("rater.jobs")


class Post:
    """Sends the mails that wait, every quarter of a minute; does nothing where no mail server is set.

    Settings of mail that cannot be used are told once, in the log; the notices stand on pages all the same.
    """

    def __init__(self, settings: Settings) -> None:
        from rater.notices.operations.posting import mail_server

        self.settings = settings
        try:
            self.server = mail_server(settings)
        except BadInput as error:
            self.server = None
            _LOG.error("no mail is sent until this is mended and Rater started anew: %s", error)
        self.next_at = 0.0

    def go(self) -> None:
        """Send what waits, if it is time."""
        from rater.notices.operations.mailing import mail_once

        if self.server is not None and time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + MAIL_EVERY_S
            mail_once(self.settings, self.server, now=datetime.now(UTC))


LOOK_EVERY_S = 60


class Watch:
    """Looks every minute for studies whose raters are to be watched for drift today, once a day each at most.

    A day begins in the time zone of the settings, so that the daily mail tells what the night has found.
    """

    def __init__(self, settings: Settings) -> None:
        self.zone = ZoneInfo(settings.timezone)
        self.next_at = 0.0

    def go(self) -> None:
        """Queue what is due, if it is time to look."""
        from rater.training.operations.watching import ask_due, studies_due

        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + LOOK_EVERY_S
        with reading() as session:
            is_due = bool(studies_due(session, now=datetime.now(UTC), zone=self.zone))
        if is_due:
            with writing() as session:
                ask_due(session, now=datetime.now(UTC), zone=self.zone)


def work(settings: Settings, *, pause: float = 0.3) -> None:
    """Do jobs and send mails as they come, and watch raters for drift, until the process is ended.

    At the start, take up what was left undone; then and every day, sweep away what was left behind.
    """
    from rater.recordings.operations import silencing, voice

    post, watch = Post(settings), Watch(settings)
    with writing() as session:
        voice.ask_everywhere(session, COMMAND_LINE, now=datetime.now(UTC))
        silencing.ask_everywhere(session, COMMAND_LINE, now=datetime.now(UTC))
    swept: datetime | None = None
    while True:
        try:
            if swept is None or datetime.now(UTC) - swept > SWEEPS_EVERY:
                swept = datetime.now(UTC)
                sweep(settings, swept)
            post.go()
            watch.go()
            if not run_next(settings, lambda: datetime.now(UTC)):
                time.sleep(pause)
        except Exception:  # one job's fault does not end the worker
            _LOG.exception("a job went wrong")
            time.sleep(pause)
