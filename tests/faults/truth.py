"""What the rater has given, kept beside the application, and how the database differs from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from rater.storage.database import reading
from rater.storage.models import (
    Assignment,
    AuditEvent,
    Difficulty,
    HomeworkReport,
    HomeworkTask,
    Note,
    OtherTask,
    Point,
    Rating,
    Revision,
)

Given = tuple[str, str]
"""What was given, by kind and name: ("point", "ghes1"), ("unsure", "ghes1"), ("report", task), ..."""


@dataclass
class Truth:
    """One rating as its rater knows it: the last value of everything ever given, and the notes that should be there.

    A value of None was taken back. Texts of notes and of other tasks occur once each, so they tell one from another.
    """

    values: dict[Given, Any] = field(default_factory=dict)
    notes: set[str] = field(default_factory=set)
    others: dict[str, str] = field(default_factory=dict)
    changes: Counter[Given] = field(default_factory=Counter)

    def give(self, kind: str, name: str, value: Any) -> None:
        """The rater has just given this."""
        self.values[kind, name] = value
        self.changes[kind, name] += 1


@dataclass
class Verdict:
    """What the database lacks, has twice, or has without anybody having given it; each in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __iadd__(self, other: Verdict) -> Verdict:
        self.lost += other.lost
        self.doubled += other.doubled
        return self


@dataclass
class Found:
    """The rows of one rating, as plain values."""

    values: dict[Given, Any] = field(default_factory=dict)
    versions: dict[Given, int] = field(default_factory=dict)
    rows: Counter[Given] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    others: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, kind: str, name: str, value: Any, version: int | None = None) -> None:
        """One row's value."""
        self.values[kind, name] = value
        self.rows[kind, name] += 1
        if version is not None:
            self.versions[kind, name] = version


def found(app: Flask, public_id: str) -> Found:
    """What the database holds of a rating."""
    rows = Found()
    with app.app_context(), reading() as session:
        assignment = session.scalars(select(Assignment).where(Assignment.public_id == public_id)).one()
        revision = Revision.rating_id.in_(select(Rating.id).where(Rating.assignment_id == assignment.id))
        for point in session.scalars(select(Point).join(Revision).where(revision)):
            given = point.missing_code if point.value is None else str(int(point.value))
            rows.add("point", point.item, given, point.version)
            rows.values["unsure", point.item] = point.unsure
        reports = select(HomeworkTask.public_id, HomeworkReport).join(HomeworkReport.task)
        for task, report in session.execute(reports.where(HomeworkReport.assignment_id == assignment.id)):
            rows.add("report", task, report.completed, report.version)
        heard = (Difficulty.session_id == assignment.session_id) & (Difficulty.rater_id == assignment.rater_id)
        for difficulty in session.scalars(select(Difficulty).where(heard)):
            rows.add("difficulty", difficulty.type, True)
        rows.notes.update(session.scalars(select(Note.text).where(Note.assignment_id == assignment.id)))
        others = select(OtherTask.description, OtherTask.completed).where(OtherTask.assignment_id == assignment.id)
        rows.others.update((row.description, row.completed or "") for row in session.execute(others))
    return rows


def judge(truth: Truth, rows: Found) -> Verdict:
    """Compare row by row: no value lost, no row doubled, no change done more often than it was made."""
    verdict = Verdict()
    for given, value in truth.values.items():
        kept = rows.values.get(given)
        if (kept or None) != (value or None):
            verdict.lost.append(f"{given}: given {value}, kept {kept}")
    unknown = {given for given, value in rows.values.items() if value and given not in truth.values}
    verdict.doubled += [f"{given}: never given" for given in sorted(unknown)]
    verdict.doubled += [f"{given}: {count} rows" for given, count in rows.rows.items() if count > 1]
    for given, version in rows.versions.items():
        made = truth.changes[given] + (truth.changes["unsure", given[1]] if given[0] == "point" else 0)
        if version > made:
            verdict.doubled.append(f"{given}: {made} changes, done {version} times")
    verdict.lost += [f"note {text!r}" for text in sorted(truth.notes - set(rows.notes))]
    verdict.doubled += [f"note {text!r}: never kept" for text in sorted(set(rows.notes) - truth.notes)]
    verdict.doubled += [f"note {text!r}: {count} times" for text, count in rows.notes.items() if count > 1]
    others = Counter(truth.others.items())
    verdict.lost += [f"task {row}" for row in others - rows.others]
    verdict.doubled += [f"task {row}" for row in rows.others - others]
    return verdict


def events_done_twice(app: Flask) -> list[str]:
    """Client ids under which the audit holds more than one event."""
    with app.app_context(), reading() as session:
        twice = (
            select(AuditEvent.operation_id)
            .where(AuditEvent.operation_id.is_not(None))
            .group_by(AuditEvent.operation_id)
            .having(func.count() > 1)
        )
        return [str(each) for each in session.scalars(twice)]


def operations_done(app: Flask) -> set[str]:
    """The client ids of all events."""
    with app.app_context(), reading() as session:
        kept = select(AuditEvent.operation_id).where(AuditEvent.operation_id.is_not(None))
        return {str(each) for each in session.scalars(kept)}
