"""Files in pieces: what is sent twice, out of step, too large, false, or somebody else's."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rater.jobs import sweep
from rater.recordings.operations.uploading import CHUNK
from rater.storage.media.uploads import Uploads, uploads_of
from tests.builders.imports import announce, arrived, begin, edges, put, send, uploaded
from tests.web.world import LATER, World

FILE = os.urandom(100_000)


@pytest.fixture
def address(world: World) -> str:
    return begin(world.visitors["carla"], "S1,P9,T1,1,a.mp3\n")


def test_a_file_goes_on_where_it_stopped(world: World, address: str) -> None:
    carla = world.visitors["carla"]
    first = announce(carla, address, "a.mp3", FILE).json or {}
    assert (first["received"], first["complete"]) == (0, False)
    assert put(carla, first["id"], 0, FILE[:60_000]).json == {"received": 60_000, "complete": False}
    again = announce(carla, address, "a.mp3", FILE).json or {}
    assert (again["id"], again["received"]) == (first["id"], 60_000)
    assert put(carla, first["id"], 60_000, FILE[60_000:]).json == {"received": len(FILE), "complete": True}
    assert FILE in arrived(world)
    assert (announce(carla, address, "a.mp3", FILE).json or {})["complete"]


def test_a_piece_that_came_before_changes_nothing_and_one_out_of_step_is_told_where_to_go_on(
    world: World, address: str
) -> None:
    carla = world.visitors["carla"]
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    put(carla, upload, 0, FILE[:50_000])
    assert (put(carla, upload, 0, FILE[:50_000]).json or {})["received"] == 50_000
    assert (put(carla, upload, 10_000, FILE[10_000:20_000]).json or {})["received"] == 50_000
    for offset in (50_001, 20_000):
        answer = put(carla, upload, offset, FILE[offset:])
        assert (answer.status_code, answer.json) == (409, {"error": "stale", "current": {"received": 50_000}})
    assert put(carla, upload, 50_000, FILE[50_000:]).json == {"received": len(FILE), "complete": True}
    assert FILE in arrived(world)


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "9" * 30, "²", "0x1"])
def test_offsets_that_are_none(world: World, address: str, offset: str) -> None:
    carla = world.visitors["carla"]
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    assert put(carla, upload, offset, FILE).status_code == 422


def test_more_than_was_announced_and_more_than_a_piece(world: World, address: str) -> None:
    carla = world.visitors["carla"]
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    assert put(carla, upload, 0, FILE + b"x").status_code == 422
    assert put(carla, upload, len(FILE), b"x").status_code == 422
    large = bytes(CHUNK + 1)
    upload = (announce(carla, address, "b.mp3", large).json or {})["id"]
    assert put(carla, upload, 0, large).status_code == 413
    assert put(carla, upload, 0, large[:CHUNK]).status_code == 200


def test_only_the_routes_that_say_so_take_more_than_a_mebibyte(world: World) -> None:
    carla = world.visitors["carla"]
    item = f"/ratings/{world.ids['mine']}/submit"
    assert carla.ask("POST", item, form={"ghes1": "x" * (CHUNK // 2 + 10)}).status_code == 413
    nobody = world.visitors["nobody"]
    assert put(nobody, world.ids["upload"], 0, bytes(CHUNK)).status_code in (401, 413)


def test_what_is_not_the_file_that_was_announced_is_thrown_away(world: World, address: str) -> None:
    carla = world.visitors["carla"]
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    false = FILE[:-1] + bytes([FILE[-1] ^ 1])
    answer = put(carla, upload, 0, false)
    assert answer.status_code == 422
    assert "not the file" in answer.text
    assert false not in arrived(world)
    assert put(carla, upload, 0, FILE).json == {"received": len(FILE), "complete": True}


def test_another_file_of_the_same_name_takes_its_place(world: World, address: str) -> None:
    carla = world.visitors["carla"]
    send(carla, address, "a.mp3", FILE)
    other = FILE[::-1]
    send(carla, address, "a.mp3", other)
    held = arrived(world)
    assert other in held
    assert FILE not in held


@pytest.mark.parametrize("name", ["rosa", "anna", "mixed", "sam", "olga", "nobody"])
def test_nobody_else_reaches_an_upload(world: World, address: str, name: str) -> None:
    carla, other = world.visitors["carla"], world.visitors[name]
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    assert put(other, upload, 0, FILE).status_code in (401, 403, 404)
    assert announce(other, address, "b.mp3", FILE).status_code in (401, 403, 404)
    assert other.ask("DELETE", f"/uploads/{upload}").status_code in (303, 401, 403, 404)
    assert (announce(carla, address, "a.mp3", FILE).json or {})["received"] == 0
    assert put(carla, upload, 0, FILE).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("../a.mp3", "a/../../b.mp3", "/etc/a.mp3", "C:/a.mp3", "a\\b.mp3", "a//b.mp3", "", ".", "a/./b", "x" * 300),
        *("a\x00.mp3", "a\n.mp3", "a\u202e.mp3", "d/" * 600 + "a.mp3"),
    ],
)
def test_names_that_lead_elsewhere(world: World, address: str, path: str) -> None:
    carla, before = world.visitors["carla"], world.contents()
    assert announce(carla, address, path, FILE).status_code == 422
    assert world.contents() == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"path": "a.mp3"},
        {"path": 3, "size": 1, "edges": ""},
        {"path": "a.mp3", "size": "1", "edges": ""},
        {"path": "a.mp3", "size": True, "edges": ""},
        {"path": "a.mp3", "size": 1.5, "edges": ""},
        {"path": "a.mp3", "size": None, "edges": ""},
        {"path": "a.mp3", "size": 1, "edges": "x"},
        {"path": "a.mp3", "size": 1, "edges": "A" * 64},
        {"path": "a\ud800.mp3", "size": 1, "edges": ""},
        {"path": "a.mp3", "size": 1, "edges": "", "study": 2},
    ],
)
def test_bodies_that_announce_nothing(world: World, address: str, body: Any) -> None:
    carla, before = world.visitors["carla"], world.contents()
    assert carla.ask("POST", f"{address}/uploads", body).status_code in (400, 422)
    assert world.contents() == before


def test_names_equal_up_to_case_are_two_files_and_normal_forms_are_one(world: World, address: str) -> None:
    carla = world.visitors["carla"]
    first, second = (send(carla, address, name, FILE) for name in ("P1/a.mp3", "P1/A.mp3"))
    assert first != second
    assert (
        send(carla, address, "Mu\u0308ller.mp3", FILE)
        == (announce(carla, address, "Müller.mp3", FILE).json or {})["id"]
    )


def test_a_link_in_the_folder_is_not_followed(world: World, address: str, tmp_path: Path) -> None:
    carla, target = world.visitors["carla"], tmp_path / "secret"
    target.write_bytes(b"secret")
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    put(carla, upload, 0, FILE[:10])
    (part,) = [each for each, held in zip(uploaded(world), arrived(world), strict=True) if held == FILE[:10]]
    part.unlink()
    part.symlink_to(target)
    assert put(carla, upload, 10, FILE[10:]).status_code == 404
    assert target.read_bytes() == b"secret"


def test_files_over_the_limits_and_a_full_disk(world: World, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    carla = world.visitors["carla"]
    most = world.app.extensions["rater_settings"].upload_file_mb * 10**6
    sizes = {"too large": most + 1, "negative": -1, "huge": 10**30}
    for size in sizes.values():
        asked = carla.ask("POST", f"{address}/uploads", {"path": "a.mp3", "size": size, "edges": edges(FILE)})
        assert asked.status_code == 422
    upload = (announce(carla, address, "a.mp3", FILE).json or {})["id"]
    monkeypatch.setattr(Uploads, "free", lambda _: 1000)
    assert announce(carla, address, "b.mp3", FILE).status_code == 423
    assert put(carla, upload, 0, FILE).status_code == 423
    monkeypatch.undo()
    assert put(carla, upload, 0, FILE).status_code == 200


def test_nothing_lies_in_clear(world: World, address: str) -> None:
    """Neither a file nor the list of sessions can be read where it waits; control: through its key it can."""
    send(world.visitors["carla"], address, "a.mp3", FILE)
    assert FILE in arrived(world)
    on_disk = b"".join(each.read_bytes() for each in uploaded(world))
    assert not any(part in on_disk for part in (FILE[:64], FILE[-64:], b"a.mp3", b"session_id"))


def test_nothing_lies_open_and_names_tell_nothing(world: World, address: str) -> None:
    send(world.visitors["carla"], address, "Muster/Sitzung 1.mp3", FILE)
    folder = world.database.parent / "uploads"
    for each in (folder, *folder.rglob("*")):
        assert each.stat().st_mode & 0o077 == 0, each
        assert "Muster" not in str(each)
        assert "Sitzung" not in str(each)


def test_forgotten_drafts_are_swept_away_after_a_day(world: World, address: str) -> None:
    carla, chosen = world.visitors["carla"], world.app.extensions["rater_settings"]
    send(carla, address, "a.mp3", FILE)
    stray = uploads_of(chosen).make()
    with world.app.app_context():
        sweep(chosen, LATER + timedelta(hours=23))
        assert carla.ask("GET", address).status_code == 200
        later = max(each.stat().st_mtime for each in uploaded(world))
        sweep(chosen, datetime.fromtimestamp(later, UTC) + timedelta(hours=25))
    assert uploaded(world) == []
    assert not (chosen.uploads_folder / stray).exists()
    assert "given up" in carla.ask("GET", address).text
