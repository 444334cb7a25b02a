"""A masked recording over HTTP: what leaves for a rater, for a coordinator, and through a web server before Rater."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from sqlalchemy import select

from rater import jobs
from rater.recordings.operations.taking_in import StoredAudio, keep_recording
from rater.storage.database import reading, writing
from rater.storage.media.audio import IngestedAudio, ingest
from rater.storage.models import Recording, SilencedVersion, TherapySession
from tests.builders.audio import Sound, encode, speechlike
from tests.builders.media import keep_in_clear
from tests.web.valid import check
from tests.web.world import LATER, World

START, STOP, SECONDS = 4.0, 6.0, 10.0
FORM = {"start": "0:04.0", "stop": "0:06.0", "reason": "outcome_read_aloud", "note": ""}
STEP = 5000


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, IngestedAudio]:
    """Ten seconds of sound, as they are stored."""
    folder = tmp_path_factory.mktemp("sound")
    kept = folder / "kept"
    return kept, ingest([encode(folder / "a.mp3", speechlike(SECONDS, 44100), 44100)], kept)


@pytest.fixture
def heard(world: World, taken_in: tuple[Path, IngestedAudio]) -> World:
    """The world, in which the session that anna rates has this recording, with nothing masked."""
    kept, audio = taken_in
    store = world.app.extensions["rater_media"]
    made = store.temp()
    with kept.open("rb") as source, made.open("w+b") as copy:
        shutil.copyfileobj(source, copy)
    stored = StoredAudio(store.put(made), store.put_bytes(audio.peaks.to_bytes()), audio)
    with world.app.app_context(), writing() as session:
        held = session.scalars(
            select(TherapySession).join(Recording).where(Recording.public_id == world.ids["recording"])
        ).one()
        keep_recording(session, held, stored, now=LATER)
    unmasked = world.visitors["carla"].ask("POST", f"{path(world, 'masks')}/{world.ids['span']}/remove")
    assert unmasked.status_code == 303
    return world


def path(world: World, what: str) -> str:
    return f"/recordings/{world.ids['recording']}/{what}"


def mask(world: World, *roles: str) -> None:
    answer = world.visitors["carla"].ask("POST", path(world, "masks"), form={**FORM, "roles": list(roles)})
    assert answer.status_code == 303, answer.text


def run(world: World) -> None:
    """Let the worker do what waits."""
    with world.app.app_context():
        while jobs.run_next(world.app.extensions["rater_settings"], lambda: LATER):
            pass


def size(world: World, name: str) -> int:
    head = world.visitors[name].ask("HEAD", path(world, "audio"))
    assert (head.status_code, head.data) == (200, b"")
    return int(head.headers["Content-Length"])


def part(world: World, name: str, start: int, stop: int) -> bytes:
    """The bytes of one range."""
    answer = world.visitors[name].ask("GET", path(world, "audio"), headers={"Range": f"bytes={start}-{stop - 1}"})
    assert answer.status_code == 206
    return answer.data


def whole(world: World, name: str) -> bytes:
    """All bytes, by ranges that join."""
    total = size(world, name)
    return b"".join(part(world, name, at, min(at + STEP, total)) for at in range(0, total, STEP))


def packets(data: bytes) -> list[tuple[float, int, bytes]]:
    """Second, place in the file and bytes of each packet."""
    with av.open(io.BytesIO(data)) as container:
        found = [(packet, bytes(packet)) for packet in container.demux(audio=0) if packet.size]
    return [(float(p.pts * p.time_base), p.pos or 0, kept) for p, kept in found if p.pts is not None and p.time_base]


def sound_of(data: bytes) -> tuple[Sound, int]:
    with av.open(io.BytesIO(data)) as container:
        frames = list(container.decode(audio=0))
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]), frames[0].sample_rate


def names(world: World) -> dict[str, str]:
    """The stored files of the recording and of its silenced version."""
    with world.app.app_context(), reading() as session:
        recording = session.scalars(select(Recording).where(Recording.public_id == world.ids["recording"])).one()
        version = session.scalars(select(SilencedVersion).where(SilencedVersion.recording_id == recording.id)).one()
        return {"recording": recording.audio_name, "version": version.audio_name}


@pytest.fixture
def masked(heard: World) -> World:
    """The same, two seconds of it masked for raters, and the silenced version made."""
    mask(heard, "rater")
    run(heard)
    return heard


def test_nothing_is_sent_while_it_is_prepared(heard: World) -> None:
    mask(heard, "rater")
    for what in ("audio", "peaks", "voice"):
        for method in ("GET", "HEAD"):
            answer = heard.visitors["anna"].ask(method, path(heard, what), headers={"Range": "bytes=0-99"})
            assert answer.status_code == 423
            assert "X-Accel-Redirect" not in answer.headers
    page = heard.visitors["anna"].ask("GET", f"/ratings/{heard.ids['mine']}").text
    check(page, "en")
    assert "The recording is being prepared" in page
    assert path(heard, "audio") not in page
    german = heard.visitors["anna"].ask("GET", f"/ratings/{heard.ids['mine']}", headers={"Accept-Language": "de"}).text
    assert "wird vorbereitet" in german
    assert part(heard, "carla", 0, 100), "who sets spans hears them at once"


def test_ranges_and_head_are_those_of_the_silenced_version(masked: World) -> None:
    store = masked.app.extensions["rater_media"]
    kept = names(masked)
    silenced = store.read(kept["version"], 0, store.size(kept["version"]))
    original = store.read(kept["recording"], 0, store.size(kept["recording"]))
    assert (whole(masked, "anna"), whole(masked, "carla")) == (silenced, original)
    head = masked.visitors["anna"].ask("HEAD", path(masked, "audio"), headers={"Range": "bytes=0-99"})
    assert head.headers["Content-Range"] == f"bytes 0-99/{len(silenced)}"
    assert head.mimetype == "audio/webm"
    past = masked.visitors["anna"].ask("GET", path(masked, "audio"), headers={"Range": f"bytes={len(silenced)}-"})
    assert (past.status_code, past.data) == (416, b"")


def test_ranges_across_the_borders_hold_nothing_of_the_masked_seconds(masked: World) -> None:
    """Asked at every place around both borders; what the coordinator gets is the control."""
    secret = [kept for at, _, kept in packets(whole(masked, "carla")) if START <= at <= STOP]
    pieces = {kept[at : at + 16] for kept in secret for at in range(0, len(kept) - 16, 16)}
    assert len(pieces) > 200
    for name, leaks in (("anna", False), ("carla", True)):
        found = packets(whole(masked, name))
        borders = [min(found, key=lambda each: abs(each[0] - second))[1] for second in (START, STOP)]
        for border in borders:
            for before, after in ((700, 700), (3000, 3000), (700, STEP), (STEP, 700)):
                sent = part(masked, name, border - before, border + after)
                assert len(sent) == before + after
                assert any(piece in sent for piece in pieces) is leaks, (name, border, before)


def test_what_is_sent_is_silent_there_and_sounds_elsewhere(masked: World) -> None:
    for name, is_silent in (("anna", True), ("carla", False)):
        sound, rate = sound_of(whole(masked, name))
        inside = sound[int((START + 0.4) * rate) : int(STOP * rate)]
        assert bool(np.abs(inside).max() < 0.5 / 32768) is is_silent, name
        assert np.abs(sound[int(7 * rate) : int(9 * rate)]).max() > 0.02, name


def test_the_waveform_is_flat_there(masked: World) -> None:
    shown = {}
    for name in ("anna", "carla"):
        values = masked.visitors[name].ask("GET", path(masked, "peaks")).data
        shown[name] = values[int(len(values) * START / SECONDS) + 1 : int(len(values) * STOP / SECONDS) - 1]
    assert set(shown["anna"]) == {0}
    assert min(shown["carla"]) > 0


def test_silences_do_not_tell_where_is_spoken(masked: World) -> None:
    with masked.app.app_context(), writing() as session:
        recording = session.scalars(select(Recording).where(Recording.public_id == masked.ids["recording"])).one()
        recording.silences = [[4.5, 5.6], [7.0, 8.0]]
    told = {name: masked.visitors[name].ask("GET", path(masked, "voice")).json for name in ("anna", "carla")}
    assert told == {"anna": {"silences": [[4, 6], [7, 8]]}, "carla": {"silences": [[4.5, 5.6], [7, 8]]}}


@pytest.fixture
def handed(masked: World) -> Iterator[World]:
    told = masked.app.extensions
    settings, store = told["rater_settings"], told["rater_media"]
    told |= {"rater_settings": replace(settings, x_accel="/stored/"), "rater_media": keep_in_clear(settings)}
    yield masked
    store.renew()
    told |= {"rater_settings": settings, "rater_media": store}


def test_the_web_server_before_rater_is_sent_to_the_silenced_file(handed: World) -> None:
    kept = names(handed)
    for name, expected in (("anna", kept["version"]), ("carla", kept["recording"])):
        answer = handed.visitors[name].ask("GET", path(handed, "audio"), headers={"Range": "bytes=0-99"})
        assert answer.headers["X-Accel-Redirect"] == f"/stored/{expected[:2]}/{expected}"
        assert answer.data == b""
        head = handed.visitors[name].ask("HEAD", path(handed, "audio"), headers={"Range": "bytes=0-99"})
        assert "X-Accel-Redirect" not in head.headers
    assert kept["recording"] != kept["version"]


def test_a_role_that_is_not_named_hears_all(heard: World) -> None:
    before = whole(heard, "anna")
    mask(heard, "trainee", "supervisor")
    assert whole(heard, "anna") == before, "nothing has to be prepared"
    run(heard)
    assert whole(heard, "anna") == before
    page = heard.visitors["anna"].ask("GET", f"/ratings/{heard.ids['mine']}").text
    assert "data-masks" not in page


def test_the_rating_screen_shows_the_stretch_and_coverage_leaves_it_out(masked: World) -> None:
    anna = masked.visitors["anna"]
    page = anna.ask("GET", f"/ratings/{masked.ids['mine']}").text
    check(page, "en")
    assert re.search(r'data-masks="\[\[4\.0, 6\.0\]\]"', page)
    assert re.search(r"Silenced by the study:\s*0:04–0:06", page)

    def tell(start: float, stop: float) -> float:
        told = {"op": "op-000010", "heard": [[start, stop, 1]], "position": stop, "speed": 1}
        answer = anna.ask("PUT", f"/ratings/{masked.ids['mine']}/listening", {**told, "window": "d" * 32, "active": 1})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return float(answer.json["share"])

    assert tell(0, 4) == pytest.approx(0.5, abs=0.01)
    assert tell(4, 6) == pytest.approx(0.5, abs=0.01), "hearing the silence adds nothing"
    assert tell(6, 10) == 1.0
