"""A table in every format that was asked for, its rows made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rater.exports.contents import StudyData
from rater.exports.formats import Format, TableWriter
from rater.exports.parquet import ParquetWriter
from rater.exports.resource import CsvWriter, Resource, WrittenFile, described
from rater.exports.spss import SpssWriter, missing_numbers
from rater.exports.workbook import WorkbookWriter

Make = Callable[[Resource, Path], TableWriter]
CSV_ALONE: Mapping[Format, Make] = {Format.CSV: CsvWriter}


def writers_of(formats: Sequence[Format], data: StudyData) -> Mapping[Format, Make]:
    """What writes each of the formats."""
    known: Mapping[Format, Make] = {
        **CSV_ALONE,
        Format.PARQUET: ParquetWriter,
        Format.SAV: partial(SpssWriter, numbers=missing_numbers(data.scales)),
        Format.XLSX: WorkbookWriter,
    }
    return {each: known[each] for each in formats}


def write_table(
    resource: Resource, folder: Path, writers: Mapping[Format, Make] = CSV_ALONE
) -> tuple[WrittenFile, ...]:
    """Write the table's files into the folder, row by row. Raises BadInput where a format has no room for it."""
    stem = resource.name.removesuffix(".csv")
    paths = [folder / f"{stem}.{format_.value}" for format_ in writers]
    rows = 0
    with ExitStack() as ending:
        begun = [make(resource, path) for make, path in zip(writers.values(), paths, strict=True)]
        for writer in begun:
            ending.callback(writer.close)
        for row in resource.rows:
            for writer in begun:
                writer.row(row)
            rows += 1
    return tuple(described(path, rows) for path in paths)
