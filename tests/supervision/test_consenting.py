"""Consents that are noted open recordings, those that are withdrawn or end close them, and each leaves a trace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotPermitted
from rater.ratings.operations.opening import open_rating
from rater.storage.models import AuditEvent, Consent, Study
from rater.storage.queries.supervision import open_in_supervision
from rater.studies.operations import study_named
from rater.supervision.consents import ConsentState
from rater.supervision.operations.consenting import (
    WantedConsent,
    consents_in,
    import_consents,
    note_consents,
    read_consents_for,
    sessions_of_patient,
    withdraw_consents,
)
from rater.terms import COMMAND_LINE, ConsentScope, Role
from tests.builders.study import (
    NOON,
    actor_of,
    make_assignment,
    make_person,
    make_recording,
    make_session,
    make_study,
)
from tests.builders.supervision import Programme, make_programme, make_supervised

LATER = NOON + timedelta(days=1)
SUPERVISION = (ConsentScope.SUPERVISION,)


@pytest.fixture
def programme(session: Session) -> Programme:
    """Two sessions of tom's, for whose recordings nothing is noted."""
    made = make_programme(session)
    for number in (1, 2):
        make_supervised(session, made, number=number)
    for each in session.scalars(select(Consent)):
        session.delete(each)
    session.flush()
    return made


def opened(session: Session, programme: Programme, *, days: int = 1) -> set[str]:
    ids = {row.id: code for code, row in programme.sessions.items()}
    tom = programme.people["tom"].id
    return {ids[each] for each in open_in_supervision(session, tom, ids, now=NOON + timedelta(days=days))}


def note(session: Session, programme: Programme, *codes: str, until: date | None = None) -> int:
    wanted = WantedConsent(SUPERVISION, NOON.date(), until)
    return note_consents(session, actor_of(programme.people["carl"]), programme.study, codes, wanted, now=LATER)


def state(session: Session, programme: Programme, code: str) -> ConsentState:
    _, rows = consents_in(session, actor_of(programme.people["carl"]), "clinic", now=LATER)
    return next(each for each in rows if each.therapy_session.code == code).standing[ConsentScope.SUPERVISION].state


def test_a_consent_opens_the_recordings_of_a_patient_at_once(session: Session, programme: Programme) -> None:
    codes = sessions_of_patient(session, programme.study, "PT1")
    assert codes == ["PT1-S01", "PT1-S02"]
    assert opened(session, programme) == set()
    assert note(session, programme, *codes) == 2
    assert note(session, programme, *codes) == 0, "repeating changes nothing"
    assert opened(session, programme) == set(codes)


def test_a_later_word_replaces_an_earlier_one(session: Session, programme: Programme) -> None:
    note(session, programme, "PT1-S01")
    note(session, programme, "PT1-S01", until=LATER.date())
    assert (opened(session, programme, days=1), opened(session, programme, days=2)) == ({"PT1-S01"}, set())
    assert state(session, programme, "PT1-S01") is ConsentState.ENDS_SOON


def test_a_withdrawal_closes_at_once_and_only_its_use(session: Session, programme: Programme) -> None:
    carl = actor_of(programme.people["carl"])
    note(session, programme, "PT1-S01", "PT1-S02")
    for scopes, closed in (((ConsentScope.TEACHING,), 0), (SUPERVISION, 1), (SUPERVISION, 0)):
        assert withdraw_consents(session, carl, programme.study, ["PT1-S01"], scopes, now=LATER) == closed
    assert opened(session, programme) == {"PT1-S02"}
    assert state(session, programme, "PT1-S01") is ConsentState.WITHDRAWN
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("consent.%"))).all()
    assert sorted(actions) == ["consent.noted", "consent.noted", "consent.withdrawn"]


@pytest.mark.parametrize(
    ("codes", "wanted", "columns"),
    [
        ((), WantedConsent(SUPERVISION, NOON.date()), {"about"}),
        (("PT1-S01", "PT1-S00"), WantedConsent(SUPERVISION, NOON.date()), {"about"}),
        (("PT1-S01", "PT9-S01"), WantedConsent((), date(2027, 1, 1)), {"about", "scope", "given_on"}),
        (("PT1-S01",), WantedConsent(SUPERVISION, NOON.date(), date(2020, 1, 1)), {"until"}),
    ],
)
def test_what_cannot_be_noted_is_refused_whole(
    session: Session, programme: Programme, codes: tuple[str, ...], wanted: WantedConsent, columns: set[str]
) -> None:
    with pytest.raises(BadInput) as refused:
        note_consents(session, COMMAND_LINE, programme.study, codes, wanted, now=LATER)
    assert {each.column for each in refused.value.faults} == columns
    assert session.scalars(select(Consent)).all() == []


@pytest.mark.parametrize("name", ["tom", "sara", "lea"])
def test_only_a_coordinator_notes_consents(session: Session, programme: Programme, name: str) -> None:
    wanted = WantedConsent(SUPERVISION, NOON.date())
    with pytest.raises(NotPermitted):
        note_consents(session, actor_of(programme.people[name]), programme.study, ["PT1-S01"], wanted, now=LATER)


def take(session: Session, text: str, slug: str = "clinic") -> tuple[int, int]:
    study = study_named(session, slug)
    content = read_consents_for(session, study, text.encode(), today=LATER.date())
    imported = import_consents(session, COMMAND_LINE, study, content, now=LATER)
    return imported.added, imported.unchanged


GOOD = "session_id,scope,given_on,until\nPT1-S01,supervision,2026-11-01,\nPT1-S02,supervision,01.11.2026,2027-05-01\n"


def test_a_list_is_taken_in_once(session: Session, programme: Programme) -> None:
    assert take(session, GOOD) == (2, 0)
    assert take(session, GOOD) == (0, 2)
    assert opened(session, programme) == {"PT1-S01", "PT1-S02"}


def test_a_list_with_faults_is_refused_whole_with_its_lines(session: Session, programme: Programme) -> None:
    bad = (
        "session_id,scope,given_on,until\nPT1-S01,supervision,2026-11-01,\nPT1-S01,supervision,2026-11-01,\n"
        "PT1-S00,research,2026-11-01,\nPT9-S01,research,2026-11-01,\nPT1-S02,anything,2026-11-01,\n"
        "PT1-S02,teaching,2027-01-01,\nPT1-S02,research,2026-01-01,2025-01-01\nPT1-S02,supervision,soon,\n"
    )
    with pytest.raises(BadInput) as refused:
        take(session, bad)
    assert {(each.line, each.column) for each in refused.value.faults} == {
        (3, "session_id"),
        (4, "session_id"),
        (5, "session_id"),
        (6, "scope"),
        (7, "given_on"),
        (8, "until"),
        (9, "given_on"),
    }
    assert session.scalars(select(Consent)).all() == []


def rated(session: Session) -> tuple[Study, str]:
    """A research study in which rita has one recording to rate; the id of her assignment."""
    study = make_study(session, "trial")
    therapy_session = make_session(session, study, "P07")
    make_recording(session, therapy_session, "a" * 32, "b" * 32, size=10, mime="audio/webm")
    make_person(session, "rita@example.org", (study, Role.RATER), code="R1")
    return study, make_assignment(session, study, therapy_session, "R1").public_id


def test_a_rater_is_told_that_the_consent_to_research_has_ended(session: Session) -> None:
    study, mine = rated(session)
    rita = actor_of(make_person(session, "rita@example.org"))
    assert open_rating(session, rita, mine, now=LATER).may_hear, "nothing is noted: research rests on its own consent"
    take(session, "session_id,scope,given_on,until\nP07-S01,research,2026-01-01,2026-11-03\n", "trial")
    assert open_rating(session, rita, mine, now=LATER).may_hear
    after = open_rating(session, rita, mine, now=LATER + timedelta(days=1))
    assert (after.may_hear, after.consent_ended) == (False, True)
    withdraw_consents(session, COMMAND_LINE, study, ["P07-S01"], [ConsentScope.RESEARCH], now=LATER)
    assert open_rating(session, rita, mine, now=LATER).consent_ended
