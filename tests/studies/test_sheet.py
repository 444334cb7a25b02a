"""A study's settings as a file: there and back changes nothing, and every fault is told at its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.errors import BadInput, NotPermitted
from rater.scales.scoring import scores_of
from rater.storage.models import AuditEvent, Study, TherapySession
from rater.studies.operations import apply_sheet, create_study, plan_file, scales_of, setting_changes, sheet_of
from rater.studies.sheet import Consent, Known, Retention, Sheet, written
from rater.studies.sheet_reading import read_sheet
from rater.studies.training import DriftSettings, GateSettings, TrainingSettings
from rater.terms import COMMAND_LINE, AnalysisRule, GateStatistic, RateAtEnd, RatedBy, Role, StudyKind
from tests.builders.study import NOON, actor_of, make_assignment, make_person, make_session, make_study, shipped

KNOWN = Known("pilot", ("ghes@1",), {"ghes": {"ghes_sum": 5}}, frozenset({"sam@example.org"}))
PLAIN = Sheet("Pilot", "1-4,5-", "off", 0.9, None, "")
words = some.text(some.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
sheets = some.builds(
    Sheet,
    title=words.filter(bool),
    phases=some.sampled_from(["", "1-4,5-", "1-3,4-9"]),
    rate_at_end=some.sampled_from([str(each) for each in RateAtEnd]),
    heard_share=some.floats(1e-9, 1.0) | some.sampled_from([0.5, 0.9, 1.0]),
    double_rate=some.floats(0.0, 1.0).map(lambda share: round(share, 12)),
    concern_person=some.none() | some.just("sam@example.org"),
    concern_contact=words,
    min_valid=some.just({}) | some.integers(1, 5).map(lambda least: {"ghes": {"ghes_sum": least}}),
    consent=some.builds(Consent, version=words, text=words.map(lambda each: f"{each}x\nx{each}")),
    retention=some.builds(
        Retention,
        study_ends=some.none() | some.dates(date(2020, 1, 1), date(2090, 1, 1)),
        months=some.none() | some.integers(0, 1200),
        originals=words,
    ),
    training=some.builds(
        TrainingSettings,
        required=some.booleans(),
        gate=some.builds(
            GateSettings,
            statistic=some.sampled_from([str(each) for each in GateStatistic]),
            threshold=some.floats(0.01, 1.0),
            minimum_sessions=some.integers(2, 1000),
            use_lower_limit=some.booleans(),
            recertify_months=some.none() | some.integers(1, 120),
        ),
        drift=some.builds(DriftSettings, weeks=some.integers(1, 52), sigma=some.floats(0.5, 10.0)),
        discrepancy=some.floats(0.5, 100.0),
        analysis_rule=some.sampled_from([str(each) for each in AnalysisRule]),
    ),
)


@given(sheets)
def test_what_is_written_is_read_again(sheet: Sheet) -> None:
    assert read_sheet(written(sheet, KNOWN), PLAIN, KNOWN) == sheet


@pytest.mark.parametrize(
    ("ends", "months", "until"),
    [("2026-01-31", 1, "2026-02-28"), ("2026-12-15", 120, "2036-12-15"), ("2024-02-29", 12, "2025-02-28")],
)
def test_months_after_the_end_of_the_study(ends: str, months: int, until: str) -> None:
    assert str(Retention(date.fromisoformat(ends), months).until) == until
    assert Retention(None, months).until is None


def test_every_fault_has_its_line_and_column() -> None:
    text = """title: ""
double_rate: 40
titel: Pilot
study: other
scales: [ghes@2]
phases: 5-4
rate_at_end: sometimes
heard_share: 1.5
heard_share: 0.5
concern: {person: eve@example.org, contact: 7}
min_valid: {ghes: {ghes_sum: 6, other: 1}, sthar: {x: 1}}
retention: {study_ends: soon, months: 5000}
gate: {statistic: kappa, threshold: 7, minimum_sessions: 1, required: maybe}
drift: {weeks: 2.5}
analysis_rule: median
"""
    with pytest.raises(BadInput) as refused:
        read_sheet(text, PLAIN, KNOWN)
    faults = refused.value.faults
    assert {each.line for each in faults} == set(range(1, 16))
    assert len([each for each in faults if each.line == 11]) == 3
    assert all(each.file == "study.yaml" and each.column for each in faults)


@pytest.mark.parametrize(
    "text", ["", "[1]", "title: &a x", "title: [", "a: *b", "title: {a: b}", "\x00", "phases: 1e5"]
)
def test_strange_files_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_sheet(text, PLAIN, KNOWN)


def sheet_text(session: Session, study: Study) -> str:
    return written(*sheet_of(session, study))


def test_show_then_apply_changes_nothing(session: Session) -> None:
    study = make_study(session)
    text = sheet_text(session, study)
    before = session.scalars(select(AuditEvent.id)).all()
    assert apply_sheet(session, COMMAND_LINE, study, text, now=NOON) == []
    assert sheet_text(session, study) == text
    assert session.scalars(select(AuditEvent.id)).all() == before


def test_settings_are_kept_and_told(session: Session) -> None:
    study = make_study(session)
    make_person(session, "sam@example.org", (study, Role.SUPERVISOR))
    text = """concern: {person: sam@example.org}
retention: {study_ends: "2027-12-31", months: 120, originals: Shredded}
consent: {version: "2", text: Agreed}
"""
    assert apply_sheet(session, COMMAND_LINE, study, text, now=NOON) == ["concern_person", "consent", "retention"]
    assert (study.ends_on, study.retention_months, study.consent_version) == (date(2027, 12, 31), 120, "2")
    (change,) = setting_changes(session, study)
    assert change.changed == ["concern_person", "consent", "retention"]


def test_nothing_is_written_where_one_thing_is_wrong(session: Session) -> None:
    study = make_study(session)
    with pytest.raises(BadInput):
        apply_sheet(session, COMMAND_LINE, study, "title: New\nheard_share: 7", now=NOON)
    assert study.title == "Study pilot"


def test_phases_move_only_what_followed_from_the_number_and_only_when_agreed(session: Session) -> None:
    study = make_study(session)
    rows = [make_session(session, study, "P01", number) for number in (3, 4, 5)]
    rows[0].phase = "II"
    with pytest.raises(BadInput, match="1 sessions"):
        apply_sheet(session, COMMAND_LINE, study, 'phases: "1-3,4-"', now=NOON)
    assert [row.phase for row in rows] == ["II", "I", "II"]
    apply_sheet(session, COMMAND_LINE, study, 'phases: "1-3,4-"', now=NOON, agreed=True)
    phases = session.scalars(select(TherapySession.phase).order_by(TherapySession.number)).all()
    assert phases == ["II", "II", "II"]


def test_min_valid_reaches_the_scores(session: Session) -> None:
    study = make_study(session)
    scale = scales_of(study)[0][1]
    name, wanted = next((name, each) for name, each in scale.scores.items() if len(each.items) > 1 and not each.lagged)
    points = dict.fromkeys(wanted.items[:1], 2.0)
    apply_sheet(session, COMMAND_LINE, study, f"min_valid: {{{scale.id}: {{{name}: 1}}}}", now=NOON)
    assert scores_of(scales_of(study)[0][1], points)[name] is not None
    apply_sheet(session, COMMAND_LINE, study, f"min_valid: {{{scale.id}: {{{name}: 2}}}}", now=NOON)
    assert scores_of(scales_of(study)[0][1], points)[name] is None


def test_raters_at_work_do_not_set_the_study(session: Session) -> None:
    study = make_study(session)
    mixed = make_person(session, "m@example.org", (study, Role.RATER), (study, Role.COORDINATOR), code="R1")
    make_assignment(session, study, make_session(session, study), "R1")
    with pytest.raises(NotPermitted):
        apply_sheet(session, actor_of(mixed), study, "title: Mine", now=NOON)


def test_a_plan_names_each_difference_and_the_sessions_that_move(session: Session) -> None:
    study = make_study(session)
    for number in (3, 4, 5):
        make_session(session, study, "P01", number)
    found = plan_file(session, study, 'phases: "1-3,4-"\ndouble_rate: 0.5\nmin_valid: {ghes: {GHES: 5}}')
    told = [(each.key, each.before, each.after) for each in found.changes]
    assert told == [("phases", "1-4,5-", "1-3,4-"), ("double_rate", 0.4, 0.5), ("min_valid.ghes.GHES", None, 5)]
    assert found.moved == 1
    assert study.phases == "1-4,5-"
    assert plan_file(session, study, sheet_text(session, study)).changes == []


def test_a_plan_is_no_longer_the_same_once_anything_else_was_set(session: Session) -> None:
    study = make_study(session)
    before = plan_file(session, study, "title: New").digest
    assert plan_file(session, study, "title: Newer").digest == before, "the wishes are not part of the state"
    apply_sheet(session, COMMAND_LINE, study, "double_rate: 0.3", now=NOON)
    assert plan_file(session, study, "title: New").digest != before


def test_what_was_there_before_is_not_judged_again(session: Session) -> None:
    """A title from the command line may begin with a blank, which the page would cut off."""
    study = make_study(session)
    study.title = " Pilot " + "x" * 190
    assert apply_sheet(session, COMMAND_LINE, study, sheet_text(session, study), now=NOON) == []
    with pytest.raises(BadInput, match="longer than 200"):
        apply_sheet(session, COMMAND_LINE, study, "title: " + "x" * 201, now=NOON)


PROGRAMME = Known("clinic", KNOWN.scales, KNOWN.scores, KNOWN.people, StudyKind.SUPERVISION)


@pytest.mark.parametrize("self_first", [True, False])
@pytest.mark.parametrize("rated_by", list(RatedBy))
def test_a_programme_has_settings_of_its_own(self_first: bool, rated_by: RatedBy) -> None:
    sheet = replace(PLAIN, self_first=self_first, rated_by=rated_by)
    assert read_sheet(written(sheet, PROGRAMME), PLAIN, PROGRAMME) == sheet
    assert "rated_by" not in written(sheet, KNOWN)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("kind: research", PROGRAMME),
        ("kind: supervision", KNOWN),
        ("rated_by: self", KNOWN),
        ("self_first: true", KNOWN),
        ("rated_by: nobody", PROGRAMME),
        ("self_first: perhaps", PROGRAMME),
    ],
)
def test_what_another_kind_of_study_has_is_refused(text: str, known: Known) -> None:
    with pytest.raises(BadInput) as refused:
        read_sheet(text, PLAIN, known)
    assert [each.line for each in refused.value.faults] == [1]
    assert read_sheet(f'kind: "{known.kind}"', PLAIN, known) == PLAIN


def test_the_settings_of_a_programme_are_kept(session: Session) -> None:
    study = create_study(
        session, COMMAND_LINE, "clinic", "Clinic", shipped("ghes"), now=NOON, kind=StudyKind.SUPERVISION
    )
    assert (study.self_first, study.rated_by) == (True, RatedBy.BOTH)
    text = "self_first: false\nrated_by: self"
    assert apply_sheet(session, COMMAND_LINE, study, text, now=NOON) == ["self_first", "rated_by"]
    assert (study.self_first, study.rated_by) == (False, RatedBy.SELF)
