"""Activity keeps a sign-in alive, and is written at most once a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.people.credentials import IDLE_LIMIT, token_hash
from rater.people.operations import note_activity, sign_in, signed_in
from rater.storage.models import SignIn
from tests.builders.study import NOON, PASSWORD, make_person


@pytest.fixture
def token(session: Session) -> str:
    make_person(session, "anna@example.org")
    made = sign_in(session, "anna@example.org", PASSWORD, now=NOON)
    assert made is not None
    return made


def seen(session: Session, token: str) -> datetime:
    return session.scalars(select(SignIn.seen_at).where(SignIn.token_hash == token_hash(token))).one()


def test_a_quarter_of_an_hour_of_nothing_ends_a_sign_in(session: Session, token: str) -> None:
    assert timedelta(minutes=15) == IDLE_LIMIT
    assert signed_in(session, token, now=NOON + timedelta(minutes=14, seconds=59)) is not None
    assert signed_in(session, token, now=NOON + timedelta(minutes=15)) is None


@pytest.mark.parametrize(("seconds", "is_written"), [(1, False), (60, False), (61, True), (600, True)])
def test_activity_is_written_once_a_minute(session: Session, token: str, seconds: int, is_written: bool) -> None:
    later = NOON + timedelta(seconds=seconds)
    found = signed_in(session, token, now=later)
    assert found is not None
    assert found[1] is is_written
    note_activity(session, token, now=later)
    assert seen(session, token) == (later if is_written else NOON)


def test_a_sign_in_is_looked_up_without_a_session_too(session: Session, token: str) -> None:
    found = signed_in(session.connection(), token, now=NOON)
    assert found is not None
    assert found[0].email == "anna@example.org"
