"""Criterion ratings made elsewhere, as a file with one row per session and item: `criterion.csv`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rater.ratings.manifest import ItemRule
from rater.tables import Judge, Repeats, Row, TableRows, nearest, read_table, shown
from rater.training.verdicts import LONGEST_RATIONALE, Verdict


@dataclass(frozen=True)
class CriterionRow:
    """What experts agree one item of a session is."""

    session_id: str
    item: str
    verdict: Verdict
    line: int


CriterionFile = TableRows[CriterionRow]


def read_criterion(
    data: bytes,
    *,
    items: Mapping[str, ItemRule],
    file: str = "criterion.csv",
    rename: Mapping[str, str] | None = None,
    judge: Judge[CriterionRow] | None = None,
) -> CriterionFile:
    """The criterion of the file, a value or a missing code in each row; raises BadInput with every fault."""
    columns = ("session_id", "item", "value"), ("missing_code", "rationale")
    table = read_table(data, file=file, required=columns[0], optional=columns[1], rename=rename)
    rows: list[CriterionRow] = []
    seen = Repeats()
    for row in table.rows:
        session, item = row.code("session_id"), row.code("item")
        seen.check(row, "item", item, key=(session, item))
        verdict = _verdict(row, item, items)
        rows.append(CriterionRow(session, item, verdict, row.line))
    return table.finish(rows, judge=judge)


def _verdict(row: Row, item: str, items: Mapping[str, ItemRule]) -> Verdict:
    value, code = row.whole("value"), row.code("missing_code", required=False)
    rule = items.get(item)
    if rule is None and item:
        guess = nearest(item, items)
        remedy = "Did you mean {guess}?" if guess else "Use an item of the study's scales"
        row.fault("item", "{value} is not an item of the study", remedy, value=shown(item), guess=guess)
    if rule is not None:
        _check(row, item, rule, value, code)
    return Verdict(value, code or None, row.note("rationale", required=False, longest=LONGEST_RATIONALE))


def _check(row: Row, item: str, rule: ItemRule, value: int | None, code: str) -> None:
    if value is not None and value not in rule.points:
        points = ", ".join(map(str, sorted(rule.points)[:12])) or "none"
        params = {"value": value, "item": item, "points": points}
        row.fault("value", "{value} is not a point of {item}", "Give the value as it was rated: {points}", **params)
    if code and code not in rule.missing_codes:
        codes = ", ".join(sorted(rule.missing_codes)) or "none"
        cause = "{value} is not a missing code of {item}"
        row.fault("missing_code", cause, "Use one of: {codes}", value=shown(code), item=item, codes=codes)
    if code and row.text("value"):
        cause = "A value and a missing code are given together"
        row.fault("missing_code", cause, "Keep the one that is right")
    if not code and not row.text("value"):
        row.fault("value", "The row has neither a value nor a missing code", "Give one of them, or remove the row")
