"""A review as a whole: its release and withdrawal, own ratings first, both side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale
from rater.storage.models import AuditEvent, Supervision
from rater.supervision.moments import LONGEST_SUMMARY
from rater.supervision.operations.commenting import withdraw_comment
from rater.supervision.operations.reviewing import release_review, save_summary, withdraw_review
from rater.terms import Audience, RatedBy
from tests.builders.study import NOON
from tests.supervision.desk import LATER, Desk


@pytest.fixture
def desk(session: Session) -> Desk:
    made = Desk(session)
    made.programme.study.self_first = False
    return made


def summaries(desk: Desk, name: str) -> list[str]:
    seen = desk.look(name)
    return [each.summary for each in (*seen.released, *([seen.own] if seen.own else []))]


def test_a_release_takes_all_drafts_with_it_but_those_for_the_supervisor_alone(desk: Desk) -> None:
    desk.comment("sara", "a", 1)
    desk.comment("sara", "b", 2, audience=Audience.LEAD)
    desk.comment("sara", "c", 3, audience=Audience.SUPERVISOR)
    desk.comment("tom", "d", 4)
    save_summary(*desk.place("sara"), "Well prepared", now=LATER, seen=0)
    assert (summaries(desk, "tom"), desk.texts("tom")) == ([], ["d"])
    assert release_review(*desk.place("sara"), now=LATER) == 2
    assert (summaries(desk, "tom"), desk.texts("tom")) == (["Well prepared"], ["a", "b", "d"])
    desk.comment("sara", "e", 5)
    assert desk.texts("tom") == ["a", "b", "d"]
    assert release_review(*desk.place("sara"), now=LATER) == 1
    assert desk.texts("tom") == ["a", "b", "d", "e"]


def test_a_withdrawal_takes_all_back_and_the_next_release_brings_that_again(desk: Desk) -> None:
    desk.comment("sara", "a", 1)
    alone = desk.comment("sara", "b", 2)
    save_summary(*desk.place("sara"), "Well prepared", now=LATER, seen=0)
    release_review(*desk.place("sara"), now=LATER)
    withdraw_comment(*desk.place("sara"), alone, now=LATER)
    assert withdraw_review(*desk.place("sara"), now=LATER + timedelta(minutes=1)) == 1
    assert (summaries(desk, "tom"), desk.texts("tom")) == ([], [])
    release_review(*desk.place("sara"), now=LATER + timedelta(minutes=2))
    assert (summaries(desk, "tom"), desk.texts("tom")) == (["Well prepared"], ["a"])


def test_what_cannot_be_is_refused(desk: Desk) -> None:
    place = desk.place("sara")
    for act in (lambda: release_review(*place, now=LATER), lambda: withdraw_review(*place, now=LATER)):
        with pytest.raises(Refused):
            act()
    with pytest.raises(BadInput):
        save_summary(*place, "x" * (LONGEST_SUMMARY + 1), now=LATER, seen=0)
    save_summary(*place, "one", now=LATER, seen=0)
    with pytest.raises(Stale) as clash:
        save_summary(*place, "two", now=LATER, seen=1)
    assert clash.value.current == {"summary": "one", "version": 2}
    save_summary(*place, "two", now=LATER, seen=2)
    release_review(*place, now=LATER)
    with pytest.raises(Refused):
        save_summary(*place, "three", now=LATER, seen=4)


@pytest.mark.parametrize("name", ["tom", "sven", "lea"])
def test_only_who_supervises_reviews(desk: Desk, name: str) -> None:
    for act in (
        lambda: save_summary(*desk.place(name), "x", now=LATER, seen=0),
        lambda: release_review(*desk.place(name), now=LATER),
        lambda: withdraw_review(*desk.place(name), now=LATER),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_rating_alone_can_be_released(desk: Desk) -> None:
    desk.submit("sara", 1)
    assert desk.look("tom").rating is None
    release_review(*desk.place("sara"), now=LATER)
    rating = desk.look("tom").rating
    assert rating is not None
    assert rating.by.name == "Sara"
    withdraw_review(*desk.place("sara"), now=LATER)
    assert desk.look("tom").rating is None


def test_trainees_rate_first_then_see_both_side_by_side(desk: Desk) -> None:
    desk.programme.study.self_first = True
    desk.released("sara", "a", 1)
    save_summary(*desk.place("sara"), "Well prepared", now=LATER, seen=0)
    desk.submit("sara", 1)
    release_review(*desk.place("sara"), now=LATER)
    desk.fill("tom", 3)
    seen = desk.look("tom")
    assert (seen.reader.waits, seen.comments, seen.released, seen.rating, seen.comparison) == (True, [], [], None, [])
    assert desk.look("sara").self_rating is None
    desk.submit("tom", 3)
    seen = desk.look("tom")
    assert (desk.texts("tom"), [each.summary for each in seen.released]) == (["a"], ["Well prepared"])
    for name in ("tom", "sara"):
        pairs = desk.look(name).comparison
        assert {each.difference for scale in pairs for each in scale.items} == {2}
        assert {each.difference for scale in pairs for each in scale.scores} >= {2}


def test_where_no_own_ratings_are_kept_nobody_waits(desk: Desk) -> None:
    desk.programme.study.self_first, desk.programme.study.rated_by = True, RatedBy.SUPERVISOR
    desk.released("sara", "a", 1)
    assert desk.texts("tom") == ["a"]


def test_the_next_supervisor_reads_what_was_released_and_no_draft(desk: Desk) -> None:
    desk.comment("sara", "a draft")
    desk.released("sara", "for supervisors", audience=Audience.SUPERVISOR)
    save_summary(*desk.place("sara"), "Unfinished", now=LATER, seen=0)
    tom = desk.programme.trainees["tom"]
    for each in desk.session.scalars(select(Supervision).where(Supervision.trainee_id == tom.id)):
        each.until = NOON + timedelta(hours=1)
    desk.session.flush()
    desk.session.add(Supervision(trainee_id=tom.id, person_id=desk.programme.people["sven"].id, since=NOON))
    desk.session.flush()
    assert (desk.texts("sven"), summaries(desk, "sven")) == (["for supervisors"], [])
    with pytest.raises(NotFound):
        desk.look("sara")


def test_the_audit_tells_of_each_release_without_a_word(desk: Desk) -> None:
    made = desk.comment("sara", "Words", 1)
    save_summary(*desk.place("sara"), "More words", now=LATER, seen=0)
    release_review(*desk.place("sara"), now=LATER)
    withdraw_review(*desk.place("sara"), now=LATER)
    events = desk.session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("review."))).all()
    assert [each.action for each in events] == ["review.changed", "review.released", "review.withdrawn"]
    assert events[1].detail == {"of_session": desk.code, "comments": [made]}
