"""Supervision meetings: what is prefilled for whom, two people typing, reviews of homework, a new supervisor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, RaterError, Refused, Stale
from rater.storage.models import (
    AuditEvent,
    Comment,
    Consent,
    Meeting,
    Review,
    SessionPoint,
    SessionRating,
    Supervision,
    SupervisionTask,
    TherapySession,
)
from rater.studies.operations import scales_of
from rater.supervision.meetings import (
    Evaluation,
    Held,
    Stretch,
    parts_in_order,
    read_day,
    read_evaluation,
    read_notes,
    stretch_of,
)
from rater.supervision.operations.meetings import (
    Kept,
    hold_meeting,
    keep_meeting,
    meeting_for,
    move_meeting,
    own_meetings,
    plan_meeting,
    texts_of,
)
from rater.supervision.operations.pairing import pair_for
from rater.supervision.operations.prefilling import Prefilled, prefilled
from rater.supervision.operations.tasks import propose_task
from rater.supervision.tasks import TaskPlan, TaskReview
from rater.supervision.written import mark_of
from rater.terms import Audience, MeetingPart, RatedBy, ReviewState, SupervisionTaskState
from tests.builders.study import NOON, actor_of
from tests.builders.supervision import Programme, make_programme, make_supervised

LATER = NOON + timedelta(days=1)
DAY = date(2026, 11, 5)


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def as_(programme: Programme, name: str, now: datetime = LATER) -> dict[str, Any]:
    person, trainee = programme.people[name], programme.trainees["tom"]
    return {"actor": actor_of(person), "slug": "clinic", "trainee_id": trainee.public_id, "now": now}


def planned(session: Session, programme: Programme, by: str = "sara") -> Meeting:
    return plan_meeting(session, day=DAY, **as_(programme, by))


def kept(before: dict[str, str] | None = None, **more: Any) -> Kept:
    """What somebody typed who had these texts before the eyes."""
    notes = more.pop("notes", {})
    marks = {name: mark_of((before or {}).get(name, "")) for name in notes}
    values: dict[str, Any] = {"evaluation": None, "reviews": {}, "versions": {}, **more}
    return Kept(notes, marks, **values)


def keeps(session: Session, programme: Programme, name: str, meeting: Meeting, given: Kept) -> Meeting:
    return keep_meeting(session, meeting_id=meeting.public_id, kept=given, **as_(programme, name))


def facts_for(session: Session, programme: Programme, name: str, meeting: Meeting, now: datetime = LATER) -> Prefilled:
    asked = as_(programme, name, now)
    seen = pair_for(session, **asked)
    return prefilled(session, asked["actor"], seen, meeting, now=now, today=now.date())


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("meeting", "since", "until"),
    [(1, None, at(1)), (2, at(1), at(8)), (3, at(8), None), (4, at(8), None)],
)
def test_a_meeting_looks_back_to_the_one_held_before(
    meeting: int, since: datetime | None, until: datetime | None
) -> None:
    line = [
        Held(1, date(2026, 11, 1), at(1)),
        Held(2, date(2026, 11, 8), at(8)),
        Held(3, date(2026, 11, 15), None),
        Held(4, date(2026, 11, 3), None),
    ]
    assert stretch_of(meeting, line) == Stretch(since, until)


def test_homework_comes_first_until_it_is_looked_at() -> None:
    assert parts_in_order(looked_at=False)[0] is MeetingPart.HOMEWORK
    assert parts_in_order(looked_at=True) == tuple(MeetingPart)
    assert set(parts_in_order(looked_at=False)) == set(MeetingPart)


def test_what_cannot_be_read_is_told_at_its_field() -> None:
    for read, given in ((read_day, {"meets_on": ""}), (read_day, {"meets_on": "soon"})):
        with pytest.raises(BadInput) as caught:
            read(given)
        assert [each.column for each in caught.value.faults] == ["meets_on"]
    with pytest.raises(BadInput) as caught:
        read_evaluation({"helpful": "11", "change": "x\x00"})
    assert {each.column for each in caught.value.faults} == {"helpful", "change"}
    with pytest.raises(BadInput):
        read_notes({"events": "x" * 20_001})
    assert read_evaluation({"helpful": "0"}).as_dict() == {"helpful": 0, "understood": "", "change": ""}
    assert read_evaluation({}).as_dict() == {}


@pytest.mark.parametrize("by", ["sara", "tom"])
def test_either_plans_and_moves_and_a_held_one_stays(session: Session, programme: Programme, by: str) -> None:
    meeting = planned(session, programme, by)
    assert (meeting.supervisor_id, meeting.meets_on) == (programme.people["sara"].id, DAY)
    move_meeting(session, meeting_id=meeting.public_id, day=DAY + timedelta(1), **as_(programme, by))
    assert meeting.meets_on == DAY + timedelta(1)
    hold_meeting(session, meeting_id=meeting.public_id, **as_(programme, by))
    hold_meeting(session, meeting_id=meeting.public_id, **as_(programme, by, LATER + timedelta(1)))
    assert meeting.held_at == LATER
    with pytest.raises(Refused):
        move_meeting(session, meeting_id=meeting.public_id, day=DAY, **as_(programme, by))


@pytest.mark.parametrize(
    ("name", "error"), [("sven", NotFound), ("tina", NotFound), ("lea", NotFound), ("carl", NotPermitted)]
)
def test_nobody_else_opens_a_meeting(
    session: Session, programme: Programme, name: str, error: type[RaterError]
) -> None:
    meeting = planned(session, programme)
    for act in (
        lambda: own_meetings(session, **as_(programme, name)),
        lambda: meeting_for(session, meeting_id=meeting.public_id, **as_(programme, name)),
        lambda: planned(session, programme, name),
        lambda: keeps(session, programme, name, meeting, kept(notes={"events": "x"})),
    ):
        with pytest.raises(error):
            act()


def test_two_people_write_in_one_meeting_and_nothing_is_lost(session: Session, programme: Programme) -> None:
    meeting = planned(session, programme)
    keeps(session, programme, "sara", meeting, kept(notes={"events": "A holiday", "minutes": ""}))
    keeps(session, programme, "tom", meeting, kept(notes={"agenda": "Rationale", "events": ""}))
    assert texts_of(meeting) == {"events": "A holiday", "agenda": "Rationale", "minutes": ""}
    with pytest.raises(Stale) as caught:
        keeps(session, programme, "tom", meeting, kept(notes={"events": "An illness"}))
    assert caught.value.current["clashes"] == {"events": "A holiday"}
    assert texts_of(meeting)["events"] == "A holiday"
    keeps(session, programme, "tom", meeting, kept(texts_of(meeting), notes={"events": "Both"}))
    assert (texts_of(meeting)["events"], meeting.version) == ("Both", 4)


def test_only_the_trainee_says_how_it_was(session: Session, programme: Programme) -> None:
    meeting = planned(session, programme)
    told = Evaluation(8, "Yes", "More time")
    with pytest.raises(Refused):
        keeps(session, programme, "sara", meeting, kept(evaluation=told))
    keeps(session, programme, "tom", meeting, kept(evaluation=told))
    assert meeting.evaluation == {"helpful": 8, "understood": "Yes", "change": "More time"}


def task_of(session: Session, programme: Programme, words: str, state: SupervisionTaskState) -> SupervisionTask:
    task = propose_task(session, plan=TaskPlan("trying", words), **as_(programme, "sara"))
    task.state = state
    session.flush()
    return task


def test_homework_of_last_time_is_reviewed_in_the_meeting(session: Session, programme: Programme) -> None:
    done = task_of(session, programme, "done", SupervisionTaskState.DONE)
    agreed = task_of(session, programme, "agreed", SupervisionTaskState.AGREED)
    proposed = task_of(session, programme, "proposed", SupervisionTaskState.PROPOSED)
    meeting = planned(session, programme)
    facts = facts_for(session, programme, "tom", meeting)
    assert {each.row.task for each in facts.homework} == {"done", "agreed"}
    assert not facts.is_looked_at
    reviews = {each.public_id: TaskReview("partly", conclusions="Smaller") for each in (done, agreed)}
    versions = {each.public_id: 1 for each in (done, agreed)}
    keeps(session, programme, "sara", meeting, kept(reviews=reviews, versions=versions))
    assert (done.state, done.completed, done.reviewed_in_id) == ("reviewed", "partly", meeting.id)
    assert facts_for(session, programme, "tom", meeting).is_looked_at
    keeps(session, programme, "tom", meeting, kept(reviews=reviews, versions=versions))
    assert done.version == 2, "the same words once more change nothing"
    with pytest.raises(BadInput) as caught:
        keeps(session, programme, "tom", meeting, kept(reviews={done.public_id: TaskReview("no")}, versions=versions))
    assert [each.column for each in caught.value.faults] == [f"completed-{done.public_id}"]
    other = {proposed.public_id: TaskReview("no")}
    with pytest.raises(BadInput):
        keeps(session, programme, "sara", meeting, kept(reviews=other, versions={proposed.public_id: 1}))
    with pytest.raises(NotFound):
        keeps(session, programme, "sara", meeting, kept(reviews={"gone": TaskReview("no")}))


def test_a_fault_in_one_review_keeps_nothing(session: Session, programme: Programme) -> None:
    task = task_of(session, programme, "agreed", SupervisionTaskState.AGREED)
    meeting = planned(session, programme)
    session.commit()
    given = kept(notes={"events": "new"}, reviews={task.public_id: TaskReview("yes")}, versions={task.public_id: 9})
    with pytest.raises(BadInput):
        keeps(session, programme, "sara", meeting, given)
    session.rollback()
    assert (meeting.agenda, task.state) == ({}, "agreed")


def test_new_homework_hangs_on_its_meeting_and_is_reviewed_in_the_next(session: Session, programme: Programme) -> None:
    meeting = planned(session, programme)
    plan = TaskPlan("trying", "new")
    made = propose_task(session, plan=plan, meeting_id=meeting.public_id, **as_(programme, "tom"))
    made.state = SupervisionTaskState.AGREED
    session.flush()
    facts = facts_for(session, programme, "tom", meeting)
    assert [each.row.task for each in facts.new_homework] == ["new"]
    assert not facts.homework
    following = planned(session, programme)
    assert [each.row.task for each in facts_for(session, programme, "tom", following).homework] == ["new"]
    with pytest.raises(NotFound):
        propose_task(session, plan=plan, meeting_id="gone", **as_(programme, "tom"))


def rate(session: Session, programme: Programme, of: TherapySession, by: str, value: float, when: datetime) -> None:
    kind = RatedBy.SELF if by == "tom" else RatedBy.SUPERVISOR
    row = SessionRating(
        session_id=of.id, by_id=programme.people[by].id, kind=kind, started_at=when, submitted_at=when
    )  # fmt: skip
    session.add(row)
    session.flush()
    version, scale = next(pair for pair in scales_of(programme.study) if pair[1].id == "sthar")
    for item in scale.item_ids:
        point = SessionPoint(rating_id=row.id, scale_version_id=version.id, item=item, value=value, changed_at=when)
        session.add(point)
    session.flush()


def release(session: Session, programme: Programme, of: TherapySession, by: str = "sara") -> None:
    when = {"began_at": NOON, "released_at": NOON, "state": ReviewState.RELEASED}
    session.add(Review(session_id=of.id, by_id=programme.people[by].id, **when))
    session.flush()


def test_scores_of_both_are_there_as_each_may_see_them(session: Session, programme: Programme) -> None:
    made, _ = make_supervised(session, programme)
    rate(session, programme, made, "sara", 3, NOON)
    meeting = planned(session, programme)

    def seen_by(name: str) -> list[tuple[float | None, float | None]]:
        sessions = facts_for(session, programme, name, meeting).sessions
        return [(each.own.get("StH_A"), each.supervisor.get("StH_A")) for each in sessions]

    names = facts_for(session, programme, "tom", meeting).scores
    assert "StH_A" in names, names
    assert seen_by("sara") == [(None, 3)]
    assert seen_by("tom") == [], "before the own rating"
    rate(session, programme, made, "tom", 1, NOON)
    assert seen_by("tom") == [(1, None)], "before the release"
    release(session, programme, made)
    assert seen_by("tom") == [(1, 3)]
    assert seen_by("sara") == [(1, 3)]
    session.query(Consent).one().withdrawn_at = NOON
    session.flush()
    assert seen_by("sara") == []


def test_only_what_came_since_the_last_meeting_is_there(session: Session, programme: Programme) -> None:
    programme.study.self_first = False
    old, _ = make_supervised(session, programme, number=1)
    new, _ = make_supervised(session, programme, number=2)
    first = planned(session, programme)
    for made, when in ((old, NOON), (new, LATER + timedelta(hours=1))):
        rate(session, programme, made, "tom", 2, when)
        remark(session, programme, made, when)
    hold_meeting(session, meeting_id=first.public_id, **as_(programme, "sara"))
    second, now = planned(session, programme), LATER + timedelta(days=1)

    def found(meeting: Meeting) -> tuple[list[str], list[str]]:
        facts = facts_for(session, programme, "tom", meeting, now)
        sessions = [each.therapy_session.code for each in facts.sessions]
        return sessions, [each.therapy_session.code for each in facts.moments]

    assert found(first) == ([old.code], [old.code])
    assert found(second) == ([new.code], [new.code])


def remark(session: Session, programme: Programme, of: TherapySession, when: datetime, **facts: Any) -> Comment:
    values: dict[str, Any] = {"audience": Audience.BOTH, "state": ReviewState.RELEASED, "released_at": when}
    values |= {"start_s": 12, "text": "Look here", "written_at": when, **facts}
    made = Comment(session_id=of.id, by_id=programme.people["sara"].id, **values)
    session.add(made)
    session.flush()
    return made


def test_only_released_comments_for_both_are_moments(session: Session, programme: Programme) -> None:
    programme.study.self_first = False
    made, _ = make_supervised(session, programme)
    meeting = planned(session, programme)
    shown = remark(session, programme, made, NOON)
    for facts in (
        {"state": ReviewState.DRAFT, "released_at": None},
        {"state": ReviewState.WITHDRAWN},
        {"audience": Audience.SUPERVISOR},
        {"kind": "reply", "parent_id": shown.id},
    ):
        remark(session, programme, made, NOON, **facts)
    for name in ("tom", "sara"):
        assert list(facts_for(session, programme, name, meeting).moments) == [shown]
    programme.study.self_first = True
    session.flush()
    assert list(facts_for(session, programme, "tom", meeting).moments) == []
    assert list(facts_for(session, programme, "sara", meeting).moments) == [shown]


def followed(session: Session, programme: Programme) -> None:
    """Sven supervises tom from now on."""
    programme.trainees["tom"].supervisions[0].until = LATER
    trainee = programme.trainees["tom"].id
    session.add(Supervision(trainee_id=trainee, person_id=programme.people["sven"].id, since=LATER))
    session.flush()
    session.expire(programme.trainees["tom"], ["supervisions"])


def test_who_follows_sees_what_was_released_and_no_drafts(session: Session, programme: Programme) -> None:
    programme.study.self_first = False
    made, _ = make_supervised(session, programme)
    shown = remark(session, programme, made, NOON)
    remark(session, programme, made, NOON, state=ReviewState.DRAFT, released_at=None)
    rate(session, programme, made, "sara", 3, NOON)
    meeting = planned(session, programme)
    followed(session, programme)
    facts = facts_for(session, programme, "sven", meeting)
    assert (list(facts.moments), list(facts.sessions)) == ([shown], [])
    release(session, programme, made)
    facts = facts_for(session, programme, "sven", meeting)
    assert [each.supervisor.get("StH_A") for each in facts.sessions] == [3]


def test_the_audit_holds_no_words_of_a_meeting(session: Session, programme: Programme) -> None:
    meeting = planned(session, programme)
    keeps(session, programme, "tom", meeting, kept(notes={"events": "Mrs. P"}, evaluation=Evaluation(1, "Mrs. P")))
    events = session.scalars(select(AuditEvent).where(AuditEvent.id > 0)).all()
    assert {"meeting.planned", "meeting.kept"} <= {each.action for each in events}
    assert not [each for each in events if "Mrs. P" in str(each.detail)]
