"""Everything that one rater can ask for, and the answers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event

from rater.storage.database import db
from tests.web.blind_study import AGAIN, BENS, DRAW, JOB, MESSAGE, MINE, RECORDING, TASK, Hidden, build
from tests.web.test_pages import ITEMS
from tests.web.tokens import without_token
from tests.web.world import Visitor

NOTE = {"seen": 0, "second": 2.5, "text": "mine"}
SETTINGS = {"wave": "main", "share": "40", "seed": "7", "rater": ["R1", "R2"], "why": "I would like to know"}
WHOLE = {"confirm": "yes", **dict.fromkeys(ITEMS, "2"), **{f"seen-{item}": "1" for item in ITEMS}}


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


def _once_more() -> Iterator[tuple[str, str, Any, Any]]:
    """The open session that may be one given again, from its beginning to its end, and what it leaves behind."""
    point = {"op": "anna-00011", "seen": 0, "value": 2, "missing_code": None}
    yield "PUT", f"/ratings/{AGAIN}/items/ghes1", point, None
    yield "PUT", f"/ratings/{AGAIN}/notes/{'a' * 32}", {**NOTE, "op": "anna-00012"}, None
    yield "POST", f"/ratings/{AGAIN}/submit", None, WHOLE
    yield "POST", f"/ratings/{AGAIN}/reopen", None, {"reason": "I misread an anchor"}
    for path in ("", "/revisions", "/as-submitted", "/cannot-rate", "/concern"):
        yield "GET", f"/ratings/{AGAIN}{path}", None, None
    yield "POST", f"/ratings/{AGAIN}/cannot-rate", None, {"reason": "other", "text": "I have heard this before"}
    own = ("/studies/pilot/path", "/studies/pilot/mine", "/studies/pilot/training")
    for path in ("/", "/studies/pilot/sessions", "/studies/pilot/sessions/hours.csv", "/studies/pilot/manual", *own):
        yield "GET", path, None, None


def visit(app: Flask) -> Iterator[tuple[str, str]]:
    """Everything Anna can ask for, in order, each with the answer she gets and how many statements it took.

    What a clock says is never twice the same; the number of statements is what would make an answer take longer.
    """
    anna = Visitor(app.test_client(), "anna@example.org")
    point = {"op": "anna-00001", "seen": 0, "value": 3, "missing_code": None}
    asked: list[tuple[str, str, Any, Any]] = [
        ("GET", "/", None, None),
        ("GET", "/studies/pilot/sessions", None, None),
        *[("GET", f"/ratings/{each}", None, None) for each in (*MINE, BENS, "c" * 22, "d" * 22)],
        ("GET", f"/ratings/{AGAIN}", None, None),
        ("GET", "/me/notices", None, None),
        ("POST", f"/messages/{MESSAGE}/read", None, {}),
        ("GET", f"/recordings/{RECORDING}/audio", None, None),
        ("GET", f"/recordings/{RECORDING}/peaks", None, None),
        ("GET", "/studies/pilot", None, None),
        ("POST", "/studies/pilot/reliability", None, {}),
        ("POST", "/studies/pilot/exports", None, {}),
        ("POST", "/studies/pilot/freezes", None, {"name": "paper-1", "note": ""}),
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
        ("POST", f"/ratings/{MINE[0]}/submit", None, WHOLE),
        ("POST", f"/ratings/{MINE[0]}/submit", None, {**WHOLE, **{f"seen-{item}": "9" for item in ITEMS}}),
        ("GET", "/studies/pilot/sessions", None, None),
        ("GET", f"/ratings/{MINE[0]}", None, None),
        ("GET", "/studies/pilot", None, None),
        ("GET", "/", None, None),
        *_once_more(),
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
        shown = without_token(f"{answer.status_code}\n{headers}\n{answer.data!r}")
        yield f"{method} {path}", f"{shown}\n{len(statements)} statements"


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
