"""What a study already has, and what of a file of ratings contradicts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from rater.ratings.grouping import Identity, ImportedRating, RatingVersion
from rater.ratings.manifest import RatingsFile
from rater.recordings.eligibility import is_known, why_not_rated
from rater.storage.models import Assignment, Point, Rater, Rating, Revision, Study, TherapySession, Wave
from rater.storage.queries.sessions import sessions_by_code
from rater.storage.queries.studies import raters_by_code
from rater.studies.operations import RATER_CODE
from rater.tables import Faults, shown
from rater.terms import WAVE_NAMES, Position, RatingState, WaveKind, kind_of_wave

Given = dict[str, tuple[float | None, str | None]]
"""Value and missing code by item, without the items that were not rated."""


@dataclass
class KeptRating:
    """An assignment, and its rating with the points of each revision."""

    assignment_id: int
    position: Position
    state: RatingState
    rating_key: int | None
    code: str | None
    revisions: dict[int, Given] = field(default_factory=dict)
    by_person: set[int] = field(default_factory=set)


@dataclass
class Standing:
    """The ratings and assignments that a study has in some waves, with its sessions and raters."""

    sessions: Mapping[str, TherapySession]
    raters: set[str]
    locked: set[str]
    ratings: dict[Identity, KeptRating]
    last_places: dict[tuple[int, int], int]


@dataclass(frozen=True)
class Placing:
    """Where a rating goes: its position, and the assignment and rating that are there."""

    position: Position
    assignment_id: int | None = None
    rating_key: int | None = None


def standing(session: Session, study: Study, content: RatingsFile) -> Standing:
    """What the study has in the waves of the file."""
    waves = sorted({rating.wave for rating in content.rows})
    in_waves = (Wave.study_id == study.id) & Wave.name.in_(waves)
    rows = session.execute(
        select(Wave.name, TherapySession.code, Rater.code, Assignment, Rating.id, Rating.code)
        .join(Assignment.wave)
        .join(Assignment.therapy_session)
        .join(Assignment.rater)
        .outerjoin(Rating, Rating.assignment_id == Assignment.id)
        .where(in_waves)
    ).all()
    kept = {
        (wave, code, rater): KeptRating(row.id, Position(row.position), RatingState(row.state), key, rating)
        for wave, code, rater, row, key, rating in rows
    }
    _add_revisions(session, in_waves, kept)
    places = session.execute(
        select(Assignment.wave_id, Assignment.rater_id, func.max(Assignment.queue_place))
        .join(Assignment.wave)
        .where(in_waves)
        .group_by(Assignment.wave_id, Assignment.rater_id)
    )
    return Standing(
        sessions_by_code(session, study.id),
        set(raters_by_code(session, study.id)),
        set(session.scalars(select(Wave.name).where(in_waves, Wave.locked_at.is_not(None)))),
        kept,
        {(wave, rater): place for wave, rater, place in places},
    )


def _add_revisions(session: Session, in_waves: ColumnElement[bool], kept: dict[Identity, KeptRating]) -> None:
    by_rating = {each.rating_key: each for each in kept.values() if each.rating_key is not None}
    rows = session.execute(
        select(Revision.rating_id, Revision.number, Revision.by_id, Point.item, Point.value, Point.missing_code)
        .join(Rating, Rating.id == Revision.rating_id)
        .join(Assignment, Assignment.id == Rating.assignment_id)
        .join(Wave, Wave.id == Assignment.wave_id)
        .outerjoin(Point, Point.revision_id == Revision.id)
        .where(in_waves)
    )
    for rating, number, by_id, item, value, missing in rows:
        points = by_rating[rating].revisions.setdefault(number, {})
        if item is not None and (value is not None or missing is not None):
            points[item] = (value, missing)
        if by_id is not None:
            by_rating[rating].by_person.add(number)


def placed(ratings: Sequence[ImportedRating], found: Standing) -> dict[Identity, Placing]:
    """Where each rating goes: where the allocation has it, else where the file says, else main before second by code.

    In waves other than the main one every rating without a role is one of all. A rating for which a session has no
    place left is missing from the answer.
    """
    answer: dict[Identity, Placing] = {}
    taken = _taken(ratings, found)
    for rating in sorted(ratings, key=lambda each: (each.wave, each.session_id, each.rater_id)):
        identity = (rating.wave, rating.session_id, rating.rater_id)
        kept = found.ratings.get(identity)
        if kept is not None:
            answer[identity] = Placing(kept.position, kept.assignment_id, kept.rating_key)
        elif rating.position is not None:
            answer[identity] = Placing(rating.position)
        elif rating.wave != WaveKind.MAIN:
            answer[identity] = Placing(Position.ALL)
        else:
            places = taken[rating.wave, rating.session_id]
            free = next((each for each in (Position.MAIN, Position.SECOND) if each not in places), None)
            if free is not None:
                places[free] = rating.rater_id
                answer[identity] = Placing(free)
    return answer


def _taken(ratings: Sequence[ImportedRating], found: Standing) -> dict[tuple[str, str], dict[Position, str]]:
    """Who holds which place of a session, by the allocation and by the roles in the file."""
    taken: dict[tuple[str, str], dict[Position, str]] = defaultdict(dict)
    for (wave, code, rater), kept in found.ratings.items():
        taken[wave, code][kept.position] = rater
    for rating in ratings:
        if rating.position is not None:
            taken[rating.wave, rating.session_id].setdefault(rating.position, rating.rater_id)
    return taken


def judge_ratings(found: Standing, content: RatingsFile, faults: Faults) -> None:
    """Note every rating that the study's sessions, allocation or ratings forbid."""
    holders: dict[tuple[str, str, Position], str] = {
        (wave, code, kept.position): rater
        for (wave, code, rater), kept in found.ratings.items()
        if kept.position is not Position.ALL
    }
    codes = {
        (wave, kept.code): (code, rater) for (wave, code, rater), kept in found.ratings.items() if kept.code is not None
    }
    places = placed(content.rows, found)
    unreadable = faults.lines
    for rating in content.rows:
        before = len(faults)
        if not _may_be_rated(rating, found, faults):
            continue
        if RATER_CODE.fullmatch(rating.rater_id):
            _judge_place(rating, found, holders, places, faults)
        holder = codes.get((rating.wave, rating.rating_id or ""), (rating.session_id, rating.rater_id))
        if holder != (rating.session_id, rating.rater_id):
            cause = "The study has a rating {id} already, of {session} by {rater}"
            params = {"id": shown(rating.rating_id or ""), "session": holder[0], "rater": holder[1]}
            faults.add(cause, "Give each rating its own id", line=rating.line, column="rating_id", **params)
        kept = found.ratings.get((rating.wave, rating.session_id, rating.rater_id))
        lines = {given.line for version in rating.versions for given in version.values}
        if kept is not None and len(faults) == before and not lines & unreadable:
            _judge_kept(rating, kept, faults)


def _may_be_rated(rating: ImportedRating, found: Standing, faults: Faults) -> bool:
    if kind_of_wave(rating.wave) is None:
        cause = "There is no wave {value}"
        faults.add(
            cause, "Waves are {kinds}", line=rating.line, column="wave", value=shown(rating.wave), kinds=WAVE_NAMES
        )
        return False
    if rating.wave in found.locked:
        cause, remedy = "The wave {wave} is locked", "Ratings in a locked wave stay as they are"
        faults.add(cause, remedy, line=rating.line, column="session_id", wave=rating.wave)
        return False
    if not is_known(faults, found.sessions, rating.session_id, rating.line):
        return False
    known = found.sessions[rating.session_id]
    why = why_not_rated(rating.wave, known.number, known.use, known.left_out)
    if why is not None:
        cause = "{id} is not rated in the wave {wave}: {why}"
        remedy = "Leave the rating out, or correct the session or the wave"
        params = {"id": known.code, "wave": rating.wave, "why": why}
        faults.add(cause, remedy, line=rating.line, column="session_id", **params)
    return why is None


def _judge_place(
    rating: ImportedRating,
    found: Standing,
    holders: Mapping[tuple[str, str, Position], str],
    places: Mapping[Identity, Placing],
    faults: Faults,
) -> None:
    identity = (rating.wave, rating.session_id, rating.rater_id)
    kept = found.ratings.get(identity)
    remedy = "Correct the role or the rater, or import the allocation that holds"
    params = {"session": rating.session_id, "rater": rating.rater_id}
    if identity not in places:
        cause = "{session} has a main and a second rater, and {rater} is neither"
        faults.add(cause, remedy, line=rating.line, column="rater_id", **params)
    elif rating.position is None:
        return
    elif rating.wave == WaveKind.MAIN and rating.position is Position.ALL:
        cause = "In the main wave a rating is main or second"
        faults.add(cause, remedy, line=rating.line, column="role")
    elif kept is not None and kept.position is not rating.position:
        cause = "{rater} has {session} as {kept}, not as {given}"
        roles = {"kept": kept.position.value, "given": rating.position.value}
        faults.add(cause, remedy, line=rating.line, column="role", **params, **roles)
    elif kept is None and (rating.wave, rating.session_id, rating.position) in holders:
        cause = "The {given} rating of {session} is that of {holder}"
        holder = holders[rating.wave, rating.session_id, rating.position]
        roles = {"given": rating.position.value, "holder": holder}
        faults.add(cause, remedy, line=rating.line, column="role", **params, **roles)


def _judge_kept(rating: ImportedRating, kept: KeptRating, faults: Faults) -> None:
    name = rating.rating_id or f"{rating.session_id} by {rating.rater_id}"
    if kept.state is RatingState.STARTED:
        cause = "{rater} has begun to rate {session} here"
        params = {"rater": rating.rater_id, "session": rating.session_id}
        faults.add(cause, "Leave the rating out", line=rating.line, column="session_id", **params)
        return
    if kept.code is not None and rating.rating_id is not None and kept.code != rating.rating_id:
        cause = "The rating of {session} by {rater} is kept as {code}"
        params = {"rater": rating.rater_id, "session": rating.session_id, "code": kept.code}
        remedy = "Use this rating_id, and a higher version for what replaced it"
        faults.add(cause, remedy, line=rating.line, column="rating_id", **params)
        return
    for version in rating.versions:
        line = version.values[0].line
        if version.version not in kept.revisions:
            if kept.by_person:
                cause = "{id} was submitted here by its rater"
                faults.add(cause, "Leave the rating out", line=line, column="version", id=shown(name))
        elif differing := _differing(version, kept.revisions[version.version]):
            cause = "Version {version} of {id} is kept with other values; the first is {item}"
            remedy = "Correct the row, or number what replaced it as a higher version"
            item, line = differing
            params = {"id": shown(name), "item": item}
            faults.add(cause, remedy, line=line, column="version", version=version.version, **params)


def _differing(version: RatingVersion, kept: Given) -> tuple[str, int] | None:
    """The first item, with its line, that the version gives otherwise than it is kept."""
    given = {
        each.item: (each.value, each.missing_code)
        for each in version.values
        if each.value is not None or each.missing_code is not None
    }
    for each in version.values:
        if given.get(each.item) != kept.get(each.item):
            return each.item, each.line
    lacking = sorted(set(kept) - set(given))
    return (lacking[0], version.values[0].line) if lacking else None
