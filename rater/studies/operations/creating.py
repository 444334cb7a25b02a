"""Create a study with its scales."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, fault
from rater.scales.loading import load_scale
from rater.scales.schema import Scale
from rater.scales.validation import check_study_scales
from rater.storage.audit import record
from rater.storage.models import Study
from rater.storage.queries.studies import study_by_slug
from rater.studies.operations.scales import not_yet_rated, version_row
from rater.studies.settings import parse_phases
from rater.studies.sheet_rules import text_faults
from rater.terms import Actor, StudyKind

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def create_study(
    session: Session,
    actor: Actor,
    slug: str,
    title: str,
    scale_sources: Sequence[tuple[str, str]],
    *,
    now: datetime,
    phases: str = "",
    synthetic: bool = False,
    kind: StudyKind = StudyKind.RESEARCH,
) -> Study:
    """A new study, or supervision programme, with its scales, each given as (file name, YAML text).

    Raises BadInput for a slug that is taken or misspelt, a title or phases that cannot be taken, and broken scales.
    """
    faults: list[Fault] = []
    if not SLUG.fullmatch(slug) or len(slug) > 64:
        faults.append(
            fault("{slug!r} cannot name a study", "Use small letters and digits, joined by hyphens", slug=slug)
        )
    elif study_by_slug(session, slug) is not None:
        faults.append(fault("there is a study {slug} already", "Choose another short name", slug=slug))
    faults += [Fault(cause, remedy, column="--title") for cause, remedy in text_faults("title", title.strip())]
    parse_phases(phases)
    scales = _loaded(scale_sources, faults)
    faults += check_study_scales([scale for scale, _ in scales])
    faults += [each for scale, _ in scales for each in not_yet_rated(scale)]
    if faults:
        raise BadInput(faults)
    study = Study(slug=slug, title=title.strip(), phases=phases, synthetic=synthetic, kind=kind, created_at=now)
    session.add(study)
    session.flush()
    for order, (scale, source) in enumerate(scales):
        session.add(version_row(study, order, scale, source, now))
    session.flush()
    record(
        session,
        actor,
        "study.created",
        f"study:{slug}",
        now=now,
        study_id=study.id,
        scales=[f"{scale.id}@{scale.version}" for scale, _ in scales],
        phases=phases,
        kind=kind,
    )
    return study


def _loaded(sources: Sequence[tuple[str, str]], faults: list[Fault]) -> list[tuple[Scale, str]]:
    loaded: list[tuple[Scale, str]] = []
    for file, source in sources:
        try:
            loaded.append((load_scale(source, file=file), source))
        except BadInput as error:
            faults += error.faults
    return loaded
