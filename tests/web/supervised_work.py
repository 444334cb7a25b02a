"""More of the supervision programme of the tests: what tom and sara have between them, in its first states."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from rater.storage.database import writing
from rater.storage.models import Comment, Person, Study, SupervisionTask, TherapySession, Trainee
from rater.terms import Audience, ReviewState, SupervisionTaskState
from tests.builders.study import NOON
from tests.web.world import World

OF_TOM = "/studies/clinic/supervision/trainees/{trainee}"


def add_work(clinic: World) -> World:
    """A released comment, a task that is proposed and one that is overdue; their ids stand beside the others."""
    with clinic.app.app_context(), writing() as session:
        study = session.scalars(select(Study).where(Study.slug == "clinic")).one()
        sara = session.scalars(select(Person).where(Person.email == "sara@example.org")).one()
        tom = session.scalars(select(Trainee).where(Trainee.public_id == clinic.ids["trainee"])).one()
        code = clinic.ids["session"]
        made = session.scalars(select(TherapySession).where(TherapySession.code == code)).one()
        study.self_first = False
        remark = Comment(
            session_id=made.id, by_id=sara.id, start_s=751, item="sta2", text="The reason was left out",
            written_at=NOON, audience=Audience.BOTH, state=ReviewState.RELEASED, released_at=NOON,
        )  # fmt: skip
        words: dict[str, Any] = {"trainee_id": tom.id, "type": "trying", "proposed_at": NOON}
        words |= {"proposed_by_id": sara.id, "rationale": "It was rushed"}
        rows = {
            "remark": remark,
            "proposed": SupervisionTask(task="Ask what may get in the way", confidence=70, **words),
            "agreed": SupervisionTask(
                task="Explain each homework's reason", state=SupervisionTaskState.AGREED, agreed_at=NOON,
                due_on=NOON.date(), **words,
            ),
        }  # fmt: skip
        session.add_all(rows.values())
        session.flush()
        clinic.ids |= {name: row.public_id for name, row in rows.items()}
    return clinic
