"""Registering sessions in the database."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput
from rater.recordings.operations.importing import import_sessions, read_sessions_for
from rater.storage.models import Assignment, AuditEvent, Study, TherapySession
from rater.storage.queries.sessions import sessions_by_code
from rater.tables import Imported
from rater.terms import COMMAND_LINE, LeftOut
from tests.builders.study import NOON, all_points, make_assignment, make_rating, make_study

HEADER = "session_id,patient_id,therapist_id,session_no,phase,date,excluded,use\n"


def take(session: Session, study: Study, text: str, *, seed: int | None = None) -> Imported:
    content = read_sessions_for(session, study, text.encode())
    chance = None if seed is None else Random(seed)
    return import_sessions(session, COMMAND_LINE, study, content, now=NOON, chance=chance)


def test_sessions_are_registered_with_phase_exclusion_and_opaque_code(session: Session) -> None:
    study, other = make_study(session), make_study(session, "other")
    text = HEADER + "S0,P1,T1,0,,,,\nS1,P1,T1,1,,2018-01-27,,\nS5,P1,T1,5,,,no_recording,\nS6,P1,T2,6,x,,,training\n"
    assert take(session, study, text).added == 4
    assert take(session, other, text).added == 4
    found = sessions_by_code(session, study.id)
    assert [found[code].phase for code in ("S0", "S1", "S5", "S6")] == [None, "I", "II", "x"]
    assert str(found["S1"].held_on) == "2018-01-27"
    assert found["S5"].left_out == LeftOut("no_recording")
    assert found["S6"].use == "training"
    assert not any(code in each.rating_code for code, each in found.items())
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "sessions.imported")).first()
    assert event is not None
    assert event.detail["added"] == 4


def test_a_seed_gives_the_same_codes_and_chance_others(session: Session) -> None:
    text = HEADER + "S1,P1,T1,1,,,,\nS2,P1,T1,2,,,,\n"
    codes = []
    for slug, seed in (("one", 1), ("two", 1), ("three", None)):
        study = make_study(session, slug)
        take(session, study, text, seed=seed)
        codes.append([each.rating_code for each in sessions_by_code(session, study.id).values()])
    assert codes[0] == codes[1] != codes[2]


def test_rating_that_has_begun_holds_therapist_use_and_exclusion(session: Session) -> None:
    study = make_study(session)
    take(session, study, HEADER + "S1,P1,T1,1,,,,\nS2,P1,T1,2,,,,\n")
    begun, waiting = (sessions_by_code(session, study.id)[code] for code in ("S1", "S2"))
    make_rating(session, make_assignment(session, study, begun, "R1"), all_points(study), submitted=False)
    make_assignment(session, study, waiting, "R1", place=2)
    with pytest.raises(BadInput) as refused:
        take(session, study, HEADER + "S1,P1,T2,1,,,poor_audio,training\n")
    assert [each.column for each in refused.value.faults] == ["excluded", "therapist_id", "use"]
    assert take(session, study, HEADER + "S1,P1,T1,1,II,2018-01-27,,\n").updated == 1
    taken_off = take(session, study, HEADER + "S2,P1,T9,2,,,poor_audio,\n")
    assert (taken_off.updated, len(taken_off.notes)) == (1, 1)
    left = session.scalars(select(TherapySession.code).join(Assignment, Assignment.session_id == TherapySession.id))
    assert left.all() == ["S1"]
