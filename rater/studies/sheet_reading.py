"""A sheet of settings read from YAML, each fault at its line and column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import yaml

from rater.errors import BadInput
from rater.scales.fields import Field
from rater.scales.source import DECIMAL, EMPTY, WHOLE, WORDS, Findings, read_nodes
from rater.studies.sheet import Consent, Known, Retention, Sheet
from rater.studies.sheet_rules import sheet_faults
from rater.studies.training import TrainingSettings, flat_training, training_from

_KEYS = (
    "study",
    "kind",
    "scales",
    "title",
    "phases",
    "double_rate",
    "rate_at_end",
    "heard_share",
    "concern",
    "min_valid",
    "gate",
    "drift",
    "discrepancy",
    "analysis_rule",
    "self_first",
    "rated_by",
    "consent",
    "retention",
)
_LONGEST_NUMBER = 400
_USUAL = flat_training(TrainingSettings())
_PARTS = {
    part: tuple(key.removeprefix(f"{part}.") for key in _USUAL if key.startswith(f"{part}."))
    for part in ("gate", "drift")
}


def read_sheet(text: str | bytes, before: Sheet, known: Known, *, file: str = "study.yaml") -> Sheet:
    """A sheet from YAML; keys that are left out stay as they are in `before`.

    Raises BadInput with every fault at its line and column: keys that are unknown or stand twice, values that cannot
    be taken, and what must not change.
    """
    found = Findings(file)
    root = read_nodes(text, found)
    if root is None:
        raise BadInput(found.faults)
    read = _Reading(Field(root, "", found).known(_KEYS), before, known)
    sheet = read.sheet()
    for each in sheet_faults(sheet, before, known):
        read.at[each.key].refuse("{key}: {why}", "{mend}", why=each.cause, mend=each.remedy)
    if found.faults:
        raise BadInput(sorted(found.faults, key=lambda each: (each.line or 0, str(each.column))))
    return sheet


class _Reading:
    """The entries of one file; a value of the wrong kind is noted as a fault and stays as it was.

    `at` keeps the entry that each setting was read from, under its key in the sheet.
    """

    def __init__(self, entries: Mapping[str, Field], before: Sheet, known: Known) -> None:
        self.entries, self.before, self.known = entries, before, known
        self.at: dict[str, Field] = dict(entries)
        for name, inside in (
            ("concern", ("person", "contact")),
            ("consent", ("version", "text")),
            ("retention", ("study_ends", "months", "originals")),
            *_PARTS.items(),
        ):
            if name in entries:
                self.at |= {f"{name}.{key}": each for key, each in entries[name].known(inside).items()}

    def sheet(self) -> Sheet:
        self._fixed()
        before = self.before
        return Sheet(
            title=self._words("title", before.title),
            phases=self._words("phases", before.phases),
            double_rate=self._share("double_rate", before.double_rate),
            rate_at_end=self._words("rate_at_end", before.rate_at_end),
            heard_share=self._share("heard_share", before.heard_share),
            concern_person=self._words("concern.person", before.concern_person or "").lower() or None,
            concern_contact=self._words("concern.contact", before.concern_contact),
            min_valid=self._min_valid(),
            training=self._training(),
            self_first=self._self_first(),
            rated_by=self._words("rated_by", self.before.rated_by),
            consent=Consent(
                self._words("consent.version", before.consent.version),
                self._words("consent.text", before.consent.text),
            ),
            retention=Retention(
                self._day("retention.study_ends", before.retention.study_ends),
                self._months(before.retention.months),
                self._words("retention.originals", before.retention.originals),
            ),
        )

    def _fixed(self) -> None:
        if (named := self.entries.get("study")) and self._words("study", "") != self.known.study:
            named.refuse("{key}: this file is about another study", "Apply it to that study, or leave the key out")
        if (kind := self.entries.get("kind")) and self._words("kind", self.known.kind) != self.known.kind:
            kind.refuse(
                "{key}: the kind of a study does not change", "Leave the key out, or write {kind}", kind=self.known.kind
            )
        for key in () if self.known.is_programme else ("self_first", "rated_by"):
            if key in self.entries:
                self.entries[key].refuse("{key}: only a supervision programme has this setting", "Leave the key out")
        if entry := self.entries.get("scales"):
            scales = tuple(each.words() or "" for each in entry.elements())
            if scales != self.known.scales:
                cause = "{key}: the scales of a study that exists do not change here"
                entry.refuse(cause, "Leave the key out, or write {scales}", scales=", ".join(self.known.scales))

    def _self_first(self) -> bool:
        entry = self.at.get("self_first")
        found = None if entry is None or not entry.readable else entry.flag()
        return self.before.self_first if found is None else found

    def _words(self, key: str, before: str) -> str:
        entry = self.at.get(key)
        if entry is None or not entry.readable:
            return before
        if not (isinstance(entry.node, yaml.ScalarNode) and entry.node.tag in (WORDS, EMPTY)):
            entry.refuse("{key}: a text belongs here", "Write words; put digits, true and false in quotes")
            return before
        words = "" if entry.node.tag == EMPTY else str(entry.node.value)
        return before if words == before else words.strip()

    def _share(self, key: str, before: float) -> float:
        entry = self.at.get(key)
        if entry is None or not entry.readable:
            return before
        node = entry.node
        if isinstance(node, yaml.ScalarNode) and node.tag in (WHOLE, DECIMAL) and len(node.value) <= _LONGEST_NUMBER:
            return float(node.value)
        entry.refuse("{key}: a number belongs here", "Write a number from 0 to 1, such as 0.4")
        return before

    def _training(self) -> TrainingSettings:
        before = flat_training(self.before.training)
        return training_from({key: self._setting(key, value) for key, value in before.items()})

    def _setting(self, key: str, before: bool | float | str | None) -> bool | float | str | None:
        """A setting of the kind that it has; a number that is not given may be left empty."""
        entry = self.at.get(key)
        if entry is None or not entry.readable:
            return before
        if isinstance(before, str):
            return self._words(key, before)
        if isinstance(_USUAL[key], bool):
            return entry.flag()
        if isinstance(_USUAL[key], float):
            return self._number(key, float(before or 0))
        if _USUAL[key] is None and isinstance(entry.node, yaml.ScalarNode) and entry.node.tag == EMPTY:
            return None
        number = entry.whole()
        return before if number is None else number

    def _number(self, key: str, before: float) -> float:
        node = self.at[key].node
        if isinstance(node, yaml.ScalarNode) and node.tag in (WHOLE, DECIMAL) and len(node.value) <= _LONGEST_NUMBER:
            return float(node.value)
        self.at[key].refuse("{key}: a number belongs here", "Write a number, such as 0.75")
        return before

    def _min_valid(self) -> Mapping[str, Mapping[str, int]]:
        if "min_valid" not in self.entries:
            return self.before.min_valid
        wanted: dict[str, dict[str, int]] = {}
        for scale, entry in self.entries["min_valid"].known(self.known.scores).items():
            for score, each in entry.known(self.known.scores[scale]).items():
                number = each.whole()
                if number is not None:
                    self.at[f"min_valid.{scale}.{score}"] = each
                    wanted.setdefault(scale, {})[score] = number
        return wanted

    def _months(self, before: int | None) -> int | None:
        entry = self.at.get("retention.months")
        if entry is None or (isinstance(entry.node, yaml.ScalarNode) and entry.node.tag == EMPTY):
            return before if entry is None else None
        number = entry.whole()
        return before if number is None else number

    def _day(self, key: str, before: date | None) -> date | None:
        words = self._words(key, before.isoformat() if before else "")
        try:
            return date.fromisoformat(words) if words else None
        except ValueError:
            self.at[key].refuse("{key}: {words} is no day", "Write it as 2027-12-31, in quotes", words=words[:40])
            return before
