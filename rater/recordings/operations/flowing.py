"""Count a study's flow from its register, allocation and ratings."""

from __future__ import annotations

from sqlalchemy.orm import Session

from rater.recordings.flow import Flow, SessionFacts, study_flow
from rater.storage.models import Study
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.flow import main_states, session_rows
from rater.terms import Position


def flow_of(session: Session, study: Study) -> Flow:
    """The flow of the study as it stands."""
    out, states = left_out(session, study.id), main_states(session, study.id)
    facts = [
        SessionFacts(
            code,
            patient,
            number,
            use,
            recorded,
            out.get(code),
            states.get((code, Position.MAIN)),
            states.get((code, Position.SECOND)),
        )
        for code, patient, number, use, recorded in session_rows(session, study.id)
    ]
    return study_flow(facts)
