"""How a meeting handled supervision homework, rated by either side with the items that rate a therapist's handling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.storage.audit import record
from rater.storage.models import Meeting, ScaleVersion, Study
from rater.studies.operations import scales_of
from rater.supervision.operations.meetings import SeenMeeting, meeting_for
from rater.supervision.operations.pairing import side_of
from rater.supervision.reflecting import handling_for, read_handling
from rater.supervision.tasks import Side
from rater.terms import Actor

SCALE = "sthar"
"""The scale of the handling of homework."""


@dataclass(frozen=True)
class Handling:
    """The scale, and the points of each side as the actor sees them: the other's once the own are there."""

    found: SeenMeeting
    scale: Scale
    side: Side
    points: Mapping[Side, Mapping[str, int]]


def can_be_rated(study: Study, meeting: Meeting) -> bool:
    """Whether the programme has the scale, or had it when the meeting was first rated."""
    return bool(meeting.handling) or _current(study) is not None


def handling_of(
    session: Session, actor: Actor, slug: str, trainee_id: str, meeting_id: str, *, now: datetime
) -> Handling:
    """The ratings of a meeting. Raises NotFound, also where the programme has no such scale, and NotPermitted."""
    found = meeting_for(session, actor, slug, trainee_id, meeting_id, now=now)
    _, scale = _version(session, found)
    side = side_of(found.seen)
    return Handling(found, scale, side, handling_for(found.row.handling, side))


def rate_handling(
    session: Session,
    actor: Actor,
    slug: str,
    trainee_id: str,
    meeting_id: str,
    given: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    """Keep the actor's rating of a meeting in place of an earlier one. Raises NotFound, NotPermitted, BadInput."""
    found = meeting_for(session, actor, slug, trainee_id, meeting_id, now=now)
    session.refresh(found.row, with_for_update=True)
    version_id, scale = _version(session, found)
    points, side = read_handling(scale.items, given), side_of(found.seen)
    by_side = {**found.row.handling.get("by", {}), str(side): points}
    found.row.handling = {"scale_version_id": version_id, "by": by_side}
    subject, study_id = f"meeting:{meeting_id}", found.seen.study.id
    record(session, actor, "meeting.handling_rated", subject, now=now, study_id=study_id, side=str(side))
    session.flush()


def _version(session: Session, found: SeenMeeting) -> tuple[int, Scale]:
    """The version that the meeting was rated with, else the programme's."""
    kept = found.row.handling.get("scale_version_id")
    row = session.get(ScaleVersion, kept) if kept else _current(found.seen.study)
    if row is None:
        raise NotFound
    return row.id, load_scale(row.source)


def _current(study: Study) -> ScaleVersion | None:
    return next((row for row, _ in scales_of(study, observer_only=True) if row.scale == SCALE), None)
