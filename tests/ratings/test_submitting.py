"""A rating is submitted once it is complete and heard, and keeps the share heard."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from rater.errors import Incomplete, Refused
from rater.ratings.operations.listening import note_listening
from rater.ratings.operations.saving import save_point, save_unsure
from rater.ratings.operations.submitting import submit_rating
from rater.storage.models import Listening
from rater.terms import RateAtEnd, RatingState
from tests.builders.study import NOON, make_recording
from tests.ratings.closing import Work, details, make_work, rate_all

WINDOW = "a" * 32


@pytest.fixture
def work(session: Session) -> Work:
    made = make_work(session)
    make_recording(session, made.assignment.therapy_session, "a", "p", size=1, mime="audio/ogg").duration_s = 100.0
    return made


def hear(session: Session, work: Work, until: float) -> None:
    note_listening(session, work.anna, work.id, [[0.0, until, 1.0]], until, 1.0, WINDOW, until, now=NOON)


def test_the_revision_keeps_the_share_heard(session: Session, work: Work) -> None:
    rate_all(session, work)
    hear(session, work, 62.5)
    revision = submit_rating(session, work.anna, work.id, now=NOON)
    assert (revision.number, revision.heard_share, work.assignment.state) == (1, 0.625, RatingState.SUBMITTED)
    assert details(session, "rating.submitted") == [{"revision": 1, "heard_share": 0.625}]


def test_a_share_that_nothing_told_is_not_zero(session: Session, work: Work) -> None:
    rate_all(session, work)
    assert submit_rating(session, work.anna, work.id, now=NOON).heard_share is None


def test_unsure_items_do_not_stand_in_the_way_but_missing_ones_do(session: Session, work: Work) -> None:
    rate_all(session, work)
    save_unsure(session, work.anna, work.id, "ghes1", True, now=NOON)
    save_point(session, work.anna, work.id, "ghes2", None, None, now=NOON)
    with pytest.raises(Incomplete) as missing:
        submit_rating(session, work.anna, work.id, now=NOON)
    assert missing.value.items == ["ghes2"]
    save_point(session, work.anna, work.id, "ghes2", 1, None, now=NOON)
    assert submit_rating(session, work.anna, work.id, now=NOON).submitted_at == NOON


@pytest.mark.parametrize(
    ("setting", "refused"), [(RateAtEnd.OFF, False), (RateAtEnd.ADVISE, False), (RateAtEnd.REQUIRE, True)]
)
def test_only_a_study_that_requires_it_refuses_what_was_not_heard(
    session: Session, work: Work, setting: RateAtEnd, refused: bool
) -> None:
    rate_all(session, work)
    hear(session, work, 62)
    work.study.rate_at_end = setting
    session.flush()
    if not refused:
        assert submit_rating(session, work.anna, work.id, now=NOON).heard_share == 0.62
        return
    with pytest.raises(Refused, match=r"hear 90\s% .* you have heard 62\s%"):
        submit_rating(session, work.anna, work.id, now=NOON)
    assert details(session, "rating.submitted") == []
    hear(session, work, 90)
    assert submit_rating(session, work.anna, work.id, now=NOON).heard_share == 0.9


def test_a_study_that_requires_it_says_that_the_player_must_tell(session: Session, work: Work) -> None:
    rate_all(session, work)
    work.study.rate_at_end = RateAtEnd.REQUIRE
    session.flush()
    assert session.query(Listening).count() == 0
    with pytest.raises(Refused, match="needs JavaScript"):
        submit_rating(session, work.anna, work.id, now=NOON)
