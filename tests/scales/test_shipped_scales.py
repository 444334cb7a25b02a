import csv
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import yaml

from rater.scales.description import describe
from rater.scales.loading import load_scale
from rater.scales.points import point_fault
from rater.scales.schema import Scale, Text
from rater.scales.validation import check_study_scales
from rater.terms import MissingKind

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "scales").glob("*.yaml"))
RATINGS = ROOT / "tests" / "data" / "example-study" / "ratings.csv"


def shipped(name: str) -> Scale:
    return load_scale((ROOT / "scales" / f"{name}.yaml").read_bytes(), file=f"{name}.yaml")


def texts_of(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts_of(getattr(value, each.name))
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_of(each)


def one_language_only(scale: Scale) -> list[Text]:
    return [text for text in texts_of(scale) if text and text != scale.source and set(text) != {"en", "de"}]


def test_the_scales_are_shipped() -> None:
    assert [path.stem for path in SHIPPED] == ["ghes", "phq9", "reflect", "sthar"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_stands_in_english_and_german(path: Path) -> None:
    scale = load_scale(path.read_bytes())
    assert one_language_only(scale) == []
    assert all(scale.notes and item.text for item in scale.items)


def test_a_text_left_untranslated_is_seen() -> None:
    words = (ROOT / "scales" / "ghes.yaml").read_text("utf-8").replace("{en: Benefit, de: Nutzen}", "{en: Benefit}")
    assert one_language_only(load_scale(words)) == [Text({"en": "Benefit"})]


@pytest.mark.parametrize("name", ["ghes", "sthar"])
def test_every_point_of_every_item_has_a_full_and_a_short_anchor(name: str) -> None:
    for item in shipped(name).items:
        assert list(item.points) == [0, 1, 2, 3, 4] == list(item.anchors) == list(item.short_anchors)
        assert item.description
        for language in ("en", "de"):
            full = [words.in_(language) for words in item.anchors.values()]
            short = [words.in_(language) for words in item.short_anchors.values()]
            assert len(set(full)) == len(set(short)) == 5
            assert all(len(words.split()) <= 4 for words in short), short
            assert all(words.endswith((".", "“.", '".')) for words in full), full


def test_ids_codes_scores_and_logs_are_those_of_the_contract() -> None:
    ghes, sthar, phq9 = shipped("ghes"), shipped("sthar"), shipped("phq9")
    assert ghes.item_ids == tuple(f"ghes{n}" for n in range(1, 8))
    assert sthar.item_ids == (*(f"sta{n}" for n in range(1, 6)), *(f"str{n}" for n in range(1, 4)))
    assert phq9.item_ids == tuple(f"phq{n}" for n in range(1, 10))
    assert [item.id for scale in (ghes, sthar, phq9) for item in scale.items if item.reverse] == ["ghes5"]
    assert (ghes.score("GHES").items, ghes.score("GHES").min_valid) == (ghes.item_ids, 5)
    assert {name: score.min_valid for name, score in sthar.scores.items()} == {
        "StH_A": 4, "StH_R": 2, "StHAR_same": 7, "StHAR": 7,
    }  # fmt: skip
    assert [name for name, score in sthar.scores.items() if score.lagged] == ["StHAR"]
    assert (phq9.observer, phq9.score("phq9").rule, phq9.score("phq9").min_valid) == (False, "sum", 9)
    assert (ghes.logs, sthar.logs) == (("homework_completed", "difficulties"), ())


def test_missing_codes_fit_their_items() -> None:
    ghes, sthar = shipped("ghes"), shipped("sthar")
    codes = {item: [code.id for code in ghes.missing_codes_for(item)] for item in ("ghes1", "ghes3")}
    assert codes == {
        "ghes1": ["NOT_RATABLE", "NA_NO_PREVIOUS_HOMEWORK"],
        "ghes3": ["NOT_RATABLE", "NA_NO_PREVIOUS_HOMEWORK", "NA_NO_DIFFICULT_MOMENT"],
    }
    assert [code.id for code in sthar.missing_codes_for("sta1")] == ["NOT_RATABLE", "NA_NO_NEW_HOMEWORK"]
    assert [code.id for code in sthar.missing_codes_for("str1")] == ["NOT_RATABLE", "NA_NO_PREVIOUS_HOMEWORK"]
    assert ghes.missing_codes["NOT_RATABLE"].kind is MissingKind.NOT_RATABLE
    assert ghes.missing_codes["NA_NO_DIFFICULT_MOMENT"].kind is MissingKind.NOT_APPLICABLE


def test_the_three_fit_into_one_study_and_a_scale_named_twice_does_not() -> None:
    scales = [shipped("ghes"), shipped("sthar"), shipped("phq9")]
    assert check_study_scales(scales) == []
    assert [fault.cause.params for fault in check_study_scales([*scales, scales[0]])] == [{"scale": "ghes"}]


def test_reconstructed_scales_say_so_in_both_languages() -> None:
    for name in ("ghes", "sthar"):
        assert "Unofficial reconstruction" in shipped(name).notes.in_("en")
        assert "Inoffizielle Rekonstruktion" in shipped(name).notes.in_("de")


def test_ratings_of_the_example_study_are_points_of_the_shipped_scales() -> None:
    owner = {item: scale for scale in (shipped("ghes"), shipped("sthar")) for item in scale.item_ids}
    with RATINGS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 4000
    for row in rows:
        value = int(row["value"]) if row["value"] else None
        assert point_fault(owner[row["item"]], row["item"], value, row["missing_code"]) is None, row


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_any_yaml_reader_sees_the_same_items(path: Path) -> None:
    document = yaml.safe_load(path.read_text("utf-8"))
    scale = load_scale(path.read_bytes())
    for raw, item in zip(document["items"], scale.items, strict=True):
        assert (raw["id"], raw["text"], raw["anchors"]) == (item.id, item.text, item.anchors)


def test_a_description_holds_the_anchors_in_the_language_asked_for() -> None:
    item = describe(shipped("ghes"), "de_CH")["items"][4]
    assert (item["id"], item["reverse"], item["min"], item["max"]) == ("ghes5", True, 0, 4)
    assert item["anchors"][4] == {
        "point": 4,
        "short": "Verhindert",
        "text": "Schwierigkeiten verhinderten die Arbeit an den Aufgaben.",
    }
    assert describe(shipped("ghes"), "fr")["items"][4]["anchors"][4]["short"] == "Work prevented"
