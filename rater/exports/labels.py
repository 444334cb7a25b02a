"""`labels.R`: a script that reads every table of a bundle into R with types, labels and the words of the points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rater.exports.resource import Column, Resource

R_TYPES = {"integer": "integer", "number": "numeric", "boolean": "logical", "date": "Date"}
HEAD = """\
# Reads the tables of this folder into the list `dataset`, in base R. In R: source("labels.R", chdir = TRUE)
# Every column has its meaning in attr(x, "label"); columns of points have the words of the points in
# attr(x, "labels"), as the packages haven and labelled use them.

read_table <- function(file, types) {
  table <- read.csv(file, colClasses = types, na.strings = "", check.names = FALSE,
                    encoding = "UTF-8")
  # An apostrophe stands before text that a spreadsheet would take for a formula.
  texts <- which(types == "character")
  table[texts] <- lapply(table[texts], function(x) sub("^'('*[-=+@\\t])", "\\\\1", x))
  table
}

dataset <- list()
"""


def labels(resources: Sequence[Resource]) -> str:
    """The script; it depends on columns alone, not on rows."""
    return HEAD + "".join(_table(each) for each in resources)


def _table(resource: Resource) -> str:
    types = ", ".join(_quoted(_type(each)) for each in resource.columns)
    lines = [f"table <- read_table({_quoted(resource.name)}, c({types}))"]
    for column in resource.columns:
        lines += _attributes(column)
    lines.append(f"dataset[[{_quoted(resource.name.removesuffix('.csv'))}]] <- table")
    return "\n" + "\n".join(lines) + "\n"


def _type(column: Column) -> str:
    return R_TYPES.get(column.type, "character")


def _attributes(column: Column) -> Iterator[str]:
    place = f"table[[{_quoted(column.name)}]]"
    yield f'attr({place}, "label") <- {_quoted(column.label)}'
    if column.points:
        points, words = ", ".join(map(str, column.points)), ", ".join(map(_quoted, column.points.values()))
        yield f'attr({place}, "labels") <- setNames(c({points}), c({words}))'


def _quoted(text: str) -> str:
    """A string of R, in ASCII, so that no locale can misread it."""
    return '"' + "".join(map(_sign, text)) + '"'


def _sign(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    return sign if " " <= sign <= "~" else f"\\U{{{ord(sign):x}}}"
