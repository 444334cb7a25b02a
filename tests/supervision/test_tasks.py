"""Supervision homework: who proposes, agrees, does and drops, and what each side sees of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, RaterError, Refused, Stale
from rater.storage.models import AuditEvent, Comment, Consent, SessionRating, SupervisionTask
from rater.supervision.operations.commented import task_from_comment
from rater.supervision.operations.tasks import (
    agree_task,
    change_task,
    drop_task,
    own_tasks,
    propose_task,
    report_done,
    task_for,
)
from rater.supervision.operations.templates import keep_template, remove_template, templates_for
from rater.supervision.tasks import (
    TaskPlan,
    is_due_soon,
    is_overdue,
    nudge,
    read_review,
    read_task,
    read_template,
)
from rater.terms import Audience, RatedBy, ReviewState, SupervisionTaskState
from tests.builders.study import NOON, actor_of
from tests.builders.supervision import Programme, make_programme, make_supervised

LATER = NOON + timedelta(days=1)
TODAY = LATER.date()
PLAN = TaskPlan("trying", "Ask once what might get in the way", confidence=80, due_on=date(2026, 11, 9))
Given = dict[str, str]


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def as_(programme: Programme, name: str) -> dict[str, Any]:
    return {
        "actor": actor_of(programme.people[name]),
        "slug": "clinic",
        "trainee_id": programme.trainees["tom"].public_id,
        "now": LATER,
    }


def proposed(session: Session, programme: Programme, by: str = "sara", plan: TaskPlan = PLAN) -> SupervisionTask:
    return propose_task(session, plan=plan, **as_(programme, by))


def test_every_fault_of_a_form_is_told_at_its_field() -> None:
    given = {"type": "homework", "task": " ", "confidence": "101", "due_on": "soon", "plan": "a\x00b"}
    with pytest.raises(BadInput) as caught:
        read_task(given)
    assert {each.column for each in caught.value.faults} == {"type", "task", "confidence", "due_on", "plan"}
    assert all(each.remedy.template for each in caught.value.faults)
    assert read_task({"type": "reading", "task": " Read "}) == TaskPlan("reading", "Read")
    with pytest.raises(BadInput):
        read_template({"type": "reading", "task": "Read"})
    with pytest.raises(BadInput):
        read_review({"completed": "unknown"})


@pytest.mark.parametrize(("confidence", "is_nudged"), [(None, False), (0, True), (89, True), (90, False), (100, False)])
def test_below_ninety_there_is_a_question_and_no_refusal(confidence: int | None, is_nudged: bool) -> None:
    assert (nudge(confidence) is not None) == is_nudged
    given = {"type": "trying", "task": "x", "confidence": "" if confidence is None else str(confidence)}
    assert read_task(given).confidence == confidence


def test_only_an_agreed_task_is_due() -> None:
    day = date(2026, 11, 9)
    assert is_overdue("agreed", day, day + timedelta(1))
    assert not is_overdue("agreed", day, day)
    assert not is_overdue("done", day, day + timedelta(1))
    assert is_due_soon("agreed", day, day - timedelta(2), timedelta(2))
    assert not is_due_soon("agreed", day, day - timedelta(3), timedelta(2))
    assert not is_due_soon("proposed", day, day, timedelta(2))


@pytest.mark.parametrize(("by", "other"), [("sara", "tom"), ("tom", "sara")])
def test_the_other_side_agrees(session: Session, programme: Programme, by: str, other: str) -> None:
    task = proposed(session, programme, by)
    with pytest.raises(Refused):
        agree_task(session, task_id=task.public_id, version=1, **as_(programme, by))
    agree_task(session, task_id=task.public_id, version=1, **as_(programme, other))
    assert (task.state, task.agreed_at, task.version) == (SupervisionTaskState.AGREED, LATER, 2)
    with pytest.raises(Refused):
        agree_task(session, task_id=task.public_id, version=2, **as_(programme, other))


def test_a_change_is_a_proposal_of_whoever_made_it(session: Session, programme: Programme) -> None:
    task = proposed(session, programme)
    agree_task(session, task_id=task.public_id, version=1, **as_(programme, "tom"))
    smaller = TaskPlan("trying", "Ask it in one session", confidence=95)
    change_task(session, task_id=task.public_id, plan=smaller, version=2, **as_(programme, "tom"))
    assert (task.state, task.agreed_at, task.confidence) == (SupervisionTaskState.PROPOSED, None, 95)
    with pytest.raises(Refused):
        agree_task(session, task_id=task.public_id, version=3, **as_(programme, "tom"))
    agree_task(session, task_id=task.public_id, version=3, **as_(programme, "sara"))


def test_a_version_that_was_not_seen_is_not_overwritten(session: Session, programme: Programme) -> None:
    task = proposed(session, programme)
    change_task(session, task_id=task.public_id, plan=PLAN, version=1, **as_(programme, "sara"))
    for act in (
        lambda: change_task(session, task_id=task.public_id, plan=PLAN, version=1, **as_(programme, "tom")),
        lambda: agree_task(session, task_id=task.public_id, version=1, **as_(programme, "tom")),
        lambda: drop_task(session, task_id=task.public_id, why="no", version=1, **as_(programme, "tom")),
    ):
        with pytest.raises(Stale):
            act()


def test_only_the_trainee_tells_what_was_done_and_only_once_agreed(session: Session, programme: Programme) -> None:
    task = proposed(session, programme)
    told = {"task_id": task.public_id, "told": "Asked once"}
    with pytest.raises(Refused):
        report_done(session, version=1, **told, **as_(programme, "tom"))
    agree_task(session, task_id=task.public_id, version=1, **as_(programme, "tom"))
    with pytest.raises(Refused):
        report_done(session, version=2, **told, **as_(programme, "sara"))
    report_done(session, version=2, **told, **as_(programme, "tom"))
    report_done(session, version=3, task_id=task.public_id, told="Asked twice", **as_(programme, "tom"))
    assert (task.state, task.record, task.done_at) == (SupervisionTaskState.DONE, "Asked twice", LATER)
    with pytest.raises(Refused):
        change_task(session, task_id=task.public_id, plan=PLAN, version=4, **as_(programme, "tom"))


def test_the_list_begins_with_what_is_due_first(session: Session, programme: Programme) -> None:
    days = {"late": date(2026, 11, 1), "soon": date(2026, 11, 4), "some day": None}
    for words, day in reversed(days.items()):
        task = proposed(session, programme, plan=TaskPlan("trying", words, due_on=day))
        agree_task(session, task_id=task.public_id, version=1, **as_(programme, "tom"))
    proposed(session, programme, plan=TaskPlan("trying", "proposed", due_on=date(2026, 10, 1)))
    _, tasks = own_tasks(session, today=TODAY, **as_(programme, "tom"))
    assert [each.row.task for each in tasks] == ["late", "soon", "some day", "proposed"]
    assert [each.is_overdue for each in tasks] == [True, False, False, False]
    assert [each.may_agree for each in tasks] == [False, False, False, True]


@pytest.mark.parametrize(
    ("name", "error"), [("sven", NotFound), ("tina", NotFound), ("lea", NotFound), ("carl", NotPermitted)]
)
def test_nobody_else_opens_a_task(session: Session, programme: Programme, name: str, error: type[RaterError]) -> None:
    task = proposed(session, programme)
    for act in (
        lambda: own_tasks(session, today=TODAY, **as_(programme, name)),
        lambda: task_for(session, task_id=task.public_id, today=TODAY, **as_(programme, name)),
        lambda: proposed(session, programme, name),
    ):
        with pytest.raises(error):
            act()


def test_who_supervises_next_sees_the_tasks_and_who_did_sees_nothing(session: Session, programme: Programme) -> None:
    from rater.storage.models import Supervision

    task = proposed(session, programme)
    programme.trainees["tom"].supervisions[0].until = LATER
    following = {"trainee_id": programme.trainees["tom"].id, "person_id": programme.people["sven"].id}
    session.add(Supervision(since=LATER, **following))
    session.flush()
    assert task_for(session, task_id=task.public_id, today=TODAY, **as_(programme, "sven")).task.row is task
    with pytest.raises(NotFound):
        task_for(session, task_id=task.public_id, today=TODAY, **as_(programme, "sara"))
    agree_task(session, task_id=task.public_id, version=1, **as_(programme, "tom"))


def comment_on(session: Session, programme: Programme, by: str, **facts: Any) -> Comment:
    made, _ = make_supervised(session, programme, number=len(programme.sessions) + 1)
    values: dict[str, Any] = {"audience": Audience.BOTH, "state": ReviewState.RELEASED, "start_s": 751.0}
    values |= {"item": "sta2", "text": "The task was not explained", "written_at": NOON, **facts}
    comment = Comment(session_id=made.id, by_id=programme.people[by].id, **values)
    session.add(comment)
    session.flush()
    return comment


def self_rate(session: Session, programme: Programme, comment: Comment) -> None:
    tom = programme.people["tom"].id
    done = {"kind": RatedBy.SELF, "started_at": NOON, "submitted_at": NOON}
    session.add(SessionRating(session_id=comment.session_id, by_id=tom, **done))
    session.flush()


def takes(session: Session, programme: Programme, name: str, comment: Comment) -> bool:
    try:
        task_from_comment(session, comment_id=comment.public_id, **as_(programme, name))
    except NotFound:
        return False
    return True


def test_a_comment_becomes_a_task_with_its_item_and_second(session: Session, programme: Programme) -> None:
    comment = comment_on(session, programme, "sara")
    found = task_from_comment(session, comment_id=comment.public_id, **as_(programme, "sara"))
    assert (
        str(found.words) == f"The task was not explained (session {comment.therapy_session.code} at 12:31.0, item sta2)"
    )
    made = propose_task(session, plan=PLAN, comment_id=comment.public_id, **as_(programme, "sara"))
    assert made.comment_id == comment.id


def test_only_a_comment_that_one_reads_becomes_a_task(session: Session, programme: Programme) -> None:
    released = comment_on(session, programme, "sara")
    assert takes(session, programme, "sara", released)
    assert not takes(session, programme, "tom", released), "the trainee rates the session first"
    self_rate(session, programme, released)
    assert takes(session, programme, "tom", released)
    cases: list[dict[str, Any]] = [
        {"audience": Audience.SUPERVISOR},
        {"state": ReviewState.DRAFT},
        {"state": ReviewState.WITHDRAWN},
    ]
    for facts in cases:
        other = comment_on(session, programme, "sara", **facts)
        self_rate(session, programme, other)
        assert not takes(session, programme, "tom", other), facts
    assert not takes(session, programme, "sara", other), "withdrawn"
    programme.study.self_first = False
    assert takes(session, programme, "tom", comment_on(session, programme, "sara"))
    for name in ("sven", "tina", "lea"):
        assert not takes(session, programme, name, released)


def test_a_comment_on_another_trainees_session_is_not_there(session: Session, programme: Programme) -> None:
    made, _ = make_supervised(session, programme, "tina")
    facts: dict[str, Any] = {"audience": Audience.BOTH, "state": ReviewState.RELEASED, "text": "x", "written_at": NOON}
    comment = Comment(session_id=made.id, by_id=programme.people["sven"].id, **facts)
    session.add(comment)
    session.flush()
    assert not takes(session, programme, "sara", comment)


def test_without_consent_no_comment_becomes_a_task(session: Session, programme: Programme) -> None:
    comment = comment_on(session, programme, "sara")
    session.query(Consent).one().withdrawn_at = NOON
    session.flush()
    with pytest.raises(Refused):
        task_from_comment(session, comment_id=comment.public_id, **as_(programme, "sara"))


def test_the_audit_holds_no_words_of_a_task(session: Session, programme: Programme) -> None:
    task = proposed(session, programme)
    agree_task(session, task_id=task.public_id, version=1, **as_(programme, "tom"))
    report_done(session, task_id=task.public_id, told="Asked Mrs. P", version=2, **as_(programme, "tom"))
    drop_task(session, task_id=task.public_id, why="Patient ill", version=3, **as_(programme, "sara"))
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("supervision_task.%"))).all()
    acts = [each.action.split(".")[1] for each in events]
    assert acts == ["proposed", "agreed", "done", "dropped"]
    for words in ("get in the way", "Mrs. P", "ill"):
        assert not [each for each in events if words in str(each.detail)]


def test_templates_are_the_supervisors_and_the_leads(session: Session, programme: Programme) -> None:
    plan = read_template({"title": "Rationale", "type": "trying", "task": "Explain why", "plan": "Write it down"})
    sara, sven, lea, tom = (actor_of(programme.people[name]) for name in ("sara", "sven", "lea", "tom"))
    made = keep_template(session, sara, "clinic", plan, now=LATER)
    assert (made.title, made.task, made.plan) == ("Rationale", "Explain why", "Write it down")
    _, found, mine = templates_for(session, sven, "clinic", now=LATER)
    assert list(found) == [made]
    assert mine == [programme.trainees["tina"]]
    with pytest.raises(NotPermitted):
        templates_for(session, tom, "clinic", now=LATER)
    with pytest.raises(NotPermitted):
        remove_template(session, sven, "clinic", made.public_id, now=LATER)
    remove_template(session, lea, "clinic", made.public_id, now=LATER)
    assert not templates_for(session, sven, "clinic", now=LATER)[1]
