"""The language that a figure speaks: its sentences and its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rater.terms import Reason

Say = Callable[[Reason], str]
LANGUAGES = ("en", "de")
DECIMAL = {"de": ","}
BELOW = Reason("below {bound}")


@dataclass(frozen=True)
class Language:
    """A language by its code, and what puts a sentence into it."""

    code: str
    say: Say

    def __call__(self, sentence: Reason, **filled: Any) -> str:
        """The sentence in this language, with its gaps filled."""
        return self.say(Reason(sentence.template, {**sentence.params, **filled}))

    @property
    def decimal(self) -> str:
        """The mark between whole and part."""
        return DECIMAL.get(self.code, ".")

    def number(self, value: float, places: int = 2) -> str:
        """A number with a real minus sign; what rounds to zero has none."""
        text = f"{value:.{places}f}"
        text = text.lstrip("-") if float(text) == 0 else text
        return text.replace(".", self.decimal).replace("-", "\u2212")

    def bound(self, value: float) -> str:
        """A limit of an interval; one below -1 says no more than that."""
        return self(BELOW, bound=self.number(-1, 0)) if value < -1 else self.number(value)

    def estimate(self, told: Mapping[str, Any]) -> str:
        """A statistic with its interval in brackets, or the reason why there is none."""
        if told["value"] is None:
            return self(Reason(told["reason"]))
        limits = told["ci95"]
        return self.number(told["value"]) + (f" [{self.bound(limits[0])}; {self.bound(limits[1])}]" if limits else "")
