"""Two databases that differ only in what is hidden from a rater answer her alike, to the byte."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from rater.allocation.balance import balance
from rater.allocation.operations.recording import record_draw
from rater.allocation.plans import ALGORITHM, Plan, PlannedSession, SessionToRate, Settings, plan_digest
from rater.ratings.operations.logs import save_difficulty, save_homework_report
from rater.ratings.operations.notes import save_note
from rater.ratings.operations.saving import save_point
from rater.storage.database import db, writing
from rater.storage.media.store import MediaStore
from rater.storage.models import Assignment, Exclusion, OutcomeValue, Point, Study, TherapySession
from rater.studies.operations import scales_of
from rater.terms import COMMAND_LINE, Completed, Position, Role
from tests.application import make_app
from tests.builders.study import (
    NOON,
    actor_of,
    all_points,
    make_assignment,
    make_person,
    make_rating,
    make_recording,
    make_session,
    make_study,
    make_task,
)
from tests.web.test_pages import ITEMS
from tests.web.world import LATER, PEAKS, Visitor

SOUND = bytes(range(256)) * 20
MINE = [name * 22 for name in "ABC"]
NOTE = {"seen": 0, "second": 2.5, "text": "mine"}
BENS, JOB, RECORDING, TASK, DRAW = "b" * 22, "j" * 22, "r" * 22, "t" * 22, "w" * 22
SETTINGS = {"wave": "main", "share": "40", "seed": "7", "rater": ["R1", "R2"], "why": "I would like to know"}


@dataclass
class Hidden:
    """What a rater must not be able to tell; each field is something that differs."""

    second: bool = False
    second_submitted: bool = False
    position: Position = Position.MAIN
    outcomes: int | None = None
    patient: str = "P01"
    number: int = 2
    therapist: str = "T1"
    held_on: date | None = None
    file_name: str = "a.mp3"
    earlier_rows: int = 0
    excluded: bool = False
    theirs_due: date | None = None


VARIANTS = {
    "a second rater is assigned": Hidden(second=True),
    "the second rater has rated": Hidden(second=True, second_submitted=True),
    "her rating is the second one": Hidden(second=True, position=Position.SECOND),
    "the second rater is late": Hidden(second=True, theirs_due=date(2026, 10, 1)),
    "all rate it": Hidden(position=Position.ALL),
    "low outcomes": Hidden(outcomes=0),
    "high outcomes": Hidden(outcomes=3),
    "another patient": Hidden(patient="Q77", number=9, therapist="T3", held_on=date(2026, 3, 1)),
    "another file": Hidden(file_name="Mueller_Sitzung7.mp3"),
    "another session is excluded": Hidden(excluded=True),
    "more rows before": Hidden(earlier_rows=3),
    "all at once": Hidden(
        True, True, Position.SECOND, 2, "Q77", 9, "T3", date(2026, 3, 1), "x.wav", 2, True, NOON.date()
    ),
}


def build(home: Path, hidden: Hidden) -> Flask:
    """Anna's three sessions and all that is hidden around them."""
    app = make_app(home)
    app.extensions["rater_clock"] = lambda: LATER
    app.config["SECRET_KEY"] = "the same in every variant"
    with app.app_context(), writing() as session:
        study = make_study(session)
        for number in range(hidden.earlier_rows):
            before = make_session(session, study, "Z01", number + 1)
            make_rating(session, make_assignment(session, study, before, "R7"), all_points(study))
        make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
        make_person(session, "ben@example.org", (study, Role.RATER), code="R2")
        _sessions(session, study, hidden, app.extensions["rater_media"])
    return app


def _sessions(session: Session, study: Study, hidden: Hidden, store: MediaStore) -> None:
    sessions = [
        make_session(session, study, hidden.patient, hidden.number + place, therapist=hidden.therapist)
        for place in range(3)
    ]
    other = make_session(session, study, "P50", 1)
    audio, peaks = store.put_bytes(SOUND), store.put_bytes(PEAKS.to_bytes())
    recording = make_recording(session, sessions[0], audio, peaks, size=len(SOUND), mime="audio/ogg")
    recording.public_id, recording.parts = RECORDING, [{"sha256": hidden.file_name, "duration_s": 60.0}]
    task = make_task(session, study, other, sessions[0])
    task.public_id = TASK
    for place, (each, code) in enumerate(zip(sessions, ("KX7", "KB2", "KM9"), strict=True)):
        each.rating_code, each.held_on = code, hidden.held_on
        mine = make_assignment(session, study, each, "R1", position=hidden.position, place=place)
        mine.public_id, mine.due_on = MINE[place], date(2026, 11, 5 + place)
        if place == 2:
            make_rating(session, mine, all_points(study))
    _record(session, study, sessions, hidden)
    if hidden.excluded:
        session.add(Exclusion(study_id=study.id, session_id=other.id, reason="unusable", excluded_at=NOON))
    if hidden.second:
        _second(session, study, sessions, hidden)
    if hidden.outcomes is not None:
        _outcomes(session, study, sessions, hidden.outcomes)


def _second(session: Session, study: Study, sessions: list[TherapySession], hidden: Hidden) -> None:
    ben = actor_of(make_person(session, "ben@example.org"))
    theirs = Position.MAIN if hidden.position is Position.SECOND else Position.SECOND
    for each, public_id in ((sessions[0], BENS), (sessions[2], "c" * 22)):
        assignment = make_assignment(session, study, each, "R2", position=theirs)
        assignment.public_id, assignment.due_on = public_id, hidden.theirs_due
        session.flush()
        if hidden.second_submitted and each is sessions[0]:
            save_point(session, ben, BENS, "ghes1", 4, None, now=NOON, operation_id="op-000001")
            save_note(
                session, ben, BENS, "b" * 32, 12, "the other rater's own words", now=NOON, operation_id="op-000002"
            )
            save_homework_report(session, ben, BENS, TASK, Completed.NO, now=NOON)
            save_difficulty(session, ben, BENS, "lack_of_time", True, now=NOON)
        elif hidden.second_submitted:
            make_rating(session, assignment, all_points(study, 4))


def _outcomes(session: Session, study: Study, sessions: list[TherapySession], value: int) -> None:
    row = next(row for row, scale in scales_of(study) if not scale.observer)
    for each, item in itertools.product(sessions, row.items):
        session.add(OutcomeValue(session_id=each.id, scale_version_id=row.id, item=item, value=value))


def _record(session: Session, study: Study, sessions: list[TherapySession], hidden: Hidden) -> None:
    """The record of a draw whose plan is what differs."""
    second = "R2" if hidden.second else None
    inputs = [SessionToRate(each.code, hidden.therapist, hidden.patient, "I") for each in sessions]
    plan = [PlannedSession(each.code, "R1", second) for each in sessions]
    settings = Settings(float(hidden.second), hidden.earlier_rows, ("R1", "R2"))
    after = balance(Plan(tuple(plan), settings.seed), inputs, settings)
    more = {"algorithm": ALGORITHM, "digest": plan_digest(inputs, settings), "before": None, "after": after}
    drawn = record_draw(session, COMMAND_LINE, study, "main", (inputs, settings), plan, why="x", now=NOON, **more)
    drawn.public_id = DRAW


def _allocation() -> Iterator[tuple[str, str, Any, Any]]:
    """The pages on which the plan is drawn and its records are kept."""
    yield "GET", "/studies/pilot/allocation", None, None
    yield "POST", "/studies/pilot/allocation", None, SETTINGS
    yield "POST", "/studies/pilot/allocation/keep", None, SETTINGS
    for path in (f"/draws/{DRAW}", f"/draws/{DRAW}?check=yes", f"/draws/{DRAW}/allocation.csv", "/draws/none"):
        yield "GET", path, None, None


def _endings() -> Iterator[tuple[str, str, Any, Any]]:
    """The pages on which ratings end, one's own and those of others."""
    for each in (MINE[2], BENS):
        yield "GET", f"/ratings/{each}/revisions", None, None
        yield "POST", f"/ratings/{each}/reopen", None, {"reason": "I misread an anchor"}
        yield "GET", f"/ratings/{each}", None, None
        yield "GET", f"/ratings/{each}/revisions", None, None
        yield "GET", f"/ratings/{each}/as-submitted", None, None
        yield "POST", f"/ratings/{each}/as-submitted", None, {}
    for each in (MINE[1], BENS):
        yield "GET", f"/ratings/{each}/cannot-rate", None, None
        yield "POST", f"/ratings/{each}/cannot-rate", None, {"reason": "other", "text": "another session is on it"}
        yield "GET", f"/ratings/{each}", None, None
        yield "GET", "/studies/pilot/sessions", None, None
        yield "POST", f"/ratings/{each}/take-back", None, {}
        yield "GET", f"/ratings/{each}/concern", None, None
        yield "POST", f"/ratings/{each}/concern", None, {"text": "She sounds hopeless"}
        yield "GET", f"/ratings/{each}/concern", None, None
    for path in ("/concerns", "/studies/pilot/set-aside", "/studies/pilot/waves/main/lock"):
        yield "GET", path, None, None


def visit(app: Flask) -> Iterator[tuple[str, str]]:
    """Everything Anna can ask for, in order, each with the answer she gets and how many statements it took.

    What a clock says is never twice the same; the number of statements is what would make an answer take longer.
    """
    anna = Visitor(app.test_client(), "anna@example.org")
    point = {"op": "anna-00001", "seen": 0, "value": 3, "missing_code": None}
    whole = {"confirm": "yes", **dict.fromkeys(ITEMS, "2"), **{f"seen-{item}": "1" for item in ITEMS}}
    asked: list[tuple[str, str, Any, Any]] = [
        ("GET", "/", None, None),
        ("GET", "/studies/pilot/sessions", None, None),
        *[("GET", f"/ratings/{each}", None, None) for each in (*MINE, BENS, "c" * 22, "d" * 22)],
        ("GET", f"/recordings/{RECORDING}/audio", None, None),
        ("GET", f"/recordings/{RECORDING}/peaks", None, None),
        ("GET", "/studies/pilot", None, None),
        ("POST", "/studies/pilot/reliability", None, {}),
        ("POST", "/studies/pilot/exports", None, {}),
        ("GET", f"/jobs/{JOB}", None, None),
        ("GET", f"/exports/{JOB}", None, None),
        ("PUT", f"/ratings/{BENS}/items/ghes1", point, None),
        ("PUT", f"/ratings/{BENS}/notes/{'b' * 32}", {"op": "anna-00002", "seen": 0, "second": 1, "text": "x"}, None),
        ("PUT", f"/ratings/{BENS}/homework/{TASK}", {"op": "anna-00003", "seen": 0, "completed": "yes"}, None),
        ("POST", f"/ratings/{BENS}/submit", None, {"confirm": "yes"}),
        ("PUT", f"/ratings/{MINE[0]}/items/ghes1", {**point, "op": "op-000001"}, None),
        ("PUT", f"/ratings/{MINE[0]}/items/ghes1", {**point, "value": 1, "op": "anna-00004"}, None),
        ("PUT", f"/ratings/{MINE[0]}/items/phq9_1", {**point, "op": "anna-00005"}, None),
        ("PUT", f"/ratings/{MINE[0]}/items/ghes2", {**point, "value": 9, "op": "anna-00006"}, None),
        ("PUT", f"/ratings/{MINE[0]}/notes/{'b' * 32}", {**NOTE, "op": "op-000002"}, None),
        ("PUT", f"/ratings/{MINE[0]}/homework/{TASK}", {"op": "anna-00007", "seen": 0, "completed": "yes"}, None),
        ("PUT", f"/ratings/{MINE[0]}/difficulties/lack_of_time", {"op": "anna-00008", "present": False}, None),
        ("PUT", f"/ratings/{MINE[2]}/items/ghes1", {**point, "op": "anna-00009"}, None),
        ("POST", f"/ratings/{MINE[0]}/submit", None, {"ghes2": "2", "seen-ghes2": "0", "confirm": "yes"}),
        ("GET", f"/ratings/{MINE[0]}", None, None),
        ("POST", f"/ratings/{MINE[0]}/submit", None, whole),
        ("POST", f"/ratings/{MINE[0]}/submit", None, {**whole, **{f"seen-{item}": "9" for item in ITEMS}}),
        ("GET", "/studies/pilot/sessions", None, None),
        ("GET", f"/ratings/{MINE[0]}", None, None),
        ("GET", "/studies/pilot", None, None),
        ("GET", "/", None, None),
        *_allocation(),
        *_endings(),
    ]
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for method, path, json, form in asked:
        statements.clear()
        answer = anna.ask(method, path, json, form=form)
        headers = sorted((name, value) for name, value in answer.headers if name != "Set-Cookie")
        shown = _without_token(f"{answer.status_code}\n{headers}\n{answer.data!r}")
        yield f"{method} {path}", f"{shown}\n{len(statements)} statements"


def _without_token(text: str) -> str:
    """The CSRF token holds the time and random bits; the rest of the answer stands as it is."""
    return re.sub(r'(name="csrf[-_]token" (?:content|value)=)"[^"]+"', r"\1", text)


def answers(
    home: Path, hidden: Hidden, patch: pytest.MonkeyPatch, leak: Callable[..., None] | None = None
) -> list[Any]:
    """All answers in a database with this hidden in it; what is drawn at random is drawn alike."""
    patch.setattr("rater.people.credentials._hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    app = build(home, hidden)
    if leak is not None:
        leak(app, patch)
    count = itertools.count()
    patch.setattr("secrets.token_urlsafe", lambda size=32: f"{next(count):0{size * 4 // 3 + 1}}")
    found = list(visit(app))
    patch.undo()
    with app.app_context():
        db.engine.dispose()
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The answers where nothing is hidden; what a process does once it has done for an earlier visit."""
    with pytest.MonkeyPatch.context() as patch:
        answers(tmp_path_factory.mktemp("earlier"), Hidden(), patch)
        return answers(tmp_path_factory.mktemp("plain"), Hidden(), patch)


def test_the_visit_sees_pages_sound_and_refusals(plain: list[Any]) -> None:
    statuses = [answer.split("\n")[0] for _, answer in plain]
    assert {"200", "303", "403", "404", "409", "422", "423"} <= set(statuses)
    assert all(code in dict(plain)["GET /studies/pilot/sessions"] for code in ("KX7", "KB2", "KM9"))


@pytest.mark.parametrize("name", VARIANTS)
def test_the_rater_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: list[Any], name: str) -> None:
    for (asked, mine), (_, theirs) in zip(plain, answers(tmp_path, VARIANTS[name], monkeypatch), strict=True):
        assert mine == theirs, asked


def leak_on_the_page(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.web.ratings import screen

    def leaky(opened: Any, *given: Any, **more: Any) -> dict[str, Any]:
        shown = screen.rating_screen(opened, *given, **more)
        return {**shown, "total": shown["total"] + (opened.assignment.position == Position.SECOND)}

    patch.setattr("rater.web.ratings.views.rating_screen", leaky)


def leak_in_a_header(app: Flask, patch: pytest.MonkeyPatch) -> None:
    @app.after_request
    def leaky(response: Any) -> Any:
        with db.engine.connect() as connection:
            response.headers["X-Points"] = str(connection.scalar(select(func.count()).select_from(Point)))
        return response


def leak_in_an_error(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.errors import NotFound, NotPermitted

    def leaky(session: Session, actor: Any, public_id: str, *, now: Any) -> Assignment:
        found = session.scalar(select(Assignment).where(Assignment.public_id == public_id))
        if found is None:
            raise NotFound
        if found.rater.person_id != actor.person_id:
            raise NotPermitted
        return found

    patch.setattr("rater.ratings.operations.opening.find_assignment", leaky)


def leak_by_sorting(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.storage.queries.ratings import queue_rows as before

    def leaky(session: Session, *given: Any) -> list[Any]:
        shared = select(Assignment.session_id).group_by(Assignment.session_id).having(func.count() > 1)
        doubled = set(session.scalars(shared))
        return sorted(before(session, *given), key=lambda row: row[0].session_id in doubled)

    patch.setattr("rater.ratings.operations.opening.queue_rows", leaky)


def leak_in_time(app: Flask, patch: pytest.MonkeyPatch) -> None:
    from rater.storage.queries.ratings import queue_rows as before

    def leaky(session: Session, *given: Any) -> list[Any]:
        rows = before(session, *given)
        for row in rows:
            if row[0].position == Position.SECOND:
                session.scalar(select(func.count()).select_from(Point))
        return rows

    patch.setattr("rater.ratings.operations.opening.queue_rows", leaky)


def leak_in_a_due_date(app: Flask, patch: pytest.MonkeyPatch) -> None:
    with app.app_context(), writing() as session:
        latest = select(func.max(Assignment.due_on)).scalar_subquery()
        doubled = select(Assignment.session_id).group_by(Assignment.session_id).having(func.count() > 1)
        session.execute(update(Assignment).where(Assignment.session_id.in_(doubled)).values(due_on=latest))


def leak_of_the_record(app: Flask, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("rater.allocation.operations.recording.permit", lambda *given, **more: None)


LEAKS = [
    leak_on_the_page,
    leak_in_a_header,
    leak_in_an_error,
    leak_by_sorting,
    leak_in_time,
    leak_in_a_due_date,
    leak_of_the_record,
]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: Callable[[Flask, pytest.MonkeyPatch], None]
) -> None:
    one = answers(tmp_path / "one", Hidden(), monkeypatch, leak)
    two = answers(tmp_path / "two", VARIANTS["all at once"], monkeypatch, leak)
    assert one != two
