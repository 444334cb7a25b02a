"""The waves of a study."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.storage.models import Study, Wave
from rater.terms import WAVE_NAMES, kind_of_wave


def ensure_wave(session: Session, study: Study, name: str) -> Wave:
    """The study's wave of this name, made if there is none. Raises BadInput for a name that is no kind of wave."""
    wave = session.scalar(select(Wave).where(Wave.study_id == study.id, Wave.name == name))
    if wave is None:
        kind = kind_of_wave(name)
        if kind is None:
            raise BadInput(fault("there is no wave {name!r}", "Waves are {kinds}", name=name, kinds=WAVE_NAMES))
        wave = Wave(study_id=study.id, name=name, kind=kind)
        session.add(wave)
        session.flush()
    return wave
