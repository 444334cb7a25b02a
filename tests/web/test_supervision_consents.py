"""The page of consents: what is noted there opens and closes recordings, and faults come back in words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from rater.storage.database import reading
from rater.storage.models import TherapySession
from tests.web.valid import LANGUAGES, check
from tests.web.world import World

PAGE = "/studies/clinic/consents"


def hears(clinic: World, name: str, recording: str) -> bool:
    return clinic.visitors[name].ask("GET", f"/recordings/{clinic.ids[recording]}/audio").status_code == 200


def send(clinic: World, path: str = PAGE, **form: str) -> int:
    return clinic.visitors["carl"].ask("POST", path, form=form).status_code


def test_a_noted_consent_opens_and_a_withdrawal_closes(clinic: World) -> None:
    assert not hears(clinic, "tom", "closed_recording")
    code = clinic.ids["closed_session"]
    assert send(clinic, session=code, scope="supervision", given_on="2026-11-02", until="2026-12-01") == 303
    assert hears(clinic, "tom", "closed_recording")
    page = clinic.visitors["carl"].ask("GET", PAGE).text
    assert "1 consent is noted." in page
    assert "ends 1 Dec 2026" in page
    assert send(clinic, do="withdraw", patient="PT1", scope="supervision") == 303
    assert not hears(clinic, "tom", "closed_recording")
    assert not hears(clinic, "sara", "recording")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"patient": "PT1", "scope": "supervision", "given_on": "soon", "until": "2026-02-30"},
        {"patient": "PT1", "scope": "anything", "given_on": "2026-11-02"},
        {"session": "\x00", "scope": "teaching", "given_on": "2026-11-02"},
        {"do": "withdraw"},
        {"do": "withdraw", "session": "PT9-S01", "scope": "supervision"},
    ],
)
def test_faults_come_back_in_words_and_nothing_is_written(clinic: World, form: dict[str, str], language: str) -> None:
    before = clinic.contents()
    answer = clinic.visitors["carl"].ask("POST", PAGE, form=form, headers={"Accept-Language": language})
    assert answer.status_code == 422
    check(answer.text, language)
    assert {"en": "Nothing was changed", "de": "Nichts wurde geändert"}[language] in answer.text
    assert clinic.contents() == before


def test_a_rater_reads_calm_words_where_the_consent_to_research_has_ended(clinic: World) -> None:
    rita = clinic.visitors["rita"]
    mine = clinic.ids["rating"]
    assert "<audio" in rita.ask("GET", f"/ratings/{mine}").text
    ended = {"session": "P07-S01", "scope": "research", "given_on": "2026-01-01", "until": "2026-11-02"}
    assert send(clinic, "/studies/trial/consents", **ended) == 303
    page = rita.ask("GET", f"/ratings/{mine}")
    assert page.status_code == 200
    assert "<audio" not in page.text
    assert "consent to research covers it no more" in page.text
    assert not hears(clinic, "rita", "research_recording")


def test_whoever_enters_homework_reads_calm_words_where_the_consent_does_not_cover_the_recording(clinic: World) -> None:
    with clinic.app.app_context(), reading() as session:
        made = {each.code: each.rating_code for each in session.scalars(select(TherapySession))}
    for name, words in (("session", "<audio"), ("closed_session", "The homework can be entered without it.")):
        page = clinic.visitors["carl"].ask("GET", f"/studies/clinic/homework/{made[clinic.ids[name]]}")
        assert page.status_code == 200
        assert ("<audio" in page.text) == (name == "session")
        assert words in page.text
