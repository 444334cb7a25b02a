"""Tables as people send them: CSV in several dialects in, rows with line numbers and faults out."""

from rater.tables.dialect import Dialect
from rater.tables.faults import Faults, nearest, shown
from rater.tables.imported import Imported
from rater.tables.reading import parse_renames, read_header, read_table
from rater.tables.repeats import Repeats
from rater.tables.table import Judge, Row, Table, TableRows
from rater.tables.writing import neutral, write_table

__all__ = [
    "Dialect",
    "Faults",
    "Imported",
    "Judge",
    "Repeats",
    "Row",
    "Table",
    "TableRows",
    "nearest",
    "neutral",
    "parse_renames",
    "read_header",
    "read_table",
    "shown",
    "write_table",
]
