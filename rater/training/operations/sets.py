"""The sets of a pathway: sessions of training or calibration use, given to every rater as one wave after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.allocation.operations.waves import FOR_ALL, give_to_all
from rater.errors import BadInput, fault
from rater.recordings.eligibility import serves
from rater.storage.models import Assignment, Study, TherapySession, Wave
from rater.storage.queries.sessions import sessions_by_code
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.tables import Imported
from rater.terms import Actor, WaveKind, kind_of_wave

MOST_WAVES = 99


@dataclass(frozen=True)
class SetSession:
    """A session of training or calibration use, and the waves of its kind that have it already."""

    code: str
    waves: Sequence[str]


def sets_of(session: Session, study: Study) -> dict[WaveKind, list[SetSession]]:
    """The sessions that serve training, and those that serve calibration, by code."""
    rows = session.execute(
        select(TherapySession.code, Wave.name)
        .join(Assignment, Assignment.session_id == TherapySession.id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .where(Wave.study_id == study.id, Wave.kind.in_(FOR_ALL))
        .distinct()
    )
    given: dict[tuple[str, WaveKind | None], set[str]] = {}
    for code, wave in rows:
        given.setdefault((code, kind_of_wave(wave)), set()).add(wave)
    everything = sorted(sessions_by_code(session, study.id).items())
    return {
        kind: [
            SetSession(code, sorted(given.get((code, kind), ())))
            for code, each in everything
            if serves(kind, each.number, each.use, each.left_out)
        ]
        for kind in FOR_ALL
    }


def next_wave(session: Session, study: Study, kind: WaveKind) -> str:
    """The name of the next wave of the kind: `training`, then `training-2`, and so on."""
    taken = set(session.scalars(select(Wave.name).where(Wave.study_id == study.id, Wave.kind == kind)))
    names = (kind.value, *(f"{kind.value}-{number}" for number in range(2, MOST_WAVES + 1)))
    return next(name for name in names if name not in taken)


def give_set(
    session: Session, actor: Actor, study: Study, kind: str, codes: Sequence[str], *, seed: int, now: datetime
) -> tuple[str, Imported]:
    """Give these sessions to all raters as the next wave of the kind; the name of that wave, and what was made.

    Raises NotPermitted, and BadInput where no session is named, or one that does not serve the kind.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    if kind not in FOR_ALL:
        raise BadInput(fault("{kind} is no kind of set", "Choose training or calibration", kind=kind))
    if not codes:
        raise BadInput(fault("No session is chosen", "Choose the sessions that every rater is to rate"))
    wave = next_wave(session, study, WaveKind(kind))
    return wave, give_to_all(session, actor, study, wave, sessions=codes, seed=seed, now=now)
