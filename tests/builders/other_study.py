"""A study quite unlike the example: its files as a German clinic would write them, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

RATERS = ("AK", "B_2", "CM", "dt")
PHASES = ((1, 2, "Beginn"), (3, 5, "Mitte"), (6, 99, "Schluß"))
BOND = ("nah", "offen", "fern", "warm", "klar", "ruhig")
ENERGY = ("tempo", "stimme", "initiative")
WELL = ("w1", "w2", "w3", "w4")
CODES = ("UNKLAR", "ENTFIEL")

SCALES = {
    "bindung.yaml": """
id: bindung
version: 3
title: {de: Bindung in der Sitzung, en: Bond}
range: {min: 1, max: 7}
missing_codes:
  UNKLAR: {label: {de: Nicht zu hören}}
  ENTFIEL: {label: {de: Kam nicht vor}, not_applicable: true}
items:
  - {id: nah, text: Nähe}
  - {id: offen, text: Offenheit}
  - {id: fern, text: Ferne, reverse: true}
  - {id: warm, text: Wärme}
  - {id: klar, text: Klarheit}
  - {id: ruhig, text: Ruhe}
scores:
  Bindung: {items: all, rule: mean, min_valid: 4}
  Paar: {items: [nah, warm], rule: mean, min_valid: 1}
  Folge: {items: [nah, offen, klar, ruhig], rule: mean, min_valid: 3, from_previous_session: [nah, offen]}
""",
    "antrieb.yaml": """
id: antrieb
version: 1
title: Antrieb
range: {min: -2, max: 2}
missing_codes:
  UNKLAR: {label: Nicht zu hören}
items:
  - {id: tempo, text: Tempo}
  - {id: stimme, text: Stimme}
  - {id: initiative, text: Initiative}
scores:
  Antrieb: {items: [tempo, stimme, initiative], rule: sum, min_valid: 3}
""",
    "wohl.yaml": """
id: wohl
version: 2
kind: outcome
title: Wohlbefinden
range: {min: 0, max: 10}
items:
  - {id: w1, text: Stimmung}
  - {id: w2, text: Sorgen, reverse: true}
  - {id: w3, text: Schlaf}
  - {id: w4, text: Kraft}
scores:
  Wohl: {items: all, rule: mean, min_valid: 3}
""",
}

MODELS = """
models:
  Bindung_leer: {formula: "Bindung ~ 1"}
  Bindung_Verlauf: {formula: "Bindung ~ time", random: time}
  Geschlecht: {formula: "Bindung ~ time * Geschlecht + Alter"}
  Phase: {formula: "Antrieb ~ phase + `Größe`", random: time}
  Folge: {formula: "Wohl ~ Bindung_within + Bindung_between + Antrieb_previous"}
  Zweig: {formula: "Wohl ~ Geschlecht + phase:Geschlecht"}
  Therapie: {formula: "Wohl ~ time", group: therapist_id}
  klein: {formula: "Wohl ~ time", method: ML, sample: common}
  gross: {formula: "Wohl ~ time + Bindung + Folge", method: ML, sample: common, against: klein}
  fehlt: {formula: "Wohl ~ Gewicht"}
  ohne_Zahl: {formula: "Geschlecht ~ time"}
common: [Bindung, Folge, Wohl]
"""


@dataclass
class OtherStudy:
    """The rows of each file, drawn from a seed."""

    seed: int = 11
    sessions: list[Sequence[object]] = field(default_factory=list)
    ratings: list[Sequence[object]] = field(default_factory=list)
    training: list[Sequence[object]] = field(default_factory=list)
    allocation: list[Sequence[object]] = field(default_factory=list)
    outcomes: list[Sequence[object]] = field(default_factory=list)
    homework: list[Sequence[object]] = field(default_factory=list)
    difficulties: list[Sequence[object]] = field(default_factory=list)
    patients: list[Sequence[object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.drawn = random.Random(self.seed)
        for number in range(1, 17):
            self._patient(f"Pä{number:02}", f"Th-{'ABCD'[number % 4]}", self.drawn.gauss(0, 0.8))
        for number in (1, 2, 3, 4):
            code = f"Übung {number}"
            self.sessions.append((code, "Pü", "Th-A", number, "", f"0{number}.03.2021", "41,5", "", "", "training"))
            for rater in RATERS:
                self.training += self._rating(code, rater, self.drawn.gauss(0, 1), f"U{number}{rater}")

    def _patient(self, patient: str, therapist: str, level: float) -> None:
        drawn = self.drawn
        sex = drawn.choice(("weiblich", "männlich", "divers"))
        illness = drawn.choice(("ja", "nein", ""))
        self.patients.append(
            (patient, sex, f"{drawn.uniform(18, 70):.1f}".replace(".", ","), drawn.randint(155, 195), illness)
        )
        slope = drawn.gauss(0.1, 0.12)
        for number in range(0 if drawn.random() < 0.3 else 1, drawn.randint(5, 9)):
            if number != 4 or drawn.random() < 0.8:
                self._session(patient, therapist, number, level + slope * number)

    def _session(self, patient: str, therapist: str, number: int, level: float) -> None:
        drawn, code = self.drawn, f"{patient}/S{number}"
        phase = next((name for low, high, name in PHASES if low <= number <= high), "")
        out = (
            drawn.choice((("defekt", ""), ("abbruch", "everything"), ("sprache", "analysis")))
            if drawn.random() < 0.08
            else ("", "")
        )
        day = f"{1 + (number * 7) % 28:02}.{1 + number // 4:02}.2022"
        self.sessions.append(
            (code, patient, therapist, number, phase, day, f"{drawn.uniform(20, 55):.1f}".replace(".", ","), *out, "")
        )
        state = level + drawn.gauss(0, 0.6)
        if drawn.random() < 0.9:
            self.outcomes.append((code, *self._answers(state)))
        if number > 0 and (out[0] == "" or out[1] == "analysis"):
            first, second = drawn.sample(RATERS, 2)
            second = second if drawn.random() < 0.65 else ""
            self.allocation.append((code, first, second))
            for rater in filter(None, (first, second)):
                self.ratings += self._rating(code, rater, state, f"{code}-{rater}")
        if number > 0:
            for task in range(drawn.choice((0, 1, 1, 2))):
                kind = drawn.choice(("achtsamkeit", "behavioral", "cognitive"))
                done = drawn.choice(("yes", "partly", "no", "unknown", ""))
                self.homework.append((f"H{len(self.homework):03}", code, "", kind, f"Aufgabe {task}: üben", done))
            if drawn.random() < 0.5:
                self.difficulties.append((code, drawn.choice(("anfahrt", "lack_of_time"))))

    def _answers(self, state: float) -> Iterable[object]:
        for place in range(4):
            value = min(10, max(0, round(5 + 2 * state + self.drawn.gauss(0, 1.5))))
            yield "" if self.drawn.random() < 0.04 else 10 - value if place == 1 else value

    def _rating(self, code: str, rater: str, state: float, name: str) -> list[Sequence[object]]:
        """One rating, its second version being the one that counts where there are two."""
        versions = 2 if self.drawn.random() < 0.1 else 1
        return [
            (name, version, code, rater, item, *self._point(item, rater, state))
            for version in range(1, versions + 1)
            for item in (*BOND, *ENERGY)
        ]

    def _point(self, item: str, rater: str, state: float) -> tuple[object, str]:
        drawn, severe = self.drawn, 0.3 * RATERS.index(rater) - 0.4
        if drawn.random() < 0.05:
            return "", drawn.choice(CODES if item in BOND else CODES[:1])
        if item in ENERGY:
            return round(min(2, max(-2, 0.7 * state + severe + drawn.gauss(0, 0.7)))), ""
        value = round(min(7, max(1, 4 + 1.1 * state + severe + drawn.gauss(0, 0.9))))
        return (8 - value if item == "fern" else value), ""

    def write(self, folder: Path) -> None:
        """The files, tables in the code page of Windows, with semicolons, decimal commas and German dates."""
        folder.mkdir(parents=True)
        for name, text in {**SCALES, "analysis.yaml": MODELS}.items():
            (folder / name).write_text(text, encoding="utf-8")
        rated = "rating_id;version;session_id;rater_id;item;value;missing_code"
        sessions = "session_id;patient_id;therapist_id;session_no;phase;date;duration_min;excluded;excluded_scope;use"
        for name, head, rows in (
            ("sitzungen.csv", sessions, self.sessions),
            ("patienten.csv", "patient_id;Geschlecht;Alter;Größe;Vorerkrankung", self.patients),
            ("urteile.csv", rated, self.ratings),
            ("übung.csv", rated, self.training),
            ("plan.csv", "session_id;main_rater;second_rater", self.allocation),
            ("wohl.csv", ";".join(("session_id", *WELL)), self.outcomes),
            (
                "aufgaben.csv",
                "homework_id;assigned_session_id;reviewed_session_id;type;description;completed",
                self.homework,
            ),
            ("hürden.csv", "session_id;difficulty_type", self.difficulties),
        ):
            lines = [head, *(";".join(map(str, row)) for row in rows)]
            (folder / name).write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))


def commands(folder: Path, slug: str = "klinik") -> list[tuple[object, ...]]:
    """The commands that take the study in, in their order."""
    scales = product(("--scale",), (folder / name for name in SCALES))
    taken = (
        ("sessions", "import", slug, folder / "sitzungen.csv"),
        ("patients", "import", slug, folder / "patienten.csv"),
        ("outcomes", "import", slug, folder / "wohl.csv", "--measure", "wohl"),
        ("homework", "import", slug, folder / "aufgaben.csv"),
        ("difficulties", "import", slug, folder / "hürden.csv"),
        ("allocation", "import", slug, folder / "plan.csv"),
        ("ratings", "import", slug, folder / "urteile.csv", "--wave", "main"),
        ("ratings", "import", slug, folder / "übung.csv", "--wave", "training"),
    )
    return [
        ("study", "create", slug, "--title", "Klinik Süd", *(each for pair in scales for each in pair)),
        ("study", "models", slug, folder / "analysis.yaml"),
        ("homework", "types", slug, "--add", "achtsamkeit=Mindfulness/Achtsamkeit"),
        ("difficulties", "types", slug, "--add", "anfahrt=Transport/Anfahrt"),
        *((*each, "--yes") for each in taken),
    ]
