"""Tables as Parquet, for Python and R: typed columns, each with its meaning as metadata."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rater.exports.formats import typed
from rater.exports.resource import Resource

BATCH = 50_000


class ParquetWriter:
    """Writes rows in groups, so that memory stays bounded; equal rows give equal bytes."""

    def __init__(self, resource: Resource, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {
            "string": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "boolean": pa.bool_(),
            "date": pa.date32(),
            "datetime": pa.timestamp("us", tz="UTC"),
            "duration": pa.duration("us"),
        }
        self._resource, self._columns = resource, resource.columns
        self._schema = pa.schema(
            [pa.field(each.name, kinds[each.type], metadata={"description": each.label}) for each in self._columns]
        )
        self._file = pq.ParquetWriter(path, self._schema)
        self._waiting: list[list[Any]] = [[] for _ in self._columns]

    def row(self, values: Sequence[object]) -> None:
        """Take one row."""
        cells = self._resource.cells_of(values)
        for column, waiting, value in zip(self._columns, self._waiting, cells, strict=True):
            waiting.append(typed(column, value))
        if len(self._waiting[0]) == BATCH:
            self._write()

    def close(self) -> None:
        """Write what waits and end the file."""
        if self._waiting[0]:
            self._write()
        self._file.close()

    def _write(self) -> None:
        import pyarrow as pa

        arrays = [pa.array(each, field.type) for each, field in zip(self._waiting, self._schema, strict=True)]
        self._file.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._waiting = [[] for _ in self._columns]
