"""Sound handed to a web server before Rater: the same people, the same trace, and no more than Rater would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from rater.storage.database import reading
from rater.storage.models import AuditEvent, Recording
from tests.builders.media import keep_in_clear
from tests.web.world import SOUND, World

SIZE = len(SOUND)


@pytest.fixture
def handed(world: World) -> Iterator[World]:
    told = world.app.extensions
    settings, store = told["rater_settings"], told["rater_media"]
    told |= {"rater_settings": replace(settings, x_accel="/stored/"), "rater_media": keep_in_clear(settings)}
    yield world
    store.renew()
    told |= {"rater_settings": settings, "rater_media": store}


def hear(world: World, wanted: str | None, name: str = "anna", method: str = "GET") -> TestResponse:
    headers = {} if wanted is None else {"Range": wanted}
    return world.visitors[name].ask(method, f"/recordings/{world.ids['recording']}/audio", headers=headers)


def audio_name(app: Flask, public_id: str) -> str:
    with app.app_context(), reading() as session:
        return session.scalars(select(Recording.audio_name).where(Recording.public_id == public_id)).one()


@pytest.mark.parametrize("wanted", [None, "bytes=0-99", "bytes=1000-200000", "bytes=-500", "bytes=9-3"])
def test_the_answer_names_the_file_and_holds_nothing(handed: World, wanted: str | None) -> None:
    answer = hear(handed, wanted)
    name = audio_name(handed.app, handed.ids["recording"])
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["X-Accel-Redirect"] == f"/stored/{name[:2]}/{name}"
    assert answer.mimetype == "audio/ogg"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Content-Range" not in answer.headers


def test_what_is_encrypted_is_sent_by_rater_itself(world: World) -> None:
    told = world.app.extensions
    settings = told["rater_settings"]
    told["rater_settings"] = replace(settings, x_accel="/stored/")
    answer = hear(world, "bytes=0-99")
    told["rater_settings"] = settings
    assert (answer.status_code, answer.data) == (206, SOUND[:100])
    assert "X-Accel-Redirect" not in answer.headers


@pytest.mark.parametrize("wanted", ["bytes=0-", f"bytes=0-{SIZE - 1}", f"bytes=-{SIZE}"])
def test_longer_ranges_are_cut_by_rater_itself(handed: World, wanted: str) -> None:
    answer = hear(handed, wanted)
    assert (answer.status_code, len(answer.data)) == (206, 256 * 1024)
    assert "X-Accel-Redirect" not in answer.headers


def test_ranges_past_the_end_and_questions_for_the_head_are_answered_by_rater(handed: World) -> None:
    assert hear(handed, f"bytes={SIZE}-").status_code == 416
    head = hear(handed, "bytes=0-99", method="HEAD")
    assert (head.status_code, head.headers["Content-Length"]) == (206, "100")


@pytest.mark.parametrize("name", ["olga", "gone", "rosa"])
def test_others_learn_nothing(handed: World, name: str) -> None:
    answer = hear(handed, "bytes=0-99", name)
    assert answer.status_code in (403, 404)
    assert "X-Accel-Redirect" not in answer.headers


def test_a_hearing_leaves_its_trace(handed: World) -> None:
    hear(handed, "bytes=0-99")
    with handed.app.app_context(), reading() as session:
        assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "recording.played")).all()) == 1


def test_without_the_setting_rater_sends_the_bytes(world: World) -> None:
    answer = hear(world, "bytes=0-99")
    assert (answer.status_code, answer.data) == (206, SOUND[:100])
    assert "X-Accel-Redirect" not in answer.headers
