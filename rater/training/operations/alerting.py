"""Keep an alert for each week in which a rater, or the agreement of all, left its band, and what was done about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, NotFound, fault
from rater.storage.audit import record
from rater.storage.models import DriftAlert, Study
from rater.storage.queries import drift as alerts
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import permit
from rater.studies.permissions import Action
from rater.terms import COMMAND_LINE, Actor, DriftAnswer
from rater.training.operations.certifying import send_back

Key = tuple[int | None, str, date]


def keep_alerts(session: Session, study: Study, found: Sequence[Mapping[str, Any]], *, now: datetime) -> int:
    """Keep the alerts of a drift document of the main wave that are not there yet; how many are new.

    One that nobody has answered takes the newest figures, one that is answered stays as it was answered.
    """
    wave = alerts.main_wave(session, study.id)
    if wave is None:
        return 0
    raters = raters_by_code(session, study.id)
    there = {_key(each): each for each in alerts.alerts_of(session, study.id) if each.wave_id == wave.id}
    new = 0
    for told in found:
        rater = raters[told["rater"]].id if told["rater"] else None
        week, figures = date.fromisoformat(told["week"]), {name: told[name] for name in ("shift", "low", "high")}
        kept = there.get((rater, told["score"], week))
        if kept is None:
            new += 1
            made = DriftAlert(wave_id=wave.id, rater_id=rater, score=told["score"], week=week, found_at=now, **figures)
            session.add(made)
        elif kept.answer is None:
            kept.shift, kept.low, kept.high = (figures[name] for name in ("shift", "low", "high"))
    if new:
        record(session, COMMAND_LINE, "drift.alerts", f"study:{study.slug}", now=now, study_id=study.id, new=new)
    return new


def answer_alerts(
    session: Session, actor: Actor, study: Study, ids: Collection[str], answer: str, reason: str = "", *, now: datetime
) -> int:
    """Answer alerts about one rater, or about the agreement of all; how many had no answer yet.

    `DriftAnswer.BACK_TO_TRAINING` ends the rater's certification for a reason; the others need none. Raises NotFound
    for an alert that the study does not have, NotPermitted, and BadInput.
    """
    permit(session, actor, study, Action.SEE_DRIFT, now=now)
    given = alerts.alerts_named(session, study.id, ids)
    if not given or len(given) < len(set(ids)):
        raise NotFound
    waiting = [each for each in given if each.answer is None]
    codes = sorted({each.rater.code if each.rater else "" for each in given})
    _require_answer(answer, codes)
    if answer == DriftAnswer.BACK_TO_TRAINING and waiting:
        send_back(session, actor, study, codes[0], reason, now=now)
    for each in waiting:
        each.answer, each.answered_at, each.answered_by_id = answer, now, actor.person_id
        told = {"answer": answer, "rater": codes[0] or None, "score": each.score, "week": each.week.isoformat()}
        record(session, actor, "drift.answered", f"drift_alert:{each.public_id}", now=now, study_id=study.id, **told)
    return len(waiting)


def _require_answer(answer: str, codes: Sequence[str]) -> None:
    if answer not in set(DriftAnswer):
        raise BadInput(fault("{answer!r} is no answer to an alert", "Choose one of the buttons", answer=answer))
    if len(codes) > 1:
        raise BadInput(fault("These alerts are about several raters", "Answer those of one rater at a time"))
    if answer == DriftAnswer.BACK_TO_TRAINING and codes == [""]:
        cause = "The agreement of all raters has changed, not that of one"
        raise BadInput(fault(cause, "Answer it as seen, and talk it over with the raters"))


def _key(alert: DriftAlert) -> Key:
    return alert.rater_id, alert.score, alert.week
