"""An export asked for on a page, made by the worker, fetched by who may."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from rater.config import Settings
from rater.errors import NotFound, NotPermitted
from rater.exports.operations import ask_export, export_history, finished_export
from rater.jobs import run_next
from rater.storage.database import reading, writing
from rater.storage.models import AuditEvent, Study
from rater.terms import Actor, JobState, Role
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


def people(app: Flask) -> tuple[Actor, Actor, Actor]:
    """A researcher and a rater of a study with one rating, and somebody of another study."""
    with app.app_context(), writing() as session:
        study, other = make_study(session), make_study(session, "other")
        researcher = make_person(session, "helen@example.org", (study, Role.RESEARCHER))
        rater = make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
        stranger = make_person(session, "tom@example.org", (other, Role.RESEARCHER))
        assignment = make_assignment(session, study, make_session(session, study), "R1")
        make_rating(session, assignment, all_points(study))
        return actor_of(researcher), actor_of(rater), actor_of(stranger)


def test_from_asking_to_fetching(sqlite_app: Flask) -> None:
    researcher, rater, stranger = people(sqlite_app)
    settings: Settings = sqlite_app.extensions["rater_settings"]
    with sqlite_app.app_context():
        with writing() as session:
            job = ask_export(session, researcher, "pilot", now=NOON)
            public_id, version = job.public_id, job.data_version
        with writing() as session, pytest.raises(NotFound):
            finished_export(session, researcher, public_id, settings.exports_folder, now=NOON)
        assert run_next(settings, lambda: NOON)
        with reading() as session:
            job = export_history(session, session.scalars(select(Study).where(Study.slug == "pilot")).one())[0]
            assert (job.state, job.fault, job.data_version) == (JobState.DONE, None, version)
            result = dict(job.result or {})
        with writing() as session:
            bundle = finished_export(session, researcher, public_id, settings.exports_folder, now=NOON)
            for other, refusal in ((rater, NotPermitted), (stranger, NotFound)):
                with pytest.raises(refusal):
                    finished_export(session, other, public_id, settings.exports_folder, now=NOON)
            fetched = session.scalars(select(AuditEvent.actor_name).where(AuditEvent.action == "export.fetched")).all()
            assert fetched == [researcher.name]
    assert bundle.name == f"pilot-{NOON:%Y-%m-%d}.zip"
    assert sorted(each.name for each in settings.exports_folder.iterdir()) == [f"{public_id}.zip"]
    names = zipfile.ZipFile(bundle.path).namelist()
    assert set(names) == {f"pilot/{each['name']}" for each in result["files"]}
    assert "pilot/ratings_long.csv" in names
    assert result["counts"]["ratings"] == 1


@pytest.mark.parametrize(("who", "refusal"), [(1, NotPermitted), (2, NotFound)])
def test_who_may_not_ask(sqlite_app: Flask, who: int, refusal: type[Exception]) -> None:
    actor = people(sqlite_app)[who]
    with sqlite_app.app_context(), writing() as session, pytest.raises(refusal):
        ask_export(session, actor, "pilot", now=NOON)


def test_a_bundle_that_has_gone_is_not_there(sqlite_app: Flask, tmp_path: Path) -> None:
    researcher, *_ = people(sqlite_app)
    settings: Settings = sqlite_app.extensions["rater_settings"]
    with sqlite_app.app_context():
        with writing() as session:
            public_id = ask_export(session, researcher, "pilot", now=NOON).public_id
        run_next(settings, lambda: NOON)
        with writing() as session, pytest.raises(NotFound):
            finished_export(session, researcher, public_id, tmp_path, now=NOON)
