"""Who is the trainee behind which therapist's code, and who supervises whom, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, fault
from rater.people.operations import person_by_email
from rater.scales.source import UNREADABLE
from rater.storage.audit import record
from rater.storage.models import Person, Study, Supervision, Therapist, Trainee
from rater.storage.queries.studies import roles_in
from rater.storage.queries.supervision import own_trainee, trainee_by_id, trainee_of, trainees_in
from rater.storage.queries.supervision_arranging import (
    free_codes,
    has_work,
    people_with,
    standing_supervision,
    therapist_coded,
)
from rater.studies.permissions import Action
from rater.supervision.operations.asking import Seat, programme_for, trainee_for
from rater.tables import shown
from rater.terms import Actor, Reason, Role

LONGEST_CODE = 64
LONGEST_WORDS = 4000
"""Characters of what a supervisor leaves to the next."""


@dataclass(frozen=True)
class ArrangedTrainee:
    """A trainee, the supervision that stands, those that have ended, and whether he or she may be taken back."""

    trainee: Trainee
    standing: Supervision | None
    ended: Sequence[Supervision]
    may_take_back: bool


@dataclass(frozen=True)
class Arrangement:
    """Everybody in a programme with a part in supervision, and what is still free."""

    study: Study
    trainees: Sequence[ArrangedTrainee]
    unplaced: Sequence[Person]
    supervisors: Sequence[Person]
    free_codes: Sequence[str]


def arrangement(session: Session, actor: Actor, slug: str, *, now: datetime) -> Arrangement:
    """Who is what in a programme. Raises NotFound, NotPermitted."""
    study = programme_for(session, actor, slug, Action.ARRANGE_SUPERVISION, now=now)
    trainees = trainees_in(session, study.id)
    placed = {each.person_id for each in trainees}
    return Arrangement(
        study,
        [
            ArrangedTrainee(
                each,
                next((one for one in each.supervisions if one.until is None), None),
                [one for one in each.supervisions if one.until is not None],
                not has_work(session, each),
            )
            for each in trainees
        ],
        [each for each in people_with(session, study.id, Role.TRAINEE, now=now) if each.id not in placed],
        people_with(session, study.id, Role.SUPERVISOR, now=now),
        free_codes(session, study.id),
    )


def place_trainee(session: Session, actor: Actor, slug: str, email: str, code: str, *, now: datetime) -> Trainee:
    """Say that a person is the trainee behind a therapist's code, which is made at need; safe to repeat.

    Raises NotFound, NotPermitted, and BadInput where the person is no trainee of the programme, or the person or the
    code is placed already.
    """
    study = programme_for(session, actor, slug, Action.ARRANGE_SUPERVISION, now=now)
    person = _holder(session, study, email, Role.TRAINEE, now)
    code = code.strip()
    if not code or len(code) > LONGEST_CODE or not code.isprintable():
        raise BadInput(fault("This is no code of a therapist", "Write it as in the list of sessions", column="code"))
    therapist = therapist_coded(session, study.id, code)
    own, there = own_trainee(session, study.id, person.id), therapist and trainee_of(session, therapist.id)
    if own is not None and own is there:
        return own
    if own is not None:
        cause, remedy = "{name} is the trainee behind {code} already", "Take that back first"
        raise BadInput(fault(cause, remedy, column="email", name=person.name, code=own.therapist.code))
    if there is not None:
        cause = "Somebody else is the trainee behind {code}"
        raise BadInput(fault(cause, "Choose another code, or take that back first", column="code", code=shown(code)))
    if therapist is None:
        therapist = Therapist(study_id=study.id, code=code)
        session.add(therapist)
        session.flush()
    made = Trainee(study_id=study.id, person_id=person.id, therapist_id=therapist.id, since=now)
    session.add(made)
    session.flush()
    _note(session, actor, made, "trainee.placed", now, person=person.id, therapist=code)
    return made


def take_back_trainee(session: Session, actor: Actor, slug: str, trainee_id: str, *, now: datetime) -> None:
    """Take a trainee from a code, as long as nothing rests on it. Raises NotFound, NotPermitted, Refused."""
    _, trainee = _trainee(session, actor, slug, trainee_id, now)
    if has_work(session, trainee):
        raise Refused(Reason("There are reviews, meetings or homework with this trainee, so the code stays as it is"))
    _note(session, actor, trainee, "trainee.taken_back", now, therapist=trainee.therapist.code)
    session.execute(delete(Supervision).where(Supervision.trainee_id == trainee.id))
    session.execute(delete(Trainee).where(Trainee.id == trainee.id))
    session.expire_all()


def appoint_supervisor(
    session: Session, actor: Actor, slug: str, trainee_id: str, email: str, *, now: datetime, words: str = ""
) -> bool:
    """Let a person supervise a trainee from now on, or nobody where `email` is empty; whether anything changed.

    Who did so until now sees the trainee no more; `words` are left to the one who follows, else what the supervisor
    has written already. Raises NotFound, NotPermitted, BadInput.
    """
    study, trainee = _trainee(session, actor, slug, trainee_id, now)
    person = _holder(session, study, email, Role.SUPERVISOR, now) if email.strip() else None
    if person is not None and person.id == trainee.person_id:
        raise BadInput(fault("Nobody supervises him- or herself", "Choose somebody else", column="email"))
    words = _words(words)
    before = standing_supervision(session, trainee)
    if (before.person_id if before else None) == (person.id if person else None):
        return False
    if before is not None:
        before.until, before.handover = now, words or before.handover
        session.flush()
        _note(session, actor, trainee, "supervision.ended", now, supervisor=before.person_id)
    if person is not None:
        session.add(Supervision(trainee_id=trainee.id, person_id=person.id, since=now))
        session.flush()
        _note(session, actor, trainee, "supervision.begun", now, supervisor=person.id)
    session.expire(trainee, ["supervisions"])
    return True


def leave_words(session: Session, actor: Actor, slug: str, trainee_id: str, words: str, *, now: datetime) -> None:
    """Keep what the supervisor of a trainee leaves to the one who follows. Raises NotFound, NotPermitted, BadInput."""
    seen = trainee_for(session, actor, slug, trainee_id, now=now)
    supervision = standing_supervision(session, seen.trainee)
    if seen.seat is not Seat.SUPERVISOR or supervision is None:
        raise NotFound
    supervision.handover = _words(words)
    session.flush()
    _note(session, actor, seen.trainee, "supervision.words_left", now)


def _trainee(session: Session, actor: Actor, slug: str, trainee_id: str, now: datetime) -> tuple[Study, Trainee]:
    study = programme_for(session, actor, slug, Action.ARRANGE_SUPERVISION, now=now)
    trainee = trainee_by_id(session, study.id, trainee_id)
    if trainee is None:
        raise NotFound
    return study, trainee


def _holder(session: Session, study: Study, email: str, role: Role, now: datetime) -> Person:
    person = person_by_email(session, email.strip()) if email.isprintable() else None
    if person is None or role not in roles_in(session, person.id, study.id, now=now):
        cause = "{email} is no {role} of the programme"
        remedy = "Give the role first: rater user add EMAIL --name NAME --role {slug}:{role}"
        raise BadInput(fault(cause, remedy, column="email", email=shown(email), role=role, slug=study.slug))
    return person


def _words(words: str) -> str:
    words = words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_WORDS:
        cause = "The text has {count} characters, at most {most} are kept"
        raise BadInput(fault(cause, "Shorten it", column="words", count=len(words), most=LONGEST_WORDS))
    if UNREADABLE.search(words):
        raise BadInput(fault("This holds a character that cannot be seen", "Type it anew", column="words"))
    return words


def _note(session: Session, actor: Actor, trainee: Trainee, action: str, now: datetime, **detail: Any) -> None:
    record(session, actor, action, f"trainee:{trainee.public_id}", now=now, study_id=trainee.study_id, **detail)
