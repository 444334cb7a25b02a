"""Take in what a study knows of its patients: the covariates of its models."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.recordings.manifest import PatientsFile
from rater.storage.audit import record
from rater.storage.models import Patient, Study
from rater.storage.queries.sessions import hold_study
from rater.tables import Imported
from rater.terms import Actor, Reason


def import_patients(session: Session, actor: Actor, study: Study, content: PatientsFile, *, now: datetime) -> Imported:
    """Keep each patient's cells in place of those kept before; a column that the file lacks changes nothing.

    A patient without a session yet is registered, and told in a note. Counts patients.
    """
    hold_study(session, study.id)
    known = {each.code: each for each in session.scalars(select(Patient).where(Patient.study_id == study.id))}
    counts: Counter[str] = Counter()
    fresh = []
    for row in content.rows:
        patient = known.get(row.patient_id)
        if patient is None:
            session.add(Patient(study_id=study.id, code=row.patient_id, covariates=dict(row.covariates)))
            fresh.append(row.patient_id)
            counts["added"] += 1
            continue
        wanted = {**patient.covariates, **row.covariates}
        counts["unchanged" if wanted == patient.covariates else "updated"] += 1
        patient.covariates = wanted
    notes = list(content.notes)
    if fresh:
        cause = "{n} patients had no session in the study and are registered without one: {codes}"
        notes.append(Reason(cause, {"n": len(fresh), "codes": ", ".join(fresh[:20])}))
    imported = Imported.of(counts, notes)
    subject = f"study:{study.slug}"
    record(session, actor, "patients.imported", subject, now=now, study_id=study.id, **imported.counts)
    return imported
