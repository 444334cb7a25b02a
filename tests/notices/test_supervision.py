"""What a programme tells its people: numbers that fit, for the right person, and no word of what they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from rater.notices.digest import Part
from rater.notices.letters import digest_letter, sayings
from rater.notices.operations.facts import notices_for
from rater.notices.operations.mailing import mail_once
from rater.storage.database import writing
from rater.storage.models import Comment, Meeting, SessionRating, SupervisionTask
from rater.terms import Audience, CommentKind, RatedBy, Reason, ReviewState, SupervisionTaskState
from tests.builders.supervision import Programme, consent, make_programme, make_supervised
from tests.notices.post_office import post_office
from tests.notices.test_mailing import server_of, settings_for

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CONTENT = ("panic", "Weber", "bakery", "PT1", "S01", "sta2")
"""Words of the tasks, comments, notes, codes and items below."""


def told(session: Session, programme: Programme, name: str, now: datetime = NOW) -> dict[str, int]:
    """The lines that somebody reads in English, with their numbers."""
    parts = notices_for(session, programme.people[name], now=now, zone=ZoneInfo("UTC"))
    return {line.template.removesuffix(": {n}"): line.params["n"] for part in parts for line in part.lines}


def add_task(session: Session, programme: Programme, by: str = "sara", **facts: Any) -> SupervisionTask:
    values: dict[str, Any] = {"type": "trying", "task": "Go with Mrs. Weber to the bakery", "rationale": "panic"}
    values |= {"trainee_id": programme.trainees["tom"].id, "proposed_by_id": programme.people[by].id}
    made = SupervisionTask(**values | {"proposed_at": NOW - timedelta(days=9), **facts})
    session.add(made)
    session.flush()
    return made


def add_work(session: Session, programme: Programme) -> None:
    """One of each thing that is told of."""
    programme.study.self_first = False
    made, _ = make_supervised(session, programme)
    of = {"session_id": made.id, "text": "panic in the bakery", "item": "sta2", "written_at": NOW}
    shown = {"audience": Audience.BOTH, "state": ReviewState.RELEASED, "released_at": NOW - timedelta(days=1)}
    tom, sara = programme.people["tom"].id, programme.people["sara"].id
    remark = Comment(by_id=sara, **of, **shown)
    session.add(remark)
    session.flush()
    session.add(Comment(by_id=tom, parent_id=remark.id, kind=CommentKind.REPLY, **of, **shown))
    agreed = {"state": SupervisionTaskState.AGREED, "agreed_at": NOW - timedelta(days=1)}
    add_task(session, programme, due_on=date(2026, 11, 19), **agreed)
    add_task(session, programme, due_on=date(2026, 11, 22), **agreed)
    add_task(session, programme)
    add_task(session, programme, "tom")
    add_task(session, programme, state=SupervisionTaskState.DONE)
    trainee = programme.trainees["tom"].id
    for day in (date(2026, 11, 21), date(2026, 12, 1)):
        notes = {"agenda": {"events": "Mrs. Weber"}, "minutes": "panic"}
        session.add(Meeting(trainee_id=trainee, supervisor_id=sara, meets_on=day, planned_at=NOW, **notes))
    other, _ = make_supervised(session, programme, number=2, until=date(2026, 12, 10))
    rated = {"kind": RatedBy.SELF, "started_at": NOW, "submitted_at": NOW}
    session.add(SessionRating(session_id=other.id, by_id=tom, **rated))
    session.flush()


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def test_each_is_told_what_waits_for_him_or_her(session: Session, programme: Programme) -> None:
    add_work(session, programme)
    assert told(session, programme, "tom") == {
        "Sessions with new feedback for you": 1,
        "Own sessions to rate": 1,
        "Supervision homework past its day": 1,
        "Supervision homework due within two days": 1,
        "Supervision homework that waits for you to agree": 1,
        "Supervision meetings newly planned": 1,
        "Supervision meetings today or tomorrow": 1,
    }
    assert told(session, programme, "sara") == {
        "New answers to comments": 1,
        "Supervision homework that waits for you to agree": 1,
        "Supervision homework that the other side has agreed to": 2,
        "Supervision homework reported as done": 1,
        "Supervision meetings newly planned": 1,
        "Supervision meetings today or tomorrow": 1,
        "Recordings whose consent ends within 30 days": 1,
    }
    assert told(session, programme, "carl") == {"Recordings whose consent ends within 30 days": 1}
    for name in ("tina", "sven", "lea"):
        assert told(session, programme, name) == {}


def test_feedback_that_is_held_back_or_closed_is_not_told(session: Session, programme: Programme) -> None:
    add_work(session, programme)
    programme.study.self_first = True
    session.flush()
    assert "Sessions with new feedback for you" not in told(session, programme, "tom")
    programme.study.rated_by = RatedBy.SUPERVISOR
    session.flush()
    lines = told(session, programme, "tom")
    assert (lines.get("Sessions with new feedback for you"), "Own sessions to rate" in lines) == (1, False)


def test_news_grows_old(session: Session, programme: Programme) -> None:
    add_work(session, programme)
    later = told(session, programme, "tom", NOW + timedelta(days=4))
    assert not {"Sessions with new feedback for you", "Supervision meetings newly planned"} & set(later)
    assert later["Supervision homework past its day"] == 2


def test_a_consent_that_was_given_anew_ends_later(session: Session, programme: Programme) -> None:
    _, recording = make_supervised(session, programme, until=date(2026, 12, 10))
    assert told(session, programme, "carl")["Recordings whose consent ends within 30 days"] == 1
    assert told(session, programme, "carl", datetime(2026, 11, 1, tzinfo=UTC)) == {}, "in more than 30 days"
    consent(session, recording, until=date(2027, 12, 10))
    assert told(session, programme, "carl") == {}


def test_the_supervisor_is_told_no_more_once_another_supervises(session: Session, programme: Programme) -> None:
    add_work(session, programme)
    programme.trainees["tom"].supervisions[0].until = NOW - timedelta(hours=1)
    session.flush()
    assert told(session, programme, "sara") == {}


def content_in(text: str) -> list[str]:
    return [word for word in CONTENT if word in text]


def test_no_mail_holds_a_word_of_content(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), post_office() as office:
        with writing() as session:
            add_work(session, make_programme(session))
        settings = settings_for(office.port)
        assert mail_once(settings, server_of(settings), now=NOW) == 3
    texts = [mail.get_content() for _, mail in office.mails]
    assert all("Supervision" in text or "consent" in text for text in texts)
    assert [content_in(str(mail)) + content_in(text) for (_, mail), text in zip(office.mails, texts, strict=True)] == [
        [], [], [],
    ]  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_letter_with_the_words_of_a_task_would_be_seen(locale: str) -> None:
    part = Part("clinic", "Clinic", (Reason("Go with Mrs. Weber to the bakery: {n}", {"n": 1}),))
    assert content_in(digest_letter([part], sayings(locale), "")[1]) == ["Weber", "bakery"]
