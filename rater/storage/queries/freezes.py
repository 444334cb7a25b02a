"""The freezes of a study."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import Freeze


def freezes_of_study(session: Session, study_id: int) -> list[Freeze]:
    """A study's freezes, the newest first, without their data."""
    found = select(Freeze).where(Freeze.study_id == study_id).order_by(Freeze.id.desc())
    return list(session.scalars(found.options(joinedload(Freeze.by))))


def freeze_by_name(session: Session, study_id: int, name: str) -> Freeze | None:
    """The study's freeze of this name."""
    return session.scalar(select(Freeze).where(Freeze.study_id == study_id, Freeze.name == name))
