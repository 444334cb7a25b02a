"""Strange forms, addresses and words: refused or kept as they are, never a fault of the server."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from rater.storage.database import db, writing
from rater.terms import Role
from tests.application import make_app
from tests.builders.study import make_assignment, make_person, make_session, make_study, make_task
from tests.web.routes import FORM_BODIES, JSON_BODIES, MADE_BY_BROWSERS, address, body, routes
from tests.web.world import LATER, NOBODY, Visitor, World


def test_forms_of_many_fields_are_turned_away(world: World) -> None:
    before = world.contents()
    fields = b"&".join(b"a%d=1" % number for number in range(130_000))
    boundary = "----x"
    parts = (
        b"".join(b'------x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(2100))
        + b"------x--"
    )
    for method, rule in routes(world.app):
        if method != "POST" or rule.endpoint in JSON_BODIES:
            continue
        for data, kind, headers in (
            (fields, "application/x-www-form-urlencoded", {"X-CSRFToken": world.visitors["anna"].token}),
            (parts, f"multipart/form-data; boundary={boundary}", {}),
        ):
            answer = world.visitors["anna"].client.post(
                address(world, rule.rule),
                input_stream=io.BytesIO(data),
                content_length=len(data),
                content_type=kind,
                headers=headers,
            )
            assert answer.status_code < 500, rule.rule
            if "ratings" in rule.rule or not headers:
                assert answer.status_code in (400, 413), (rule.rule, answer.status_code)
    assert world.contents() == before


@pytest.mark.parametrize(
    "form",
    [
        {"ghes1": "9"},
        {"ghes1": "3\x00"},
        {"ghes1": "\ud800"},
        {"seen-ghes1": "9" * 5000, "ghes1": "3"},
        {"seen-ghes1": "²", "ghes1": "3"},
        {"seen-ghes1": "-1", "ghes1": "3"},
        {"difficulty": "no_such"},
        {"ghes1": ["1", "2"]},
        {"task-": "yes"},
        {"phq9_1": "3"},
    ],
)
def test_strange_forms_are_no_fault_of_the_server(world: World, form: dict[str, Any]) -> None:
    before = world.contents()
    data = {
        key: value if isinstance(value, list) else value.encode("utf-8", "surrogatepass") for key, value in form.items()
    }
    answer = world.visitors["anna"].ask("POST", f"/ratings/{world.ids['mine']}/submit", form={**data, "confirm": "yes"})
    assert answer.status_code == 422
    outcome = [row for row in world.contents()["point"] if row not in before["point"]]
    assert not any("phq9" in row for row in outcome)


NOTE = "e" * 32
STRANGE = ("%00", "a%00b", "%ED%A0%80", "%FF", "..", "%2e%2e%2f", "'", "%25", "x" * 3000, "😀", "%0d%0aX: 1", " ")


@pytest.fixture
def small(tmp_path: Path, database_url: str) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """A rater with one session on each kind of database."""
    app = make_app(tmp_path / "home", database_url)
    app.extensions["rater_clock"] = lambda: LATER
    with app.app_context(), writing() as session:
        study = make_study(session)
        make_person(session, "anna@example.org", (study, Role.RATER), code="R1")
        sessions = [make_session(session, study, number=number) for number in (1, 2)]
        mine, task = make_assignment(session, study, sessions[1], "R1"), make_task(session, study, *sessions)
        ids = {"mine": mine.public_id, "task": task.public_id}
    yield Visitor(app.test_client(), "anna@example.org"), ids
    with app.app_context():
        db.engine.dispose()


def test_strange_addresses_are_not_found(small: tuple[Visitor, dict[str, str]]) -> None:
    anna, ids = small
    for method, rule in routes(anna.client.application):
        for part in rule.arguments:
            for strange in STRANGE:
                parts = {
                    "public_id": ids["mine"],
                    "task_id": ids["task"],
                    "slug": "pilot",
                    "item": "ghes1",
                    "note_id": "n",
                    "row_id": "r",
                    "wave": "main",
                    "kind": "lack_of_time",
                    "token": "t",
                    "filename": "f",
                    part: strange,
                }
                path = rule.rule.replace("<path:", "<")
                for name, value in parts.items():
                    path = path.replace(f"<{name}>", value)
                answer = anna.ask(method, path, **body(rule, method))
                made = method in ("PUT", "DELETE") and part in MADE_BY_BROWSERS
                assert (200 if made else 300) <= answer.status_code < 500, (method, path, answer.status_code)


def test_strange_words_at_the_sign_in(small: tuple[Visitor, dict[str, str]]) -> None:
    anna, _ = small
    for strange in ("a\x00@b.de", "\ud800@b.de", "a@b.de" * 60, "😀@b.de", "%s{}'\"@b.de", "a@b.de\r\nBcc: c@d.de"):
        form = {"email": strange.encode("utf-8", "surrogatepass"), "password": strange.encode("utf-8", "surrogatepass")}
        assert anna.ask("POST", "/sign-in", form=form).status_code == 422, strange
    for chosen in ("xx", "\x00", "en\x00", "x" * 100_000):
        assert anna.ask("POST", "/language", form={"locale": chosen, "next": "/\x00"}).status_code == 303


def test_notes_and_names_in_all_scripts_come_back(small: tuple[Visitor, dict[str, str]]) -> None:
    anna, ids = small
    text = "Übung 😀 «نص» \u202e <script>alert(1)</script> ' \" & {{ 7*7 }} %s {x}"
    answer = anna.ask(
        "PUT", f"/ratings/{ids['mine']}/notes/{NOTE}", {"op": "op-000001", "seen": 0, "second": 1, "text": text}
    )
    assert (answer.json or {})["text"] == text
    page = anna.ask("GET", f"/ratings/{ids['mine']}").text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_same_operation_at_the_same_time_is_done_once(small: tuple[Visitor, dict[str, str]]) -> None:
    """A lost answer is repeated while the first request is still at work."""
    anna, ids = small
    app = anna.client.application

    def write(_: int) -> TestResponse:
        client = app.test_client()
        client._cookies = dict(anna.client._cookies)
        sent = {"op": "op-at-once", "seen": 0, "second": 1, "text": "once"}
        return client.put(f"/ratings/{ids['mine']}/notes/{NOTE}", json=sent, headers={"X-CSRFToken": anna.token})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(write, range(6)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 409, 503}, statuses
    assert 200 in statuses
    assert anna.ask("GET", f"/ratings/{ids['mine']}").text.count("<p>once</p>") == 1


def test_forms_have_addresses_for_the_walk(world: World) -> None:
    endpoints = {rule.endpoint for _, rule in routes(world.app)}
    assert set(FORM_BODIES) | set(JSON_BODIES) <= endpoints
    assert world.visitors[NOBODY].ask("GET", "/sign-in").status_code == 200
