"""Set and remove the seconds of a recording that nobody in a role may hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, fault
from rater.recordings.masking import LONGEST_NOTE, MASKED_ROLES, merged, span_faults
from rater.recordings.operations.excerpts import withdraw_cuts
from rater.recordings.operations.silencing import ask_for_silenced, is_ready
from rater.storage.audit import record
from rater.storage.models import MaskedSpan, Recording, Study
from rater.storage.queries.masking import (
    RecordedSession,
    names_of,
    recorded_session,
    recorded_sessions,
    span_by_id,
    standing_spans,
)
from rater.storage.queries.sessions import hold_study
from rater.studies.operations import permit, study_for
from rater.studies.permissions import Action
from rater.tables import nearest
from rater.terms import Actor, MaskReason, Role


@dataclass(frozen=True)
class WantedSpan:
    """A span as somebody asks for it."""

    start_s: float
    stop_s: float
    reason: str = MaskReason.OUTCOME_READ_ALOUD
    roles: Sequence[str] = (Role.RATER,)
    note: str = ""


@dataclass(frozen=True)
class MaskedRecording:
    """A recording with the spans that stand, and whether those they concern can hear it yet."""

    code: str
    recording: Recording
    spans: list[MaskedSpan]
    ready: bool
    setters: dict[int, str]

    @property
    def masked_s(self) -> float:
        """The seconds that somebody does not hear."""
        return sum(stop - start for start, stop in merged((each.start_s, each.stop_s) for each in self.spans))


def set_span(
    session: Session, actor: Actor, recording: Recording, study: Study, wanted: WantedSpan, *, now: datetime
) -> MaskedSpan | None:
    """Silence some seconds of a recording for the roles named; None where such a span stands already.

    From this moment nobody in these roles hears any of the recording until its silenced version is made. Raises
    BadInput with every fault.
    """
    hold_study(session, study.id)
    faults = wanted_faults(wanted, recording.duration_s)
    if faults:
        raise BadInput(faults)
    roles = sorted(set(wanted.roles))
    stop_s = min(wanted.stop_s, recording.duration_s)
    for kept in standing_spans(session, [recording.id]).get(recording.id, []):
        if (kept.start_s, kept.stop_s, kept.reason, kept.roles) == (wanted.start_s, stop_s, wanted.reason, roles):
            return None
    span = MaskedSpan(
        recording_id=recording.id,
        start_s=wanted.start_s,
        stop_s=stop_s,
        reason=wanted.reason,
        note=wanted.note.strip(),
        roles=roles,
        set_at=now,
        set_by_id=actor.person_id,
    )
    session.add(span)
    session.flush()
    told = _told(span) | {"reason": span.reason, "roles": roles}
    record(session, actor, "span.masked", f"recording:{recording.public_id}", now=now, study_id=study.id, **told)
    _make_anew(session, actor, study, recording, span, now=now)
    return span


def remove_span(
    session: Session, actor: Actor, recording: Recording, study: Study, public_id: str, *, now: datetime
) -> None:
    """Let a span be heard again; who set and who removed it stays on record. Raises NotFound."""
    hold_study(session, study.id)
    span = span_by_id(session, recording.id, public_id)
    if span is None:
        raise NotFound
    span.removed_at, span.removed_by_id = now, actor.person_id
    session.flush()
    subject = f"recording:{recording.public_id}"
    record(session, actor, "span.unmasked", subject, now=now, study_id=study.id, **_told(span))
    _make_anew(session, actor, study, recording, span, now=now)


def _make_anew(
    session: Session, actor: Actor, study: Study, recording: Recording, span: MaskedSpan, *, now: datetime
) -> None:
    """Queue what a change of a span makes out of date: silenced versions, and examples cut from the recording."""
    ask_for_silenced(session, actor, study, [recording], now=now)
    withdraw_cuts(session, actor, study, recording, (span.start_s, span.stop_s), now=now)


def _told(span: MaskedSpan) -> dict[str, Any]:
    return {"span": span.public_id, "start_s": span.start_s, "stop_s": span.stop_s}


def wanted_faults(wanted: WantedSpan, duration_s: float) -> list[Fault]:
    """What is wrong with a span as it is asked for."""
    faults = span_faults(wanted.start_s, wanted.stop_s, duration_s)
    faults += _unknown(wanted.reason, [str(each) for each in MaskReason], "reason")
    for role in wanted.roles:
        faults += _unknown(role, [str(each) for each in MASKED_ROLES], "role")
    if not wanted.roles:
        faults.append(fault("The span concerns nobody", "Name at least one role", column="role"))
    if len(wanted.note) > LONGEST_NOTE:
        cause = "The note holds {count} characters, at most {most} are taken"
        faults.append(fault(cause, "Shorten it", column="note", count=len(wanted.note), most=LONGEST_NOTE))
    return faults


def _unknown(word: str, known: list[str], column: str) -> list[Fault]:
    if word in known:
        return []
    guess = nearest(word, known)
    remedy = "Did you mean {guess}? Use one of: {known}" if guess else "Use one of: {known}"
    cause = "{word} is not known here"
    return [fault(cause, remedy, column=column, word=word[:64], guess=guess, known=", ".join(known))]


def maskable(session: Session, actor: Actor, public_id: str, *, now: datetime) -> tuple[Study, RecordedSession]:
    """A recording whose spans the actor may set, with its study. Raises NotFound, NotPermitted."""
    found = recorded_session(session, public_id)
    if found is None:
        raise NotFound
    study = session.get_one(Study, found.session.study_id)
    permit(session, actor, study, Action.MASK, now=now)
    return study, found


def masks_of(session: Session, actor: Actor, public_id: str, *, now: datetime) -> tuple[Study, MaskedRecording]:
    """A recording with its spans. Raises NotFound, NotPermitted."""
    study, found = maskable(session, actor, public_id, now=now)
    return study, _described(session, [found])[0]


def masks_in(session: Session, actor: Actor, slug: str, *, now: datetime) -> tuple[Study, list[MaskedRecording]]:
    """Every recording of a study with its spans. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.MASK, now=now)
    return study, masks_within(session, study)


def masks_within(session: Session, study: Study) -> list[MaskedRecording]:
    """Every recording of a study with its spans."""
    return _described(session, recorded_sessions(session, study.id))


def _described(session: Session, found: list[RecordedSession]) -> list[MaskedRecording]:
    spans = standing_spans(session, [each.recording.id for each in found])
    ready = is_ready(session, [each.recording for each in found])
    setters = names_of(session, {row.set_by_id for rows in spans.values() for row in rows if row.set_by_id})
    return [
        MaskedRecording(
            each.session.code,
            each.recording,
            spans.get(each.recording.id, []),
            each.recording.id in ready,
            setters,
        )
        for each in found
    ]


def spans_at(session: Session, recording: Recording, start_s: float, stop_s: float) -> list[str]:
    """The ids of the spans of a recording that have these times, to the tenth of a second."""
    spans = standing_spans(session, [recording.id]).get(recording.id, [])
    wanted = (round(start_s, 1), round(min(stop_s, recording.duration_s), 1))
    return [each.public_id for each in spans if (round(each.start_s, 1), round(each.stop_s, 1)) == wanted]
