"""The table that models are fitted to: a row per session, derived variables where a formula names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from rater.analysis.covariates import covariate
from rater.analysis.variables import Variables

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
DERIVED = ("_previous", "_within", "_between")


def frame(of: Variables, covariates: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Codes, `session_no`, `time` (session_no - 1), phase, every variable, and the patients' covariates by name.

    A covariate is a number where every patient's cell is one, else a factor; empty cells are missing. A covariate
    that bears the name of another column gives way to it.
    """
    rows = [each.session for each in of.sessions]
    told: dict[str, object] = {
        "session_id": [each.session_id for each in rows],
        "patient_id": [each.patient_id for each in rows],
        "therapist_id": [each.therapist_id for each in rows],
        "session_no": [float(each.session_no) for each in rows],
        "time": [float(each.session_no - 1) for each in rows],
        "phase": [each.phase for each in rows],
        **of.all,
    }
    for name in dict.fromkeys(name for cells in covariates.values() for name in cells):
        if name not in told:
            cells = covariate([each.get(name, "") for each in covariates.values()])
            values = dict(zip(covariates, cells, strict=True))
            told[name] = [values.get(each.patient_id) for each in rows]
    return pd.DataFrame(told)


def with_derived(table: pd.DataFrame, formula: str) -> pd.DataFrame:
    """The table with those variables that the formula names and that follow from others.

    `X_previous` is X of the same patient's session before; `X_between` the patient's mean of X over the sessions of
    the table, and `X_within` the deviation from it (Enders & Tofighi, 2007, Psychological Methods, 12, 121-138).
    """
    found = table.copy()
    for name in dict.fromkeys(NAME.findall(formula)):
        _derive(found, name)
    return found


def _derive(table: pd.DataFrame, name: str) -> bool:
    if name in table:
        return True
    ending = next((each for each in DERIVED if name.endswith(each)), None)
    if ending is None:
        return False
    base = name.removesuffix(ending)
    if not _derive(table, base) or not pd.api.types.is_numeric_dtype(table[base]):
        return False
    if ending == "_previous":
        table[name] = _previous(table, base)
        return True
    mean = table.groupby("patient_id")[base].transform("mean")
    table[name] = mean.where(table[base].notna()) if ending == "_between" else table[base] - mean
    return True


def _previous(table: pd.DataFrame, base: str) -> list[float]:
    held = zip(table["patient_id"], table["session_no"], table[base], strict=True)
    values = {(patient, number + 1): value for patient, number, value in held}
    places = zip(table["patient_id"], table["session_no"], strict=True)
    return [values.get(place, np.nan) for place in places]


def complete(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The rows that have every one of these variables; none where the table lacks one."""
    wanted = list(names)
    return table.dropna(subset=wanted) if set(wanted) <= set(table.columns) else table.head(0)
