"""Random edits of one rating: drawn by seed, made on the page's own inputs, and written down as the truth."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Page

from tests.faults.truth import Truth

ACTS = (Path(__file__).parent / "acts.js").read_text(encoding="utf-8").rstrip().rstrip(";")
ANSWERS = ("yes", "partly", "no", "unknown")
WEIGHTS = {
    "point": 45,
    "back": 6,
    "unsure": 8,
    "note": 10,
    "change note": 7,
    "delete note": 4,
    "undo note": 2,
    "other": 4,
    "change other": 3,
    "delete other": 2,
    "undo other": 1,
    "report": 8,
    "difficulty": 8,
}
OFFERED = """() => ({
  items: Object.fromEntries([...document.querySelectorAll(".item")].map((item) => [item.dataset.item,
    [...item.querySelectorAll("input[type=radio]")].map((each) => each.value)])),
  tasks: Object.fromEntries([...document.querySelectorAll(".task[data-task]")]
    .map((task) => [task.dataset.task, [...task.querySelectorAll("input[type=radio]")].map((each) => each.value)])),
  difficulties: [...document.querySelectorAll("input[name=difficulty]")].map((each) => each.value),
  unsure: [...document.querySelectorAll('.item input[name^="unsure"]')].length,
  others: [...document.querySelectorAll('[data-part="other-add"]')].length,
})"""


@dataclass(frozen=True)
class Edit:
    """One act on the page: what kind, on what, to what value."""

    kind: str
    name: str = ""
    value: Any = None


def offered(page: Page) -> dict[str, Any]:
    """What the page lets a rater give: the choices by item and by task, the difficulties, the flags."""
    found: dict[str, Any] = page.evaluate(OFFERED)
    return found


def act(page: Page, edit: Edit) -> bool | str:
    """Make the edit on the page; False where the page did not let it be made, the text that an undo brought back."""
    made: bool | str = page.evaluate(ACTS, {"kind": edit.kind, "name": edit.name, "value": edit.value})
    return made


class Hand:
    """Draws edits that change something, and keeps the truth of one rating."""

    def __init__(self, chance: random.Random, offer: dict[str, Any], label: str) -> None:
        self.chance, self.offer, self.label = chance, offer, label
        self.truth = Truth()
        self.gone: dict[str, dict[str, str]] = {"note": {}, "other": {}}
        self.made = 0
        self.kinds = {kind: weight for kind, weight in WEIGHTS.items() if self._possible(kind)}

    def _possible(self, kind: str) -> bool:
        needed = {"unsure": "unsure", "report": "tasks", "difficulty": "difficulties", "other": "others"}
        word = kind.split()[-1]
        return word not in needed or bool(self.offer[needed[word]])

    def draw(self) -> Edit:
        """The next edit; it differs from what is given already."""
        kind = self.chance.choices([*self.kinds], [*self.kinds.values()])[0]
        drawn = self._drawing[kind](self)
        return drawn if drawn is not None else self.draw()

    def _other(self, kind: str, choices: dict[str, list[str]]) -> Edit:
        name = self.chance.choice([*choices])
        present = self.truth.values.get((kind, name))
        return Edit(kind, name, self.chance.choice([each for each in choices[name] if each != present]))

    def _point(self) -> Edit:
        return self._other("point", self.offer["items"])

    def _report(self) -> Edit:
        return self._other("report", self.offer["tasks"])

    def _back(self) -> Edit | None:
        given = [name for (kind, name), value in self.truth.values.items() if kind == "point" and value is not None]
        return Edit("back", self.chance.choice(given)) if given else None

    def _unsure(self) -> Edit:
        name = self.chance.choice([*self.offer["items"]])
        return Edit("unsure", name, not self.truth.values.get(("unsure", name), False))

    def _difficulty(self) -> Edit:
        name = self.chance.choice(self.offer["difficulties"])
        return Edit("difficulty", name, not self.truth.values.get(("difficulty", name), False))

    def _note(self) -> Edit:
        return Edit("note", value=f"{self.label} note {self.made}")

    def _changed_note(self) -> Edit | None:
        if not self.truth.notes:
            return None
        name = self.chance.choice(sorted(self.truth.notes))
        return Edit("change note", name, f"{self.label} note {self.made}, changed")

    def _deleted_note(self) -> Edit | None:
        return Edit("delete note", self.chance.choice(sorted(self.truth.notes))) if self.truth.notes else None

    def _undone_note(self) -> Edit | None:
        return Edit("undo note") if self.gone["note"] else None

    def _other_task(self) -> Edit:
        return Edit("other", f"{self.label} task {self.made}", self.chance.choice(ANSWERS))

    def _changed_task(self) -> Edit | None:
        if not self.truth.others:
            return None
        name = self.chance.choice(sorted(self.truth.others))
        return Edit("change other", name, self.chance.choice([a for a in ANSWERS if a != self.truth.others[name]]))

    def _deleted_task(self) -> Edit | None:
        return Edit("delete other", self.chance.choice(sorted(self.truth.others))) if self.truth.others else None

    def _undone_task(self) -> Edit | None:
        return Edit("undo other") if self.gone["other"] else None

    _drawing: ClassVar[dict[str, Callable[[Hand], Edit | None]]] = {
        "point": _point,
        "back": _back,
        "unsure": _unsure,
        "note": _note,
        "change note": _changed_note,
        "delete note": _deleted_note,
        "undo note": _undone_note,
        "other": _other_task,
        "change other": _changed_task,
        "delete other": _deleted_task,
        "undo other": _undone_task,
        "report": _report,
        "difficulty": _difficulty,
    }

    def wrote(self, edit: Edit, undone: bool | str = True) -> None:
        """The page has taken the edit: from now on it is the truth. `undone` is the text that an undo brought back."""
        self.made += 1
        match edit.kind:
            case "back":
                self.truth.give("point", edit.name, None)
            case "note":
                self.truth.notes.add(edit.value)
            case "change note":
                self.truth.notes = (self.truth.notes - {edit.name}) | {edit.value}
            case "delete note":
                self.truth.notes.discard(edit.name)
                self.gone["note"][edit.name] = edit.name
            case "undo note":
                self.truth.notes.add(self.gone["note"].pop(str(undone)))
            case "other" | "change other":
                self.truth.others[edit.name] = edit.value
            case "delete other":
                self.gone["other"][edit.name] = self.truth.others.pop(edit.name)
            case "undo other":
                self.truth.others[str(undone)] = self.gone["other"].pop(str(undone))
            case kind:
                self.truth.give(kind, edit.name, edit.value)
