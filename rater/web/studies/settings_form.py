"""The fields of the settings page, filled with a study's sheet."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from rater.scales.source import UNREADABLE
from rater.studies.sheet import Known, Sheet
from rater.studies.training import TrainingSettings, flat_training
from rater.terms import AnalysisRule, GateStatistic, GateUnit, RateAtEnd, RatedBy

RATE_AT_END = {
    RateAtEnd.OFF: lazy_gettext("Raters may rate while they listen"),
    RateAtEnd.ADVISE: lazy_gettext("A quiet line asks them to listen first"),
    RateAtEnd.REQUIRE: lazy_gettext("Items open once the share below was heard"),
}
GATE_STATISTICS = {
    GateStatistic.ICC_CRITERION: lazy_gettext("ICC(2,1) of each rater with the criterion"),
    GateStatistic.ICC_GROUP: lazy_gettext("ICC(2,k) of all raters together"),
    GateStatistic.WITHIN_ONE: lazy_gettext("Share of points within one of the criterion"),
    GateStatistic.EXACT: lazy_gettext("Share of points equal to the criterion"),
}
GATE_UNITS = {
    GateUnit.SCORE: lazy_gettext("each score"),
    GateUnit.ITEM_MEAN: lazy_gettext("the mean over items"),
    GateUnit.ITEM_MEDIAN: lazy_gettext("the median over items"),
}
ANALYSIS_RULES = {
    AnalysisRule.MEAN: lazy_gettext("The mean of its ratings"),
    AnalysisRule.CONSENSUS: lazy_gettext("What its raters agreed on, else the mean"),
    AnalysisRule.MAIN: lazy_gettext("The main rating"),
}
RATED_BY = {
    RatedBy.BOTH: lazy_gettext("The trainee and the supervisor"),
    RatedBy.SELF: lazy_gettext("The trainee alone"),
    RatedBy.SUPERVISOR: lazy_gettext("The supervisor alone"),
}
USUAL_TRAINING = flat_training(TrainingSettings())


def plain(text: str | None) -> str:
    """The words without what nobody could see in them."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return UNREADABLE.sub("", lines).strip()


def _typed(**attributes: Any) -> dict[str, Any]:
    return {"filters": [plain], "render_kw": {"autocomplete": "off", **attributes}}


class SettingsForm(FlaskForm):  # type: ignore[misc]  # flask-wtf carries no types
    """One field for each setting but `min_valid`, whose fields `form_for` adds; shares are in per cent."""

    title = StringField(lazy_gettext("Title"), **_typed(maxlength=200))
    phases = StringField(
        lazy_gettext("Phases"),
        description=lazy_gettext("Session numbers of the phases I, II, ..., such as 1-4,5-; empty for none."),
        **_typed(maxlength=100),
    )
    double_rate = StringField(
        lazy_gettext("Rated twice, in per cent"),
        description=lazy_gettext("The page Allocation begins with this rate; what is drawn already stays."),
        **_typed(inputmode="decimal", maxlength=30),
    )
    rate_at_end = RadioField(
        lazy_gettext("Listening before rating"),
        choices=[SelectChoice(str(each), words) for each, words in RATE_AT_END.items()],
    )
    heard_share = StringField(
        lazy_gettext("Share to be heard first, in per cent"),
        description=lazy_gettext("Of the recording without its silence. Ratings that have points stay open."),
        **_typed(inputmode="decimal", maxlength=30),
    )
    concern_person = SelectField(
        lazy_gettext("Person who is told"),
        description=lazy_gettext("Without a name all coordinators are told."),
        validate_choice=False,
    )
    concern_contact = StringField(
        lazy_gettext("How to reach this person"),
        description=lazy_gettext("Raters see it before they write, such as a telephone number."),
        **_typed(maxlength=500),
    )
    consent_version = StringField(
        lazy_gettext("Version"),
        description=lazy_gettext("Stands in the README of exports."),
        **_typed(maxlength=64),
    )
    consent_text = TextAreaField(lazy_gettext("What patients agreed to"), **_typed(rows=6))
    study_ends = StringField(lazy_gettext("The study ends on"), **_typed(type="date"))
    months = StringField(lazy_gettext("Months that recordings are kept after it"), **_typed(inputmode="numeric"))
    originals = TextAreaField(
        lazy_gettext("What becomes of the originals"),
        description=lazy_gettext("Recorders, tapes, copies elsewhere: where they are and when they are destroyed."),
        **_typed(rows=3),
    )


class TrainingFields(FlaskForm):  # type: ignore[misc]  # flask-wtf carries no types
    """The fields of rater training, each under the key of its setting with an underscore for the dot."""

    gate_required = BooleanField(
        lazy_gettext("Close the main wave to raters who are not certified"),
        description=lazy_gettext("What was begun stays open."),
    )
    gate_statistic = RadioField(
        lazy_gettext("The gate looks at"),
        choices=[SelectChoice(str(each), words) for each, words in GATE_STATISTICS.items()],
    )
    gate_unit = SelectField(
        lazy_gettext("Of"),
        description=lazy_gettext("A median over items has no interval, so its lower limit cannot count."),
        choices=[SelectChoice(str(each), words) for each, words in GATE_UNITS.items()],
        validate_choice=False,
    )
    gate_threshold = StringField(
        lazy_gettext("At least"),
        description=lazy_gettext("A coefficient or a share, such as 0.75."),
        **_typed(inputmode="decimal", maxlength=30),
    )
    gate_minimum_sessions = StringField(
        lazy_gettext("Resting on so many sessions"),
        description=lazy_gettext("Three sessions, as in the source study, leave an interval that says little."),
        **_typed(inputmode="numeric", maxlength=9),
    )
    gate_use_lower_limit = BooleanField(lazy_gettext("The lower limit of the interval must reach it, not the estimate"))
    gate_recertify_months = StringField(
        lazy_gettext("A certification runs out after so many months"),
        description=lazy_gettext("Empty: never."),
        **_typed(inputmode="numeric", maxlength=9),
    )
    drift_weeks = StringField(
        lazy_gettext("Weeks looked at together for drift"), **_typed(inputmode="numeric", maxlength=9)
    )
    drift_sigma = StringField(
        lazy_gettext("Width of the control band in standard errors"), **_typed(inputmode="decimal", maxlength=30)
    )
    drift_smallest_shift = StringField(
        lazy_gettext("Smallest shift that counts, in points"), **_typed(inputmode="decimal", maxlength=30)
    )
    drift_least_ratings = StringField(
        lazy_gettext("Ratings needed in these weeks and before"), **_typed(inputmode="numeric", maxlength=9)
    )
    discrepancy = StringField(
        lazy_gettext("Points apart from which ratings are talked over"), **_typed(inputmode="decimal", maxlength=30)
    )
    analysis_rule = RadioField(
        lazy_gettext("What the analysis takes of a session rated twice"),
        choices=[SelectChoice(str(each), words) for each, words in ANALYSIS_RULES.items()],
    )


class SupervisionFields(FlaskForm):  # type: ignore[misc]  # flask-wtf carries no types
    """The fields that a supervision programme alone has."""

    rated_by = RadioField(
        lazy_gettext("Who rates a trainee's session"),
        choices=[SelectChoice(str(each), words) for each, words in RATED_BY.items()],
    )
    self_first = BooleanField(
        lazy_gettext("The trainee rates a session first"),
        description=lazy_gettext("Before that, the supervisor's rating and comments of it stay closed to the trainee."),
    )


FIELDS = {
    "concern.person": "concern_person",
    "concern.contact": "concern_contact",
    "consent.version": "consent_version",
    "consent.text": "consent_text",
    "retention.study_ends": "study_ends",
    "retention.months": "months",
    "retention.originals": "originals",
}
"""The field of a setting whose key in the YAML is not its name."""


def field_name(key: str) -> str:
    """The field of the setting under a key of the YAML."""
    if key in USUAL_TRAINING:
        return key.replace(".", "_")
    return FIELDS.get(key) or key.replace("min_valid.", "least-").replace(".", "-")


def form_for(sheet: Sheet, known: Known, sent: MultiDict[str, str] | None = None) -> SettingsForm:
    """The form with what was sent, else with the sheet; it has a field for each score."""
    scores = [(scale, score) for scale in known.scores for score in known.scores[scale]]
    more = {
        f"least-{scale}-{score}": StringField(
            lazy_gettext("Valid items that %(score)s needs", score=score), **_typed(inputmode="numeric", maxlength=9)
        )
        for scale, score in scores
    }
    kinds = (SettingsForm, TrainingFields, *((SupervisionFields,) if known.is_programme else ()))
    form: SettingsForm = type("StudySettingsForm", kinds, more)(formdata=sent, data=_texts(sheet))
    people = sorted({*known.people, *([sheet.concern_person] if sheet.concern_person else [])})
    nobody = SelectChoice("", lazy_gettext("Nobody named"))
    form.concern_person.choices = [nobody, *(SelectChoice(each) for each in people)]
    return form


def _texts(sheet: Sheet) -> dict[str, str | bool]:
    least = {f"least-{scale}-{name}": str(n) for scale, scores in sheet.min_valid.items() for name, n in scores.items()}
    ends, months = sheet.retention.study_ends, sheet.retention.months
    return {
        "title": sheet.title,
        "phases": sheet.phases,
        "double_rate": per_cent(sheet.double_rate),
        "rate_at_end": sheet.rate_at_end,
        "heard_share": per_cent(sheet.heard_share),
        "concern_person": sheet.concern_person or "",
        "concern_contact": sheet.concern_contact,
        **least,
        **{field_name(key): shown(value) for key, value in flat_training(sheet.training).items()},
        "self_first": sheet.self_first,
        "rated_by": sheet.rated_by,
        "consent_version": sheet.consent.version,
        "consent_text": sheet.consent.text,
        "study_ends": ends.isoformat() if ends else "",
        "months": "" if months is None else str(months),
        "originals": sheet.retention.originals,
    }


def shown(value: bool | float | str | None) -> str | bool:
    """A setting of training as its field has it."""
    if isinstance(value, bool | str):
        return value
    return "" if value is None else f"{Decimal(repr(value)).normalize():f}"


def per_cent(share: float) -> str:
    """A share in per cent, in full and without trailing zeros."""
    return f"{(Decimal(repr(share)) * 100).normalize():f}"
