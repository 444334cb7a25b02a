"""Who supervises whom, which sessions that opens, and what a patient's consent allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from rater.storage.database import table_of
from rater.storage.models import (
    Assignment,
    Comment,
    Consent,
    Membership,
    Patient,
    Rater,
    Recording,
    Review,
    SessionRating,
    Study,
    Supervision,
    TherapySession,
    Trainee,
    Wave,
)
from rater.terms import ConsentScope, RatingState, Role, StudyKind

_RECORDINGS, _SESSIONS, _STUDIES = (table_of(each) for each in (Recording, TherapySession, Study))
_CONSENTS, _TRAINEES, _SUPERVISIONS = (table_of(each) for each in (Consent, Trainee, Supervision))
_MEMBERSHIPS = table_of(Membership)
_OTHER_SESSIONS, _OTHER_RECORDINGS = _SESSIONS.alias(), _RECORDINGS.alias()
_ASSIGNMENTS, _RATERS, _WAVES = (table_of(each).alias() for each in (Assignment, Rater, Wave))
_STANDING = (
    _CONSENTS.c.withdrawn_at.is_(None),
    _CONSENTS.c.given_on <= bindparam("today"),
    or_(_CONSENTS.c.until.is_(None), _CONSENTS.c.until >= bindparam("today")),
)
_OF_RECORDING = _CONSENTS.c.recording_id == _RECORDINGS.c.id


def consented(scope: ConsentScope) -> ColumnElement[bool]:
    """That a consent to this stands on the day `today` for the recording of the statement."""
    return exists().where(_OF_RECORDING, _CONSENTS.c.scope == scope, *_STANDING).correlate(_RECORDINGS)


IN_PROGRAMME = (
    exists().where(_STUDIES.c.id == _SESSIONS.c.study_id, _STUDIES.c.kind == StudyKind.SUPERVISION).correlate(_SESSIONS)
)
"""That the session of the statement belongs to a supervision programme."""

RESEARCH_ENDED = (
    exists().where(_OF_RECORDING, _CONSENTS.c.scope == ConsentScope.RESEARCH).correlate(_RECORDINGS)
) & ~consented(ConsentScope.RESEARCH)
"""That the patient's consent to research is noted for the recording of the statement, and stands no more."""

_HOLDS = (
    (_MEMBERSHIPS.c.study_id == _SESSIONS.c.study_id)
    & (_MEMBERSHIPS.c.person_id == bindparam("person_id"))
    & (_MEMBERSHIPS.c.since <= bindparam("now"))
    & or_(_MEMBERSHIPS.c.until.is_(None), _MEMBERSHIPS.c.until > bindparam("now"))
)
_IS_TRAINEE = (_TRAINEES.c.person_id == bindparam("person_id")) & exists().where(
    _HOLDS, _MEMBERSHIPS.c.role == Role.TRAINEE
).correlate(_SESSIONS)
_IS_SUPERVISOR = exists().where(
    _SUPERVISIONS.c.trainee_id == _TRAINEES.c.id,
    _SUPERVISIONS.c.person_id == bindparam("person_id"),
    _SUPERVISIONS.c.since <= bindparam("now"),
    or_(_SUPERVISIONS.c.until.is_(None), _SUPERVISIONS.c.until > bindparam("now")),
).correlate(_TRAINEES) & exists().where(_HOLDS, _MEMBERSHIPS.c.role == Role.SUPERVISOR).correlate(_SESSIONS)
_STILL_RATES = (
    exists()
    .where(
        _OTHER_RECORDINGS.c.audio_name == _RECORDINGS.c.audio_name,
        _OTHER_SESSIONS.c.id == _OTHER_RECORDINGS.c.session_id,
        _ASSIGNMENTS.c.session_id == _OTHER_SESSIONS.c.id,
        _RATERS.c.id == _ASSIGNMENTS.c.rater_id,
        _RATERS.c.person_id == bindparam("person_id"),
        _WAVES.c.id == _ASSIGNMENTS.c.wave_id,
        _WAVES.c.locked_at.is_(None),
        _ASSIGNMENTS.c.state != RatingState.SUBMITTED,
    )
    .correlate(_RECORDINGS)
)
SUPERVISED = (
    exists()
    .where(_TRAINEES.c.therapist_id == _SESSIONS.c.therapist_id, or_(_IS_TRAINEE, _IS_SUPERVISOR))
    .correlate(_SESSIONS)
    & IN_PROGRAMME
    & consented(ConsentScope.SUPERVISION)
    & ~_STILL_RATES
)
"""That the person of the statement is the session's trainee or supervises the trainee, while the patient's consent to
supervision stands; whoever still has to rate the same recording blind stays out."""
_OPEN = (
    select(_SESSIONS.c.id)
    .join_from(_SESSIONS, _RECORDINGS, _RECORDINGS.c.session_id == _SESSIONS.c.id)
    .where(_SESSIONS.c.id.in_(bindparam("of_sessions", expanding=True)), SUPERVISED)
)


def open_in_supervision(session: Session, person_id: int | None, ids: Iterable[int], *, now: datetime) -> set[int]:
    """Those of the sessions whose recording supervision opens to a person at a moment."""
    asked = {"person_id": person_id, "now": now, "today": now.date(), "of_sessions": list(ids)}
    return set(session.scalars(_OPEN, asked))


def research_ended(session: Session, recording_id: int, *, today: date) -> bool:
    """Whether a patient's consent to research is noted for a recording, and stands no more on a day."""
    asked = select(_RECORDINGS.c.id).where(_RECORDINGS.c.id == recording_id, RESEARCH_ENDED)
    return session.execute(asked, {"today": today}).first() is not None


def trainee_by_id(session: Session, study_id: int, public_id: str) -> Trainee | None:
    """The trainee of a programme with this id."""
    return session.scalar(select(Trainee).where(Trainee.study_id == study_id, Trainee.public_id == public_id))


def trainee_of(session: Session, therapist_id: int) -> Trainee | None:
    """The trainee behind a therapist's code."""
    return session.scalar(select(Trainee).where(Trainee.therapist_id == therapist_id))


def own_trainee(session: Session, study_id: int, person_id: int | None) -> Trainee | None:
    """The trainee that a person is in a programme."""
    return session.scalar(select(Trainee).where(Trainee.study_id == study_id, Trainee.person_id == person_id))


def trainees_in(session: Session, study_id: int) -> list[Trainee]:
    """The trainees of a programme in the order of their codes."""
    rows = session.scalars(select(Trainee).where(Trainee.study_id == study_id).join(Trainee.therapist))
    return sorted(rows, key=lambda each: each.therapist.code)


def supervises(session: Session, person_id: int | None, trainee_id: int, *, now: datetime) -> bool:
    """Whether a person supervises a trainee at a moment."""
    stands = exists().where(
        Supervision.trainee_id == trainee_id,
        Supervision.person_id == person_id,
        Supervision.since <= now,
        or_(Supervision.until.is_(None), Supervision.until > now),
    )
    return bool(session.scalar(select(stands)))


def session_with_code(session: Session, study_id: int, code: str) -> TherapySession | None:
    """The therapy session of a programme with this code."""
    return session.scalar(
        select(TherapySession).where(TherapySession.study_id == study_id, TherapySession.code == code)
    )


def patients_of(session: Session, study_id: int, therapist_ids: Iterable[int]) -> list[str]:
    """The codes of patients who have had a session with one of these therapists."""
    rows = session.scalars(
        select(Patient.code)
        .join(TherapySession, TherapySession.patient_id == Patient.id)
        .where(Patient.study_id == study_id, TherapySession.therapist_id.in_(list(therapist_ids)))
        .distinct()
    )
    return sorted(rows)


def has_been_worked_on(session: Session, session_id: int) -> bool:
    """Whether a therapy session has a review, a comment or a rating of the trainee's or the supervisor's."""
    found = (exists().where(each.session_id == session_id) for each in (Review, Comment, SessionRating))
    return bool(session.scalar(select(or_(*found))))


def consents_of(session: Session, recording_ids: Iterable[int]) -> dict[int, list[Consent]]:
    """The consents noted for recordings, oldest first, by recording; those that ended are among them."""
    found: dict[int, list[Consent]] = {}
    rows = session.scalars(
        select(Consent).where(Consent.recording_id.in_(list(recording_ids))).order_by(Consent.noted_at, Consent.id)
    )
    for row in rows:
        found.setdefault(row.recording_id, []).append(row)
    return found


def stands(consent: Consent, day: date) -> bool:
    """Whether a consent holds on a day."""
    begun = consent.given_on <= day and (consent.until is None or day <= consent.until)
    return begun and consent.withdrawn_at is None
