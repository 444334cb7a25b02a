"""Homework entered session by session: what is kept, who is kept from overwriting, and who may not rate."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.drawing import Terms, draw_allocation
from rater.allocation.operations.importing import read_allocation_for
from rater.errors import BadInput, Refused, Stale
from rater.homework.entering import Given, GivenTask
from rater.homework.operations.entering import enter_homework, homework_log, next_not_entered, open_entry
from rater.homework.operations.importing import import_homework, read_homework_for
from rater.homework.operations.types import change_types, types_of
from rater.homework.types import parse_type
from rater.storage.models import HomeworkAuthor, HomeworkReport, HomeworkTask, Study
from rater.storage.queries.homework import session_by_rating_code
from rater.terms import COMMAND_LINE, Actor, HomeworkStatus, LogList, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study

WALK, NOTES = GivenTask("behavioral", "Walk"), GivenTask("cognitive", "Thought record")
ASSIGNED, NONE = HomeworkStatus.ASSIGNED, HomeworkStatus.NONE


@pytest.fixture
def study(session: Session) -> Study:
    made = make_study(session)
    for number in (0, 1, 4):
        make_session(session, made, number=number)
    return made


@pytest.fixture
def carla(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "carla@example.org", (study, Role.COORDINATOR)))


def enter(session: Session, actor: Actor, study: Study, given: Given, *, seen: int = 0, code: str = "KP011") -> int:
    return enter_homework(session, actor, study, code, given, seen=seen, now=NOON)


def test_tasks_are_kept_in_order_and_carried_on(session: Session, study: Study, carla: Actor) -> None:
    assert enter(session, carla, study, Given(ASSIGNED, (WALK, NOTES))) == 1
    opened = open_entry(session, carla, study, "KP011")
    assert [each.description for each in opened.kept.tasks] == ["Walk", "Thought record"]
    assert enter(session, carla, study, Given(ASSIGNED, opened.kept.tasks[::-1]), seen=1) == 2
    tasks = session.scalars(select(HomeworkTask).order_by(HomeworkTask.place)).all()
    assert [(each.code, each.reviewed_session and each.reviewed_session.number) for each in tasks] == [
        ("HW0002", 4),
        ("HW0001", 4),
    ]
    assert enter(session, carla, study, Given(NONE), seen=2) == 3
    assert session.scalars(select(HomeworkTask)).all() == []


def test_four_states_are_told_apart(session: Session, study: Study, carla: Actor) -> None:
    enter(session, carla, study, Given(NONE), code="KP010")
    enter(session, carla, study, Given(ASSIGNED, (WALK,)))
    rows = homework_log(session, study)
    assert [row.status for row in rows] == [NONE, ASSIGNED, HomeworkStatus.NOT_ENTERED]
    assert (next_not_entered(rows), next_not_entered(rows, "KP014")) == ("KP014", None)
    enter(session, carla, study, Given(HomeworkStatus.UNKNOWN), code="KP014")
    assert homework_log(session, study)[2].status is HomeworkStatus.UNKNOWN


def test_two_coordinators_do_not_overwrite_each_other(session: Session, study: Study, carla: Actor) -> None:
    enter(session, carla, study, Given(ASSIGNED, (WALK,)))
    with pytest.raises(Stale) as stale:
        enter(session, carla, study, Given(NONE), seen=0)
    assert (stale.value.current["version"], stale.value.current["status"]) == (1, ASSIGNED)
    assert enter(session, carla, study, Given(ASSIGNED, (WALK,)), seen=0) == 1, "sent twice, done once"
    assert enter(session, carla, study, Given(NONE), seen=1) == 2, "control: with the version seen it is kept"


@pytest.mark.parametrize(
    "given",
    [
        Given(ASSIGNED),
        Given(NONE, (WALK,)),
        Given(ASSIGNED, (GivenTask("gardening"),)),
        Given(ASSIGNED, (GivenTask("cognitive", "x" * 4001),)),
        Given(ASSIGNED, (GivenTask("cognitive", "a\x07"),)),
        Given(ASSIGNED, (WALK,) * 21),
    ],
)
def test_what_contradicts_itself_is_not_kept(session: Session, study: Study, carla: Actor, given: Given) -> None:
    with pytest.raises(BadInput):
        enter(session, carla, study, given)
    assert open_entry(session, carla, study, "KP011").version == 0


def test_a_task_that_a_rater_reported_on_stays(session: Session, study: Study, carla: Actor) -> None:
    enter(session, carla, study, Given(ASSIGNED, (WALK,)))
    task = session.scalars(select(HomeworkTask)).one()
    assert task.reviewed_session is not None
    assignment = make_assignment(session, study, task.reviewed_session, "R1")
    report = HomeworkReport(assignment_id=assignment.id, task_id=task.id, completed="yes", version=1, changed_at=NOON)
    session.add(report)
    session.flush()
    for given in (Given(NONE), Given(ASSIGNED, (GivenTask("cognitive", "Walk", task.public_id),))):
        with pytest.raises(BadInput):
            enter(session, carla, study, given, seen=1)
    assert enter(session, carla, study, Given(ASSIGNED, (GivenTask("behavioral", "Run", task.public_id),)), seen=1) == 2


def test_one_who_is_to_rate_the_session_does_not_enter_it(session: Session, study: Study) -> None:
    person = make_person(session, "anna@example.org", (study, Role.RATER), (study, Role.COORDINATOR), code="R1")
    make_assignment(session, study, open_entry(session, COMMAND_LINE, study, "KP011").therapy_session, "R1")
    assert not open_entry(session, actor_of(person), study, "KP011").may_enter
    with pytest.raises(Refused):
        enter(session, actor_of(person), study, Given(NONE))
    assert enter(session, actor_of(person), study, Given(NONE), code="KP014") == 1, "control: another session"


def test_whoever_entered_a_session_is_not_drawn_to_rate_it(session: Session, study: Study) -> None:
    people = [
        make_person(session, f"{code}@example.org", (study, Role.RATER), (study, Role.COORDINATOR), code=code)
        for code in ("R1", "R2")
    ]
    terms = [Terms(double=0, seed=seed) for seed in range(8)]
    before = {draw_allocation(session, study, each).plan.sessions[0].main_rater for each in terms}
    assert before == {"R1", "R2"}, "control: without an entry either may be drawn"
    enter(session, actor_of(people[0]), study, Given(NONE))
    for each in terms:
        raters = {row.session_id: row.main_rater for row in draw_allocation(session, study, each).plan.sessions}
        assert raters["P01-S01"] == "R2"
    header = b"session_id,main_rater,second_rater\n"
    assert read_allocation_for(session, study, header + b"P01-S01,R2,\n").rows
    with pytest.raises(BadInput, match="R1 has entered the homework of P01-S01"):
        read_allocation_for(session, study, header + b"P01-S01,R1,\n")
    assert len(session.scalars(select(HomeworkAuthor)).all()) == 1


def test_an_import_tells_entered_sessions_from_the_rest(session: Session, study: Study, carla: Actor) -> None:
    enter(session, carla, study, Given(HomeworkStatus.UNKNOWN), code="KP014")
    content = read_homework_for(session, study, b"assigned_session_id,type\nP01-S01,behavioral\n")
    import_homework(session, COMMAND_LINE, study, content, now=NOON)
    unknown, left = HomeworkStatus.UNKNOWN, HomeworkStatus.NOT_ENTERED
    assert [row.status for row in homework_log(session, study)] == [left, ASSIGNED, unknown]
    import_homework(session, COMMAND_LINE, study, content, now=NOON, rest=NONE)
    assert [row.status for row in homework_log(session, study)] == [NONE, ASSIGNED, unknown]
    assert open_entry(session, carla, study, "KP011").version == 1, "what does not change makes no version"


def test_a_study_may_have_its_own_types(session: Session, study: Study, carla: Actor) -> None:
    added = [parse_type("exposure=Exposure/Exposition"), parse_type("behavioral=Activity")]
    change_types(session, COMMAND_LINE, study, LogList.HOMEWORK, added=added, removed=["cognitive"], now=NOON)
    types = types_of(session, study, LogList.HOMEWORK)
    assert types.codes == ("psychoeducational", "behavioral", "self_monitoring", "relapse_prevention", "exposure")
    assert [each.label("de") for each in types.types if each.en] == ["Activity", "Exposition"]
    enter(session, carla, study, Given(ASSIGNED, (GivenTask("exposure"),)))
    with pytest.raises(BadInput):
        change_types(session, COMMAND_LINE, study, LogList.HOMEWORK, removed=["exposure"], now=NOON)
    with pytest.raises(BadInput):
        read_homework_for(session, study, b"assigned_session_id,type\nP01-S01,cognitive\n")
    assert types_of(session, study, LogList.DIFFICULTIES).codes[0] == "negative_events"


@pytest.mark.parametrize("text", ["exposure", "Exposure=x", "=x", "exposure=", "e=" + "x" * 121])
def test_a_type_is_a_code_and_a_label(text: str) -> None:
    with pytest.raises(BadInput):
        parse_type(text)


def test_raters_without_a_sign_in_do_not_keep_the_command_line_from_entering(session: Session, study: Study) -> None:
    target = session_by_rating_code(session, study.id, "KP011")
    assert target is not None
    make_assignment(session, study, target, "R7")
    assert enter(session, COMMAND_LINE, study, Given(NONE)) == 1
