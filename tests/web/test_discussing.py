"""Pages of a discussion: nothing leaks before the reveal, raters see no names, forms keep what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from rater.storage.database import writing
from rater.storage.models import Assignment, ConsensusPoint, Note, Point, Rating, Revision, Study, Wave
from rater.terms import RatingState
from tests.web.valid import check
from tests.web.world import World

BASE = "/studies/pilot/training"
ADDRESSES = (
    "waves/training",
    "waves/training/meeting",
    "waves/training/ratings.csv",
    "waves/training/figures.csv",
    "waves/training/KP071/ghes1",
    "waves/training/KP071/ghes1?who=names",
    "waves/training/nowhere/ghes1",
    "criterion",
    "criterion/KP071",
    "proposals",
)
WRITES = {
    "waves/training/KP071/ghes1/consensus": {"point-ghes1": "3", "seen-ghes1": "0", "why-ghes1": "named once"},
    "waves/training/KP071/ghes1/wording": {"point": "2", "text": "Half", "rationale": "unclear"},
}
CHANGES = re.compile(r"nonce[=-]\"?[\w+/=-]+\"?|csrf[_-]token\"[^>]*>|sign_in=[^;]+")


def conceal(world: World) -> None:
    """Take the reveal back, as if it had not come yet."""
    with world.app.app_context(), writing() as session:
        session.scalars(select(Wave).where(Wave.name == "training")).one().revealed_at = None


def empty(world: World) -> None:
    """Take all that was rated in the wave training, as if nobody had begun."""
    with world.app.app_context(), writing() as session:
        wave = session.scalars(select(Wave).where(Wave.name == "training")).one()
        mine = select(Assignment.id).where(Assignment.wave_id == wave.id)
        ratings = select(Rating.id).where(Rating.assignment_id.in_(mine))
        revisions = select(Revision.id).where(Revision.rating_id.in_(ratings))
        session.execute(delete(Point).where(Point.revision_id.in_(revisions)))
        session.execute(delete(Revision).where(Revision.rating_id.in_(ratings)))
        session.execute(delete(Rating).where(Rating.assignment_id.in_(mine)))
        session.execute(delete(Note).where(Note.assignment_id.in_(mine)))
        for each in session.scalars(select(Assignment).where(Assignment.wave_id == wave.id)):
            each.state = RatingState.OPEN


def answers(world: World, name: str) -> Iterator[tuple[str, int, dict[str, str], str]]:
    """What a person gets at each address: status, headers and body, without what differs in any two requests."""
    visitor = world.visitors[name]
    asked = [("GET", each, None) for each in ADDRESSES] + [("POST", each, form) for each, form in WRITES.items()]
    for method, path, form in asked:
        answer = visitor.ask(method, f"{BASE}/{path}", form=form)
        headers = {key: CHANGES.sub("", value) for key, value in answer.headers.items() if key != "Date"}
        yield path, answer.status_code, headers, CHANGES.sub("", answer.text)


@pytest.mark.parametrize("name", ["ben", "theo", "rosa", "mixed"])
def test_before_the_reveal_it_is_all_one_whether_anybody_has_rated(world: World, name: str) -> None:
    conceal(world)
    with_ratings = list(answers(world, name))
    world.restore()
    conceal(world)
    empty(world)
    assert list(answers(world, name)) == with_ratings


@pytest.mark.parametrize("name", ["ben", "theo"])
def test_control_after_the_reveal_it_is_not(world: World, name: str) -> None:
    with_ratings = list(answers(world, name))
    world.restore()
    empty(world)
    assert list(answers(world, name)) != with_ratings


def test_before_the_reveal_the_page_says_that_it_comes(world: World) -> None:
    conceal(world)
    for name in ("ben", "theo"):
        page = world.visitors[name].ask("GET", f"{BASE}/waves/training")
        check(page.text, "en")
        assert (page.status_code, "Not revealed yet" in page.text) == (200, True)
        assert world.visitors[name].ask("GET", f"{BASE}/waves/training/KP071/ghes1").status_code == 423


def test_a_rater_sees_no_name_and_no_code_of_another(world: World) -> None:
    for path in ("waves/training", "waves/training/KP071/ghes1", "waves/training/KP071/ghes1?who=names"):
        page = world.visitors["ben"].ask("GET", f"{BASE}/{path}").text
        check(page, "en")
        main = page[page.index("<main") :].replace("says R2", "").replace("says R9", "")
        assert not re.search(r"\bR[29]\b|Gone\b|P07-S01", main)
    page = world.visitors["theo"].ask("GET", f"{BASE}/waves/training/KP071/ghes1?who=names").text
    check(page, "en")
    assert "Gone" in page
    assert "P07-S01" in page
    assert "Gone" not in world.visitors["theo"].ask("GET", f"{BASE}/waves/training/KP071/ghes1").text


def consensus(world: World, name: str = "theo", **form: str) -> tuple[int, str]:
    answer = world.visitors[name].ask("POST", f"{BASE}/waves/training/KP071/ghes1/consensus", form=form)
    return answer.status_code, answer.text


def test_a_clash_shows_both_values_and_what_was_sent_stays_in_the_form(world: World) -> None:
    first = {"point-ghes1": "3", "seen-ghes1": "0", "why-ghes1": "named once"}
    assert consensus(world, **first)[0] == 303
    status, page = consensus(world, "rosa", **first | {"point-ghes1": "1", "why-ghes1": "hardly named"})
    check(page, "en")
    assert (status, "named once" in page, page.count("hardly named")) == (409, True, 2)
    assert 'name="seen-ghes1" value="1"' in page
    second = first | {"point-ghes1": "1", "seen-ghes1": "1", "why-ghes1": "hardly named"}
    assert consensus(world, "rosa", **second)[0] == 303
    status, page = consensus(world, **second | {"seen-ghes1": "2", "why-ghes1": " ", "point-ghes1": "NOT_RATABLE"})
    check(page, "en")
    assert (status, "The rationale is empty." in page) == (422, True)


def test_the_consensus_is_told_to_raters_and_stands_beside(world: World) -> None:
    points = world.contents()["point"]
    consensus(world, **{"point-ghes1": "3", "seen-ghes1": "0", "why-ghes1": "named once"})
    page = world.visitors["ben"].ask("GET", f"{BASE}/waves/training/KP071/ghes1").text
    assert "named once" in page
    assert "/consensus" not in page
    assert world.contents()["point"] == points


@pytest.mark.parametrize("name", ["ben", "theo"])
def test_german_pages(world: World, name: str) -> None:
    world.visitors[name].ask("POST", "/language", form={"locale": "de"})
    for path in ("waves/training", "waves/training/KP071/ghes1"):
        page = world.visitors[name].ask("GET", f"{BASE}/{path}").text
        check(page, "de")
        assert "Side by side" not in page


def test_strange_fields_end_in_a_sentence(world: World) -> None:
    for field in ("point-ghes1", "seen-ghes1", "why-ghes1"):
        for value in ("9" * 30, "\u00b2", "x" * 5000, "-1", "<b>"):
            sent = {"point-ghes1": "3", "seen-ghes1": "0", "why-ghes1": "y"} | {field: value}
            assert consensus(world, **sent)[0] in (303, 409, 422), (field, value[:10])
    for path in ("criterion/KP071", "waves/training/KP071/ghes1/wording"):
        sent = {"point-ghes1": "\u00b2", "seen-ghes1": "\u00b2", "point": "\u00b2", "text": "a", "rationale": "b"}
        assert world.visitors["theo"].ask("POST", f"{BASE}/{path}", form=sent).status_code == 422


def test_the_main_wave_has_its_meeting_once_it_is_revealed(world: World) -> None:
    assert world.visitors["theo"].ask("GET", f"{BASE}/waves/main/meeting").status_code == 423
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        wave = session.scalars(select(Wave).where(Wave.name == "main", Wave.study_id == study.id)).one()
        wave.revealed_at = wave.locked_at = study.created_at
        assert not session.scalars(select(ConsensusPoint)).all()
    for path in ("waves/main", "waves/main/meeting"):
        page = world.visitors["theo"].ask("GET", f"{BASE}/{path}")
        assert page.status_code == 200
        check(page.text, "en")
    assert world.visitors["ben"].ask("GET", f"{BASE}/waves/main").status_code == 404
    assert world.visitors["ben"].ask("GET", f"{BASE}/waves/main/meeting").status_code == 403
    assert world.visitors["anna"].ask("GET", f"{BASE}/waves/training").status_code == 404, "she rated nothing in it"
