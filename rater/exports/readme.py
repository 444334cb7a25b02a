"""`README.txt`: what the bundle holds, in plain words, with the counts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rater.exports.contents import Rights, StudyData
from rater.exports.resource import LOCALE, WrittenFile

WIDTH = 88
ABOUT = {
    "ratings_long.csv": "one row per item of each rating that counts, all waves; value is the point as rated, scored "
    "the point with reversed items turned. The file can be imported again: rater ratings import.",
    "analysis.csv": "one row per session that is analysed: means over ratings, scores, outcomes, time. An "
    "item with the name of a score bears the suffix _item.",
    "gstudy_long.csv": "each rater's scores, for variance components; main wave.",
    "stacked.csv": "both raters' scores of double-coded sessions, dyad below dyad; main wave.",
    "wide_<score>_<A>-<B>.csv": "one score of the sessions that raters A and B share; main wave.",
    "matrix_<item>.csv": "points of one item as rated, sessions by raters; main wave.",
    "sessions.csv": "the register of sessions, excluded ones included; can be imported again.",
    "homework.csv": "the homework log; can be imported again.",
    "homework_reports.csv": "what each rater reported of each task.",
    "other_tasks.csv": "tasks that raters heard of and that the homework log does not hold.",
    "difficulties.csv": "difficulties with homework; can be imported again.",
    "listening.csv": "what was heard of the recordings for each submitted rating: seconds and speed.",
    "allocation.csv": "who rates what in the main wave; can be imported again.",
    "outcomes_<scale>.csv": "outcomes as answered; can be imported again.",
    "codebook.csv": "the meaning of every column of every file.",
    "results.json": "reliability of each wave with ratings, as printed by: rater reliability --json.",
    "datapackage.json": "all files with their columns, sizes and SHA-256 (Frictionless Data Package).",
}


def readme(data: StudyData, rights: Rights, counts: Mapping[str, Any], files: Sequence[WrittenFile]) -> str:
    """The text, ending with a line feed; it depends on the data alone."""
    parts = [f"{data.title} ({data.study})", *_warnings(data, rights)]
    parts += ["Counts", *_counts(counts), "Files", *_files(files), "Scales", *_scales(data)]
    return "\n\n".join("\n".join(_wrapped(part)) for part in parts) + "\n"


def _wrapped(part: str) -> Iterator[str]:
    for line in part.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(line, WIDTH, subsequent_indent=indent + "  " * bool(indent)) or [""]


def _warnings(data: StudyData, rights: Rights) -> Iterator[str]:
    if data.synthetic:
        yield "These data are synthetic: no patient, therapist or rater stands behind them."
    if data.consent_version:
        yield f"Patients agreed to version {data.consent_version} of the consent."
    if data.keep_until:
        yield f"The recordings behind these data are due for destruction from {data.keep_until.isoformat()}."
    if rights is Rights.FULL:
        yield "This export holds dates and free text. Treat it as personal data."
    else:
        yield (
            "This export holds the study's codes only. Dates are replaced: day counts from the patient's first dated "
            "session, submitted_at from the study's first submitted rating (an ISO 8601 duration). Free text is left "
            "out. Codes can still be linked by whoever holds the list of names."
        )
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
