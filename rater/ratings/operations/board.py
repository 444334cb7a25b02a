"""The coordinator's board of a study, from what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from rater.ratings.board import Piece, Stuck, Tally, stuck, tallied
from rater.storage.models import Study
from rater.storage.queries.board import last_seen, last_touched, work_rows
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState


@dataclass(frozen=True)
class Board:
    """Progress of a study by rater, wave and therapist, and what is stuck; without any point."""

    study: Study
    today: date
    raters: list[Tally]
    waves: list[Tally]
    therapists: list[Tally]
    stuck: list[Stuck]
    open_waves: list[str]
    """The names of the waves whose sessions may be given due dates."""


def board_of(session: Session, actor: Actor, slug: str, *, now: datetime, zone: tzinfo) -> Board:
    """The board of a study; days begin in `zone`. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.SEE_PROGRESS, now=now)
    today, pieces = now.astimezone(zone).date(), pieces_of(session, study, zone)
    seen = {code: moment.astimezone(zone).date() for code, moment in last_seen(session, study.id).items()}
    return Board(
        study,
        today,
        raters=tallied(pieces, lambda piece: piece.rater, today),
        waves=tallied(pieces, lambda piece: piece.wave, today),
        therapists=tallied(pieces, lambda piece: piece.therapist, today),
        stuck=stuck(pieces, seen, today),
        open_waves=list(dict.fromkeys(piece.wave for piece in pieces if not piece.locked)),
    )


def pieces_of(session: Session, study: Study, zone: tzinfo) -> list[Piece]:
    """Each rater's work on each session of a study, in queue order."""
    touched = last_touched(session, study.id)
    return [
        Piece(
            row.session,
            row.rater,
            row.wave,
            row.therapist,
            RatingState(row.state),
            row.assigned_at.astimezone(zone).date(),
            due_on=row.due_on,
            touched_on=_day(row.waiting_since or touched.get(row.id), zone),
            locked=row.locked_at is not None,
            waits=row.state == RatingState.SET_ASIDE and row.waiting_since is not None,
            recorded=row.recorded,
            logged=row.logged,
        )
        for row in work_rows(session, study.id)
    ]


def _day(moment: datetime | None, zone: tzinfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
