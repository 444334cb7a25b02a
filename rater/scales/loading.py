"""From the text of a scale file to a Scale."""

from __future__ import annotations

from functools import lru_cache

from rater.errors import ScaleError
from rater.scales.fields import Field
from rater.scales.schema import Scale
from rater.scales.source import Findings, read_nodes
from rater.scales.validation import read_scale


@lru_cache(maxsize=64)
def load_scale(text: str | bytes, *, file: str = "") -> Scale:
    """The scale that a YAML text of at most 256 kB describes.

    Raises `ScaleError` with every fault found, in the file's order, each with file, line, column and key; whatever
    the bytes are, nothing else is raised, no alias is expanded and no object is constructed. Scales never change, so
    those read last are kept.
    """
    found = Findings(file)
    root = read_nodes(text, found)
    scale = read_scale(Field(root, "", found)) if root is not None else None
    if found.faults or scale is None:
        raise ScaleError(sorted(found.faults, key=lambda each: (each.line or 0, int(each.column or 0))))
    return scale
