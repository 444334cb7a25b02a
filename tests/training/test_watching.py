"""Alerts: kept once, answered once, and told to whom they concern; the daily look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted
from rater.notices.operations.facts import notices_for
from rater.storage.audit import record
from rater.storage.models import AuditEvent, Certification, DriftAlert, Job, Membership, Person, Rater, Study
from rater.storage.queries.drift import alerts_of
from rater.studies.operations import end_membership, ensure_raters
from rater.terms import COMMAND_LINE, CertificationGround, DriftAnswer, JobState, Role
from rater.training.operations.alerting import answer_alerts, keep_alerts
from rater.training.operations.watching import ask_due, kept_drift
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

UTC_ZONE = ZoneInfo("UTC")
WHY = "Two points lower than in spring"
LATER = NOON + timedelta(hours=1)


def told(
    rater: str | None = "R1", score: str = "GHES", week: str = "2026-10-19", shift: float = -0.8
) -> dict[str, Any]:
    return {"rater": rater, "score": score, "week": week, "shift": shift, "low": -0.5, "high": 0.5}


@pytest.fixture
def study(session: Session) -> Study:
    made = make_study(session)
    ensure_raters(session, made, ["R1", "R2"])
    make_rating(session, make_assignment(session, made, make_session(session, made), "R1"), all_points(made))
    return made


def person(session: Session, study: Study, name: str, role: Role) -> Person:
    return make_person(session, f"{name}@example.org", (study, role))


def ids_of(session: Session, study: Study) -> list[str]:
    return [each.public_id for each in alerts_of(session, study.id)]


def lines(session: Session, who: Person) -> list[str]:
    return [str(line) for part in notices_for(session, who, now=LATER, zone=UTC_ZONE) for line in part.lines]


def test_an_alert_is_kept_once_for_each_rater_score_and_week_also_for_the_agreement_of_all(
    session: Session, study: Study
) -> None:
    found = [told(), told(week="2026-10-26"), told(score="StH_A"), told(None), told(None, week="2026-10-26")]
    assert keep_alerts(session, study, found, now=NOON) == 5
    assert keep_alerts(session, study, [*found, told("R2")], now=LATER) == 1
    assert session.scalar(select(func.count(DriftAlert.id))) == 6
    assert sum(each.rater is None for each in alerts_of(session, study.id)) == 2


def test_newer_figures_go_to_alerts_without_an_answer_alone(session: Session, study: Study) -> None:
    theo = actor_of(person(session, study, "theo", Role.TRAINER))
    keep_alerts(session, study, [told(), told("R2")], now=NOON)
    (first,) = (each for each in alerts_of(session, study.id) if each.rater and each.rater.code == "R1")
    assert answer_alerts(session, theo, study, [first.public_id], DriftAnswer.SEEN, now=NOON) == 1
    assert keep_alerts(session, study, [told(shift=-0.9), told("R2", shift=-0.9)], now=LATER) == 0
    shifts = {each.rater.code: each.shift for each in alerts_of(session, study.id) if each.rater}
    assert shifts == {"R1": -0.8, "R2": -0.9}
    assert (first.answer, first.answered_at, first.answered_by_id) == (DriftAnswer.SEEN, NOON, theo.person_id)
    assert answer_alerts(session, theo, study, [first.public_id], DriftAnswer.BACK_TO_TRAINING, WHY, now=LATER) == 0
    assert session.scalars(select(Certification)).all() == []


def test_back_to_training_ends_the_certification_for_a_reason_and_is_on_record(session: Session, study: Study) -> None:
    theo = actor_of(person(session, study, "theo", Role.TRAINER))
    session.execute(update(Rater).values(certified=True))
    keep_alerts(session, study, [told(), told(score="StH_A")], now=NOON)
    ids = ids_of(session, study)
    with pytest.raises(BadInput, match="reason"):
        answer_alerts(session, theo, study, ids, DriftAnswer.BACK_TO_TRAINING, "", now=NOON)
    assert answer_alerts(session, theo, study, ids, DriftAnswer.BACK_TO_TRAINING, WHY, now=NOON) == 2
    session.expire_all()
    certified = {each.code: each.certified for each in session.scalars(select(Rater))}
    assert (certified["R1"], certified["R2"]) == (False, True)
    decision = session.scalars(select(Certification)).one()
    assert (decision.ground, decision.reason) == (CertificationGround.DRIFT, WHY)
    answers = session.scalars(select(AuditEvent).where(AuditEvent.action == "drift.answered")).all()
    assert {each.detail["score"] for each in answers} == {"GHES", "StH_A"}


def test_what_is_no_answer_is_refused(session: Session, study: Study) -> None:
    theo = actor_of(person(session, study, "theo", Role.TRAINER))
    keep_alerts(session, study, [told(), told("R2"), told(None)], now=NOON)
    by_rater = {each.rater.code if each.rater else "": each.public_id for each in alerts_of(session, study.id)}
    for ids, answer, said in (
        ([by_rater["R1"]], "never mind", "no answer"),
        ([by_rater["R1"], by_rater["R2"]], DriftAnswer.SEEN, "several raters"),
        ([by_rater[""]], DriftAnswer.BACK_TO_TRAINING, "agreement of all"),
    ):
        with pytest.raises(BadInput, match=said):
            answer_alerts(session, theo, study, ids, answer, WHY, now=NOON)
    for ids in ([], ["none"], [by_rater["R1"], "none"]):
        with pytest.raises(NotFound):
            answer_alerts(session, theo, study, ids, DriftAnswer.SEEN, now=NOON)
    other = make_study(session, "other")
    olga = actor_of(make_person(session, "olga@example.org", (other, Role.TRAINER)))
    with pytest.raises(NotFound):
        answer_alerts(session, olga, other, [by_rater["R1"]], DriftAnswer.SEEN, now=NOON)
    carla = actor_of(person(session, study, "carla", Role.COORDINATOR))
    with pytest.raises(NotPermitted):
        answer_alerts(session, carla, study, [by_rater["R1"]], DriftAnswer.SEEN, now=NOON)


def test_trainers_are_told_and_researchers_where_there_is_none(session: Session, study: Study) -> None:
    theo, rosa = person(session, study, "theo", Role.TRAINER), person(session, study, "rosa", Role.RESEARCHER)
    carla = person(session, study, "carla", Role.COORDINATOR)
    assert lines(session, theo) == []
    keep_alerts(session, study, [told(), told(score="StH_A"), told(None)], now=NOON)
    assert lines(session, theo) == ["Drift alerts that wait for your answer: 2"]
    assert lines(session, rosa) == lines(session, carla) == []
    end_membership(session, COMMAND_LINE, study, theo, Role.TRAINER, now=NOON)
    assert lines(session, rosa) == ["Drift alerts that wait for your answer: 2"]
    assert lines(session, theo) == lines(session, carla) == []
    session.execute(update(DriftAlert).values(answer=DriftAnswer.SEEN, answered_at=NOON))
    assert lines(session, rosa) == []


def test_a_trainer_who_is_still_to_rate_is_told_nothing(session: Session, study: Study) -> None:
    theo = make_person(session, "theo@example.org", (study, Role.TRAINER), (study, Role.RATER), code="R7")
    session.execute(update(Membership).values(since=NOON - timedelta(days=1)))
    keep_alerts(session, study, [told()], now=NOON)
    assert lines(session, theo) == ["Drift alerts that wait for your answer: 1"]
    make_assignment(session, study, make_session(session, study, "P02"), "R7")
    assert lines(session, theo) == []


def done(session: Session) -> Job:
    job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert job is not None
    job.state, job.ended_at = JobState.DONE, job.asked_at
    policy = {"weeks": 2, "sigma": 3.0, "smallest_shift": 0.25, "least_ratings": 5}
    job.result = {"policy": policy, "alerts": [], "scores": {}, "repeats": {}, "n_ratings": 1}
    session.flush()
    return job


def test_a_study_is_looked_at_once_a_day_if_ratings_have_come(session: Session, study: Study) -> None:
    make_study(session, "empty")
    zone = ZoneInfo("Europe/Berlin")

    def look(day: int, hour: int = 12) -> int:
        return ask_due(session, now=datetime(2026, 11, day, hour, tzinfo=UTC), zone=zone)

    assert look(3) == 1
    assert look(3) == 0, "it waits already"
    job = done(session)
    assert job.study_id == study.id
    assert look(4) == 0, "nothing has come"
    record(session, COMMAND_LINE, "rating.submitted", "rating:1", now=NOON, study_id=study.id)
    assert look(3, 22) == 0, "the same day in UTC, but also in Berlin until eleven"
    assert look(3, 23) == 1, "the next day in Berlin"
    done(session)
    assert look(5) == 0
    study.training = {"drift": {"weeks": 3}}
    assert kept_drift(session, study)["is_current"] is False
    assert look(5) == 1, "the settings have changed"


def test_a_day_that_is_over_is_no_reason_to_look(session: Session, study: Study) -> None:
    ask_due(session, now=NOON, zone=UTC_ZONE)
    done(session)
    assert kept_drift(session, study)["is_current"]
    assert ask_due(session, now=NOON + timedelta(days=400), zone=UTC_ZONE) == 0
