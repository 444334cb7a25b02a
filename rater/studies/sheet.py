"""The settings of a study as one YAML file: written so that reading it again changes nothing."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date

import yaml

from rater.errors import BadInput
from rater.scales.fields import Field
from rater.scales.source import DECIMAL, EMPTY, WHOLE, WORDS, Findings, read_nodes
from rater.studies.settings import parse_phases
from rater.terms import RateAtEnd

MOST_MONTHS = 1200
LONGEST = {"title": 200, "phases": 100, "contact": 500, "version": 64, "text": 20_000, "originals": 2000}


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
        years, month = divmod(self.study_ends.month - 1 + self.months, 12)
        year = self.study_ends.year + years
        return date(year, month + 1, min(self.study_ends.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Sheet:
    """Everything that is set about a study; `min_valid` replaces a scale's own: scale, then score."""

    title: str
    phases: str
    rate_at_end: str
    heard_share: float
    concern_person: str | None
    concern_contact: str
    min_valid: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    consent: Consent = Consent()
    retention: Retention = Retention()


@dataclass(frozen=True)
class Known:
    """What a sheet is held against: the study's name, scales (as ghes@1), items per score, and people's addresses."""

    study: str
    scales: tuple[str, ...]
    scores: Mapping[str, Mapping[str, int]]
    people: Set[str]


def written(sheet: Sheet, known: Known) -> str:
    """The YAML of a sheet."""
    lines = [f"study: {_quoted(known.study)}  # stays", f"scales: [{', '.join(map(_quoted, known.scales))}]  # stays"]
    lines += [f"title: {_quoted(sheet.title)}", f"phases: {_quoted(sheet.phases)}"]
    lines += [f"rate_at_end: {_quoted(sheet.rate_at_end)}", f"heard_share: {sheet.heard_share}"]
    lines += ["concern:", f"  person: {_quoted(sheet.concern_person or '')}"]
    lines += [f"  contact: {_quoted(sheet.concern_contact)}"]
    lines += ["min_valid:"] if any(sheet.min_valid.values()) else ["min_valid: {}"]
    for scale in sorted(each for each in sheet.min_valid if sheet.min_valid[each]):
        lines += [f"  {scale}:", *(f"    {name}: {least}" for name, least in sorted(sheet.min_valid[scale].items()))]
    lines += ["consent:", f"  version: {_quoted(sheet.consent.version)}", f"  text: {_quoted(sheet.consent.text)}"]
    ends, months = sheet.retention.study_ends, sheet.retention.months
    lines += ["retention:", f"  study_ends: {_quoted(ends.isoformat() if ends else '')}"]
    lines += [f"  months: {months if months is not None else 'null'}"]
    lines += [f"  originals: {_quoted(sheet.retention.originals)}"]
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


_KEYS = (
    "study",
    "scales",
    "title",
    "phases",
    "rate_at_end",
    "heard_share",
    "concern",
    "min_valid",
    "consent",
    "retention",
)


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
    if found.faults:
        raise BadInput(sorted(found.faults, key=lambda each: (each.line or 0, str(each.column))))
    return sheet


class _Reading:
    """The entries of one file; a value that cannot be taken is noted as a fault and stays as it was."""

    def __init__(self, entries: Mapping[str, Field], before: Sheet, known: Known) -> None:
        self.entries, self.before, self.known = entries, before, known

    def sheet(self) -> Sheet:
        self._fixed()
        before, top = self.before, self.entries
        concern = self._inside("concern", ("person", "contact"))
        consent = self._inside("consent", ("version", "text"))
        return Sheet(
            title=_line(top.get("title"), before.title, "title", least=1),
            phases=self._phases(),
            rate_at_end=self._rate_at_end(),
            heard_share=self._share(),
            concern_person=self._person(concern.get("person")),
            concern_contact=_line(concern.get("contact"), before.concern_contact, "contact"),
            min_valid=self._min_valid(),
            consent=Consent(
                _line(consent.get("version"), before.consent.version, "version"),
                _line(consent.get("text"), before.consent.text, "text", lines=True),
            ),
            retention=self._retention(),
        )

    def _inside(self, key: str, allowed: tuple[str, ...]) -> Mapping[str, Field]:
        return self.entries[key].known(allowed) if key in self.entries else {}

    def _fixed(self) -> None:
        if (named := self.entries.get("study")) and _line(named, "", "title") != self.known.study:
            named.refuse("{key}: this file is about another study", "Apply it to that study, or leave the key out")
        if entry := self.entries.get("scales"):
            scales = tuple(each.words() or "" for each in entry.elements())
            if scales != self.known.scales:
                cause = "{key}: the scales of a study that exists do not change here"
                entry.refuse(cause, "Leave the key out, or write {scales}", scales=", ".join(self.known.scales))

    def _phases(self) -> str:
        entry = self.entries.get("phases")
        words = _line(entry, self.before.phases, "phases")
        try:
            parse_phases(words)
        except BadInput as error:
            for each in error.faults:
                if entry:
                    entry.refuse("{key}: {words}", "Write spans such as 1-4,5-", words=str(each.cause))
        return words

    def _rate_at_end(self) -> str:
        entry = self.entries.get("rate_at_end")
        return (entry.one_of(list(RateAtEnd)) if entry else None) or self.before.rate_at_end

    def _share(self) -> float:
        entry = self.entries.get("heard_share")
        if entry is None or not entry.readable:
            return self.before.heard_share
        if isinstance(entry.node, yaml.ScalarNode) and entry.node.tag in (WHOLE, DECIMAL):
            share = float(entry.node.value[:12])
            if 0 < share <= 1:
                return share
        entry.refuse("{key}: this is no share of a recording", "Write a number above 0, up to 1, such as 0.9")
        return self.before.heard_share

    def _person(self, entry: Field | None) -> str | None:
        words = _line(entry, self.before.concern_person or "", "title").lower() or None
        if entry and words and words != self.before.concern_person and words not in self.known.people:
            entry.refuse("{key}: {email} takes no part in the study", "Give the person a role first", email=words)
        return words

    def _min_valid(self) -> Mapping[str, Mapping[str, int]]:
        if "min_valid" not in self.entries:
            return self.before.min_valid
        wanted: dict[str, Mapping[str, int]] = {}
        for scale, entry in self.entries["min_valid"].known(self.known.scores).items():
            scores = entry.known(self.known.scores[scale])
            wanted[scale] = {name: _least(each, self.known.scores[scale][name]) for name, each in scores.items()}
        return {scale: scores for scale, scores in wanted.items() if scores}

    def _retention(self) -> Retention:
        before = self.before.retention
        entries = self._inside("retention", ("study_ends", "months", "originals"))
        months = before.months
        if entry := entries.get("months"):
            empty = isinstance(entry.node, yaml.ScalarNode) and entry.node.tag == EMPTY
            months = None if empty else entry.whole()
            if months is not None and not 0 <= months <= MOST_MONTHS:
                entry.refuse(
                    "{key}: {months} months cannot be kept", "Write 0 to {most}", months=months, most=MOST_MONTHS
                )
        originals = _line(entries.get("originals"), before.originals, "originals", lines=True)
        return Retention(_day(entries.get("study_ends"), before.study_ends), months, originals)


def _line(entry: Field | None, before: str, limit: str, *, least: int = 0, lines: bool = False) -> str:
    if entry is None or not entry.readable:
        return before
    if not (isinstance(entry.node, yaml.ScalarNode) and entry.node.tag in (WORDS, EMPTY)):
        entry.refuse("{key}: a text belongs here", "Write words; put digits, true and false in quotes")
        return before
    words = "" if entry.node.tag == EMPTY else str(entry.node.value).strip()
    if not least <= len(words) <= LONGEST[limit] or (not lines and "\n" in words):
        entry.refuse("{key}: {least} to {most} characters belong here", "Shorten it", least=least, most=LONGEST[limit])
    return words


def _least(entry: Field, items: int) -> int:
    number = entry.whole()
    if number is not None and not 1 <= number <= items:
        entry.refuse("{key}: the score has {items} items", "Write 1 to {items}", items=items)
    return number or 1


def _day(entry: Field | None, before: date | None) -> date | None:
    words = _line(entry, before.isoformat() if before else "", "version")
    try:
        return date.fromisoformat(words) if words else None
    except ValueError:
        if entry:
            entry.refuse("{key}: {words} is no day", "Write it as 2027-12-31, in quotes", words=words)
        return before
