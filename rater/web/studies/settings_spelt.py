"""The sheet that the fields of the settings page spell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from rater.studies.sheet import Consent, Known, Retention, Sheet
from rater.studies.sheet_rules import MOST_MONTHS, RANGES, SettingFault, sheet_faults
from rater.studies.training import TrainingSettings, flat_training, training_from
from rater.terms import Reason
from rater.web.studies.settings_form import USUAL_TRAINING, SettingsForm, field_name, per_cent, plain, shown

_PER_CENT = Reason("Write per cent, from 0 to 100")


def spelt(form: SettingsForm, before: Sheet, known: Known) -> tuple[Sheet, list[SettingFault]]:
    """The sheet that the fields spell, and everything that is wrong with it."""
    read = _Reading(form, before, known)
    wanted = read.sheet()
    return wanted, [*read.faults, *sheet_faults(wanted, before, known)]


class _Reading:
    """The fields of one form; what cannot be read is noted and stays as it was."""

    def __init__(self, form: SettingsForm, before: Sheet, known: Known) -> None:
        self.form, self.before, self.known = form, before, known
        self.faults: list[SettingFault] = []

    def sheet(self) -> Sheet:
        before = self.before
        return Sheet(
            title=self._text("title", before.title),
            phases=self._text("phases", before.phases),
            double_rate=self._share("double_rate", before.double_rate, Reason("This is no share of sessions")),
            rate_at_end=self._text("rate_at_end", before.rate_at_end),
            heard_share=self._share("heard_share", before.heard_share, Reason("This is no share of a recording")),
            concern_person=self._text("concern.person", before.concern_person or "") or None,
            concern_contact=self._text("concern.contact", before.concern_contact),
            min_valid=self._min_valid(),
            training=self._training(),
            self_first=bool(self.form["self_first"].data) if self.known.is_programme else before.self_first,
            rated_by=self._text("rated_by", before.rated_by) if self.known.is_programme else before.rated_by,
            consent=Consent(
                self._text("consent.version", before.consent.version), self._text("consent.text", before.consent.text)
            ),
            retention=Retention(
                self._day(before.retention.study_ends),
                self._number("retention.months", before.retention.months, MOST_MONTHS),
                self._text("retention.originals", before.retention.originals),
            ),
        )

    def _training(self) -> TrainingSettings:
        """A programme trains no raters, and its page has no fields of it."""
        if self.known.is_programme:
            return self.before.training
        return training_from(
            {key: self._setting(key, each) for key, each in flat_training(self.before.training).items()}
        )

    def _text(self, key: str, before: str) -> str:
        """What stands in a field; what a browser shows of the sheet as it was counts as that."""
        found = self.form[field_name(key)].data or ""
        return before if found == plain(before) else found

    def _share(self, key: str, before: float, cause: Reason) -> float:
        try:
            share = Decimal(self._text(key, per_cent(before)).replace(",", ".").removesuffix("%").strip())
        except InvalidOperation:
            share = Decimal(-1)
        if share.is_finite() and (0 < share <= 100 or (share == 0 and key == "double_rate")):
            return float(share / 100)
        above = Reason("Write per cent, above 0 and up to 100")
        self.faults.append(SettingFault(key, cause, _PER_CENT if key == "double_rate" else above))
        return before

    def _number(self, key: str, before: int | None, most: int) -> int | None:
        words = self._text(key, "" if before is None else str(before))
        if not words:
            return None
        if words.isascii() and words.isdigit() and len(words) <= 9:
            return int(words)
        remedy = Reason("Write a whole number, up to {most}", {"most": most})
        self.faults.append(SettingFault(key, Reason("This is not a whole number"), remedy))
        return before

    def _setting(self, key: str, before: bool | float | str | None) -> bool | float | str | None:
        usual = USUAL_TRAINING[key]
        if isinstance(usual, bool):
            return bool(self.form[field_name(key)].data)
        if isinstance(usual, str):
            return self._text(key, str(before))
        if not isinstance(usual, float):
            return self._whole(key, before)
        try:
            number = Decimal(self._text(key, str(shown(before))).replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return float(number)
        self.faults.append(SettingFault(key, Reason("This is no number"), Reason("Write a number, such as 0.75")))
        return before

    def _whole(self, key: str, before: bool | float | str | None) -> int | None:
        """A whole number; only a certification may have none."""
        kept = before if isinstance(before, int) else None
        found = self._number(key, kept, int(RANGES[key][1]))
        if found is None and USUAL_TRAINING[key] is not None:
            self.faults.append(SettingFault(key, Reason("This is not a whole number"), Reason("Write one")))
            return kept
        return found

    def _min_valid(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for scale, scores in self.known.scores.items():
            for score, items in scores.items():
                before = self.before.min_valid.get(scale, {}).get(score)
                number = self._number(f"min_valid.{scale}.{score}", before, items)
                if number is not None:
                    found.setdefault(scale, {})[score] = number
        return found

    def _day(self, before: date | None) -> date | None:
        words = self._text("retention.study_ends", before.isoformat() if before else "")
        try:
            return date.fromisoformat(words) if words else None
        except ValueError:
            cause = Reason("This is no day of the calendar")
            self.faults.append(SettingFault("retention.study_ends", cause, Reason("Write it as 2027-12-31")))
            return before
