from datetime import UTC, datetime, timedelta

import pytest

from rater.people.credentials import (
    IDLE_LIMIT,
    SIGN_IN_LASTS,
    hash_password,
    password_fault,
    password_matches,
    sign_in_lives,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_password_is_kept_as_argon2id() -> None:
    kept = hash_password("a quiet reading room")
    assert kept.startswith("$argon2id$")
    assert password_matches(kept, "a quiet reading room")
    assert not password_matches(kept, "a quiet reading rooms")


def test_nobody_has_no_password_that_matches() -> None:
    assert not password_matches(None, "")
    assert not password_matches("not a hash", "not a hash")


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaaaaaaaaaa", "passwordpassword1", "bergannabergannaberg", "x" * 1001]
)
def test_weak_passwords_are_refused(weak: str) -> None:
    assert password_fault(weak, about=("Anna", "Berg")) is not None


def test_a_sentence_is_a_password() -> None:
    assert password_fault("four kettles and a tram", about=("Anna", "Berg")) is None


@pytest.mark.parametrize(
    ("started", "seen", "ended", "lives"),
    [
        (NOON, NOON, None, True),
        (NOON, NOON, NOON, False),
        (NOON - IDLE_LIMIT, NOON - IDLE_LIMIT, None, False),
        (NOON - SIGN_IN_LASTS, NOON, None, False),
        (NOON - SIGN_IN_LASTS + timedelta(seconds=1), NOON, None, True),
    ],
)
def test_a_sign_in_ends(started: datetime, seen: datetime, ended: datetime | None, lives: bool) -> None:
    assert sign_in_lives(started, seen, ended, now=NOON) is lives
