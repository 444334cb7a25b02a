"""The start page of a programme: what is counted for a supervisor, and what a trainee is told of own sessions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from rater.errors import NotFound, NotPermitted
from rater.storage.models import Comment, Meeting, Review, SessionRating, SupervisionTask
from rater.supervision.operations.home import Home, home_of
from rater.supervision.standing import Standing
from rater.terms import (
    Audience,
    CommentKind,
    MeetingState,
    RatedBy,
    ReviewState,
    SupervisionTaskState,
    SupervisionTaskType,
)
from tests.builders.study import NOON, actor_of, make_person, make_study
from tests.builders.supervision import Programme, make_programme, make_supervised

LATER = NOON + timedelta(days=1)


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def seen(session: Session, programme: Programme, name: str) -> Home:
    session.expire_all()
    return home_of(session, actor_of(programme.people[name]), "clinic", now=LATER)


def standings(session: Session, programme: Programme) -> dict[str, Standing]:
    own = seen(session, programme, "tom").own
    assert own is not None
    return {each.therapy_session.code: each.standing for each in own.sessions}


def make_task(session: Session, programme: Programme, name: str, due: date | None, **more: str) -> None:
    task = SupervisionTask(
        trainee_id=programme.trainees[name].id,
        proposed_by_id=programme.people["sara"].id,
        type=SupervisionTaskType.TRYING,
        task="Ask what may come between",
        proposed_at=NOON,
        due_on=due,
        **{"state": SupervisionTaskState.AGREED, **more},
    )
    session.add(task)


def test_a_supervisor_is_told_what_waits_with_each_trainee(session: Session, programme: Programme) -> None:
    first, _ = make_supervised(session, programme, number=1)
    second, _ = make_supervised(session, programme, number=2)
    make_supervised(session, programme, number=3, until=NOON.date())
    make_supervised(session, programme, "tina", number=1)
    sara = programme.people["sara"]
    session.add(Review(session_id=first.id, by_id=sara.id, began_at=NOON, state=ReviewState.RELEASED))
    session.add(Review(session_id=second.id, by_id=sara.id, began_at=NOON))
    make_task(session, programme, "tom", LATER.date())
    make_task(session, programme, "tom", LATER.date() + timedelta(days=1))
    make_task(session, programme, "tom", NOON.date(), state=SupervisionTaskState.DONE)
    make_task(session, programme, "tina", NOON.date())
    for day, state in ((1, MeetingState.PLANNED), (5, MeetingState.HELD), (9, MeetingState.PLANNED)):
        meets = LATER.date() + timedelta(days=day - 3)
        session.add(
            Meeting(
                trainee_id=programme.trainees["tom"].id,
                supervisor_id=sara.id,
                meets_on=meets,
                state=state,
                planned_at=NOON,
            )
        )
    session.flush()
    home = seen(session, programme, "sara")
    (tom,) = home.trainees
    assert tom.trainee.id == programme.trainees["tom"].id
    assert (tom.to_review, tom.drafts, tom.closed, tom.tasks, tom.due) == (1, 1, 1, 2, 1)
    assert tom.next_meeting == LATER.date() + timedelta(days=6)
    assert (home.supervises, home.leads, home.is_trainee, home.own) == (True, False, False, None)


def test_only_a_released_review_counts_as_done(session: Session, programme: Programme) -> None:
    made, _ = make_supervised(session, programme)
    review = Review(session_id=made.id, by_id=programme.people["sara"].id, began_at=NOON)
    session.add(review)
    for state, to_review in ((ReviewState.DRAFT, 1), (ReviewState.RELEASED, 0), (ReviewState.WITHDRAWN, 1)):
        review.state = state
        session.flush()
        assert seen(session, programme, "sara").trainees[0].to_review == to_review, state


def test_a_trainee_is_told_where_each_session_stands(session: Session, programme: Programme) -> None:
    first, _ = make_supervised(session, programme, number=1)
    second, _ = make_supervised(session, programme, number=2)
    closed, _ = make_supervised(session, programme, number=3, until=NOON.date())
    assert standings(session, programme) == {
        "PT1-S00": Standing.NOT_RECORDED,
        first.code: Standing.TO_RATE,
        second.code: Standing.TO_RATE,
        closed.code: Standing.CLOSED,
    }
    tom = programme.people["tom"]
    rating = SessionRating(session_id=first.id, by_id=tom.id, kind=RatedBy.SELF, started_at=NOON)
    session.add(rating)
    session.flush()
    assert standings(session, programme)[first.code] is Standing.TO_RATE
    rating.submitted_at = NOON
    session.flush()
    assert standings(session, programme)[first.code] is Standing.WAITING


@pytest.mark.parametrize(
    ("state", "audience", "by", "told"),
    [
        (ReviewState.RELEASED, Audience.BOTH, "sara", True),
        (ReviewState.RELEASED, Audience.LEAD, "sara", True),
        (ReviewState.RELEASED, Audience.SUPERVISOR, "sara", False),
        (ReviewState.DRAFT, Audience.BOTH, "sara", False),
        (ReviewState.WITHDRAWN, Audience.BOTH, "sara", False),
        (ReviewState.RELEASED, Audience.BOTH, "tom", False),
    ],
)
def test_only_what_the_trainee_may_read_counts_as_feedback(
    session: Session, programme: Programme, state: ReviewState, audience: Audience, by: str, told: bool
) -> None:
    programme.study.rated_by = RatedBy.SUPERVISOR
    made, _ = make_supervised(session, programme)
    session.add(
        Comment(
            session_id=made.id,
            by_id=programme.people[by].id,
            kind=CommentKind.COMMENT,
            start_s=1,
            text="Here",
            audience=audience,
            state=state,
            written_at=NOON,
        )
    )
    session.flush()
    assert standings(session, programme)[made.code] is (Standing.RELEASED if told else Standing.WAITING)


def test_a_supervisor_who_has_left_finds_nobody(session: Session, programme: Programme) -> None:
    make_supervised(session, programme)
    programme.trainees["tom"].supervisions[0].until = NOON
    session.flush()
    assert seen(session, programme, "sara").trainees == []


def test_the_page_is_there_for_people_with_a_part_in_supervision(session: Session, programme: Programme) -> None:
    with pytest.raises(NotPermitted):
        seen(session, programme, "carl")
    programme.people["olga"] = make_person(session, "olga@example.org")
    with pytest.raises(NotFound):
        seen(session, programme, "olga")
    make_study(session, "trial")
    with pytest.raises(NotFound):
        home_of(session, actor_of(programme.people["sara"]), "trial", now=LATER)
