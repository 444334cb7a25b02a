"""The pages of supervision in every width, light and language, in a programme of their own."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.ratings.completeness import GivenPoint
from rater.storage.database import writing
from rater.storage.models import Membership, Recording, Supervision
from rater.supervision.moments import WantedComment
from rater.supervision.operations.commenting import write_comment
from rater.supervision.operations.meetings import plan_meeting
from rater.supervision.operations.profiling import choose_focus
from rater.supervision.operations.rating import save_sheet, submit_session_rating
from rater.supervision.operations.reviewing import release_review, save_summary
from rater.supervision.operations.tasks import agree_task, propose_task
from rater.supervision.tasks import TaskPlan
from rater.terms import Audience, SupervisionTaskType
from tests.builders.study import actor_of, all_points
from tests.builders.supervision import Programme, make_programme, make_supervised
from tests.journeys.looks import LONG, SEATS, Room, Scheme, faults, unfold
from tests.journeys.site import LONG_AGO, Site
from tests.web.world import LATER

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def clinic(site: Site) -> dict[str, str]:
    """Four sessions rated by both, comments of every kind, a task agreed, one proposed, a meeting to come; the ids."""
    with site.app.app_context(), writing() as session:
        heard = session.scalars(select(Recording)).first()
        assert heard is not None
        programme = make_programme(session)
        session.execute(update(Membership).values(since=LONG_AGO))
        session.execute(update(Supervision).values(since=LONG_AGO))
        for number in range(1, 6):
            _, recording = make_supervised(session, programme, "tom", number)
            for name in ("audio_name", "peaks_name", "size", "mime", "duration_s"):
                setattr(recording, name, getattr(heard, name))
            if number < 5:
                _rated(session, programme, f"PT1-S{number:02}", number)
        return _worked(session, programme)


def _rated(session: Session, programme: Programme, code: str, value: int) -> None:
    for name, shift in (("tom", 0), ("sara", 1)):
        actor = actor_of(programme.people[name])
        points = {
            item: GivenPoint(float((value + shift + at) % 5)) for at, item in enumerate(all_points(programme.study))
        }
        save_sheet(session, actor, "clinic", code, points, now=LATER)
        submit_session_rating(session, actor, "clinic", code, now=LATER)
    sara = actor_of(programme.people["sara"])
    for comment in (
        WantedComment(LONG, 12.0, 21.5, "sta3", ("obstacles", "pace")),
        WantedComment("For later", audience=Audience.SUPERVISOR),
    ):
        write_comment(session, sara, "clinic", code, comment, now=LATER)
    save_summary(session, sara, "clinic", code, LONG, now=LATER, seen=1)
    if value < 4:
        release_review(session, sara, "clinic", code, now=LATER)


def _worked(session: Session, programme: Programme) -> dict[str, str]:
    sara, tom = (actor_of(programme.people[name]) for name in ("sara", "tom"))
    at = programme.trainees["tom"].public_id
    meeting = plan_meeting(session, sara, "clinic", at, LATER.date(), now=LATER)
    plan = TaskPlan(SupervisionTaskType.TRYING, LONG, rationale=LONG, confidence=60, due_on=LATER.date())
    task = propose_task(session, sara, "clinic", at, plan, now=LATER)
    agree_task(session, tom, "clinic", at, task.public_id, version=task.version, now=LATER)
    propose_task(session, tom, "clinic", at, plan, now=LATER)
    choose_focus(session, sara, "clinic", at, "sta3", LONG, now=LATER)
    return {"trainee": at, "meeting": meeting.public_id, "task": task.public_id}


@pytest.mark.parametrize(("width", "scheme", "language", "scripts"), SEATS, ids=lambda each: str(each))
def test_the_pages_of_supervision(
    room: Room, clinic: dict[str, str], width: int, scheme: Scheme, language: str, scripts: bool
) -> None:
    found: dict[str, list[str]] = {}
    own = "/trainees/{trainee}"
    pages = {
        "sara": (
            "",
            own,
            "/sessions/PT1-S01",
            "/sessions/PT1-S05/rate",
            f"{own}/meetings/{{meeting}}",
            "/templates",
            f"{own}/portfolio?outcomes=1",
        ),
        "tom": (
            "",
            f"{own}/tasks",
            f"{own}/tasks/{{task}}",
            f"{own}/tasks/new",
            "/sessions/PT1-S05",
            "/reflections",
            "/upload",
        ),
        "carl": ("/arrange", "/upload"),
        "lea": ("", "/overview"),
    }
    for who, paths in pages.items():
        page = room(width, scheme, language, scripts, who)
        for path in paths:
            page.goto(f"/studies/clinic/supervision{path.format(**clinic)}")
            unfold(page)
            found[f"{who}{path}"] = faults(page, axe=scripts)
    assert {path: each for path, each in found.items() if each} == {}
