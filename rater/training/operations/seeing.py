"""Who sees which wave's ratings, and from when on: the one way in for every page of a discussion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused
from rater.storage.models import Assignment, ConsensusPoint, Rater, Study, TherapySession, Wave
from rater.storage.queries.points import Counted, rated_sessions
from rater.storage.queries.studies import study_by_slug
from rater.storage.queries.training import sessions_to_rate
from rater.studies.operations import may_do, permit, scales_of
from rater.studies.permissions import Action
from rater.terms import Actor, Reason, WaveKind
from rater.training.agenda import Topic, agenda
from rater.training.operations.settings import settings_of

if TYPE_CHECKING:
    from rater.training.discrepancies import Discrepancy

RATED_BY_ALL = (WaveKind.TRAINING, WaveKind.CALIBRATION)
NOT_YET = Reason("The ratings of the wave are not revealed yet")


@dataclass(frozen=True)
class SeenWave:
    """A wave as one person may see it; without any rating before its reveal.

    `leads`: the person leads training and may see who gave what; `own` is the code behind which he or she rates.
    `codes` are the codes on raters' pages of the sessions, by the sessions' own.
    """

    study: Study
    wave: Wave
    leads: bool
    own: str | None
    rows: tuple[Counted, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_revealed(self) -> bool:
        """Whether its ratings may be seen."""
        return self.wave.revealed_at is not None

    @property
    def is_rated_by_all(self) -> bool:
        """Whether all raters rate every session of it, as in training and calibration."""
        return self.wave.kind in RATED_BY_ALL


def see_wave(session: Session, actor: Actor, slug: str, name: str, *, now: datetime) -> SeenWave:
    """A wave of a study as the actor may see it.

    Who leads training sees every wave; a rater sees the waves of training and calibration that he or she rated in,
    without the sessions that are still his or hers to rate elsewhere. Raises NotFound and NotPermitted, the same
    before the reveal whatever has been rated.
    """
    study = study_by_slug(session, slug)
    if study is None:
        raise NotFound
    leads = may_do(session, actor, study, Action.LEAD_TRAINING, now=now)
    if not leads:
        permit(session, actor, study, Action.RATE, now=now)
    wave = session.scalar(select(Wave).where(Wave.study_id == study.id, Wave.name == name))
    mine = select(Rater).where(Rater.study_id == study.id, Rater.person_id == actor.person_id)
    own = session.scalar(mine) if actor.person_id is not None else None
    if wave is None or not (leads or _has_part(session, wave, own)):
        raise NotFound
    seen = SeenWave(study, wave, leads, own.code if own else None)
    return seen if wave.revealed_at is None else _with_ratings(session, actor, seen)


def revealed_to(session: Session, actor: Actor, slug: str, name: str, *, now: datetime) -> SeenWave:
    """The same with its ratings. Raises NotFound, NotPermitted, and Refused before the reveal."""
    seen = see_wave(session, actor, slug, name, now=now)
    if not seen.is_revealed:
        raise Refused(NOT_YET)
    return seen


def _has_part(session: Session, wave: Wave, own: Rater | None) -> bool:
    if own is None or wave.kind not in RATED_BY_ALL:
        return False
    mine = select(Assignment.id).where(Assignment.wave_id == wave.id, Assignment.rater_id == own.id)
    return session.scalar(mine.limit(1)) is not None


def _with_ratings(session: Session, actor: Actor, seen: SeenWave) -> SeenWave:
    study, rows = seen.study, rated_sessions(session, seen.study.id, seen.wave.name)
    wanted = select(TherapySession.id, TherapySession.code, TherapySession.rating_code)
    ids = {row.code: row for row in session.execute(wanted.where(TherapySession.study_id == study.id))}
    if not seen.leads:
        away = sessions_to_rate(session, actor.person_id, study.id)
        rows = [row for row in rows if ids[row.session_id].id not in away]
        if all(row.rater_id != seen.own for row in rows):
            raise NotFound
    if not seen.is_rated_by_all:
        times = Counter(row.session_id for row in rows)
        rows = [row for row in rows if times[row.session_id] > 1]
    codes = {row.session_id: ids[row.session_id].rating_code for row in rows}
    return SeenWave(study, seen.wave, seen.leads, seen.own, tuple(rows), codes)


def rated_items(study: Study) -> list[str]:
    """The items that raters give points, in the order of the scales."""
    return [item.id for _, scale in scales_of(study, observer_only=True) for item in scale.items if item.points]


def consensus_in(session: Session, wave: Wave) -> dict[tuple[str, str], ConsensusPoint]:
    """What was agreed on in a wave, by session and item."""
    rows = session.execute(
        select(TherapySession.code, ConsensusPoint)
        .join(TherapySession, TherapySession.id == ConsensusPoint.session_id)
        .where(ConsensusPoint.wave_id == wave.id)
    )
    return {(code, point.item): point for code, point in rows}


def apart_in(seen: SeenWave) -> list[Discrepancy]:
    """The items of sessions on which raters are at least as far apart as the study's settings name, as they rated."""
    from rater.training.discrepancies import discrepancies

    cells: dict[str, dict[tuple[str, str], float | None]] = {}
    for row in seen.rows:
        mine = cells.setdefault(row.rater_id, {})
        mine |= {(row.session_id, item): value for item, value in row.points.items()}
    return discrepancies(cells, rated_items(seen.study), settings_of(seen.study).discrepancy)


def agenda_of(session: Session, seen: SeenWave) -> list[Topic]:
    """What there is to talk over in a revealed wave."""
    return agenda(apart_in(seen), consensus_in(session, seen.wave).keys())
