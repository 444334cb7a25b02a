"""A version of a scale that differs in words takes the place of one that training was rated with, which is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, fault
from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.scales.source import UNREADABLE
from rater.scales.wording import beyond_wording
from rater.storage.audit import record
from rater.storage.models import Manual, ScaleVersion, Study
from rater.storage.queries.sessions import hold_study
from rater.storage.queries.studies import uses_of_scale
from rater.storage.queries.versions import hold_open_work, waves_with_ratings
from rater.studies.operations.asking import permit
from rater.studies.operations.scales import replaced_row, unfit_for_place, version_row
from rater.studies.permissions import Action
from rater.terms import Actor, Reason, ScaleKind, WaveKind

SHORTEST_CHANGES, LONGEST_CHANGES = 10, 20_000
_TRIALS = (WaveKind.TRAINING, WaveKind.CALIBRATION)


def supersede_scale(
    session: Session, actor: Actor, study: Study, source: str, changes: str, *, now: datetime, file: str = ""
) -> tuple[ScaleVersion, int]:
    """Put a newer version in the old one's place and keep the old one; the new row, and the version it supersedes.

    `changes` says in 10 to 20,000 characters of Markdown what is new, and raters must read it. What was rated keeps
    the old version; the manual is copied. Where ratings use the old version, only words may differ, and all those
    ratings must be of locked training or calibration waves. Raises NotPermitted, and BadInput with every fault.
    """
    permit(session, actor, study, Action.LEAD_TRAINING, now=now)
    hold_study(session, study.id)
    hold_open_work(session, study.id)
    scale = load_scale(source, file=file)
    old = replaced_row(study, scale, file)
    changes = changes.replace("\r\n", "\n").replace("\r", "\n").strip()
    faults = [*unfit_for_place(study, old, scale), *_not_to_be_changed(session, study, old, scale), *_unsaid(changes)]
    if faults:
        raise BadInput([Fault(each.cause, each.remedy, file, each.line, each.column) for each in faults])
    made = version_row(study, old.order, scale, source, now)
    made.changes = changes
    old.superseded_at = now
    session.add(made)
    session.flush()
    _copy_manual(session, old, made)
    session.expire(study, ["scale_versions"])
    versions: dict[str, Any] = {"scale": scale.id, "before": old.version, "after": scale.version}
    record(session, actor, "study.scale_superseded", f"study:{study.slug}", now=now, study_id=study.id, **versions)
    return made, old.version


def _not_to_be_changed(session: Session, study: Study, old: ScaleVersion, scale: Scale) -> Iterator[Fault]:
    uses = uses_of_scale(session, old)
    if not uses:
        return
    keep = "Keep this version here; use the newer one in a new study"
    told: dict[str, Any] = {"scale": f"{old.scale}@{old.version}", "n": uses}
    if old.kind != ScaleKind.OBSERVER:
        yield fault("{n} ratings or outcomes use {scale}, and stay pinned to it", keep, **told)
        return
    for reason in beyond_wording(load_scale(old.source), scale):
        yield Fault(reason, Reason(keep))
    for wave, kind, locked_at, count in waves_with_ratings(session, study.id):
        about = {**told, "wave": wave, "n": count}
        if kind not in _TRIALS:
            yield fault("The wave {wave} holds {n} ratings, which stay pinned to {scale}", keep, **about)
        elif locked_at is None:
            yield fault("The wave {wave} holds {n} ratings and is not locked", "Lock it first", **about)


def _unsaid(changes: str) -> Iterator[Fault]:
    sizes: dict[str, Any] = {"count": len(changes), "least": SHORTEST_CHANGES, "most": LONGEST_CHANGES}
    if not SHORTEST_CHANGES <= len(changes) <= LONGEST_CHANGES:
        cause = "What changed is told in {least} to {most} characters, and these are {count}"
        yield fault(cause, "Say for raters what is new, in Markdown", **sizes)
    if hit := UNREADABLE.search(changes):
        sign = f"U+{ord(hit.group()):04X}"
        yield fault("What changed holds a sign that cannot be seen, {sign}", "Take it out", sign=sign)


def _copy_manual(session: Session, old: ScaleVersion, made: ScaleVersion) -> None:
    kept = session.scalar(select(Manual).where(Manual.scale_version_id == old.id))
    if kept is not None:
        copied = {"source": kept.source, "changed_at": kept.changed_at, "by_id": kept.by_id}
        session.add(Manual(scale_version_id=made.id, **copied))
        session.flush()
