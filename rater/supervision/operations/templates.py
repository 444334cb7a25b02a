"""Templates of supervision homework: for all supervisors of a programme and its lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from rater.errors import NotFound, NotPermitted
from rater.storage.audit import record
from rater.storage.models import Study, TaskTemplate, Trainee
from rater.storage.queries.studies import roles_in
from rater.storage.queries.supervision import supervises, trainees_in
from rater.storage.queries.supervision_tasks import template_by_id, templates_in
from rater.studies.permissions import Action
from rater.supervision.operations.asking import programme_for
from rater.supervision.tasks import TemplatePlan
from rater.terms import Actor, Role


def templates_for(
    session: Session, actor: Actor, slug: str, *, now: datetime
) -> tuple[Study, Sequence[TaskTemplate], list[Trainee]]:
    """The programme, its templates, and the trainees whom the actor supervises. Raises NotFound, NotPermitted."""
    study = _study(session, actor, slug, now=now)
    mine = [each for each in trainees_in(session, study.id) if supervises(session, actor.person_id, each.id, now=now)]
    return study, templates_in(session, study.id), mine


def template_for(session: Session, actor: Actor, slug: str, template_id: str, *, now: datetime) -> TaskTemplate:
    """One template. Raises NotFound, NotPermitted."""
    found = template_by_id(session, _study(session, actor, slug, now=now).id, template_id)
    if found is None:
        raise NotFound
    return found


def keep_template(session: Session, actor: Actor, slug: str, plan: TemplatePlan, *, now: datetime) -> TaskTemplate:
    """Keep a new template. Raises NotFound, NotPermitted."""
    study = _study(session, actor, slug, now=now)
    made = TaskTemplate(study_id=study.id, made_at=now, by_id=actor.person_id, **plan.columns())
    session.add(made)
    session.flush()
    record(session, actor, "task_template.made", f"task_template:{made.public_id}", now=now, study_id=study.id)
    return made


def remove_template(session: Session, actor: Actor, slug: str, template_id: str, *, now: datetime) -> None:
    """Remove one's own template; the lead may remove any. Raises NotFound, NotPermitted."""
    found = template_for(session, actor, slug, template_id, now=now)
    leads = Role.LEAD in roles_in(session, actor.person_id, found.study_id, now=now)
    if found.by_id != actor.person_id and not leads:
        raise NotPermitted
    record(session, actor, "task_template.removed", f"task_template:{template_id}", now=now, study_id=found.study_id)
    session.delete(found)
    session.flush()


def _study(session: Session, actor: Actor, slug: str, *, now: datetime) -> Study:
    study = programme_for(session, actor, slug, Action.SEE_SUPERVISION, now=now)
    if not {Role.SUPERVISOR, Role.LEAD} & roles_in(session, actor.person_id, study.id, now=now):
        raise NotPermitted
    return study
