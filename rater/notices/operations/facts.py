"""What waits for a person in each study: the same on the page and in the mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from rater.notices.digest import SOON, Facts, Part, digest
from rater.notices.operations.supervised import supervision_counts
from rater.ratings.operations.messages import my_messages
from rater.storage.models import Person, Study
from rater.storage.queries.drift import drifting
from rater.storage.queries.notices import given_back, own_due_dates, raters_late, waiting_obstacles
from rater.storage.queries.studies import has_open_ratings, has_trainer, studies_of
from rater.studies.permissions import Action, may
from rater.terms import Actor, Role, StudyKind

FRESH = timedelta(days=3)
"""For so long a session that was given back is news."""


def notices_for(session: Session, person: Person, *, now: datetime, zone: tzinfo) -> tuple[Part, ...]:
    """What the person is told now, study by study; days begin in `zone`."""
    today = now.astimezone(zone).date()
    studies = studies_of(session, person.id, now=now)
    found = []
    for study, roles in studies.items():
        facts = _facts(session, person, study, roles, now, today)
        if study.kind == StudyKind.SUPERVISION:
            facts = replace(facts, **supervision_counts(session, person, study, roles, now=now, today=today))
        found.append(facts)
    return digest(found)


def _facts(session: Session, person: Person, study: Study, roles: frozenset[Role], now: datetime, today: date) -> Facts:
    rates, coordinates = Role.RATER in roles, Role.COORDINATOR in roles
    due = own_due_dates(session, person.id, study.id) if rates else []
    letters = my_messages(session, Actor(person.id, person.name), study, now=now) if rates else []
    blind = has_open_ratings(session, person.id, study.id)
    answers = coordinates and may(roles, Action.ANSWER_OBSTACLES, has_open_ratings=blind)
    watches = coordinates and may(roles, Action.SEE_PROGRESS, has_open_ratings=blind)
    trains = _is_told_of_drift(session, study, roles, now) and may(roles, Action.SEE_DRIFT, has_open_ratings=blind)
    return Facts(
        study.slug,
        study.title,
        due_soon=sum(today <= day <= today + SOON for day in due),
        overdue=sum(day < today for day in due),
        messages=sum(each.read_at is None for each in letters),
        given_back=given_back(session, person.id, study.id, since=now - FRESH) if rates else 0,
        obstacles=waiting_obstacles(session, study.id) if answers else 0,
        late_raters=raters_late(session, study.id, today) if watches else 0,
        drifting=drifting(session, study.id) if trains else 0,
    )


def _is_told_of_drift(session: Session, study: Study, roles: frozenset[Role], now: datetime) -> bool:
    """Trainers are, and the researchers of a study that has no trainer."""
    return Role.TRAINER in roles or (Role.RESEARCHER in roles and not has_trainer(session, study.id, now=now))
