"""The rating manual of a study, and the log of rulings on unclear cases."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault
from rater.ratings.manual import Section, full_manual, read_manual
from rater.ratings.markdown import short_html
from rater.ratings.operations.opening import find_assignment
from rater.ratings.texts import checked_text
from rater.scales.schema import Scale
from rater.storage.audit import record
from rater.storage.models import Decision, Manual, Person, ScaleVersion, Study
from rater.studies.operations import may_do, permit, scales_of, scales_of_wave, study_for
from rater.studies.permissions import Action
from rater.terms import Actor, Reason

LONGEST_RULING = 4000


@dataclass(frozen=True)
class Ruling:
    """One entry of the decision log; `html` is safe."""

    item: str | None
    decided_on: date
    html: str
    by: str | None


@dataclass(frozen=True)
class ScaleManual:
    """What raters read about one scale: the study's manual, what the scale says of the other items, and rulings.

    `changed` tells that this version has a changelog.
    """

    scale: Scale
    imported_at: datetime | None
    written: Sequence[Section]
    rest: Sequence[Section]
    rulings: Mapping[str | None, Sequence[Ruling]]
    changed: bool


@dataclass(frozen=True)
class StudyManual:
    """The manuals of all scales that raters use in a study."""

    study: Study
    scales: list[ScaleManual]
    may_write: bool


@dataclass(frozen=True)
class ImportedManual:
    """What an import has done; `notes` tell what of the file will not be shown."""

    scale: str
    version: int
    sections: int
    items: int
    changed: bool
    notes: list[Fault]


def manual_of(session: Session, actor: Actor, slug: str, locale: str, *, now: datetime) -> StudyManual:
    """The manual as every member of the study may read it. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.READ_MANUAL, now=now)
    may_write = may_do(session, actor, study, Action.WRITE_MANUAL, now=now)
    return _manual(session, study, scales_of(study, observer_only=True), locale, may_write=may_write)


def manual_for_rating(session: Session, actor: Actor, public_id: str, locale: str, *, now: datetime) -> StudyManual:
    """The manual for one of the actor's own ratings. Raises NotFound."""
    wave = find_assignment(session, actor, public_id, now=now).wave
    pairs = scales_of_wave(session, wave, observer_only=True)
    return _manual(session, wave.study, pairs, locale, may_write=False)


def _manual(
    session: Session, study: Study, pairs: Sequence[tuple[ScaleVersion, Scale]], locale: str, *, may_write: bool
) -> StudyManual:
    found = select(Manual).where(Manual.scale_version_id.in_([row.id for row, _ in pairs]))
    kept = {each.scale_version_id: each for each in session.scalars(found)}
    rulings = _rulings(session, study)
    scales = []
    for row, scale in pairs:
        manual = kept.get(row.id)
        written, rest = full_manual(manual.source if manual else None, scale, locale)
        scales.append(
            ScaleManual(
                scale,
                manual.changed_at if manual else None,
                written,
                rest,
                rulings.get(scale.id, {}),
                row.changes != "",
            )
        )
    return StudyManual(study, scales, may_write)


def _rulings(session: Session, study: Study) -> dict[str, dict[str | None, list[Ruling]]]:
    """The rulings by scale and item, newest first."""
    rows = session.execute(
        select(Decision, Person.name)
        .outerjoin(Person, Person.id == Decision.by_id)
        .where(Decision.study_id == study.id)
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
    )
    found: dict[str, dict[str | None, list[Ruling]]] = {}
    for row, name in rows:
        ruling = Ruling(row.item, row.decided_on, short_html(row.text), name)
        found.setdefault(row.scale, {}).setdefault(row.item, []).append(ruling)
    return found


def import_manual(
    session: Session, actor: Actor, study: Study, scale: str, data: bytes, *, now: datetime, file: str = ""
) -> ImportedManual:
    """Keep a Markdown file as the manual of the study's newest version of a scale, instead of the one there was.

    Safe to repeat. Raises NotPermitted, and BadInput for a scale that raters do not use and for a broken file.
    """
    permit(session, actor, study, Action.WRITE_MANUAL, now=now)
    row, parsed = _newest(study, scale)
    source, notes = read_manual(data, parsed, file=file)
    written, rest = full_manual(source, parsed, "en")
    manual = session.scalar(select(Manual).where(Manual.scale_version_id == row.id))
    changed = manual is None or manual.source != source
    if manual is None:
        manual = Manual(scale_version_id=row.id)
        session.add(manual)
    if changed:
        manual.source, manual.changed_at, manual.by_id = source, now, actor.person_id
        digest = hashlib.sha256(source.encode()).hexdigest()
        subject = f"scale:{row.scale}@{row.version}"
        record(session, actor, "manual.imported", subject, now=now, study_id=study.id, sha256=digest)
    items = len(parsed.items) - len(rest)
    return ImportedManual(row.scale, row.version, len(written), items, changed, notes)


def manual_source(session: Session, study: Study, scale: str) -> str | None:
    """The Markdown of the study's newest version of a scale, None where none was imported. Raises BadInput."""
    row, _ = _newest(study, scale)
    return session.scalar(select(Manual.source).where(Manual.scale_version_id == row.id))


def _newest(study: Study, scale: str) -> tuple[ScaleVersion, Scale]:
    pairs = scales_of(study, observer_only=True)
    mine = [(row, parsed) for row, parsed in pairs if row.scale == scale]
    if not mine:
        known = {"scale": scale[:64], "scales": ", ".join(row.scale for row, _ in pairs) or "–"}
        cause = Reason("The raters of this study use no scale {scale}", known)
        raise BadInput(Fault(cause, Reason("Scales: {scales}", known)))
    return max(mine, key=lambda pair: pair[0].version)


def add_ruling(
    session: Session,
    actor: Actor,
    study: Study,
    scale: str,
    item: str | None,
    decided_on: date,
    text: str,
    *,
    now: datetime,
    today: date | None = None,
) -> Decision:
    """Write a ruling on an item, or on a whole scale, into the log, from which nothing is ever taken.

    The same ruling of the same day is written once. Raises NotPermitted, and BadInput for a scale or item that raters
    do not use, a day after `today` (the day in UTC unless it is given), and a text that is empty or longer than 4,000
    signs.
    """
    permit(session, actor, study, Action.WRITE_MANUAL, now=now)
    _, parsed = _newest(study, scale)
    if item is not None and item not in parsed.item_ids:
        known = {"scale": scale, "item": item[:64], "items": ", ".join(parsed.item_ids)}
        cause = Reason("The scale {scale} has no item {item}", known)
        raise BadInput(Fault(cause, Reason("Items: {items}", known)))
    if decided_on > (today or now.date()):
        cause = Reason("The day {day} is still to come", {"day": decided_on.isoformat()})
        raise BadInput(Fault(cause, Reason("Give the day of the ruling")))
    text = checked_text(text, LONGEST_RULING)
    wanted = {"study_id": study.id, "scale": scale, "item": item, "decided_on": decided_on, "text": text}
    same = session.scalars(select(Decision).filter_by(**wanted)).first()
    if same is not None:
        return same
    decision = Decision(**wanted, written_at=now, by_id=actor.person_id)
    session.add(decision)
    session.flush()
    subject = f"decision:{decision.id}"
    record(session, actor, "decision.written", subject, now=now, study_id=study.id, scale=scale, item=item)
    return decision
