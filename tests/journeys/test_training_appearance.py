"""The pages of rater training in every width, light and language, in a study of their own."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from rater.storage.database import writing
from rater.storage.models import Membership, Study
from rater.terms import COMMAND_LINE, Role, StepKind
from rater.training.operations import StepPlan, add_step, decide_at_gate, override_gate
from tests.builders.study import NOON, make_person
from tests.builders.training import GATE, make_set, rate_set, reveal
from tests.journeys.looks import LONG, SEATS, Room, Scheme, faults, unfold
from tests.journeys.site import LONG_AGO, Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def trained(site: Site) -> None:
    """A pathway, a revealed trial with decisions, another that is locked, and sessions that nobody has been given."""
    raters = {"R1": (3, 2, 0, 4), "R2": (3, 3, 1)}
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        study.gate_required, study.training = True, {"gate": {**GATE["gate"], "recertify_months": 12}}
        make_person(session, "theo@example.org", (study, Role.TRAINER))
        for wave, numbers in (("training", (1, 2, 3)), ("training-2", (4, 5))):
            make_set(session, study, wave, numbers, list(raters))
            rate_set(session, study, wave, raters)
        make_set(session, study, "training", (6, 7), ())
        add_step(session, COMMAND_LINE, study, StepPlan(StepKind.MANUAL, LONG, scale="ghes"), now=NOON)
        later = StepPlan(StepKind.MANUAL, "Read on", False, NOON.date().replace(year=2999), scale="sthar")
        add_step(session, COMMAND_LINE, study, later, now=NOON)
        for kind, wave in (
            (StepKind.TRIAL, "training"),
            (StepKind.DISCUSSION, "training"),
            (StepKind.TRIAL, "training-2"),
        ):
            add_step(session, COMMAND_LINE, study, StepPlan(kind, f"{kind}: {wave}", wave=wave), now=NOON)
        reveal(session, study, "training")
        decide_at_gate(session, COMMAND_LINE, study, "R1", "training", now=NOON)
        override_gate(session, COMMAND_LINE, study, "R2", True, "Rated with us in the pilot. " * 6, now=NOON)
        session.execute(update(Membership).values(since=LONG_AGO))


@pytest.mark.parametrize(("width", "scheme", "language", "scripts"), SEATS, ids=lambda each: str(each))
def test_the_pages_of_training(
    room: Room, trained: None, width: int, scheme: Scheme, language: str, scripts: bool
) -> None:
    found: dict[str, list[str]] = {}
    pages = {
        "theo": (
            "training",
            "training/steps",
            "training/raters/R1",
            "training/raters/R2",
            "training/gate/training",
            "training/waves/training/reveal",
            "training/waves/training-2/reveal",
        ),
        "anna": ("path", "mine", "sessions"),
    }
    for who, paths in pages.items():
        page = room(width, scheme, language, scripts, who)
        for path in paths:
            page.goto(f"/studies/pilot/{path}")
            unfold(page)
            found[path] = faults(page, axe=scripts)
    assert {path: each for path, each in found.items() if each} == {}
