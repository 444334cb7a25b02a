"""What a scale consists of, as immutable values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from rater.errors import NotFound
from rater.terms import LogCondition, MissingKind, ScaleKind

LOGS = ("homework_completed", "difficulties")
SOURCE_LANGUAGE = "en"


class ItemKind(StrEnum):
    """How an item is answered; only `RATING` and `NUMBER` items can enter a score."""

    RATING = "rating"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    TEXT = "text"


class Rule(StrEnum):
    """How a score is made from its valid items."""

    MEAN = "mean"
    SUM = "sum"


class Text(Mapping[str, str]):
    """Words in one or more languages; a plain string counts as English."""

    __slots__ = ("_words",)

    def __init__(self, words: Mapping[str, str] | str = "") -> None:
        self._words = ({SOURCE_LANGUAGE: words} if words else {}) if isinstance(words, str) else dict(words)

    def __getitem__(self, language: str) -> str:
        return self._words[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def __hash__(self) -> int:
        return hash(frozenset(self._words.items()))

    def __repr__(self) -> str:
        return f"Text({self._words!r})"

    def language(self, locale: str) -> str:
        """The language in which `in_(locale)` answers, for the page's `lang` attribute; "" if there are no words."""
        wanted = (locale, locale.replace("_", "-"), locale.replace("-", "_").split("_")[0], SOURCE_LANGUAGE)
        return next((each for each in wanted if each in self._words), next(iter(self._words), ""))

    def in_(self, locale: str) -> str:
        """The words in `locale`, else in its language, else in English, else in the first language given; or ""."""
        return self._words.get(self.language(locale), "")


@dataclass(frozen=True)
class Item:
    """One question of a scale; `anchors` hold the words for its points, `reverse` that scores turn it."""

    id: str
    text: Text
    kind: ItemKind = ItemKind.RATING
    description: Text = field(default_factory=Text)
    anchors: Mapping[int, Text] = field(default_factory=dict)
    short_anchors: Mapping[int, Text] = field(default_factory=dict)
    options: Mapping[str, Text] = field(default_factory=dict)
    reverse: bool = False
    minimum: int | None = None
    maximum: int | None = None

    @property
    def points(self) -> range:
        """Every point that can be given, lowest first; empty for an item that is not rated in points."""
        if self.kind is not ItemKind.RATING or self.minimum is None or self.maximum is None:
            return range(0)
        return range(self.minimum, self.maximum + 1)

    @property
    def scorable(self) -> bool:
        """Whether its values are numbers that a score may use."""
        return self.kind in (ItemKind.RATING, ItemKind.NUMBER)


@dataclass(frozen=True)
class MissingCode:
    """Why a point was not given; `items` limits the items it may be used for, empty means all.

    `when` is the state of the homework log in which raters may choose it; without one they always may.
    """

    id: str
    label: Text
    not_applicable: bool = False
    items: tuple[str, ...] = ()
    when: LogCondition | None = None

    @property
    def kind(self) -> MissingKind:
        """Which of the three kinds of missing point it stands for."""
        return MissingKind.NOT_APPLICABLE if self.not_applicable else MissingKind.NOT_RATABLE

    def allows(self, item_id: str) -> bool:
        """Whether it may be given for this item."""
        return not self.items or item_id in self.items


@dataclass(frozen=True)
class Subscale:
    """A group of items shown under one heading."""

    id: str
    title: Text
    items: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """A mean or sum of keyed items; `from_previous_session` names those taken from the session before."""

    name: str
    items: tuple[str, ...]
    rule: Rule
    min_valid: int
    title: Text = field(default_factory=Text)
    from_previous_session: tuple[str, ...] = ()

    @property
    def lagged(self) -> bool:
        """Whether it joins two sessions; such a score serves the analysis and has no reliability of its own."""
        return bool(self.from_previous_session)


@dataclass(frozen=True)
class Scale:
    """One version of an instrument, as its file describes it; items, codes and scores keep the file's order."""

    id: str
    version: int
    kind: ScaleKind
    title: Text
    items: tuple[Item, ...]
    source: Text = field(default_factory=Text)
    notes: Text = field(default_factory=Text)
    instructions: Text = field(default_factory=Text)
    missing_codes: Mapping[str, MissingCode] = field(default_factory=dict)
    subscales: Mapping[str, Subscale] = field(default_factory=dict)
    scores: Mapping[str, Score] = field(default_factory=dict)
    logs: tuple[str, ...] = ()

    @property
    def observer(self) -> bool:
        """Whether raters may see and use it; an outcome scale is hidden from them."""
        return self.kind is ScaleKind.OBSERVER

    @property
    def about_sessions(self) -> bool:
        """Whether it says something of a therapy session; a reflection is about the one who fills it in."""
        return self.kind is not ScaleKind.REFLECTION

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The ids of all items."""
        return tuple(item.id for item in self.items)

    def item(self, item_id: str) -> Item:
        """The item of this id; raises `NotFound` where the scale has none."""
        for each in self.items:
            if each.id == item_id:
                return each
        raise NotFound(f"the scale {self.id} has no item {item_id}")

    def score(self, name: str) -> Score:
        """The score of this name; raises `NotFound` where the scale has none."""
        if name not in self.scores:
            raise NotFound(f"the scale {self.id} has no score {name}")
        return self.scores[name]

    def missing_codes_for(self, item_id: str) -> tuple[MissingCode, ...]:
        """The missing codes that may be given for an item."""
        return tuple(code for code in self.missing_codes.values() if code.allows(item_id))


def with_least(scale: Scale, least: Mapping[str, Mapping[str, int]]) -> Scale:
    """The scale with other `min_valid` for the scores named under its id; the scale itself where none is."""
    own = least.get(scale.id)
    if not own:
        return scale
    scores = {name: replace(each, min_valid=own.get(name, each.min_valid)) for name, each in scale.scores.items()}
    return replace(scale, scores=scores)
