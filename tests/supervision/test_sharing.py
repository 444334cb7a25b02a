"""One recording in research and in supervision: shared with its masks and consents, neither side sees the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.importing import read_allocation_for
from rater.allocation.operations.inputs import bars_by_entry
from rater.allocation.plans import SessionToRate
from rater.errors import BadInput, NotFound, NotPermitted
from rater.recordings.operations.hearing import sound_for
from rater.recordings.operations.masking import WantedSpan, set_span
from rater.storage.models import Consent, Job, Recording, Study, TherapySession
from rater.storage.queries.masking import recorded_sessions, standing_spans
from rater.supervision.operations.asking import supervised_session
from rater.supervision.operations.sharing import read_shares_for, share_recordings
from rater.terms import COMMAND_LINE, Actor, ConsentScope, Role
from tests.builders.study import (
    NOON,
    actor_of,
    make_assignment,
    make_person,
    make_recording,
    make_session,
    make_study,
)
from tests.builders.supervision import Programme, consent, make_programme

LATER = NOON + timedelta(days=1)
HEAD = "research_session_id,session_id,patient_id,therapist_id,session_no\n"
GOOD = HEAD + "P07-S01,K1-S04,K1,T1,4\n"


@pytest.fixture
def programme(session: Session) -> Programme:
    made = make_programme(session)
    trial = make_study(session, "trial")
    rated = make_session(session, trial, "P07", therapist="X1")
    recording = make_recording(session, rated, "a" * 32, "b" * 32, size=10, mime="audio/webm")
    made.people["rita"] = make_person(session, "rita@example.org", (trial, Role.RATER), code="R1")
    make_person(session, "carl@example.org", (trial, Role.COORDINATOR))
    make_assignment(session, trial, rated, "R1")
    set_span(session, COMMAND_LINE, recording, trial, WantedSpan(1, 5, "name_spoken", ("rater", "trainee")), now=NOON)
    consent(session, recording)
    consent(session, recording, ConsentScope.RESEARCH)
    return made


def study(session: Session, slug: str) -> Study:
    return session.scalars(select(Study).where(Study.slug == slug)).one()


def share(session: Session, text: str = GOOD, actor: Actor = COMMAND_LINE) -> tuple[int, int]:
    sides = study(session, "trial"), study(session, "clinic")
    content = read_shares_for(session, *sides, text.encode(), today=LATER.date())
    imported = share_recordings(session, actor, *sides, content, now=LATER)
    return imported.added, imported.unchanged


def of(session: Session, slug: str) -> list[Recording]:
    return [each.recording for each in recorded_sessions(session, study(session, slug).id)]


def hears(session: Session, programme: Programme, name: str, recording: Recording) -> bool:
    try:
        sound_for(session, actor_of(programme.people[name]), recording.public_id, now=LATER)
    except NotFound:
        return False
    return True


def test_the_sound_is_stored_once_and_its_masks_and_consents_go_along(session: Session, programme: Programme) -> None:
    assert (share(session), share(session)) == ((1, 0), (0, 1))
    (original,), (made,) = of(session, "trial"), of(session, "clinic")
    assert made.public_id != original.public_id
    assert (made.audio_name, made.peaks_name, made.sha256) == (
        original.audio_name,
        original.peaks_name,
        original.sha256,
    )
    (span,) = standing_spans(session, [made.id])[made.id]
    assert (span.start_s, span.stop_s, span.roles) == (1, 5, ["rater", "trainee"])
    scopes = session.scalars(select(Consent.scope).where(Consent.recording_id == made.id)).all()
    assert scopes == [ConsentScope.SUPERVISION]
    silencing = session.scalars(select(Job.kind).where(Job.study_id == programme.study.id)).all()
    assert "mask" in silencing
    codes = session.scalars(select(TherapySession.rating_code).where(TherapySession.code.in_(("P07-S01", "K1-S04"))))
    assert len(set(codes)) == 2


def test_neither_side_sees_the_other(session: Session, programme: Programme) -> None:
    share(session)
    for recording in (*of(session, "trial"), *of(session, "clinic")):
        for span in standing_spans(session, [recording.id])[recording.id]:
            span.removed_at = NOON
    session.flush()
    (original,), (made,) = of(session, "trial"), of(session, "clinic")
    heard = {name: (hears(session, programme, name, original), hears(session, programme, name, made))
             for name in ("rita", "tom", "sara", "tina", "sven", "lea")}  # fmt: skip
    assert heard == {
        "rita": (True, False), "tom": (False, True), "sara": (False, True),
        "tina": (False, False), "sven": (False, False), "lea": (False, False),
    }  # fmt: skip
    tom = actor_of(programme.people["tom"])
    assert supervised_session(session, tom, "clinic", "K1-S04", now=LATER)
    with pytest.raises(NotFound):
        supervised_session(session, tom, "clinic", "P07-S01", now=LATER)
    make_person(session, "tom@example.org", (study(session, "trial"), Role.RATER), code="R2")
    make_assignment(session, study(session, "trial"), original.therapy_session, "R2")
    assert not hears(session, programme, "tom", made), "the control: who still has to rate it blind is let in nowhere"


def test_who_has_to_do_with_it_in_supervision_does_not_rate_it(session: Session, programme: Programme) -> None:
    trial = study(session, "trial")
    for name, code in (("tom", "R2"), ("sara", "R3"), ("sven", "R4")):
        make_person(session, f"{name}@example.org", (trial, Role.RATER), code=code)
    asked = ["R1", "R2", "R3", "R4"], [SessionToRate("P07-S01", "X1", "P07", "I")]
    assert bars_by_entry(session, trial, *asked) == []
    share(session)
    assert [(each.rater, each.value) for each in bars_by_entry(session, trial, *asked)] == [
        ("R2", "P07-S01"),
        ("R3", "P07-S01"),
    ]


def test_a_list_that_allocates_it_to_a_supervisor_is_refused(session: Session, programme: Programme) -> None:
    trial = study(session, "trial")
    make_person(session, "sara@example.org", (trial, Role.RATER), code="R3")
    data = b"session_id,main_rater,second_rater\nP07-S01,R1,R3\n"
    assert read_allocation_for(session, trial, data, wave="main").rows
    share(session)
    with pytest.raises(BadInput, match="in supervision") as refused:
        read_allocation_for(session, trial, data, wave="main")
    assert [(each.line, each.column) for each in refused.value.faults] == [(2, "second_rater")]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (HEAD + "P09-S01,K1-S04,K1,T1,4\n", {(2, "research_session_id")}),
        (GOOD + "P07-S01,K1-S05,K1,T1,5\n", {(3, "research_session_id")}),
        (HEAD + "P07-S01,K1-S04,K1,T1,many\n", {(2, "session_no")}),
        (HEAD + "P07-S01,PT1-S00,K1,T1,4\n", {(2, "session_no")}),
    ],
)
def test_a_list_with_faults_is_refused_whole(
    session: Session, programme: Programme, text: str, places: set[tuple[int, str]]
) -> None:
    with pytest.raises(BadInput) as refused:
        share(session, text)
    assert {(each.line, each.column) for each in refused.value.faults} == places
    assert of(session, "clinic") == []


@pytest.mark.parametrize("ending", ["withdrawn", "expired", "other scope"])
def test_without_a_consent_to_supervision_nothing_is_shared(
    session: Session, programme: Programme, ending: str
) -> None:
    given = session.scalars(select(Consent).where(Consent.scope == ConsentScope.SUPERVISION)).one()
    match ending:
        case "withdrawn":
            given.withdrawn_at = NOON
        case "expired":
            given.until = NOON.date()
        case "other scope":
            given.scope = ConsentScope.TEACHING
    session.flush()
    with pytest.raises(BadInput, match="No consent to supervision"):
        share(session)


def test_only_who_coordinates_both_shares(session: Session, programme: Programme) -> None:
    for name in ("lea", "sara"):
        with pytest.raises((NotPermitted, NotFound)):
            share(session, GOOD, actor_of(programme.people[name]))
    other = make_person(session, "clara@example.org", (programme.study, Role.COORDINATOR))
    with pytest.raises(NotFound):
        share(session, GOOD, actor_of(other))
    assert share(session, GOOD, actor_of(programme.people["carl"])) == (1, 0)
