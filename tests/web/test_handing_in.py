"""A trainee hands a session in: real recordings through the form and the worker, what is refused, what is swept."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from rater.jobs import sweep
from rater.storage.database import reading, writing
from rater.storage.media.uploads import uploads_of
from rater.storage.models import AuditEvent, Consent, Job, Patient, Person, Recording, TherapySession
from rater.studies.operations import end_membership
from rater.terms import COMMAND_LINE, ConsentScope, JobState, Role
from tests.builders.imports import sound, uploaded, work
from tests.web.world import LATER, World

PAGE = "/studies/clinic/supervision/upload"
FORM = {
    "patient": "PT1",
    "number": "9",
    "held_on": "2026-11-01",
    "until": "2027-11-01",
    "scope": ["supervision", "teaching"],
    "agreed": "yes",
}


def hand_in(
    clinic: World, name: str, *files: tuple[str, bytes], trainee: str = "trainee", **typed: Any
) -> TestResponse:
    """Send the form with these files."""
    form = {**FORM, "trainee": clinic.ids.get(trainee, trainee), **typed}
    form["files"] = [(io.BytesIO(data), called) for called, data in files]
    return clinic.visitors[name].ask("POST", PAGE, form=form)


@dataclass(frozen=True)
class Kept:
    """A session that was taken in."""

    code: str
    patient: str
    therapist: str
    held_on: str
    recording: str
    seconds: list[int]


def kept(clinic: World, number: int = 9) -> Kept:
    with clinic.app.app_context(), reading() as session:
        one = session.scalars(select(TherapySession).where(TherapySession.number == number)).one()
        assert one.recording is not None
        seconds = [round(part["duration_s"]) for part in one.recording.parts]
        return Kept(one.code, one.patient.code, one.therapist.code, str(one.held_on), one.recording.public_id, seconds)


def counts(clinic: World) -> dict[str, int]:
    with clinic.app.app_context(), reading() as session:
        tables = (TherapySession, Recording, Consent, Patient)
        return {each.__name__: session.scalar(select(func.count()).select_from(each)) or 0 for each in tables}


def stored(clinic: World) -> int:
    found = sum(each.is_file() for each in clinic.app.extensions["rater_media"].folder.rglob("*"))
    assert found
    return found


def page(clinic: World, name: str = "tom") -> str:
    return clinic.visitors[name].ask("GET", PAGE).text


def test_a_session_is_taken_in_with_its_parts_in_order_and_its_consents(clinic: World, tmp_path: Path) -> None:
    second, tenth = sound(tmp_path, 2, seconds=2), sound(tmp_path, 10, seconds=3)
    answer = hand_in(clinic, "tom", ("Frau Muster 10.wav", tenth), ("Frau Muster 2.wav", second))
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#handed-title")
    assert len(uploaded(clinic)) == 2
    assert "PT1, session 9" in page(clinic)
    assert 'data-running="yes"' in page(clinic)
    work(clinic)
    found = kept(clinic)
    assert found == Kept("PT1-S09", "PT1", "T1", "2026-11-01", found.recording, [2, 3])
    with clinic.app.app_context(), reading() as session:
        consents = session.scalars(
            select(Consent).join(Consent.recording).where(Recording.public_id == found.recording)
        ).all()
        assert {each.scope for each in consents} == {ConsentScope.SUPERVISION, ConsentScope.TEACHING}
        assert {str(each.until) for each in consents} == {"2027-11-01"}
        audited = session.scalars(select(AuditEvent).where(AuditEvent.action.like("session.%"))).all()
        said = " ".join(f"{each.action} {each.subject} {each.detail}" for each in audited)
    assert "session.handed_in" in said
    assert "session.taken_in" in said
    assert "PT1" not in said
    assert "Muster" not in said
    assert uploaded(clinic) == []
    assert "Muster" not in page(clinic)
    assert f'href="/studies/clinic/supervision/sessions/{found.code}"' in page(clinic)
    assert clinic.visitors["tom"].ask("GET", f"/recordings/{found.recording}/audio").status_code in (200, 206)
    assert clinic.visitors["tina"].ask("GET", f"/recordings/{found.recording}/audio").status_code == 404


def test_a_new_patient_is_made_and_a_session_without_recording_gets_it(clinic: World, tmp_path: Path) -> None:
    hand_in(clinic, "tom", ("a.wav", sound(tmp_path)), patient="N7", number="1", scope=["supervision"])
    hand_in(clinic, "tom", ("a.wav", sound(tmp_path, 2)), number="0")
    before = counts(clinic)
    work(clinic)
    after = counts(clinic)
    assert {name: after[name] - before[name] for name in after} == {
        "TherapySession": 1, "Recording": 2, "Consent": 3, "Patient": 1,
    }  # fmt: skip


def test_a_coordinator_hands_in_for_any_trainee(clinic: World, tmp_path: Path) -> None:
    assert (
        hand_in(clinic, "carl", ("a.wav", sound(tmp_path)), trainee="other_trainee", patient="PT2").status_code == 303
    )
    work(clinic)
    found = kept(clinic)
    assert found.therapist == "T2"
    assert "/sessions/PT2-S09" not in page(clinic, "carl")
    assert "PT2-S09" in page(clinic, "carl")
    assert "PT2" not in page(clinic, "tom")


def test_a_trainee_hands_in_under_the_own_code_alone(clinic: World, tmp_path: Path) -> None:
    file = ("a.wav", sound(tmp_path))
    assert hand_in(clinic, "tom", file, trainee="other_trainee").status_code == 404
    assert hand_in(clinic, "tom", file, trainee="nobody").status_code == 404
    for code in ("PT2", "pt2"):
        refused = hand_in(clinic, "tom", file, patient=code)
        assert refused.status_code == 422
        assert "is a patient of somebody else" in refused.text
    assert uploaded(clinic) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"patient": "Frau Müller"}, "This is no code of a patient"),
        ({"patient": ""}, "code is missing"),
        ({"patient": "pt1"}, "differs from PT1 by case alone"),
        ({"number": "one"}, "This is no number of a session"),
        ({"number": "2"}, "has a recording, and its review has begun"),
        ({"number": "1"}, "has a recording already"),
        ({"held_on": "2029-01-01"}, "has not come yet"),
        ({"held_on": "yesterday"}, "This is no day of the calendar"),
        ({"until": "2020-01-01"}, "The consent ends before it was given"),
        ({"scope": ["teaching"]}, "The patient has not agreed to supervision"),
        ({"agreed": ""}, "It is not said that the patient has agreed in writing"),
        ({"trainee": ""}, "It is not said whose session it is"),
    ],
)
def test_what_cannot_be_taken_is_told_at_once_and_the_form_keeps_its_words(
    clinic: World, tmp_path: Path, typed: dict[str, Any], told: str
) -> None:
    before = counts(clinic)
    answer = hand_in(clinic, "tom", ("a.wav", sound(tmp_path)), **typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{typed.get("until", FORM["until"])}"' in answer.text
    assert counts(clinic) == before
    assert uploaded(clinic) == []
    with clinic.app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 0


def test_every_fault_of_an_empty_form_is_told(clinic: World) -> None:
    answer = clinic.visitors["tom"].ask("POST", PAGE, form={})
    for told in ("No recording was chosen", "code is missing", "no number of a session", "whose session it is"):
        assert told in answer.text


def test_a_session_is_not_handed_in_twice_at_once(clinic: World, tmp_path: Path) -> None:
    file = ("a.wav", sound(tmp_path))
    assert hand_in(clinic, "tom", file).status_code == 303
    again = hand_in(clinic, "tom", file)
    assert again.status_code == 422
    assert "is being taken in already" in again.text
    assert len(uploaded(clinic)) == 1


def test_a_file_that_is_no_recording_is_told_and_leaves_nothing(clinic: World, tmp_path: Path) -> None:
    before, files = counts(clinic), stored(clinic)
    hand_in(clinic, "tom", ("1.wav", sound(tmp_path)), ("2.wav", b"no sound at all" * 100))
    work(clinic)
    shown = page(clinic)
    assert "Not taken in" in shown
    assert "File 2 of 2" in shown
    assert "2.wav" not in shown
    assert (counts(clinic), stored(clinic), uploaded(clinic)) == (before, files, [])
    with clinic.app.app_context(), reading() as session:
        job_id = session.scalars(select(Job.public_id)).one()
        assert session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first() == "session.refused"
    again = clinic.visitors["tom"].ask("GET", f"{PAGE}?again={job_id}").text
    assert 'value="PT1"' in again
    assert 'value="2026-11-01"' in again
    german = clinic.visitors["tom"].ask("GET", PAGE, headers={"Accept-Language": "de"}).text
    assert "Datei 2 von 2" in german


def test_a_number_that_was_taken_meanwhile_is_refused_by_the_worker(clinic: World, tmp_path: Path) -> None:
    hand_in(clinic, "tom", ("a.wav", sound(tmp_path)))
    with clinic.app.app_context(), writing() as session:
        there = session.scalars(select(TherapySession).where(TherapySession.code == clinic.ids["first_session"])).one()
        there.number = 9
    before, files = counts(clinic), stored(clinic)
    work(clinic)
    assert "has a recording already" in page(clinic)
    assert (counts(clinic), stored(clinic), uploaded(clinic)) == (before, files, [])


def test_who_is_no_trainee_any_more_when_the_worker_comes_hands_nothing_in(clinic: World, tmp_path: Path) -> None:
    hand_in(clinic, "tom", ("a.wav", sound(tmp_path)))
    with clinic.app.app_context(), writing() as session:
        job = session.scalars(select(Job)).one()
        person = session.get_one(Person, job.asked_by_id)
        end_membership(session, COMMAND_LINE, job.study, person, Role.TRAINEE, now=LATER)
    before = counts(clinic)
    work(clinic)
    assert (counts(clinic), uploaded(clinic)) == (before, [])
    assert "Not taken in" in page(clinic, "carl")


def test_files_that_wait_stay_and_those_left_behind_are_swept_after_a_day(clinic: World, tmp_path: Path) -> None:
    settings = clinic.app.extensions["rater_settings"]
    hand_in(clinic, "tom", ("a.wav", sound(tmp_path)))
    waiting = {each.parent for each in uploaded(clinic)}
    uploads = uploads_of(settings)
    left = uploads.make()
    uploads.write(left, "0" * 32, io.BytesIO(b"cut off"))
    old = (LATER - timedelta(hours=25)).timestamp()
    with clinic.app.app_context():
        for each in uploads.folder.rglob("*"):
            os.utime(each, (LATER.timestamp(), LATER.timestamp()))
        sweep(settings, LATER)
        assert {each.parent for each in uploaded(clinic)} == {*waiting, uploads.folder / left}
        for each in uploads.folder.rglob("*"):
            os.utime(each, (old, old))
        sweep(settings, LATER)
        assert {each.parent for each in uploaded(clinic)} == waiting
        with writing() as session:
            session.scalars(select(Job)).one().state = JobState.FAILED
        sweep(settings, LATER)
        assert uploaded(clinic) == []
    assert "Not taken in" in page(clinic)


def test_a_research_study_has_no_such_page(clinic: World) -> None:
    assert clinic.visitors["carl"].ask("GET", PAGE).status_code == 200
    assert clinic.visitors["carl"].ask("GET", PAGE.replace("clinic", "trial")).status_code == 404
    assert clinic.visitors["carl"].ask("POST", PAGE.replace("clinic", "trial"), form={}).status_code == 404


def test_the_page_is_linked_for_who_may_open_it(clinic: World) -> None:
    for name, start in (("tom", "/studies/clinic/supervision"), ("carl", "/studies/clinic/supervision/arrange")):
        assert f'href="{PAGE}"' in clinic.visitors[name].ask("GET", start).text
    assert f'href="{PAGE}"' not in clinic.visitors["sara"].ask("GET", "/studies/clinic/supervision").text
