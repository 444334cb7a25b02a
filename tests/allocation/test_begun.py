"""What a redraw takes for begun: whatever a rater has left, and not that a page was opened."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.allocation.operations.drawing import Terms, draw_allocation, keep_allocation
from rater.ratings.operations.concerns import raise_concern
from rater.ratings.operations.listening import note_listening
from rater.ratings.operations.logs import save_other_task
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.saving import save_point
from rater.ratings.operations.setting_aside import set_aside
from rater.storage.models import Assignment, Listening, Rater, Study, WorkStretch
from rater.storage.queries.sessions import begun_sessions
from rater.terms import COMMAND_LINE, Actor, Role
from tests.builders.study import NOON, actor_of, make_person, make_recording, make_session, make_study

Leaves = Callable[[Session, Actor, str], object]
WINDOW, ID = "a" * 32, "b" * 32


@pytest.fixture
def study(session: Session) -> Study:
    """Six sessions, allocated to Anna (R1) and Ben (R2)."""
    made = make_study(session)
    for number in range(1, 7):
        make_recording(session, make_session(session, made, number=number), "x", "y", size=1, mime="audio/webm")
    make_person(session, "ben@example.org", (made, Role.RATER), code="R2")
    return made


@pytest.fixture
def anna(session: Session, study: Study) -> Actor:
    return actor_of(make_person(session, "anna@example.org", (study, Role.RATER), code="R1"))


def draw(session: Session, study: Study, *raters: str) -> None:
    terms = Terms(double=0, seed=1, raters=raters)
    keep_allocation(session, COMMAND_LINE, study, terms, draw_allocation(session, study, terms), now=NOON)


def work_of(session: Session, code: str) -> list[str]:
    mine = select(Assignment.public_id).join(Rater).where(Rater.code == code).order_by(Assignment.id)
    return list(session.scalars(mine))


def opens(session: Session, anna: Actor, mine: str) -> None:
    note_listening(session, anna, mine, [], 12.0, 1.25, WINDOW, 40, now=NOON)


@pytest.mark.parametrize(
    "leaves",
    [
        lambda session, anna, mine: note_listening(session, anna, mine, [[0, 30, 1]], 30, 1, WINDOW, 30, now=NOON),
        lambda session, anna, mine: save_note(session, anna, mine, ID, 3, "begins late", now=NOON),
        lambda session, anna, mine: save_other_task(session, anna, mine, ID, "Read", "cognitive", None, now=NOON),
        lambda session, anna, mine: save_point(session, anna, mine, "ghes1", 2, None, now=NOON),
        lambda session, anna, mine: raise_concern(session, anna, mine, "She has put the tablets ready", now=NOON),
        lambda session, anna, mine: set_aside(session, anna, mine, "other", "The tape stops at once", now=NOON),
    ],
    ids=["seconds heard", "a note", "a task of the log", "a point", "a worry", "set aside"],
)
def test_whatever_a_rater_has_left_stays(session: Session, study: Study, anna: Actor, leaves: Leaves) -> None:
    draw(session, study, "R1", "R2")
    mine, *others = work_of(session, "R1")
    leaves(session, anna, mine)
    draw(session, study, "R2")
    assert work_of(session, "R1") == [mine]
    assert len(others) == 2
    assert len(begun_sessions(session, study.id)) == 1


def test_a_page_that_was_opened_and_nothing_else_goes_to_another(session: Session, study: Study, anna: Actor) -> None:
    draw(session, study, "R1", "R2")
    for mine in work_of(session, "R1"):
        opens(session, anna, mine)
    assert session.scalar(select(func.count()).select_from(WorkStretch)) == 3
    draw(session, study, "R2")
    assert (work_of(session, "R1"), len(work_of(session, "R2"))) == ([], 6)
    assert session.scalars(select(Listening)).all() == []
