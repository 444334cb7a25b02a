"""The settings of a study as one sheet, and as YAML that changes nothing when it is read again."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from rater.studies.training import TrainingSettings, flat_training
from rater.terms import DEFAULT_DOUBLE_RATE, RatedBy, StudyKind


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Consent:
    """What patients agreed to, and which version of the text."""

    version: str = ""
    text: str = ""


@dataclass(frozen=True)
class Retention:
    """How long recordings are kept after the study ends, and what becomes of the originals."""

    study_ends: date | None = None
    months: int | None = None
    originals: str = ""

    @property
    def until(self) -> date | None:
        """The day from which the recordings are due for destruction; None where it is not settled."""
        if self.study_ends is None or self.months is None:
            return None
        return months_after(self.study_ends, self.months)


@dataclass(frozen=True)
class Sheet:
    """Everything that is set about a study; `min_valid` replaces a scale's own: scale, then score.

    `double_rate` is the share of sessions rated twice, `heard_share` that of a recording to be heard first, 0 to 1.
    `self_first` and `rated_by` count in a supervision programme alone.
    """

    title: str
    phases: str
    rate_at_end: str
    heard_share: float
    concern_person: str | None
    concern_contact: str
    double_rate: float = DEFAULT_DOUBLE_RATE
    min_valid: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    consent: Consent = Consent()
    retention: Retention = Retention()
    training: TrainingSettings = field(default_factory=TrainingSettings)
    self_first: bool = True
    rated_by: str = RatedBy.BOTH


@dataclass(frozen=True)
class Known:
    """What a sheet is held against: the study's name, scales (as ghes@1), items per score, people's addresses, kind."""

    study: str
    scales: tuple[str, ...]
    scores: Mapping[str, Mapping[str, int]]
    people: Set[str]
    kind: str = StudyKind.RESEARCH

    @property
    def is_programme(self) -> bool:
        """Whether the study is a supervision programme, which has settings of its own."""
        return self.kind == StudyKind.SUPERVISION


Value = str | bool | int | float | date | None


@dataclass(frozen=True)
class Difference:
    """One setting that differs between two sheets, under its key in the YAML."""

    key: str
    before: Value
    after: Value


def flat(sheet: Sheet) -> dict[str, Value]:
    """Every setting under its key, such as `concern.person` or `min_valid.ghes.GHES`, in the order of the YAML."""
    least = {f"min_valid.{scale}.{name}": n for scale, scores in sheet.min_valid.items() for name, n in scores.items()}
    return {
        "title": sheet.title,
        "phases": sheet.phases,
        "double_rate": sheet.double_rate,
        "rate_at_end": sheet.rate_at_end,
        "heard_share": sheet.heard_share,
        "concern.person": sheet.concern_person,
        "concern.contact": sheet.concern_contact,
        **dict(sorted(least.items())),
        **flat_training(sheet.training),
        "self_first": sheet.self_first,
        "rated_by": sheet.rated_by,
        "consent.version": sheet.consent.version,
        "consent.text": sheet.consent.text,
        "retention.study_ends": sheet.retention.study_ends,
        "retention.months": sheet.retention.months,
        "retention.originals": sheet.retention.originals,
    }


def differences(before: Sheet, after: Sheet) -> list[Difference]:
    """What differs, in the order of the YAML; a score without a number of its own has None."""
    old, new = flat(before), flat(after)
    keys = list(dict.fromkeys([*new, *old]))
    return [Difference(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)]


def written(sheet: Sheet, known: Known) -> str:
    """The YAML of a sheet."""
    lines = [f"study: {_quoted(known.study)}  # stays", f"kind: {_quoted(known.kind)}  # stays"]
    lines += [f"scales: [{', '.join(map(_quoted, known.scales))}]  # stays"]
    lines += [f"title: {_quoted(sheet.title)}", f"phases: {_quoted(sheet.phases)}"]
    lines += [f"double_rate: {_share(sheet.double_rate)}"]
    lines += [f"rate_at_end: {_quoted(sheet.rate_at_end)}", f"heard_share: {_share(sheet.heard_share)}"]
    lines += ["concern:", f"  person: {_quoted(sheet.concern_person or '')}"]
    lines += [f"  contact: {_quoted(sheet.concern_contact)}"]
    lines += ["min_valid:"] if any(sheet.min_valid.values()) else ["min_valid: {}"]
    for scale in sorted(each for each in sheet.min_valid if sheet.min_valid[each]):
        lines += [f"  {scale}:", *(f"    {name}: {least}" for name, least in sorted(sheet.min_valid[scale].items()))]
    lines += _of_training(sheet.training)
    if known.is_programme:
        lines += [f"self_first: {_plain(sheet.self_first)}", f"rated_by: {_quoted(sheet.rated_by)}"]
    lines += ["consent:", f"  version: {_quoted(sheet.consent.version)}", f"  text: {_quoted(sheet.consent.text)}"]
    ends, months = sheet.retention.study_ends, sheet.retention.months
    lines += ["retention:", f"  study_ends: {_quoted(ends.isoformat() if ends else '')}"]
    lines += [f"  months: {months if months is not None else 'null'}"]
    lines += [f"  originals: {_quoted(sheet.retention.originals)}"]
    return "\n".join(lines) + "\n"


def _of_training(settings: TrainingSettings) -> list[str]:
    lines: list[str] = []
    for key, value in flat_training(settings).items():
        part, _, name = key.partition(".")
        if name and f"{part}:" not in lines:
            lines.append(f"{part}:")
        lines.append(f"  {name}: {_plain(value)}" if name else f"{part}: {_plain(value)}")
    return lines


def _plain(value: bool | float | str | None) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return _share(value) if isinstance(value, float) else json.dumps(value)


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _share(share: float) -> str:
    """Without an exponent, which the reader does not take for a number."""
    return f"{Decimal(repr(share)):f}"
