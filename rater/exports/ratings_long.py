"""`ratings_long.csv`: a row per item of each rating that counts, in all waves; it can be imported again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from rater.exports.contents import Rights, StudyData
from rater.exports.rated import CountedRating
from rater.exports.resource import MOST_KEPT, Cells, Column, NotGiven, Resource, item_column
from rater.scales.scoring import keyed

NAME = "ratings_long.csv"
AS_RATED = "as rated; never reversed"
COVERAGE = "Share of the recording heard before submission, 0 to 1; empty where it is not known"
SILENCE = "seconds heard at any speed, each once, over the seconds without silence"
KEYED = "reversed items turned within their range"


def ratings_long(data: StudyData, rights: Rights) -> Resource:
    """The table, its rows made one by one; de-identified, times count from the study's first submission."""
    parts = [item_column(scale, item, "value", rule=AS_RATED) for scale, item in data.rated_items]
    codes = {code: label for part in reversed(parts) for code, label in part.missing_codes.items()}
    return Resource(
        NAME, "Ratings, one row per item", _columns(rights, codes), _rows(data, rights), tuple(parts), in_pieces=True
    )


def _columns(rights: Rights, codes: Mapping[str, str]) -> tuple[Column, ...]:
    full = rights is Rights.FULL
    submitted = "When the rating was submitted" if full else "Time from the study's first submission to this one"
    return (
        Column("study", "string", "Short name of the study"),
        Column("session_id", "string", "Therapy session"),
        Column("patient_id", "string", "Patient"),
        Column("therapist_id", "string", "Therapist"),
        Column("session_no", "integer", "Running number of the patient's session"),
        Column("phase", "string", "Phase of the therapy"),
        Column("wave", "string", "Batch of rating work"),
        Column("role", "string", "main, second, or all where every rater rates the session"),
        Column("rater_id", "string", "Rater"),
        Column("rating_id", "string", "Rating: one rater, session and wave"),
        Column("version", "integer", "Revision of the rating; the highest submitted one counts and is given"),
        Column("scale", "string", "Scale"),
        Column("scale_version", "integer", "Version of the scale that the rating used"),
        Column("item", "string", "Item"),
        Column("value", "number", "Point", rule=AS_RATED, missing_codes=codes),
        Column("scored", "number", "Point as scores use it", rule=KEYED, missing_codes=codes),
        Column("missing_code", "string", "Why no point was given"),
        Column("coverage", "number", COVERAGE, rule=SILENCE),
        Column("submitted_at", "datetime" if full else "duration", submitted),
        Column("unsure", "string", "yes where the rater marked the item as unsure, to be discussed"),
    )


def _rows(data: StudyData, rights: Rights) -> Iterator[tuple[Cells, Cells, Cells]]:
    """Each row in three pieces: what its rating has in common, the item with its point, and how it was given."""
    sessions = {each.session_id: each for each in data.sessions}
    newest = _Points(data, {})
    older = {wave: _Points(data, versions) for wave, versions in data.old_versions.items()}
    first = data.first_submission
    for rating in data.ratings:
        held, points = sessions[rating.session_id], older.get(rating.wave, newest)
        lead = (data.study, held.session_id, held.patient_id, held.therapist_id, held.session_no, held.phase)
        done = (*lead, rating.wave, rating.role, rating.rater_id, rating.rating_id, rating.version)
        submitted = _submitted(rating, first, rights)
        coverage = None if rating.coverage is None else round(rating.coverage, 4)
        sure, unsure = (coverage, submitted, None), (coverage, submitted, "yes")
        for name in sorted(rating.points, key=points.places.__getitem__):
            point = points.piece(name, rating.points[name], rating.missing.get(name))
            yield done, point, unsure if name in rating.unsure else sure


class _Points:
    """Scale, version, item, point, keyed point and missing code, as one and the same piece for equal points.

    `versions` are those of the scales that are not the study's present ones.
    """

    def __init__(self, data: StudyData, versions: Mapping[str, int]) -> None:
        self._versions = versions
        self._items = {item.id: (scale, item) for scale in data.scales for item in scale.items}
        self.places = {item: place for place, item in enumerate(self._items)}
        self.piece = lru_cache(MOST_KEPT)(self._made)

    def _made(self, name: str, value: float | None, code: str | None) -> Cells:
        scale, item = self._items[name]
        why = None if code is None else NotGiven(code)
        points = (why, why) if value is None else (value, keyed(item, value))
        return (scale.id, self._versions.get(scale.id, scale.version), name, *points, code)


def _submitted(rating: CountedRating, first: datetime | None, rights: Rights) -> datetime | timedelta | None:
    if rights is Rights.FULL or rating.submitted_at is None or first is None:
        return rating.submitted_at
    return rating.submitted_at - first
