"""What newer versions of a scale have changed: raters read it before they begin another session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import NotFound, Refused
from rater.ratings.markdown import short_html
from rater.scales.differences import Change, differences
from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.storage.audit import record
from rater.storage.models import Assignment, ChangelogReading, ScaleVersion, Study
from rater.storage.queries.sessions import hold_study
from rater.storage.queries.versions import read_by, unread_changes, versions_of
from rater.studies.operations import may_do, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, RatingState, Reason


@dataclass(frozen=True)
class VersionChanges:
    """What one version changed of the one before; `html` is safe, `scale` is the scale with the new words."""

    row: ScaleVersion
    scale: Scale
    html: str
    changes: Sequence[Change]
    is_read: bool


@dataclass(frozen=True)
class Changelog:
    """The changes of all versions of a scale, the newest first; `is_due`: the actor rates and has not read them all."""

    study: Study
    scale: Scale
    versions: list[VersionChanges]
    is_due: bool


def changelog_of(session: Session, actor: Actor, slug: str, scale: str, *, now: datetime) -> Changelog:
    """The changelog of a scale that raters use. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.READ_MANUAL, now=now)
    rows = versions_of(session, study.id, scale)
    if not rows:
        raise NotFound
    read = read_by(session, actor.person_id, study.id)
    scales = [load_scale(row.source) for row in rows]
    found = [
        VersionChanges(row, new, short_html(row.changes), differences(old, new), row.id in read)
        for row, old, new in zip(rows, (scales[0], *scales), scales, strict=False)
        if row.changes
    ]
    rates = may_do(session, actor, study, Action.RATE, now=now)
    return Changelog(study, scales[-1], found[::-1], rates and not all(each.is_read for each in found))


def read_changes(session: Session, actor: Actor, slug: str, scale: str, *, now: datetime) -> Study:
    """Note that the actor has read all that versions of a scale have changed; safe to repeat.

    Raises NotFound, NotPermitted.
    """
    study = study_for(session, actor, slug, Action.RATE, now=now)
    hold_study(session, study.id)
    rows = versions_of(session, study.id, scale)
    if not rows or actor.person_id is None:
        raise NotFound
    read = read_by(session, actor.person_id, study.id)
    for row in rows:
        if row.changes and row.id not in read:
            session.add(ChangelogReading(scale_version_id=row.id, person_id=actor.person_id, read_at=now))
            subject = f"scale:{row.scale}@{row.version}"
            record(session, actor, "changes.read", subject, now=now, study_id=study.id)
    session.flush()
    return study


def to_read_first(session: Session, assignment: Assignment) -> list[str]:
    """The scales whose changes the rater must read before the session can be begun; none for one that is begun."""
    if assignment.state != RatingState.OPEN or assignment.wave.locked_at is not None or assignment.rating is not None:
        return []
    return unread_changes(session, assignment.rater.person_id, assignment.wave.study_id)


def refuse_unread(session: Session, assignment: Assignment) -> None:
    """Raise Refused where the rater must first read what has changed."""
    if unread := to_read_first(session, assignment):
        told = {"scales": ", ".join(unread)}
        raise Refused(Reason("Read first what has changed in {scales}; then this session can be begun", told))
