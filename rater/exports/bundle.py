"""The whole bundle: every table, the codebook, the results and the text that goes with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rater.exports.analysed import analysis
from rater.exports.codebook import codebook, datapackage
from rater.exports.contents import Rights, StudyData
from rater.exports.counts import counts
from rater.exports.dyads import dyad_tables
from rater.exports.folder import PACKAGE, README, fresh_folder
from rater.exports.ratings_long import ratings_long
from rater.exports.readme import readme
from rater.exports.registers import registers
from rater.exports.resource import WrittenFile, described, write_resource

RESULTS = "results.json"


@dataclass(frozen=True)
class WrittenBundle:
    """The files of a bundle, in the order in which they were written, and the counts that its README prints."""

    files: tuple[WrittenFile, ...]
    counts: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `rater export`."""
        return {"files": [each.as_dict() for each in self.files], "counts": self.counts}


def write_bundle(data: StudyData, folder: Path, rights: Rights = Rights.DEIDENTIFIED) -> WrittenBundle:
    """Write the bundle into a folder that is absent, empty or holds an earlier one; equal data give equal bytes.

    Raises BadInput, with nothing written, for any other folder or where the disk refuses.
    """
    with fresh_folder(folder) as place:
        return _write(data, place, rights)


def _write(data: StudyData, place: Path, rights: Rights) -> WrittenBundle:
    resources = [ratings_long(data, rights), *dyad_tables(data), analysis(data), *registers(data, rights)]
    resources.append(codebook(resources))
    tables = [(each, write_resource(each, place)) for each in resources]
    results = _write_json(place / RESULTS, {"study": data.study, "reliability": dict(data.reliability)})
    package = _write_json(place / PACKAGE, datapackage(data, rights, tables, [results]))
    told = counts(data)
    files = [*(file for _, file in tables), results]
    (place / README).write_bytes(readme(data, rights, told, files).encode())
    return WrittenBundle((*files, package, described(place / README)), told)


def _write_json(path: Path, document: dict[str, Any]) -> WrittenFile:
    path.write_bytes((json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode())
    return described(path)
