"""Two databases that differ only in feedback that is hidden from a trainee answer him alike, to the byte."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from rater.storage.database import db
from rater.storage.models import Comment
from rater.supervision import feedback
from rater.supervision.operations.commenting import answer_comment, withdraw_comment
from rater.supervision.operations.reviewing import withdraw_review
from rater.terms import ReviewState
from tests.web.reviewed import Desk, Reviewed, build, close
from tests.web.tokens import without_token

Do = Callable[[Desk], None]
OWN, OUT = "o" * 22, "u" * 22
"""Ids of a comment of Tom's and, once he has rated, of one that is released to him."""
COMMENT = {"text": "Mine", "start": "0:05", "stop": "", "item": "sta1", "tags": "mine", "audience": "both"}


def shared(desk: Desk) -> None:
    """What both databases hold: a draft of Tom's, and something that Sara has released."""
    named(desk, "tom", OWN, "I lost the thread", 12)
    named(desk, "sara", OUT, "The task is named", 42, tags=("rationale",))
    desk.release("sara", OUT)


def rated(desk: Desk) -> None:
    """The same once Tom has rated the session himself."""
    shared(desk)
    desk.rate("tom", 2)


def named(desk: Desk, name: str, public_id: str, text: str, start: float, **more: Any) -> None:
    """A draft with this id."""
    made = desk.comment(name, text, start, **more)
    desk.session.scalars(select(Comment).where(Comment.public_id == made)).one().public_id = public_id
    desk.session.flush()


def withdrawn(desk: Desk) -> None:
    made = desk.comment("sara", "Withdrawn", 7, tags=("secret",), item="sta2")
    desk.release("sara", made)
    withdraw_comment(*desk.place("sara"), made, now=desk.now)


def for_supervisors(desk: Desk) -> None:
    made = desk.comment("sara", "For supervisors", 8, 19, audience="supervisor", tags=("secret",))
    desk.release("sara", made)
    answer_comment(*desk.place("sara"), made, "reply", "To myself", now=desk.now)


def review_taken_back(desk: Desk) -> None:
    desk.comment("sara", "Withdrawn with the review", 9, item="sta3")
    desk.summary("A summary", released=True)
    withdraw_review(*desk.place("sara"), now=desk.now)
    desk.release("sara", OUT)


HIDDEN: dict[str, Do] = {
    "a withdrawn comment": withdrawn,
    "a comment for supervisors": for_supervisors,
    "a review that was taken back": review_taken_back,
    "a summary in work": lambda desk: desk.summary("In work"),
    "a rating begun": lambda desk: desk.rate("sara", 1, submitted=False),
    "a rating that is not released": lambda desk: desk.rate("sara", 4),
    "a draft": lambda desk: desk.comment("sara", "Drafted", 6, 20, tags=("secret",), item="sta4") and None,
}


def all_of_it(desk: Desk) -> None:
    for name, do in HIDDEN.items():
        if name not in ("a summary in work", "a rating begun"):
            do(desk)


def released(desk: Desk) -> None:
    """All that a review may hold, for a trainee who still has to rate: nothing of it is his to see."""
    desk.comment("sara", "Released with the review", 9, 30, item="sta3", tags=("secret",))
    desk.rate("sara", 4)
    desk.summary("A summary", released=True)


def answer(desk: Desk) -> None:
    answer_comment(*desk.place("sara"), OUT, "reply", "I add to it", now=desk.now)


BEFORE_RATING = {**HIDDEN, "all of it": all_of_it, "a released review": released, "an answer of hers": answer}
AFTER_RATING = {**HIDDEN, "all of it": all_of_it}


def asked() -> Iterator[tuple[str, str, Any, Any]]:
    """Everything that Tom can ask for, in an order."""
    point = {"op": "tom-000001", "seen": 0, "value": 3, "missing_code": None}
    for path in ("", "?tag=secret", "?item=sta3", "?from=7&to=20", "/rate"):
        yield "GET", path, None, None
    yield "PUT", "/rate/ghes1", point, None
    yield "POST", "/rate", None, {"ghes1": "2", "seen-ghes1": "1", "act": "save"}
    yield "POST", "/rate", None, {"ghes1": "2", "seen-ghes1": "1", "confirm": "yes"}
    yield "POST", "/comments", None, COMMENT
    yield "POST", "/comments", None, {**COMMENT, "stop": "0:01"}
    yield "POST", f"/comments/{OWN}", None, {**COMMENT, "do": "save", "seen": "1"}
    yield "POST", f"/comments/{OWN}", None, {**COMMENT, "do": "save", "seen": "1", "text": "Stale"}
    yield "POST", f"/comments/{OWN}", None, {"do": "release"}
    for each in (OWN, OUT, "n" * 22):
        yield "POST", f"/comments/{each}", None, {"do": "withdraw"}
        yield "POST", f"/comments/{each}/answers", None, {"kind": "reply", "text": "Yes"}
        yield "POST", f"/comments/{each}/answers", None, {"kind": "will_try", "text": "Ask first"}
    yield "POST", "/review", None, {"do": "release", "summary": "x", "seen": "0"}
    yield "GET", "", None, None


def visit(reviewed: Reviewed) -> Iterator[tuple[str, str]]:
    """Each request with its answer, and how many statements it took: more of them would take longer."""
    statements: list[str] = []
    with reviewed.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for method, path, json, form in asked():
        statements.clear()
        got = reviewed.ask("tom", method, path, json, form)
        headers = sorted((name, value) for name, value in got.headers if name != "Set-Cookie")
        body = without_token(f"{got.status_code}\n{got.text}")
        yield f"{method} {path} {form}", f"{body}\n{headers}\n{len(statements)} statements"


def answers(home: Path, base: Do, hidden: Do | None, patch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """All answers in a database with this hidden in it; what is drawn at random is drawn alike."""

    def lay(desk: Desk) -> None:
        for name, trainee in desk.programme.trainees.items():
            trainee.public_id = name.ljust(22, "x")
        base(desk)
        if hidden is not None:
            hidden(desk)

    patch.setattr("rater.people.credentials._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    reviewed = build(home, ("tom",), lay)
    count = itertools.count()
    patch.setattr("secrets.token_urlsafe", lambda size=32: f"{next(count):0{size * 4 // 3 + 1}}")
    found = list(visit(reviewed))
    close(reviewed)
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    """The answers where nothing is hidden, once a process has done what it does for an earlier visit."""
    found = {}
    for name, base in (("earlier", shared), ("waits", shared), ("rated", rated)):
        with pytest.MonkeyPatch.context() as patch:
            found[name] = answers(tmp_path_factory.mktemp(name), base, None, patch)
    return found


def test_the_visit_sees_pages_and_refusals(plain: dict[str, list[tuple[str, str]]]) -> None:
    for name in ("waits", "rated"):
        assert {"200", "303", "404", "409", "422"} <= {got.split("\n")[0] for _, got in plain[name]}
    assert "The task is named" not in plain["waits"][0][1]
    assert "The task is named" in plain["rated"][0][1]


@pytest.mark.parametrize("name", BEFORE_RATING)
def test_who_has_to_rate_first_cannot_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: dict[str, list[tuple[str, str]]], name: str
) -> None:
    found = answers(tmp_path, shared, BEFORE_RATING[name], monkeypatch)
    for (request, mine), (_, theirs) in zip(plain["waits"], found, strict=True):
        assert mine == theirs, request


@pytest.mark.parametrize("name", AFTER_RATING)
def test_who_has_rated_cannot_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: dict[str, list[tuple[str, str]]], name: str
) -> None:
    found = answers(tmp_path, rated, AFTER_RATING[name], monkeypatch)
    for (request, mine), (_, theirs) in zip(plain["rated"], found, strict=True):
        assert mine == theirs, request


def test_what_is_released_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: dict[str, list[tuple[str, str]]]
) -> None:
    found = answers(tmp_path, rated, released, monkeypatch)
    assert found[0] != plain["rated"][0]
    assert "Released with the review" in found[0][1]


def leak_of_drafts(patch: pytest.MonkeyPatch) -> None:
    before = feedback.may_read

    def leaky(by_id: int, state: str, audience: str, reader: Any) -> bool:
        return state == ReviewState.DRAFT or before(by_id, state, audience, reader)

    patch.setattr("rater.supervision.operations.looking.may_read", leaky)


def leak_of_tags(patch: pytest.MonkeyPatch) -> None:
    from rater.storage.queries.reviews import comments_of_session
    from rater.supervision.operations.looking import SeenReview

    def leaky(seen: Any) -> list[str]:
        rows = comments_of_session(db.session(), seen.seen.therapy_session.id)
        return sorted({tag for each in rows for tag in each.tags})

    patch.setattr(SeenReview, "tags", property(leaky))


def leak_of_ratings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("rater.supervision.operations.looking.shows_rating", lambda *given, **more: True)


def leak_in_time(patch: pytest.MonkeyPatch) -> None:
    from rater.supervision.operations import looking

    before = looking.comments_of_session

    def leaky(session: Any, session_id: int) -> Any:
        rows = before(session, session_id)
        for _ in rows:
            before(session, session_id)
        return rows

    patch.setattr(looking, "comments_of_session", leaky)


@pytest.mark.parametrize("leak", [leak_of_drafts, leak_of_tags, leak_of_ratings, leak_in_time])
def test_a_leak_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: Callable[[pytest.MonkeyPatch], None]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        one = answers_with(tmp_path / "one", None, leak, patch)
    with pytest.MonkeyPatch.context() as patch:
        two = answers_with(tmp_path / "two", all_of_it, leak, patch)
    assert one != two


def answers_with(
    home: Path, hidden: Do | None, leak: Callable[[pytest.MonkeyPatch], None], patch: pytest.MonkeyPatch
) -> list[tuple[str, str]]:
    leak(patch)
    return answers(home, rated, hidden, patch)
