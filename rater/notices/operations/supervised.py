"""What waits for a trainee, a supervisor or a coordinator of a programme: numbers, and nothing of content."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from rater.notices.digest import SOON
from rater.storage.models import Meeting, Person, Study, SupervisionTask, Trainee
from rater.storage.queries.supervision import open_in_supervision, own_trainee
from rater.storage.queries.supervision_home import supervised_by
from rater.storage.queries.supervision_notices import (
    consents_ending,
    meetings_of_all,
    recorded_of,
    replies_to,
    sessions_with_feedback,
    tasks_of_all,
)
from rater.storage.queries.supervision_tasks import has_self_rated
from rater.supervision.standing import rates_oneself
from rater.supervision.tasks import is_due_soon, is_overdue
from rater.terms import MeetingState, Role, SupervisionTaskState

NEWS = timedelta(days=3)
"""For so long feedback, an answer, an agreement or a planned meeting is news."""
ENDING = timedelta(days=30)
"""So long before its end a consent is told of."""


def supervision_counts(
    session: Session, person: Person, study: Study, roles: Collection[Role], *, now: datetime, today: date
) -> dict[str, Any]:
    """The counts of a person in a programme, by the names that `Facts` has for them."""
    own = own_trainee(session, study.id, person.id) if Role.TRAINEE in roles else None
    supervised = supervised_by(session, study.id, person.id, now=now) if Role.SUPERVISOR in roles else []
    both = [*([own] if own else []), *supervised]
    tasks, meetings = tasks_of_all(session, both), meetings_of_all(session, both)
    counts: dict[str, Any] = {**_of_tasks(tasks, person, own, now, today), **_of_meetings(meetings, now, today)}
    therapists = None if Role.COORDINATOR in roles else [each.therapist_id for each in supervised]
    ends = today + ENDING
    counts["consents_ending"] = consents_ending(session, study.id, therapists, today=today, until=ends)
    opened = _opened(session, own, now) if own else set()
    to_rate = _to_self_rate(session, study, own, opened) if own else set()
    held_back = to_rate if study.self_first else set()
    replies = replies_to(session, person.id, both, since=now - NEWS)
    counts["replies"] = sum(each not in held_back for each in replies)
    counts["to_self_rate"] = len(to_rate)
    new = sessions_with_feedback(session, own, since=now - NEWS) if own else set()
    counts["feedback"] = len((new & opened) - held_back)
    return counts


def _opened(session: Session, own: Trainee, now: datetime) -> set[int]:
    """The trainee's recorded sessions that supervision opens to him or her."""
    return open_in_supervision(session, own.person_id, [each.id for each in recorded_of(session, own)], now=now)


def _to_self_rate(session: Session, study: Study, own: Trainee, opened: Collection[int]) -> set[int]:
    """Those of the sessions that wait for the own rating; none where the programme keeps no such ratings."""
    if not rates_oneself(study.rated_by):
        return set()
    return {each for each in opened if not has_self_rated(session, each, own.person_id)}


def _of_tasks(
    tasks: Iterable[SupervisionTask], person: Person, own: Trainee | None, now: datetime, today: date
) -> dict[str, int]:
    counts = dict.fromkeys(("tasks_overdue", "tasks_due", "tasks_proposed", "tasks_agreed", "tasks_done"), 0)
    for each in tasks:
        is_own = own is not None and each.trainee_id == own.id
        by_trainee = each.proposed_by_id == each.trainee.person_id
        counts["tasks_overdue"] += is_own and is_overdue(each.state, each.due_on, today)
        counts["tasks_due"] += is_own and is_due_soon(each.state, each.due_on, today, SOON)
        counts["tasks_proposed"] += each.state == SupervisionTaskState.PROPOSED and by_trainee is not is_own
        agreed = each.state == SupervisionTaskState.AGREED and each.agreed_at is not None
        is_news = agreed and each.agreed_at is not None and each.agreed_at >= now - NEWS
        counts["tasks_agreed"] += is_news and each.proposed_by_id == person.id
        counts["tasks_done"] += each.state == SupervisionTaskState.DONE and not is_own
    return counts


def _of_meetings(meetings: Iterable[Meeting], now: datetime, today: date) -> dict[str, int]:
    planned = [each for each in meetings if each.state == MeetingState.PLANNED and each.meets_on >= today]
    soon = [each for each in planned if each.meets_on <= today + timedelta(days=1)]
    news = [each for each in planned if each.planned_at >= now - NEWS and each not in soon]
    return {"meetings_soon": len(soon), "meetings_planned": len(news)}
