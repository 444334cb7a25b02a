"""The trainee's page: who sees which ratings in it, and the focus that both choose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound
from rater.storage.models import AuditEvent, Consent
from rater.supervision.operations.profiling import TraineePage, choose_focus, end_focus, open_profile
from rater.supervision.operations.reviewing import release_review
from rater.terms import RatedBy
from tests.builders.study import NOON
from tests.supervision.desk import Desk

LATER = NOON + timedelta(days=2)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def page(desk: Desk, name: str, patient: str = "") -> TraineePage:
    at = desk.programme.trainees["tom"].public_id
    return open_profile(desk.session, desk.actor(name), "clinic", at, now=LATER, patient=patient)


def sides(found: TraineePage) -> tuple[bool, bool]:
    """Whether own points and the supervisor's are in it."""
    rows = [row for scale in found.profiles for row in scale.items]
    return any(each.is_given for row in rows for each in row.own), any(
        each.is_given for row in rows for each in row.theirs
    )


def test_a_supervisors_rating_reaches_the_trainee_with_the_release(desk: Desk) -> None:
    desk.programme.study.self_first = False
    desk.submit("sara", 3)
    assert sides(page(desk, "sara")) == (False, True)
    assert sides(page(desk, "tom")) == (False, False)
    release_review(*desk.place("sara"), now=LATER)
    assert sides(page(desk, "tom")) == (False, True)
    assert page(desk, "tom").by is RatedBy.SUPERVISOR


def test_where_trainees_rate_first_a_release_waits_for_that(desk: Desk) -> None:
    desk.submit("sara", 3)
    release_review(*desk.place("sara"), now=LATER)
    assert sides(page(desk, "tom")) == (False, False)
    desk.submit("tom", 1)
    assert sides(page(desk, "tom")) == (True, True)
    assert sides(page(desk, "sara")) == (True, True)


def test_a_draft_of_a_rating_is_in_nobodys_profile(desk: Desk) -> None:
    desk.fill("tom")
    desk.fill("sara")
    assert sides(page(desk, "sara")) == sides(page(desk, "tom")) == (False, False)


@pytest.mark.parametrize("name", ["sven", "tina", "lea"])
def test_nobody_else_opens_it(desk: Desk, name: str) -> None:
    with pytest.raises(NotFound):
        page(desk, name)


def test_a_session_whose_consent_has_ended_is_counted_and_not_shown(desk: Desk) -> None:
    desk.submit("tom")
    assert [each.code for each in page(desk, "tom").rated] == [desk.code]
    desk.session.query(Consent).one().until = NOON.date()
    desk.session.flush()
    found = page(desk, "tom")
    assert (list(found.rated), found.closed) == ([], 1)


def test_a_patient_filters_the_sessions(desk: Desk) -> None:
    desk.submit("tom")
    assert [each.code for each in page(desk, "tom", "PT1").rated] == [desk.code]
    assert not page(desk, "tom", "P99").sessions


def test_a_focus_takes_the_place_of_the_one_before(desk: Desk) -> None:
    at = desk.programme.trainees["tom"].public_id
    for name, item in (("sara", "sta3"), ("tom", "sta4")):
        choose_focus(desk.session, desk.actor(name), "clinic", at, item, "It was left out twice", now=LATER)
        focus = page(desk, "sara").focus
        assert focus is not None
        assert (focus.item.id, focus.row.reason) == (item, "It was left out twice")
    end_focus(desk.session, desk.actor("tom"), "clinic", at, now=LATER)
    assert page(desk, "tom").focus is None
    done = [each for each in desk.session.query(AuditEvent) if each.action.startswith("focus")]
    assert [each.action for each in done] == ["focus.chosen", "focus.ended", "focus.chosen", "focus.ended"]
    assert "left out" not in str([each.detail for each in done])


@pytest.mark.parametrize(("item", "reason"), [("nothing", ""), ("sta1", "x" * 1001)])
def test_what_is_no_focus_is_refused(desk: Desk, item: str, reason: str) -> None:
    at = desk.programme.trainees["tom"].public_id
    with pytest.raises(BadInput):
        choose_focus(desk.session, desk.actor("tom"), "clinic", at, item, reason, now=LATER)
    assert page(desk, "tom").focus is None
