import re
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "rater/web/translations/de/LC_MESSAGES/messages.po"
OTHER_MEANING = re.compile(r"\b(raten|geratet|nicht ratbar|Spieler)\b", re.IGNORECASE)
"""To guess, guessed, a gambler: in German, to rate is *beurteilen*, and what plays a recording is a *Player*."""


def gathered(folder: Path, source: Path = ROOT / "rater") -> set[object]:
    pot = folder / "messages.pot"
    command = [str(Path(sys.executable).with_name("pybabel")), "-q", "extract", "-F", "pyproject.toml"]
    command += ["-k", "lazy_gettext", "--no-location", "--omit-header", "-o", str(pot), str(source)]
    subprocess.run(command, cwd=ROOT, check=True)
    with pot.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def test_every_sentence_has_its_german(tmp_path: Path) -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="de")
    known = {message.id for message in catalogue if message.id and message.string and not message.fuzzy}
    assert gathered(tmp_path) == known


def test_a_new_sentence_would_be_missed(tmp_path: Path) -> None:
    package = tmp_path / "rater"
    shutil.copytree(ROOT / "rater/web/people", package)
    (package / "more.py").write_text('from flask_babel import gettext\n\ngettext("Never heard of this")\n')
    assert "Never heard of this" in gathered(tmp_path, package)


def test_gaps_are_the_same_in_both_languages() -> None:
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="de"):
            if isinstance(message.id, str) and message.id:
                for gap in ("{", "%("):
                    assert message.id.count(gap) == str(message.string).count(gap), message.id


def test_german_says_judge_where_english_says_rate() -> None:
    assert OTHER_MEANING.search("Weiter raten")
    assert OTHER_MEANING.search("Der Spieler spielt")
    with CATALOGUE.open("rb") as file:
        assert [each.string for each in read_po(file, locale="de") if OTHER_MEANING.search(str(each.string))] == []
