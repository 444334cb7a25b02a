"""How a wave's allocation stands before anything is drawn: who may rate, what there is to rate, and who rates it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.allocation.operations.assigning import assignments_of, begun_of, is_locked
from rater.allocation.operations.recording import last_inputs, present_plan
from rater.allocation.plans import SessionToRate, Settings
from rater.allocation.records import balance_of
from rater.recordings.eligibility import serves
from rater.storage.models import Study
from rater.storage.queries.sessions import sessions_by_code
from rater.storage.queries.studies import raters_by_code, raters_who_left


@dataclass(frozen=True)
class Standing:
    """What the page of a wave's allocation begins with.

    `left` are raters who no longer take part; `begun` counts sessions that somebody has begun to rate; `balance` is
    that of the present plan, None where there is none; `last` is what the last draw was drawn from.
    """

    wave: str
    locked: bool
    raters: tuple[str, ...]
    left: frozenset[str]
    sessions: int
    begun: int
    allocated: int
    therapists: tuple[str, ...]
    patients: tuple[str, ...]
    balance: dict[str, Any] | None
    last: Mapping[str, Any] | None


def standing(session: Session, study: Study, wave: str, *, now: datetime) -> Standing:
    """How the allocation of a wave stands."""
    sessions = [
        SessionToRate(each.code, each.therapist.code, each.patient.code, each.phase or "")
        for each in sessions_by_code(session, study.id).values()
        if serves(wave, each.number, each.use, each.left_out)
    ]
    present, begun = assignments_of(session, study, wave), begun_of(session, study, wave)
    plan = present_plan(session, study, wave)
    in_plan = sorted({rater for row in plan for rater in (row.main_rater, row.second_rater) if rater})
    doubles = sum(row.second_rater is not None for row in plan)
    return Standing(
        wave=wave,
        locked=is_locked(session, study, wave),
        raters=tuple(sorted(raters_by_code(session, study.id))),
        left=frozenset(raters_who_left(session, study.id, now=now)),
        sessions=len(sessions),
        begun=len(begun),
        allocated=len(present),
        therapists=tuple(sorted({each.therapist for each in sessions})),
        patients=tuple(sorted({each.patient for each in sessions})),
        balance=balance_of(plan, sessions, Settings(doubles / max(1, len(plan)), 0, in_plan)),
        last=last_inputs(session, study, wave),
    )
