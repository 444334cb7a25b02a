"""Create a study, add scales and members to it, and ask whether somebody may do something there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from rater.errors import BadInput, Fault, NotFound, NotPermitted, fault
from rater.scales.loading import load_scale
from rater.scales.schema import Item, Scale, with_least
from rater.scales.validation import check_study_scales
from rater.storage.audit import record
from rater.storage.models import AuditEvent, Membership, Person, Rater, ScaleVersion, Study, TherapySession, Wave
from rater.storage.queries.studies import has_open_ratings, raters_by_code, roles_in, study_by_slug
from rater.studies.permissions import Action, may
from rater.studies.settings import RatingSettings, parse_phases, phase_of, setting_faults
from rater.studies.sheet import Consent, Known, Retention, Sheet, read_sheet
from rater.terms import Actor, RateAtEnd, Role, WaveKind

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RATER_CODE = re.compile(r"[A-Za-z0-9_]+")


def create_study(
    session: Session,
    actor: Actor,
    slug: str,
    title: str,
    scale_sources: Sequence[tuple[str, str]],
    *,
    now: datetime,
    phases: str = "",
    synthetic: bool = False,
) -> Study:
    """A new study with its scales, each given as (file name, YAML text).

    Raises BadInput for a slug that is taken or misspelt, phases that cannot be read, and broken scales.
    """
    faults: list[Fault] = []
    if not SLUG.fullmatch(slug) or len(slug) > 64:
        faults.append(
            fault("{slug!r} cannot name a study", "Use small letters and digits, joined by hyphens", slug=slug)
        )
    elif study_by_slug(session, slug) is not None:
        faults.append(fault("there is a study {slug} already", "Choose another short name", slug=slug))
    parse_phases(phases)
    scales = _loaded(scale_sources, faults)
    faults += check_study_scales([scale for scale, _ in scales])
    faults += [_not_yet_rated(scale, item) for scale, _ in scales for item in scale.items if not item.points]
    if faults:
        raise BadInput(faults)
    study = Study(slug=slug, title=title, phases=phases, synthetic=synthetic, created_at=now)
    session.add(study)
    session.flush()
    for order, (scale, source) in enumerate(scales):
        session.add(_version_row(study, order, scale, source, now))
    session.flush()
    record(
        session,
        actor,
        "study.created",
        f"study:{slug}",
        now=now,
        study_id=study.id,
        scales=[f"{scale.id}@{scale.version}" for scale, _ in scales],
        phases=phases,
    )
    return study


def _loaded(sources: Sequence[tuple[str, str]], faults: list[Fault]) -> list[tuple[Scale, str]]:
    loaded: list[tuple[Scale, str]] = []
    for file, source in sources:
        try:
            loaded.append((load_scale(source, file=file), source))
        except BadInput as error:
            faults += error.faults
    return loaded


def _not_yet_rated(scale: Scale, item: Item) -> Fault:
    return fault(
        "the scale {scale} has the item {item} of kind {kind}, which cannot be rated here yet",
        "Use items of kind rating",
        scale=scale.id,
        item=item.id,
        kind=item.kind,
    )


def _version_row(study: Study, order: int, scale: Scale, source: str, now: datetime) -> ScaleVersion:
    return ScaleVersion(
        study_id=study.id,
        scale=scale.id,
        version=scale.version,
        kind=scale.kind,
        order=order,
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        items=[item.id for item in scale.items],
        added_at=now,
    )


@lru_cache(maxsize=64)
def parsed_scale(source: str) -> Scale:
    """The scale behind a stored source; kept, since a version in use never changes."""
    return load_scale(source)


def scales_of(study: Study, *, observer_only: bool = False) -> list[tuple[ScaleVersion, Scale]]:
    """The study's scale versions in their order, with the parsed scales; the study's own `min_valid` holds."""
    pairs = [(row, with_least(parsed_scale(row.source), study.min_valid)) for row in study.scale_versions]
    return [(row, scale) for row, scale in pairs if not observer_only or scale.observer]


def permit(session: Session, actor: Actor, study: Study, action: Action, *, now: datetime) -> None:
    """Let the actor do this in the study.

    Raises NotFound where the actor has no part in the study, NotPermitted where the roles do not allow it.
    """
    if actor.is_command_line:
        return
    roles = roles_in(session, actor.person_id, study.id, now=now)
    if not roles:
        raise NotFound
    if not may(roles, action, has_open_ratings=has_open_ratings(session, actor.person_id, study.id)):
        raise NotPermitted


def study_for(session: Session, actor: Actor, slug: str, action: Action, *, now: datetime) -> Study:
    """The study with this short name, if the actor may do this there. Raises NotFound, NotPermitted."""
    study = study_by_slug(session, slug)
    if study is None:
        raise NotFound
    permit(session, actor, study, action, now=now)
    return study


def study_named(session: Session, slug: str) -> Study:
    """The study a command names. Raises BadInput with the studies there are."""
    study = study_by_slug(session, slug)
    if study is None:
        known = ", ".join(session.scalars(select(Study.slug).order_by(Study.slug))) or "none"
        raise BadInput(fault("there is no study {slug}", "Studies here: {known}", slug=slug, known=known))
    return study


def add_member(
    session: Session,
    actor: Actor,
    study: Study,
    person: Person,
    role: Role,
    *,
    now: datetime,
    rater_code: str | None = None,
) -> Membership:
    """Give a person a role in a study; a rater also gets a code, the next free R1, R2, ... unless one is named.

    Raises BadInput where the code belongs to somebody else. Safe to repeat.
    """
    membership = session.scalar(
        select(Membership).where(
            Membership.study_id == study.id, Membership.person_id == person.id, Membership.role == role
        )
    )
    if membership is None:
        membership = Membership(study_id=study.id, person_id=person.id, role=role, since=now)
        session.add(membership)
    membership.until = None
    code = _claim_code(session, study, person, rater_code) if role is Role.RATER else None
    session.flush()
    record(
        session,
        actor,
        "member.added",
        f"person:{person.id}",
        now=now,
        study_id=study.id,
        role=role,
        **({"rater": code} if code else {}),
    )
    return membership


def _claim_code(session: Session, study: Study, person: Person, wanted: str | None) -> str:
    raters = raters_by_code(session, study.id)
    held = next((each.code for each in raters.values() if each.person_id == person.id), None)
    if held is not None and wanted in (None, held):
        return held
    if held is not None:
        raise BadInput(fault("{name} rates as {held}", "Leave out the code", name=person.name, held=held))
    if wanted is None:
        wanted = next(f"R{number}" for number in range(1, len(raters) + 2) if f"R{number}" not in raters)
    rater = ensure_raters(session, study, [wanted])[wanted]
    if rater.person_id is not None:
        raise BadInput(fault("{code} is somebody else's code", "Choose a free one", code=wanted))
    rater.person_id = person.id
    return wanted


def ensure_raters(session: Session, study: Study, codes: Iterable[str]) -> dict[str, Rater]:
    """The study's raters by code, with those named that were unknown added as codes without a sign-in."""
    raters = raters_by_code(session, study.id)
    unknown = sorted(set(codes) - set(raters))
    bad = [code for code in unknown if not RATER_CODE.fullmatch(code) or len(code) > 64]
    if bad:
        raise BadInput(
            [fault("{code!r} cannot be a rater's code", "Use letters, digits and _", code=code) for code in bad]
        )
    for code in unknown:
        raters[code] = Rater(study_id=study.id, code=code)
        session.add(raters[code])
    session.flush()
    return raters


def ensure_wave(session: Session, study: Study, name: str) -> Wave:
    """The study's wave of this name, made if there is none. Raises BadInput for a name that is no kind of wave."""
    wave = session.scalar(select(Wave).where(Wave.study_id == study.id, Wave.name == name))
    if wave is None:
        if name not in set(WaveKind):
            kinds = ", ".join(WaveKind)
            raise BadInput(fault("there is no wave {name!r}", "Waves are {kinds}", name=name, kinds=kinds))
        wave = Wave(study_id=study.id, name=name, kind=WaveKind(name))
        session.add(wave)
        session.flush()
    return wave


def end_membership(session: Session, actor: Actor, study: Study, person: Person, role: Role, *, now: datetime) -> None:
    """Take a role from a person; it holds at the next request."""
    session.execute(
        update(Membership)
        .where(Membership.study_id == study.id, Membership.person_id == person.id, Membership.role == role)
        .values(until=now)
    )
    record(session, actor, "member.removed", f"person:{person.id}", now=now, study_id=study.id, role=role)


def may_do(session: Session, actor: Actor, study: Study, action: Action, *, now: datetime) -> bool:
    """Whether `permit` would let the actor do this in the study."""
    try:
        permit(session, actor, study, action, now=now)
    except (NotFound, NotPermitted):
        return False
    return True


def rating_settings(session: Session, study: Study) -> RatingSettings:
    """How the study's raters rate, and who is told of a worry."""
    person = session.get(Person, study.concern_person_id) if study.concern_person_id is not None else None
    return RatingSettings(study.rate_at_end, study.heard_share, person.email if person else None, study.concern_contact)


def change_rating_settings(
    session: Session, actor: Actor, study: Study, wanted: RatingSettings, *, now: datetime
) -> RatingSettings:
    """Set how the study's raters rate; what is as it was leaves no trace.

    Ratings that have points stay open, whatever is set. Raises BadInput with every fault; the person told of a worry
    takes part in the study.
    """
    before = rating_settings(session, study)
    faults = setting_faults(wanted.rate_at_end, wanted.heard_share, wanted.concern_contact)
    person = _concern_person(session, study, wanted.concern_person, faults, now=now)
    if faults:
        raise BadInput(faults)
    study.rate_at_end, study.heard_share = RateAtEnd(wanted.rate_at_end), wanted.heard_share
    study.concern_person_id, study.concern_contact = person.id if person else None, wanted.concern_contact
    session.flush()
    after = rating_settings(session, study)
    changed = {name: value for name, value in after.as_dict().items() if value != before.as_dict()[name]}
    if "concern_person" in changed:
        changed["concern_person"] = study.concern_person_id
    if changed:
        record(session, actor, "study.set", f"study:{study.slug}", now=now, study_id=study.id, **changed)
    return after


def _concern_person(
    session: Session, study: Study, email: str | None, faults: list[Fault], *, now: datetime
) -> Person | None:
    if email is None:
        return None
    person = session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.closed_at.is_(None)))
    if person is not None and person.id == study.concern_person_id:
        return person
    if person is None or not roles_in(session, person.id, study.id, now=now):
        cause = "{email} takes no part in the study"
        remedy = "Give the person a role first: rater user add EMAIL --role {slug}:coordinator"
        faults.append(fault(cause, remedy, column="--concern-person", email=email, slug=study.slug))
    return person


def sheet_of(session: Session, study: Study) -> tuple[Sheet, Known]:
    """All settings of a study, and what a file of them is held against."""
    rating = rating_settings(session, study)
    sheet = Sheet(
        study.title,
        study.phases,
        str(rating.rate_at_end),
        rating.heard_share,
        rating.concern_person,
        rating.concern_contact,
        {scale: dict(scores) for scale, scores in study.min_valid.items()},
        Consent(study.consent_version, study.consent_text),
        retention_of(study),
    )
    pairs = [(row, parsed_scale(row.source)) for row in study.scale_versions]
    scores = {scale.id: {name: len(each.items) for name, each in scale.scores.items()} for _, scale in pairs}
    members = select(Person.email).join(Membership, Membership.person_id == Person.id)
    people = session.scalars(members.where(Membership.study_id == study.id, Membership.until.is_(None)))
    return sheet, Known(study.slug, tuple(f"{row.scale}@{row.version}" for row, _ in pairs), scores, frozenset(people))


def retention_of(study: Study) -> Retention:
    """How long the study's recordings are kept."""
    return Retention(study.ends_on, study.retention_months, study.originals)


def apply_sheet(
    session: Session,
    actor: Actor,
    study: Study,
    text: str | bytes,
    *,
    now: datetime,
    agreed: bool = False,
    file: str = "study.yaml",
) -> list[str]:
    """Set what a file says, all of it or nothing; returns what has changed, which also stands in the audit.

    Raises NotPermitted, BadInput with every fault, and, unless `agreed`, BadInput where new phases would move sessions.
    """
    permit(session, actor, study, Action.SET_STUDY, now=now)
    before, known = sheet_of(session, study)
    wanted = read_sheet(text, before, known, file=file)
    changed = [name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(wanted, name)]
    moved = _moved(session, study, wanted.phases) if "phases" in changed else {}
    if moved and not agreed:
        cause = "other phases move {n} sessions to another phase"
        raise BadInput(fault(cause, "Say that this is wanted: --yes, or the box on the page", file=file, n=len(moved)))
    for row, phase in moved.items():
        row.phase = phase
    _keep(session, study, wanted)
    if changed:
        subject = f"study:{study.slug}"
        record(session, actor, "study.settings", subject, now=now, study_id=study.id, changed=changed, moved=len(moved))
    if "min_valid" in changed:
        record(session, actor, "study.scoring", f"study:{study.slug}", now=now, study_id=study.id, to=wanted.min_valid)
    return changed


def _moved(session: Session, study: Study, phases: str) -> dict[TherapySession, str | None]:
    """The sessions whose phase followed from their number, and follows to another one now."""
    old, new = parse_phases(study.phases), parse_phases(phases)
    rows = session.scalars(select(TherapySession).where(TherapySession.study_id == study.id))
    derived = [row for row in rows if row.phase == phase_of(row.number, old)]
    return {row: phase_of(row.number, new) for row in derived if row.phase != phase_of(row.number, new)}


def _keep(session: Session, study: Study, wanted: Sheet) -> None:
    person = session.scalar(select(Person.id).where(Person.email == wanted.concern_person))
    study.title, study.phases = wanted.title, wanted.phases
    study.rate_at_end, study.heard_share = RateAtEnd(wanted.rate_at_end), wanted.heard_share
    study.concern_person_id, study.concern_contact = person, wanted.concern_contact
    study.min_valid = {scale: dict(scores) for scale, scores in wanted.min_valid.items()}
    study.consent_version, study.consent_text = wanted.consent.version, wanted.consent.text
    study.ends_on, study.retention_months = wanted.retention.study_ends, wanted.retention.months
    study.originals = wanted.retention.originals
    session.flush()


@dataclass(frozen=True)
class Change:
    """That somebody has changed settings of a study."""

    at: datetime
    by: str
    changed: list[str]


def setting_changes(session: Session, study: Study, *, most: int = 50) -> list[Change]:
    """The changes of a study's settings, newest first, as the audit has them."""
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.study_id == study.id, AuditEvent.action.in_(("study.settings", "study.set")))
        .order_by(AuditEvent.id.desc())
        .limit(most)
    )
    return [Change(row.at, row.actor_name, sorted(row.detail.get("changed") or row.detail)) for row in rows]
