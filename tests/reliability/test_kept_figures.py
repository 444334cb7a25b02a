"""Figures are drawn by the job that computes, kept with it, and replaced by those of the next."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.jobs import run_next
from rater.reliability.operations import ask_reliability, kept_reliability
from rater.storage.database import reading, writing
from rater.storage.models import Job, KeptFigure, Study
from rater.storage.queries import figures
from rater.terms import JobState, Position, Role
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


def rated_twice(session: Session) -> Study:
    study = make_study(session)
    for code in ("R1", "R2"):
        make_person(session, f"{code.lower()}@example.org", (study, Role.RATER), code=code)
    for number in range(1, 4):
        taped = make_session(session, study, number=number)
        for code, position, point in (("R1", Position.MAIN, number), ("R2", Position.SECOND, number - 1)):
            given = make_assignment(session, study, taped, code, position=position, place=number)
            make_rating(session, given, all_points(study, point))
    return study


def test_drawn_in_each_language_and_replaced_by_the_next_job(sqlite_app: Flask) -> None:
    settings = sqlite_app.extensions["rater_settings"]
    with sqlite_app.app_context():
        with writing() as session:
            study = rated_twice(session)
            researcher = actor_of(make_person(session, "rosa@example.org", (study, Role.RESEARCHER)))
        for seed in (1, 2):
            with writing() as session:
                ask_reliability(session, researcher, "pilot", "main", now=NOON, seed=seed)
            assert run_next(settings, lambda: NOON)
        with reading() as session:
            study = session.scalars(select(Study)).one()
            kept = kept_reliability(session, study, "main")
            assert (kept["state"], kept["job"].fault) == (JobState.DONE, None)
            assert "figures" not in kept["table"]
            english, german = (figures.of_job(session, kept["job"].id, locale) for locale in ("en", "de"))
            assert list(english) == list(german)
            assert english["forest-GHES"].svg.startswith("<svg ")
            assert "jede Dyade" in german["forest-GHES"].svg
            assert "jede Dyade" not in english["forest-GHES"].svg
            assert session.scalar(select(func.count()).select_from(KeptFigure)) == 2 * len(english)
            earlier = session.scalars(select(Job).order_by(Job.id)).first()
            assert earlier is not None
            assert figures.of_job(session, earlier.id, "en") == {}
            found = figures.named(session, study.id, "reliability", "de", "matrix-GHES")
            assert found is not None
            assert found.job_id == kept["job"].id
            assert figures.named(session, study.id, "reliability", "de", "matrix-none") is None


def test_nothing_rated_twice_is_drawn_as_nothing(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        with writing() as session:
            study = make_study(session)
            researcher = actor_of(make_person(session, "rosa@example.org", (study, Role.RESEARCHER)))
            ask_reliability(session, researcher, "pilot", "main", now=NOON)
        assert run_next(sqlite_app.extensions["rater_settings"], lambda: NOON)
        with reading() as session:
            job = session.scalars(select(Job)).one()
            assert (job.state, job.fault) == (JobState.DONE, None)
            assert figures.of_job(session, job.id, "en") == {}
