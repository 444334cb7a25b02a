"""The pages of supervision homework: forms that keep what was typed, clashes shown, sound for two people alone."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.storage.database import reading, writing
from rater.storage.models import SupervisionTask, TaskAttachment, TaskTemplate
from tests.builders.audio import encode, tone
from tests.web.clinic import PEOPLE
from tests.web.supervised_work import OF_TOM, add_work
from tests.web.valid import check
from tests.web.world import LATER, NOBODY, World

FORM = {"type": "trying", "task": "Ask once", "rationale": "", "confidence": "80", "due_on": "2026-11-09"}
TASKS = f"{OF_TOM}/tasks"
ONE = f"{TASKS}/{{agreed}}"


@pytest.fixture
def clinic(clinic: World) -> World:
    return add_work(clinic)


def task(clinic: World, name: str) -> SupervisionTask:
    with clinic.app.app_context(), reading() as session:
        found = session.scalars(select(SupervisionTask).where(SupervisionTask.public_id == clinic.ids[name])).one()
        session.expunge(found)
        return found


def test_a_comment_begins_a_task_by_one_click(clinic: World) -> None:
    page = clinic.visitors["tom"].ask("GET", f"{TASKS}/new?comment={{remark}}".format(**clinic.ids)).text
    assert "The reason was left out (session PT1-S02 at 12:31.0, item sta2)" in page
    sent = {**FORM, "comment": clinic.ids["remark"]}
    answer = clinic.visitors["tom"].ask("POST", f"{TASKS}/new".format(**clinic.ids), form=sent)
    assert answer.status_code == 303
    with clinic.app.app_context(), reading() as session:
        made = session.scalars(select(SupervisionTask).order_by(SupervisionTask.id.desc())).first()
        assert made is not None
        assert made.comment is not None
        assert (made.task, made.comment.public_id) == ("Ask once", clinic.ids["remark"])


def test_a_form_with_faults_comes_back_as_it_was_typed(clinic: World) -> None:
    before = clinic.contents()
    sent = {**FORM, "type": "", "rationale": "It helps", "confidence": "many", "due_on": "9.11."}
    answer = clinic.visitors["sara"].ask("POST", f"{TASKS}/new".format(**clinic.ids), form=sent)
    assert answer.status_code == 422
    for words in ("Choose what it is about", "many is no whole number from 0 to 100", "9.11. is no day", "It helps"):
        assert words in answer.text
    check(answer.text, "en")
    assert clinic.contents() == before


def test_a_clash_shows_what_stands_and_keeps_what_was_typed(clinic: World) -> None:
    path = f"{ONE}/change".format(**clinic.ids)
    first = {**FORM, "task": "Words of Sara", "seen": "1"}
    assert clinic.visitors["sara"].ask("POST", path, form=first).status_code == 303
    answer = clinic.visitors["tom"].ask("POST", path, form={**first, "task": "Words of Tom"})
    assert answer.status_code == 409
    assert "Words of Sara" in answer.text
    assert "Words of Tom" in answer.text
    check(answer.text, "en")
    assert task(clinic, "agreed").task == "Words of Sara"
    again = {**first, "task": "Words of Tom", "seen": "2"}
    assert clinic.visitors["tom"].ask("POST", path, form=again).status_code == 303
    assert task(clinic, "agreed").task == "Words of Tom"


def test_agree_do_and_drop(clinic: World) -> None:
    tom, sara = clinic.visitors["tom"], clinic.visitors["sara"]
    proposed = f"{TASKS}/{{proposed}}".format(**clinic.ids)
    assert sara.ask("POST", f"{proposed}/agree", form={"seen": "1"}).status_code == 423
    assert tom.ask("POST", f"{proposed}/agree", form={"seen": "1"}).status_code == 303
    stale = tom.ask("POST", f"{proposed}/done", form={"seen": "1", "record": "Asked twice"})
    assert (stale.status_code, "Asked twice" in stale.text) == (409, True)
    assert tom.ask("POST", f"{proposed}/done", form={"seen": "2", "record": " "}).status_code == 422
    assert tom.ask("POST", f"{proposed}/done", form={"seen": "2", "record": "Asked twice"}).status_code == 303
    assert sara.ask("POST", f"{proposed}/drop", form={"seen": "3", "why": ""}).status_code == 422
    assert sara.ask("POST", f"{proposed}/drop", form={"seen": "3", "why": "Not needed"}).status_code == 303
    assert (task(clinic, "proposed").state, task(clinic, "proposed").conclusions) == ("dropped", "Not needed")


def test_an_overdue_task_is_told_calmly(clinic: World) -> None:
    clinic.app.extensions["rater_clock"] = lambda: LATER + timedelta(minutes=10)
    page = clinic.visitors["tom"].ask("GET", TASKS.format(**clinic.ids)).text
    assert "was due on" in page
    assert "badge-lost" not in page


def newest(session: Session) -> TaskAttachment:
    return session.scalars(select(TaskAttachment).order_by(TaskAttachment.id.desc())).all()[0]


def sound(folder: Path, seconds: float) -> bytes:
    return encode(folder / "memo.wav", tone(seconds)).read_bytes()


def attach(clinic: World, name: str, memo: bytes | None, filename: str = "memo.wav", **form: str) -> int:
    sent: dict[str, object] = {"title": "A memo", "text": "", **form}
    if memo is not None:
        sent["sound"] = (io.BytesIO(memo), filename)
    path = f"{ONE}/attachments".format(**clinic.ids)
    return clinic.visitors[name].ask("POST", path, form=sent).status_code


def test_a_sound_is_heard_by_two_people_and_traced_before_its_first_byte(clinic: World, tmp_path: Path) -> None:
    wav = sound(tmp_path, 2)
    assert attach(clinic, "sara", wav) == 423
    assert attach(clinic, "tom", wav) == 303
    with clinic.app.app_context(), reading() as session:
        row = newest(session)
        assert row.duration_s == pytest.approx(2, abs=0.1)
        audio = f"{ONE}/attachments/{row.public_id}/audio".format(**clinic.ids)
    heard = {}
    for name in PEOPLE:
        answer = clinic.visitors[name].ask("GET", audio, headers={"Range": "bytes=0-9"})
        heard[name] = answer.status_code
    assert heard == {
        "sara": 206,
        "sven": 404,
        "tom": 206,
        "tina": 404,
        "lea": 404,
        "carl": 403,
        "rita": 404,
        "adam": 404,
        "gone": 404,
    }
    assert clinic.visitors[NOBODY].ask("GET", audio).status_code == 401
    assert clinic.events("attachment.played") == 2, "twice within a quarter of an hour is one hearing"
    clinic.visitors["tom"].ask("GET", audio)
    assert clinic.events("attachment.played") == 2
    assert clinic.visitors["sara"].ask("POST", audio.replace("/audio", "/remove")).status_code == 423
    assert clinic.visitors["tom"].ask("POST", audio.replace("/audio", "/remove")).status_code == 303
    assert clinic.visitors["tom"].ask("GET", audio).status_code == 404


def test_without_a_trace_no_byte_leaves(clinic: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert attach(clinic, "tom", sound(tmp_path, 1)) == 303
    with clinic.app.app_context(), reading() as session:
        audio = f"{ONE}/attachments/{newest(session).public_id}/audio"

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no trace")

    monkeypatch.setattr("rater.web.supervision.attaching.trace_attachment", fails)
    with pytest.raises(RuntimeError, match="no trace"):
        clinic.visitors["tom"].ask("GET", audio.format(**clinic.ids))


@pytest.mark.parametrize("broken", [b"", b"<html>", b"RIFF", b"ID3" + bytes(100)])
def test_what_holds_no_sound_is_told_and_leaves_nothing(clinic: World, broken: bytes) -> None:
    before, stored = clinic.contents(), files_of(clinic)
    assert attach(clinic, "tom", broken) == 422
    assert (clinic.contents(), files_of(clinic)) == (before, stored)


def test_a_sound_that_is_too_long_leaves_nothing(
    clinic: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rater.web.supervision.attaching.LONGEST_S", 1)
    stored = files_of(clinic)
    assert attach(clinic, "tom", sound(tmp_path, 2)) == 422
    assert files_of(clinic) == stored


def files_of(clinic: World) -> set[Path]:
    return {each for each in (clinic.database.parent / "media").rglob("*") if each.is_file()}


def test_a_text_alone_is_attached_and_nothing_is_not(clinic: World) -> None:
    assert attach(clinic, "tom", None) == 422
    assert attach(clinic, "tom", None, text="A thought record") == 303
    assert "A thought record" in clinic.visitors["sara"].ask("GET", ONE.format(**clinic.ids)).text


def test_templates_are_made_used_and_removed(clinic: World) -> None:
    path = "/studies/clinic/supervision/templates"
    sent = {"title": "", "type": "reading", "task": "Read chapter 3"}
    answer = clinic.visitors["sven"].ask("POST", path, form=sent)
    assert (answer.status_code, "Read chapter 3" in answer.text) == (422, True)
    check(answer.text, "en")
    assert clinic.visitors["sven"].ask("POST", path, form={**sent, "title": "Reading"}).status_code == 303
    with clinic.app.app_context(), writing() as session:
        made = session.scalars(select(TaskTemplate).where(TaskTemplate.title == "Reading")).one().public_id
    new = f"{TASKS}/new?template={made}".format(**clinic.ids)
    assert "Read chapter 3" in clinic.visitors["sara"].ask("GET", new).text
    assert clinic.visitors["sara"].ask("POST", f"{path}/{made}/remove").status_code == 403
    assert clinic.visitors["tom"].ask("POST", path, form=sent).status_code == 403
    assert clinic.visitors["sven"].ask("POST", f"{path}/{made}/remove").status_code == 303
