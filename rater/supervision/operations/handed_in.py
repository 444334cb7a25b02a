"""Take a session that was handed in into its programme, with recording and consent: all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, RaterError
from rater.recordings.keeping_faults import kept_fault
from rater.recordings.manifest import SessionRow, SessionsFile
from rater.recordings.operations.importing import import_sessions
from rater.recordings.operations.taking_in import StoredAudio
from rater.storage.audit import record
from rater.storage.media.places import Place
from rater.storage.media.uploads import Uploads
from rater.storage.models import Job, Person, Study, Trainee
from rater.storage.queries import jobs
from rater.storage.queries.sessions import hold_study, session_ids
from rater.storage.queries.supervision import session_with_code
from rater.studies.settings import parse_phases, phase_of
from rater.supervision.handing_in import WantedSession, session_code, wanted_again
from rater.supervision.operations.consenting import WantedConsent, note_consent
from rater.supervision.operations.handing_in import handing_for, objections, session_of
from rater.tables import Dialect
from rater.terms import Actor, Reason, SessionUse

LINE = 1
"""The line of the list that the session would be in."""


@dataclass(frozen=True)
class TakenIn:
    """All that the worker needs: the session as a list of one, and its parts, each with what it is called."""

    content: SessionsFile
    files: Mapping[str, tuple[Place, ...]]
    names: Mapping[Place, str]


def to_take_in(session: Session, job: Job, uploads: Uploads, *, now: datetime) -> TakenIn:
    """What a job is to take in. Raises NotFound, NotPermitted, and BadInput where the programme cannot take it now."""
    trainee, wanted = _checked(session, job, now)
    there = session_of(session, job.study, wanted)
    taken = session_ids(session, job.study_id)
    code = there.code if there is not None else session_code(wanted.patient, wanted.number, taken)
    places = tuple(uploads.place(str(job.asked["folder"]), str(name)) for name in job.asked["parts"])
    names = {place: f"{at}/{len(places)}" for at, place in enumerate(places, 1)}
    return TakenIn(_listed(job.study, trainee, code, wanted), {code: places}, names)


def keep_handed_in(
    session: Session, job_id: int, taken: TakenIn, recordings: Mapping[str, StoredAudio], *, now: datetime
) -> dict[str, Any]:
    """Register the session with its recording and consents, and end the job; the session's code.

    Raises NotFound, NotPermitted, BadInput, and then nothing is written.
    """
    job = session.get_one(Job, job_id)
    hold_study(session, job.study_id)
    trainee, wanted = _checked(session, job, now)
    actor = _asker(session, job)
    import_sessions(session, actor, job.study, taken.content, now=now, audio=recordings)
    code = taken.content.rows[0].session_id
    made = session_with_code(session, job.study_id, code)
    if made is None:
        raise NotFound
    session.refresh(made)
    if made.recording is None:
        raise NotFound
    consent = WantedConsent(wanted.scopes, date.fromisoformat(job.asked["given_on"]), wanted.until)
    for scope in wanted.scopes:
        note_consent(session, actor, job.study, made.recording, scope, consent, now=now)
    about, data = f"recording:{made.recording.public_id}", {"trainee": trainee.public_id}
    record(session, actor, "session.taken_in", about, now=now, study_id=job.study_id, **data)
    result = {"session": code}
    jobs.finish(session, job_id, result, None, now=now)
    return result


def refuse_handed_in(session: Session, job_id: int, refused: RaterError, *, now: datetime) -> list[dict[str, Any]]:
    """Write down that a session was not taken in; the faults that its sender can mend, as JSON."""
    job = session.get_one(Job, job_id)
    faults = [_told(each) for each in refused.faults] if isinstance(refused, BadInput) else []
    about = f"job:{job.public_id}"
    record(session, _asker(session, job), "session.refused", about, now=now, study_id=job.study_id, faults=len(faults))
    return [kept_fault(each) for each in faults]


def _checked(session: Session, job: Job, now: datetime) -> tuple[Trainee, WantedSession]:
    handing, wanted = handing_for(session, _asker(session, job), job.study.slug, now=now), wanted_again(job.asked)
    trainee = next((each for each in handing.trainees if each.public_id == job.asked["trainee"]), None)
    if trainee is None:
        raise NotFound
    if faults := objections(session, job.study, trainee, wanted, of_all=handing.of_all, but=job.id):
        raise BadInput(faults)
    return trainee, wanted


def _asker(session: Session, job: Job) -> Actor:
    person = session.get(Person, job.asked_by_id) if job.asked_by_id is not None else None
    if person is None:
        raise NotFound
    return Actor(person.id, person.name)


def _listed(study: Study, trainee: Trainee, code: str, wanted: WantedSession) -> SessionsFile:
    row = SessionRow(
        session_id=code,
        patient_id=wanted.patient,
        therapist_id=trainee.therapist.code,
        session_no=wanted.number,
        phase=phase_of(wanted.number, parse_phases(study.phases)),
        date=wanted.held_on,
        duration_min=None,
        excluded=None,
        use=SessionUse.MAIN,
        audio_files=(),
        line=LINE,
    )
    return SessionsFile((row,), Dialect(), (), "", columns=frozenset({"date"}))


def _told(each: Fault) -> Fault:
    """A fault of a part, by its place among the parts; one of the only part alone tells no place."""
    cause, part = each.cause, each.cause.params.get("part")
    if isinstance(cause.params.get("cause"), Reason):
        inner = cause.params["cause"]
        at, _, of = str(part).partition("/")
        cause = (
            Reason("File {at} of {of}: {cause}", {"at": at, "of": of, "cause": inner}) if of not in ("", "1") else inner
        )
    return replace(each, cause=cause, file="", line=None)
