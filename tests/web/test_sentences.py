"""Each sentence of a fault or refusal is found wherever the code writes it, and has its German."""

from __future__ import annotations

import textwrap
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from babel.util import pathmatch

from rater.web.sentences import Unfound, one_or_many, sentences
from tests.builders.imports import begin, look, send
from tests.web.world import World

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "rater/web/translations/de/LC_MESSAGES/messages.po"
WRITTEN = {
    "where it is raised": 'fault("One", "Two", line=1)',
    "in a row of a table": 'row.fault("column", "One", "Two")',
    "of a file": 'self.faults.add("One", remedy="Two")',
    "as reasons": 'Fault(Reason("One"), Reason("Two"))',
    "under a local name": 'def f():\n    cause, remedy = "One", "Two"\n    fault(cause, remedy)',
    "under a name of the module": 'REMEDY = "Two"\n\ndef f():\n    fault("One", REMEDY)',
    "as a choice": 'fault("One" if bad else "Two", remedy)\nremedy = None',
    "as a choice of pairs": 'cause, remedy = ("One", "Two") if bad else ("One", "Two")\nfault(cause, remedy)',
    "with an end": 'def f():\n    remedy = "T" + ("wo" if bad else "wo")\n    fault("One", remedy)',
    "in a table": 'TABLE = {1: ("One", "Two")}\n\ndef f():\n    one, two = TABLE[kind]\n    fault(one, two)',
    "in a list": 'PAIRS = [("One", "Two")]\n\ndef f():\n    for one, two in PAIRS:\n        fault(one, two)',
    "by a function": 'def words():\n    return "Two"\n\nfault("One", words())',
    "by a caller": 'def refuse(cause, remedy):\n    raise fault(cause, remedy)\n\nrefuse("One", remedy="Two")',
    "by a method's caller": "class A:\n    def no(self, cause):\n        fault(cause, 'Two')\n\nA().no('One')",
    "in a class of its own": 'class Bad:\n    place: int\n    cause: str\n    remedy: str\n\nx = Bad(1, "One", "Two")',
    "for the engine": 'def _no(cause, n):\n    raise Refused(Reason(cause, {}))\n\n_no("One", 1)\n_no("Two", 2)',
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_sentence_is_found_however_it_is_written(way: str) -> None:
    assert {sentence for _, sentence in sentences(WRITTEN[way])} == {"One", "Two"}


@pytest.mark.parametrize("source", ['fault(f"{n} rows", "Two")', 'fault(words, "Two")', 'fault(words(), "Two")'])
def test_a_sentence_that_cannot_be_found_stops_the_gathering(source: str) -> None:
    with pytest.raises(Unfound, match=r"a\.py:1: no sentence can be found in"):
        sentences(source, "a.py")


def without_german(folder: Path) -> dict[str, str]:
    """Sentences below the folder that have none, with the places that say them; files said in English are left out."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    english = mappings[0]["pattern"]
    with CATALOGUE.open("rb") as file:
        known = {message.id for message in read_po(file, locale="de") if message.string and all(message.string)}
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(folder).as_posix()
        if not any(pathmatch(pattern, place) for pattern in english):
            said = sentences(path.read_bytes(), place)
            found |= {sentence: f"{place}:{line}" for line, sentence in said if sentence not in known}
            several = one_or_many(path.read_bytes(), place)
            found |= {pair[0]: f"{place}:{line}" for line, pair in several if pair not in known}
    return found


def test_every_fault_has_its_german() -> None:
    assert without_german(ROOT / "rater") == {}


def test_a_new_fault_would_be_missed(tmp_path: Path) -> None:
    source = """
        def check(row):
            cause = "The moon is full" if row else "The file is empty"
            row.fault("night", cause, "Wait for {nights} nights", nights=3)
    """
    (tmp_path / "moon.py").write_text(textwrap.dedent(source))
    (tmp_path / "stars.py").write_text('STARS = OneOrMany("{count} star", "{count} " "stars")')
    (tmp_path / "config.py").write_text('fault("Only a command says this", "Correct it")')
    missed = {"The moon is full": "moon.py:4", "Wait for {nights} nights": "moon.py:4", "{count} star": "stars.py:1"}
    assert without_german(tmp_path) == missed


@pytest.mark.parametrize("source", ['OneOrMany("One", many)', 'OneOrMany("One")', 'OneOrMany("One", plural="Many")'])
def test_a_pair_that_cannot_be_found_stops_the_gathering(source: str) -> None:
    with pytest.raises(Unfound, match=r"a\.py:1: no two sentences"):
        one_or_many(source, "a.py")


ROWS = "S1,P9,T1,1,page.mp3\nS2,P9,T1,x,\nS3,P9,,3,\nS4,P9,T1,4,twin.wav\nS5,P9,T1,1,\nS1,P9,T1,6,\n"
SAID = {
    "en": (
        "page.mp3: This is a web page, not a recording",
        "is not a whole number",
        "Write a whole number from",
        "The cell is empty",
        "stands in line 2 already",
    ),
    "de": (
        "page.mp3: Das ist eine Webseite, keine Aufnahme",
        "ist keine ganze Zahl",
        "Schreiben Sie eine ganze Zahl von",
        "Die Zelle ist leer",
        "steht schon in Zeile 2",
    ),
}


def test_a_preview_tells_its_faults_in_the_readers_language(world: World) -> None:
    carla = world.visitors["carla"]
    address = begin(carla, ROWS)
    send(carla, address, "page.mp3", b"<html><body>Not found</body></html>")
    look(world, carla, address)
    for language, other in (("de", "en"), ("en", "de")):
        page = carla.ask("GET", f"{address}/preview", headers={"Accept-Language": language}).text
        assert [words for words in SAID[language] if words not in page] == []
        assert [words for words in SAID[other] if words in page] == []
