"""The coordinator's board of a study, from what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy.orm import Session

from rater.homework.entering import status_of
from rater.ratings.board import Piece, Stuck, Tally, stuck, tallied
from rater.recordings.eligibility import serves
from rater.recordings.succession import previous_held
from rater.storage.models import Study
from rater.storage.queries.board import last_seen, last_touched, sessions_with_work_due, work_rows
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.flow import session_rows
from rater.storage.queries.homework import LoggedSession, logged_sessions
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.terms import Actor, HomeworkStatus, LeftOut, RatingState, WaveKind


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
    eligible: int
    """How many sessions the main wave is for; `allocated` of them are somebody's to rate."""
    allocated: int
    rating_codes: dict[str, str]
    """The code in addresses of pages, by session."""


def board_of(session: Session, actor: Actor, slug: str, *, now: datetime, zone: tzinfo) -> Board:
    """The board of a study; days begin in `zone`. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.SEE_PROGRESS, now=now)
    logged, out = logged_sessions(session, study.id), left_out(session, study.id)
    today, pieces = now.astimezone(zone).date(), pieces_of(session, study, zone, logged, out)
    main = {piece.session: piece.locked for piece in pieces if piece.wave == WaveKind.MAIN}
    eligible = [
        code
        for code, _, number, use, _ in session_rows(session, study.id)
        if serves(WaveKind.MAIN, number, use, out.get(code))
    ]
    late = [code for code in eligible if code not in main] if main and not any(main.values()) else []
    seen = {code: moment.astimezone(zone).date() for code, moment in last_seen(session, study.id).items()}
    return Board(
        study,
        today,
        raters=tallied(pieces, lambda piece: piece.rater, today),
        waves=tallied(pieces, lambda piece: piece.wave, today),
        therapists=tallied(pieces, lambda piece: piece.therapist, today),
        stuck=stuck(pieces, seen, today, left_over=late),
        open_waves=list(dict.fromkeys(piece.wave for piece in pieces if not piece.locked)),
        eligible=len(eligible),
        allocated=sum(code in main for code in eligible),
        rating_codes={each.code: each.rating_code for each in logged},
    )


def pieces_of(
    session: Session, study: Study, zone: tzinfo, logged: Sequence[LoggedSession], out: Mapping[str, LeftOut]
) -> list[Piece]:
    """Each rater's work on each session of a study, in queue order; without sessions that are left out of the wave."""
    touched = last_touched(session, study.id)
    unlogged = _not_entered(logged, sessions_with_work_due(session, study.id))
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
            unlogged=unlogged.get(row.session),
        )
        for row in work_rows(session, study.id)
        if row.session not in out or not out[row.session].bars(row.wave)
    ]


def _not_entered(logged: Sequence[LoggedSession], due: Set[str]) -> dict[str, str]:
    """For each session that follows one whose homework nobody has entered: that one; none where a task is due in it."""
    patients: dict[str, dict[int, LoggedSession]] = {}
    for each in logged:
        patients.setdefault(each.patient, {})[each.number] = each
    found = {}
    for each in logged:
        held = patients[each.patient]
        before = previous_held(each.number, held)
        if before is None or each.code in due:
            continue
        if status_of(held[before].status, held[before].tasks) is HomeworkStatus.NOT_ENTERED:
            found[each.code] = held[before].code
    return found


def _day(moment: datetime | None, zone: tzinfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
