"""The page of drift: empty, in all its states, computed by the worker, and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from rater.jobs import run_next
from rater.storage.database import db, writing
from rater.storage.models import Certification, DriftAlert, Job, Membership, Rater, Study
from rater.storage.queries.jobs import DRIFT, newest
from rater.terms import JobState, Role
from tests.application import make_app
from tests.builders.drift import rated_for_weeks
from tests.builders.study import make_person
from tests.web.valid import both, check
from tests.web.world import LATER, Visitor, World

PAGE = "/studies/pilot/training/drift"
WEEKS_LATER = LATER + timedelta(weeks=40)


def compute(app: Flask) -> None:
    with app.app_context():
        assert run_next(app.extensions["rater_settings"], lambda: LATER)


def test_nothing_rated_is_said_with_what_to_do(world: World) -> None:
    page = both(world, "theo", PAGE).text
    assert "Nothing has been computed yet" in page
    assert "There is no alert." in page
    theo = world.visitors["theo"]
    job = theo.ask("POST", PAGE).location
    assert "Drift" in both(world, "theo", job).text
    compute(world.app)
    page = both(world, "theo", PAGE).text
    assert "Nothing can be said of severity yet: only one unit shared" in page
    assert "No session has come back yet" in page
    assert f'href="{PAGE}"' in theo.ask("GET", job).text
    assert theo.ask("GET", f"{PAGE}/severity.csv").text.startswith("score,rater,figure,n,value,low,high,reason")
    assert theo.ask("GET", f"{PAGE}/none.csv").status_code == 404
    assert PAGE in theo.ask("GET", "/studies/pilot/training").text
    assert PAGE not in world.visitors["ben"].ask("GET", "/").text


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING, JobState.FAILED])
def test_a_job_under_way_or_stopped_is_told(world: World, state: JobState) -> None:
    world.visitors["theo"].ask("POST", PAGE)
    with world.app.app_context(), writing() as session:
        job = newest(session, 1, DRIFT)
        assert job is not None
        job.state, job.fault = state, "It went wrong" if state is JobState.FAILED else None
    page = both(world, "theo", PAGE).text
    assert ("The last computation stopped" in page) is (state is JobState.FAILED)
    assert ("are being computed" in page) is (state is not JobState.FAILED)
    assert ("Compute drift" in page) is (state is JobState.FAILED)


@pytest.fixture(scope="module")
def drifting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A study in which R1 has become stricter, looked at by the worker, with a trainer, a researcher and a rater."""
    home = tmp_path_factory.mktemp("drifting")
    rated_for_weeks(home, stricter=1.8)
    app = make_app(home)
    app.extensions["rater_clock"] = lambda: WEEKS_LATER
    with app.app_context():
        with writing() as session:
            study = session.scalars(select(Study)).one()
            make_person(session, "theo@example.org", (study, Role.TRAINER))
            make_person(session, "ben@example.org", (study, Role.RATER), code="R2")
            session.execute(update(Rater).values(certified=True))
            session.execute(update(Membership).values(since=LATER))
        db.engine.dispose()
    Visitor(app.test_client(), "theo@example.org").ask("POST", PAGE)
    compute(app)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def theo(drifting: Flask) -> Visitor:
    return Visitor(drifting.test_client(), "theo@example.org")


def shown(visitor: Visitor, path: str = PAGE) -> str:
    for language in ("de", "en"):
        answer = visitor.ask("GET", path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        check(answer.text, language)
    return answer.text


def alerts(app: Flask, rater: str | None) -> list[str]:
    with app.app_context(), writing() as session:
        found = session.scalars(select(DriftAlert).order_by(DriftAlert.id))
        return [each.public_id for each in found if (each.rater and each.rater.code) == rater]


def test_alerts_stand_on_top_with_figures_and_tables_below(drifting: Flask, theo: Visitor) -> None:
    page = shown(theo)
    assert "Gives lower points than before" in page
    assert page.index('id="drifting-R1"') < page.index('id="score-GHES"')
    assert re.search(r'<h3 id="drifting-R[2-5]"', page) is None
    names = set(re.findall(rf"{PAGE}/([\w-]+)\.svg", page))
    assert {"severity-GHES", "shifts-GHES", "agreement-GHES"} <= names
    assert all(f'<desc id="{name}-desc">' in page for name in names)
    assert "could not be drawn" not in page
    for kind, start in (("svg", b"<svg "), ("png", b"\x89PNG")):
        answer = theo.ask("GET", f"{PAGE}/shifts-GHES.{kind}")
        assert answer.data.startswith(start)
        assert f"pilot-shifts-GHES.{kind}" in answer.headers["Content-Disposition"]
    german = theo.ask("GET", f"{PAGE}/shifts-GHES.svg", headers={"Accept-Language": "de"}).text
    assert "Verschiebung der einzelnen Beurteilenden" in german
    for table, row in (("shifts", "GHES,R1,2026-04-27"), ("agreement", "GHES,2026-04-27"), ("severity", "GHES,R1,")):
        answer = theo.ask("GET", f"{PAGE}/{table}.csv")
        assert row in answer.text
        assert f"pilot-drift-{table}.csv" in answer.headers["Content-Disposition"]
    assert "Drift alerts that wait for your answer" in shown(theo, "/me/notices")
    assert "Drift alerts that wait for your answer" in shown(theo, "/")


def test_no_name_of_a_rater_is_shown(drifting: Flask, theo: Visitor) -> None:
    assert "Ben" not in shown(theo)
    assert Visitor(drifting.test_client(), "ben@example.org").ask("GET", PAGE).status_code == 403


def test_an_answer_without_a_reason_comes_back_and_one_with_it_ends_the_certification(
    drifting: Flask, theo: Visitor
) -> None:
    ids, answer = alerts(drifting, "R1"), f"{PAGE}/alerts"
    assert len(ids) > 3
    short = theo.ask("POST", answer, form={"alert": ids, "answer": "back_to_training", "reason": "so"})
    assert short.status_code == 422
    check(short.text, "en")
    assert "The reason has fewer than" in short.text
    assert ">so</textarea>" in short.text
    assert theo.ask("POST", answer, form={"alert": [*ids, "none"], "answer": "seen"}).status_code == 404
    assert theo.ask("POST", answer, form={"answer": "seen"}).status_code == 404
    given = {"alert": ids, "answer": "back_to_training", "reason": "Two points lower than in spring"}
    assert theo.ask("POST", answer, form=given).status_code == 303
    page = shown(theo)
    assert "The certification has ended" in page or "drifting-R1" not in page
    assert "Answered" in page
    assert "Two points lower" not in page
    with drifting.app_context(), writing() as session:
        certified = {each.code for each in session.scalars(select(Rater)) if each.certified}
        assert certified == {"R2", "R3", "R4", "R5"}
        assert session.scalars(select(Certification)).one().certified is False
    assert theo.ask("POST", answer, form=given).status_code == 303
    assert "had been answered already" in theo.ask("GET", PAGE).text


def test_what_was_answered_is_not_raised_anew(drifting: Flask, theo: Visitor) -> None:
    before = [*alerts(drifting, "R1"), *alerts(drifting, None)]
    theo.ask("POST", PAGE)
    compute(drifting)
    assert [*alerts(drifting, "R1"), *alerts(drifting, None)] == before
    with drifting.app_context(), writing() as session:
        assert {each.kind for each in session.scalars(select(Job))} == {DRIFT}
