"""Take in ratings made elsewhere: each version becomes a submitted revision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from rater.errors import BadInput, fault
from rater.ratings.grouping import ImportedRating, RatingVersion
from rater.ratings.manifest import ItemRule, RatingsFile, read_ratings
from rater.ratings.operations.standing import Placing, Standing, judge_ratings, placed, standing
from rater.storage.audit import record
from rater.storage.models import Assignment, Point, Rating, Revision, Study
from rater.storage.models.columns import new_public_id
from rater.storage.queries.sessions import hold_study, session_ids
from rater.studies.operations import ensure_raters, ensure_wave, scales_of
from rater.tables import Faults, Imported
from rater.terms import WAVE_NAMES, Actor, RatingState, kind_of_wave


def read_ratings_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    wave: str | None = None,
    file: str = "ratings.csv",
    rename: Mapping[str, str] | None = None,
) -> RatingsFile:
    """The ratings as this study can take them; without `wave` each row's own counts, main where it has none.

    Raises BadInput with every fault, those against the study's sessions, allocation and ratings included.
    """
    if wave is not None and kind_of_wave(wave) is None:
        cause = "There is no wave {name}"
        raise BadInput(fault(cause, "Waves are {kinds}", column="--wave", name=wave, kinds=WAVE_NAMES))
    judge = partial(_judge, session, study)
    return read_ratings(data, items=_rules(study), file=file, wave=wave, rename=rename, judge=judge)


def _rules(study: Study) -> dict[str, ItemRule]:
    """What may be given to each item that raters see; of two versions of a scale, the later one holds."""
    return {
        item.id: ItemRule(item.points, frozenset(code.id for code in scale.missing_codes_for(item.id)), scale.id)
        for _, scale in scales_of(study, observer_only=True)
        for item in scale.items
        if item.points
    }


def import_ratings(session: Session, actor: Actor, study: Study, content: RatingsFile, *, now: datetime) -> Imported:
    """Keep the ratings, submitted when the file says or else now; assignments and raters that are missing are made.

    A version that is kept already must be the same; others are added, and the highest counts. Counts ratings.
    Raises BadInput, and then nothing is written.
    """
    hold_study(session, study.id)
    faults = Faults(content.file)
    found = _judge(session, study, content, faults)
    faults.raise_if_any()
    places = placed(content.rows, found)
    raters = ensure_raters(session, study, {rating.rater_id for rating in content.rows})
    writing = _Writing(session, study, found, now)
    counts: Counter[str] = Counter()
    for rating in content.rows:
        kept = found.ratings.get((rating.wave, rating.session_id, rating.rater_id))
        fresh = [each for each in rating.versions if kept is None or each.version not in kept.revisions]
        counts["unchanged" if not fresh else "added" if kept is None or not kept.revisions else "updated"] += 1
        if fresh:
            writing.add(rating, fresh, places[rating.wave, rating.session_id, rating.rater_id])
    writing.write({code: rater.id for code, rater in raters.items()})
    imported = Imported.of(counts, content.notes, sorted(set(raters) - found.raters))
    record(
        session,
        actor,
        "ratings.imported",
        f"study:{study.slug}",
        now=now,
        study_id=study.id,
        waves=sorted({rating.wave for rating in content.rows}),
        versions=writing.versions,
        **imported.counts,
    )
    return imported


def _judge(session: Session, study: Study, content: RatingsFile, faults: Faults) -> Standing:
    found = standing(session, study, content)
    judge_ratings(found, content, faults)
    return found


class _Writing:
    """Rows in the making; all of one table are inserted at once."""

    def __init__(self, session: Session, study: Study, found: Standing, now: datetime) -> None:
        self._session = session
        self._study = study
        self._standing = found
        self._now = now
        self._fresh: list[tuple[ImportedRating, list[RatingVersion], Placing]] = []
        self._rows = {item: row.id for row, scale in scales_of(study, observer_only=True) for item in scale.item_ids}

    @property
    def versions(self) -> int:
        """How many revisions are new."""
        return sum(len(versions) for _, versions, _ in self._fresh)

    def add(self, rating: ImportedRating, versions: list[RatingVersion], placing: Placing) -> None:
        """Take these versions of a rating."""
        self._fresh.append((rating, versions, placing))

    def write(self, raters: Mapping[str, int]) -> None:
        """Insert everything taken."""
        if not self._fresh:
            return
        assignments = self._write_assignments(raters)
        ratings = self._write_ratings(assignments)
        revisions: list[dict[str, object]] = []
        points: list[tuple[RatingVersion, datetime]] = []
        for key, (_, versions, _) in zip(ratings, self._fresh, strict=True):
            for each in versions:
                moment = each.submitted_at or self._now
                revisions.append(
                    {
                        "rating_id": key,
                        "number": each.version,
                        "submitted_at": moment,
                        "heard_share": each.heard_share,
                    }
                )
                points.append((each, moment))
        found = self._session.scalars(
            insert(Revision).returning(Revision.id, sort_by_parameter_order=True), revisions
        ).all()
        rows = [
            {
                "revision_id": revision,
                "scale_version_id": self._rows[given.item],
                "item": given.item,
                "value": given.value,
                "missing_code": given.missing_code,
                "unsure": given.unsure,
                "version": 1,
                "changed_at": moment,
            }
            for revision, (version, moment) in zip(found, points, strict=True)
            for given in version.values
            if given.is_kept
        ]
        if rows:
            self._session.execute(insert(Point), rows)

    def _write_assignments(self, raters: Mapping[str, int]) -> list[int]:
        """The assignment of each rating, made where there is none; all are submitted now."""
        session, study = self._session, self._study
        waves = {name: ensure_wave(session, study, name).id for name in {rating.wave for rating, _, _ in self._fresh}}
        sessions = session_ids(session, study.id)
        places: Counter[tuple[int, int]] = Counter(self._standing.last_places)
        fresh: list[dict[str, object]] = []
        for rating, _, placing in self._fresh:
            if placing.assignment_id is None:
                wave, rater = waves[rating.wave], raters[rating.rater_id]
                places[wave, rater] += 1
                fresh.append(
                    {
                        "wave_id": wave,
                        "session_id": sessions[rating.session_id],
                        "rater_id": rater,
                        "position": placing.position,
                        "queue_place": places[wave, rater],
                        "state": RatingState.SUBMITTED,
                        "assigned_at": self._now,
                    }
                )
        made = (
            iter(())
            if not fresh
            else iter(
                session.scalars(insert(Assignment).returning(Assignment.id, sort_by_parameter_order=True), fresh).all()
            )
        )
        present = [placing.assignment_id for _, _, placing in self._fresh if placing.assignment_id is not None]
        if present:
            session.execute(
                update(Assignment).where(Assignment.id.in_(present)).values(state=RatingState.SUBMITTED),
                execution_options={"synchronize_session": False},
            )
        return [placing.assignment_id or next(made) for _, _, placing in self._fresh]

    def _write_ratings(self, assignments: list[int]) -> list[int]:
        """The rating of each assignment, made where there is none."""
        fresh: list[dict[str, object]] = []
        for (rating, versions, placing), assignment in zip(self._fresh, assignments, strict=True):
            if placing.rating_key is None:
                started = min((each.submitted_at for each in versions if each.submitted_at), default=self._now)
                code = rating.rating_id or f"RT-{new_public_id()}"
                fresh.append({"assignment_id": assignment, "code": code, "started_at": started})
        made = (
            iter(())
            if not fresh
            else iter(
                self._session.scalars(insert(Rating).returning(Rating.id, sort_by_parameter_order=True), fresh).all()
            )
        )
        return [placing.rating_key or next(made) for _, _, placing in self._fresh]
