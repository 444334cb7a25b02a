"""A submitted rating is taken back with a reason; until it is submitted again, the earlier one counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused
from rater.ratings.operations.locking import lock_wave
from rater.ratings.operations.opening import my_queue, open_rating
from rater.ratings.operations.reopening import keep_as_submitted, reopen_rating, revision_history
from rater.ratings.operations.saving import save_point, save_unsure
from rater.ratings.operations.submitting import submit_rating
from rater.storage.models import Point, Revision
from rater.storage.queries.points import Counted, rated_sessions
from rater.terms import RatingState, Role
from tests.builders.study import NOON, actor_of, all_points, make_person
from tests.ratings.closing import Work, details, make_work, rate_all, submit_all

LATER = NOON + timedelta(days=1)
WHY = "I heard the plan at the end only on second listening"


@pytest.fixture
def work(session: Session) -> Work:
    return make_work(session)


def counting(session: Session, work: Work) -> Counted:
    """The one rating as reliability and exports read it."""
    (counted,) = rated_sessions(session, work.study.id, "main")
    return counted


def test_the_draft_begins_as_the_submitted_one_and_its_versions_go_on(session: Session, work: Work) -> None:
    rate_all(session, work)
    save_point(session, work.anna, work.id, "ghes1", 4, None, now=NOON)
    save_unsure(session, work.anna, work.id, "ghes2", True, now=NOON)
    save_point(session, work.anna, work.id, "str3", None, "NA_NO_PREVIOUS_HOMEWORK", now=NOON)
    submit_rating(session, work.anna, work.id, now=NOON)
    before = open_rating(session, work.anna, work.id, now=NOON).points
    fresh = reopen_rating(session, work.anna, work.id, f"  {WHY} ", now=LATER)
    assert (fresh.number, fresh.reason, fresh.submitted_at, work.assignment.state) == (2, WHY, None, "started")
    assert open_rating(session, work.anna, work.id, now=LATER).points == before
    assert (before["ghes1"].version, before["ghes2"].unsure, before["str3"].value) == (2, True, None)
    saved = save_point(session, work.anna, work.id, "ghes1", 0, None, now=LATER, seen=2, operation_id="op-00001")
    assert (saved.version, saved.missing) == (3, [])
    assert details(session, "rating.reopened") == [{"revision": 2, "reason": WHY}]


def test_the_submitted_revision_counts_until_the_new_one_is_submitted(session: Session, work: Work) -> None:
    submit_all(session, work)
    reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    save_point(session, work.anna, work.id, "ghes1", 0, None, now=LATER)
    counted = counting(session, work)
    assert (counted.revision, counted.submitted_at, counted.points["ghes1"]) == (1, NOON, 2)
    submit_rating(session, work.anna, work.id, now=LATER)
    counted = counting(session, work)
    assert (counted.revision, counted.submitted_at, counted.points["ghes1"]) == (2, LATER, 0)
    kept = session.scalars(
        select(Point.value).join(Point.revision).where(Revision.number == 1, Point.item == "ghes1")
    ).one()
    assert kept == 2


def test_counting_drafts_would_be_seen(session: Session, work: Work) -> None:
    """The control: without the question whether a revision was submitted, the draft's point would count."""
    submit_all(session, work)
    reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    save_point(session, work.anna, work.id, "ghes1", 0, None, now=LATER)
    newest = select(func.max(Revision.number)).scalar_subquery()
    drafted = session.scalars(
        select(Point.value).join(Point.revision).where(Revision.number == newest, Point.item == "ghes1")
    ).one()
    assert drafted != counting(session, work).points["ghes1"]


def test_left_as_it_was_submitted(session: Session, work: Work) -> None:
    submit_all(session, work)
    reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    save_point(session, work.anna, work.id, "ghes1", 0, None, now=LATER)
    for _ in range(2):
        keep_as_submitted(session, work.anna, work.id, now=LATER)
    assert work.assignment.state == RatingState.SUBMITTED
    assert open_rating(session, work.anna, work.id, now=LATER).points["ghes1"].value == 2
    assert session.scalar(select(func.count()).select_from(Revision)) == 1
    assert session.scalar(select(func.count()).select_from(Point)) == len(all_points(work.study))
    assert details(session, "rating.left_as_submitted") == [{"revision": 2}]
    assert reopen_rating(session, work.anna, work.id, "once more, then", now=LATER).number == 2


def test_a_first_draft_has_nothing_to_fall_back_on(session: Session, work: Work) -> None:
    rate_all(session, work)
    with pytest.raises(Refused, match="not been submitted before"):
        keep_as_submitted(session, work.anna, work.id, now=NOON)
    assert open_rating(session, work.anna, work.id, now=NOON).missing == []


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 501, "a\x00bcd"])
def test_a_reason_is_needed(session: Session, work: Work, reason: str) -> None:
    submit_all(session, work)
    with pytest.raises(BadInput):
        reopen_rating(session, work.anna, work.id, reason, now=LATER)
    assert work.assignment.state == RatingState.SUBMITTED


def test_what_is_open_is_not_reopened(session: Session, work: Work) -> None:
    with pytest.raises(Refused):
        reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    submit_all(session, work)
    reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    with pytest.raises(Refused, match="open already"):
        reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    assert session.scalar(select(func.count()).select_from(Revision)) == 2


def test_a_locked_wave_is_not_reopened(session: Session, work: Work) -> None:
    submit_all(session, work)
    lock_wave(session, work.rosa, work.study, "main", now=LATER)
    with pytest.raises(Refused, match="wave is locked"):
        reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    assert details(session, "rating.reopened") == []


def test_nobody_reopens_what_somebody_else_submitted(session: Session, work: Work) -> None:
    submit_all(session, work)
    ben = actor_of(make_person(session, "ben@example.org", (work.study, Role.RATER), code="R2"))
    for stranger in (ben, work.rosa, work.carla):
        for act in (
            lambda who=stranger: reopen_rating(session, who, work.id, WHY, now=LATER),
            lambda who=stranger: keep_as_submitted(session, who, work.id, now=LATER),
            lambda who=stranger: revision_history(session, who, work.id, now=LATER),
        ):
            with pytest.raises(NotFound):
                act()


def test_the_history_tells_what_each_revision_changed(session: Session, work: Work) -> None:
    submit_all(session, work)
    reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    save_point(session, work.anna, work.id, "str3", None, "NA_NO_PREVIOUS_HOMEWORK", now=LATER)
    save_point(session, work.anna, work.id, "ghes1", 0, None, now=LATER)
    newest, oldest = revision_history(session, work.anna, work.id, now=LATER).revisions
    assert (newest.number, newest.submitted_at, newest.reason) == (2, None, WHY)
    told = [(each.item, each.before.value, each.after.value, each.after.missing_code) for each in newest.changes]
    assert told == [("ghes1", 2, 0, None), ("str3", 2, None, "NA_NO_PREVIOUS_HOMEWORK")]
    assert (oldest.number, oldest.submitted_at, oldest.changes) == (1, NOON, [])


def test_the_queue_shows_a_reopened_rating_as_begun(session: Session, work: Work) -> None:
    submit_all(session, work)
    assert my_queue(session, work.anna, "pilot", now=LATER).next_id is None
    reopen_rating(session, work.anna, work.id, WHY, now=LATER)
    assert my_queue(session, work.anna, "pilot", now=LATER).next_id == work.id
