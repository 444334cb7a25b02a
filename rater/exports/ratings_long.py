"""`ratings_long.csv`: a row per item of each rating that counts, in all waves; it can be imported again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from rater.exports.contents import CountedRating, Rights, StudyData
from rater.exports.resource import Column, Resource, item_column
from rater.scales.scoring import keyed

NAME = "ratings_long.csv"
AS_RATED = "as rated; never reversed"
COVERAGE = "Share of the recording heard before submission, 0 to 1; empty where it is not known"
SILENCE = "seconds heard at any speed, each once, over the seconds without silence"
KEYED = "reversed items turned within their range"


def ratings_long(data: StudyData, rights: Rights) -> Resource:
    """The table, its rows made one by one; de-identified, times count from the study's first submission."""
    parts = [item_column(scale, item, "value", rule=AS_RATED) for scale, item in data.rated_items]
    return Resource(NAME, "Ratings, one row per item", _columns(rights), _rows(data, rights), tuple(parts))


def _columns(rights: Rights) -> tuple[Column, ...]:
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
        Column("scale_version", "integer", "Version of the scale"),
        Column("item", "string", "Item"),
        Column("value", "number", "Point", rule=AS_RATED),
        Column("scored", "number", "Point as scores use it", rule=KEYED),
        Column("missing_code", "string", "Why no point was given"),
        Column("coverage", "number", COVERAGE, rule=SILENCE),
        Column("submitted_at", "datetime" if full else "duration", submitted),
        Column("unsure", "string", "yes where the rater marked the item as unsure, to be discussed"),
    )


def _rows(data: StudyData, rights: Rights) -> Iterator[tuple[object, ...]]:
    sessions = {each.session_id: each for each in data.sessions}
    items = {item.id: (scale, item) for scale in data.scales for item in scale.items}
    places = {item: place for place, item in enumerate(items)}
    first = min((each.submitted_at for each in data.ratings if each.submitted_at), default=None)
    for rating in data.ratings:
        held = sessions[rating.session_id]
        lead = (data.study, held.session_id, held.patient_id, held.therapist_id, held.session_no, held.phase)
        done = (rating.wave, rating.role, rating.rater_id, rating.rating_id, rating.version)
        submitted = _submitted(rating, first, rights)
        coverage = None if rating.coverage is None else round(rating.coverage, 4)
        for name in sorted(rating.points, key=places.__getitem__):
            scale, item = items[name]
            value = rating.points[name]
            scored = None if value is None else keyed(item, value)
            code = rating.missing.get(name)
            given = (scale.id, scale.version, name, value, scored, code)
            yield (*lead, *done, *given, coverage, submitted, "yes" if name in rating.unsure else None)


def _submitted(rating: CountedRating, first: datetime | None, rights: Rights) -> datetime | timedelta | None:
    if rights is Rights.FULL or rating.submitted_at is None or first is None:
        return rating.submitted_at
    return rating.submitted_at - first
