"""The scale versions of a study, with the scales that their sources describe, and newer ones in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault
from rater.scales.loading import load_scale
from rater.scales.schema import Scale, with_least
from rater.scales.validation import check_study_scales
from rater.storage.audit import record
from rater.storage.models import Manual, ScaleVersion, Study, Wave
from rater.storage.queries.examples import has_examples
from rater.storage.queries.studies import uses_of_scale
from rater.storage.queries.versions import is_referred_to, old_versions_in
from rater.studies.operations.asking import permit
from rater.studies.permissions import Action
from rater.terms import Actor, Reason


def scales_of(study: Study, *, observer_only: bool = False) -> list[tuple[ScaleVersion, Scale]]:
    """The study's scale versions in their order, with the parsed scales; the study's own `min_valid` holds."""
    pairs = [(row, with_least(load_scale(row.source), study.min_valid)) for row in study.scale_versions]
    return [(row, scale) for row, scale in pairs if not observer_only or scale.observer]


def session_scales_of(study: Study) -> list[tuple[ScaleVersion, Scale]]:
    """Those that are about sessions, outcomes included: what analyses and exports take."""
    return [(row, scale) for row, scale in scales_of(study) if scale.about_sessions]


def reflection_scales_of(study: Study) -> list[tuple[ScaleVersion, Scale]]:
    """The forms that trainees fill in about themselves."""
    return [(row, scale) for row, scale in scales_of(study) if not scale.about_sessions]


def scales_of_wave(session: Session, wave: Wave, *, observer_only: bool = False) -> list[tuple[ScaleVersion, Scale]]:
    """The same as `scales_of`, but a wave that was rated with older versions keeps those."""
    kept = {row.scale: row for row in old_versions_in(session, wave)}
    pairs = scales_of(wave.study, observer_only=observer_only)
    least = wave.study.min_valid
    return [
        (old, with_least(load_scale(old.source), least)) if (old := kept.get(row.scale)) else (row, scale)
        for row, scale in pairs
    ]


def version_row(study: Study, order: int, scale: Scale, source: str, now: datetime) -> ScaleVersion:
    """The row of a scale that has been read from this source."""
    return ScaleVersion(
        study_id=study.id,
        scale=scale.id,
        version=scale.version,
        kind=scale.kind,
        order=order,
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        items=[item.id for item in scale.items],
        added_at=now,
    )


def not_yet_rated(scale: Scale) -> Iterable[Fault]:
    """A fault for each item of a kind that Rater cannot rate yet."""
    for item in scale.items:
        if not item.points:
            params = {"scale": scale.id, "item": item.id, "kind": item.kind}
            cause = Reason("{scale} has the item {item} of kind {kind}, which cannot be rated here yet", params)
            yield Fault(cause, Reason("Use items of kind rating"))


def take_newer_version(
    session: Session, actor: Actor, study: Study, source: str, *, now: datetime, file: str = ""
) -> tuple[ScaleVersion, int]:
    """Put a newer version of one of the study's scales in the old one's place; the row, and the version it replaces.

    The manual goes along; rulings stay, and so does an old version that examples were made for.

    Raises NotPermitted, and BadInput for a broken scale, one that the study does not have, a version that is not
    newer, and where ratings or outcomes use the old one, since they stay pinned to it.
    """
    permit(session, actor, study, Action.SET_STUDY, now=now)
    scale = load_scale(source, file=file)
    old = replaced_row(study, scale, file)
    faults = unfit_for_place(study, old, scale)
    if uses := uses_of_scale(session, old):
        pinned = {"scale": f"{old.scale}@{old.version}", "n": uses}
        cause = Reason("{n} ratings or outcomes use {scale}, and stay pinned to it", pinned)
        faults.append(Fault(cause, Reason("Keep this version here; use the newer one in a new study")))
    if faults:
        raise BadInput([Fault(each.cause, each.remedy, file, each.line, each.column) for each in faults])
    made, before = version_row(study, old.order, scale, source, now), old.version
    session.add(made)
    session.flush()
    session.execute(update(Manual).where(Manual.scale_version_id == old.id).values(scale_version_id=made.id))
    if has_examples(session, old) or is_referred_to(session, old):
        old.superseded_at = now
    else:
        session.delete(old)
    session.flush()
    session.expire(study, ["scale_versions"])
    record(
        session,
        actor,
        "study.scale",
        f"study:{study.slug}",
        now=now,
        study_id=study.id,
        scale=scale.id,
        before=before,
        after=scale.version,
    )
    return made, before


def replaced_row(study: Study, scale: Scale, file: str) -> ScaleVersion:
    """The version of a scale that another one is to replace. Raises BadInput where the study has none."""
    old = next((row for row in study.scale_versions if row.scale == scale.id), None)
    if old is None:
        known = {"scale": scale.id, "known": ", ".join(row.scale for row in study.scale_versions)}
        remedy = Reason("Hand in a newer version of one of: {known}", known)
        raise BadInput(Fault(Reason("The study has no scale {scale}", known), remedy, file))
    return old


def unfit_for_place(study: Study, old: ScaleVersion, scale: Scale) -> list[Fault]:
    """What stands against a scale in the place of this version, whether that is in use or not."""
    others = (load_scale(row.source) for row in study.scale_versions if row is not old)
    return [
        *_not_newer(old, scale),
        *not_yet_rated(scale),
        *_unfitting(study, scale),
        *check_study_scales([scale, *others]),
    ]


def _not_newer(old: ScaleVersion, scale: Scale) -> Iterable[Fault]:
    versions = {"scale": scale.id, "old": old.version, "new": scale.version}
    if scale.version <= old.version:
        cause = Reason("The study has version {old} of {scale}, and this is version {new}", versions)
        yield Fault(cause, Reason("Give the changed scale a higher version"))
    if scale.kind != old.kind:
        cause = Reason("{scale} would no longer be of the same kind", versions)
        yield Fault(cause, Reason("Give a scale of another kind an id of its own"))


def _unfitting(study: Study, scale: Scale) -> Iterable[Fault]:
    """What the study's own `min_valid` asks for and this version no longer has."""
    for score, least in study.min_valid.get(scale.id, {}).items():
        items = len(scale.scores[score].items) if score in scale.scores else 0
        if least > items:
            params = {"score": score, "least": least, "items": items}
            cause = Reason("The settings ask for {least} valid items of {score}, which has {items} now", params)
            yield Fault(cause, Reason("Change the settings first"))
