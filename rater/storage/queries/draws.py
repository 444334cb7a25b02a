"""The draws of a study's allocation, as they were kept."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, load_only

from rater.storage.models import Draw


def draws_of_study(session: Session, study_id: int) -> list[Draw]:
    """A study's draws, the newest first, without their inputs and plans."""
    brief = (Draw.public_id, Draw.wave, Draw.algorithm, Draw.digest, Draw.why, Draw.drawn_at, Draw.by_id)
    found = select(Draw).where(Draw.study_id == study_id).order_by(Draw.id.desc())
    return list(session.scalars(found.options(load_only(*brief), joinedload(Draw.by))))


def newest_draw(session: Session, study_id: int, wave: str | None = None) -> Draw | None:
    """A study's last draw, of one wave or of any."""
    found = select(Draw).where(Draw.study_id == study_id).order_by(Draw.id.desc()).limit(1)
    return session.scalar(found if wave is None else found.where(Draw.wave == wave))


def draw_by_public_id(session: Session, public_id: str) -> Draw | None:
    """The draw with this address."""
    return session.scalar(select(Draw).where(Draw.public_id == public_id))


def numbered_draw(session: Session, study_id: int, number: int) -> Draw | None:
    """A study's draw by its number, the first being 1."""
    if not 0 < number < 2**31:
        return None
    return session.scalar(select(Draw).where(Draw.study_id == study_id).order_by(Draw.id).offset(number - 1).limit(1))


def number_of(session: Session, draw: Draw) -> int:
    """Which of the study's draws this is, the first being 1."""
    earlier = select(func.count()).select_from(Draw).where(Draw.study_id == draw.study_id, Draw.id <= draw.id)
    return session.scalar(earlier) or 1
