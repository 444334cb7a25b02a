"""`labels.R`, run by R: types, labels, the words of the points, and text as it was before a spreadsheet was feared."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

from rater.exports.labels import labels
from rater.exports.resource import Column, Resource
from rater.exports.writing import write_table

WORDS = 'äöü "quoted" \\ back\nline 😀'
COLUMNS = (
    Column("session_id", "string", WORDS),
    Column("odd name", "number", "Points", points={0: "none", 4: WORDS}),
    Column("n", "integer", "How many"),
    Column("yes", "boolean", "Whether"),
    Column("day", "date", "When"),
)
ROWS = [("=1+1", 2.5, 3, True, date(2018, 1, 27)), ("'@x", None, None, False, None), ("-3", 4.0, 1, True, None)]
LOOK = """
source("labels.R", chdir = TRUE)
table <- dataset[["odd-name"]]
cat(names(dataset), nrow(table), "\\n")
cat(vapply(table, function(x) class(x)[1], ""), "\\n")
cat(enc2utf8(table$session_id), sep = "|"); cat("\\n")
cat(table[["odd name"]], table$n, table$yes, format(table$day), "\\n")
cat(utf8ToInt(attr(table$session_id, "label")), "\\n")
cat(attr(table[["odd name"]], "labels"), utf8ToInt(names(attr(table[["odd name"]], "labels"))[2]), "\\n")
cat(read.csv("odd-name.csv")$session_id[1])
"""


def said_by_r(rscript: str, folder: Path, script: str) -> list[str]:
    """The lines that the script prints when it is run in the folder, in the plainest of locales."""
    environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder)}
    command = [rscript, "--vanilla", "-e", script]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


def test_r_reads_every_table_with_its_labels(rscript: str, tmp_path: Path) -> None:
    """The last line is the control: read without the script, a text keeps its apostrophe."""
    resource = Resource("odd-name.csv", "Odd", COLUMNS, ROWS)
    write_table(resource, tmp_path)
    (tmp_path / "labels.R").write_text(labels([resource]))
    codes = " ".join(str(ord(sign)) for sign in WORDS)
    assert said_by_r(rscript, tmp_path, LOOK) == [
        "odd-name 3",
        "character numeric integer logical Date",
        "=1+1|'@x|-3",
        "2.5 NA 4 3 NA 1 TRUE FALSE TRUE 2018-01-27 NA NA",
        codes,
        f"0 4 {codes}",
        "'=1+1",
    ]
