"""The register of therapy sessions, as exports and the analysis read it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from rater.analysis.sessions import ListedSession
from rater.homework.entering import status_of
from rater.storage.models import Study
from rater.storage.queries import datasets


def listed_sessions(session: Session, study: Study) -> list[ListedSession]:
    """Every session of the study's register, by code."""
    found = []
    for *fields, has_tasks in datasets.session_rows(session, study.id):
        listed = ListedSession(*fields)
        found.append(replace(listed, homework_status=status_of(listed.homework_status, has_tasks)))
    return found
