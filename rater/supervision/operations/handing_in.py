"""Hand in a therapy session with its recording and the patient's consent, for the worker to take in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, fault
from rater.storage.audit import record
from rater.storage.models import Job, Patient, Study, TherapySession, Trainee
from rater.storage.queries import jobs
from rater.storage.queries.studies import roles_in
from rater.storage.queries.supervision import has_been_worked_on, own_trainee, patients_of, trainees_in
from rater.studies.permissions import Action
from rater.supervision.handing_in import TypedSession, WantedSession, read_session, wanted_again
from rater.supervision.operations.asking import programme_for
from rater.terms import Actor, Role

MOST_SHOWN = 10
"""Sessions handed in last that a page shows."""


@dataclass(frozen=True)
class Handing:
    """For whom somebody may hand sessions in, which patients' codes he or she may see, and what was handed in last.

    `of_all`: for every trainee of the programme.
    """

    study: Study
    of_all: bool
    trainees: Sequence[Trainee]
    patients: Sequence[str]
    jobs: Sequence[Job]


@dataclass(frozen=True)
class Handed:
    """A session that can be taken in: whose, and what is wanted."""

    study: Study
    trainee: Trainee
    wanted: WantedSession


def handing_for(session: Session, actor: Actor, slug: str, *, now: datetime) -> Handing:
    """For whom somebody may hand in: a coordinator for all, a trainee for him- or herself.

    Raises NotFound, NotPermitted.
    """
    study = programme_for(session, actor, slug, Action.HAND_IN, now=now)
    of_all = Role.COORDINATOR in roles_in(session, actor.person_id, study.id, now=now)
    own = own_trainee(session, study.id, actor.person_id)
    trainees = trainees_in(session, study.id) if of_all else [own] if own is not None else []
    ids = {each.public_id for each in trainees}
    found = [each for each in jobs.history(session, study.id, jobs.HAND_IN, most=200) if each.asked["trainee"] in ids]
    return Handing(study, of_all, trainees, _patients(session, study, of_all, trainees), found[:MOST_SHOWN])


def check_session(
    session: Session, actor: Actor, slug: str, trainee_id: str, typed: TypedSession, *, today: date, now: datetime
) -> Handed:
    """The session that was typed, if it can be taken in. Raises NotFound, NotPermitted, BadInput with every fault."""
    handing = handing_for(session, actor, slug, now=now)
    faults: list[Fault] = []
    trainee, wanted = None, None
    if trainee_id:
        trainee = next((each for each in handing.trainees if each.public_id == trainee_id), None)
        if trainee is None:
            raise NotFound
    else:
        faults.append(fault("It is not said whose session it is", "Choose the trainee", column="trainee"))
    try:
        wanted = read_session(typed, handing.patients, today)
    except BadInput as error:
        faults += error.faults
    if trainee is not None and wanted is not None:
        faults += objections(session, handing.study, trainee, wanted, of_all=handing.of_all)
    if faults or trainee is None or wanted is None:
        raise BadInput(faults)
    return Handed(handing.study, trainee, wanted)


def hand_in(
    session: Session, actor: Actor, handed: Handed, folder: str, parts: Sequence[str], *, today: date, now: datetime
) -> Job:
    """Queue a session that was checked in the same transaction; its parts lie in a folder of uploads, in this order."""
    asked = {
        **handed.wanted.kept(),
        "trainee": handed.trainee.public_id,
        "given_on": today.isoformat(),
        "folder": folder,
        "parts": list(parts),
    }
    job = jobs.add(session, actor, handed.study.id, jobs.HAND_IN, now=now, **asked)
    record(
        session,
        actor,
        "session.handed_in",
        f"job:{job.public_id}",
        now=now,
        study_id=handed.study.id,
        trainee=handed.trainee.public_id,
        parts=len(parts),
    )
    return job


def objections(
    session: Session, study: Study, trainee: Trainee, wanted: WantedSession, *, of_all: bool, but: int | None = None
) -> list[Fault]:
    """Why the programme cannot take this session, `but` for one job that is about it."""
    params: dict[str, Any] = {"number": wanted.number, "patient": wanted.patient}
    if not of_all and _is_of_others(session, study, trainee, wanted.patient):
        cause, remedy = "{patient} is a patient of somebody else", "Choose another code, or ask the coordinator"
        return [fault(cause, remedy, column="patient", **params)]
    for job in jobs.unfinished(session, study.id, jobs.HAND_IN):
        other = wanted_again(job.asked)
        if job.id != but and (other.patient.casefold(), other.number) == (wanted.patient.casefold(), wanted.number):
            cause, remedy = "Session {number} of {patient} is being taken in already", "Wait until that is done"
            return [fault(cause, remedy, column="number", **params)]
    there = session_of(session, study, wanted)
    if there is None:
        return []
    if there.therapist_id != trainee.therapist_id:
        cause, remedy = "Session {number} of {patient} is another trainee's", "Correct the number or the code"
    elif there.recording is not None and has_been_worked_on(session, there.id):
        cause = "Session {number} of {patient} has a recording, and its review has begun"
        remedy = "The recording stays; correct the number if another session is meant"
    elif there.recording is not None:
        cause = "Session {number} of {patient} has a recording already"
        remedy = "Correct the number; the coordinator replaces a wrong recording under Import"
    else:
        return []
    return [fault(cause, remedy, column="number", **params)]


def session_of(session: Session, study: Study, wanted: WantedSession) -> TherapySession | None:
    """The session that is in the programme with this patient and number."""
    return session.scalar(
        select(TherapySession)
        .join(TherapySession.patient)
        .where(Patient.study_id == study.id, Patient.code == wanted.patient, TherapySession.number == wanted.number)
    )


def _patients(session: Session, study: Study, of_all: bool, trainees: Sequence[Trainee]) -> list[str]:
    if of_all:
        return sorted(session.scalars(select(Patient.code).where(Patient.study_id == study.id)))
    return patients_of(session, study.id, [each.therapist_id for each in trainees])


def _is_of_others(session: Session, study: Study, trainee: Trainee, code: str) -> bool:
    """Whether the patient, however the code is written, has had sessions, and none with this trainee."""
    rows = session.execute(
        select(Patient.code, TherapySession.therapist_id)
        .join(TherapySession, TherapySession.patient_id == Patient.id)
        .where(Patient.study_id == study.id)
    )
    therapists = {therapist for patient, therapist in rows if patient.casefold() == code.casefold()}
    return bool(therapists) and trainee.therapist_id not in therapists
