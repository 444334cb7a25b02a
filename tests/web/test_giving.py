"""Sets that all raters rate, and sessions given again: a preview writes nothing, what is given is what was shown."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from rater.storage.database import db, writing
from rater.storage.models import Assignment, Rater, Study, TherapySession, Wave
from rater.terms import RatingState, SessionUse
from tests.builders.study import NOON
from tests.web.test_allocation import DIGEST, KEEP, PAGE, RATERS, fill, kept
from tests.web.valid import both, check
from tests.web.world import World

SET = {"wave": "training", "share": None, "seed": "3", "rater": list(RATERS)}
AGAIN = {**SET, "wave": "recalibration", "share": "50"}


def fill_sets(world: World) -> None:
    """The study of the allocation with four of its sessions in the training set."""
    fill(world)
    with world.app.app_context(), writing() as session:
        study = select(Study.id).where(Study.slug == "fresh").scalar_subquery()
        here = update(TherapySession).where(TherapySession.study_id == study, TherapySession.number == 4)
        session.execute(here.where(TherapySession.code < "P004").values(use=SessionUse.TRAINING))


def submit(world: World, wave: str, rater: str, count: int = 100) -> None:
    with world.app.app_context(), writing() as session:
        ids = session.scalars(
            select(Assignment.id).join(Assignment.rater).join(Assignment.wave)
            .where(Rater.code == rater, Wave.name == wave, Wave.study.has(Study.slug == "fresh"))
            .order_by(Assignment.queue_place).limit(count)
        ).all()  # fmt: skip
        session.execute(update(Assignment).where(Assignment.id.in_(ids)).values(state=RatingState.SUBMITTED))


def ask(world: World, path: str = PAGE, **form: Any) -> TestResponse:
    sent = {name: value for name, value in form.items() if value is not None}
    return world.visitors["carla"].ask("POST", path, form=sent)


def give(world: World, form: dict[str, Any]) -> TestResponse:
    digest = DIGEST.search(ask(world, **form).text)
    assert digest is not None
    return ask(world, KEEP, **form, digest=digest[1])


def given(world: World, wave: str) -> Counter[str]:
    with world.app.app_context(), db.engine.connect() as connection:
        rows = (
            select(Rater.code).select_from(Assignment).join(Assignment.rater).join(Assignment.wave)
            .where(Wave.name == wave, Wave.study.has(Study.slug == "fresh"))
        )  # fmt: skip
        return Counter(connection.scalars(rows))


def rows_of(page: str) -> list[list[str]]:
    """The cells of the table of raters, without their tags."""
    body = page.split('class="by-rater"')[1].split("<tbody>")[1].split("</tbody>")[0]
    cells = [row.replace("</th>", "</td>").split("</td>")[:-1] for row in body.split("</tr>")[:-1]]
    return [[cell.replace("</strong>", "").rsplit(">", 1)[1] for cell in row] for row in cells]


def test_a_set_is_given_to_everybody_as_it_was_shown(world: World) -> None:
    fill_sets(world)
    page = f"{PAGE}?wave=training"
    empty = both(world, "carla", page).text
    assert "No session is given yet" in empty
    assert 'name="share"' not in empty
    assert 'name="cap-R1"' not in empty
    before = world.contents()
    seen = ask(world, **SET).text
    check(seen, "en")
    assert rows_of(seen) == [[rater, "0", "0", "4"] for rater in RATERS]
    assert world.contents() == before
    answer = give(world, SET)
    assert (answer.status_code, answer.location) == (303, page)
    assert given(world, "training") == dict.fromkeys(RATERS, 4)
    assert given(world, "main") == {}
    assert rows_of(both(world, "carla", page).text) == [[rater, "4", "0"] for rater in RATERS]
    assert "Nothing changes" in ask(world, **SET).text
    assert world.events("allocation.given") == 1


def test_bars_hold_and_what_was_begun_stays_when_a_rater_leaves_the_set(world: World) -> None:
    fill_sets(world)
    give(world, {**SET, "bar-rater": "R1", "bar-on": "therapist", "bar-value": "T1"})
    assert given(world, "training") == {"R1": 2, "R2": 4, "R3": 4}
    submit(world, "training", "R3", 1)
    without = {**SET, "rater": ["R1", "R2"]}
    assert rows_of(ask(world, **without).text)[2] == ["R3", "4", "1", "1"]
    give(world, without)
    assert given(world, "training") == {"R1": 4, "R2": 4, "R3": 1}


def test_sessions_are_given_again_as_it_was_shown(world: World) -> None:
    fill(world)
    none_yet = ask(world, **AGAIN)
    assert (none_yet.status_code, "No rating of the main wave" in none_yet.text) == (422, True)
    kept(world)
    for rater in ("R1", "R2"):
        submit(world, "main", rater, 8)
    page = f"{PAGE}?wave=recalibration"
    assert 'name="share" value="10"' in both(world, "carla", page).text
    before = world.contents()
    seen = ask(world, **AGAIN)
    assert rows_of(seen.text) == [["R1", "8", "0", "0", "4"], ["R2", "8", "0", "0", "4"]]
    assert world.contents() == before
    assert give(world, AGAIN).location == page
    assert given(world, "recalibration") == {"R1": 4, "R2": 4}
    assert rows_of(both(world, "carla", page).text) == [["R1", "8", "4", "0"], ["R2", "8", "4", "0"]]


@pytest.mark.parametrize("change", [{"seed": "4"}, {"rater": ["R1", "R2"]}, {"digest": "0" * 64}])
def test_what_was_not_looked_at_is_not_given(world: World, change: dict[str, Any]) -> None:
    fill_sets(world)
    digest = DIGEST.findall(ask(world, **SET).text)[0]
    before = world.contents()
    answer = ask(world, KEEP, **{**SET, "digest": digest, **change})
    assert (answer.status_code, "nothing was kept" in answer.text) == (409, True)
    assert world.contents() == before


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({**SET, "rater": None}, "Nobody is chosen"),
        ({**SET, "seed": "x"}, "not a whole number"),
        ({**SET, "more": "R-9"}, "cannot be a rater"),
        ({**SET, "bar-rater": "R1", "bar-on": "session", "bar-value": "P000-S1"}, "no session P000-S1"),
        ({**AGAIN, "share": "0"}, "not a share"),
        ({**AGAIN, "share": "101"}, "not a share"),
    ],
)
def test_wrong_settings_come_back_with_what_is_wrong(world: World, form: dict[str, Any], words: str) -> None:
    fill_sets(world)
    before = world.contents()
    for path in (PAGE, KEEP):
        answer = ask(world, path, **form)
        assert (answer.status_code, words in answer.text) == (422, True)
        check(answer.text, "en")
    assert world.contents() == before


def test_a_locked_set_stays_and_is_shown(world: World) -> None:
    fill_sets(world)
    give(world, SET)
    with world.app.app_context(), writing() as session:
        session.execute(update(Wave).where(Wave.name == "training").values(locked_at=NOON))
    page = both(world, "carla", f"{PAGE}?wave=training").text
    assert "The wave is locked" in page
    assert rows_of(page) == [[rater, "4", "0"] for rater in RATERS]
    assert ask(world, **SET).status_code == 423
