"""The pages on which a rating ends: submitted, reopened, set aside, worried about, locked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from rater.storage.database import reading, writing
from rater.storage.models import Assignment, Concern, Message, Note, Obstacle, Person, Point, Revision, Study
from tests.web.test_pages import ITEMS
from tests.web.valid import check
from tests.web.world import Visitor, World

WHY = "I heard the plan at the end only on second listening"
WORRY = "She says that she has put the tablets ready"
WHOLE = {**dict.fromkeys(ITEMS, "2"), **{f"seen-{item}": "0" for item in ITEMS}}


def screen(world: World, visitor: Visitor, name: str = "mine") -> str:
    answer = visitor.ask("GET", f"/ratings/{world.ids[name]}")
    assert answer.status_code == 200
    check(answer.text, "en")
    return answer.text


def send(world: World, who: str, what: str, *, of: str = "mine", **form: str) -> TestResponse:
    return world.visitors[who].ask("POST", f"/ratings/{world.ids[of]}/{what}", form=form)


def rows(world: World) -> dict[str, str]:
    """The free rows of the plain form as anna's page has them, left empty."""
    page = world.visitors["anna"].ask("GET", f"/ratings/{world.ids['mine']}").text
    return dict.fromkeys(re.findall(r'name="(other-[^"]+)"', page), "")


def send_form(world: World, **form: str) -> TestResponse:
    """Send anna's plain form."""
    return send(world, "anna", "submit", **{**rows(world), **form})


def state(world: World, name: str = "mine") -> str:
    with world.app.app_context(), reading() as session:
        return session.scalars(select(Assignment.state).where(Assignment.public_id == world.ids[name])).one()


def newest(world: World, model: type[Concern] | type[Obstacle] | type[Message], name: str) -> object:
    """A column of the row written last."""
    with world.app.app_context(), reading() as session:
        return getattr(session.scalars(select(model).order_by(model.id.desc())).first(), name)


def name_sam(world: World) -> None:
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        sam = session.scalars(select(Person).where(Person.email == "sam@example.org")).one()
        study.concern_person_id, study.concern_contact = sam.id, "030 5550100, day and night"


def test_saving_without_submitting_keeps_all_that_the_plain_form_carries(world: World) -> None:
    anna = world.visitors["anna"]
    page = screen(world, anna)
    assert "Save without submitting" in page
    answer = send_form(
        world,
        act="save",
        ghes1="3",
        **{"seen-ghes1": "0", "unsure-ghes1": "yes"},
        **{"note-at": "1:05", "note-text": "asks about the walk", "difficulty": "lack_of_time"},
    )
    assert (answer.status_code, answer.location) == (303, f"/ratings/{world.ids['mine']}#submit")
    assert state(world) == "started"
    page = screen(world, anna)
    assert "is not submitted yet" in page
    assert "Marked as unsure, to be discussed:" in page
    with world.app.app_context(), reading() as session:
        point = session.scalars(select(Point).join(Point.revision).where(Revision.submitted_at.is_(None))).one()
        assert (point.item, point.value, point.unsure) == ("ghes1", 3, True)
        note = session.scalars(select(Note).where(Note.text == "asks about the walk")).one()
        assert note.second == 65


def test_a_note_whose_time_cannot_be_read_is_kept_all_the_same(world: World) -> None:
    answer = send_form(world, act="save", **{"note-at": "soon", "note-text": "a plan"})
    assert (answer.status_code, "kept at 0:00" in answer.text) == (422, True)
    with world.app.app_context(), reading() as session:
        assert session.scalars(select(Note.second).where(Note.text == "a plan")).one() == 0


def test_the_submitted_screen_leads_to_reopening_and_back(world: World) -> None:
    anna = world.visitors["anna"]
    page = screen(world, anna, "finished")
    assert "Reopen this rating" in page
    assert send(world, "anna", "reopen", of="finished", reason=WHY).status_code == 303
    assert state(world, "finished") == "started"
    page = screen(world, anna, "finished")
    assert "You have reopened this rating" in page
    assert WHY in page
    assert "I cannot rate this session" not in page
    question = anna.ask("GET", f"/ratings/{world.ids['finished']}/as-submitted")
    check(question.text, "en")
    assert send(world, "anna", "as-submitted", of="finished").status_code == 303
    assert state(world, "finished") == "submitted"
    assert "as you had submitted it" in screen(world, anna, "finished")


def test_a_reason_too_short_comes_back_with_its_text(world: World) -> None:
    answer = send(world, "anna", "reopen", of="finished", reason="<b ")
    assert answer.status_code == 422
    check(answer.text, "en")
    assert "A rating is reopened with a reason" in answer.text
    assert ">&lt;b </textarea>" in answer.text
    assert state(world, "finished") == "submitted"


def test_the_history_says_in_words_what_changed(world: World) -> None:
    anna, public_id = world.visitors["anna"], world.ids["finished"]
    send(world, "anna", "reopen", of="finished", reason=WHY)
    change = {"op": "op-000091", "seen": 1, "value": None, "missing_code": "NOT_RATABLE"}
    assert anna.ask("PUT", f"/ratings/{public_id}/items/str3", change).status_code == 200
    other = {"op": "op-000092", "seen": 1, "value": 0, "missing_code": None}
    assert anna.ask("PUT", f"/ratings/{public_id}/items/ghes1", other).status_code == 200
    page = anna.ask("GET", f"/ratings/{public_id}/revisions")
    check(page.text, "en")
    assert "Version 2" in page.text
    assert WHY in page.text
    assert "NOT_RATABLE" not in page.text
    assert page.text.count("<tr>") == 3
    check(anna.ask("GET", f"/ratings/{world.ids['mine']}/revisions").text, "en")


def test_a_session_set_aside_is_decided_by_the_coordinator(world: World) -> None:
    anna, carla = world.visitors["anna"], world.visitors["carla"]
    check(anna.ask("GET", f"/ratings/{world.ids['mine']}/cannot-rate").text, "en")
    empty = send(world, "anna", "cannot-rate", reason="other", text=" ")
    assert (empty.status_code, "Say in a few words what stands in the way" in empty.text) == (422, True)
    check(empty.text, "en")
    assert (
        send(world, "anna", "cannot-rate", reason="knows_person", text="a cousin").location == "/studies/pilot/sessions"
    )
    assert state(world) == "set_aside"
    assert anna.ask("GET", f"/recordings/{world.ids['recording']}/audio").status_code == 404
    page = screen(world, anna)
    assert "This waits for the coordinator" in page
    assert "Rate it after all" in page
    study = carla.ask("GET", "/studies/pilot").text
    check(study, "en")
    assert "Waiting for a decision: 2" in study
    inbox = carla.ask("GET", "/studies/pilot/set-aside").text
    check(inbox, "en")
    assert all(word in inbox for word in ("P01-S02", "R1", "I know this person", "a cousin"))
    obstacle = newest(world, Obstacle, "public_id")
    refused = carla.ask("POST", f"/obstacles/{obstacle}/answer", form={"answer": "given_back", "message": ""})
    assert (refused.status_code, "The rater needs a word from you" in refused.text) == (422, True)
    check(refused.text, "en")
    given = carla.ask("POST", f"/obstacles/{obstacle}/answer", form={"answer": "given_back", "message": "Not him"})
    assert given.location == "/studies/pilot/set-aside"
    assert (state(world), str(newest(world, Message, "text")).endswith(": Not him")) == ("started", True)
    assert anna.ask("GET", f"/recordings/{world.ids['recording']}/audio").status_code == 200
    assert "given back" in carla.ask("GET", "/studies/pilot/set-aside").text


def test_the_rater_takes_it_back(world: World) -> None:
    send(world, "anna", "cannot-rate", reason="unusable_audio")
    assert send(world, "anna", "take-back").status_code == 303
    assert state(world) == "started"
    assert send(world, "anna", "take-back").status_code == 423
    assert "Waiting for a decision: 1" in world.visitors["carla"].ask("GET", "/studies/pilot").text


@pytest.mark.parametrize("name", ["mine", "finished"])
def test_a_worry_reaches_the_person_named(world: World, name: str) -> None:
    name_sam(world)
    anna, sam = world.visitors["anna"], world.visitors["sam"]
    assert "I am worried about this patient" in screen(world, anna, name)
    before = anna.ask("GET", f"/ratings/{world.ids[name]}/concern").text
    check(before, "en")
    assert all(word in before for word in ("Sam", "030 5550100, day and night"))
    assert send(world, "anna", "concern", of=name, text=WORRY).status_code == 303
    after = anna.ask("GET", f"/ratings/{world.ids[name]}/concern").text
    check(after, "en")
    assert WORRY in after
    assert "Not seen yet" in after
    home = sam.ask("GET", "/").text
    check(home, "en")
    assert "notice-lost" in home
    assert WORRY not in home
    concern = newest(world, Concern, "public_id")
    page = sam.ask("GET", f"/concerns/{concern}").text
    check(page, "en")
    assert all(word in page for word in ("P01", WORRY, "R1"))
    assert home.count("notice-lost") == 2
    assert sam.ask("POST", f"/concerns/{concern}/seen").status_code == 303
    assert sam.ask("GET", "/").text.count("notice-lost") == 1
    check(sam.ask("GET", "/concerns").text, "en")
    assert "Seen on" in screen(world, anna, name)


def test_nobody_else_opens_a_worry(world: World) -> None:
    name_sam(world)
    send(world, "anna", "concern", text=WORRY)
    concern = newest(world, Concern, "public_id")
    for name in ("anna", "ben", "carla", "rosa", "mixed", "tina", "theo", "adam", "olga", "gone"):
        visitor = world.visitors[name]
        assert visitor.ask("GET", f"/concerns/{concern}").status_code == 404, name
        assert visitor.ask("POST", f"/concerns/{concern}/seen").status_code == 404, name
        assert WORRY not in visitor.ask("GET", "/concerns").text
        assert "notice-lost" not in visitor.ask("GET", "/").text
    assert newest(world, Concern, "seen_at") is None


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_worry_says_that_nobody_was_told(world: World, text: str) -> None:
    answer = send(world, "anna", "concern", text=text)
    assert answer.status_code == 422
    check(answer.text, "en")
    assert "nobody has been told" in answer.text


def test_words_that_cannot_be_kept_come_back(world: World) -> None:
    answer = send(world, "anna", "concern", text=WORRY + "\x07")
    assert (answer.status_code, WORRY in answer.text) == (422, True)


def test_the_researcher_locks_a_wave_after_a_question(world: World) -> None:
    rosa, before = world.visitors["rosa"], rows(world)
    assert "Lock this wave" in rosa.ask("GET", "/studies/pilot").text
    assert "Lock this wave" not in world.visitors["carla"].ask("GET", "/studies/pilot").text
    question = rosa.ask("GET", "/studies/pilot/waves/main/lock").text
    check(question, "en")
    assert "4 ratings are not submitted" in question
    assert rosa.ask("POST", "/studies/pilot/waves/main/lock").status_code == 303
    check(rosa.ask("GET", "/studies/pilot/waves/main/lock").text, "en")
    assert world.events("wave.locked") == 1
    anna = world.visitors["anna"]
    for name in ("mine", "finished"):
        page = screen(world, anna, name)
        assert "The wave was locked on" in page
        assert "Reopen this rating" not in page
        assert "I am worried about this patient" in page
    assert send(world, "anna", "reopen", of="finished", reason=WHY).status_code == 423
    assert send(world, "anna", "submit", confirm="yes", **{**before, **WHOLE}).status_code == 423
    assert rosa.ask("GET", "/studies/pilot/waves/calibration/lock").status_code == 404


def test_a_refused_share_is_told_on_the_screen(world: World) -> None:
    with world.app.app_context(), writing() as session:
        session.scalars(select(Study).where(Study.slug == "pilot")).one().rate_at_end = "require"
    answer = send_form(world, confirm="yes", **WHOLE)
    assert (answer.status_code, "JavaScript" in answer.text) == (423, True)
    assert state(world) == "started"
