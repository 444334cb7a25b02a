"""The pages of a review: for whom, in each state, as plain forms, with what cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rater.storage.database import writing
from rater.storage.models import Comment, Consent, SessionRating, Study
from tests.web.reviewed import BARE, CODE, PLACE, Desk, Reviewed, build, close
from tests.web.valid import LANGUAGES, check

COMMENT = {
    "text": "The task is named, and why", "start": "2:10", "stop": "2:25", "item": "sta1", "tags": "#rationale plan",
    "audience": "both",
}  # fmt: skip


def said(desk: Desk) -> None:
    """Sara has said something in every state, Tom has marked a moment."""
    desk.release("sara", desk.comment("sara", "Released at a moment", 42, item="sta1", tags=("rationale",)))
    desk.release("sara", desk.comment("sara", "Released for supervisors", 50, 60, audience="supervisor"))
    desk.comment("sara", "Drafted of the whole")
    desk.release("tom", desk.comment("tom", "Marked by Tom", 12))
    desk.comment("tom", "Drafted by Tom", 90, 95)


@pytest.fixture
def reviewed(tmp_path: Path) -> Iterator[Reviewed]:
    made = build(tmp_path / "home", do=said)
    yield made
    close(made)


def change(reviewed: Reviewed, do: Any) -> Any:
    with reviewed.app.app_context(), writing() as session:
        return do(session)


def comment_id(reviewed: Reviewed, text: str) -> str:
    return str(change(reviewed, lambda session: session.scalar(select(Comment.public_id).where(Comment.text == text))))


def rate_all(reviewed: Reviewed, name: str, value: str = "2", **more: str) -> Any:
    page = reviewed.ask(name, "GET", "/rate").text
    items = re.findall(r'name="seen-(\w+)" value="(\d+)"', page)
    form = {**dict.fromkeys((item for item, _ in items), value), **{f"seen-{item}": seen for item, seen in items}}
    return reviewed.ask(name, "POST", "/rate", form={**form, **more})


def everything(reviewed: Reviewed) -> Iterator[tuple[str, str, Any, Any]]:
    """Each route of the review with a body that it takes."""
    own = comment_id(reviewed, "Drafted of the whole")
    out = comment_id(reviewed, "Released at a moment")
    yield "GET", "", None, None
    yield "GET", "/rate", None, None
    yield "PUT", "/rate/ghes1", {"op": "op-000001", "seen": 0, "value": 3, "missing_code": None}, None
    yield "POST", "/rate", None, {"ghes1": "3", "seen-ghes1": "0", "act": "save"}
    yield "POST", "/comments", None, COMMENT
    yield "POST", f"/comments/{own}", None, {**COMMENT, "do": "save", "seen": "1"}
    yield "POST", f"/comments/{out}/answers", None, {"kind": "reply", "text": "Yes"}
    yield "POST", "/review", None, {"do": "save", "summary": "Well prepared", "seen": "1"}


EXPECTED = {
    "sara": [200, 200, 200, 303, 303, 303, 303, 303],
    "tom": [200, 200, 200, 303, 303, 404, 404, 404],
    "sven": [404] * 8,
    "tina": [404] * 8,
    "lea": [404] * 8,
    "carl": [403] * 8,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_who_opens_what(reviewed: Reviewed, name: str) -> None:
    asked = list(everything(reviewed))
    assert [reviewed.ask(name, *each).status_code for each in asked] == EXPECTED[name]


def test_nobody_signed_out_and_nothing_once_the_consent_ends(reviewed: Reviewed) -> None:
    fresh = reviewed.app.test_client()
    assert fresh.get(PLACE).location.startswith("/sign-in")

    def end(session: Any) -> None:
        for each in session.scalars(select(Consent)):
            each.withdrawn_at = each.noted_at

    change(reviewed, end)
    for name in ("sara", "tom"):
        assert {reviewed.ask(name, *each).status_code for each in everything(reviewed)} == {423}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["sara", "tom"])
def test_every_state_is_a_good_page(reviewed: Reviewed, name: str, language: str) -> None:
    def look(path: str = "") -> str:
        text: str = reviewed.ask(name, "GET", path, **{"Accept-Language": language}).text
        check(text, language)
        return text

    look()
    look("/rate")
    look("?from=42&to=55&tag=rationale&item=sta1")
    look("?tag=nothing")
    assert rate_all(reviewed, "tom", confirm="yes").status_code == 303
    assert rate_all(reviewed, "sara", "3", confirm="yes").status_code == 303
    reviewed.ask("sara", "POST", "/review", form={"do": "release", "summary": "Well prepared", "seen": "1"})
    assert "Well prepared" in look()
    look("/rate")
    out = comment_id(reviewed, "Released at a moment")
    reviewed.ask("tom", "POST", f"/comments/{out}/answers", form={"kind": "will_try", "text": "Ask first"})
    reviewed.ask("sara", "POST", f"/comments/{out}", form={"do": "withdraw"})
    look()
    bare = reviewed.visitors[name].ask("GET", PLACE.replace(CODE, BARE), headers={"Accept-Language": language})
    check(bare.text, language)


@pytest.mark.parametrize("name", ["sara", "tom"])
def test_every_form_and_link_of_the_page_leads_somewhere(reviewed: Reviewed, name: str) -> None:
    rate_all(reviewed, "tom", confirm="yes")
    page = reviewed.ask(name, "GET").text
    actions = set(re.findall(r'<form[^>]* action="([^"]+)"', page)) - {"/sign-out", "/language"}
    assert any("/answers" in each for each in actions)
    assert {each for each in actions if not each.startswith(PLACE)} == set()


def test_the_trainee_rates_first_then_reads(reviewed: Reviewed) -> None:
    page = reviewed.ask("tom", "GET").text
    assert "First your own rating" in page
    assert "Released at a moment" not in page
    assert "Marked by Tom" in page
    assert rate_all(reviewed, "tom").status_code == 422
    answer = rate_all(reviewed, "tom", confirm="yes")
    assert (answer.status_code, answer.location) == (303, PLACE)
    page = reviewed.ask("tom", "GET").text
    assert "First your own rating" not in page
    assert "Released at a moment" in page
    assert "Released for supervisors" not in page
    assert "Drafted of the whole" not in page
    assert rate_all(reviewed, "tom", "1", confirm="yes").status_code == 423
    assert "Drafted by Tom" not in reviewed.ask("sara", "GET").text


def test_a_rating_is_saved_by_the_form_and_point_by_point(reviewed: Reviewed) -> None:
    point = {"op": "op-000001", "seen": 0, "value": 3, "missing_code": None}
    assert reviewed.ask("tom", "PUT", "/rate/ghes1", point).json["version"] == 1
    clash = reviewed.ask("tom", "PUT", "/rate/ghes1", {**point, "op": "op-000002", "value": 1})
    assert (clash.status_code, clash.json["current"]["value"]) == (409, 3)
    for wrong in ({"value": 9}, {"value": None, "missing_code": "nothing"}, {"seen": "x"}, {"value": "3"}):
        answer = reviewed.ask("tom", "PUT", "/rate/ghes1", {**point, "op": "op-000003", "seen": 1, **wrong})
        assert answer.status_code == 422, wrong
    assert reviewed.ask("tom", "PUT", "/rate/phq9_1", point).status_code == 404
    saved = reviewed.ask("tom", "POST", "/rate", form={"ghes2": "2", "seen-ghes2": "0", "act": "save"})
    assert saved.status_code == 303
    page = reviewed.ask("tom", "GET", "/rate").text
    for kept in ("ghes1-3", "ghes2-2"):
        assert re.search(rf'id="{kept}"[^>]* checked', page), kept
    stale = reviewed.ask("tom", "POST", "/rate", form={"ghes1": "1", "seen-ghes1": "7", "act": "save"})
    assert (stale.status_code, "changed in another window" in stale.text) == (422, True)
    assert reviewed.ask("tom", "POST", "/rate", form={"ghes1": "77"}).status_code == 422


def test_whose_ratings_there_are(reviewed: Reviewed) -> None:
    def only_supervisors(session: Any) -> None:
        session.scalars(select(Study)).one().rated_by = "supervisor"

    change(reviewed, only_supervisors)
    assert (reviewed.ask("tom", "GET", "/rate").status_code, reviewed.ask("sara", "GET", "/rate").status_code) == (
        423, 200,
    )  # fmt: skip
    page = reviewed.ask("tom", "GET").text
    assert "Released at a moment" in page
    assert f'{PLACE}/rate"' not in page
    assert change(reviewed, lambda session: session.scalars(select(SessionRating)).all()) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": " "}, "The comment is empty."),
        ({"text": "x" * 5001}, "5000 are the most."),
        ({"start": "2:25", "stop": "2:10"}, "is not after its start"),
        ({"start": "5:01", "stop": ""}, "does not lie within the recording, which ends at 5:00.0."),
        ({"start": "soon"}, "soon is no time such as 1:15.8."),
        ({"start": ""}, "The span has an end and no start."),
        ({"item": "phq9_1"}, "phq9_1 is not an item of the study."),
        ({"tags": "a/b"}, "a/b cannot be a tag."),
        ({"audience": "world"}, "world does not say who may read it."),
        ({"text": "turned \u202e round"}, "a sign that cannot be seen"),
    ],
)
def test_a_comment_that_cannot_be_kept_comes_back_with_its_faults(
    reviewed: Reviewed, wrong: dict[str, str], told: str
) -> None:
    before = change(reviewed, lambda session: len(session.scalars(select(Comment)).all()))
    own = comment_id(reviewed, "Drafted of the whole")
    for path, more in (("/comments", {}), (f"/comments/{own}", {"do": "save", "seen": "1"})):
        answer = reviewed.ask("sara", "POST", path, form={**COMMENT, **wrong, **more})
        assert answer.status_code == 422
        check(answer.text, "en")
        assert told in answer.text
        if wrong.keys() != {"text"}:
            assert "The task is named, and why" in answer.text
    assert change(reviewed, lambda session: len(session.scalars(select(Comment)).all())) == before


def test_both_texts_are_shown_where_a_draft_has_changed_meanwhile(reviewed: Reviewed) -> None:
    own = comment_id(reviewed, "Drafted of the whole")
    form = {**COMMENT, "do": "save", "seen": "1"}
    assert reviewed.ask("sara", "POST", f"/comments/{own}", form=form).status_code == 303
    answer = reviewed.ask("sara", "POST", f"/comments/{own}", form={**form, "text": "Mine of the other window"})
    assert answer.status_code == 409
    check(answer.text, "en")
    assert "There: <strong>2:10</strong> The task is named, and why" in answer.text
    assert "Mine of the other window" in answer.text
    assert (
        reviewed.ask("sara", "POST", f"/comments/{own}", form={**form, "text": "Mine", "seen": "2"}).status_code == 303
    )
    reviewed.ask("sara", "POST", "/review", form={"do": "save", "summary": "One", "seen": "1"})
    answer = reviewed.ask("sara", "POST", "/review", form={"do": "save", "summary": "Two", "seen": "1"})
    assert answer.status_code == 409
    check(answer.text, "en")
    assert "There: One" in answer.text
    assert "Two" in answer.text


def test_strange_requests_are_refused(reviewed: Reviewed) -> None:
    own, out = comment_id(reviewed, "Drafted of the whole"), comment_id(reviewed, "Released at a moment")
    for path, form, status in (
        ("/review", {"do": "burn"}, 400),
        ("/review", {"do": "withdraw"}, 423),
        ("/review", {"do": "save", "summary": "x" * 10_001, "seen": "1"}, 422),
        (f"/comments/{own}", {"do": "burn"}, 400),
        (f"/comments/{own}", {"do": "withdraw"}, 423),
        (f"/comments/{out}", {"do": "delete"}, 423),
        (f"/comments/{out}", {**COMMENT, "do": "save", "seen": "9" * 400}, 423),
        ("/comments/nowhere", {"do": "delete"}, 404),
        (f"/comments/{out}/answers", {"kind": "will_try", "text": "x"}, 422),
        (f"/comments/{out}/answers", {"kind": "reply", "text": " "}, 422),
        (f"/comments/{own}/answers", {"kind": "reply", "text": "x"}, 422),
    ):
        assert reviewed.ask("sara", "POST", path, form=form).status_code == status, (path, form)
    for query in ("?from=x&to=y", "?from=1e9", "?from=-1", "?to=5", "?tag=%00", "?item=%ff"):
        assert reviewed.ask("sara", "GET", query).status_code == 200, query


def test_an_excerpt_asked_for_reaches_the_player_without_scripts(reviewed: Reviewed) -> None:
    for query, fragment in (("?from=42&to=55", "#t=42,55"), ("?from=42", "#t=42"), ("?from=290&to=400", "#t=290,300")):
        assert f'/audio{fragment}"' in reviewed.ask("sara", "GET", query).text
    assert "/audio#t" not in reviewed.ask("sara", "GET", "?from=301&to=310").text
