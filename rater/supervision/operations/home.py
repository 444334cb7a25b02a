"""The way into a supervision programme: what waits for a supervisor, and how a trainee's own sessions stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from rater.storage.models import Study, Supervision, SupervisionTask, TherapySession, Trainee
from rater.storage.queries import supervision_home as waiting
from rater.storage.queries.studies import roles_in
from rater.storage.queries.supervision import open_in_supervision, own_trainee
from rater.studies.permissions import Action
from rater.supervision.operations.asking import programme_for
from rater.supervision.standing import Standing, rates_oneself, standing
from rater.terms import Actor, Role


@dataclass(frozen=True)
class SupervisedTrainee:
    """A trainee as the supervisor finds him or her, with counts of what waits.

    `handover` are the words of the supervisor before, `leaves` those for the one who follows.
    """

    trainee: Trainee
    since: datetime
    handover: str
    leaves: str
    to_review: int
    drafts: int
    closed: int
    tasks: int
    due: int
    next_meeting: date | None


@dataclass(frozen=True)
class OwnSession:
    """A session of the trainee, and where it stands."""

    therapy_session: TherapySession
    standing: Standing


@dataclass(frozen=True)
class OwnPage:
    """What a trainee finds: the supervisor, own sessions, homework to do, the next meeting."""

    trainee: Trainee
    supervisor: str | None
    sessions: Sequence[OwnSession]
    tasks: Sequence[SupervisionTask]
    next_meeting: date | None


@dataclass(frozen=True)
class Home:
    """The start page of a programme for one person, who may be several things there."""

    study: Study
    supervises: bool
    leads: bool
    trainees: Sequence[SupervisedTrainee]
    is_trainee: bool
    own: OwnPage | None


def home_of(session: Session, actor: Actor, slug: str, *, now: datetime) -> Home:
    """What waits for the actor in a programme. Raises NotFound, NotPermitted."""
    study = programme_for(session, actor, slug, Action.SEE_SUPERVISION, now=now)
    roles = roles_in(session, actor.person_id, study.id, now=now)
    supervises, is_trainee = Role.SUPERVISOR in roles, Role.TRAINEE in roles
    trainee = own_trainee(session, study.id, actor.person_id) if is_trainee else None
    return Home(
        study,
        supervises,
        Role.LEAD in roles,
        _supervised(session, actor, study, now) if supervises else [],
        is_trainee,
        _own(session, actor, study, trainee, now) if trainee else None,
    )


def _supervised(session: Session, actor: Actor, study: Study, now: datetime) -> list[SupervisedTrainee]:
    trainees = waiting.supervised_by(session, study.id, actor.person_id, now=now)
    ids, today = [each.id for each in trainees], now.date()
    sessions = waiting.sessions_of(session, trainees)
    recorded = {key: {each.id for each in rows if each.recording} for key, rows in sessions.items()}
    every = set().union(*recorded.values())
    opened = open_in_supervision(session, actor.person_id, every, now=now)
    done, drafts = waiting.reviewed(session, every), waiting.drafted(session, every, actor.person_id)
    tasks, meetings = waiting.open_tasks(session, ids), waiting.next_meetings(session, ids, today=today)
    found = []
    for each in trainees:
        here, open_here = recorded[each.id], recorded[each.id] & opened
        standing_now = next(row for row in each.supervisions if row.until is None or row.until > now)
        found.append(
            SupervisedTrainee(
                each,
                standing_now.since,
                _left_words(each, standing_now),
                standing_now.handover,
                to_review=len(open_here - done),
                drafts=len(open_here & drafts),
                closed=len(here - opened),
                tasks=len(tasks[each.id]),
                due=sum(task.due_on is not None and task.due_on <= today for task in tasks[each.id]),
                next_meeting=meetings.get(each.id),
            )
        )
    return found


def _left_words(trainee: Trainee, standing_now: Supervision) -> str:
    before = [each for each in trainee.supervisions if each.until is not None and each.until <= standing_now.since]
    return before[-1].handover if before else ""


def _own(session: Session, actor: Actor, study: Study, trainee: Trainee, now: datetime) -> OwnPage:
    rows = waiting.sessions_of(session, [trainee])[trainee.id]
    ids = {each.id for each in rows}
    opened = open_in_supervision(session, actor.person_id, ids, now=now)
    answered = waiting.answered(session, ids, trainee)
    rated = waiting.rated_by_oneself(session, ids, trainee) if rates_oneself(study.rated_by) else ids
    supervisor = next((each for each in trainee.supervisions if each.until is None or each.until > now), None)
    return OwnPage(
        trainee,
        supervisor.person.name if supervisor else None,
        [
            OwnSession(
                each,
                standing(
                    recorded=each.recording is not None,
                    is_open=each.id in opened,
                    to_rate=each.id not in rated,
                    self_first=study.self_first,
                    released=each.id in answered,
                ),
            )
            for each in rows
        ],
        waiting.open_tasks(session, [trainee.id])[trainee.id],
        waiting.next_meetings(session, [trainee.id], today=now.date()).get(trainee.id),
    )
