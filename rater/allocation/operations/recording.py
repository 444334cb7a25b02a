"""The record of each draw: written when a plan is kept, shown, and held beside the same draw made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.allocation.operations.assigning import PLACES, assignments_of
from rater.allocation.plans import PlannedSession, SessionToRate, Settings
from rater.allocation.records import inputs_of, read_rows, rows_of
from rater.errors import BadInput, NotFound, fault
from rater.ratings.texts import checked_text
from rater.storage.models import Draw, Study
from rater.storage.queries.draws import (
    draw_by_public_id,
    draws_of_study,
    newest_draw,
    number_of,
    numbered_draw,
)
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import Actor, Position, Reason

LONGEST_WHY = 2000
NO_WHY, SAY_WHY = Reason("The draw has no reason yet"), Reason("Say in a few words why it is made")


@dataclass(frozen=True)
class Listed:
    """A draw in the list of a study's draws; `by` is None where the command line kept it."""

    number: int
    public_id: str
    wave: str
    why: str
    by: str | None
    drawn_at: datetime


@dataclass(frozen=True)
class Kept(Listed):
    """A draw in full: what it was drawn from, and what came out."""

    algorithm: str
    digest: str
    inputs: Mapping[str, Any]
    plan: tuple[PlannedSession, ...]
    before: dict[str, Any] | None
    after: dict[str, Any]


def checked_why(why: str) -> str:
    """The reason of a draw. Raises BadInput where it is empty, too long, or holds signs that nobody sees."""
    return checked_text(why, LONGEST_WHY, shortest=3, empty=NO_WHY, remedy=SAY_WHY)


def present_plan(session: Session, study: Study, wave: str) -> list[PlannedSession]:
    """Who rates what in a wave now, in the order of the sessions; sessions that all raters rate are not among them."""
    rows = []
    for code, assignments in sorted(assignments_of(session, study, wave).items()):
        raters = {Position(each.position): each.rater.code for each in assignments}
        if Position.MAIN in raters and set(raters) <= set(PLACES):
            rows.append(PlannedSession(code, raters[Position.MAIN], raters.get(Position.SECOND)))
    return rows


def record_draw(
    session: Session,
    actor: Actor,
    study: Study,
    wave: str,
    inputs: tuple[Sequence[SessionToRate], Settings],
    plan: Sequence[PlannedSession],
    *,
    algorithm: str,
    digest: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    why: str,
    now: datetime,
) -> Draw:
    """Write the record of a plan that is being kept."""
    draw = Draw(
        study_id=study.id,
        wave=wave,
        algorithm=algorithm,
        digest=digest,
        inputs=inputs_of(*inputs),
        plan=rows_of(plan),
        balance_before=before,
        balance_after=after,
        why=why,
        drawn_at=now,
        by_id=actor.person_id,
    )
    session.add(draw)
    session.flush()
    return draw


def draws_of(session: Session, study: Study) -> list[Listed]:
    """A study's draws, the newest first."""
    found = draws_of_study(session, study.id)
    return [Listed(**_brief(number, each)) for number, each in zip(range(len(found), 0, -1), found, strict=True)]


def last_inputs(session: Session, study: Study, wave: str) -> Mapping[str, Any] | None:
    """What the wave's last draw was drawn from: the standing bars and caps are among it."""
    found = newest_draw(session, study.id, wave)
    return found.inputs if found else None


def find_draw(session: Session, actor: Actor, public_id: str, *, now: datetime) -> tuple[Study, Kept]:
    """The draw with this address, and its study. Raises NotFound, NotPermitted."""
    found = draw_by_public_id(session, public_id)
    if found is None:
        raise NotFound
    permit(session, actor, found.study, Action.ALLOCATE, now=now)
    return found.study, _kept(session, found)


def draw_named(session: Session, study: Study, number: int | None) -> Kept:
    """The draw of this number, or the last one. Raises BadInput where there is none."""
    found = newest_draw(session, study.id) if number is None else numbered_draw(session, study.id, number)
    if found is None:
        cause = "The study {slug} has no draw" if number is None else "The study {slug} has no draw {number}"
        remedy = "Draws are made by rater allocate, and listed by rater allocation show"
        raise BadInput(fault(cause, remedy, column="--draw", slug=study.slug, number=number))
    return _kept(session, found)


def _kept(session: Session, draw: Draw) -> Kept:
    return Kept(
        **_brief(number_of(session, draw), draw),
        algorithm=draw.algorithm,
        digest=draw.digest,
        inputs=draw.inputs,
        plan=read_rows(draw.plan),
        before=draw.balance_before,
        after=draw.balance_after,
    )


def _brief(number: int, draw: Draw) -> dict[str, Any]:
    by = draw.by.name if draw.by else None
    return {
        "number": number,
        "public_id": draw.public_id,
        "wave": draw.wave,
        "why": draw.why,
        "by": by,
        "drawn_at": draw.drawn_at,
    }
