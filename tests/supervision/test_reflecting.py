"""Reflections and the rating of a meeting: whose they are, who reads them, and where they do not show."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.analysis.operations.computing import analysis_data
from rater.errors import BadInput, NotFound, NotPermitted
from rater.exports.operations import streamed_data
from rater.recordings.operations.outcomes import _measure
from rater.storage.models import AuditEvent, Reflection
from rater.storage.queries.studies import uses_of_scale
from rater.studies.operations import reflection_scales_of, scales_of
from rater.supervision.operations.handling import handling_of, rate_handling
from rater.supervision.operations.meetings import plan_meeting
from rater.supervision.operations.reflecting import fill_in, reflection_for, reflections_for, share_reflection
from rater.supervision.tasks import Side
from tests.builders.study import NOON, actor_of
from tests.builders.supervision import Programme, make_programme

LATER = NOON + timedelta(days=1)
GIVEN = {"belief1": "3", "belief2": "0", "words": "Mrs. P made me think"}


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def fills(session: Session, programme: Programme, name: str = "tom", **given: str) -> Reflection:
    return fill_in(session, actor_of(programme.people[name]), "clinic", "reflect", given or GIVEN, now=LATER)


def reads(session: Session, programme: Programme, name: str, row: Reflection) -> bool:
    try:
        reflection_for(session, actor_of(programme.people[name]), "clinic", row.public_id, now=LATER)
    except (NotFound, NotPermitted):
        return False
    return True


def shares(session: Session, programme: Programme, row: Reflection, shared: bool, name: str = "tom") -> None:
    actor = actor_of(programme.people[name])
    share_reflection(session, actor, "clinic", row.public_id, shared=shared, now=LATER)


def test_a_reflection_is_read_by_two_people_at_most(session: Session, programme: Programme) -> None:
    row = fills(session, programme)
    assert (row.points, row.words) == ({"belief1": 3, "belief2": 0}, "Mrs. P made me think")
    assert {name for name in programme.people if reads(session, programme, name, row)} == {"tom"}
    with pytest.raises(NotFound):
        shares(session, programme, row, True, "sara")
    shares(session, programme, row, True)
    assert {name for name in programme.people if reads(session, programme, name, row)} == {"tom", "sara"}
    sara = reflections_for(session, actor_of(programme.people["sara"]), "clinic", now=LATER)
    assert (list(sara.shared), list(sara.own)) == ([row], [])
    programme.trainees["tom"].supervisions[0].until = LATER
    session.flush()
    assert not reads(session, programme, "sara", row)
    programme.trainees["tom"].supervisions[0].until = None
    shares(session, programme, row, False)
    assert {name for name in programme.people if reads(session, programme, name, row)} == {"tom"}


@pytest.mark.parametrize("given", [{"belief1": "5"}, {"belief1": "x"}, {"belief9": "3"}, {"words": "  "}])
def test_what_is_no_answer_is_told(session: Session, programme: Programme, given: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        fills(session, programme, **given)
    assert session.scalars(select(Reflection)).all() == []


def test_only_a_form_for_reflection_is_one(session: Session, programme: Programme) -> None:
    tom = actor_of(programme.people["tom"])
    for scale in ("ghes", "phq9", "gone"):
        with pytest.raises(NotFound):
            fill_in(session, tom, "clinic", scale, {"ghes1": "3", "phq1": "1"}, now=LATER)
    with pytest.raises(NotFound):
        fills(session, programme, "sara")


def test_reflections_are_in_no_rating_report_or_export(session: Session, programme: Programme) -> None:
    fills(session, programme)
    study = programme.study
    (found,) = reflection_scales_of(study)
    assert found[0].scale == "reflect"
    assert "reflect" not in {row.scale for row, _ in scales_of(study, observer_only=True)}
    for scales in (analysis_data(session, study).scales, streamed_data(session, study).scales):
        assert {scale.id for scale in scales} == {"ghes", "sthar", "phq9"}
    with pytest.raises(BadInput):
        _measure(study, "reflect")
    assert uses_of_scale(session, found[0]) == 1, "what was filled in keeps its version"


def test_each_rates_a_meeting_before_seeing_the_other(session: Session, programme: Programme) -> None:
    place: dict[str, Any] = {"slug": "clinic", "trainee_id": programme.trainees["tom"].public_id, "now": LATER}
    tom, sara = actor_of(programme.people["tom"]), actor_of(programme.people["sara"])
    meeting = plan_meeting(session, sara, day=date(2026, 11, 5), **place)
    place["meeting_id"] = meeting.public_id
    rate_handling(session, sara, given={"sta1": "4", "str1": "2"}, **place)
    assert handling_of(session, tom, **place).points == {}
    assert handling_of(session, sara, **place).points == {Side.SUPERVISOR: {"sta1": 4, "str1": 2}}
    rate_handling(session, tom, given={"sta1": "1"}, **place)
    assert handling_of(session, tom, **place).points[Side.SUPERVISOR]["sta1"] == 4
    with pytest.raises(BadInput):
        rate_handling(session, tom, given={"sta1": "9"}, **place)
    with pytest.raises(BadInput):
        rate_handling(session, tom, given={}, **place)
    with pytest.raises(NotFound):
        handling_of(session, actor_of(programme.people["sven"]), **place)


def test_the_audit_holds_no_words_of_a_reflection(session: Session, programme: Programme) -> None:
    shares(session, programme, fills(session, programme), True)
    events = session.scalars(select(AuditEvent).where(AuditEvent.action.like("reflection.%"))).all()
    assert [each.action for each in events] == ["reflection.filled", "reflection.shared"]
    assert not [each for each in events if "Mrs. P" in str(each.detail) or "belief" in str(each.detail)]
