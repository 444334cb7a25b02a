"""Compute a study's reliability, and keep it with the version of the data it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater import __version__
from rater.errors import BadInput, fault
from rater.reliability.design import KnownSession, design_of
from rater.scales.schema import Scale
from rater.storage.audit import data_version, record
from rater.storage.models import Job, Study
from rater.storage.queries import jobs
from rater.storage.queries.draws import newest_draw
from rater.storage.queries.exclusions import left_out
from rater.storage.queries.points import Counted, rated_sessions, wave_names
from rater.storage.queries.sessions import treatments
from rater.studies.operations import scales_of, study_for
from rater.studies.permissions import Action
from rater.terms import WAVE_NAMES, Actor, WaveKind, kind_of_wave


def reliability(session: Session, study: Study, wave: str, *, seed: int = 1) -> dict[str, Any]:
    """The document of `rater reliability --json`, from the last submitted revision of each rating.

    In the main wave, sessions that are left out of analysis are left out here.
    Without ratings every figure is missing, with the reason. Raises BadInput for a name that is no wave.
    """
    from rater.reliability.matrix import RatedSession
    from rater.reliability.report import report

    require_wave(session, study, wave)
    out = left_out(session, study.id) if wave == WaveKind.MAIN else {}
    rows = [row for row in rated_sessions(session, study.id, wave) if row.session_id not in out]
    scales = [scale for _, scale in scales_of(study, observer_only=True)]
    told = report(study.slug, wave, [RatedSession(*row) for row in rows], scales, seed=seed)
    return told | {"design": _design(session, study, wave, rows, scales, seed)}


def require_wave(session: Session, study: Study, wave: str) -> None:
    """Raise BadInput for a name that is neither a wave of the study nor a kind of wave."""
    if kind_of_wave(wave) is None and wave not in wave_names(session, study.id):
        raise BadInput(fault("there is no wave {wave}", "Waves are {kinds}", wave=wave, kinds=WAVE_NAMES))


def _design(
    session: Session, study: Study, wave: str, rows: Sequence[Counted], scales: Sequence[Scale], seed: int
) -> dict[str, Any]:
    whose = treatments(session, study.id)
    here = Counter(row.session_id for row in rows if row.made_here)
    all_ = Counter(row.session_id for row in rows)
    draw = newest_draw(session, study.id, wave)
    drawn = None if draw is None or draw.inputs["kept"] else {"algorithm": draw.algorithm, "seed": draw.inputs["seed"]}
    return design_of(
        [KnownSession(*whose[code], here[code], all_[code] - here[code]) for code in all_],
        scales,
        draw=drawn,
        rate_at_end=study.rate_at_end,
        heard_share=study.heard_share,
        seed=seed,
        version=__version__,
    )


def ask_reliability(session: Session, actor: Actor, slug: str, wave: str, *, now: datetime, seed: int = 1) -> Job:
    """Queue the computation for the data as they stand. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.SEE_RELIABILITY, now=now)
    job = jobs.ask(session, actor, study.id, "reliability", now=now, wave=str(wave), seed=seed)
    record(session, actor, "reliability.asked", f"job:{job.public_id}", now=now, study_id=study.id, wave=wave)
    job.data_version = data_version(session, study.id)
    return job


def kept_reliability(session: Session, study: Study, wave: str) -> dict[str, Any]:
    """The newest result there is: its state, when it was computed, whether ratings have changed since."""
    return jobs.kept(session, study.id, "reliability")
