"""Background work and what it leaves: its own page, reliability and analysis, in both languages."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.figures import course, dyads
from rater.jobs import run_next
from rater.storage.audit import record
from rater.storage.database import writing
from rater.storage.models import Assignment, Job, KeptFigure, Study
from rater.storage.queries.jobs import newest
from rater.terms import COMMAND_LINE, JobState
from tests.builders.study import all_points, make_rating
from tests.web.valid import both
from tests.web.world import LATER, World


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("kind", ["reliability", "analysis", "export"])
def test_a_job_in_every_state(world: World, state: JobState, kind: str) -> None:
    with world.app.app_context(), writing() as session:
        job = session.scalars(select(Job).where(Job.public_id == world.ids["job"])).one()
        job.kind, job.state, job.fault = kind, state, "It went wrong" if state is JobState.FAILED else None
    page = both(world, "rosa", f"/jobs/{world.ids['job']}").text
    assert ("<noscript>" in page) is (state in (JobState.WAITING, JobState.RUNNING))
    assert ("It went wrong" in page) is (state is JobState.FAILED)
    with world.app.app_context(), writing() as session:
        session.query(Job).filter(Job.public_id == world.ids["job"]).update({"state": JobState.WAITING})
    both(world, "rosa", "/studies/pilot")
    both(world, "rosa", "/studies/pilot/analysis")


def test_reliability_computed_by_the_worker_is_shown(world: World) -> None:
    rosa = world.visitors["rosa"]
    _rate_twice(world)
    job = rosa.ask("POST", "/studies/pilot/reliability").location
    assert "Waiting" in rosa.ask("GET", job).text
    with world.app.app_context():
        assert run_next(world.app.extensions["rater_settings"], lambda: LATER)
    for path in ("/studies/pilot", "/studies/pilot/reliability"):
        page = both(world, "rosa", path).text
        assert "1 rated twice" in page
        assert "Up to date" in page
    shown = set(re.findall(r"/studies/pilot/reliability/([\w-]+)\.svg", page))
    assert {"forest-GHES", "matrix-StH_A", "disagreement-str3"} <= shown
    assert all(f'<desc id="{name}-desc">' in page for name in shown)
    assert "could not be drawn" not in page
    assert "no variance" in page
    assert "raters, who gave" in page
    assert "Beurteilenden eingeschätzt (" in page
    for table, head in (
        ("overall", "score,figure,n,value"),
        ("dyads", "score,rows,dyad"),
        ("disagreement", "item,point"),
    ):
        assert f'href="/studies/pilot/reliability/{table}.csv"' in page
        answer = rosa.ask("GET", f"/studies/pilot/reliability/{table}.csv")
        assert answer.text.startswith(head)
        assert f'filename="pilot-reliability-{table}.csv"' in answer.headers["Content-Disposition"]
    for kind, start in (("svg", b"<svg "), ("png", b"\x89PNG")):
        answer = rosa.ask("GET", f"/studies/pilot/reliability/forest-GHES.{kind}")
        assert answer.data.startswith(start)
        assert f"pilot-forest-GHES.{kind}" in answer.headers["Content-Disposition"]
        assert rosa.ask("GET", f"/studies/pilot/reliability/forest-none.{kind}").status_code == 404
    german = rosa.ask("GET", "/studies/pilot/reliability/forest-GHES.svg", headers={"Accept-Language": "de"})
    assert "jede Dyade" in german.text


def test_the_analysis_computed_by_the_worker_is_shown_and_told_when_data_change(world: World) -> None:
    rosa = world.visitors["rosa"]
    assert "Nothing has been computed yet" in both(world, "rosa", "/studies/pilot/analysis").text
    _rate_twice(world)
    rosa.ask("POST", "/studies/pilot/analysis")
    with world.app.app_context():
        assert run_next(world.app.extensions["rater_settings"], lambda: LATER)
    page = both(world, "rosa", "/studies/pilot/analysis").text
    assert "could not be drawn" not in page
    assert all(each in page for each in ("Up to date", "GHES ~ time + StHAR", "StH A", "phq9"))
    for table, head in (
        ("descriptives", "variable,n,mean"),
        ("models", "model,term,estimate"),
        ("correlations_by_rater", "a,b,raters,n,value"),
        ("missingness", "item,ratings,points"),
        ("by_session", "session"),
    ):
        assert rosa.ask("GET", f"/studies/pilot/analysis/{table}.csv").text.startswith(head)
    assert "GHES – StH R" in page
    german = rosa.ask("GET", "/studies/pilot/analysis", headers={"Accept-Language": "de"}).text
    assert all(each in german for each in ("Verschiedene Personen", "nur eine gemeinsame"))
    assert "<svg" in rosa.ask("GET", "/studies/pilot/analysis/means-GHES.svg").text
    assert rosa.ask("GET", "/studies/pilot/analysis/course-GHES.png").data.startswith(b"\x89PNG")
    with world.app.app_context(), writing() as session:
        record(session, COMMAND_LINE, "patients.imported", "study:pilot", now=LATER, study_id=1)
    assert "The data have changed since" in both(world, "rosa", "/studies/pilot/analysis").text


@pytest.mark.parametrize(("kind", "shown"), [("reliability", "All ratings together"), ("analysis", "What it rests on")])
def test_a_result_stays_until_the_next_one_is_there(world: World, kind: str, shown: str) -> None:
    rosa, path = world.visitors["rosa"], f"/studies/pilot/{kind}"
    settings = world.app.extensions["rater_settings"]
    anew = re.compile(r"It is being computed anew since \d{1,2}:\d\d")
    _rate_twice(world)
    with world.app.app_context(), writing() as session:
        session.query(KeptFigure).delete()
        session.query(Job).filter(Job.kind == kind).delete()
    assert not anew.search(rosa.ask("GET", path).text)
    rosa.ask("POST", path)
    first = rosa.ask("GET", path).text
    assert "are being computed." in first
    assert not anew.search(first)
    with world.app.app_context():
        assert run_next(settings, lambda: LATER)
    told = rosa.ask("GET", path).text
    figures = re.findall(rf"{path}/[\w-]+\.svg", told)
    assert shown in told
    assert figures
    rosa.ask("POST", path)
    for state in (JobState.WAITING, JobState.RUNNING, JobState.FAILED):
        with world.app.app_context(), writing() as session:
            job = newest(session, 1, kind)
            assert job is not None
            job.state = state
        page = both(world, "rosa", path).text
        assert shown in page
        assert re.findall(rf"{path}/[\w-]+\.svg", page) == figures
        assert bool(anew.search(page)) is (state is not JobState.FAILED)
        assert ("The last computation stopped" in page) is (state is JobState.FAILED)
        assert ("Compute again" in page) is (state is JobState.FAILED)
        assert "are being computed." not in page
    german = rosa.ask("GET", path, headers={"Accept-Language": "de"}).text
    assert "Die letzte Berechnung" in german
    with world.app.app_context(), writing() as session:
        session.query(Job).filter(Job.kind == kind, Job.state == JobState.FAILED).update({"state": JobState.WAITING})
    german = rosa.ask("GET", path, headers={"Accept-Language": "de"}).text
    assert re.search(r"Wird seit \d\d:\d\d neu berechnet", german)
    with world.app.app_context(), writing() as session:
        job, before = newest(session, 1, kind), newest(session, 1, kind, done=True)
        assert job is not None
        assert before is not None
        job.state, job.ended_at, job.result = JobState.DONE, LATER, before.result
    assert not anew.search(rosa.ask("GET", path).text)


@pytest.mark.parametrize(
    ("kind", "module", "broken", "whole"),
    [("reliability", dyads, "matrix-GHES", "forest-GHES"), ("analysis", course, "means-GHES", None)],
)
def test_a_figure_that_cannot_be_drawn_leaves_the_numbers(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    module: ModuleType,
    broken: str,
    whole: str | None,
) -> None:
    drawn = module.drawn
    monkeypatch.setattr(module, "drawn", lambda chart, *given: drawn(chart.transform_filter("((("), *given))
    rosa, path = world.visitors["rosa"], f"/studies/pilot/{kind}"
    _rate_twice(world)
    rosa.ask("POST", path)
    with world.app.app_context():
        assert run_next(world.app.extensions["rater_settings"], lambda: LATER)
    page = both(world, "rosa", path).text
    assert "Up to date" in page
    assert "<h2 " in page
    assert "This figure could not be drawn" in page
    assert rosa.ask("GET", f"{path}/{broken}.svg").status_code == 404
    assert whole is None or f"{path}/{whole}.svg" in page
    logged = [each for each in caplog.records if each.name == "rater.figures"]
    assert any(f"{broken} (de)" in each.getMessage() for each in logged)
    assert all(each.exc_info and "Unexpected end of input" in str(each.exc_info[1]) for each in logged)
    german = rosa.ask("GET", path, headers={"Accept-Language": "de"}).text
    assert german.count("Diese Abbildung konnte nicht gezeichnet werden") == page.count("could not be drawn")


def _rate_twice(world: World) -> None:
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        bens = session.scalars(select(Assignment).where(Assignment.public_id == world.ids["bens"])).one()
        _submit(session, bens, all_points(study, 3))


def _submit(session: Session, assignment: Assignment, points: dict[str, float | str]) -> None:
    """Put a submitted rating in the place of the draft."""
    if assignment.rating is not None:
        for row in (*assignment.rating.revisions, assignment.rating):
            session.delete(row)
            session.flush()
        session.expire(assignment)
    make_rating(session, assignment, points)
