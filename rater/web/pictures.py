"""Figures that jobs have kept, in pages and as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from rater.errors import NotFound
from rater.storage.database import reading
from rater.storage.models import Job
from rater.storage.queries import figures
from rater.studies.operations import study_for
from rater.studies.permissions import Action
from rater.web.access import actor, now
from rater.web.language import locale


@dataclass(frozen=True)
class Picture:
    """A figure to be put into a page."""

    name: str
    title: str
    svg: Markup


def pictures_of(session: Session, job: Job | None) -> dict[str, Picture]:
    """The figures that a job has drawn, by name, in the reader's language."""
    kept = figures.of_job(session, job.id, locale()) if job else {}
    return {
        name: Picture(name, each.title, Markup(each.svg))  # noqa: S704  (Rater's own drawing, every text escaped)
        for name, each in kept.items()
    }


def not_drawn(told: Mapping[str, Any] | None) -> list[str]:
    """The names of the figures that the job of this result could not draw."""
    return list((told or {}).get("not_drawn", ()))


def svg_file(slug: str, kind: str, action: Action, name: str) -> Response:
    """A figure of a study's last job of a kind as SVG, in the reader's language. Raises NotFound, NotPermitted."""
    return attached(_kept(slug, kind, action, name), "image/svg+xml", f"{slug}-{name}.svg")


def png_file(slug: str, kind: str, action: Action, name: str) -> Response:
    """The same in pixels, made when it is asked for."""
    from rater.figures.png import png

    return attached(png(_kept(slug, kind, action, name)), "image/png", f"{slug}-{name}.png")


def attached(content: str | bytes, mimetype: str, name: str) -> Response:
    """A file to keep under this name."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _kept(slug: str, kind: str, action: Action, name: str) -> str:
    with reading() as session:
        study = study_for(session, actor(), slug, action, now=now())
        found = figures.named(session, study.id, kind, locale(), name)
        if found is None:
            raise NotFound
        return found.svg
