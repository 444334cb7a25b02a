"""From the first step of the pathway through the gate to the first session of the main wave."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, Refused
from rater.ratings.operations.locking import lock_wave
from rater.ratings.operations.opening import my_queue, open_rating
from rater.storage.models import Assignment, CriterionPoint, Person, Rater, Study, TherapySession
from rater.terms import COMMAND_LINE, Position, RatingState, Role, SessionUse, StepKind
from rater.training.operations import (
    StepPlan,
    add_step,
    certifications_of,
    decide_at_gate,
    do_step,
    gate_decisions,
    hold_discussion,
    move_step,
    override_gate,
    pathways,
    remove_step,
    reveal_wave,
    send_back,
    status_of,
    steps_of,
)
from rater.training.pathway import StepState
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_rating, make_session, make_study

TODAY = NOON.date()
GHES = [f"ghes{number}" for number in range(1, 6)]


@pytest.fixture
def study(session: Session) -> Study:
    made = make_study(session)
    made.gate_required = True
    made.training = {"gate": {"statistic": "within_one", "threshold": 0.9, "minimum_sessions": 2}}
    make_person(session, "anna@example.org", (made, Role.RATER), code="R1")
    make_person(session, "tom@example.org", (made, Role.TRAINER))
    for number in (1, 2, 3, 4):
        each = make_session(session, made, "P09", number)
        each.use = SessionUse.TRAINING
        wave = "training" if number < 3 else "training-2"
        make_assignment(session, made, each, "R1", position=Position.ALL, wave=wave, place=number)
        for item in GHES:
            session.add(CriterionPoint(session_id=each.id, item=item, value=3.0, changed_at=NOON))
    make_assignment(session, made, make_session(session, made, "P01", 1), "R1")
    session.flush()
    return made


@pytest.fixture
def trainer(session: Session, study: Study) -> Person:
    return make_person(session, "tom@example.org")


@pytest.fixture
def anna(session: Session, study: Study) -> Person:
    return make_person(session, "anna@example.org")


@pytest.fixture
def pathway(session: Session, study: Study, trainer: Person) -> list[str]:
    """Read the manual, a trial, its discussion, another trial."""
    who = actor_of(trainer)
    plans = (
        StepPlan(StepKind.MANUAL, "Read the manual", scale="ghes"),
        StepPlan(StepKind.TRIAL, "First trial", wave="training"),
        StepPlan(StepKind.DISCUSSION, "Talk it over", wave="training"),
        StepPlan(StepKind.TRIAL, "Second trial", wave="training-2"),
    )
    return [add_step(session, who, study, plan, now=NOON).public_id for plan in plans]


def shown(session: Session, study: Study, anna: Person, *, days: int = 0) -> list[str]:
    """The waves in the rater's queue."""
    queue = my_queue(session, actor_of(anna), study.slug, now=NOON + timedelta(days=days))
    assert {each["public_id"] for each in queue.rows} == {
        each.public_id for each in session.query(Assignment) if opens(session, anna, each, days=days)
    }, "what the queue shows is what can be opened"
    return sorted({str(each["wave"]) for each in queue.rows})


def opens(session: Session, anna: Person, assignment: Assignment, *, days: int = 0) -> bool:
    try:
        open_rating(session, actor_of(anna), assignment.public_id, now=NOON + timedelta(days=days))
    except NotFound:
        return False
    return True


def rate(session: Session, study: Study, wave: str, value: float) -> None:
    for each in session.query(Assignment):
        if each.wave.name == wave and each.rating is None:
            make_rating(session, each, dict.fromkeys(GHES, value))
    session.flush()


def states(session: Session, study: Study) -> list[StepState]:
    return [each.standing.state for each in pathways(session, study, today=TODAY)["R1"]]


def close(session: Session, study: Study, wave: str) -> None:
    lock_wave(session, COMMAND_LINE, study, wave, now=NOON)
    reveal_wave(session, COMMAND_LINE, study, wave, now=NOON)


def test_steps_open_one_after_the_other_on_pages_and_by_address(
    session: Session, study: Study, anna: Person, trainer: Person, pathway: list[str]
) -> None:
    manual, _, talk, _ = pathway
    assert shown(session, study, anna) == []
    do_step(session, actor_of(anna), study, manual, now=NOON)
    assert shown(session, study, anna) == ["training"]
    with pytest.raises(Refused, match="not marked by hand"):
        do_step(session, actor_of(anna), study, pathway[1], now=NOON)
    rate(session, study, "training", 3)
    assert states(session, study) == [StepState.DONE, StepState.DONE, StepState.OPEN, StepState.WAITS_FOR]
    assert shown(session, study, anna) == ["training"]
    with pytest.raises(Refused, match="not revealed"):
        hold_discussion(session, actor_of(trainer), study, talk, now=NOON)
    close(session, study, "training")
    assert hold_discussion(session, actor_of(trainer), study, talk, now=NOON) == 1
    assert shown(session, study, anna) == ["training", "training-2"]


def test_control_without_a_pathway_the_trials_are_open(session: Session, study: Study, anna: Person) -> None:
    assert shown(session, study, anna) == ["training", "training-2"]


def test_an_optional_step_holds_nothing_up_and_a_date_does(
    session: Session, study: Study, anna: Person, trainer: Person
) -> None:
    who, later = actor_of(trainer), TODAY + timedelta(days=3)
    add_step(session, who, study, StepPlan(StepKind.MANUAL, "Read", False, scale="ghes"), now=NOON)
    add_step(session, who, study, StepPlan(StepKind.TRIAL, "Trial", opens_on=later, wave="training"), now=NOON)
    assert shown(session, study, anna, days=2) == ["training-2"]
    assert shown(session, study, anna, days=3) == ["training", "training-2"]


def test_what_was_begun_stays_open(session: Session, study: Study, anna: Person, trainer: Person) -> None:
    begun = session.query(Assignment).filter_by(queue_place=1).order_by(Assignment.id).all()[-1]
    begun.state = RatingState.STARTED
    assert begun.wave.name == "main"
    assert "main" in shown(session, study, anna)
    begun.state = RatingState.OPEN
    session.flush()
    assert "main" not in shown(session, study, anna)


def test_the_reveal_comes_after_the_lock_and_tells_when(session: Session, study: Study, trainer: Person) -> None:
    rate(session, study, "training", 3)
    with pytest.raises(Refused, match="not locked"):
        reveal_wave(session, actor_of(trainer), study, "training", now=NOON)
    with pytest.raises(Refused, match="not revealed"):
        gate_decisions(session, study, "training")
    lock_wave(session, COMMAND_LINE, study, "training", now=NOON)
    with pytest.raises(Refused, match="not revealed"):
        gate_decisions(session, study, "training")
    wave = reveal_wave(session, actor_of(trainer), study, "training", now=NOON)
    assert reveal_wave(session, actor_of(trainer), study, "training", now=NOON + timedelta(days=1)) is wave
    assert wave.revealed_at == NOON


def test_a_failed_trial_leaves_the_main_wave_closed_and_a_passed_one_opens_it(
    session: Session, study: Study, anna: Person, trainer: Person
) -> None:
    rate(session, study, "training", 1)
    rate(session, study, "training-2", 3)
    close(session, study, "training")
    close(session, study, "training-2")
    failed = decide_at_gate(session, actor_of(trainer), study, "R1", "training", now=NOON)
    assert not failed.certified
    assert "below 0.9" in str(failed.figures["reasons"][0])
    queue = my_queue(session, actor_of(anna), study.slug, now=NOON)
    assert (queue.held_back, "main" in {each["wave"] for each in queue.rows}) == (1, False)
    assert decide_at_gate(session, actor_of(trainer), study, "R1", "training-2", now=NOON).certified
    queue = my_queue(session, actor_of(anna), study.slug, now=NOON)
    assert (queue.held_back, "main" in {each["wave"] for each in queue.rows}) == (0, True)
    assert [each.certified for each in certifications_of(session, study)["R1"]] == [True, False]


def test_a_certification_runs_out_and_drift_ends_it(
    session: Session, study: Study, anna: Person, trainer: Person
) -> None:
    study.training = {"gate": {"recertify_months": 6}}
    who, why = actor_of(trainer), "Rated with us in the pilot, see minutes of 3 May."
    made = override_gate(session, who, study, "R1", True, why, now=NOON)
    assert (made.recertify_on, made.reason) == (date(2027, 5, 2), why)
    assert "main" in shown(session, study, anna, days=180)
    assert "main" not in shown(session, study, anna, days=181)
    send_back(session, who, study, "R1", "Stricter since the second week, see the page on drift.", now=NOON)
    assert "main" not in shown(session, study, anna)
    with pytest.raises(BadInput, match="fewer than 10"):
        override_gate(session, who, study, "R1", True, "because", now=NOON)
    with pytest.raises(NotPermitted):
        override_gate(session, actor_of(anna), study, "R1", True, why, now=NOON)


def test_without_a_gate_nobody_is_held_back(session: Session, study: Study, anna: Person) -> None:
    study.gate_required = False
    assert "main" in shown(session, study, anna)


def test_steps_move_and_go(session: Session, study: Study, trainer: Person, pathway: list[str]) -> None:
    who = actor_of(trainer)
    move_step(session, who, study, pathway[1], True, now=NOON)
    move_step(session, who, study, pathway[1], True, now=NOON)
    assert [each.title for each in steps_of(session, study)][:2] == ["First trial", "Read the manual"]
    remove_step(session, who, study, pathway[1], now=NOON)
    assert [each.title for each in steps_of(session, study)] == ["Read the manual", "Talk it over", "Second trial"]
    with pytest.raises(BadInput, match="no training or calibration wave"):
        add_step(session, who, study, StepPlan(StepKind.TRIAL, "Trial", wave="main"), now=NOON)


def test_the_status_tells_no_figure_before_a_decision(session: Session, study: Study, pathway: list[str]) -> None:
    told = status_of(session, study, today=TODAY)
    assert told["gate"]["required"] is True
    mine = told["raters"]["R1"]
    assert (mine["certified"], mine["waiting_sessions"], mine["next_step"]) == (False, 1, "Read the manual")
    assert (mine["steps_done"], mine["steps_required"], mine["decisions"]) == (0, 4, [])


def test_raters_are_told_apart(session: Session, study: Study, pathway: list[str]) -> None:
    """Another rater's steps open nothing for R1."""
    each = session.query(TherapySession).filter_by(code="P09-S01").one()
    make_assignment(session, study, each, "R2", position=Position.ALL, wave="training")
    make_rating(session, session.query(Assignment).order_by(Assignment.id.desc()).first(), dict.fromkeys(GHES, 3.0))
    assert session.query(Rater).count() == 2
    assert states(session, study)[1] is StepState.WAITS_FOR
    assert pathways(session, study, today=TODAY)["R2"][1].standing.state is StepState.DONE
