"""Tables as bytes, in any dialect, and the faults that reading them finds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from rater.errors import BadInput, Fault


def make_csv(
    text: str, *, separator: str = ",", line_end: str = "\n", encoding: str = "utf-8", mark: bytes = b""
) -> bytes:
    """The standard table `text` written in another dialect."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator=line_end)
    writer.writerows(csv.reader(io.StringIO(text, newline="")))
    return mark + stream.getvalue().encode(encoding)


def faults_of(read: Callable[[], object]) -> list[Fault]:
    """The faults that the reading raises; none where it succeeds."""
    try:
        read()
    except BadInput as refused:
        return refused.faults
    return []


def places(faults: Sequence[Fault]) -> list[tuple[int | None, str | int | None]]:
    """Line and column of each fault."""
    return [(each.line, each.column) for each in faults]
