"""`README.txt`: what the bundle holds, in plain words, with the counts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rater.exports.contents import Asked, Rights, StudyData
from rater.exports.formats import Format
from rater.exports.resource import LOCALE, WrittenFile
from rater.exports.spss import missing_numbers
from rater.terms import AnalysisRule

WIDTH = 88
ABOUT = {
    "ratings_long.csv": "one row per item of each rating that counts, all waves; value is the point as rated, scored "
    "the point with reversed items turned. The file can be imported again: rater ratings import.",
    "analysis.csv": "one row per session that is analysed: items, scores, outcomes, time. An "
    "item with the name of a score bears the suffix _item.",
    "gstudy_long.csv": "each rater's scores, for variance components; main wave.",
    "scores_<wave>.csv": "the same of a calibration wave, apart from the main one.",
    "stacked.csv": "both raters' scores of double-coded sessions, dyad below dyad; main wave.",
    "wide_<score>_<A>-<B>.csv": "one score of the sessions that raters A and B share; main wave.",
    "matrix_<item>.csv": "points of one item as rated, sessions by raters; main wave.",
    "sessions.csv": "the register of sessions, excluded ones included; can be imported again.",
    "patients.csv": "the patients, with the covariates that models use (all of them in a full export).",
    "homework.csv": "the homework log; can be imported again.",
    "homework_reports.csv": "what each rater reported of each task.",
    "other_tasks.csv": "tasks that raters heard of and that the homework log does not hold.",
    "difficulties.csv": "difficulties with homework; can be imported again.",
    "listening.csv": "what was heard of the recordings for each submitted rating: seconds and speed.",
    "allocation.csv": "who rates what in the main wave; can be imported again.",
    "consensus.csv": "what raters agreed on when they met; their own points stand in ratings_long.csv.",
    "criterion.csv": "what experts agree the items of training and calibration sessions are.",
    "notes.csv": "the raters' notes, with the second of the recording.",
    "outcomes_<scale>.csv": "outcomes as answered; can be imported again.",
    "codebook.csv": "the meaning of every column of every file.",
    "draws.json": "the draws of the allocation with their seeds: what each was drawn from, and its plan.",
    "labels.R": "for R: source() reads all tables with their labels into the list dataset.",
    "results.json": "counts, the reliability of each wave as printed by rater reliability --json, and the analysis as "
    "printed by rater analyse --json.",
    "reproduce.py": "recomputes the figures of results.json from the CSV files, in Python: python reproduce.py.",
    "reproduce.R": "the same in R, with the packages lme4, lmerTest and psych: Rscript reproduce.R.",
    "reproduce_<part>.py, reproduce_<part>.R": "the parts of the two scripts.",
    "datapackage.json": "all files with their columns, sizes and SHA-256 (Frictionless Data Package).",
}
TAKEN = {
    AnalysisRule.MEAN: "Rule of the analysis: an item of a session is the mean of its raters' points.",
    AnalysisRule.CONSENSUS: "Rule of the analysis: an item of a session is what its raters agreed on when they met, "
    "else the mean of their points. analysed_file in results.json is the reliability of the means.",
    AnalysisRule.MAIN: "Rule of the analysis: an item of a session is the main rater's point. analysed_file in "
    "results.json is the reliability of means over raters; that of this file is icc_a1.",
}


def readme(data: StudyData, asked: Asked, counts: Mapping[str, Any], files: Sequence[WrittenFile]) -> str:
    """The text, ending with a line feed; it depends on the data alone."""
    parts = [f"{data.title} ({data.study})", *_warnings(data, asked)]
    parts += ["Counts", *_counts(counts), "Files", *_files(files), "Scales", *_scales(data)]
    return "\n\n".join("\n".join(_wrapped(part)) for part in parts) + "\n"


def _wrapped(part: str) -> Iterator[str]:
    for line in part.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(line, WIDTH, subsequent_indent=indent + "  " * bool(indent)) or [""]


def _warnings(data: StudyData, asked: Asked) -> Iterator[str]:
    if data.synthetic:
        yield "These data are synthetic: no patient, therapist or rater stands behind them."
    if data.consent_version:
        yield f"Patients agreed to version {data.consent_version} of the consent."
    if data.keep_until:
        yield f"The recordings behind these data are due for destruction from {data.keep_until.isoformat()}."
    if asked.rights is Rights.FULL:
        yield "This export holds dates and free text. Treat it as personal data."
    else:
        yield (
            "This export holds the study's codes only. Dates are replaced: day counts from the patient's first dated "
            "session, submitted_at from the study's first submitted rating (an ISO 8601 duration). Free text is left "
            "out. Codes can still be linked by whoever holds the list of names."
        )
    if asked.notes:
        yield "The raters' notes are in it, as they wrote them: read them before you pass the file on."
    yield TAKEN[data.analysis_rule]
    if Format.SAV in asked.formats:
        numbers = ", ".join(f"{number} {code}" for code, number in missing_numbers(data.scales).items())
        yield f"In .sav files missing codes are user-missing values: {numbers or 'the scales have none'}."
    yield (
        "UTF-8, commas, decimal point, empty cells for missing values; missing_code says why. An apostrophe stands "
        "before text that a spreadsheet would take for a formula."
    )


def _counts(counts: Mapping[str, Any]) -> Iterator[str]:
    excluded = sum(counts["excluded"].values())
    reasons, aside = (
        ", ".join(f"{reason} {count}" for reason, count in counts[key].items())
        for key in ("excluded", "excluded_from_analysis")
    )
    lines = [
        f"sessions listed: {counts['sessions_listed']}",
        f"sessions held: {counts['sessions_held']} (main use, session 0 not counted)",
        f"sessions excluded: {excluded}" + (f" ({reasons})" if reasons else ""),
        f"sessions eligible: {counts['sessions_eligible']}",
        f"sessions for analysis: {counts['sessions_for_analysis']} = rows of analysis.csv"
        + (f"; rated but left out of analysis ({aside})" if aside else ""),
        f"patients: {counts['patients']}; therapists: {counts['therapists']}",
        f"ratings in the main wave: {counts['ratings']}, of {counts['sessions_rated']} sessions",
        f"double-coded sessions in the main wave: {counts['double_coded']}",
        f"ratings of analysed sessions: {counts['ratings_analysed']} = sum of n_ratings in analysis.csv",
        f"rows of ratings_long.csv: {counts['rows']}, of them marked as unsure: {counts['unsure']}",
        f"ratings with known coverage, all waves: {counts['coverage_known']}",
    ]
    for name, wave in counts["waves"].items():
        lines.append(
            f"wave {name}: {wave['assignments']} assignments = {wave['ratings']} ratings + "
            f"{wave['not_submitted']} not submitted; {wave['rows']} rows"
        )
    yield "\n".join("  " + line for line in lines)


def _files(files: Sequence[WrittenFile]) -> Iterator[str]:
    present = {file.name for file in files} | {"datapackage.json"}
    rows = {file.name: f" ({file.rows} rows)" for file in files if file.rows is not None}
    lines = []
    for name, words in ABOUT.items():
        stem = name.partition("<")[0]
        if name in present or ("<" in name and any(each.startswith(stem) for each in present)):
            lines.append(f"  {name}{rows.get(name, '')}: {words}")
    others = sorted({file.name.rpartition(".")[2] for file in files} & set(Format) - {Format.CSV})
    if others:
        lines.append(f"  The same tables stand beside them as {', '.join(f'.{each}' for each in others)}.")
    yield "\n".join(lines)


def _scales(data: StudyData) -> Iterator[str]:
    for scale in data.scales:
        turned = [item.id for item in scale.items if item.reverse]
        lines = [
            f"  {scale.title.in_(LOCALE)}, {scale.id}@{scale.version}",
            f"  Reversed in scores: {', '.join(turned) or 'no item'}.",
            f"  Source: {scale.source.in_(LOCALE)}" if scale.source else "",
            f"  {' '.join(scale.notes.in_(LOCALE).split())}" if scale.notes else "",
        ]
        yield "\n".join(filter(None, lines))
