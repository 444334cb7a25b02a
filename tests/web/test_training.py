"""The pages of rater training: what they show, to whom, and from when on."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from rater.storage.database import writing
from rater.storage.models import StepDone, Study, TrainingStep, Wave
from rater.terms import COMMAND_LINE
from rater.training.operations import override_gate, remove_step
from tests.builders.study import NOON, make_assignment, make_session
from tests.builders.training import GATE, make_set, rate_set, reveal
from tests.web.valid import both, parsed, words_of
from tests.web.world import World

WAVE = "training-2"
RATERS = {"R1": (3, 3, 1), "R2": (3, 2, 4)}


@pytest.fixture
def trained(world: World) -> World:
    """Another trial, rated by anna and ben, locked but not revealed; the gate is required."""
    with world.app.app_context(), writing() as session:
        study = _pilot(session)
        study.gate_required, study.training = True, GATE
        make_set(session, study, WAVE, (1, 2, 3), list(RATERS), patient="P05")
        rate_set(session, study, WAVE, RATERS)
        make_assignment(session, study, make_session(session, study, "P06", 1), "R1", place=9)
        session.scalars(select(Wave).where(Wave.name == WAVE)).one().locked_at = NOON
    return world


def _pilot(session: object) -> Study:
    found: Study = session.scalars(select(Study).where(Study.slug == "pilot")).one()  # type: ignore[attr-defined]
    return found


def show(world: World, wave: str = WAVE) -> None:
    with world.app.app_context(), writing() as session:
        reveal(session, _pilot(session), wave)


def text_of(page: str) -> str:
    return words_of(next(each for each in parsed(page).iter("main")))


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("theo", "training"),
        ("theo", "training/steps"),
        ("theo", "training/raters/R1"),
        ("theo", "training/gate/training"),
        ("theo", f"training/waves/{WAVE}/reveal"),
        ("rosa", "training"),
        ("anna", "path"),
        ("anna", "mine"),
        ("anna", "sessions"),
    ],
)
def test_every_page_is_valid_in_both_languages(trained: World, name: str, path: str) -> None:
    both(trained, name, f"/studies/pilot/{path}")


def test_nothing_of_scores_is_shown_before_the_reveal_and_all_of_it_after(trained: World) -> None:
    theo, anna = trained.visitors["theo"], trained.visitors["anna"]
    assert theo.ask("GET", f"/studies/pilot/training/gate/{WAVE}").status_code == 423
    assert theo.ask("POST", f"/studies/pilot/training/gate/{WAVE}", form={}).status_code == 423
    before = text_of(anna.ask("GET", "/studies/pilot/mine").text)
    assert "beside the criterion" not in before
    assert "beside the group" not in before
    assert "Training 2" not in before
    answer = theo.ask("POST", f"/studies/pilot/training/waves/{WAVE}/reveal", form={})
    assert answer.status_code == 303
    after = both(trained, "anna", "/studies/pilot/mine").text
    assert "GHES beside the criterion" in text_of(after)
    assert "GHES beside the group" in text_of(after)
    assert "67 %" in text_of(after)
    gate = both(trained, "theo", f"/studies/pilot/training/gate/{WAVE}").text
    assert "below 0.9" in text_of(gate)
    assert re.search(r'<svg class="forest gate-bar"[^>]*role="img" aria-label="GHES: 0\.\d+', gate)


def test_a_wave_is_not_revealed_before_its_lock(trained: World) -> None:
    with trained.app.app_context(), writing() as session:
        session.scalars(select(Wave).where(Wave.name == WAVE)).one().locked_at = None
    theo = trained.visitors["theo"]
    page = theo.ask("GET", f"/studies/pilot/training/waves/{WAVE}/reveal").text
    assert "not locked yet" in page
    assert "cannot be taken back" not in page
    assert theo.ask("POST", f"/studies/pilot/training/waves/{WAVE}/reveal", form={}).status_code == 423
    assert trained.events("wave.revealed") == 0


def test_the_own_page_names_no_other_rater(trained: World) -> None:
    show(trained)
    page = trained.visitors["anna"].ask("GET", "/studies/pilot/mine").text
    assert not re.search(r"\bR[1-9]\b|Ben\b|ben@|Theo", page)


def test_of_open_main_work_the_own_page_tells_nothing(trained: World) -> None:
    """Not even once a main wave is revealed for its discussion."""
    with trained.app.app_context(), writing() as session:
        main = session.scalars(select(Wave).join(Wave.study).where(Wave.name == "main", Study.slug == "pilot")).one()
        main.locked_at = main.revealed_at = NOON
    assert "beside" not in text_of(trained.visitors["anna"].ask("GET", "/studies/pilot/mine").text)


def test_who_has_not_rated_a_trial_sees_nothing_of_it(trained: World) -> None:
    """Mixed has rated nothing; the others' revealed trial is none of hers."""
    show(trained)
    assert "beside" not in text_of(trained.visitors["mixed"].ask("GET", "/studies/pilot/mine").text)


def test_the_gate_puts_one_or_all_on_record(trained: World) -> None:
    show(trained)
    theo, path = trained.visitors["theo"], f"/studies/pilot/training/gate/{WAVE}"
    assert theo.ask("POST", path, form={"rater": "R1"}).status_code == 303
    assert trained.events("rater.certification") == 1
    assert theo.ask("POST", path, form={"rater": "R77"}).status_code == 404
    theo.ask("POST", path, form={})
    assert trained.events("rater.certification") == 3
    assert "Theo" in text_of(theo.ask("GET", "/studies/pilot/training/raters/R1").text)


def test_an_override_needs_a_reason_and_stays_on_record(trained: World) -> None:
    theo, path = trained.visitors["theo"], "/studies/pilot/training/raters/R1"
    short = theo.ask("POST", path, form={"decision": "end", "reason": "so <b>"})
    assert short.status_code == 422
    assert "fewer than 10" in short.text
    assert "so &lt;b&gt;</textarea>" in short.text
    assert trained.events("rater.certification") == 0
    assert theo.ask("POST", path, form={"decision": "certify", "reason": "Rated in the pilot."}).status_code == 303
    page = text_of(theo.ask("GET", path).text)
    assert "Certified by decision" in page
    assert "Rated in the pilot." in page
    assert "Rated in the pilot." not in trained.visitors["anna"].ask("GET", "/studies/pilot/path").text


def test_the_queue_tells_what_waits_for_the_certification(trained: World) -> None:
    anna = trained.visitors["anna"]
    assert "1 session of the main wave opens once you are certified" in anna.ask("GET", "/studies/pilot/sessions").text
    with trained.app.app_context(), writing() as session:
        override_gate(session, COMMAND_LINE, _pilot(session), "R1", True, "Rated in the pilot.", now=NOON)
    page = anna.ask("GET", "/studies/pilot/sessions").text
    assert "once you are certified" not in page
    assert "Certified" in page


def test_a_rater_marks_the_manual_as_read(trained: World) -> None:
    anna = trained.visitors["anna"]
    page = anna.ask("GET", "/studies/pilot/path").text
    assert "I have read it" in page
    assert anna.ask("POST", f"/studies/pilot/path/{trained.ids['step']}/done", form={}).status_code == 303
    with trained.app.app_context(), writing() as session:
        assert len(session.scalars(select(StepDone)).all()) == 1
    assert "1 of 1" in text_of(both(trained, "anna", "/studies/pilot/path").text)
    assert anna.ask("POST", "/studies/pilot/path/nothing/done", form={}).status_code == 404


def test_a_trial_waits_for_the_others_in_calm_words(trained: World) -> None:
    theo, anna = trained.visitors["theo"], trained.visitors["anna"]
    anna.ask("POST", f"/studies/pilot/path/{trained.ids['step']}/done", form={})
    for about in (f"trial/{WAVE}", f"discussion/{WAVE}"):
        theo.ask("POST", "/studies/pilot/training/steps", form={"about": about, "required": "yes"})
    page = text_of(both(trained, "anna", "/studies/pilot/path").text)
    assert "Your trial waits for the other raters" in page
    show(trained)
    assert "The ratings are revealed" in text_of(both(trained, "anna", "/studies/pilot/path").text)
    with trained.app.app_context(), writing() as session:
        talk = session.scalars(select(TrainingStep).where(TrainingStep.kind == "discussion")).one().public_id
    answer = theo.ask("POST", f"/studies/pilot/training/steps/{talk}/held", form={})
    assert (answer.status_code, answer.location) == (303, "/studies/pilot/training")
    assert "Your trainer decides next" in text_of(both(trained, "anna", "/studies/pilot/path").text)


def test_the_usual_pathway_comes_with_one_click_and_only_once(trained: World) -> None:
    with trained.app.app_context(), writing() as session:
        remove_step(session, COMMAND_LINE, _pilot(session), trained.ids["step"], now=NOON)
    theo = trained.visitors["theo"]
    assert "No pathway yet" in both(trained, "theo", "/studies/pilot/training").text
    assert "The usual pathway" in both(trained, "theo", "/studies/pilot/training/steps").text
    assert theo.ask("POST", "/studies/pilot/training/steps/usual", form={}).status_code == 303
    with trained.app.app_context(), writing() as session:
        titles = [each.title for each in session.scalars(select(TrainingStep).order_by(TrainingStep.place))]
    assert titles == [
        "Read the manual of GHES",
        "Read the manual of STHAR",
        "Trial rating 1",
        "Discussion of trial 1",
        "Trial rating 2",
        "Discussion of trial 2",
    ]
    assert theo.ask("POST", "/studies/pilot/training/steps/usual", form={}).status_code == 423


def test_faults_of_a_step_come_back_with_what_was_typed(trained: World) -> None:
    theo = trained.visitors["theo"]
    for form, told in (
        ({"about": "nothing/ghes"}, "no kind"),
        ({"about": "manual/phq9"}, "names no scale"),
        ({"about": "trial/main"}, "names no training or calibration wave"),
        ({"about": "example/x"}, "names no example"),
        ({"about": "manual/ghes", "opens_on": "soon"}, "The day cannot be read"),
        ({"about": "manual/ghes", "title": "t" * 201}, "no title of at most 200"),
    ):
        answer = theo.ask("POST", "/studies/pilot/training/steps", form=form)
        assert answer.status_code == 422, form
        assert told in answer.text
    change = f"/studies/pilot/training/steps/{trained.ids['step']}/change"
    answer = theo.ask("POST", change, form={"title": " ", "opens_on": "2026-12-01"})
    assert answer.status_code == 422
    assert 'value="2026-12-01"' in answer.text
    with trained.app.app_context(), writing() as session:
        assert [each.title for each in session.scalars(select(TrainingStep))] == ["Read the manual"]


def test_sessions_are_given_as_the_next_wave(trained: World) -> None:
    theo, path = trained.visitors["theo"], "/studies/pilot/training/sets"
    for form in (
        {"kind": "training"},
        {"kind": "main", "session": "P05-S01"},
        {"kind": "training", "session": "P01-S02"},
    ):
        assert theo.ask("POST", path, form=form).status_code == 422
    assert theo.ask("POST", path, form={"kind": "training", "session": "P05-S01"}).status_code == 303
    with trained.app.app_context(), writing() as session:
        assert session.scalars(select(Wave.name).where(Wave.name == "training-3")).all() == ["training-3"]
