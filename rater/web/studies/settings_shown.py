"""Settings in words: what each is called, and how a change of one reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import format_date, gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from rater.scales.loading import load_scale
from rater.storage.models import Study
from rater.studies.sheet import Difference, Value
from rater.terms import RateAtEnd
from rater.web.studies.settings_form import (
    ANALYSIS_RULES,
    GATE_STATISTICS,
    GATE_UNITS,
    RATE_AT_END,
    RATED_BY,
    TrainingFields,
    per_cent,
)

CHOSEN: dict[str, dict[str, LazyString]] = {
    "gate.statistic": {str(each): words for each, words in GATE_STATISTICS.items()},
    "gate.unit": {str(each): words for each, words in GATE_UNITS.items()},
    "rated_by": {str(each): words for each, words in RATED_BY.items()},
    "analysis_rule": {str(each): words for each, words in ANALYSIS_RULES.items()},
}

_LABELS = {
    "title": lazy_gettext("Title"),
    "phases": lazy_gettext("Phases"),
    "double_rate": lazy_gettext("Rated twice"),
    "rate_at_end": lazy_gettext("Listening before rating"),
    "heard_share": lazy_gettext("Share to be heard first"),
    "concern_person": lazy_gettext("Person told of a worry"),
    "concern_contact": lazy_gettext("How to reach this person"),
    "min_valid": lazy_gettext("Valid items that scores need"),
    "self_first": lazy_gettext("The trainee rates a session first"),
    "rated_by": lazy_gettext("Who rates a trainee's session"),
    "training": lazy_gettext("Rater training"),
    "consent": lazy_gettext("Consent"),
    "consent_version": lazy_gettext("Version of the consent"),
    "consent_text": lazy_gettext("Text of the consent"),
    "retention": lazy_gettext("Retention"),
    "retention_study_ends": lazy_gettext("The study ends on"),
    "retention_months": lazy_gettext("Months that recordings are kept"),
    "retention_originals": lazy_gettext("Originals"),
}


@dataclass(frozen=True)
class ShownChange:
    """One setting that would change, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownScore:
    """One score of a scale: how many items it has, and how many must be valid by the scale's own rule."""

    scale: str
    name: str
    items: int
    least: int


def labels() -> Mapping[str, str]:
    """What each setting is called, by the name under which the log of changes has it."""
    return {name: str(label) for name, label in _LABELS.items()}


def shown_changes(changes: Iterable[Difference]) -> list[ShownChange]:
    """The differences in the reader's language."""
    said = ((each, _said(each.key, each.before), _said(each.key, each.after)) for each in changes)
    return [ShownChange(_label(each.key), before, after) for each, before, after in said]


def scores_shown(study: Study) -> list[ShownScore]:
    """Every score of the study's scales, in their order."""
    return [
        ShownScore(row.scale, name, len(score.items), score.min_valid)
        for row in study.scale_versions
        for name, score in load_scale(row.source).scores.items()
    ]


def _label(key: str) -> str:
    if key.startswith("min_valid."):
        return str(gettext("Valid items that %(score)s needs", score=key.split(".")[2]))
    name = key.replace(".", "_")
    return str(_LABELS[name] if name in _LABELS else getattr(TrainingFields, name).args[0])


def _said(key: str, value: Value) -> str:
    if value is None and key.startswith("min_valid."):
        return str(gettext("as the scale says"))
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if key in CHOSEN:
        return str(CHOSEN[key].get(str(value), value))
    if value in (None, ""):
        return "–"
    if key in ("double_rate", "heard_share") and isinstance(value, float):
        return str(gettext("%(n)s %%", n=per_cent(value)))
    if key == "rate_at_end":
        return str(RATE_AT_END[RateAtEnd(str(value))])
    return str(format_date(value, "d MMM y")) if isinstance(value, date) else str(value)
