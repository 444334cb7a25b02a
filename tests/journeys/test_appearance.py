"""Pages in every combination of width, light and language: nothing runs over, nothing is too faint."""

from __future__ import annotations

from itertools import islice

import pytest
from playwright.sync_api import Page
from sqlalchemy import select, update

from rater.analysis.data import AnalysisData
from rater.analysis.models import Plan, usual_plan
from rater.analysis.report import analyse
from rater.figures.course import course_figures
from rater.figures.disagreement import disagreement_map
from rater.figures.drift import drift_figures
from rater.figures.dyads import dyad_matrix
from rater.figures.forest import forest_plot
from rater.reliability.design import design_of
from rater.reliability.report import report
from rater.storage.database import writing
from rater.storage.models import DriftAlert, Exclusion, KeptFigure, Membership, Study, TherapySession
from rater.storage.queries.jobs import ask
from rater.studies.operations import ensure_raters, ensure_wave
from rater.terms import COMMAND_LINE, DriftAnswer, JobState, Position, Role
from rater.training.operations.alerting import keep_alerts
from tests.builders.drift import LONG_CODE, drift_told
from tests.builders.figures import ENGLISH, GERMAN
from tests.builders.reliability import example_ratings, make_rated, shipped_scales
from tests.builders.study import NOON, make_person
from tests.exports.builders import make_listed
from tests.journeys.looks import LONG, SEATS, Room, Scheme, faults, in_every_look
from tests.journeys.site import LONG_AGO, Site
from tests.journeys.trial import add_trial

pytestmark = pytest.mark.browser
OTHER = {"value": 3, "missing_code": None, "version": 7}


def test_the_check_sees_what_runs_over_and_what_is_too_faint(room: Room) -> None:
    page = room(1280, "light", "en-GB", True)
    page.goto("/")
    assert faults(page) == []
    page.evaluate(
        """() => {
          const p = document.createElement("p");
          p.textContent = "x".repeat(400);
          p.style.color = "#bbb";
          p.style.whiteSpace = "nowrap";
          document.querySelector("main").append(p);
        }"""
    )
    found = " ".join(faults(page))
    assert "runs over" in found
    assert "color-contrast" in found


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_pages_of_a_rater_in_every_look(room: Room, site: Site, language: str, scripts: bool) -> None:
    page = room(1280, "light", language, scripts)
    mine = f"/ratings/{site.alone[0]}"
    found = {}
    for path in (
        "/",
        "/studies/pilot/sessions",
        "/studies/pilot/manual",
        mine,
        f"{mine}/concern",
        f"{mine}/cannot-rate",
    ):
        page.goto(path)
        if scripts and path == mine:
            page.locator("main[data-ready]").wait_for()
        found[path] = in_every_look(page, axe=scripts)
    if scripts:
        page.goto(mine)
        page.locator("main[data-ready]").wait_for()
        for key in ("?", "h"):
            page.keyboard.press(key)
            page.wait_for_timeout(400)
            found[f"key {key}"] = in_every_look(page)
            page.keyboard.press("Escape")
        page.context.set_offline(True)
        page.locator("#item-ghes1").focus()
        page.keyboard.press("u")
        page.locator("[data-part=save-state][data-state=offline]").wait_for()
        found["offline"] = in_every_look(page)
        page.route("**/items/**", lambda route: route.fulfill(status=409, json={"error": "stale", "current": OTHER}))
        page.context.set_offline(False)
        page.locator("#item-ghes2").focus()
        page.keyboard.press("2")
        page.get_by_role("dialog").wait_for()
        found["two values"] = in_every_look(page)
        page.goto("/studies/pilot/sessions")
        page.locator(".outbox").wait_for()
        found["kept changes"] = in_every_look(page)
    assert {path: each for path, each in found.items() if each} == {}


LISTS = {
    "faults": f"session_id,patient_id,therapist_id,session_no,audio_file\nN1,P9,T9,1,a.mp3\nN2,P9,,x,{LONG}.mp3\n",
    "names": "Sitzung;Patientin;therapist;Nr\nN1;P9;T9;1\n",
}


@pytest.fixture(scope="module")
def coordinator(site: Site) -> str:
    """Carla joins the study, in which one session is excluded for a long reason."""
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        last = session.scalars(select(TherapySession).order_by(TherapySession.number.desc())).first()
        assert last is not None
        session.add(Exclusion(study_id=study.id, session_id=last.id, reason=LONG.lower(), excluded_at=NOON))
        make_person(session, "carla@example.org", (study, Role.COORDINATOR))
        session.execute(update(Membership).values(since=LONG_AGO))
    return "carla"


def draw(page: Page, **fields: str) -> None:
    """Ask for a preview of the allocation with these settings."""
    page.goto("/studies/pilot/allocation")
    for name, text in fields.items():
        for each in page.locator(f"[name^={name}]").all():
            each.fill(text)
    page.locator("#terms .button-main").click()
    page.wait_for_load_state()


def hand_in(page: Page, text: str) -> None:
    """Begin an import with this list."""
    page.goto("/studies/pilot/import")
    page.locator("#list").set_input_files({"name": f"{LONG}.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("main form .button-main").first.click()
    page.wait_for_url("**/imports/*")


@pytest.mark.parametrize(("width", "scheme", "language", "scripts"), SEATS, ids=lambda each: str(each))
def test_the_coordinators_pages(
    room: Room, coordinator: str, width: int, scheme: Scheme, language: str, scripts: bool
) -> None:
    page = room(width, scheme, language, scripts, coordinator)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = faults(page, axe=scripts)

    for path in ("allocation", "allocation?wave=training", "allocation?wave=recalibration", "import", "exclusions"):
        page.goto(f"/studies/pilot/{path}")
        look(path)
    draw(page, seed="5")
    look("a plan")
    draw(page, **{"cap-": "1"})
    assert page.locator(".short-by").count()
    look("no plan")
    draw(page, share="150", seed="x")
    assert page.locator(".notice-waiting li").count() == 2
    look("wrong settings")
    for name, text in LISTS.items():
        hand_in(page, text)
        look(f"a list: {name}")
        page.goto(f"{page.url}/preview")
        look(f"its preview: {name}")
    assert {name: each for name, each in found.items() if each} == {}


@pytest.fixture(scope="module")
def computed(site: Site) -> None:
    """A kept reliability and analysis of a larger study, with some figures and what cannot be estimated."""
    ratings = [*example_ratings(), make_rated("X1", "R9", Position.MAIN, {})]
    design = design_of([], shipped_scales(), draw=None, rate_at_end="off", heard_share=0.9, seed=1, version="1")
    told = report("pilot", "main", ratings, shipped_scales()) | {"design": design}
    ghes, item = told["scores"]["GHES"], told["items"]["ghes1"]["disagreement"]
    codes = sorted({each.session_id for each in example_ratings()})
    sessions = [make_listed(code, code[:3], int(code[-2:])) for code in codes]
    plan = Plan(
        {name: model for name, model in usual_plan(["GHES", "StHAR", "phq9"]).models.items() if name.startswith("GHES")}
    )
    found = analyse(AnalysisData("pilot", shipped_scales(), sessions, example_ratings(), plan=plan))
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        job = ask(session, COMMAND_LINE, study.id, "analysis", now=NOON)
        job.state, job.result, job.ended_at = JobState.DONE, found, NOON
        for spoken in (ENGLISH, GERMAN):
            for each in (sketch.draw(spoken) for sketch in islice(course_figures(found), 2)):
                words = {"name": each.name, "title": each.title, "alt": each.alt, "svg": each.svg}
                session.add(KeptFigure(job_id=job.id, locale=spoken.code, **words))
        job = ask(session, COMMAND_LINE, study.id, "reliability", now=NOON, wave="main", seed=1)
        job.state, job.result, job.ended_at = JobState.DONE, told, NOON
        for spoken in (ENGLISH, GERMAN):
            drawn = forest_plot("GHES", ghes, spoken), dyad_matrix("GHES", ghes, spoken)
            for each in (*drawn, disagreement_map("ghes1", item, spoken)):
                words = {"name": each.name, "title": each.title, "alt": each.alt, "svg": each.svg}
                session.add(KeptFigure(job_id=job.id, locale=spoken.code, **words))


@pytest.fixture(scope="module")
def drifted(site: Site) -> None:
    """A kept drift of three scores with alerts of two raters and of all, two of them answered."""
    told = drift_told()
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        ensure_raters(session, study, ["R1", "R2", LONG_CODE])
        ensure_wave(session, study, "main")
        job = ask(session, COMMAND_LINE, study.id, "drift", now=NOON)
        job.state, job.result, job.ended_at = JobState.DONE, told, NOON
        keep_alerts(session, study, told["alerts"], now=NOON)
        for each in session.scalars(select(DriftAlert).limit(2)):
            each.answer, each.answered_at = DriftAnswer.BACK_TO_TRAINING, NOON
        for spoken in (ENGLISH, GERMAN):
            for figure in (sketch.draw(spoken) for sketch in islice(drift_figures(told), 3)):
                words = {"name": figure.name, "title": figure.title, "alt": figure.alt, "svg": figure.svg}
                session.add(KeptFigure(job_id=job.id, locale=spoken.code, **words))


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_page_of_drift(room: Room, drifted: None, language: str) -> None:
    page = room(1280, "light", language, True, "rosa")
    page.goto("/studies/pilot/training/drift")
    found = {"closed": in_every_look(page)}
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
    found["open"] = in_every_look(page)
    page.locator("textarea").first.fill("so")
    with page.expect_navigation():
        page.locator("[value=back_to_training]").first.click()
    found["refused"] = in_every_look(page)
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_the_pages_of_whoever_runs_a_study(room: Room, computed: None, language: str) -> None:
    page = room(1280, "light", language, True, "rosa")
    found = {}
    for path in (
        "/studies/pilot",
        "/studies/pilot/reliability",
        "/studies/pilot/analysis",
        "/studies/pilot/board",
        "/studies/pilot/settings",
        "/me/notices",
    ):
        page.goto(path)
        found[path] = in_every_look(page)
    page.goto("/studies/pilot/settings")
    page.fill("#phases", "1-3,4-")
    page.fill("#consent_text", "Agreed to in writing. " * 20)
    with page.expect_navigation():
        page.locator("form[novalidate] button[type=submit]").click()
    found["what would change"] = in_every_look(page)
    page.fill("#phases", "5-4")
    page.fill("#least-ghes-GHES", "70")
    with page.expect_navigation():
        page.locator("form[novalidate] button[type=submit]").click()
    page.locator("details summary").first.click()
    found["faults beside the fields"] = in_every_look(page)
    assert {path: each for path, each in found.items() if each} == {}


@pytest.fixture(scope="module")
def trial(site: Site) -> None:
    """A revealed trial to talk over."""
    add_trial(site)


@pytest.mark.parametrize(("width", "scheme", "language", "scripts"), SEATS, ids=lambda each: str(each))
def test_the_pages_of_a_discussion(
    room: Room, trial: None, width: int, scheme: Scheme, language: str, scripts: bool
) -> None:
    found = {}
    base = "/studies/pilot/training"
    led = ("criterion", "criterion/KP071", "waves/training/meeting", "proposals", "waves/main")
    shared = ("waves/training", "waves/training/KP071/ghes1")
    for who, paths in (("tom", (*led, *shared, "waves/training/KP071/ghes1?who=names")), ("anna", shared)):
        page = room(width, scheme, language, scripts, who)
        for path in paths:
            page.goto(f"{base}/{path}")
            if scripts and page.locator("[data-module=discussing]").count():
                page.locator("[data-module=discussing][data-ready]").wait_for()
            found[f"{who} {path}"] = faults(page, axe=scripts)
    assert {name: each for name, each in found.items() if each} == {}
