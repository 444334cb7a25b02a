"""`codebook.csv` and `datapackage.json`: what every column of every file means, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from rater import __version__
from rater.exports.contents import Rights, StudyData
from rater.exports.resource import LOCALE, Column, Resource, WrittenFile

COLUMNS = (
    Column("file", "string", "File of this bundle"),
    Column("column", "string", "Column in the file"),
    Column("item", "string", "Item or score that the column holds"),
    Column("label", "string", "Meaning"),
    Column("type", "string", "Type of the values"),
    Column("scale", "string", "Scale"),
    Column("scale_version", "integer", "Version of the scale"),
    Column("min", "integer", "Lowest point"),
    Column("max", "integer", "Highest point"),
    Column("reversed", "boolean", "Whether scores turn the item within its range"),
    Column("points", "string", "Short words for the points"),
    Column("missing_codes", "string", "Codes that say why no point was given"),
    Column("rule", "string", "How the values are made"),
)
MARK = "rater"
PLAIN = ("csv", "json")


def codebook(resources: Sequence[Resource]) -> Resource:
    """A row for each column of each file, and for each item of a long column."""
    rows = [
        (
            resource.name,
            each.name,
            each.item,
            each.label,
            each.type,
            each.scale,
            each.scale_version,
            each.minimum,
            each.maximum,
            each.reversed,
            _listed(each.points),
            _listed(each.missing_codes),
            each.rule,
        )
        for resource in resources
        for each in (*resource.columns, *resource.parts)
    ]
    return Resource("codebook.csv", "Codebook", COLUMNS, rows)


def _listed(words: Mapping[Any, str]) -> str:
    return "|".join(f"{key}={word}" for key, word in words.items())


def datapackage(
    data: StudyData,
    rights: Rights,
    tables: Iterable[tuple[Resource, Sequence[WrittenFile]]],
    others: Iterable[WrittenFile],
) -> dict[str, Any]:
    """The bundle as a Frictionless Data Package: every file with size and SHA-256, tables with their schema."""
    return {
        "profile": "data-package",
        "name": data.study,
        "title": data.title,
        MARK: {"release": __version__, "rights": rights.value, "synthetic": data.synthetic},
        "scales": [
            {
                "id": scale.id,
                "version": scale.version,
                "kind": scale.kind.value,
                "title": scale.title.in_(LOCALE),
                "source": scale.source.in_(LOCALE),
                "notes": scale.notes.in_(LOCALE),
            }
            for scale in data.scales
        ],
        "resources": _named(
            [
                *(each for resource, files in tables for each in _table(resource, files)),
                *(_resource(file) for file in others),
            ]
        ),
    }


def _named(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with a name of its own in the small letters that the format asks for, made of the path."""
    taken: set[str] = set()
    for resource in resources:
        stem, _, suffix = resource["path"].lower().rpartition(".")
        name = stem if suffix in PLAIN else f"{stem}-{suffix}"
        free = next(each for n in count(1) if (each := name if n == 1 else f"{name}-{n}") not in taken)
        taken.add(free)
        resource["name"] = free
    return resources


def _table(resource: Resource, files: Sequence[WrittenFile]) -> Iterator[dict[str, Any]]:
    """The table as CSV with its schema, then the same in other formats."""
    for file in files:
        yield _resource(file) | (_schema(resource) if file.name == resource.name else {"title": resource.title})


def _resource(file: WrittenFile) -> dict[str, Any]:
    return {
        "name": "",
        "type": "file",
        "path": file.name,
        "format": file.name.rpartition(".")[2].lower(),
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }


def _schema(resource: Resource) -> dict[str, Any]:
    return {
        "type": "table",
        "profile": "tabular-data-resource",
        "title": resource.title,
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {"fields": [_field(column) for column in resource.columns], "missingValues": [""]},
    }


def _field(column: Column) -> dict[str, Any]:
    given: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.label}
    limits = {"minimum": column.minimum, "maximum": column.maximum}
    constraints = {name: limit for name, limit in limits.items() if limit is not None}
    if column.rule:
        given["rule"] = column.rule
    return given | ({"constraints": constraints} if constraints else {})
