"""What the pages of a trainee and the supervisor share: the day, the faults of a form, the ways between the pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from rater.errors import Fault
from rater.supervision.operations.asking import SeenTrainee
from rater.web.access import now
from rater.web.errors import say
from rater.web.ratings.queue import zone
from rater.web.studies.sections import links_in


def today() -> date:
    """The day that it is in the installation's zone."""
    return now().astimezone(zone()).date()


def given() -> dict[str, str]:
    """The fields of the form that was sent."""
    return {name: value for name, value in request.form.items() if name != "csrf_token"}


def whole(name: str = "seen") -> int:
    """A field that holds a version; 0 where it holds none."""
    typed = request.form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def by_field(faults: Iterable[Fault]) -> dict[str, list[str]]:
    """What is wrong and what to do, in the reader's language, by the field it is about."""
    found: dict[str, list[str]] = {}
    for each in faults:
        said = " ".join(f"{say(part)}." for part in (each.cause, each.remedy) if part.template)
        found.setdefault(str(each.column or ""), []).append(said)
    return found


def around(session: Session, seen: SeenTrainee) -> dict[str, Any]:
    """What every page of a trainee shows around its own."""
    return {
        "study": seen.study,
        "trainee": seen.trainee,
        "seat": seen.seat,
        "sections": links_in(session, seen.study),
        "today": today(),
    }
