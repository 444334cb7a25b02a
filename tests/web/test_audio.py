"""Sound by ranges: the right bytes, to the right people, and never without a trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.web.world import LATER, PEAKS, SOUND, World

ANSWER = 256 * 1024
SIZE = len(SOUND)


def hear(world: World, wanted: str | None = None, name: str = "anna", method: str = "GET") -> TestResponse:
    headers = {} if wanted is None else {"Range": wanted}
    return world.visitors[name].ask(method, f"/recordings/{world.ids['recording']}/audio", headers=headers)


def test_the_world_has_more_than_one_answer_of_sound() -> None:
    assert SIZE > 2 * ANSWER


def test_without_a_range_the_whole_is_sent(world: World) -> None:
    answer = hear(world)
    assert (answer.status_code, answer.mimetype) == (200, "audio/ogg")
    assert answer.data == SOUND
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(SIZE)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=1000000-1000999", 1000000, 1001000),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes={SIZE - 10}-{SIZE + 500}", SIZE - 10, SIZE),
        ("bytes=-500", SIZE - 500, SIZE),
        ("bytes=0-", 0, ANSWER),
        ("bytes=77-", 77, 77 + ANSWER),
        (f"bytes=0-{SIZE - 1}", 0, ANSWER),
        (f"bytes=-{SIZE}", 0, ANSWER),
        ("bytes=-99999999999999999999999", 0, ANSWER),
        ("bytes=0-9,20-29", 0, 10),
        (f"bytes={SIZE}-,5-6", 5, 7),
        ("BYTES=3-4", 3, 5),
    ],
)
def test_a_range_is_answered_with_its_bytes(world: World, wanted: str, start: int, stop: int) -> None:
    answer = hear(world, wanted)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert answer.data == SOUND[start:stop]


@pytest.mark.parametrize(
    "wanted", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=9" + "9" * 30 + "-"]
)
def test_what_lies_past_the_end_is_416(world: World, wanted: str) -> None:
    answer = hear(world, wanted)
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "wanted", ["", "bytes", "bytes=", "bytes=9-3", "bytes=a-b", "items=0-5", "bytes=--5", "bytes=1-2-3"]
)
def test_what_is_no_range_is_ignored(world: World, wanted: str) -> None:
    assert hear(world, wanted).status_code == 200


def test_many_ranges_do_not_multiply_the_work(world: World) -> None:
    answer = hear(world, "bytes=" + ",".join(["0-1048575"] * 300))
    assert (answer.status_code, len(answer.data)) == (206, ANSWER)
    assert len(hear(world, "bytes=" + ",".join(["0-1048575"] * 3000)).data) <= SIZE


def test_ranges_joined_are_the_stored_bytes(world: World) -> None:
    """As a browser asks: from where the last answer ended, with the end left open."""
    heard = b""
    while len(heard) < SIZE:
        answer = hear(world, f"bytes={len(heard)}-")
        assert answer.status_code == 206
        assert 0 < len(answer.data) <= ANSWER
        heard += answer.data
    assert heard == SOUND


@pytest.mark.parametrize("wanted", [None, "bytes=0-9", "bytes=-5", "bytes=99999999-"])
def test_head_is_the_answer_without_its_body(world: World, wanted: str | None) -> None:
    full, head = hear(world, wanted), hear(world, wanted, method="HEAD")
    assert head.data == b""
    assert head.status_code == full.status_code
    for name in ("Content-Length", "Content-Range", "Accept-Ranges", "Content-Type"):
        assert head.headers.get(name) == full.headers.get(name), name


def test_who_may_hear(world: World) -> None:
    heard = {name for name in world.visitors if hear(world, "bytes=0-9", name).data == SOUND[:10]}
    assert heard == {"anna", "carla"}


def test_hearing_is_traced_once_a_quarter_of_an_hour(world: World) -> None:
    assert world.events("recording.played") == 0
    for minute, events in ((0, 1), (1, 1), (14, 1), (16, 2), (20, 2)):
        world.app.extensions["rater_clock"] = lambda minute=minute: LATER + timedelta(minutes=minute)
        assert hear(world, "bytes=0-9").status_code == 206
        assert world.events("recording.played") == events, minute
    world.app.extensions["rater_clock"] = lambda: LATER
    assert hear(world, "bytes=0-9", "carla").status_code == 206
    assert world.events("recording.played") == 3


def test_nobody_who_hears_nothing_leaves_a_trace(world: World) -> None:
    for name in ("ben", "rosa", "olga", "gone", "nobody"):
        hear(world, name=name)
    assert world.events("recording.played") == 0


def test_the_trace_is_committed_before_the_first_byte(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    store = world.app.extensions["rater_media"]
    stream, seen = store.stream, []

    def watched(*asked: object) -> object:
        seen.append(world.events("recording.played"))
        return stream(*asked)

    monkeypatch.setattr(store, "stream", watched)
    assert hear(world, "bytes=0-9").data == SOUND[:10]
    assert seen == [1]


def test_the_watch_on_the_trace_sees_a_missing_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rater.web.recordings.views.trace_hearing", lambda *_, **__: None)
    hear(world, "bytes=0-9")
    assert world.events("recording.played") == 0


def test_without_a_trace_there_are_no_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("disk full"))

    monkeypatch.setattr("rater.web.recordings.views.trace_hearing", cannot)
    answer = hear(world, "bytes=0-9")
    assert answer.status_code == 503
    assert SOUND[:10] not in answer.data


def test_peaks_are_an_overview(world: World) -> None:
    answer = world.visitors["anna"].ask("GET", f"/recordings/{world.ids['recording']}/peaks")
    assert (answer.status_code, answer.mimetype) == (200, "application/octet-stream")
    assert len(answer.data) == 4000
    assert max(answer.data) == max(PEAKS.values)
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_recording_whose_file_is_gone_is_not_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    store = world.app.extensions["rater_media"]
    monkeypatch.setattr(store, "folder", store.folder / "elsewhere")
    assert hear(world, "bytes=0-9").status_code == 404
    assert world.visitors["anna"].ask("GET", f"/recordings/{world.ids['recording']}/peaks").status_code == 404
