"""The study's registers as tables that can be imported again: sessions, patients, homework, allocation, outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rater.analysis.sessions import ListedSession
from rater.exports.contents import Rights, StudyData
from rater.exports.patients import patients
from rater.exports.resource import Column, Resource, item_column
from rater.terms import Position

SESSION = Column("session_id", "string", "Therapy session")
_AGREED = (
    Column("item", "string", "Item"),
    Column("value", "number", "Point as on the scale, never reversed"),
    Column("missing_code", "string", "Why no point can be given"),
)
WAVE = Column("wave", "string", "Batch of rating work")
HOMEWORK = Column("homework_id", "string", "Homework task")


def registers(data: StudyData, rights: Rights) -> list[Resource]:
    """All registers; de-identified, days replace dates, and descriptions of tasks and rationales are left out."""
    made = [sessions(data, rights), patients(data, rights), homework(data, rights), homework_reports(data)]
    made += [other_tasks(data, rights)]
    made += [consensus(data, rights)] if data.consensus else []
    made += [criterion(data, rights)] if data.criterion else []
    return [*made, difficulties(data), listening(data), allocation(data), *outcomes(data)]


def sessions(data: StudyData, rights: Rights) -> Resource:
    """`sessions.csv`: all sessions of the register, excluded ones and those of other uses too."""
    dated = Column("date", "date", "Day on which the session was held")
    counted = Column("day", "integer", "Days since the patient's first dated session")
    columns = (
        SESSION,
        Column("patient_id", "string", "Patient"),
        Column("therapist_id", "string", "Therapist"),
        Column("session_no", "integer", "Running number of the patient's session; 0: held, never rated"),
        Column("phase", "string", "Phase of the therapy"),
        dated if rights is Rights.FULL else counted,
        Column("duration_min", "number", "Length in minutes"),
        Column("excluded", "string", "Why the session is left out; empty where it is not"),
        Column("excluded_scope", "string", "Of what: analysis (rated, not analysed), main (wave), everything"),
        Column("use", "string", "main, training or calibration; only main sessions count as held"),
        Column("homework_status", "string", "Homework that it assigned: assigned, none, unknown, not_entered"),
        Column(
            "no_homework_reason",
            "string",
            "Why none was assigned: last_session, crisis, other; empty where no reason was told",
        ),
    )
    first = _first_days(data)
    return Resource("sessions.csv", "Register of sessions", columns, _session_rows(data, rights, first))


def _first_days(data: StudyData) -> dict[str, date]:
    found: dict[str, date] = {}
    for each in data.sessions:
        if each.held_on is not None:
            found[each.patient_id] = min(each.held_on, found.get(each.patient_id, each.held_on))
    return found


def _session_rows(data: StudyData, rights: Rights, first: dict[str, date]) -> Iterator[tuple[object, ...]]:
    for each in data.sessions:
        when = each.held_on if rights is Rights.FULL else _day(each, first)
        lead = (each.session_id, each.patient_id, each.therapist_id, each.session_no, each.phase)
        out = (each.left_out.reason, each.left_out.scope.value) if each.left_out else (None, None)
        yield (*lead, when, each.duration_min, *out, each.use, each.homework_status.value, each.no_homework_reason)


def _day(listed: ListedSession, first: dict[str, date]) -> int | None:
    return None if listed.held_on is None else (listed.held_on - first[listed.patient_id]).days


def homework(data: StudyData, rights: Rights) -> Resource:
    """`homework.csv`: the tasks of the log."""
    full = rights is Rights.FULL
    described = (Column("description", "string", "The task in words"),) if full else ()
    columns = (
        HOMEWORK,
        Column("assigned_session_id", "string", "Session in which it was assigned"),
        Column("reviewed_session_id", "string", "Session in which it was due"),
        Column("type", "string", "Type of homework"),
        *described,
        Column("completed", "string", "yes, partly, no, unknown (could not be told), empty (not recorded)"),
    )
    rows = (
        (
            each.homework_id,
            each.assigned_session_id,
            each.reviewed_session_id,
            each.type,
            *((each.description,) if full else ()),
            each.completed,
        )
        for each in data.tasks
    )
    return Resource("homework.csv", "Homework log", columns, rows)


def homework_reports(data: StudyData) -> Resource:
    """`homework_reports.csv`: each rater's own report of each task."""
    columns = (
        HOMEWORK,
        WAVE,
        SESSION,
        Column("rater_id", "string", "Rater"),
        Column("completed", "string", "yes, partly, no, unknown"),
    )
    rows = ((each.homework_id, each.wave, each.session_id, each.rater_id, each.completed) for each in data.reports)
    return Resource("homework_reports.csv", "Homework as each rater heard it", columns, rows)


def other_tasks(data: StudyData, rights: Rights) -> Resource:
    """`other_tasks.csv`: tasks that raters heard of and that the homework log does not hold."""
    full = rights is Rights.FULL
    columns = (
        WAVE,
        SESSION,
        Column("rater_id", "string", "Rater"),
        Column("type", "string", "Type of homework"),
        *((Column("description", "string", "The task in the rater's words"),) if full else ()),
        Column("completed", "string", "yes, partly, no, unknown (could not be told), empty (not said)"),
    )
    rows = (
        (each.wave, each.session_id, each.rater_id, each.type, *((each.description,) if full else ()), each.completed)
        for each in data.added_tasks
    )
    return Resource("other_tasks.csv", "Tasks that raters added to the homework log", columns, rows)


def consensus(data: StudyData, rights: Rights) -> Resource:
    """`consensus.csv`: what raters agreed on when they met; their own points are in ratings_long.csv."""
    full = rights is Rights.FULL
    columns = (WAVE, SESSION, *_AGREED, *((Column("rationale", "string", "Why they agreed on it"),) if full else ()))
    rows = (
        (each.wave, each.session_id, each.item, each.value, each.missing_code, *((each.rationale,) if full else ()))
        for each in data.consensus
    )
    return Resource("consensus.csv", "What raters agreed on, beside their ratings", columns, rows)


def criterion(data: StudyData, rights: Rights) -> Resource:
    """`criterion.csv`: what experts agree the items of training and calibration sessions are."""
    full = rights is Rights.FULL
    columns = (SESSION, *_AGREED, *((Column("rationale", "string", "Why experts agree on it"),) if full else ()))
    rows = (
        (each.session_id, each.item, each.value, each.missing_code, *((each.rationale,) if full else ()))
        for each in data.criterion
    )
    return Resource("criterion.csv", "Criterion ratings of experts", columns, rows)


def listening(data: StudyData) -> Resource:
    """`listening.csv`: the intervals of each recording that were heard for a rating, those of one speed joined."""
    columns = (
        WAVE,
        SESSION,
        Column("rater_id", "string", "Rater"),
        Column("rating_id", "string", "Rating: one rater, session and wave"),
        Column("start_s", "number", "Second of the recording at which the interval begins"),
        Column("stop_s", "number", "Second of the recording at which it ends"),
        Column("speed", "number", "Speed at which it was played; 1 is that of the recording"),
    )
    rows = (
        (each.wave, each.session_id, each.rater_id, each.rating_id, *interval)
        for each in data.listened
        for interval in each.heard
    )
    return Resource("listening.csv", "What was heard of the recordings", columns, rows)


def notes(data: StudyData) -> Resource:
    """`notes.csv`: what raters noted while they listened."""
    columns = (
        WAVE,
        SESSION,
        Column("rater_id", "string", "Rater"),
        Column("rating_id", "string", "Rating: one rater, session and wave"),
        Column("second", "number", "Second of the recording"),
        Column("text", "string", "The note in the rater's words"),
    )
    rows = ((each.wave, each.session_id, each.rater_id, each.rating_id, each.second, each.text) for each in data.notes)
    return Resource("notes.csv", "Raters' notes", columns, rows)


def difficulties(data: StudyData) -> Resource:
    """`difficulties.csv`: several per session are possible."""
    columns = (
        SESSION,
        Column("difficulty_type", "string", "Type of difficulty with homework"),
        Column("rater_id", "string", "Who heard it; empty where the study does not say"),
    )
    rows = ((each.session_id, each.difficulty_type, each.rater_id) for each in data.difficulties)
    return Resource("difficulties.csv", "Difficulties with homework", columns, rows)


def allocation(data: StudyData) -> Resource:
    """`allocation.csv`: the main wave, a row per session that has a main rater."""
    columns = (
        SESSION,
        Column("main_rater", "string", "Main rater"),
        Column("second_rater", "string", "Second rater; empty where the session is rated once"),
    )
    found: dict[str, dict[str, str]] = {}
    for each in data.allocation:
        found.setdefault(each.session_id, {})[each.position] = each.rater_id
    rows = (
        (session, raters[Position.MAIN], raters.get(Position.SECOND))
        for session, raters in sorted(found.items())
        if Position.MAIN in raters
    )
    return Resource("allocation.csv", "Allocation of the main wave", columns, rows)


def outcomes(data: StudyData) -> list[Resource]:
    """`outcomes_<scale>.csv`, one per outcome scale: the items as answered, for every session that has any."""
    made = []
    for scale in data.scales:
        if scale.observer:
            continue
        items = scale.item_ids
        rows = [
            (session, *(values.get(item) for item in items))
            for session, values in sorted(data.outcomes.items())
            if set(items) & set(values)
        ]
        columns = (SESSION, *(item_column(scale, item, item.id, rule="as answered") for item in scale.items))
        made.append(Resource(f"outcomes_{scale.id}.csv", scale.title.in_("en"), columns, rows))
    return made
