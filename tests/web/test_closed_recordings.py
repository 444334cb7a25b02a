"""A recording whose session is withdrawn or left out: closed to its rater under the old addresses, open to others."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from rater.storage.database import reading, writing
from rater.storage.models import Assignment, Exclusion, Obstacle, Rating, Revision, Study
from rater.terms import Position, RatingState
from tests.builders.study import NOON, make_assignment, make_session
from tests.web.valid import check
from tests.web.world import SOUND, World

CLOSED = "no longer part of your work"
ROUTES = ("audio", "peaks", "voice")


def heard(world: World, name: str) -> list[int]:
    """The answers at every address of the recording; what is refused holds no sound."""
    found = []
    for route in ROUTES:
        path = f"/recordings/{world.ids['recording']}/{route}"
        answer = world.visitors[name].ask("GET", path, headers={"Range": "bytes=0-99"})
        if answer.status_code == 404:
            assert SOUND[:20] not in answer.data
        found.append(answer.status_code)
    return found


def send(world: World, path: str, name: str = "carla", **form: str) -> None:
    answer = world.visitors[name].ask("POST", path, form=form)
    assert answer.status_code == 303, answer.text


def leave_out(world: World, code: str, scope: str) -> None:
    about = "session" if "-" in code else "patient"
    send(world, "/studies/pilot/exclusions", about=about, code=code, reason="poor_audio", scope=scope, note="")


def lift(world: World) -> None:
    send(world, f"/studies/pilot/exclusions/{newest(world, Exclusion)}/lift", why="the recording was found")


def newest(world: World, model: type[Exclusion] | type[Obstacle]) -> str:
    with world.app.app_context(), reading() as session:
        return session.scalars(select(model.public_id).order_by(model.id.desc()).limit(1)).one()


def screen(world: World) -> tuple[int, str]:
    answer = world.visitors["anna"].ask("GET", f"/ratings/{world.ids['mine']}")
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("code", "scope", "is_closed"),
    [
        ("P01-S02", "main", True),
        ("P01-S02", "everything", True),
        ("P01", "main", True),
        ("P01", "everything", True),
        ("P01-S02", "analysis", False),
        ("P09-S02", "everything", False),
    ],
)
def test_begun_work_that_is_left_out_is_heard_no_more(world: World, code: str, scope: str, is_closed: bool) -> None:
    with world.app.app_context(), writing() as session:
        make_session(session, session.scalars(select(Study).where(Study.slug == "pilot")).one(), "P09", 2)
    assert heard(world, "anna") == [206, 200, 200]
    leave_out(world, code, scope)
    assert heard(world, "anna") == ([404] * 3 if is_closed else [206, 200, 200])
    assert screen(world)[0] == (404 if is_closed else 200)
    assert heard(world, "carla") == [206, 200, 200], "who decides about it hears it"
    lift(world)
    assert heard(world, "anna") == [206, 200, 200]
    assert f"/recordings/{world.ids['recording']}/audio" in screen(world)[1]


def test_a_submitted_rating_of_a_session_left_out_is_read_without_its_recording(world: World) -> None:
    with world.app.app_context(), writing() as session:
        mine = session.scalars(select(Assignment).where(Assignment.public_id == world.ids["mine"])).one()
        mine.state = RatingState.SUBMITTED
        draft = select(Revision).join(Revision.rating).where(Rating.assignment_id == mine.id)
        session.scalars(draft).one().submitted_at = NOON
    assert heard(world, "anna") == [206, 200, 200]
    leave_out(world, "P01-S02", "main")
    assert heard(world, "anna") == [404] * 3
    status, page = screen(world)
    check(page, "en")
    assert (status, CLOSED in page) == (200, True)
    assert world.ids["recording"] not in page


@pytest.mark.parametrize(("scope", "words"), [("main", "Excluded:"), ("analysis", "Rated, but left out of analysis:")])
def test_the_overview_tells_what_is_left_out_and_of_what(world: World, scope: str, words: str) -> None:
    def told() -> list[str]:
        page = world.visitors["carla"].ask("GET", "/studies/pilot").text
        check(page, "en")
        return [each for each in re.findall(r"<p class=\"small quiet excluded\">.*?</p>", page) if "Noise" in each]

    assert told() == []
    send(world, "/studies/pilot/exclusions", about="session", code="P01-S02", reason="noise", scope=scope, note="")
    (line,) = told()
    assert words in line
    assert "Noise <strong>1</strong>" in line
    lift(world)
    assert told() == []


def test_the_usual_reasons_are_said_in_the_readers_language(world: World) -> None:
    send(
        world, "/studies/pilot/exclusions", about="session", code="P01-S02", reason="poor_audio", scope="main", note=""
    )
    world.visitors["carla"].ask("POST", "/language", form={"locale": "de"})
    register = world.visitors["carla"].ask("GET", "/studies/pilot/exclusions").text
    assert "<td>Schlechter Ton</td>" in re.sub(r"\s+</td>", "</td>", register)
    assert "Poor audio" not in register
    assert "Schlechter Ton <strong>1</strong>" in world.visitors["carla"].ask("GET", "/studies/pilot").text


@pytest.mark.parametrize(("scope", "is_closed"), [("main", False), ("everything", True)])
def test_other_waves_of_the_rater_keep_the_recording_open(world: World, scope: str, is_closed: bool) -> None:
    with world.app.app_context(), writing() as session:
        mine = session.scalars(select(Assignment).where(Assignment.public_id == world.ids["mine"])).one()
        study, held = mine.wave.study, mine.therapy_session
        make_assignment(session, study, held, "R1", wave="calibration", position=Position.ALL)
    leave_out(world, "P01-S02", scope)
    assert (heard(world, "anna") == [404] * 3) is is_closed


def test_what_is_set_aside_is_heard_until_the_coordinator_withdraws_it(world: World) -> None:
    send(world, f"/ratings/{world.ids['mine']}/cannot-rate", "anna", reason="unusable_audio", text="a hum")
    assert heard(world, "anna") == [206, 200, 200]
    send(world, f"/obstacles/{newest(world, Obstacle)}/answer", answer="withdrawn", message="")
    assert heard(world, "anna") == [404] * 3
    assert CLOSED in screen(world)[1]
    assert heard(world, "carla") == [206, 200, 200]


def test_withdrawn_and_left_out_in_one_step(world: World) -> None:
    send(world, f"/ratings/{world.ids['mine']}/cannot-rate", "anna", reason="unusable_audio", text="a hum")
    leaving = {"leave_out_reason": "Poor audio", "leave_out_scope": "everything"}
    send(world, f"/obstacles/{newest(world, Obstacle)}/answer", answer="withdrawn", message="", **leaving)
    with world.app.app_context(), reading() as session:
        made = session.scalars(select(Exclusion).order_by(Exclusion.id.desc())).first()
        assert made is not None
        assert made.therapy_session is not None
        assert (made.therapy_session.code, made.reason, made.scope) == ("P01-S02", "poor_audio", "everything")
        assert made.by is not None
        assert made.by.email == "carla@example.org"
    assert heard(world, "anna") == [404] * 3
    lift(world)
    assert heard(world, "anna") == [404] * 3, "what a coordinator withdrew does not come back with the session"
