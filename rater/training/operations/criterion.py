"""Criterion ratings: what experts agree the sessions of training and calibration are, set on pages or from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, Refused, Stale, fault
from rater.ratings.manifest import ItemRule
from rater.recordings.eligibility import is_known
from rater.scales.schema import Scale
from rater.storage.audit import record
from rater.storage.models import CriterionPoint, Study, TherapySession
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.homework import session_by_rating_code
from rater.storage.queries.sessions import hold_study, sessions_by_code
from rater.storage.queries.training import criterion_points, sessions_to_rate
from rater.studies.operations import permit, scales_of
from rater.studies.permissions import Action
from rater.tables import Faults, Imported
from rater.terms import Actor, ExclusionScope, LeftOut, Reason, SessionUse
from rater.training.criterion_file import CriterionFile, CriterionRow, read_criterion
from rater.training.verdicts import Verdict, verdict_faults

NOT_OURS = Reason("You still have this session to rate, so others set its criterion")


@dataclass(frozen=True)
class CriterionSession:
    """A session that can have a criterion, with the points kept by item; `is_own`: the actor still has to rate it."""

    therapy_session: TherapySession
    points: Mapping[str, CriterionPoint]
    n_items: int
    is_own: bool = False

    @property
    def n_set(self) -> int:
        """How many items have one."""
        return len(self.points)


def criterion_sessions(session: Session, actor: Actor, study: Study, *, now: datetime) -> list[CriterionSession]:
    """Every session that serves training or calibration or is excluded from the main wave, by its code.

    Raises NotFound, NotPermitted. What raters gave plays no part in it.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    out, items = left_out(session, study.id), len(_rated_items(study))
    kept, own = _kept(session, study), sessions_to_rate(session, actor.person_id, study.id)
    return [
        CriterionSession(each, kept.get(each.id, {}), items, each.id in own)
        for code, each in sessions_by_code(session, study.id).items()
        if serves_experts(each.use, out.get(code))
    ]


def criterion_session(
    session: Session, actor: Actor, study: Study, rating_code: str, *, now: datetime
) -> CriterionSession:
    """One of them by the code on raters' pages. Raises NotFound, NotPermitted."""
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    target = session_by_rating_code(session, study.id, rating_code)
    if target is None or not serves_experts(target.use, left_out(session, study.id).get(target.code)):
        raise NotFound
    points = _kept(session, study, target.id).get(target.id, {})
    is_own = target.id in sessions_to_rate(session, actor.person_id, study.id)
    return CriterionSession(target, points, len(_rated_items(study)), is_own)


def serves_experts(use: str, out: LeftOut | None) -> bool:
    """Whether a session may have a criterion: it serves training or calibration, or is left out of the main wave."""
    if out is not None and out.scope is ExclusionScope.EVERYTHING:
        return False
    return use != SessionUse.MAIN or (out is not None and out.scope is ExclusionScope.MAIN)


def set_criterion(
    session: Session, actor: Actor, study: Study, rating_code: str,
    points: Mapping[str, Verdict], seen: Mapping[str, int], *, now: datetime,
) -> int:  # fmt: skip
    """Keep what experts agree some items of a session are; how many of them changed.

    A verdict that is not given takes an item's criterion back. `seen` has the version of each item that the actor
    looked at, 0 where there was none. Raises NotFound, NotPermitted, Refused for somebody who still has to rate the
    session, BadInput with every fault, and Stale with what is kept, by item, where others changed it since.
    """
    hold_study(session, study.id)
    opened = criterion_session(session, actor, study, rating_code, now=now)
    if opened.is_own:
        raise Refused(NOT_OURS)
    scales = _rated_items(study)
    unknown = "{value} is not an item of the study"
    faults = [
        fault(unknown, "Use an item of the study's scales", value=item[:60]) for item in points if item not in scales
    ]
    for item in points.keys() & scales.keys():
        faults += verdict_faults(scales[item], item, points[item])
    if faults:
        raise BadInput(faults)
    kept = {item: opened.points.get(item) for item in points}
    changed = {item: each for item, each in points.items() if each != _verdict_of(kept[item])}
    stale = {item: _told(kept[item]) for item in changed if _version(kept[item]) != seen.get(item, 0)}
    if stale:
        raise Stale(stale)
    for item, verdict in changed.items():
        _keep(session, actor, study, opened.therapy_session, item, verdict, now=now)
    session.flush()
    return len(changed)


def read_criterion_for(
    session: Session, study: Study, data: bytes, *,
    file: str = "criterion.csv", rename: Mapping[str, str] | None = None,
) -> CriterionFile:  # fmt: skip
    """The criterion as this study can take it. Raises BadInput with every fault, those of its sessions included."""
    rules = {
        item: ItemRule(scale.item(item).points, frozenset(code.id for code in scale.missing_codes_for(item)), scale.id)
        for item, scale in _rated_items(study).items()
    }
    return read_criterion(data, items=rules, file=file, rename=rename, judge=partial(_judge, session, study))


def import_criterion(
    session: Session, actor: Actor, study: Study, content: CriterionFile, *, now: datetime
) -> Imported:
    """Keep the file's criterion, in place of what was kept of the same items. Counts items of sessions.

    Raises NotPermitted, and BadInput, and then nothing is written.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    hold_study(session, study.id)
    faults = Faults(content.file)
    _judge(session, study, content, faults)
    faults.raise_if_any()
    kept, targets = _kept(session, study), sessions_by_code(session, study.id)
    counts: Counter[str] = Counter()
    for row in content.rows:
        target = targets[row.session_id]
        before = kept.get(target.id, {}).get(row.item)
        is_changed = row.verdict != _verdict_of(before)
        counts["added" if before is None else "updated" if is_changed else "unchanged"] += 1
        if is_changed:
            _keep(session, actor, study, target, row.item, row.verdict, now=now)
    session.flush()
    return Imported.of(counts, content.notes)


def _judge(session: Session, study: Study, content: CriterionFile, faults: Faults) -> None:
    known, out = sessions_by_code(session, study.id), left_out(session, study.id)
    for row in content.rows:
        if is_known(faults, known, row.session_id, row.line):
            _note_use(row, known[row.session_id], out.get(row.session_id), faults)


def _note_use(row: CriterionRow, target: TherapySession, out: LeftOut | None, faults: Faults) -> None:
    if not serves_experts(target.use, out):
        cause = "{value} serves the main wave and has no criterion"
        remedy = "Give the session the use training or calibration, or exclude it from the main wave"
        faults.add(cause, remedy, line=row.line, column="session_id", value=target.code)


def _rated_items(study: Study) -> dict[str, Scale]:
    """The items that raters give points, with their scales; of two versions of a scale the later one holds."""
    return {item.id: scale for _, scale in scales_of(study, observer_only=True) for item in scale.items if item.points}


def _kept(session: Session, study: Study, of_session: int | None = None) -> dict[int, dict[str, CriterionPoint]]:
    found: dict[int, dict[str, CriterionPoint]] = {}
    for row in criterion_points(session, study.id, of_session):
        found.setdefault(row.session_id, {})[row.item] = row
    return found


def _keep(
    session: Session, actor: Actor, study: Study, target: TherapySession, item: str, verdict: Verdict, *, now: datetime
) -> None:
    named = CriterionPoint.session_id == target.id, CriterionPoint.item == item
    row = session.scalar(select(CriterionPoint).where(*named))
    if row is None:
        row = CriterionPoint(session_id=target.id, item=item, version=0)
        session.add(row)
    row.value, row.missing_code, row.rationale = verdict.value, verdict.missing_code, verdict.rationale.strip()
    row.version, row.changed_at, row.by_id = row.version + 1, now, actor.person_id
    told: dict[str, Any] = {"of_session": target.code, "item": item} | verdict.as_dict(row.version)
    record(session, actor, "criterion.set", f"session:{target.id}", now=now, study_id=study.id, **told)


def _verdict_of(row: CriterionPoint | None) -> Verdict:
    return Verdict() if row is None else Verdict(row.value, row.missing_code, row.rationale)


def _version(row: CriterionPoint | None) -> int:
    return 0 if row is None else row.version


def _told(row: CriterionPoint | None) -> dict[str, Any]:
    return _verdict_of(row).as_dict(_version(row))
