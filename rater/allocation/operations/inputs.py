"""What the study itself brings to what is asked: bars, and what may be the code of a rater."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from rater.allocation.plans import Bar, BarOn, SessionToRate
from rater.errors import Fault, fault
from rater.storage.models import Study
from rater.storage.queries.homework import barred_by_entry
from rater.storage.queries.sharing import barred_by_supervision
from rater.storage.queries.training import barred_by_criterion
from rater.studies.operations import RATER_CODE


def bars_by_entry(
    session: Session, study: Study, raters: Sequence[str], sessions: Sequence[SessionToRate]
) -> list[Bar]:
    """Who has entered a session's homework, set its criterion or has to do with it in supervision does not rate it."""
    named, eligible = set(raters), {each.id for each in sessions}
    barred = barred_by_entry(session, study.id) | barred_by_criterion(session, study.id)
    pairs = sorted(barred | barred_by_supervision(session, study.id))
    return [Bar(rater, BarOn.SESSION, code) for rater, code in pairs if rater in named and code in eligible]


def code_faults(raters: Sequence[str]) -> list[Fault]:
    """What is wrong with codes that raters are to have."""
    return [
        fault("{code!r} cannot be a rater's code", "Use letters, digits and _", column="--raters", code=code)
        for code in raters
        if not RATER_CODE.fullmatch(code)
    ]
