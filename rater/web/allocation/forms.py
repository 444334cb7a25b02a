"""What is asked of a draw, as it stands in the fields of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from rater.allocation.plans import Bar, BarOn
from rater.errors import BadInput, Fault
from rater.terms import Reason, WaveKind, kind_of_wave

FIRST_AGAIN = "10"
FIRST_SEED = "1"
MOST_DIGITS = 9
_STEP = re.compile(r"remove-(?P<row>[0-9]{1,4})")


@dataclass(frozen=True)
class BarRow:
    """One row of bars: a rater, and the therapist, patient or session that the rater must not rate."""

    rater: str = ""
    on: str = BarOn.THERAPIST.value
    value: str = ""


@dataclass(frozen=True)
class Asked:
    """The fields of the page as they were filled in, right or wrong; `share` is in per cent.

    It is the share of sessions rated twice, in recalibration that of submitted ratings given again.
    """

    wave: str = WaveKind.MAIN.value
    share: str = ""
    seed: str = FIRST_SEED
    raters: frozenset[str] = frozenset()
    more: str = ""
    bars: tuple[BarRow, ...] = (BarRow(),)
    caps: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    digest: str = ""

    def terms(self) -> dict[str, Any]:
        """The arguments of `Terms`. Raises BadInput with every fault."""
        faults: list[Fault] = []
        raters = sorted({*self.raters, *re.split(r"[\s,;]+", self.more)} - {""})
        if not raters:
            faults.append(Fault(Reason("Nobody is chosen to rate"), Reason("Choose at least one rater")))
        found = {
            "wave": self.wave,
            "double": _share(self.share, faults),
            "seed": _number(self.seed, Reason("The seed {text} is not a whole number", _shown(self.seed)), faults),
            "raters": tuple(raters),
            "bars": tuple(
                Bar(row.rater, BarOn(row.on), row.value) for row in self.bars if row.value and _names(row, faults)
            ),
            "caps": {
                rater: _number(text, Reason("{text} is not a cap", _shown(text)), faults)
                for rater, text in self.caps.items()
                if text and rater in raters
            },
        }
        if faults:
            raise BadInput(faults)
        return found

    def giving(self) -> dict[str, Any]:
        """The arguments of `GivingTerms`. Raises BadInput with every fault."""
        again = self.wave == WaveKind.RECALIBRATION
        asked = replace(self, share=self.share if again else "0", caps={})
        terms = asked.terms()
        if again and not terms["double"]:
            raise BadInput(_no_share(self.share))
        return {name: terms[name] for name in ("wave", "seed", "raters", "bars")} | {"share": terms["double"]}

    def after(self, step: str) -> Asked | None:
        """The fields after a step that draws nothing: a row of bars more or less; None for any other step."""
        if step == "add":
            return replace(self, bars=(*self.bars, BarRow()))
        if match := _STEP.fullmatch(step):
            left = tuple(row for place, row in enumerate(self.bars) if place != int(match["row"]))
            return replace(self, bars=left or (BarRow(),))
        return None

    def with_another_seed(self) -> Asked:
        """The same with the next seed."""
        return replace(self, seed=str(int(self.seed) + 1 if _is_number(self.seed) else 1))


def asked_in(form: MultiDict[str, str]) -> Asked:
    """The fields as a browser has sent them."""
    form = MultiDict((name, text.replace("\x00", "")) for name, text in form.items(multi=True))
    wave = form.get("wave", "")
    rows = zip(form.getlist("bar-rater"), form.getlist("bar-on"), form.getlist("bar-value"), strict=False)
    return Asked(
        wave=wave if kind_of_wave(wave) else WaveKind.MAIN.value,
        share=form.get("share", "").strip(),
        seed=form.get("seed", "").strip(),
        raters=frozenset(form.getlist("rater")),
        more=form.get("more", "").strip(),
        bars=tuple(BarRow(rater, on, value.strip()) for rater, on, value in rows) or (BarRow(),),
        caps={name.removeprefix("cap-"): text.strip() for name, text in form.items() if name.startswith("cap-")},
        why=form.get("why", ""),
        digest=form.get("digest", ""),
    )


def asked_before(
    last: Mapping[str, Any] | None, wave: str, raters: Sequence[str], left: frozenset[str], rate: float
) -> Asked:
    """The fields to begin with: those of the last draw, without raters who have left; else everybody.

    The share is always the study's `rate`, so that a redraw follows the settings.
    """
    share = FIRST_AGAIN if wave == WaveKind.RECALIBRATION else _per_cent(rate)
    if last is None:
        return Asked(wave=wave, share=share, raters=frozenset(raters) - left)
    bars = tuple(BarRow(*row) for row in last["bars"])
    return Asked(
        wave=wave,
        share=share,
        seed=str(last["seed"]),
        raters=frozenset(last["raters"]) - left,
        bars=bars or (BarRow(),),
        caps={rater: str(cap) for rater, cap in last["caps"].items()},
    )


def _per_cent(share: float) -> str:
    return f"{Decimal(str(share)) * 100:f}".rstrip("0").rstrip(".") or "0" if share % 1 else str(int(share * 100))


def _share(text: str, faults: list[Fault]) -> float:
    try:
        share = Decimal(text.replace(",", "."))
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 100):
        faults.append(_no_share(text))
        return 0.0
    return float(share / 100)


def _no_share(text: str) -> Fault:
    cause = Reason("{share} is not a share of sessions", {"share": repr(text[:40])})
    return Fault(cause, Reason("Give per cent, from 0 to 100"))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _shown(text: str) -> dict[str, str]:
    return {"text": repr(text[:40])}


def _number(text: str, cause: Reason, faults: list[Fault]) -> int:
    if not _is_number(text):
        faults.append(Fault(cause, Reason("Give a whole number from 0, of at most 9 digits")))
        return 0
    return int(text)


def _names(row: BarRow, faults: list[Fault]) -> bool:
    if row.on in set(BarOn) and row.rater:
        return True
    cause = Reason("The bar on {value} names no rater", {"value": repr(row.value[:40])})
    faults.append(Fault(cause, Reason("Choose the rater, or remove the row")))
    return False
