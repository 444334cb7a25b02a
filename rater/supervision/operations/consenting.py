"""What patients have agreed that their recordings serve: noted, taken in from a list, withdrawn, shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, fault
from rater.recordings.eligibility import is_known
from rater.storage.audit import record
from rater.storage.models import Consent, Recording, Study, TherapySession
from rater.storage.queries.masking import recorded_sessions
from rater.storage.queries.sessions import session_ids
from rater.storage.queries.supervision import consents_of
from rater.studies.operations import permit, study_for
from rater.studies.permissions import Action
from rater.supervision.consents import ConsentStanding, consent_faults, standing_of
from rater.supervision.consents_file import ConsentsFile, read_consents
from rater.tables import Faults, Imported, shown
from rater.terms import Actor, ConsentScope


@dataclass(frozen=True)
class ConsentedRecording:
    """A recording, and where the consent to each use of it stands."""

    therapy_session: TherapySession
    recording: Recording
    standing: Mapping[ConsentScope, ConsentStanding]


@dataclass(frozen=True)
class WantedConsent:
    """A consent to be noted: to what, given on which day, and until when."""

    scopes: Collection[ConsentScope]
    given_on: date
    until: date | None = None


def consents_in(session: Session, actor: Actor, slug: str, *, now: datetime) -> tuple[Study, list[ConsentedRecording]]:
    """The recordings of a study with what patients have agreed to. Raises NotFound, NotPermitted."""
    study = study_for(session, actor, slug, Action.NOTE_CONSENT, now=now)
    rows = recorded_sessions(session, study.id)
    noted = consents_of(session, [each.recording.id for each in rows])
    found = []
    for each in sorted(rows, key=lambda row: (row.session.patient.code, row.session.number)):
        of_scope: dict[ConsentScope, list[Consent]] = {scope: [] for scope in ConsentScope}
        for consent in noted.get(each.recording.id, []):
            of_scope[ConsentScope(consent.scope)].append(consent)
        standing = {scope: standing_of(rows, now.date()) for scope, rows in of_scope.items()}
        found.append(ConsentedRecording(each.session, each.recording, standing))
    return study, found


def note_consents(
    session: Session, actor: Actor, study: Study, about: Collection[str], wanted: WantedConsent, *, now: datetime
) -> int:
    """Note that patients have agreed to these uses of the sessions' recordings; how many consents are new.

    What stood for the same use is replaced. Raises NotFound, NotPermitted, BadInput, and then nothing is written.
    """
    permit(session, actor, study, Action.NOTE_CONSENT, now=now)
    faults = [] if wanted.scopes else [_nothing_chosen()]
    for each in consent_faults(wanted.given_on, wanted.until, now.date()):
        faults.append(Fault(each.cause, each.remedy, column=each.column))
    chosen = _chosen(session, study, about, faults)
    pairs = [(each, scope) for each in chosen for scope in wanted.scopes]
    return sum(note_consent(session, actor, study, *pair, wanted, now=now) for pair in pairs)


def note_consent(
    session: Session,
    actor: Actor,
    study: Study,
    recording: Recording,
    scope: ConsentScope,
    wanted: WantedConsent,
    *,
    now: datetime,
) -> bool:
    """Note one consent, in place of what stood; whether it is new. Who may do so was asked before."""
    standing = _standing(session, recording, scope)
    if any((each.given_on, each.until) == (wanted.given_on, wanted.until) for each in standing):
        return False
    for each in standing:
        each.withdrawn_at, each.withdrawn_by_id = now, actor.person_id
    session.flush()
    session.add(
        Consent(
            recording_id=recording.id,
            scope=scope,
            given_on=wanted.given_on,
            until=wanted.until,
            noted_at=now,
            by_id=actor.person_id,
        )
    )
    session.flush()
    until = wanted.until.isoformat() if wanted.until else None
    record(
        session,
        actor,
        "consent.noted",
        f"recording:{recording.public_id}",
        now=now,
        study_id=study.id,
        scope=str(scope),
        given_on=wanted.given_on.isoformat(),
        until=until,
        replaced=len(standing),
    )
    return True


def withdraw_consents(
    session: Session,
    actor: Actor,
    study: Study,
    about: Collection[str],
    scopes: Collection[ConsentScope],
    *,
    now: datetime,
) -> int:
    """Note that patients have withdrawn their consent; how many stood. It holds at the next request.

    Raises NotFound, NotPermitted, BadInput.
    """
    permit(session, actor, study, Action.NOTE_CONSENT, now=now)
    chosen = _chosen(session, study, about, [] if scopes else [_nothing_chosen()])
    count = 0
    for recording in chosen:
        for scope in scopes:
            standing = _standing(session, recording, scope)
            for each in standing:
                each.withdrawn_at, each.withdrawn_by_id = now, actor.person_id
            if standing:
                count += 1
                subject = f"recording:{recording.public_id}"
                record(session, actor, "consent.withdrawn", subject, now=now, study_id=study.id, scope=str(scope))
    session.flush()
    return count


def read_consents_for(
    session: Session,
    study: Study,
    data: bytes,
    *,
    today: date,
    file: str = "consents.csv",
    rename: Mapping[str, str] | None = None,
) -> ConsentsFile:
    """The consents as this study can take them. Raises BadInput with every fault, those against the study included."""
    return read_consents(data, file=file, rename=rename, judge=partial(_judge, session, study, today))


def import_consents(session: Session, actor: Actor, study: Study, content: ConsentsFile, *, now: datetime) -> Imported:
    """Note the consents of a list. Raises NotFound, NotPermitted, BadInput, and then nothing is written."""
    permit(session, actor, study, Action.NOTE_CONSENT, now=now)
    faults = Faults(content.file)
    _judge(session, study, now.date(), content, faults)
    faults.raise_if_any()
    recordings = _recordings(session, study)
    counts: Counter[str] = Counter()
    for row in content.rows:
        wanted = WantedConsent((row.scope,), row.given_on, row.until)
        made = note_consent(session, actor, study, recordings[row.session_id], row.scope, wanted, now=now)
        counts["added" if made else "unchanged"] += 1
    return Imported.of(counts, content.notes)


def sessions_of_patient(session: Session, study: Study, patient: str) -> list[str]:
    """The codes of a patient's sessions that have a recording."""
    return [each.session.code for each in recorded_sessions(session, study.id) if each.session.patient.code == patient]


def _standing(session: Session, recording: Recording, scope: ConsentScope) -> list[Consent]:
    noted = consents_of(session, [recording.id]).get(recording.id, [])
    return [each for each in noted if each.scope == scope and each.withdrawn_at is None]


def _recordings(session: Session, study: Study) -> dict[str, Recording]:
    return {each.session.code: each.recording for each in recorded_sessions(session, study.id)}


def _chosen(session: Session, study: Study, about: Collection[str], faults: list[Fault]) -> Sequence[Recording]:
    recordings = _recordings(session, study)
    for code in about:
        if code not in recordings:
            cause, remedy = "{code} is no session with a recording", "Choose one of the list"
            faults.append(fault(cause, remedy, column="about", code=shown(code)))
    if not about:
        faults.append(fault("Neither a patient nor a session was chosen", "Choose one", column="about"))
    if faults:
        raise BadInput(faults)
    return [recordings[code] for code in about]


def _nothing_chosen() -> Fault:
    return fault("It is not said to which use", "Choose research, supervision or teaching", column="scope")


def _judge(session: Session, study: Study, today: date, content: ConsentsFile, faults: Faults) -> None:
    sessions, recordings = session_ids(session, study.id), _recordings(session, study)
    for row in content.rows:
        for each in consent_faults(row.given_on, row.until, today):
            faults.add(
                each.cause.template, each.remedy.template, line=row.line, column=each.column, **each.cause.params
            )
        if is_known(faults, sessions, row.session_id, row.line) and row.session_id not in recordings:
            cause, remedy = "{id} has no recording", "Import the recording first"
            faults.add(cause, remedy, line=row.line, column="session_id", id=row.session_id)
