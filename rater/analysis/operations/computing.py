"""Compute the analysis of a study, and keep which models it fits. Loads the numeric libraries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.analysis.data import AnalysisData
from rater.analysis.homework import AssignedTask
from rater.analysis.models import Plan, usual_plan
from rater.analysis.operations.register import listed_sessions
from rater.analysis.plan_reading import read_plan
from rater.analysis.report import analyse
from rater.analysis.taking import Taking
from rater.homework.operations.ledger import logged_tasks
from rater.reliability.matrix import RatedSession
from rater.storage.audit import record
from rater.storage.models import Study
from rater.storage.queries import datasets
from rater.storage.queries.points import rated_sessions
from rater.studies.operations import permit, session_scales_of
from rater.studies.permissions import Action
from rater.studies.training import training_settings
from rater.terms import Actor, AnalysisRule, WaveKind


def analysis_data(session: Session, study: Study) -> AnalysisData:
    """What the study's analysis rests on: the revision that counts of each rating of the main wave, and the rest."""
    return AnalysisData(
        study=study.slug,
        scales=[scale for _, scale in session_scales_of(study)],
        sessions=listed_sessions(session, study),
        ratings=[RatedSession(*row) for row in rated_sessions(session, study.id, WaveKind.MAIN)],
        outcomes=datasets.outcome_values(session, study.id),
        tasks=[AssignedTask(code, task) for code, task in logged_tasks(session, study)],
        difficulties=[(code, kind) for code, kind, _ in datasets.difficulty_rows(session, study.id)],
        covariates=datasets.covariates(session, study.id),
        plan=plan_of(study),
        taking=taking_of(session, study),
    )


def taking_of(session: Session, study: Study) -> Taking:
    """Which points the study's analysis takes, with the consensus of its main wave."""
    agreed: dict[str, dict[str, float | None]] = {}
    for wave, code, item, value, *_ in datasets.consensus_rows(session, study.id):
        if wave == WaveKind.MAIN:
            agreed.setdefault(code, {})[item] = value
    return Taking(AnalysisRule(training_settings(study.gate_required, study.training).analysis_rule), agreed)


def analysis(session: Session, study: Study) -> dict[str, Any]:
    """The document of `rater analyse --json`."""
    return analyse(analysis_data(session, study))


def plan_of(study: Study) -> Plan:
    """The models that the study fits: its own, else the usual ones of its scores."""
    if study.analysis_yaml:
        return read_plan(study.analysis_yaml)
    return usual_plan([name for _, scale in session_scales_of(study) for name in scale.scores])


def set_plan(session: Session, actor: Actor, study: Study, text: bytes, *, file: str, now: datetime) -> Plan:
    """Keep the models of a file with the study; an empty file brings the usual ones back.

    Raises NotPermitted, and BadInput with every fault.
    """
    permit(session, actor, study, Action.SET_STUDY, now=now)
    plan = read_plan(text, file=file) if text.strip() else Plan({})
    study.analysis_yaml = text.decode() if text.strip() else ""
    subject, names = f"study:{study.slug}", list(plan.models)
    record(session, actor, "study.models", subject, now=now, study_id=study.id, models=names)
    return plan
