"""The allocation page: a preview writes nothing, what is kept is what was shown, and rules that cannot be are told."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from rater.storage.database import db, writing
from rater.storage.models import Assignment, Draw, Patient, Rater, Study, Therapist, TherapySession, Wave
from rater.studies.operations import add_member, end_membership, ensure_raters
from rater.terms import COMMAND_LINE, RatingState, Role, SessionUse
from tests.builders.study import NOON, make_person, make_study
from tests.web.valid import both, check
from tests.web.world import World

PAGE, KEEP = "/studies/fresh/allocation", "/studies/fresh/allocation/keep"
RATERS = ("R1", "R2", "R3")
FORM: dict[str, Any] = {"wave": "main", "share": "50", "seed": "7", "rater": list(RATERS)}
DIGEST = re.compile(r'name="digest" value="([0-9a-f]{64})"')


def fill(world: World, sessions: int = 24) -> None:
    """A study with sessions of two therapists, three raters without a sign-in and carla as coordinator."""
    with world.app.app_context(), writing() as session:
        study = make_study(session, "fresh")
        add_member(session, COMMAND_LINE, study, make_person(session, "carla@example.org"), Role.COORDINATOR, now=NOON)
        ensure_raters(session, study, RATERS)
        therapists = [Therapist(study_id=study.id, code=code) for code in ("T1", "T2")]
        patients = [Patient(study_id=study.id, code=f"P{number:03}") for number in range(sessions // 4)]
        session.add_all([*therapists, *patients])
        session.flush()
        for place in range(sessions):
            patient, number = divmod(place, 4)
            session.add(
                TherapySession(
                    study_id=study.id,
                    code=f"{patients[patient].code}-S{number + 1}",
                    rating_code=f"K{place}",
                    patient_id=patients[patient].id,
                    therapist_id=therapists[patient % 2].id,
                    number=number + 1,
                    phase="I" if number < 2 else "II",
                    use=SessionUse.MAIN,
                )
            )


def ask(world: World, path: str = PAGE, **more: Any) -> TestResponse:
    return world.visitors["carla"].ask("POST", path, form={**FORM, **more})


def kept(world: World, **more: Any) -> TestResponse:
    """Look at the plan of these settings, then keep it."""
    digest = DIGEST.search(ask(world, **more).text)
    assert digest is not None
    return ask(world, KEEP, **{"why": "to begin", **more, "digest": digest[1]})


def plan(world: World, answer: TestResponse) -> dict[str, tuple[str, str]]:
    said = world.visitors["carla"].ask("GET", f"{answer.location}/allocation.csv").text
    rows = list(csv.DictReader(io.StringIO(said.lstrip("\ufeff"))))
    return {row["session_id"]: (row["main_rater"], row["second_rater"]) for row in rows}


def test_a_preview_is_a_page_and_writes_nothing(world: World) -> None:
    fill(world)
    before = world.contents()
    for language in ("de", "en"):
        answer = world.visitors["carla"].ask("POST", PAGE, form=FORM, headers={"Accept-Language": language})
        assert answer.status_code == 200
        check(answer.text, language)
    assert "24 sessions, 12 of them rated twice" in answer.text
    assert "12 of 12 asked for" in answer.text
    assert world.contents() == before
    assert DIGEST.findall(answer.text) == DIGEST.findall(ask(world).text)
    assert DIGEST.findall(answer.text) != DIGEST.findall(ask(world, step="seed").text)


def test_what_is_kept_is_what_was_shown_with_its_reason(world: World) -> None:
    fill(world)
    answer = kept(world)
    assert answer.status_code == 303
    rows = plan(world, answer)
    assert (len(rows), sum(bool(second) for _, second in rows.values())) == (24, 12)
    page = both(world, "carla", answer.location).text
    assert "to begin" in page
    assert "The same plan" in both(world, "carla", f"{answer.location}?check=yes").text
    assert "The present plan" in both(world, "carla", PAGE).text
    assert "as it stands" in ask(world).text
    assert world.events("allocation.drawn") == 1


def test_a_record_that_was_changed_is_told(world: World) -> None:
    fill(world)
    answer = kept(world)
    with world.app.app_context(), writing() as session:
        draw = session.scalars(select(Draw).where(Draw.why == "to begin")).one()
        draw.inputs = {**draw.inputs, "seed": 8}
    assert "the record has been changed" in both(world, "carla", f"{answer.location}?check=yes").text


@pytest.mark.parametrize("change", [{"seed": "8"}, {"share": "25"}, {"rater": ["R1", "R2"]}, {"cap-R1": "8"}])
def test_a_plan_that_was_not_looked_at_is_not_kept(world: World, change: dict[str, Any]) -> None:
    fill(world)
    digest = DIGEST.findall(ask(world).text)[0]
    before = world.contents()
    answer = ask(world, KEEP, why="to begin", digest=digest, **change)
    assert answer.status_code == 409
    assert "nothing was kept" in answer.text
    assert world.contents() == before


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"share": "150"}, "not a share"),
        ({"share": "nan"}, "not a share"),
        ({"seed": "-1"}, "not a whole number"),
        ({"rater": [], "more": ""}, "Nobody is chosen"),
        ({"more": "R 4;", "rater": [], "cap-R": "x"}, "not a cap"),
        ({"cap-R1": "many"}, "not a cap"),
        ({"bar-rater": "", "bar-on": "therapist", "bar-value": "T1"}, "names no rater"),
        ({"bar-rater": "R1", "bar-on": "therapist", "bar-value": "T9"}, "no therapist T9"),
        ({"bar-rater": "R1", "bar-on": "\x00", "bar-value": "\x00T1"}, "names no rater"),
        ({"more": "R-9"}, "cannot be a rater"),
    ],
)
def test_wrong_settings_come_back_with_what_is_wrong(world: World, more: dict[str, Any], words: str) -> None:
    fill(world)
    before = world.contents()
    for path in (PAGE, KEEP):
        answer = ask(world, path, why="to begin", **more)
        assert answer.status_code == 422
        assert words in answer.text
        check(answer.text, "en")
    assert world.contents() == before


def test_without_a_reason_nothing_is_kept(world: World) -> None:
    fill(world)
    before = world.contents()
    answer = kept(world, why=" ")
    assert answer.status_code == 422
    assert "no reason yet" in answer.text
    assert world.contents() == before


def test_rules_that_no_plan_keeps_are_refused_with_the_size_of_what_is_missing(world: World) -> None:
    fill(world)
    before = world.contents()
    caps = {f"cap-{rater}": "10" for rater in RATERS}
    for language, words in (("en", "The caps are too small"), ("de", "Die Obergrenzen sind zu klein")):
        answer = world.visitors["carla"].ask("POST", PAGE, form={**FORM, **caps}, headers={"Accept-Language": language})
        assert answer.status_code == 422
        assert words in answer.text
        assert "<strong>6</strong>" in answer.text
        check(answer.text, language)
    assert world.contents() == before


def test_bars_and_caps_hold_and_stand_for_the_next_draw(world: World) -> None:
    fill(world)
    rows = plan(
        world, kept(world, **{"bar-rater": "R1", "bar-on": "therapist", "bar-value": "T1", "cap-R2": "9", "more": "R4"})
    )
    barred = {code for code in rows if int(code[1:4]) % 2 == 0}
    assert not any("R1" in rows[code] for code in barred)
    assert sum("R2" in row for row in rows.values()) <= 9
    page = world.visitors["carla"].ask("GET", PAGE).text
    assert 'name="bar-value" value="T1"' in page
    assert 'name="cap-R2" value="9"' in page
    assert 'name="rater" value="R4" checked' in page


def test_rows_of_bars_come_and_go_without_a_script(world: World) -> None:
    fill(world)
    bars = {"bar-rater": ["R1", "R2"], "bar-on": ["patient", "session"], "bar-value": ["P000", "P001-S1"]}
    more = ask(world, step="add", **bars).text
    assert more.count('name="bar-value"') == 3
    less = ask(world, step="remove-0", **bars).text
    assert 'value="P001-S1"' in less
    assert 'value="P000" list' not in less
    assert DIGEST.search(less) is None


def test_after_a_dropout_what_is_open_is_drawn_again(world: World) -> None:
    fill(world)
    before = plan(world, kept(world))
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "fresh")).one()
        ids = select(Assignment.id).join(Assignment.rater).where(Rater.study_id == study.id, Rater.code == "R3")
        begun = session.scalars(ids.order_by(Assignment.queue_place).limit(4)).all()
        session.execute(update(Assignment).where(Assignment.id.in_(begun)).values(state=RatingState.SUBMITTED))
        codes = set(
            session.scalars(
                select(TherapySession.code)
                .join(Assignment, Assignment.session_id == TherapySession.id)
                .where(Assignment.id.in_(begun))
            )
        )
    seen = ask(world, rater=["R1", "R2"]).text
    assert "what was begun in 4 sessions stays" in seen
    after = plan(world, kept(world, rater=["R1", "R2"], why="R3 has left the study"))
    places = {code: before[code].index("R3") for code in codes}
    assert {code: after[code].index("R3") for code in codes} == places
    assert not any("R3" in row for code, row in after.items() if code not in codes)
    assert sum(bool(second) for _, second in after.values()) == 12


def test_a_rater_who_has_left_is_not_chosen(world: World) -> None:
    fill(world)
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "fresh")).one()
        person = make_person(session, "dora@example.org", (study, Role.RATER), code="R3")
        end_membership(session, COMMAND_LINE, study, person, Role.RATER, now=NOON)
    page = both(world, "carla", PAGE).text
    assert 'name="rater" value="R3">' in page
    assert 'name="rater" value="R2" checked' in page
    assert "has left" in page


def test_a_locked_wave_and_an_empty_study_say_so(world: World) -> None:
    fill(world, sessions=0)
    assert "No session serves this wave yet" in both(world, "carla", PAGE).text
    world.restore()
    fill(world)
    kept(world)
    with world.app.app_context(), writing() as session:
        session.execute(update(Wave).values(locked_at=NOON))
    assert "The wave is locked" in both(world, "carla", PAGE).text
    assert ask(world).status_code == 423
    assert ask(world, KEEP, why="to begin").status_code == 423


def test_a_large_study_answers_and_waits_to_be_asked(world: World) -> None:
    fill(world, sessions=2400)
    assert 'data-live="no"' in world.visitors["carla"].ask("GET", PAGE).text
    answer = ask(world)
    assert answer.status_code == 200
    assert "2400 sessions, 1200 of them rated twice" in answer.text
    assert len(answer.data) < 400_000
    with world.app.app_context(), db.engine.connect() as connection:
        assert not connection.execute(select(Draw.id).where(Draw.why == "to begin")).all()
