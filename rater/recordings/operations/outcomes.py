"""Take in an outcome measure, such as the PHQ-9; raters never see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.recordings.eligibility import is_known
from rater.recordings.outcomes import OutcomesFile, read_outcomes
from rater.scales.schema import Item, ItemKind, Scale
from rater.storage.audit import record
from rater.storage.models import OutcomeValue, ScaleVersion, Study, TherapySession
from rater.storage.queries.sessions import hold_study, session_ids
from rater.studies.operations import session_scales_of
from rater.tables import Faults, Imported
from rater.terms import Actor

_ANY_NUMBER = range(-1_000_000, 1_000_001)


def read_outcomes_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    measure: str,
    file: str = "outcomes.csv",
    rename: Mapping[str, str] | None = None,
) -> OutcomesFile:
    """The outcomes as this study can take them. Raises BadInput with every fault, unknown sessions included."""
    _, scale = _measure(study, measure)
    items = {item.id: points for item in scale.items if (points := _points(item))}
    return read_outcomes(data, items=items, file=file, rename=rename, judge=partial(_judge, session, study))


def import_outcomes(
    session: Session, actor: Actor, study: Study, content: OutcomesFile, *, measure: str, now: datetime
) -> Imported:
    """Keep each session's item values in place of those kept before; an empty cell is an item not answered.

    Counts sessions. Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    _judge(session, study, content, faults)
    faults.raise_if_any()
    version, _ = _measure(study, measure)
    ids, kept = session_ids(session, study.id), _kept(session, study, version)
    counts: Counter[str] = Counter()
    fresh: list[dict[str, object]] = []
    for row in content.rows:
        session_id = ids[row.session_id]
        before = {item: kept[session_id, item] for item in row.values if (session_id, item) in kept}
        key = {"session_id": session_id, "scale_version_id": version.id}
        fresh += [key | {"item": item, "value": value} for item, value in row.values.items() if item not in before]
        changed = {item: row.values[item] for item, value in before.items() if value != row.values[item]}
        for item, value in changed.items():
            session.execute(update(OutcomeValue).filter_by(**key, item=item).values(value=value))
        counts["added" if not before else "updated" if changed or len(before) < len(row.values) else "unchanged"] += 1
    if fresh:
        session.execute(insert(OutcomeValue), fresh)
    imported = Imported.of(counts, content.notes)
    name, subject = f"{version.scale}@{version.version}", f"study:{study.slug}"
    record(session, actor, "outcomes.imported", subject, now=now, study_id=study.id, measure=name, **imported.counts)
    return imported


def _measure(study: Study, measure: str) -> tuple[ScaleVersion, Scale]:
    """The newest version of the study's outcome scale of this id. Raises BadInput."""
    scales = [(row, scale) for row, scale in session_scales_of(study) if not scale.observer]
    found = [pair for pair in scales if pair[0].scale == measure]
    if not found:
        known = ", ".join(sorted({row.scale for row, _ in scales})) or "none"
        cause, remedy = "{measure} is not an outcome measure of the study", "Outcome measures here: {known}"
        raise BadInput(fault(cause, remedy, column="--measure", measure=measure, known=known))
    return max(found, key=lambda pair: pair[0].version)


def _points(item: Item) -> range:
    if item.kind is ItemKind.NUMBER:
        bounded = item.minimum is not None and item.maximum is not None
        return range(item.minimum or 0, (item.maximum or 0) + 1) if bounded else _ANY_NUMBER
    return item.points


def _kept(session: Session, study: Study, version: ScaleVersion) -> dict[tuple[int, str], float | None]:
    rows = session.execute(
        select(OutcomeValue.session_id, OutcomeValue.item, OutcomeValue.value)
        .join(TherapySession, TherapySession.id == OutcomeValue.session_id)
        .where(TherapySession.study_id == study.id, OutcomeValue.scale_version_id == version.id)
    )
    return {(row.session_id, row.item): row.value for row in rows}


def _judge(session: Session, study: Study, content: OutcomesFile, faults: Faults) -> None:
    sessions = session_ids(session, study.id)
    for row in content.rows:
        is_known(faults, sessions, row.session_id, row.line)
