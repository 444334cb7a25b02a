"""The paragraph on reliability for a paper's method section, filled from the study, and what its author must add.

It follows what Hallgren (2012) asks to report of an intraclass correlation (design, model, type, unit, estimate with
interval, and why) and the fifteen items of the guidelines for reporting reliability and agreement studies, GRRAS
(Kottner et al., 2011), as far as the study itself can answer them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rater.reliability import method_words as words
from rater.terms import RateAtEnd, Reason

Say = Callable[[Reason], str]
Number = Callable[[float], str]
PAIRS_TOLD = 2


@dataclass(frozen=True)
class ToFill:
    """An item of GRRAS, by its number, that only the author can answer, and what is asked."""

    item: int
    text: str


@dataclass(frozen=True)
class Methods:
    """Paragraphs to paste, and what they still lack."""

    paragraphs: tuple[str, ...]
    to_fill: tuple[ToFill, ...]

    @property
    def text(self) -> str:
        """The paragraphs with an empty line between them."""
        return "\n\n".join(self.paragraphs)


def methods(report: Mapping[str, Any], locale: str, say: Say, number: Number) -> Methods:
    """The methods paragraphs of a reliability report that has its `design`.

    `say` puts a sentence into the language of `locale`, `number` writes a figure in it. What the study does not know is
    not claimed: ratings made elsewhere are not called blind, and an allocation without a draw is left to the author.
    """
    design = report["design"]
    tell = _Teller(locale, say, number)
    paragraphs = [
        " ".join(tell.material(report, design)),
        " ".join(tell.process(design)),
        " ".join(tell.statistics(report, design)),
        " ".join(tell.results(report)),
    ]
    to_fill = sorted((number, tell(sentence)) for number, sentence in _open_items(design))
    return Methods(tuple(filter(None, paragraphs)), tuple(ToFill(*each) for each in to_fill))


def _open_items(design: Mapping[str, Any]) -> Iterator[tuple[int, Reason]]:
    yield from words.AUTHORS
    if design["imported"]:
        yield words.HOW_RATED_ELSEWHERE
    if design["draw"] is None:
        yield words.HOW_ALLOCATED


class _Teller:
    """Sentences in one language."""

    def __init__(self, locale: str, say: Say, number: Number) -> None:
        self.locale, self.say, self.number = locale, say, number

    def __call__(self, sentence: Reason, **filled: Any) -> str:
        return self.say(Reason(sentence.template, {**sentence.params, **filled}))

    def material(self, report: Mapping[str, Any], design: Mapping[str, Any]) -> Iterator[str]:
        """Subjects, raters, ratings, instruments."""
        counts = {
            "patients": words.PATIENTS.of(design["patients"]),
            "therapists": words.THERAPISTS.of(design["therapists"]),
            "raters": words.RATERS.of(report["n_raters"]),
            "ratings": words.RATINGS.of(report["n_ratings"]),
        }
        yield self.say(words.MATERIAL.of(report["n_sessions"], **counts))
        if report["n_double"]:
            share = round(100 * report["n_double"] / report["n_sessions"])
            yield self.say(words.TWICE.of(report["n_double"], share=share))
        for scale in design["scales"]:
            title = scale["title"].get(self.locale) or scale["title"].get("en") or scale["id"]
            source = scale["source"].get(self.locale) or scale["source"].get("en") or ""
            known = {"title": title, "items": words.ITEM_COUNT.of(scale["items"]), "version": scale["version"]}
            points = {"low": scale["low"], "high": scale["high"]}
            sentence = words.SCALE_FROM if source else words.SCALE
            yield self(sentence, **known, **points, source=source.rstrip("."))

    def process(self, design: Mapping[str, Any]) -> Iterator[str]:
        """Allocation, independence and blinding."""
        draw = design["draw"]
        if draw is not None:
            yield self(words.DRAWN, algorithm=draw["algorithm"], seed=draw["seed"])
        if design["made_here"]:
            yield self(words.BLIND)
            if design["rate_at_end"] == RateAtEnd.REQUIRE:
                yield self(words.HEARD, share=round(100 * design["heard_share"]))
        if design["made_here"] and design["imported"]:
            yield self.say(words.SOME_IMPORTED.of(design["imported"], here=words.RATINGS.of(design["made_here"])))
        elif design["imported"]:
            yield self(words.ALL_IMPORTED)

    def statistics(self, report: Mapping[str, Any], design: Mapping[str, Any]) -> Iterator[str]:
        """Design, model, type, unit, and why."""
        if not report["n_double"]:
            return
        crossed = report["n_ratings"] == report["n_sessions"] * report["n_raters"]
        yield self(words.MODEL_CROSSED if crossed else words.MODEL)
        yield self(words.WHY)
        yield self(words.COEFFICIENTS)
        yield self(words.INTERVALS, seed=design["seed"])
        yield self(words.DYADS)
        yield self(words.SOFTWARE, version=design["version"])

    def results(self, report: Mapping[str, Any]) -> Iterator[str]:
        """Each score's estimates with intervals and n, and what could not be estimated."""
        if not report["n_double"]:
            yield self(words.NOTHING_TWICE)
            return
        for name, told in report["scores"].items():
            yield from self._score(name.replace("_", " "), told)
        values = [each["icc"]["1,1"]["value"] for each in report["items"].values()]
        known = [value for value in values if value is not None]
        if known:
            counts = {"known": len(known), "items": words.ITEM_COUNT.of(len(values))}
            yield self(words.ITEMS, low=self.number(min(known)), high=self.number(max(known)), **counts)

    def _score(self, name: str, told: Mapping[str, Any]) -> Iterator[str]:
        overall, summary = told["overall"], told["summary"]["icc_2_k"]
        pooled = overall["icc_a_2"]
        if pooled["value"] is None:
            yield self(words.NO_SCORE, score=name, reason=self.say(Reason(pooled["reason"])))
        else:
            figures = {key: self._estimate(overall[key]) for key in ("icc_a_2", "icc_a1", "analysed_file")}
            rest = {"ratings": words.RATINGS.of(overall["n_ratings"]), "sessions": words.SESSIONS.of(pooled["n"])}
            yield self(words.SCORE, score=name, **rest, **figures)
            yield self._labelled(overall["labels"]["icc_a_2"])
        if summary["n_dyads"] >= PAIRS_TOLD:
            numbers = {key: self.number(summary[key]) for key in ("mean", "median", "min", "max")}
            yield self(words.OVER_DYADS, dyads=summary["n_dyads"], **numbers)
        if summary["not_estimable"]:
            yield self.say(words.DYADS_MISSING.of(len(summary["not_estimable"])))

    def _labelled(self, labels: Mapping[str, Any]) -> str:
        koo_li, cicchetti = labels["koo_li_2016"], labels["cicchetti_1994"]
        low, high = (self(words.LABELS[koo_li[end]]) for end in ("from", "to"))
        judged = low if low == high else self(words.FROM_TO, low=low, high=high)
        return self(words.LABELLED, koo_li=judged, cicchetti=self(words.LABELS[cicchetti["label"]]))

    def _estimate(self, told: Mapping[str, Any]) -> str:
        if told["value"] is None:
            return "\u2013"
        limits = [self.number(each) for each in told["ci95"] or ()]
        return self.number(told["value"]) + (f" [{'; '.join(limits)}]" if limits else "")
