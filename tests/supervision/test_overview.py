"""The programme's overview: counts for the lead, and nobody's scores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from rater.errors import NotPermitted
from rater.storage.models import Consent, Meeting, SupervisionTask, Therapist, Trainee
from rater.supervision.operations.overview import Overview, TraineeCounts, overview_of
from rater.supervision.operations.reviewing import release_review
from rater.terms import Audience, MeetingState, Role, SupervisionTaskState
from tests.builders.study import NOON, make_person
from tests.builders.supervision import make_supervised
from tests.supervision.desk import Desk

LATER = NOON + timedelta(days=2)
TODAY = LATER.date()


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def told(desk: Desk, name: str = "lea") -> Overview:
    return overview_of(desk.session, desk.actor(name), "clinic", now=LATER, today=TODAY)


def of_tom(desk: Desk) -> TraineeCounts:
    return told(desk).trainees[0]


@pytest.mark.parametrize("name", ["tom", "sara", "carl"])
def test_it_is_the_leads(desk: Desk, name: str) -> None:
    assert told(desk).trainees
    with pytest.raises(NotPermitted):
        told(desk, name)


def test_trainees_stand_in_the_order_of_their_codes_whatever_they_have(desk: Desk) -> None:
    for number in (1, 2):
        make_supervised(desk.session, desk.programme, "tina", number)
    found = told(desk).trainees
    assert [(each.trainee_id, each.sessions_recorded) for each in found] == [("T1", 1), ("T2", 2)]


def test_sessions_wait_until_a_review_is_released(desk: Desk) -> None:
    desk.submit("sara")
    found = of_tom(desk)
    assert (found.sessions_recorded, found.sessions_reviewed, found.sessions_waiting) == (1, 0, 1)
    assert found.waiting_since == NOON.date()
    release_review(*desk.place("sara"), now=LATER)
    found = of_tom(desk)
    assert (found.sessions_reviewed, found.sessions_waiting, found.waiting_since) == (1, 0, None)


def test_a_session_without_consent_does_not_wait(desk: Desk) -> None:
    desk.session.query(Consent).one().until = NOON.date()
    desk.session.flush()
    assert (of_tom(desk).sessions_recorded, of_tom(desk).sessions_waiting) == (1, 0)


@pytest.mark.parametrize(("days", "count"), [(0, 1), (30, 1), (31, 0), (-1, 0)])
def test_consents_that_end_within_thirty_days_are_named(desk: Desk, days: int, count: int) -> None:
    desk.session.query(Consent).one().until = TODAY + timedelta(days=days)
    desk.session.flush()
    found = told(desk)
    assert ([each.therapy_session.code for each in found.ending], found.trainees[0].consents_ending) == (
        [desk.code] * count,
        count,
    )


def test_meetings_and_homework_are_counted(desk: Desk) -> None:
    tom, sara = desk.programme.trainees["tom"], desk.programme.people["sara"]
    meeting: dict[str, Any] = {"trainee_id": tom.id, "supervisor_id": sara.id, "planned_at": NOON}
    task: dict[str, Any] = {
        "trainee_id": tom.id,
        "proposed_by_id": sara.id,
        "type": "trying",
        "task": "Ask",
        "proposed_at": NOON,
    }
    desk.session.add_all([
        Meeting(**meeting, meets_on=NOON.date(), state=MeetingState.HELD, held_at=NOON),
        Meeting(**meeting, meets_on=TODAY + timedelta(days=3)),
        SupervisionTask(**task),
        SupervisionTask(**task, state=SupervisionTaskState.AGREED, agreed_at=NOON, due_on=NOON.date()),
        SupervisionTask(**task, state=SupervisionTaskState.AGREED, agreed_at=NOON, due_on=TODAY),
        SupervisionTask(**task, state=SupervisionTaskState.REVIEWED, agreed_at=NOON, due_on=NOON.date()),
        SupervisionTask(**task, state=SupervisionTaskState.DROPPED, agreed_at=NOON),
    ])  # fmt: skip
    desk.session.flush()
    found = of_tom(desk)
    assert (found.meetings_held, found.next_meeting) == (1, TODAY + timedelta(days=3))
    assert (found.homework_agreed, found.homework_done, found.homework_overdue) == (3, 1, 1)


def test_the_lead_reads_released_comments_that_are_addressed_to_the_lead(desk: Desk) -> None:
    desk.released("sara", "For both", 5)
    desk.released("sara", "For me", 6, audience=Audience.SUPERVISOR)
    desk.comment("sara", "A draft", 7, audience=Audience.LEAD)
    assert not told(desk).comments
    desk.released("sara", "For the lead", 8, audience=Audience.LEAD)
    assert [(each.text, each.start_s) for each in told(desk).comments] == [("For the lead", 8)]
    desk.session.query(Consent).one().until = NOON.date()
    desk.session.flush()
    assert not told(desk).comments


def test_only_released_ratings_of_supervisors_are_pooled(desk: Desk) -> None:
    desk.submit("tom")
    desk.submit("sara")
    assert told(desk).rated_trainees == 0
    release_review(*desk.place("sara"), now=LATER)
    found = told(desk)
    assert found.rated_trainees == 1
    assert {row.share for scale in found.pooled for row in scale.items} == {None}


def test_a_trainee_without_a_supervisor_stands_there_too(desk: Desk) -> None:
    study = desk.programme.study
    person = make_person(desk.session, "theo@example.org", (study, Role.TRAINEE))
    desk.session.add(Trainee(study_id=study.id, person_id=person.id, therapist_id=_new_therapist(desk), since=NOON))
    desk.session.flush()
    found = told(desk).trainees
    assert [(each.trainee_id, each.supervisor) for each in found] == [("T1", "Sara"), ("T2", "Sven"), ("T3", None)]


def _new_therapist(desk: Desk) -> int:
    made = Therapist(study_id=desk.programme.study.id, code="T3")
    desk.session.add(made)
    desk.session.flush()
    return made.id
