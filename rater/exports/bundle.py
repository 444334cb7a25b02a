"""The whole bundle: every table, the codebook, the results and the text that goes with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rater.exports.analysed import analysis
from rater.exports.codebook import codebook, datapackage
from rater.exports.contents import DEIDENTIFIED, Asked, StudyData
from rater.exports.counts import counts
from rater.exports.draws import draws
from rater.exports.dyads import calibration_tables, dyad_tables
from rater.exports.folder import PACKAGE, README, fresh_folder
from rater.exports.labels import labels
from rater.exports.ratings_long import ratings_long
from rater.exports.readme import readme
from rater.exports.registers import notes, registers
from rater.exports.resource import WrittenFile, described
from rater.exports.results import results
from rater.exports.writing import write_table, writers_of

RESULTS = "results.json"
DRAWS = "draws.json"
LABELS = "labels.R"
SCRIPTS = Path(__file__).parent / "scripts"
REPRODUCE = tuple(
    f"reproduce{part}.{language}"
    for language in ("py", "R")
    for part in ("", "_agreement", "_analysis", "_consistency", "_halo", "_models", "_reliability")
)
Tell = Callable[[int, int], None]
"""Is told how many tables are written, of how many, before the first and after each."""


@dataclass(frozen=True)
class WrittenBundle:
    """The files of a bundle, in the order in which they were written, and the counts that its README prints."""

    files: tuple[WrittenFile, ...]
    counts: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `rater export`."""
        return {"files": [each.as_dict() for each in self.files], "counts": self.counts}


def untold(done: int, total: int) -> None:
    """For a bundle whose progress nobody follows."""


def write_bundle(data: StudyData, folder: Path, asked: Asked = DEIDENTIFIED, tell: Tell = untold) -> WrittenBundle:
    """Write the bundle into a folder that is absent, empty or holds an earlier one; equal data give equal bytes.

    Raises BadInput, with nothing written, for any other folder or where the disk refuses.
    """
    with fresh_folder(folder) as place:
        return _write(data, place, asked, tell)


def _write(data: StudyData, place: Path, asked: Asked, tell: Tell) -> WrittenBundle:
    rights = asked.rights
    resources = [
        ratings_long(data, rights),
        *dyad_tables(data),
        *calibration_tables(data),
        analysis(data),
        *registers(data, rights),
    ]
    resources += [notes(data)] if asked.notes else []
    resources.append(codebook(resources))
    writers = writers_of(asked.formats, data)
    tables = []
    tell(0, len(resources))
    for done, each in enumerate(resources, start=1):
        tables.append((each, write_table(each, place, writers)))
        tell(done, len(resources))
    told = counts(data)
    beside = [
        _write_json(place / DRAWS, draws(data, rights)),
        _write_json(place / RESULTS, results(data, told)),
        _write_text(place / LABELS, labels(resources)),
        *(_write_text(place / name, (SCRIPTS / name).read_text(encoding="utf-8")) for name in REPRODUCE),
    ]
    package = _write_json(place / PACKAGE, datapackage(data, rights, tables, beside))
    files = [*(file for _, written in tables for file in written), *beside]
    text = _write_text(place / README, readme(data, asked, told, files))
    return WrittenBundle((*files, package, text), told)


def _write_text(path: Path, text: str) -> WrittenFile:
    path.write_bytes(text.encode())
    return described(path)


def _write_json(path: Path, document: Any) -> WrittenFile:
    return _write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
