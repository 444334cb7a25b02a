"""An import on the pages: preview, faults in one list, confirmation, all or nothing, and again."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from rater.recordings.operations import importing
from rater.storage.database import writing
from rater.storage.models import Person, Study
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, Role
from tests.builders.imports import SEEN, announce, begin, confirm, look, put, send, sound, uploaded, work
from tests.web.world import LATER, World

STUDY_TABLES = ("patient", "therapist", "therapy_session", "recording", "exclusion")


def of_study(world: World) -> dict[str, list[Any]]:
    contents = world.contents()
    return {name: contents[name] for name in STUDY_TABLES}


def stored(world: World) -> set[str]:
    return {each.name for each in (world.database.parent / "media").rglob("*") if each.is_file()}


def test_sessions_with_parts_and_a_guess_go_in_and_again_changes_nothing(world: World, tmp_path: Path) -> None:
    carla = world.visitors["carla"]
    rows = "S1,P9,T1,1,P9/a.wav|P9/b.wav\nS2,P9,T1,2,elsewhere/ÜBUNG.wav\nS3,P9,T1,3,\n"
    for time, states in enumerate((("3", "0", "0"), ("0", "0", "3"))):
        before = of_study(world)
        address = begin(carla, rows)
        for seed, path in enumerate(("all/P9/b.wav", "all/P9/a.wav", "all/P9/u\u0308bung.WAV", "all/notes.txt")):
            send(carla, address, path, sound(tmp_path, seed + 1))
        page = look(world, carla, address).text
        assert of_study(world) == before
        assert page.index("all/P9/a.wav") < page.index("all/P9/b.wav")
        assert "the list says elsewhere/ÜBUNG.wav" in page
        assert "all/notes.txt" in page.split("Files that no session names")[1]
        assert "0:02" in page
        refused = confirm(world, carla, address)
        assert (refused.status_code, "matched by their name alone" in refused.text) == (422, True)
        assert of_study(world) == before
        done = confirm(world, carla, address, "guesses").text
        assert "The import is done" in done
        counted = [each.split("</dd>")[0] for each in done.split("<dd>")[1:4]]
        assert tuple(counted) == states
        assert (of_study(world) == before) is (time == 1)
    assert "übung" not in str(world.contents()).lower()
    assert len(uploaded(world)) == len(list((world.database.parent / "kept-uploads").rglob("*/*")))


def test_every_fault_of_list_and_recordings_comes_at_once_and_nothing_is_written(world: World, tmp_path: Path) -> None:
    carla = world.visitors["carla"]
    rows = "S1,P9,T1,1,good.wav\nS2,P9,T1,x,\nS3,P9,T1,3,page.mp3\nS4,P9,T1,4,twin.wav\nS5,P9,T1,1,\n"
    address, before = begin(carla, rows), of_study(world)
    send(carla, address, "good.wav", sound(tmp_path))
    send(carla, address, "page.mp3", b"<html><body>Not found</body></html>")
    for seed, path in ((2, "A/twin.wav"), (3, "B/twin.wav")):
        send(carla, address, path, sound(tmp_path, seed))
    page = look(world, carla, address).text
    table = page.split("<tbody>")[1].split("</tbody>")[0]
    lines = [each.split('<td class="num">')[1].split("<")[0] for each in table.split("<tr>")[1:]]
    assert lines == ["3", "4", "5", "6"]
    assert "page.mp3: " in table
    assert "A/twin.wav, B/twin.wav" in table
    assert SEEN.search(page) is None
    assert carla.ask("POST", f"{address}/confirm", form={"seen": "x" * 64}).status_code == 422
    work(world)
    assert of_study(world) == before
    mended = (io.BytesIO(b"session_id,patient_id,therapist_id,session_no,audio_file\nS1,P9,T1,1,good.wav\n"), "m.csv")
    assert carla.ask("POST", f"{address}/list", form={"list": mended}).status_code == 303
    assert "The import is done" in confirm(world, carla, address).text
    assert of_study(world) != before


def test_a_list_by_german_excel_is_read_and_to_be_confirmed(world: World) -> None:
    carla = world.visitors["carla"]
    text = "session_id;patient_id;therapist_id;session_no;date;duration_min\r\nMÜ1;P9;T1;1;27.01.2018;43,5\r\n"
    address = begin(carla, text.encode("cp1252"))
    assert confirm(world, carla, address).status_code == 422
    assert "The import is done" in confirm(world, carla, address, "dialect").text
    row = next(each for each in of_study(world)["therapy_session"] if "MÜ1" in each)
    assert "datetime.date(2018, 1, 27)" in row
    assert "43.5" in row


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04sheet", b"a|b\n1|2\n", b"session_id\nS1\n", b"\xff\xfe\x00", b"x" * 2000, b'"open\n']
)
def test_bad_lists_are_told_and_can_be_mended(world: World, data: bytes) -> None:
    carla, before = world.visitors["carla"], of_study(world)
    address = begin(carla, data)
    for page in (address, f"{address}/preview"):
        answer = carla.ask("GET", page)
        assert (answer.status_code, "What to do" in answer.text) == (200, True)
    assert carla.ask("POST", f"{address}/confirm", form={}).status_code == 422
    assert of_study(world) == before


def test_no_list_and_one_that_is_too_large(world: World) -> None:
    carla = world.visitors["carla"]
    assert carla.ask("POST", "/studies/pilot/import", form={"list": (io.BytesIO(), "")}).status_code == 422
    large = {"list": (io.BytesIO(b"x" * (22 * 1024 * 1024)), "s.csv")}
    assert carla.ask("POST", "/studies/pilot/import", form=large).status_code == 413


def test_what_is_confirmed_is_what_was_shown(world: World, tmp_path: Path) -> None:
    carla, before = world.visitors["carla"], of_study(world)
    address = begin(carla, "S1,P9,T1,1,a.wav\n")
    send(carla, address, "a.wav", sound(tmp_path))
    seen = SEEN.search(look(world, carla, address).text)
    assert seen is not None
    send(carla, address, "a.wav", sound(tmp_path, 2))
    work(world)
    assert carla.ask("POST", f"{address}/confirm", form={"seen": seen[1]}).status_code == 409
    assert of_study(world) == before


def test_a_plain_form_sends_files_too(world: World, tmp_path: Path) -> None:
    carla = world.visitors["carla"]
    address = begin(carla, "S1,P9,T1,1,a.wav\n")
    form = {"files": [(io.BytesIO(sound(tmp_path, seconds=20)), "a.wav"), (io.BytesIO(b"x"), "..")]}
    answer = carla.ask("POST", f"{address}/files", form=form)
    assert (answer.status_code, "leads out of the folder" in answer.text) == (422, True)
    assert "The import is done" in confirm(world, carla, address).text
    assert sum("'S1'" in row for row in of_study(world)["therapy_session"]) == 1


def test_an_import_that_fails_half_way_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise OSError("the disk is full")

    carla, before, media = world.visitors["carla"], of_study(world), stored(world)
    address = begin(carla, "S1,P9,T1,1,a.wav\n")
    send(carla, address, "a.wav", sound(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(importing, "record", fail)
        with pytest.raises(OSError, match="disk is full"):
            confirm(world, carla, address)
    assert (of_study(world), stored(world)) == (before, media)
    assert "Something went wrong" in carla.ask("GET", address).text
    assert "The import is done" in confirm(world, carla, address).text
    assert of_study(world) != before


def test_giving_up_deletes_the_files_and_a_running_import_is_left_alone(world: World, tmp_path: Path) -> None:
    carla = world.visitors["carla"]
    kept, address = uploaded(world), begin(carla, "S1,P9,T1,1,a.wav\n")
    send(carla, address, "a.wav", sound(tmp_path))
    assert carla.ask("POST", f"{address}/cancel").status_code == 303
    assert uploaded(world) == kept
    assert "given up" in carla.ask("GET", address).text
    assert announce(carla, address, "b.wav", b"x").status_code == 423
    address = begin(carla, "S1,P9,T1,1,\n")
    seen = SEEN.search(look(world, carla, address).text)
    assert seen is not None
    carla.ask("POST", f"{address}/confirm", form={"seen": seen[1]})
    for path in ("cancel", "list", "check", "confirm"):
        assert carla.ask("POST", f"{address}/{path}", form={}).status_code == 423
    assert put(carla, world.ids["upload"], 0, b"12345678").status_code == 200


def test_one_whose_role_was_taken_away_imports_nothing(world: World) -> None:
    carla, before = world.visitors["carla"], of_study(world)
    address = begin(carla, "S1,P9,T1,1,\n")
    seen = SEEN.search(look(world, carla, address).text)
    assert seen is not None
    assert carla.ask("POST", f"{address}/confirm", form={"seen": seen[1]}).status_code == 303
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        person = session.scalars(select(Person).where(Person.email == "carla@example.org")).one()
        end_membership(session, COMMAND_LINE, study, person, Role.COORDINATOR, now=LATER)
    work(world)
    assert of_study(world) == before
