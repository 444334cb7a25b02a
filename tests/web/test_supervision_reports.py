"""Portfolio and overview as pages and files: nothing unreleased leaks, and nobody is ranked."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.storage.database import writing
from rater.storage.models import Person, Review, SessionPoint, SessionRating, Study, TherapySession, Trainee
from rater.terms import RatedBy, ReviewState
from tests.builders.study import NOON
from tests.builders.supervision import Programme, make_supervised
from tests.web.supervised_work import OF_TOM, add_work
from tests.web.tokens import without_token
from tests.web.world import World

OVERVIEW = "/studies/clinic/supervision/overview"


def give(session: Session, study: Study, of: TherapySession, by: Person) -> None:
    """A supervisor's points on the GHES."""
    rating = SessionRating(session_id=of.id, by_id=by.id, kind=RatedBy.SUPERVISOR, started_at=NOON, submitted_at=NOON)
    session.add(rating)
    session.flush()
    version = study.scale_versions[0].id
    session.add_all(
        SessionPoint(rating_id=rating.id, scale_version_id=version, item=f"ghes{at}", value=3, changed_at=NOON)
        for at in range(1, 8)
    )


@pytest.fixture
def rated(clinic: World) -> World:
    """Sara has rated tom's session and not released it."""
    clinic.restore()
    with clinic.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "clinic")).one()
        sara = session.scalars(select(Person).where(Person.email == "sara@example.org")).one()
        code = clinic.ids["session"]
        made = session.scalars(select(TherapySession).where(TherapySession.code == code)).one()
        give(session, study, made, sara)
    return add_work(clinic)


def release(clinic: World) -> None:
    with clinic.app.app_context(), writing() as session:
        session.scalars(select(Review)).one().state = ReviewState.RELEASED


def table(clinic: World, name: str, path: str) -> list[dict[str, str]]:
    answer = clinic.visitors[name].ask("GET", path.format(**clinic.ids))
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert b"\r" not in answer.data
    return list(csv.DictReader(io.StringIO(answer.data.decode())))


@pytest.mark.parametrize("file", ["portfolio.csv", "portfolio-scores.csv"])
def test_a_table_has_what_is_released_and_nothing_before(rated: World, file: str) -> None:
    path = f"{OF_TOM}/{file}"
    assert {row["by"] for row in table(rated, "sara", path)} == {"supervisor"}
    assert table(rated, "tom", path) == []
    release(rated)
    rows = table(rated, "tom", path)
    assert {(row["session_id"], row["patient_id"], row["by"], row["scale"]) for row in rows} == {
        (rated.ids["session"], "PT1", "supervisor", "ghes")
    }


def test_a_portfolio_shows_what_is_released_and_nothing_before(rated: World) -> None:
    path = f"{OF_TOM}/portfolio".format(**rated.ids)
    assert 'class="extent"' in rated.visitors["sara"].ask("GET", path).text
    assert 'class="extent"' not in rated.visitors["tom"].ask("GET", path).text
    release(rated)
    assert 'class="extent"' in rated.visitors["tom"].ask("GET", path).text


def test_a_portfolio_of_many_sessions_is_as_wide_as_paper(rated: World) -> None:
    """Tables of twelve sessions one below the other; on the trainee's own page they are one that scrolls."""
    places = f"{OF_TOM}/portfolio".format(**rated.ids), OF_TOM.format(**rated.ids)
    few = [rated.visitors["sara"].ask("GET", place).text.count('class="extent"') for place in places]
    with rated.app.app_context(), writing() as session:
        trainee = session.scalars(select(Trainee).where(Trainee.public_id == rated.ids["trainee"])).one()
        study = session.scalars(select(Study).where(Study.slug == "clinic")).one()
        sara = session.scalars(select(Person).where(Person.email == "sara@example.org")).one()
        for number in range(10, 22):
            made, _ = make_supervised(session, Programme(study, {}, {"tom": trainee}), "tom", number)
            give(session, study, made, sara)
    portfolio, profile = (rated.visitors["sara"].ask("GET", place).text for place in places)
    assert [portfolio.count('class="extent"'), profile.count('class="extent"')] == [2 * few[0], few[1]]
    assert "Items by session, part 2 of 2" in portfolio
    assert portfolio.count(">Earlier range<") == few[0], "said once for each scale"


def test_a_portfolio_counts_comments_and_does_not_repeat_them(rated: World) -> None:
    page = rated.visitors["sara"].ask("GET", f"{OF_TOM}/portfolio".format(**rated.ids)).text
    assert "The reason was left out" not in page
    assert "Comments on these sessions (1)" in page


@pytest.mark.parametrize("query", ["from=soon", "to=2026-13-01", "from=2026-05-02&to=2026-05-01"])
def test_days_that_are_none_are_told(clinic: World, query: str) -> None:
    for file in ("portfolio", "portfolio.csv", "portfolio-scores.csv"):
        answer = clinic.visitors["tom"].ask("GET", f"{OF_TOM}/{file}?{query}".format(**clinic.ids))
        assert answer.status_code == 422
        assert "is no day" in answer.text or "ends before it begins" in answer.text


def test_the_overview_is_the_same_whatever_anybody_was_rated(rated: World) -> None:
    release(rated)
    before = without_token(rated.visitors["lea"].ask("GET", OVERVIEW).text)
    assert "at least 5" in before
    with rated.app.app_context(), writing() as session:
        for point in session.scalars(select(SessionPoint)):
            point.value = 0
    assert without_token(rated.visitors["lea"].ask("GET", OVERVIEW).text) == before
    for word in ("sort", "rank", "ghes", "Mean share"):
        assert word not in re.sub(r"<head>.*?</head>", "", before, flags=re.S), word


def test_the_overview_takes_no_order_from_the_address(clinic: World) -> None:
    plain, asked = (clinic.visitors["lea"].ask("GET", f"{OVERVIEW}{query}").text for query in ("", "?sort=trainee"))
    rows = [re.findall(r'<span class="code">(T\d)</span>', page) for page in (plain, asked)]
    assert rows[0] == rows[1] == ["T1", "T2"]


def test_the_overview_as_a_table_has_counts_alone(rated: World) -> None:
    rows = table(rated, "lea", f"{OVERVIEW}.csv")
    assert [row["trainee_id"] for row in rows] == ["T1", "T2"]
    assert {name for name in rows[0] if name not in ("trainee_id", "trainee", "supervisor")} == {
        "sessions_recorded", "sessions_reviewed", "sessions_waiting", "waiting_since", "meetings_held", "next_meeting",
        "homework_agreed", "homework_done", "homework_overdue", "consents_ending",
    }  # fmt: skip
