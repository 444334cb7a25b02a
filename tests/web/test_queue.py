"""My sessions and the coordinator's messages, as pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from rater.ratings.operations.messages import send_message
from rater.storage.database import writing
from rater.storage.models import Assignment, Message, Obstacle, Person, Study, WorkStretch
from rater.studies.operations import add_member
from rater.terms import COMMAND_LINE, Position, RatingState, Role
from tests.builders.study import all_points, make_assignment, make_rating, make_session
from tests.web.valid import both, check
from tests.web.world import LATER, World

QUEUE = "/studies/pilot/sessions"
EVIL = "<script>alert(1)</script> [x](javascript:alert(1)) https://example.org/beacon"


def change(world: World, what: Callable[[Session, Study], object]) -> None:
    with world.app.app_context(), writing() as session:
        what(session, session.scalars(select(Study).where(Study.slug == "pilot")).one())


@pytest.fixture(autouse=True)
def no_messages(world: World) -> None:
    """Nobody has written anything yet."""
    change(world, lambda session, _: session.execute(delete(Message)))


def mine(session: Session, world: World) -> Assignment:
    return session.scalars(select(Assignment).where(Assignment.public_id == world.ids["mine"])).one()


def say_to(world: World, text: str, to: str | None = None) -> str:
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        return send_message(session, COMMAND_LINE, study, text, to=to, now=LATER).public_id


def test_one_button_names_the_session_to_go_on_with(world: World) -> None:
    page = both(world, "anna", QUEUE).text
    assert page.count("Continue with KP012") == 1
    assert f'href="/ratings/{world.ids["mine"]}"' in page
    assert "1 of 2" in page


def test_due_dates_are_said_in_words(world: World) -> None:
    def set_due(session: Session, _: Study) -> None:
        mine(session, world).due_on = (LATER + timedelta(days=days)).date()

    for days, words in ((-1, "overdue"), (0, "due today"), (1, "due <time")):
        change(world, set_due)
        page = both(world, "anna", QUEUE).text
        assert words in page
        assert ("due-now" in page) == (days < 1)


def left_to_rate(page: str) -> str:
    return re.findall(r"<dt>left to rate</dt><dd>(\d+)", page)[0]


def test_a_locked_wave_leaves_nothing_to_rate(world: World) -> None:
    page = both(world, "anna", QUEUE).text
    assert "To rate, in this order" in page
    assert left_to_rate(page) == "1"
    change(world, lambda session, _: setattr(mine(session, world).wave, "locked_at", LATER))
    page = both(world, "anna", QUEUE).text
    assert "To rate, in this order" not in page
    assert "<caption>Not submitted</caption>" in page
    assert left_to_rate(page) == "0"


def test_what_is_set_aside_stands_apart(world: World) -> None:
    def set_aside(session: Session, _: Study) -> None:
        mine(session, world).state = RatingState.SET_ASIDE
        session.add(Obstacle(assignment_id=mine(session, world).id, reason="knows_person", text="x", reported_at=LATER))

    change(world, set_aside)
    page = both(world, "anna", QUEUE).text
    assert "Continue with" not in page
    assert "you know somebody in it" in page
    assert "The coordinator decides" in page
    assert "1 of 1" in page
    assert "All your sessions are submitted" in page


def test_waves_have_their_own_parts_and_locked_ones_say_so(world: World) -> None:
    def another_wave(session: Session, study: Study) -> None:
        trained = make_assignment(session, study, make_session(session, study, "P19", 1), "R1", wave="training")
        trained.wave.locked_at = LATER

    assert "wave-part" not in both(world, "anna", QUEUE).text
    change(world, another_wave)
    page = both(world, "anna", QUEUE).text
    assert page.count('class="wave-part"') == 2
    assert "Locked: nothing is changed any more" in page
    assert "Continue with KP012" in page


def test_two_hundred_sessions_are_folded(world: World) -> None:
    def many(session: Session, study: Study) -> None:
        for number in range(200):
            row = make_assignment(session, study, make_session(session, study, f"P{number}", 5), "R1", place=9 + number)
            if number % 2:
                make_rating(session, row, all_points(study))

    change(world, many)
    page = both(world, "anna", QUEUE).text
    assert "89 more to rate" in page
    assert "Submitted (101)" in page
    assert page.count('class="code-link"') == 202


def test_an_empty_queue_says_what_comes(world: World) -> None:
    def newcomer(session: Session, study: Study) -> None:
        person = session.scalars(select(Person).where(Person.email == "theo@example.org")).one()
        add_member(session, COMMAND_LINE, study, person, Role.RATER, now=LATER)

    change(world, newcomer)
    page = both(world, "theo", QUEUE).text
    assert "No session is waiting for you" in page
    assert "Continue" not in page


def test_nothing_tells_double_from_single(world: World) -> None:
    """The control: a second rater's row is there, and her own page shows it."""
    before = world.visitors["anna"].ask("GET", QUEUE).text
    again = world.visitors["anna"].ask("GET", QUEUE).text

    def second(session: Session, study: Study) -> None:
        row = mine(session, world)
        make_assignment(session, study, row.therapy_session, "R2", position=Position.SECOND, place=9)
        row.position = Position.SECOND

    change(world, second)
    after = world.visitors["anna"].ask("GET", QUEUE).text
    assert bare(before) == bare(again) == bare(after)
    assert "KP012" in world.visitors["ben"].ask("GET", QUEUE).text


def bare(page: str) -> str:
    return re.sub(r'(nonce|content|value)="[^"]*"', "", page)


def test_a_message_is_words_and_can_be_marked_as_read(world: World) -> None:
    anna = world.visitors["anna"]
    public_id = say_to(world, EVIL)
    page = both(world, "anna", QUEUE).text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert 'href="https://example.org' not in page
    for _ in range(2):
        answer = anna.ask("POST", f"/messages/{public_id}/read")
        assert (answer.status_code, answer.location) == (303, QUEUE)
    page = both(world, "anna", QUEUE).text
    assert "Mark as read" not in page
    assert "Messages read (1)" in page
    assert "Mark as read" in both(world, "ben", QUEUE).text
    assert world.events("message.read") == 1


def test_a_message_to_another_rater_is_not_there(world: World) -> None:
    public_id = say_to(world, "only for Ben", "R2")
    before = world.contents()
    for name in ("anna", "carla", "rosa", "olga", "gone"):
        assert world.visitors[name].ask("POST", f"/messages/{public_id}/read").status_code == 404
        assert "only for Ben" not in world.visitors[name].ask("GET", QUEUE).text
    assert world.contents() == before
    assert world.visitors["ben"].ask("POST", f"/messages/{public_id}/read").status_code == 303


def test_hours_are_shown_and_can_be_fetched_for_pay(world: World) -> None:
    def work(session: Session, _: Study) -> None:
        for number, (days, seconds) in enumerate(((0, 5400), (1, 900), (15, 7200))):
            began = LATER - timedelta(days=days)
            row = {"assignment_id": mine(session, world).id, "window": f"{number:032x}"}
            session.add(WorkStretch(**row, seconds=seconds, began_at=began))

    change(world, work)
    assert "1.8" in both(world, "anna", QUEUE).text
    answer = world.visitors["anna"].ask("GET", f"{QUEUE}/hours.csv")
    assert answer.mimetype == "text/csv"
    assert answer.text.splitlines() == [
        "week_from,week_to,hours",
        "2026-10-19,2026-10-25,2.00",
        "2026-10-26,2026-11-01,0.00",
        "2026-11-02,2026-11-08,1.75",
    ]
    assert world.visitors["ben"].ask("GET", f"{QUEUE}/hours.csv").text.splitlines()[1:] == [
        "2026-11-02,2026-11-08,0.00"
    ]
    assert world.visitors["carla"].ask("GET", f"{QUEUE}/hours.csv").status_code == 403
    assert world.visitors["olga"].ask("GET", f"{QUEUE}/hours.csv").status_code == 404


def test_a_coordinator_writes_and_sees_who_has_read(world: World) -> None:
    carla = world.visitors["carla"]
    assert "Nothing has been sent yet" in both(world, "carla", "/studies/pilot/messages").text
    answer = carla.ask("POST", "/studies/pilot/messages", form={"text": "To all\r\nof you", "to": ""})
    assert (answer.status_code, answer.location) == (303, "/studies/pilot/messages")
    carla.ask("POST", "/studies/pilot/messages", form={"text": EVIL, "to": "R2"})
    page = both(world, "carla", "/studies/pilot/messages").text
    assert "read by 0 of 1" in page
    assert "read by 0 of 3" in page
    assert "<script>alert" not in page
    assert "To all" in both(world, "anna", QUEUE).text


@pytest.mark.parametrize(
    "form", [{}, {"text": " "}, {"text": "x" * 2001}, {"text": "kept", "to": "R77"}, {"text": "a\x00b"}]
)
def test_a_message_that_cannot_be_sent_comes_back(world: World, form: dict[str, str]) -> None:
    answer = world.visitors["carla"].ask("POST", "/studies/pilot/messages", form=form)
    assert answer.status_code == 422
    if "\x00" not in form.get("text", ""):
        check(answer.text, "en")
    assert form.get("text", "").strip() in answer.text
    with world.app.app_context(), writing() as session:
        assert session.scalars(select(Message)).all() == []


@pytest.mark.parametrize(
    ("name", "status"), [("anna", 403), ("rosa", 403), ("mixed", 403), ("olga", 404), ("carla", 200)]
)
def test_messages_are_the_coordinators(world: World, name: str, status: int) -> None:
    assert world.visitors[name].ask("GET", "/studies/pilot/messages").status_code == status
    sent = world.visitors[name].ask("POST", "/studies/pilot/messages", form={"text": "hello"})
    assert sent.status_code == (303 if status == 200 else status)
