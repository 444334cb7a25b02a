"""Asking for a dataset on the study page: formats, and what is no format."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from rater.exports.bundle import WrittenBundle
from rater.exports.contents import Asked
from rater.exports.operations.history import keep_export
from rater.jobs import run_next
from rater.storage.database import reading, writing
from rater.storage.models import (
    Assignment,
    AuditEvent,
    Freeze,
    HomeworkTask,
    Job,
    Note,
    Point,
    Rating,
    Revision,
    Study,
    Wave,
)
from rater.terms import COMMAND_LINE
from tests.web.valid import both, parsed
from tests.web.world import World

NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def work(world: World) -> None:
    """Do all jobs that wait."""
    with world.app.app_context():
        while run_next(world.app.extensions["rater_settings"], lambda: NOW):
            pass


def asked_for(world: World, *formats: str) -> set[str]:
    """The endings of the files in the bundle that the researcher gets."""
    rosa = world.visitors["rosa"]
    answer = rosa.ask("POST", "/studies/pilot/exports", form={"format": list(formats)})
    assert answer.status_code == 303
    with world.app.app_context():
        while run_next(world.app.extensions["rater_settings"], lambda: NOW):
            pass
    public_id = answer.location.rpartition("/")[2]
    packed = zipfile.ZipFile(io.BytesIO(rosa.ask("GET", f"/exports/{public_id}").data))
    return {name.rpartition(".")[2] for name in packed.namelist()}


def test_the_formats_that_are_ticked_are_in_the_bundle(world: World) -> None:
    assert asked_for(world, "sav", "xlsx") == {"csv", "sav", "xlsx", "json", "R", "py", "txt"}
    assert asked_for(world) == {"csv", "json", "R", "py", "txt"}


def test_every_format_can_be_ticked(world: World) -> None:
    page = parsed(world.visitors["rosa"].ask("GET", "/studies/pilot").text)
    ticks = [each for each in page.iter("input") if each.get("name") == "format"]
    assert [each.get("value") for each in ticks] == ["parquet", "sav", "xlsx"]


SECRET = "Tell nobody of the red kettle"


def with_texts(world: World) -> None:
    """A note and a task in a rater's words in a submitted rating, and a day on which its session was held."""
    with world.app.app_context(), writing() as session:
        submitted = select(Rating).join(Rating.revisions).where(Revision.submitted_at.is_not(None))
        in_main = submitted.join(Rating.assignment).join(Assignment.wave).where(Wave.name == "main")
        rating = session.scalars(in_main).one()
        session.add(
            Note(public_id="n" * 22, assignment_id=rating.assignment_id, second=12.0, text=SECRET, written_at=NOW)
        )
        rating.assignment.therapy_session.held_on = NOW.date()
        session.scalars(select(HomeworkTask).limit(1)).one().description = SECRET


def bundle_of(world: World, form: dict[str, str]) -> tuple[str, dict[str, bytes]]:
    """The address of the job, and the files that the researcher gets."""
    rosa = world.visitors["rosa"]
    answer = rosa.ask("POST", "/studies/pilot/exports", form=form)
    assert answer.status_code == 303
    work(world)
    packed = zipfile.ZipFile(io.BytesIO(rosa.ask("GET", answer.location.replace("/jobs/", "/exports/")).data))
    return answer.location, {name.rpartition("/")[2]: packed.read(name) for name in packed.namelist()}


def test_notes_and_free_texts_are_given_only_if_the_box_is_ticked_and_it_is_told(world: World) -> None:
    """In the bundle, its README, on its page, in the list and in the audit; without the box none of it."""
    with_texts(world)
    rosa = world.visitors["rosa"]
    assert "may name people" in both(world, "rosa", "/studies/pilot").text
    for form in ({}, {"texts": "no"}, {"rights": "full", "notes": "yes"}):
        address, plain = bundle_of(world, form)
        assert "notes.csv" not in plain
        assert not [name for name, data in plain.items() if SECRET.encode() in data]
        assert b"2026-11-03" not in plain["sessions.csv"]
        assert "With dates, notes and free texts" not in rosa.ask("GET", address).text
    assert "With dates, notes and free texts" not in rosa.ask("GET", "/studies/pilot").text
    address, full = bundle_of(world, {"texts": "yes"})
    assert {name for name, data in full.items() if SECRET.encode() in data} >= {"notes.csv", "homework.csv"}
    assert b"2026-11-03" in full["sessions.csv"]
    assert b"Treat it as personal data" in full["README.txt"]
    for path in (address, "/studies/pilot"):
        assert both(world, "rosa", path).text.count("With dates, notes and free texts") == 1
    with world.app.app_context(), reading() as session:
        asked = session.scalars(select(AuditEvent).where(AuditEvent.action == "export.asked")).all()[-1]
        assert (asked.actor_name, asked.detail["rights"], asked.detail["notes"]) == ("Rosa", "full", True)


@pytest.mark.parametrize("name", ["anna", "carla", "mixed", "sam", "tina", "theo", "adam", "olga", "gone"])
def test_nobody_else_gets_notes_and_free_texts(world: World, name: str) -> None:
    """Nor the finished bundle of somebody who may; rosa, who does get both, is the control."""
    address, _ = bundle_of(world, {"texts": "yes"})
    before = world.contents()
    answer = world.visitors[name].ask("POST", "/studies/pilot/exports", form={"texts": "yes"})
    assert answer.status_code in (403, 404)
    assert world.visitors[name].ask("GET", address.replace("/jobs/", "/exports/")).status_code in (403, 404)
    assert "Also dates, notes and free texts" not in world.visitors[name].ask("GET", "/studies/pilot").text
    assert world.contents() == before
    rosa = world.visitors["rosa"]
    assert "Also dates, notes and free texts" in rosa.ask("GET", "/studies/pilot").text


def test_what_is_no_format_is_refused(world: World) -> None:
    before = world.contents()
    answer = world.visitors["rosa"].ask("POST", "/studies/pilot/exports", form={"format": "dta"})
    assert answer.status_code == 422
    assert "dta is no format of tables" in answer.text
    assert world.contents() == before


def test_the_page_of_a_dataset_shows_the_hash_of_each_file(world: World) -> None:
    rosa = world.visitors["rosa"]
    answer = rosa.ask("POST", "/studies/pilot/exports", form={})
    with world.app.app_context():
        run_next(world.app.extensions["rater_settings"], lambda: NOW)
    page = rosa.ask("GET", answer.location).text
    packed = zipfile.ZipFile(io.BytesIO(rosa.ask("GET", answer.location.replace("/jobs/", "/exports/")).data))
    for name in packed.namelist():
        assert f">{name.rpartition('/')[2]}<" in page
        assert hashlib.sha256(packed.read(name)).hexdigest() in page


def test_a_dataset_written_by_command_is_listed_without_a_file_to_fetch(world: World) -> None:
    with world.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "pilot")).one()
        keep_export(session, COMMAND_LINE, study, Asked(), WrittenBundle((), {}), now=NOW)
    page = world.visitors["rosa"].ask("GET", "/studies/pilot").text
    assert "by command" in page
    with world.app.app_context(), reading() as session:
        public_id = session.scalars(select(Job.public_id).order_by(Job.id.desc())).first() or ""
    assert f"/jobs/{public_id}" in page
    assert f"/exports/{public_id}" not in page
    assert world.visitors["rosa"].ask("GET", f"/exports/{public_id}").status_code == 404


def test_data_are_frozen_listed_and_exported_on_the_page(world: World) -> None:
    """A rating changed after the freeze is in the dataset of today alone."""
    rosa = world.visitors["rosa"]
    answer = rosa.ask("POST", "/studies/pilot/freezes", form={"name": "paper-1", "note": "Main paper"})
    assert answer.status_code == 303
    work(world)
    assert "Done" in rosa.ask("GET", answer.location).text
    page = parsed(rosa.ask("GET", "/studies/pilot").text)
    (choice,) = [each for each in page.iter("select") if each.get("name") == "freeze"]
    assert [each.get("value") for each in choice.iter("option")] == ["", "paper-1"]
    with world.app.app_context(), writing() as session:
        noted = session.scalars(select(AuditEvent).where(AuditEvent.action == "freeze.made")).one()
        assert (noted.actor_name, noted.detail["name"]) == ("Rosa", "paper-1")
        session.execute(update(Point).values(value=4.0).where(Point.value.is_not(None)))
    packed = {}
    for name in ("", "paper-1"):
        asked = rosa.ask("POST", "/studies/pilot/exports", form={"freeze": name})
        work(world)
        bundle = zipfile.ZipFile(io.BytesIO(rosa.ask("GET", asked.location.replace("/jobs/", "/exports/")).data))
        packed[name] = {each.rpartition("/")[2]: bundle.read(each) for each in bundle.namelist()}
    with world.app.app_context(), reading() as session:
        kept = session.scalars(select(Freeze)).one()
        assert {name: hashlib.sha256(data).hexdigest() for name, data in packed["paper-1"].items()} == kept.files
    assert packed[""] != packed["paper-1"]


def test_a_freeze_without_a_name_of_its_own_is_refused(world: World) -> None:
    rosa = world.visitors["rosa"]
    rosa.ask("POST", "/studies/pilot/freezes", form={"name": "paper-1"})
    work(world)
    before = world.contents()
    for form, words in (
        ({}, "cannot name a freeze"),
        ({"name": "a/b"}, "a/b cannot name a freeze"),
        ({"name": "a/b"}, "Use at most 64 letters, digits, dots, hyphens and underscores."),
        ({"name": "paper-1"}, "There is a freeze paper-1 already"),
        ({"name": "x", "note": "n" * 1001}, "The note has 1001 signs"),
    ):
        answer = rosa.ask("POST", "/studies/pilot/freezes", form=form)
        assert answer.status_code == 422
        assert words in answer.text
    assert rosa.ask("POST", "/studies/pilot/exports", form={"freeze": "lost"}).status_code == 422
    assert world.contents() == before
