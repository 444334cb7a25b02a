"""The reflections that trainees have filled in."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.storage.models import Reflection


def reflections_of(session: Session, trainee_ids: Collection[int], *, shared_only: bool) -> Sequence[Reflection]:
    """The reflections of trainees, the newest first."""
    found = select(Reflection).where(Reflection.trainee_id.in_(trainee_ids))
    if shared_only:
        found = found.where(Reflection.shared_at.is_not(None))
    loaded = found.options(joinedload(Reflection.scale_version), joinedload(Reflection.trainee))
    return session.scalars(loaded.order_by(Reflection.filled_at.desc(), Reflection.id.desc())).all()


def reflection_by_id(session: Session, public_id: str) -> Reflection | None:
    """The reflection with this id."""
    return session.scalar(select(Reflection).where(Reflection.public_id == public_id))
