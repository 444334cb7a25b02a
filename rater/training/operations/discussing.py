"""One item of one session of a revealed wave, talked over: who gave what, the notes, the consensus, the way on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from rater.errors import NotFound
from rater.ratings.tagging import tagged_items
from rater.scales.schema import Item, Scale
from rater.storage.models import Assignment, ConsensusPoint, CriterionPoint, Note, Rater, TherapySession
from rater.storage.queries.homework import session_by_rating_code
from rater.studies.operations import scales_of_wave
from rater.terms import Actor
from rater.training.agenda import Topic, agenda, next_topic
from rater.training.operations.agreement import criterion_of
from rater.training.operations.seeing import SeenWave, apart_in, consensus_in, rated_items, revealed_to

if TYPE_CHECKING:
    from rater.storage.queries.points import Counted


@dataclass(frozen=True)
class Place:
    """A session and an item of a wave, found by what stands in the address."""

    target: TherapySession
    scale: Scale
    item: Item
    rows: tuple[Counted, ...]


@dataclass(frozen=True)
class Side:
    """What one rater gave; `rater` and `name` are None for those who may not know."""

    value: float | None
    missing_code: str | None
    is_unsure: bool
    is_mine: bool
    rater: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class HeardNote:
    """A rater's note on the item, or one without a tag, at a second of the recording."""

    second: float
    text: str
    is_tagged: bool
    is_mine: bool
    rater: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Discussion:
    """All that is on the table for one item of one session.

    `before` and `after` are the neighbours in the order of sessions and items, `following` the next topic without a
    consensus; each a pair of the session's code on raters' pages and the item.
    """

    seen: SeenWave
    place: Place
    sides: Sequence[Side]
    notes: Sequence[HeardNote]
    criterion: CriterionPoint | None
    consensus: ConsensusPoint | None
    topics: Sequence[Topic]
    before: tuple[str, str] | None
    after: tuple[str, str] | None
    following: tuple[str, str] | None

    @property
    def counts(self) -> dict[int, int]:
        """How many raters gave each point of the item, lowest first."""
        given = Counter(side.value for side in self.sides)
        return {point: given[float(point)] for point in self.place.item.points}

    @property
    def n_missing(self) -> int:
        """How many gave no point."""
        return sum(side.value is None for side in self.sides)


def place_in(session: Session, seen: SeenWave, rating_code: str, item: str) -> Place:
    """A session that was rated in the wave, and an item in the words of then. Raises NotFound."""
    target = session_by_rating_code(session, seen.study.id, rating_code)
    scales = scales_of_wave(session, seen.wave, observer_only=True)
    scale = next((each for _, each in scales if item in each.item_ids), None)
    rows = tuple(row for row in seen.rows if target is not None and row.session_id == target.code)
    if target is None or scale is None or not rows or not scale.item(item).points:
        raise NotFound
    return Place(target, scale, scale.item(item), rows)


def open_discussion(
    session: Session, actor: Actor, slug: str, wave: str, rating_code: str, item: str, *, now: datetime
) -> Discussion:
    """An item of a session of a revealed wave, for who leads training and for raters of the wave.

    Raters see neither names nor codes; the others' points stand in the order of their height, so that nobody is
    recognised from one session to the next. Raises NotFound, NotPermitted, and Refused before the reveal.
    """
    seen = revealed_to(session, actor, slug, wave, now=now)
    place = place_in(session, seen, rating_code, item)
    consensus, here = consensus_in(session, seen.wave), (place.target.code, item)
    topics = agenda(apart_in(seen), consensus.keys())
    names = _names(session, seen) if seen.leads else {}
    coming = next_topic(topics, here)
    every = [(code, each) for code in sorted(seen.codes.values()) for each in rated_items(seen.study)]
    number = every.index((rating_code, item))
    return Discussion(
        seen=seen,
        place=place,
        sides=_sides(seen, place, names),
        notes=_notes(session, seen, place, names),
        criterion=criterion_of(session, seen.study).get(here),
        consensus=consensus.get(here),
        topics=topics,
        before=every[number - 1] if number else None,
        after=every[number + 1] if number + 1 < len(every) else None,
        following=(seen.codes[coming.session], coming.item) if coming else None,
    )


def _names(session: Session, seen: SeenWave) -> dict[str, str]:
    raters = session.scalars(select(Rater).where(Rater.study_id == seen.study.id).options(joinedload(Rater.person)))
    return {each.code: each.person.name if each.person else each.code for each in raters}


def _sides(seen: SeenWave, place: Place, names: dict[str, str]) -> list[Side]:
    item = place.item.id
    found = [
        Side(row.points.get(item), row.missing.get(item), item in row.unsure, row.rater_id == seen.own,
             row.rater_id, names.get(row.rater_id))
        for row in place.rows
    ]  # fmt: skip
    if seen.leads:
        return sorted(found, key=lambda side: side.rater or "")
    nameless = [replace(side, rater=None, name=None) for side in found]
    return sorted(nameless, key=lambda side: (not side.is_mine, side.value is None, side.value or 0, side.is_unsure))


def _notes(session: Session, seen: SeenWave, place: Place, names: dict[str, str]) -> list[HeardNote]:
    rows = session.execute(
        select(Note.second, Note.text, Rater.code)
        .join(Assignment, Assignment.id == Note.assignment_id)
        .join(Rater, Rater.id == Assignment.rater_id)
        .where(
            Assignment.wave_id == seen.wave.id,
            Assignment.session_id == place.target.id,
            Rater.code.in_([row.rater_id for row in place.rows]),
        )
        .order_by(Note.second, Note.text)
    )
    items = rated_items(seen.study)
    found = []
    for second, text, code in rows:
        tags = tagged_items(text, items)
        if not tags or place.item.id in tags:
            who = (code, names.get(code)) if seen.leads else (None, None)
            found.append(HeardNote(second, text, bool(tags), code == seen.own, *who))
    return found
