"""A revealed trial on a served study: Anna and Ben have rated one session, and Tom leads the training."""

from __future__ import annotations

from sqlalchemy import select, update

from rater.storage.database import writing
from rater.storage.models import Membership, Recording, Study, TherapySession
from rater.terms import Role
from tests.builders.study import make_person, make_recording
from tests.journeys.site import LONG_AGO, Site
from tests.web.trial import fill_trial


def add_trial(site: Site) -> None:
    """Session P07-S01 with the recording that all sessions share, rated apart in ghes1, with notes at second 7."""
    with site.app.app_context(), writing() as session:
        study = session.scalars(select(Study)).one()
        make_person(session, "tom@example.org", (study, Role.TRAINER))
        fill_trial(session, study)
        kept = session.scalars(select(Recording).limit(1)).one()
        target = session.scalars(select(TherapySession).where(TherapySession.code == "P07-S01")).one()
        made = make_recording(session, target, kept.audio_name, kept.peaks_name, size=kept.size, mime=kept.mime)
        made.duration_s = kept.duration_s
        session.execute(update(Membership).values(since=LONG_AGO))
