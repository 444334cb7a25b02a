"""Ratings made elsewhere beside those made here."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.ratings.operations.importing import import_ratings, read_ratings_for
from rater.storage.models import Assignment, Rater, Rating, Revision, Study
from rater.storage.queries.points import rated_sessions
from rater.tables import Imported
from rater.terms import COMMAND_LINE, Position
from tests.builders.study import NOON, all_points, make_assignment, make_rating, make_session, make_study

HEADER = "rating_id,version,session_id,rater_id,role,item,value,missing_code,submitted_at\n"


def take(session: Session, study: Study, rows: str, *, wave: str | None = None) -> Imported:
    content = read_ratings_for(session, study, (HEADER + rows).encode(), wave=wave)
    return import_ratings(session, COMMAND_LINE, study, content, now=NOON)


def refused(session: Session, study: Study, rows: str) -> str:
    with pytest.raises(BadInput) as error:
        take(session, study, rows)
    return str(error.value)


def positions(session: Session) -> dict[str, str]:
    rows = session.execute(select(Rater.code, Assignment.position).join(Assignment.rater))
    return {row.code: row.position for row in rows}


def test_versions_become_submitted_revisions(session: Session) -> None:
    study = make_study(session)
    make_session(session, study)
    rows = (
        "A,1,P01-S01,R1,main,ghes1,3,,2018-02-03T10:00:00+01:00\nA,1,P01-S01,R1,main,ghes2,1,,\n"
        "A,2,P01-S01,R1,main,ghes1,,NOT_RATABLE,\n"
    )
    assert take(session, study, rows).added == 1
    (counted,) = rated_sessions(session, study.id, "main")
    assert (counted.rating_code, counted.revision, counted.points) == ("A", 2, {"ghes1": None})
    assert counted.missing == {"ghes1": "NOT_RATABLE"}
    moments = session.scalars(select(Revision.submitted_at).order_by(Revision.number)).all()
    assert moments == [datetime(2018, 2, 3, 9, tzinfo=UTC), NOON]
    assert take(session, study, rows).unchanged == 1
    assert take(session, study, "A,3,P01-S01,R1,main,ghes1,2,,\n").updated == 1
    assert rated_sessions(session, study.id, "main")[0].points == {"ghes1": 2}


def test_the_allocation_decides_the_role_and_else_the_codes(session: Session) -> None:
    study = make_study(session)
    first, _ = make_session(session, study), make_session(session, study, number=2)
    make_assignment(session, study, first, "R9")
    make_assignment(session, study, first, "R1", position=Position.SECOND)
    take(session, study, "A,1,P01-S01,R1,,ghes1,3,,\nB,1,P01-S01,R9,,ghes1,2,,\n")
    assert positions(session) == {"R1": "second", "R9": "main"}
    take(session, study, "C,1,P01-S02,R8,,ghes1,3,,\nD,1,P01-S02,R7,,ghes1,2,,\n")
    assert positions(session) == {"R1": "second", "R9": "main", "R7": "main", "R8": "second"}
    assert session.scalars(select(Assignment.state).distinct()).all() == ["submitted"]


def test_a_role_in_the_file_leaves_the_other_place_to_the_other(session: Session) -> None:
    study = make_study(session)
    make_session(session, study)
    take(session, study, "A,1,P01-S01,R1,second,ghes1,3,,\nB,1,P01-S01,R2,,ghes1,2,,\n")
    assert positions(session) == {"R1": "second", "R2": "main"}


@pytest.mark.parametrize("wave", ["calibration", "training-2"])
def test_other_waves_are_rated_by_all(session: Session, wave: str) -> None:
    study = make_study(session)
    make_session(session, study)
    rows = "".join(f"{rater},1,P01-S01,{rater},,ghes1,3,,\n" for rater in ("R1", "R2", "R3"))
    assert take(session, study, rows, wave=wave).added == 3
    assert set(positions(session).values()) == {"all"}


def test_a_wave_that_there_cannot_be_is_refused_with_those_there_can(session: Session) -> None:
    study = make_study(session)
    make_session(session, study)
    with pytest.raises(BadInput, match=r"no wave trial-2.*training-2"):
        take(session, study, "A,1,P01-S01,R1,,ghes1,3,,\n", wave="trial-2")


def test_ratings_made_here_are_left_alone(session: Session) -> None:
    study = make_study(session)
    begun, done = make_session(session, study), make_session(session, study, number=2)
    make_rating(session, make_assignment(session, study, begun, "R1"), {"ghes1": 2}, submitted=False)
    rating = make_rating(session, make_assignment(session, study, done, "R1"), all_points(study))
    assert "has begun to rate" in refused(session, study, ",1,P01-S01,R1,,ghes1,2,,\n")
    here = "".join(f"{rating.code},1,P01-S02,R1,main,{item},2,,\n" for item in all_points(study))
    assert take(session, study, here).unchanged == 1
    assert "other values" in refused(session, study, here.replace("ghes1,2", "ghes1,3"))
    person = Revision(rating_id=rating.id, number=2, submitted_at=NOON, by_id=None)
    session.add(person)
    session.flush()
    assert take(session, study, here).unchanged == 1


def test_a_rating_submitted_by_its_rater_gets_no_higher_version(session: Session) -> None:
    from tests.builders.study import make_person

    study = make_study(session)
    rating = make_rating(
        session, make_assignment(session, study, make_session(session, study), "R1"), all_points(study)
    )
    higher = f"{rating.code},2,P01-S01,R1,main,ghes1,2,,\n"
    revision = session.scalars(select(Revision).where(Revision.rating_id == rating.id)).one()
    revision.by_id = make_person(session, "r1@example.org").id
    session.flush()
    assert "was submitted here by its rater" in refused(session, study, higher)
    revision.by_id = None
    session.flush()
    assert take(session, study, higher).updated == 1


def test_refused_ratings_leave_no_rater_behind(session: Session) -> None:
    study = make_study(session)
    make_session(session, study)
    refused(session, study, "A,1,P01-S01,R5,main,ghes1,3,,\nB,1,P01-S99,R6,main,ghes1,3,,\n")
    assert session.scalars(select(Rater.code)).all() == []
    assert session.scalars(select(Rating.id)).all() == []
    take(session, study, "A,1,P01-S01,R5,main,ghes1,3,,\n")
    assert session.scalars(select(Rater.code)).all() == ["R5"]


def test_a_value_that_cannot_be_read_is_one_fault(session: Session) -> None:
    study = make_study(session)
    make_session(session, study)
    good = "A,1,P01-S01,R1,main,ghes1,3,,\nA,1,P01-S01,R1,main,ghes2,1,,\n"
    take(session, study, good)
    assert len(refused(session, study, good.replace("ghes2,1", "ghes2,9")).splitlines()) == 1
    assert "other values" in refused(session, study, good.replace("ghes2,1", "ghes2,2"))
