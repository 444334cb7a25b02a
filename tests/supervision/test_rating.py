"""Rating a session: who may, what is kept, what a clash and a submission do."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Incomplete, NotFound, Refused, Stale
from rater.ratings.completeness import GivenPoint
from rater.storage.models import AuditEvent, SessionPoint, SessionRating
from rater.storage.queries.sessions import begun_sessions
from rater.storage.queries.studies import uses_of_scale
from rater.studies.operations import scales_of
from rater.supervision.operations.rating import open_sheet, save_point, submit_session_rating
from rater.terms import RatedBy
from tests.supervision.desk import LATER, Desk


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_trainee_and_supervisor_rate_each_on_a_sheet_of_their_own(desk: Desk) -> None:
    desk.point("tom", 3)
    desk.point("sara", 1)
    kept = {(row.kind, row.by.name): row.points[0].value for row in desk.session.scalars(select(SessionRating))}
    assert kept == {(RatedBy.SELF, "Tom"): 3, (RatedBy.SUPERVISOR, "Sara"): 1}


@pytest.mark.parametrize("name", ["sven", "tina", "lea"])
def test_nobody_else_finds_the_session(desk: Desk, name: str) -> None:
    with pytest.raises(NotFound):
        desk.point(name, 3)


@pytest.mark.parametrize(
    ("rated_by", "closed"),
    [(RatedBy.SELF, {"sara"}), (RatedBy.SUPERVISOR, {"tom"}), (RatedBy.BOTH, set())],
)
def test_the_programme_says_whose_ratings_there_are(desk: Desk, rated_by: RatedBy, closed: set[str]) -> None:
    desk.programme.study.rated_by = rated_by
    refused = set()
    for name in ("tom", "sara"):
        try:
            open_sheet(*desk.place(name), now=LATER)
        except Refused:
            refused.add(name)
    assert refused == closed


def test_a_point_that_changed_meanwhile_is_shown_and_not_written_over(desk: Desk) -> None:
    desk.point("tom", 3)
    with pytest.raises(Stale) as clash:
        desk.point("tom", 1, seen=7)
    assert clash.value.current == {"value": 3, "missing_code": None, "version": 1}
    assert desk.point("tom", 1, seen=1).points["ghes1"] == GivenPoint(1, None, 2)
    assert desk.point("tom", None, seen=2).points["ghes1"] == GivenPoint(None, None, 3)


def test_an_operation_that_is_repeated_changes_nothing(desk: Desk) -> None:
    first = desk.point("tom", 3, operation_id="op-000001")
    again = desk.point("tom", 3, operation_id="op-000001")
    assert again.points == first.points
    with pytest.raises(BadInput):
        save_point(*desk.place("tom"), "ghes2", 3, None, now=LATER, seen=0, operation_id="op-000001")


@pytest.mark.parametrize(("value", "code"), [(5, None), (1.5, None), (-1, None), (None, "nowhere"), (3, "not_ratable")])
def test_what_is_no_point_is_refused(desk: Desk, value: float | None, code: str | None) -> None:
    with pytest.raises(BadInput):
        desk.point("tom", value, code)
    assert desk.session.scalars(select(SessionPoint)).all() == []


@pytest.mark.parametrize("item", ["nowhere", "phq9_1"])
def test_items_of_no_observer_scale_are_not_there(desk: Desk, item: str) -> None:
    with pytest.raises(NotFound):
        save_point(*desk.place("tom"), item, 1, None, now=LATER, seen=0)


def test_what_was_submitted_stands(desk: Desk) -> None:
    desk.point("tom", 3)
    with pytest.raises(Incomplete) as lacking:
        submit_session_rating(*desk.place("tom"), now=LATER)
    assert "ghes1" not in lacking.value.items
    desk.fill("tom")
    assert open_sheet(*desk.place("tom"), now=LATER).missing == []
    submit_session_rating(*desk.place("tom"), now=LATER)
    for change in (
        lambda: desk.point("tom", 1, seen=2),
        lambda: desk.fill("tom", 1),
        lambda: submit_session_rating(*desk.place("tom"), now=LATER),
    ):
        with pytest.raises(Refused):
            change()
    assert desk.point("sara", 1).points["ghes1"].value == 1


def test_the_audit_says_what_was_done_and_no_point(desk: Desk) -> None:
    desk.fill("tom", 4)
    desk.point("tom", 3, seen=1)
    submit_session_rating(*desk.place("tom"), now=LATER)
    events = desk.session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("session_"))).all()
    assert [each.action for each in events] == [
        "session_sheet.saved",
        "session_point.saved",
        "session_rating.submitted",
    ]
    assert {"value", "missing_code"} & {key for each in events for key in each.detail} == set()


def test_a_rating_of_a_session_pins_the_version_of_its_scale(desk: Desk) -> None:
    versions = {row.scale: row for row, _ in scales_of(desk.programme.study)}
    assert {uses_of_scale(desk.session, each) for each in versions.values()} == {0}
    desk.point("tom", 3)
    assert {name: uses_of_scale(desk.session, each) for name, each in versions.items()} == {
        "ghes": 1, "sthar": 0, "phq9": 0, "reflect": 0,
    }  # fmt: skip


@pytest.mark.parametrize("what", ["rating", "comment"])
def test_a_session_that_is_worked_on_keeps_its_recording(desk: Desk, what: str) -> None:
    """An import takes the place of a recording only where nobody has begun: seconds would be those of another."""
    assert begun_sessions(desk.session, desk.programme.study.id) == set()
    desk.point("tom", 3) if what == "rating" else desk.comment("sara", "Here", 12.0)
    assert begun_sessions(desk.session, desk.programme.study.id) == {desk.code}
