"""What hostile or broken requests get: a refusal below 500, and nothing written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.routes import JSON_BODIES, SUPERVISION, address, routes
from tests.web.world import Visitor, World

DEEP = 100_000
HUGE = "x" * 3_000_000


def json_routes(world: World) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, address, good body) of each route of research that takes JSON; supervision is another world's."""
    for method, rule in routes(world.app):
        if rule.endpoint in JSON_BODIES and not rule.endpoint.startswith(SUPERVISION):
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
    yield "UTF-16", text.encode("utf-16")
    yield "a mark of byte order", text.encode("utf-8-sig")
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
    assert anna.ask("PUT", item, fresh).json["version"] == 2  # type: ignore[index]  # an answer in JSON


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
        assert (answer.status_code, answer.json["version"]) == (200, 1)  # type: ignore[index]  # an answer in JSON


def test_a_submitted_rating_takes_nothing_more(world: World) -> None:
    before = world.contents()
    anna, mine = world.visitors["anna"], world.ids["mine"]
    for method, path, good in json_routes(world):
        answer = anna.ask(method, path.replace(mine, world.ids["finished"]), good)
        assert answer.status_code in (404, 423), path
    form = anna.ask("POST", f"/ratings/{world.ids['finished']}/submit", form={"ghes1": "0", "confirm": "yes"})
    assert form.status_code in (422, 423)
    assert world.contents() == before


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
