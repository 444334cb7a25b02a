"""Find a study, and ask whether somebody may do something there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, NotPermitted, fault
from rater.storage.models import Study
from rater.storage.queries.studies import has_open_ratings, roles_in, study_by_slug
from rater.studies.permissions import Action, may
from rater.terms import Actor


def permit(session: Session, actor: Actor, study: Study, action: Action, *, now: datetime) -> None:
    """Let the actor do this in the study.

    Raises NotFound where the actor has no part in the study, NotPermitted where the roles do not allow it.
    """
    if actor.is_command_line:
        return
    roles = roles_in(session, actor.person_id, study.id, now=now)
    if not roles:
        raise NotFound
    if not may(roles, action, has_open_ratings=has_open_ratings(session, actor.person_id, study.id)):
        raise NotPermitted


def study_for(session: Session, actor: Actor, slug: str, action: Action, *, now: datetime) -> Study:
    """The study with this short name, if the actor may do this there. Raises NotFound, NotPermitted."""
    study = study_by_slug(session, slug)
    if study is None:
        raise NotFound
    permit(session, actor, study, action, now=now)
    return study


def study_named(session: Session, slug: str) -> Study:
    """The study a command names. Raises BadInput with the studies there are."""
    study = study_by_slug(session, slug)
    if study is None:
        known = ", ".join(session.scalars(select(Study.slug).order_by(Study.slug))) or "none"
        raise BadInput(fault("there is no study {slug}", "Studies here: {known}", slug=slug, known=known))
    return study


def may_do(session: Session, actor: Actor, study: Study, action: Action, *, now: datetime) -> bool:
    """Whether `permit` would let the actor do this in the study."""
    try:
        permit(session, actor, study, action, now=now)
    except (NotFound, NotPermitted):
        return False
    return True
