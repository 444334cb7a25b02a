"""Messages: who gets them, who has read them, and what they may hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted
from rater.ratings.operations.messages import LONGEST, mark_read, my_messages, send_message, sent_messages
from rater.storage.models import AuditEvent, Message, MessageReading, Study
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Actor, Role
from tests.builders.study import NOON, actor_of, make_person, make_study

HOUR = timedelta(hours=1)


@pytest.fixture
def study(session: Session) -> Study:
    return make_study(session)


@pytest.fixture
def people(session: Session, study: Study) -> dict[str, Actor]:
    roles = {"anna": Role.RATER, "ben": Role.RATER, "carla": Role.COORDINATOR, "rosa": Role.RESEARCHER}
    return {name: actor_of(make_person(session, f"{name}@example.org", (study, role))) for name, role in roles.items()}


def texts(session: Session, actor: Actor, study: Study) -> list[str]:
    return [each.text for each in my_messages(session, actor, study, now=NOON + HOUR)]


def test_a_message_reaches_one_rater_or_all(session: Session, study: Study, people: dict[str, Actor]) -> None:
    carla = people["carla"]
    send_message(session, carla, study, "to all", now=NOON)
    send_message(session, carla, study, "to Ben", now=NOON + HOUR, to="R2")
    assert texts(session, people["anna"], study) == ["to all"]
    assert texts(session, people["ben"], study) == ["to Ben", "to all"]
    assert texts(session, people["rosa"], study) == []
    assert my_messages(session, people["ben"], study, now=NOON)[0].by == "Carla"
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject.like("message:%"))).all()
    assert actions == ["message.sent"] * 2


def test_unread_ones_come_first_and_are_marked_once(session: Session, study: Study, people: dict[str, Actor]) -> None:
    first = send_message(session, COMMAND_LINE, study, "first", now=NOON)
    second = send_message(session, COMMAND_LINE, study, "second", now=NOON + HOUR)
    anna, ben = people["anna"], people["ben"]
    for _ in range(2):
        mark_read(session, anna, second.public_id, now=NOON + HOUR)
    assert texts(session, anna, study) == ["first", "second"]
    assert texts(session, ben, study) == ["second", "first"]
    assert session.scalar(select(func.count()).select_from(MessageReading)) == 1
    _, sent, raters = sent_messages(session, people["carla"], "pilot", now=NOON + HOUR)
    assert [(each.text, each.read, each.readers) for each in sent] == [("second", 1, 2), ("first", 0, 2)]
    assert raters == ["R1", "R2"]
    assert first.by_id is None


def test_a_message_to_another_is_not_there(session: Session, study: Study, people: dict[str, Actor]) -> None:
    """The control: the one whom it is for can mark it."""
    message = send_message(session, people["carla"], study, "to Ben", now=NOON, to="R2")
    for name in ("anna", "rosa", "carla"):
        with pytest.raises(NotFound):
            mark_read(session, people[name], message.public_id, now=NOON)
    with pytest.raises(NotFound):
        mark_read(session, people["ben"], "x" * 22, now=NOON)
    assert mark_read(session, people["ben"], message.public_id, now=NOON) is study


def test_raters_who_came_later_or_went_are_not_meant(session: Session, study: Study, people: dict[str, Actor]) -> None:
    send_message(session, COMMAND_LINE, study, "before", now=NOON - HOUR)
    send_message(session, people["carla"], study, "now", now=NOON)
    assert texts(session, people["anna"], study) == ["now"]
    ben = make_person(session, "ben@example.org")
    end_membership(session, COMMAND_LINE, study, ben, Role.RATER, now=NOON)
    assert texts(session, people["ben"], study) == []
    _, sent, raters = sent_messages(session, people["carla"], "pilot", now=NOON + HOUR)
    assert ([each.readers for each in sent], raters) == ([1, 0], ["R1"])


@pytest.mark.parametrize("name", ["anna", "rosa"])
def test_only_coordinators_write(session: Session, study: Study, people: dict[str, Actor], name: str) -> None:
    with pytest.raises(NotPermitted):
        send_message(session, people[name], study, "hello", now=NOON)
    with pytest.raises(NotPermitted):
        sent_messages(session, people[name], "pilot", now=NOON)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.parametrize(
    "text", ["", " \r\n ", "x" * (LONGEST + 1), "nul \x00", "turned \u202e round", "half \ud800", "bell \x07"]
)
def test_a_text_that_cannot_be_sent(session: Session, study: Study, people: dict[str, Actor], text: str) -> None:
    with pytest.raises(BadInput):
        send_message(session, people["carla"], study, text, now=NOON)
    assert session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_code_without_a_person_is_named(session: Session, study: Study, people: dict[str, Actor]) -> None:
    with pytest.raises(BadInput, match="R1, R2"):
        send_message(session, people["carla"], study, "hello", now=NOON, to="R9")
    kept = send_message(session, people["carla"], study, " two\r\nlines ", now=NOON)
    assert kept.text == "two\nlines"
