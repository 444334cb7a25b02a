"""Rating a trainee's session on the programme's scales: by the trainee, and by the supervisor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Incomplete, NotFound, Refused, Stale, fault
from rater.ratings.completeness import NOT_GIVEN, GivenPoint, missing_items
from rater.ratings.offering import SessionLog
from rater.scales.points import point_fault
from rater.scales.schema import Scale
from rater.storage.audit import earlier, record
from rater.storage.models import ScaleVersion, SessionPoint, SessionRating, Study
from rater.storage.queries.reviews import hold_session, ratings_of_session
from rater.studies.operations import scales_of
from rater.supervision.operations.asking import Seat, SeenSession, supervised_session
from rater.terms import Actor, RatedBy, Reason

STANDS = Reason("This rating has been submitted and stays as it is")
NO_SELF = Reason("In this programme trainees do not rate their own sessions")
NO_SUPERVISOR = Reason("In this programme supervisors do not rate sessions")
ANOTHER = "This change carries the mark of another one"


@dataclass(frozen=True)
class SessionSheet:
    """A rating of a session by the actor, whether begun or not, with the scales that it is given on."""

    seen: SeenSession
    kind: RatedBy
    row: SessionRating | None
    versions: Sequence[tuple[ScaleVersion, Scale]]
    points: Mapping[str, GivenPoint]
    log: SessionLog = field(default_factory=SessionLog)
    rulings: Mapping[str, int] = field(default_factory=dict)

    @property
    def scales(self) -> list[Scale]:
        """The scales in the order of the form."""
        return [scale for _, scale in self.versions]

    @property
    def is_submitted(self) -> bool:
        """Whether it is closed to changes."""
        return self.row is not None and self.row.submitted_at is not None

    @property
    def missing(self) -> list[str]:
        """The items that still have neither a point nor a reason."""
        return missing_items(self.scales, self.points)


def may_rate(study: Study, seat: Seat) -> bool:
    """Whether a programme keeps ratings of sessions by those who look at them from this seat."""
    return study.rated_by in (RatedBy.BOTH, RatedBy.SELF if seat is Seat.TRAINEE else RatedBy.SUPERVISOR)


def given_points(row: SessionRating | None) -> dict[str, GivenPoint]:
    """The points of a rating by item."""
    points = row.points if row else []
    return {each.item: GivenPoint(each.value, each.missing_code, each.version) for each in points}


def open_sheet(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SessionSheet:
    """The actor's own rating of a session. Raises NotFound, NotPermitted, Refused where the programme keeps none."""
    seen = supervised_session(session, actor, slug, code, now=now)
    kind = RatedBy.SELF if seen.seat is Seat.TRAINEE else RatedBy.SUPERVISOR
    if not may_rate(seen.study, seen.seat):
        raise Refused(NO_SELF if kind is RatedBy.SELF else NO_SUPERVISOR)
    rows = ratings_of_session(session, seen.therapy_session.id)
    row = next((each for each in rows if each.by_id == actor.person_id and each.kind == kind), None)
    return SessionSheet(seen, kind, row, scales_of(seen.study, observer_only=True), given_points(row))


def save_point(
    session: Session, actor: Actor, slug: str, code: str, item: str,
    value: float | None, missing_code: str | None, *, now: datetime, seen: int | None, operation_id: str | None = None,
) -> SessionSheet:  # fmt: skip
    """Give an item a point or a missing code, or neither, which takes it back; the sheet as it is then.

    `seen` is the version of the point that the actor looked at. Raises what `open_sheet` raises, Refused once it is
    submitted, BadInput for what is no point of the item, and Stale with the present point where it has changed since.
    """
    sheet = _held(session, actor, slug, code, now=now)
    if item not in _items(sheet):
        raise NotFound
    if operation_id is not None and (event := earlier(session, actor, operation_id)) is not None:
        if (event.action, event.subject, event.detail.get("item")) != ("session_point.saved", _subject(sheet), item):
            raise BadInput(fault(ANOTHER, "Load the page again"))
        return sheet
    row = _begun(session, actor, sheet, now=now)
    version = _put(session, sheet, row, item, GivenPoint(value, missing_code), seen=seen, now=now)
    _record(session, actor, sheet, "session_point.saved", now, operation_id, item=item, version=version)
    session.flush()
    return open_sheet(session, actor, slug, code, now=now)


def save_sheet(
    session: Session, actor: Actor, slug: str, code: str, points: Mapping[str, GivenPoint], *, now: datetime
) -> int:
    """Keep all points of a form at once; how many of them changed. Raises what `save_point` raises; then none is."""
    sheet = _held(session, actor, slug, code, now=now)
    changed = [item for item, new in points.items() if not _is_same(sheet.points.get(item, NOT_GIVEN), new)]
    if not changed:
        return 0
    row = _begun(session, actor, sheet, now=now)
    for item in changed:
        _put(session, sheet, row, item, points[item], seen=points[item].version, now=now)
    _record(session, actor, sheet, "session_sheet.saved", now, items=sorted(changed))
    session.flush()
    return len(changed)


def submit_session_rating(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SessionRating:
    """Close the actor's rating of a session: from now on it stands.

    Raises what `open_sheet` raises, Refused where it is submitted already, and Incomplete with what is missing.
    """
    sheet = _held(session, actor, slug, code, now=now)
    if sheet.missing or sheet.row is None:
        raise Incomplete(sheet.missing)
    sheet.row.submitted_at = now
    _record(session, actor, sheet, "session_rating.submitted", now)
    session.flush()
    return sheet.row


def _held(session: Session, actor: Actor, slug: str, code: str, *, now: datetime) -> SessionSheet:
    """The sheet, for a change of it. Raises Refused once it is submitted."""
    seen = supervised_session(session, actor, slug, code, now=now)
    hold_session(session, seen.therapy_session.id)
    sheet = open_sheet(session, actor, slug, code, now=now)
    if sheet.is_submitted:
        raise Refused(STANDS)
    return sheet


def _begun(session: Session, actor: Actor, sheet: SessionSheet, *, now: datetime) -> SessionRating:
    if sheet.row is not None:
        return sheet.row
    target = sheet.seen.therapy_session
    row = SessionRating(session_id=target.id, by_id=actor.person_id, kind=sheet.kind, started_at=now)
    session.add(row)
    session.flush()
    return row


def _items(sheet: SessionSheet) -> dict[str, tuple[ScaleVersion, Scale]]:
    return {item: (version, scale) for version, scale in sheet.versions for item in scale.item_ids}


def _put(
    session: Session, sheet: SessionSheet, row: SessionRating, item: str, new: GivenPoint,
    *, seen: int | None, now: datetime,
) -> int:  # fmt: skip
    version, scale = _items(sheet)[item]
    reason = point_fault(scale, item, new.value, new.missing_code) if new.is_given else None
    if reason is not None:
        raise BadInput(fault(reason.template, "Choose one of the points shown", column=item, **reason.params))
    old = sheet.points.get(item, NOT_GIVEN)
    if seen is not None and seen != old.version and old.version and not _is_same(old, new):
        raise Stale({"value": old.value, "missing_code": old.missing_code, "version": old.version})
    point = next((each for each in row.points if each.item == item), None)
    if point is None:
        point = SessionPoint(scale_version_id=version.id, item=item, version=0)
        row.points.append(point)
    point.value, point.missing_code = new.value, new.missing_code
    point.version, point.changed_at = old.version + 1, now
    return point.version


def _is_same(old: GivenPoint, new: GivenPoint) -> bool:
    return (old.value, old.missing_code) == (new.value, new.missing_code)


def _subject(sheet: SessionSheet) -> str:
    return f"session:{sheet.seen.therapy_session.code}"


def _record(
    session: Session, actor: Actor, sheet: SessionSheet, action: str, now: datetime,
    operation_id: str | None = None, **detail: Any,
) -> None:  # fmt: skip
    """That it was done, and to which items; what was given stays out of the audit."""
    record(
        session, actor, action, _subject(sheet), now=now, study_id=sheet.seen.study.id,
        operation_id=operation_id, kind=str(sheet.kind), **detail,
    )  # fmt: skip
