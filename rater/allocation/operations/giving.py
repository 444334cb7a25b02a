"""How a wave that is given, not drawn, stands; and a look at what giving would make of it, before it is given."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rater.allocation.operations.assigning import assignments_of
from rater.allocation.operations.waves import Places, give_again, give_to_all, places_again, places_for_all
from rater.allocation.plans import Bar
from rater.errors import Refused
from rater.storage.models import Study
from rater.storage.queries.sessions import hold_study
from rater.storage.queries.studies import raters_by_code
from rater.terms import Actor, RatingState, Reason, WaveKind


@dataclass(frozen=True)
class GivenTo:
    """How many sessions of the wave a rater has now, has begun, and would have; `rated`: submitted in the main wave."""

    rater: str
    now: int
    begun: int
    after: int
    rated: int


@dataclass(frozen=True)
class GivingTerms:
    """What somebody asks of a wave that is given; without `raters` it is over all. `share` is for recalibration."""

    wave: str
    seed: int
    share: float
    raters: Sequence[str] = ()
    bars: Sequence[Bar] = ()


@dataclass(frozen=True)
class Giving:
    """What giving would make of the wave; the same `digest` gives the same sessions to the same raters.

    `sessions` counts those that somebody has afterwards, `changes` tells whether anybody has others than now.
    """

    raters: tuple[GivenTo, ...]
    sessions: int
    changes: bool
    new_raters: tuple[str, ...]
    digest: str


def given_now(session: Session, study: Study, wave: str) -> tuple[GivenTo, ...]:
    """What the raters of the wave have; afterwards they would have the same."""
    return _rows(session, study, wave, _present(session, study, wave))


def preview_giving(session: Session, study: Study, terms: GivingTerms) -> Giving:
    """What giving would make of the wave; nothing is written. Raises BadInput, and Refused where it is locked."""
    present = _present(session, study, terms.wave)
    places = {code: sorted(raters) for code, raters in _places(session, study, terms).items()}
    plan = {code: raters for code, raters in sorted({**present, **places}.items()) if raters}
    digest = hashlib.sha256(json.dumps([terms.wave, terms.seed, plan]).encode()).hexdigest()
    named = {*terms.raters, *(bar.rater for bar in terms.bars)}
    new = sorted(named - set(raters_by_code(session, study.id)))
    return Giving(_rows(session, study, terms.wave, plan), len(plan), plan != present, tuple(new), digest)


def give_as_seen(session: Session, actor: Actor, study: Study, terms: GivingTerms, seen: str, *, now: datetime) -> None:
    """Give the sessions as the preview with the digest `seen` showed it. Raises Refused where it would be otherwise."""
    hold_study(session, study.id)
    if preview_giving(session, study, terms).digest != seen:
        raise Refused(Reason("The study has changed since the plan was drawn; draw it again"))
    if terms.wave == WaveKind.RECALIBRATION:
        give_again(session, actor, study, terms.share, raters=terms.raters, bars=terms.bars, seed=terms.seed, now=now)
    else:
        give_to_all(session, actor, study, terms.wave, raters=terms.raters, bars=terms.bars, seed=terms.seed, now=now)


def _places(session: Session, study: Study, terms: GivingTerms) -> Places:
    if terms.wave == WaveKind.RECALIBRATION:
        return places_again(session, study, terms.share, raters=terms.raters, bars=terms.bars, seed=terms.seed)
    return places_for_all(session, study, terms.wave, raters=terms.raters, bars=terms.bars)


def _present(session: Session, study: Study, wave: str) -> dict[str, list[str]]:
    found = assignments_of(session, study, wave)
    return {code: sorted(each.rater.code for each in rows) for code, rows in found.items()}


def _rows(session: Session, study: Study, wave: str, plan: Mapping[str, Sequence[str]]) -> tuple[GivenTo, ...]:
    present = [each for rows in assignments_of(session, study, wave).values() for each in rows]
    has = Counter(each.rater.code for each in present)
    begun = Counter(each.rater.code for each in present if each.state != RatingState.OPEN)
    after = Counter(rater for raters in plan.values() for rater in raters)
    rated: Counter[str] = Counter()
    if wave == WaveKind.RECALIBRATION:
        main = assignments_of(session, study, WaveKind.MAIN)
        rated.update(each.rater.code for rows in main.values() for each in rows if each.state == RatingState.SUBMITTED)
    codes = sorted({*has, *after, *rated})
    return tuple(GivenTo(code, has[code], begun[code], after[code], rated[code]) for code in codes)
