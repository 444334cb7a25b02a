"""Who opens what in supervision: each way in beside the one next to it that is closed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from rater.errors import NotFound, NotPermitted, Refused
from rater.recordings.operations.hearing import sound_for
from rater.storage.models import Consent, Recording
from rater.studies.operations import end_membership
from rater.supervision.operations.asking import Seat, supervised_session, trainee_for
from rater.terms import COMMAND_LINE, ConsentScope, RatingState, Role
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_recording, make_session, make_study
from tests.builders.supervision import Programme, consent, make_programme, make_supervised

LATER = NOON + timedelta(days=1)


@pytest.fixture
def programme(session: Session) -> Programme:
    return make_programme(session)


def hears(session: Session, programme: Programme, name: str, recording: Recording) -> bool:
    try:
        sound_for(session, actor_of(programme.people[name]), recording.public_id, now=LATER)
    except NotFound:
        return False
    return True


def opened(session: Session, programme: Programme, name: str, code: str) -> Seat | None:
    try:
        return supervised_session(session, actor_of(programme.people[name]), "clinic", code, now=LATER).seat
    except (NotFound, NotPermitted):
        return None


def test_a_session_opens_to_its_trainee_and_the_one_who_supervises(session: Session, programme: Programme) -> None:
    made, recording = make_supervised(session, programme)
    seats = {name: opened(session, programme, name, made.code) for name in programme.people}
    assert seats == {
        "sara": Seat.SUPERVISOR, "sven": None, "tom": Seat.TRAINEE, "tina": None, "lea": None, "carl": None,
    }  # fmt: skip
    heard = {name for name in programme.people if hears(session, programme, name, recording)}
    assert heard == {"sara", "tom", "carl"}


@pytest.mark.parametrize("ending", ["expired", "withdrawn", "other scope", "not yet"])
def test_without_a_standing_consent_nobody_hears(session: Session, programme: Programme, ending: str) -> None:
    made, recording = make_supervised(session, programme)
    assert hears(session, programme, "tom", recording)
    given = session.query(Consent).filter_by(recording_id=recording.id).one()
    match ending:
        case "expired":
            given.until = NOON.date()
        case "withdrawn":
            given.withdrawn_at = NOON
        case "other scope":
            given.scope = ConsentScope.TEACHING
        case "not yet":
            given.given_on = date(2027, 1, 1)
    assert not any(hears(session, programme, name, recording) for name in programme.people)
    for name in ("tom", "sara"):
        with pytest.raises(Refused):
            supervised_session(session, actor_of(programme.people[name]), "clinic", made.code, now=LATER)


def test_the_last_day_of_a_consent_counts(session: Session, programme: Programme) -> None:
    _, recording = make_supervised(session, programme, until=LATER.date())
    assert hears(session, programme, "sara", recording)


def test_a_supervision_that_ended_opens_nothing(session: Session, programme: Programme) -> None:
    made, recording = make_supervised(session, programme)
    programme.trainees["tom"].supervisions[0].until = NOON
    session.flush()
    assert opened(session, programme, "sara", made.code) is None
    assert not hears(session, programme, "sara", recording)
    at = programme.trainees["tom"].public_id
    with pytest.raises(NotFound):
        trainee_for(session, actor_of(programme.people["sara"]), "clinic", at, now=LATER)


def test_a_role_that_ended_opens_nothing(session: Session, programme: Programme) -> None:
    made, recording = make_supervised(session, programme)
    for name, role in (("sara", Role.SUPERVISOR), ("tom", Role.TRAINEE)):
        end_membership(session, COMMAND_LINE, programme.study, programme.people[name], role, now=NOON)
        assert opened(session, programme, name, made.code) is None
        assert not hears(session, programme, name, recording)


def test_the_lead_sees_trainees_and_no_sessions(session: Session, programme: Programme) -> None:
    made, recording = make_supervised(session, programme)
    lead, at = actor_of(programme.people["lea"]), programme.trainees["tom"].public_id
    assert trainee_for(session, lead, "clinic", at, now=LATER).seat is Seat.LEAD
    assert not hears(session, programme, "lea", recording)
    assert opened(session, programme, "lea", made.code) is None


def test_research_and_supervision_do_not_see_each_other(session: Session, programme: Programme) -> None:
    """One recording serves both: each side hears its own, and who still has to rate it is not let in by the other."""
    made, recording = make_supervised(session, programme)
    research = make_study(session, "trial")
    rated = make_session(session, research, "P07")
    same = make_recording(
        session, rated, recording.audio_name, recording.peaks_name, size=10, mime="audio/webm"
    )  # fmt: skip
    rater = make_person(session, "rita@example.org", (research, Role.RATER), code="R1")
    work = make_assignment(session, research, rated, "R1")
    programme.people["rita"] = rater
    assert hears(session, programme, "rita", same)
    assert not hears(session, programme, "rita", recording)
    assert not any(hears(session, programme, name, same) for name in programme.people if name != "rita")
    make_person(session, "rita@example.org", (programme.study, Role.SUPERVISOR))
    programme.trainees["tom"].supervisions[0].person_id = rater.id
    session.flush()
    assert not hears(session, programme, "rita", recording)
    work.state = RatingState.SUBMITTED
    session.flush()
    assert hears(session, programme, "rita", recording)
    assert opened(session, programme, "rita", made.code) is Seat.SUPERVISOR


def test_a_consent_to_research_that_has_ended_closes_the_recording_to_raters(
    session: Session, programme: Programme
) -> None:
    research = make_study(session, "trial")
    rated = make_session(session, research, "P07")
    recording = make_recording(session, rated, "a" * 32, "b" * 32, size=10, mime="audio/webm")
    programme.people["rita"] = make_person(session, "rita@example.org", (research, Role.RATER), code="R1")
    make_assignment(session, research, rated, "R1")
    assert hears(session, programme, "rita", recording)
    given = consent(session, recording, ConsentScope.RESEARCH)
    assert hears(session, programme, "rita", recording)
    given.until = NOON.date()
    session.flush()
    assert not hears(session, programme, "rita", recording)
