"""Leaving sessions and patients out, and lifting it, in the database."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.drawing import Terms, draw_allocation
from rater.errors import BadInput, NotFound, Refused
from rater.exports.operations import study_data
from rater.ratings.operations.opening import my_queue
from rater.ratings.operations.setting_aside import set_aside
from rater.recordings.exclusions import Wanted
from rater.recordings.operations.excluding import exclude, lift, register
from rater.storage.models import Assignment, AuditEvent, Exclusion, Obstacle, Study
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.progress import progress
from rater.storage.queries.studies import has_open_ratings
from rater.terms import COMMAND_LINE, LeftOut, ObstacleAnswer, RatingState, Role
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_session,
    make_study,
)
from tests.recordings.test_importing import HEADER, take


def leave_out(
    session: Session, study: Study, code: str, scope: str = "main", *, reason: str = "poor_audio"
) -> Exclusion:
    wanted = Wanted(code, "", reason, scope) if "-" in code else Wanted("", code, reason, scope)
    return exclude(session, COMMAND_LINE, study, wanted, now=NOON)[0]


def drawn(session: Session, study: Study, wave: str = "main") -> list[str]:
    plan = draw_allocation(session, study, Terms(0, 1, wave=wave, raters=("R1", "R2")))
    return sorted(row.session_id for row in plan.plan.sessions)


@pytest.mark.parametrize(
    ("scope", "main", "calibration"),
    [
        ("analysis", ["P01-S01", "P01-S02"], ["P02-S01", "P02-S02"]),
        ("main", ["P01-S02"], ["P02-S01", "P02-S02"]),
        ("everything", ["P01-S02"], ["P02-S02"]),
    ],
)
def test_each_scope_is_honoured_by_the_draw(
    session: Session, scope: str, main: Sequence[str], calibration: Sequence[str]
) -> None:
    study = make_study(session)
    for number in (1, 2):
        make_session(session, study, "P01", number)
        make_session(session, study, "P02", number).use = "calibration"
    for code in ("P01-S01", "P02-S01"):
        leave_out(session, study, code, scope)
    assert (drawn(session, study), drawn(session, study, "calibration")) == (main, calibration)


def test_a_patient_takes_all_sessions_along(session: Session) -> None:
    study = make_study(session)
    for number in (1, 2):
        make_session(session, study, "P01", number)
    make_session(session, study, "P02", 1)
    leave_out(session, study, "P01-S01", "analysis", reason="a_tie")
    leave_out(session, study, "P01", "main", reason="moved")
    assert left_out(session, study.id) == {"P01-S01": LeftOut("moved"), "P01-S02": LeftOut("moved")}
    assert progress(session, study.id, "main").excluded == [("moved", 2)]
    assert drawn(session, study) == ["P02-S01"]


def test_open_work_is_gone_and_begun_work_is_kept_until_it_is_lifted(session: Session) -> None:
    study = make_study(session)
    anna = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    one, two, three = (make_session(session, study, "P01", number) for number in (1, 2, 3))
    make_assignment(session, study, one, "R1", place=1)
    make_rating(session, make_assignment(session, study, two, "R1", place=2), all_points(study), submitted=False)
    make_rating(session, make_assignment(session, study, three, "R1", place=3), all_points(study))
    entry = leave_out(session, study, "P01")
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "exclusion.made")).one()
    assert {name: event.detail[name] for name in ("of", "gone", "kept")} == {"of": "patient:P01", "gone": 1, "kept": 1}
    queue = my_queue(session, actor_of(anna), "pilot", now=NOON)
    assert [row["state"] for row in queue.rows] == [RatingState.SUBMITTED]
    assert not has_open_ratings(session, anna.id, study.id)
    assert (study_data(session, study).ratings, progress(session, study.id, "main").ratings_total) == ((), 0)
    lift(session, COMMAND_LINE, study, entry.public_id, "she stayed", now=NOON)
    assert [row["state"] for row in my_queue(session, actor_of(anna), "pilot", now=NOON).rows] == [
        RatingState.STARTED,
        RatingState.SUBMITTED,
    ]
    assert len(study_data(session, study).ratings) == 1
    assert has_open_ratings(session, anna.id, study.id)


def test_what_is_left_out_of_analysis_is_rated_and_marked(session: Session) -> None:
    study = make_study(session)
    for number in (1, 2):
        made = make_assignment(session, study, make_session(session, study, "P01", number), "R1", place=number)
        make_rating(session, made, all_points(study))
    leave_out(session, study, "P01-S01", "analysis", reason="a_tie")
    data = study_data(session, study)
    assert [each.session_id for each in data.main_ratings] == ["P01-S01", "P01-S02"]
    assert [each.session_id for each in data.analysed_ratings] == ["P01-S02"]
    assert [each.session_id for each in data.sessions if each.analysed] == ["P01-S02"]
    assert len({each.session_id for each in data.sessions if each.eligible}) == 2


def test_a_report_that_waits_is_answered(session: Session) -> None:
    study = make_study(session)
    anna = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
    made = make_assignment(session, study, make_session(session, study), "R1")
    set_aside(session, actor_of(anna), made.public_id, "unusable_audio", "", now=NOON)
    leave_out(session, study, "P01-S01")
    assert session.scalars(select(Obstacle.answer)).all() == [ObstacleAnswer.WITHDRAWN]
    assert session.scalars(select(Assignment.state)).all() == [RatingState.SET_ASIDE]


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        (Wanted(), ["code", "reason"]),
        (Wanted("P01-S01", "P01", "moved"), ["code"]),
        (Wanted("P01-SO1", "", "x", "some", "\u202e"), ["reason", "scope", "note", "code"]),
        (Wanted("P01-S02", "", "poor_audio"), ["code"]),
    ],
)
def test_what_cannot_be_taken_is_told_at_once(session: Session, wanted: Wanted, columns: list[str]) -> None:
    study = make_study(session)
    for number in (1, 2):
        make_session(session, study, "P01", number)
    leave_out(session, study, "P01-S02")
    with pytest.raises(BadInput) as refused:
        exclude(session, COMMAND_LINE, study, wanted, now=NOON)
    assert [each.column for each in refused.value.faults] == columns
    assert len(session.scalars(select(Exclusion)).all()) == 1


def test_what_is_lifted_stays_in_the_register(session: Session) -> None:
    study, other = make_study(session), make_study(session, "other")
    make_session(session, study)
    entry = leave_out(session, study, "P01-S01", reason="Poor audio")
    assert entry.reason == "poor_audio"
    with pytest.raises(NotFound):
        lift(session, COMMAND_LINE, other, entry.public_id, "not mine", now=NOON)
    with pytest.raises(BadInput):
        lift(session, COMMAND_LINE, study, entry.public_id, " ", now=NOON)
    lift(session, COMMAND_LINE, study, entry.public_id, "the recording was found", now=NOON)
    with pytest.raises(Refused):
        lift(session, COMMAND_LINE, study, entry.public_id, "again", now=NOON)
    again = leave_out(session, study, "P01-S01", "everything", reason="moved")
    assert list(register(session, COMMAND_LINE, study, now=NOON).entries) == [again, entry]


def test_a_list_does_not_lift_what_the_register_holds(session: Session) -> None:
    study = make_study(session)
    text = HEADER + "P1-S1,P1,T1,1,,,,\nP1-S2,P1,T1,2,,,poor_audio,\n"
    take(session, study, text)
    leave_out(session, study, "P1-S1", reason="moved")
    again = take(session, study, text)
    assert (again.updated, len(again.notes)) == (0, 1)
    assert left_out(session, study.id) == {"P1-S1": LeftOut("moved"), "P1-S2": LeftOut("poor_audio")}
    take(session, study, HEADER + "P1-S2,P1,T1,2,,,,\n")
    assert left_out(session, study.id) == {"P1-S1": LeftOut("moved")}
    assert take(session, study, text).updated == 1
    assert len(session.scalars(select(Exclusion)).all()) == 3
