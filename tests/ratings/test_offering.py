"""Missing codes are offered as the homework log allows, on the screen and when they are saved."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.homework.entering import Given, GivenTask
from rater.homework.operations.entering import enter_homework
from rater.ratings.completeness import GivenPoint
from rater.ratings.offering import SessionLog, code_fault, offered_codes
from rater.ratings.operations.opening import open_rating
from rater.ratings.operations.saving import save_point, save_sheet
from rater.scales.loading import load_scale
from rater.scales.schema import MissingCode, Text
from rater.storage.models import Assignment, Study
from rater.storage.queries.homework import session_by_rating_code
from rater.terms import Actor, HomeworkStatus, LogCondition, NoHomeworkReason, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study, make_task

ASSIGNED, NONE, UNKNOWN, NOT_ENTERED = HomeworkStatus
DUE, NEW = LogCondition
LAST = NoHomeworkReason.LAST_SESSION
TASK = GivenTask("behavioral", "Walk")


@pytest.mark.parametrize(
    ("when", "log", "offered"),
    [
        (None, SessionLog(True, ASSIGNED), True),
        (DUE, SessionLog(True, NOT_ENTERED), False),
        (DUE, SessionLog(False, NOT_ENTERED), True),
        (DUE, SessionLog(False, ASSIGNED), True),
        (NEW, SessionLog(False, ASSIGNED), False),
        (NEW, SessionLog(False, NONE), False),
        (NEW, SessionLog(False, NONE, LAST), True),
        (NEW, SessionLog(True, UNKNOWN), True),
        (NEW, SessionLog(True, NOT_ENTERED), True),
    ],
)
def test_the_log_decides_on_codes_that_depend_on_it(when: LogCondition | None, log: SessionLog, offered: bool) -> None:
    code = MissingCode("NA", Text("None"), not_applicable=True, when=when)
    assert (code_fault(code, "ghes1", log) is None) is offered


def test_shipped_scales_tie_their_codes_to_the_log() -> None:
    for name, item, due, left in [
        ("ghes", "ghes3", DUE, ["NOT_RATABLE", "NA_NO_DIFFICULT_MOMENT"]),
        ("sthar", "str1", DUE, ["NOT_RATABLE"]),
        ("sthar", "sta1", NEW, ["NOT_RATABLE"]),
    ]:
        with open(f"scales/{name}.yaml", "rb") as file:
            scale = load_scale(file.read(), file=name)
        log = SessionLog(True, NONE)
        assert [each.id for each in offered_codes(scale, item, log)] == left
        free = [each for each in scale.missing_codes_for(item) if each.when is due]
        assert [each.id for each in offered_codes(scale, item, SessionLog())] == [
            each.id for each in scale.missing_codes_for(item)
        ]
        assert [each.id for each in offered_codes(scale, item, log, free[0].id)][:2] == ["NOT_RATABLE", free[0].id]


@pytest.fixture
def study(session: Session) -> Study:
    made = make_study(session)
    for number in (1, 2):
        make_session(session, made, number=number)
    return made


@pytest.fixture
def carla(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "carla@example.org", (study, Role.COORDINATOR)))


@pytest.fixture
def anna(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "anna@example.org", (study, Role.RATER), code="R1"))


@pytest.fixture
def second(session: Session, study: Study, anna: Actor) -> Assignment:
    """The patient's second session, which is Anna's to rate."""
    therapy_session = session_by_rating_code(session, study.id, "KP012")
    assert therapy_session is not None
    return make_assignment(session, study, therapy_session, "R1")


def enter(session: Session, carla: Actor, study: Study, code: str, given: Given) -> None:
    enter_homework(session, carla, study, code, given, seen=0, now=NOON)


def save(session: Session, anna: Actor, work: Assignment, item: str, code: str) -> None:
    save_point(session, anna, work.public_id, item, None, code, now=NOON)


def offered(session: Session, anna: Actor, work: Assignment, item: str) -> list[str]:
    opened = open_rating(session, anna, work.public_id, now=NOON)
    (scale,) = (each for each in opened.scales if item in each.item_ids)
    kept = opened.points[item].missing_code if item in opened.points else None
    return [each.id for each in offered_codes(scale, item, opened.log, kept)]


def test_nothing_due_is_refused_once_the_log_holds_a_task_and_stays_where_it_was_given(
    session: Session, study: Study, carla: Actor, anna: Actor, second: Assignment
) -> None:
    save(session, anna, second, "ghes1", "NA_NO_PREVIOUS_HOMEWORK")
    enter(session, carla, study, "KP011", Given(ASSIGNED, (TASK,)))
    with pytest.raises(BadInput, match="ghes2 needs a point: the homework log holds homework that was due"):
        save(session, anna, second, "ghes2", "NA_NO_PREVIOUS_HOMEWORK")
    save(session, anna, second, "ghes1", "NA_NO_PREVIOUS_HOMEWORK")
    save(session, anna, second, "ghes2", "NOT_RATABLE")
    assert "NA_NO_PREVIOUS_HOMEWORK" in offered(session, anna, second, "ghes1")
    assert offered(session, anna, second, "ghes2") == ["NOT_RATABLE"]


def test_the_plain_form_is_held_to_the_log_too(
    session: Session, study: Study, carla: Actor, anna: Actor, second: Assignment
) -> None:
    enter(session, carla, study, "KP011", Given(ASSIGNED, (TASK,)))
    sheet = {"ghes1": GivenPoint(3), "str1": GivenPoint(None, "NA_NO_PREVIOUS_HOMEWORK")}
    with pytest.raises(BadInput, match="str1 needs a point"):
        save_sheet(session, anna, second.public_id, sheet, now=NOON)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (Given(ASSIGNED, (TASK,)), "holds homework that this session assigned"),
        (Given(NONE), "gives no reason for assigning no homework"),
        (Given(NONE, reason=LAST), None),
        (Given(UNKNOWN), None),
        (None, None),
    ],
)
def test_no_new_homework_needs_a_log_that_leaves_it_open(
    session: Session,
    study: Study,
    carla: Actor,
    anna: Actor,
    second: Assignment,
    given: Given | None,
    refusal: str | None,
) -> None:
    if given is not None:
        enter(session, carla, study, "KP012", given)
    assert ("NA_NO_NEW_HOMEWORK" in offered(session, anna, second, "sta1")) is (refusal is None)
    if refusal is None:
        save(session, anna, second, "sta1", "NA_NO_NEW_HOMEWORK")
        return
    with pytest.raises(BadInput, match=refusal):
        save(session, anna, second, "sta1", "NA_NO_NEW_HOMEWORK")


def test_tasks_that_were_imported_count_without_an_entry(
    session: Session, study: Study, anna: Actor, second: Assignment
) -> None:
    make_task(session, study, second.therapy_session, None)
    assert offered(session, anna, second, "sta1") == ["NOT_RATABLE"]
