"""What hostile or broken requests get: a refusal below 500, and nothing written."""

from __future__ import annotations

import io
import json
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

DEEP = 100_000
HUGE = "x" * 3_000_000


def json_routes(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, address, good body) of each route that takes JSON."""
    for method, rule in routes(world.app):
        if rule.endpoint in JSON_BODIES:
            yield method, address(world, rule.rule), JSON_BODIES[rule.endpoint]


def send(visitor: Visitor, method: str, path: str, data: bytes, kind: str = "application/json") -> TestResponse:
    headers = {"X-CSRFToken": visitor.token, "Accept": "application/json"}
    return visitor.client.open(path, method=method, data=data, content_type=kind, headers=headers)


def changed(good: dict[str, Any], **new: Any) -> bytes:
    return json.dumps({**good, **new}).encode()


def not_such_an_object(good: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Bytes that are no JSON object of the right keys, whatever the route wants."""
    text = json.dumps(good)
    yield "empty", b""
    yield "not JSON", b"ghes1=3"
    yield "cut off", text[:-2].encode()
    yield "two objects", (text + text).encode()
    yield "a list", f"[{text}]".encode()
    yield "a number", b"3"
    yield "null", b"null"
    yield "nested", b"[" * DEEP + b"]" * DEEP
    yield "nested a little less", b"[" * 20_000 + b"]" * 20_000
    yield "nested objects", b'{"op":' * 9_000 + b"1" + b"}" * 9_000
    yield "huge", changed(good, op=HUGE)
    yield "NaN", text.replace('"op-', 'NaN, "x": "op-').encode()
    yield "duplicate keys", (text[:-1] + ', "op": "op-000099"}').encode()
    yield "unknown key", changed(good, admin=True)
    yield "prototype", changed(good, __proto__={})
    yield "not UTF-8", text.encode().replace(b"op-", b"\xff\xfe-")
    yield "a number of many digits", text.replace(f'"{good["op"]}"', "9" * 5000).encode()


def wrong_values(good: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The right keys with values that cannot be meant."""
    for key in good:
        for wrong in ([], {}, True if not isinstance(good[key], bool) else 1, [good[key]], {"$gt": ""}):
            if not (wrong == [] and isinstance(good[key], list)):
                yield f"{key} {wrong!r}", changed(good, **{key: wrong})
        if isinstance(good[key], str):
            for wrong in (3, 2.5, "a\x00bcdefgh", "a\ud800bcdefgh", "a\udfffbcdefgh"):
                yield f"{key} {wrong!r}", changed(good, **{key: wrong})
        if isinstance(good[key], int | float) and not isinstance(good[key], bool):
            for raw in ("NaN", "Infinity", "-Infinity", '"3"', "1e999"):
                yield f"{key} {raw}", changed(good, **{key: "GAP"}).replace(b'"GAP"', raw.encode())
    if "window" not in good:  # what is heard is kept as often as it is told, with an operation id or without
        yield "no op", json.dumps({key: value for key, value in good.items() if key != "op"}).encode()
        yield "op None", changed(good, op=None)
    for op in ("", "short", "x" * 65):
        yield f"op {op!r}", changed(good, op=op)


def test_a_good_body_writes(world: World) -> None:
    for method, path, good in json_routes(world):
        world.restore()
        before = world.contents()
        answer = send(world.visitors["anna"], method, path, json.dumps(good).encode())
        assert answer.status_code in (200, 201), answer.text
        assert world.contents() != before, path


@pytest.mark.parametrize("kinds", [not_such_an_object, wrong_values])
def test_hostile_bodies_write_nothing(world: World, kinds: Any) -> None:
    before, anna = world.contents(), world.visitors["anna"]
    for method, path, good in json_routes(world):
        for what, data in kinds(good):
            answer = send(anna, method, path, data)
            assert 400 <= answer.status_code < 500, (method, path, what, answer.status_code)
            assert set(answer.json or ()) >= {"error", "message"}, (method, path, what)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            assert send(anna, method, path, json.dumps(good).encode(), kind).status_code in (400, 415)
        assert world.contents() == before, path


@pytest.mark.parametrize(
    ("rule", "new"),
    [
        ("items/ghes1", {"value": 5}),
        ("items/ghes1", {"value": -1}),
        ("items/ghes1", {"value": 2.5}),
        ("items/ghes1", {"value": 10**300}),
        ("items/ghes1", {"value": int("9" * 4000)}),
        ("items/ghes1", {"value": 3, "missing_code": "NOT_RATABLE"}),
        ("items/ghes1", {"value": None, "missing_code": "NO_SUCH"}),
        ("items/ghes1", {"value": None, "missing_code": "x" * 5000}),
        ("items/ghes1", {"value": None, "missing_code": "{0.__class__}{x}"}),
        ("listening", {"heard": [[5, 5, 1]]}),
        ("listening", {"heard": [[-1, 5, 1]]}),
        ("listening", {"heard": [[0, 62, 1]]}),
        ("listening", {"heard": [[0, 5, 50]]}),
        ("listening", {"heard": [[0, 5]]}),
        ("listening", {"heard": ["0"]}),
        ("listening", {"speed": 0}),
        ("listening", {"active": -1}),
        ("listening", {"window": "w"}),
        ("other-tasks", {"description": " "}),
        ("other-tasks", {"description": "x" * 501}),
        ("other-tasks", {"type": "no_such"}),
        ("other-tasks", {"completed": "YES"}),
        ("notes", {"second": -1}),
        ("notes", {"second": 10**300}),
        ("notes", {"second": int("9" * 4000)}),
        ("notes", {"text": "   "}),
        ("notes", {"text": "x" * 10_001}),
        ("homework/{task}", {"completed": "YES"}),
        ("homework/{task}", {"completed": "{0.__class__}"}),
        ("homework/{task}", {"completed": ""}),
    ],
)
def test_values_outside_what_there_is(world: World, rule: str, new: dict[str, Any]) -> None:
    before = world.contents()
    noun = rule.split("/")[0]
    method, path, good = next(each for each in json_routes(world) if f"/{noun}" in each[1])
    answer = send(world.visitors["anna"], method, path, changed(good, **new))
    assert answer.status_code in (404, 422), answer.text
    assert (answer.json or {})["message"]
    assert world.contents() == before


def test_a_version_of_no_sense_is_no_way_past_the_clash(world: World) -> None:
    item = f"/ratings/{world.ids['mine']}/items/ghes1"
    anna = world.visitors["anna"]
    assert anna.ask("PUT", item, {"op": "op-000011", "seen": 0, "value": 3, "missing_code": None}).status_code == 200
    for number, seen in enumerate((0, -1, 2, 10**12, int("9" * 4000))):
        sent = {"op": f"op-00002{number}", "seen": seen, "value": 1, "missing_code": None}
        answer = anna.ask("PUT", item, sent)
        assert answer.status_code == 409
        assert answer.json == {"error": "stale", "current": {"value": 3, "missing_code": None, "version": 1}}
    fresh = {"op": "op-000012", "seen": 1, "value": 1, "missing_code": None}
    assert anna.ask("PUT", item, fresh).json["version"] == 2  # type: ignore[index]


def test_a_replay_changes_nothing(world: World) -> None:
    anna = world.visitors["anna"]
    for method, path, good in json_routes(world):
        world.restore()
        first = anna.ask(method, path, good)
        after = world.contents()
        second = anna.ask(method, path, good)
        assert second.status_code == first.status_code
        assert second.json == first.json
        assert world.contents() == after, path
        other = anna.ask(method, path, {**good, "op": "another-operation"})
        assert other.status_code in (200, 409)


def test_an_operation_id_used_for_something_else_is_refused(world: World) -> None:
    """An id is one change's own: nothing is answered as saved that was not."""
    anna = world.visitors["anna"]
    every = [each for each in json_routes(world) if not each[1].endswith("/listening")]
    for method, path, good in every:
        world.restore()
        assert anna.ask(method, path, {**good, "op": "the-same-id"}).status_code in (200, 201)
        after = world.contents()
        for other_method, other_path, other_good in every:
            if (other_method, other_path) != (method, path):
                answer = anna.ask(other_method, other_path, {**other_good, "op": "the-same-id"})
                assert 400 <= answer.status_code < 500, (path, other_path, answer.status_code)
        assert world.contents() == after
    item = f"/ratings/{world.ids['mine']}/items/"
    world.restore()
    sent = {"op": "the-same-id", "seen": 0, "value": 3, "missing_code": None}
    assert anna.ask("PUT", item + "ghes1", sent).status_code == 200
    assert 400 <= anna.ask("PUT", item + "ghes2", sent).status_code < 500


def test_the_same_id_of_somebody_else_is_another(world: World) -> None:
    sent = {"op": "the-same-id", "seen": 0, "value": 3, "missing_code": None}
    for name, rating in (("anna", "mine"), ("ben", "bens")):
        answer = world.visitors[name].ask("PUT", f"/ratings/{world.ids[rating]}/items/ghes1", sent)
        assert (answer.status_code, answer.json["version"]) == (200, 1)  # type: ignore[index]


def test_a_submitted_rating_takes_nothing_more(world: World) -> None:
    before = world.contents()
    anna, mine = world.visitors["anna"], world.ids["mine"]
    for method, path, good in json_routes(world):
        answer = anna.ask(method, path.replace(mine, world.ids["finished"]), good)
        assert answer.status_code in (404, 423), path
    form = anna.ask("POST", f"/ratings/{world.ids['finished']}/submit", form={"ghes1": "0", "confirm": "yes"})
    assert form.status_code in (422, 423)
    assert world.contents() == before


def test_forms_of_many_fields_are_turned_away(world: World) -> None:
    before = world.contents()
    fields = b"&".join(b"a%d=1" % number for number in range(500_000))
    boundary = "----x"
    parts = (
        b"".join(b'------x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(3000))
        + b"------x--"
    )
    for method, rule in routes(world.app):
        if method != "POST" or rule.endpoint in JSON_BODIES:
            continue
        for data, kind in (
            (fields, "application/x-www-form-urlencoded"),
            (parts, f"multipart/form-data; boundary={boundary}"),
        ):
            for headers in ({}, {"X-CSRFToken": world.visitors["anna"].token}):
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


def test_bodies_of_another_length_than_they_say(world: World) -> None:
    anna, (method, path, good) = world.visitors["anna"], next(json_routes(world))
    data = json.dumps(good).encode()
    headers = {"X-CSRFToken": anna.token, "Accept": "application/json"}
    for length in (0, len(data) - 3, len(data) + 50, 10**12, -1):
        said = {"CONTENT_LENGTH": str(length)}
        answer = anna.client.open(
            path, method=method, data=data, content_type="application/json", headers=headers, environ_overrides=said
        )
        assert 400 <= answer.status_code < 500, length


def test_forms_have_addresses_for_the_walk(world: World) -> None:
    endpoints = {rule.endpoint for _, rule in routes(world.app)}
    assert set(FORM_BODIES) | set(JSON_BODIES) <= endpoints
    assert world.visitors[NOBODY].ask("GET", "/sign-in").status_code == 200
