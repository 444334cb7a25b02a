"""The demo's supervision programme: a trainee's sessions with feedback on tape, homework agreed, a meeting to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rater.config import data_folder
from rater.ratings.completeness import GivenPoint
from rater.recordings.manifest import read_sessions
from rater.recordings.operations.importing import import_sessions
from rater.recordings.operations.outcomes import import_outcomes, read_outcomes_for
from rater.recordings.operations.taking_in import StoredAudio
from rater.storage.models import Person, Study
from rater.studies.operations import add_member, create_study, scales_of
from rater.supervision.moments import WantedComment
from rater.supervision.operations.arranging import appoint_supervisor, place_trainee
from rater.supervision.operations.commenting import write_comment
from rater.supervision.operations.consenting import WantedConsent, note_consents
from rater.supervision.operations.meetings import hold_meeting, plan_meeting
from rater.supervision.operations.profiling import choose_focus
from rater.supervision.operations.rating import save_sheet, submit_session_rating
from rater.supervision.operations.reviewing import release_review, save_summary
from rater.supervision.operations.tasks import agree_task, propose_task
from rater.supervision.tasks import TaskPlan
from rater.terms import COMMAND_LINE, Actor, Audience, ConsentScope, Role, StudyKind, SupervisionTaskType

SLUG = "demo-supervision"
TITLE = "Homework in supervision (synthetic)"
SCALES = ("sthar", "phq9", "reflect")
CODE = "T1"
SESSIONS = 5
RATED = 4
RELEASED = 3
OWN = ((1, 1, 0, 1, 2, 2, 1, 1), (2, 1, 1, 2, 2, 2, 1, 2), (3, 2, 1, 2, 3, 3, 2, 2), (3, 2, 2, 3, 3, 3, 2, 3))
THEIRS = ((1, 1, 0, 1, 1, 1, 1, 0), (2, 1, 0, 2, 2, 2, 1, 1), (3, 2, 1, 3, 2, 2, 2, 2))
"""What trainee and supervisor gave the items of the StHAR, session by session."""
PHQ9 = (
    (2, 2, 2, 2, 1, 2, 1, 1, 1),
    (2, 2, 2, 1, 1, 1, 1, 1, 0),
    (1, 2, 1, 1, 1, 1, 1, 0, 0),
    (1, 1, 1, 1, 0, 1, 1, 0, 0),
)
COMMENTS: Mapping[int, Sequence[WantedComment]] = {
    1: (
        WantedComment(
            "The task is named in passing, while both stand up. Slow down here.", 12.0, 21.0, "sta1", ("pace",)
        ),
    ),
    2: (WantedComment("Good: the patient says in own words what he will do.", 18.0, None, "sta5", ("strength",)),),
    3: (
        WantedComment("What might come between? You can hear him hesitate; ask.", 14.0, 24.0, "sta3", ("obstacles",)),
        WantedComment("Shall we look at this together next week?", 30.0, audience=Audience.SUPERVISOR),
    ),
}
SUMMARY = "The tasks have become more concrete from session to session. What may come between them is still left out."


def build_programme(
    session: Session, sounds: Sequence[StoredAudio], supervisor: Person, trainee: Person, lead: Person, *, now: datetime
) -> Study:
    """Make the programme with the sounds that the demo's study has, by the same operations as anybody's."""
    began = now - timedelta(weeks=SESSIONS + 1)
    sources = [
        (f"{name}.yaml", (data_folder("scales") / f"{name}.yaml").read_text(encoding="utf-8")) for name in SCALES
    ]
    study = create_study(
        session, COMMAND_LINE, SLUG, TITLE, sources, now=began, synthetic=True, kind=StudyKind.SUPERVISION
    )
    for person, role in ((supervisor, Role.SUPERVISOR), (trainee, Role.TRAINEE), (lead, Role.LEAD)):
        add_member(session, COMMAND_LINE, study, person, role, now=began)
    rows = [f"S{n:02},P01,{CODE},{n},{(began + timedelta(weeks=n)).date()}" for n in range(1, SESSIONS + 1)]
    listed = "session_id,patient_id,therapist_id,session_no,date\n" + "\n".join(rows) + "\n"
    audio = {f"S{n:02}": sounds[n % len(sounds)] for n in range(1, SESSIONS + 1)}
    import_sessions(session, COMMAND_LINE, study, read_sessions(listed.encode()), now=began, audio=audio)
    at = place_trainee(session, COMMAND_LINE, SLUG, trainee.email, CODE, now=began).public_id
    appoint_supervisor(session, COMMAND_LINE, SLUG, at, supervisor.email, now=began)
    wanted = WantedConsent((ConsentScope.SUPERVISION,), began.date(), (now + timedelta(days=365)).date())
    note_consents(session, COMMAND_LINE, study, list(audio), wanted, now=now)
    header = "session_id," + ",".join(f"phq{n}" for n in range(1, 10))
    values = [f"S{n:02},{','.join(map(str, given))}" for n, given in enumerate(PHQ9, start=1)]
    outcomes = read_outcomes_for(session, study, ("\n".join([header, *values]) + "\n").encode(), measure="phq9")
    import_outcomes(session, COMMAND_LINE, study, outcomes, measure="phq9", now=now)
    _work(session, study, at, Actor(trainee.id, trainee.name), Actor(supervisor.id, supervisor.name), now)
    return study


def _work(session: Session, study: Study, at: str, tom: Actor, ruth: Actor, now: datetime) -> None:
    """Both rate, the supervisor comments and releases, homework is agreed in a meeting, the next one is planned."""
    for number in range(1, RATED + 1):
        _rate(session, study, tom, number, OWN[number - 1], now)
        if number > RELEASED:
            continue
        code, when = f"S{number:02}", now - timedelta(weeks=SESSIONS - number)
        _rate(session, study, ruth, number, THEIRS[number - 1], now)
        for each in COMMENTS[number]:
            write_comment(session, ruth, SLUG, code, each, now=when)
        if number == RELEASED:
            save_summary(session, ruth, SLUG, code, SUMMARY, now=when, seen=1)
        release_review(session, ruth, SLUG, code, now=when)
    met = now - timedelta(days=9)
    meeting = plan_meeting(session, ruth, SLUG, at, met.date(), now=met)
    plan = TaskPlan(
        SupervisionTaskType.TRYING,
        "In each session of the coming two weeks ask, before the homework is written down: what may come between?",
        rationale="In three sessions of four the obstacles were left out, and the tasks were done in part.",
        when_where="At the end of the session, with ten minutes left",
        obstacles="Time runs out",
        plan="An alarm fifteen minutes before the end",
        confidence=80,
        due_on=(now + timedelta(days=5)).date(),
    )
    task = propose_task(session, ruth, SLUG, at, plan, now=met, meeting_id=meeting.public_id)
    agree_task(session, tom, SLUG, at, task.public_id, version=task.version, now=met)
    hold_meeting(session, ruth, SLUG, at, meeting.public_id, now=met)
    choose_focus(session, ruth, SLUG, at, "sta3", "Agreed in the last meeting", now=met)
    plan_meeting(session, ruth, SLUG, at, (now + timedelta(days=5)).date(), now=now)


def _rate(session: Session, study: Study, actor: Actor, number: int, points: Sequence[int], now: datetime) -> None:
    when = now - timedelta(weeks=SESSIONS - number)
    items = [item for _, scale in scales_of(study, observer_only=True) for item in scale.item_ids]
    given = {item: GivenPoint(float(value)) for item, value in zip(items, points, strict=True)}
    save_sheet(session, actor, SLUG, f"S{number:02}", given, now=when)
    submit_session_rating(session, actor, SLUG, f"S{number:02}", now=when)
