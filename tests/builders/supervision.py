"""A small supervision programme: two supervisors, two trainees, a lead, a coordinator, sessions with recordings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from rater.storage.models import Consent, Person, Recording, Study, Supervision, TherapySession, Trainee
from rater.terms import ConsentScope, Role, StudyKind
from tests.builders.study import NOON, make_person, make_recording, make_session, make_study

PEOPLE = {
    "sara@example.org": Role.SUPERVISOR,
    "sven@example.org": Role.SUPERVISOR,
    "tom@example.org": Role.TRAINEE,
    "tina@example.org": Role.TRAINEE,
    "lea@example.org": Role.LEAD,
    "carl@example.org": Role.COORDINATOR,
}


@dataclass(frozen=True)
class Programme:
    """A programme: sara supervises tom (T1), sven supervises tina (T2); people and trainees by name."""

    study: Study
    people: dict[str, Person]
    trainees: dict[str, Trainee]
    sessions: dict[str, TherapySession] = field(default_factory=dict)


def make_programme(session: Session, slug: str = "clinic") -> Programme:
    """The programme with its people and nobody's sessions yet."""
    study = make_study(session, slug, scales=("ghes", "sthar", "phq9", "reflect"))
    study.kind = StudyKind.SUPERVISION
    people = {email.split("@")[0]: make_person(session, email, (study, role)) for email, role in PEOPLE.items()}
    trainees = {}
    for name, therapist, supervisor in (("tom", "T1", "sara"), ("tina", "T2", "sven")):
        first = make_session(session, study, patient=f"P{therapist}", number=0, therapist=therapist)
        trainee = Trainee(study_id=study.id, person_id=people[name].id, therapist_id=first.therapist_id, since=NOON)
        session.add(trainee)
        session.flush()
        session.add(Supervision(trainee_id=trainee.id, person_id=people[supervisor].id, since=NOON))
        trainees[name] = trainee
    session.flush()
    return Programme(study, people, trainees)


def make_supervised(
    session: Session, programme: Programme, trainee: str = "tom", number: int = 1, *, until: date | None = None
) -> tuple[TherapySession, Recording]:
    """A session of a trainee with a recording (no file behind it) and a consent to supervision up to a day."""
    therapist = programme.trainees[trainee].therapist.code
    made = make_session(session, programme.study, patient=f"P{therapist}", number=number, therapist=therapist)
    name = f"{made.id:032x}"
    recording = make_recording(session, made, name, name[::-1], size=10, mime="audio/webm")
    consent(session, recording, until=until)
    programme.sessions[made.code] = made
    return made, recording


def consent(
    session: Session,
    recording: Recording,
    scope: ConsentScope = ConsentScope.SUPERVISION,
    *,
    given: date = date(2026, 1, 1),
    until: date | None = None,
) -> Consent:
    """A consent noted for a recording."""
    made = Consent(recording_id=recording.id, scope=scope, given_on=given, until=until, noted_at=NOON)
    session.add(made)
    session.flush()
    return made
