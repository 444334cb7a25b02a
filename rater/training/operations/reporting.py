"""The report of a revealed wave: each rater beside the criterion, all beside each other, and where they are apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from rater.scales.schema import Scale
from rater.storage.models import ConsensusPoint, CriterionPoint, Rater
from rater.studies.operations import scales_of_wave
from rater.terms import Actor
from rater.training.agenda import Topic, agenda, next_topic
from rater.training.operations.agreement import agreed, compared, criterion_of
from rater.training.operations.seeing import SeenWave, apart_in, consensus_in, see_wave
from rater.training.wave_tables import Cell, figure_rows

if TYPE_CHECKING:
    from rater.training.criterion import RaterComparison
    from rater.training.discrepancies import DiscrepancyKind
    from rater.training.gate_figures import GroupAgreement


@dataclass(frozen=True)
class ScaleReport:
    """One scale in a wave: raters beside the criterion by code, their agreement by score, discrepancies by item."""

    scale: Scale
    compared: Mapping[str, RaterComparison] = field(default_factory=dict)
    agreed: Mapping[str, GroupAgreement] = field(default_factory=dict)
    apart: Mapping[str, Mapping[DiscrepancyKind, int]] = field(default_factory=dict)

    @property
    def has_criterion(self) -> bool:
        """Whether some session that somebody rated has a criterion for the scale."""
        return any(each.sessions for each in self.compared.values())


@dataclass(frozen=True)
class WaveReport:
    """A wave as one person may see it; before its reveal there is nothing but the wave.

    `compared` in the scales holds all raters for who leads training, and the own code alone for a rater. `names` are
    those of the people behind the codes, for who leads training.
    """

    seen: SeenWave
    scales: Sequence[ScaleReport] = ()
    topics: Sequence[Topic] = ()
    criterion: Mapping[tuple[str, str], CriterionPoint] = field(default_factory=dict)
    consensus: Mapping[tuple[str, str], ConsensusPoint] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_raters(self) -> int:
        """How many rated in the wave."""
        return len({row.rater_id for row in self.seen.rows})

    @property
    def n_settled(self) -> int:
        """How many of the topics have a consensus."""
        return sum(each.is_settled for each in self.topics)

    @property
    def following(self) -> Topic | None:
        """The first topic without a consensus."""
        return next_topic(self.topics)

    @property
    def by_session(self) -> dict[str, tuple[int, int]]:
        """How many topics each session has, and how many of its items have a consensus."""
        apart = Counter(each.session for each in self.topics)
        agreed_on = Counter(session for session, _ in self.consensus)
        return {session: (apart[session], agreed_on[session]) for session in sorted(self.seen.codes)}


def wave_report(session: Session, actor: Actor, slug: str, wave: str, *, now: datetime) -> WaveReport:
    """The report of a wave; empty before its reveal. Raises NotFound, NotPermitted."""
    seen = see_wave(session, actor, slug, wave, now=now)
    if not seen.is_revealed:
        return WaveReport(seen)
    from rater.training.discrepancies import counted

    study, found = seen.study, apart_in(seen)
    consensus = {key: each for key, each in consensus_in(session, seen.wave).items() if key[0] in seen.codes}
    criterion = {key: each for key, each in criterion_of(session, study).items() if key[0] in seen.codes}
    beside, together = _figures(seen, criterion)
    scales = [scale for _, scale in scales_of_wave(session, seen.wave, observer_only=True)]
    return WaveReport(
        seen,
        [
            ScaleReport(
                scale,
                beside.get(scale.id, {}),
                {name: each for name, each in together.items() if name in scale.scores},
                counted((each for each in found if each.item in scale.item_ids), scale.item_ids),
            )
            for scale in scales
        ],
        agenda(found, consensus.keys()),
        criterion,
        consensus,
        _names(session, seen),
    )


def _figures(
    seen: SeenWave, criterion: Mapping[tuple[str, str], CriterionPoint]
) -> tuple[dict[str, dict[str, RaterComparison]], dict[str, GroupAgreement]]:
    """Comparisons of a wave that all raters rate; the main wave has its own page of reliability."""
    if not seen.is_rated_by_all:
        return {}, {}
    beside = compared(seen.study, list(seen.rows), criterion)
    if not seen.leads:
        own = seen.own or ""
        beside = {scale: {own: raters[own]} for scale, raters in beside.items() if own in raters}
    return beside, agreed(seen.study, list(seen.rows))


def _names(session: Session, seen: SeenWave) -> dict[str, str]:
    if not seen.leads:
        return {}
    raters = session.scalars(select(Rater).where(Rater.study_id == seen.study.id))
    return {each.code: each.person.name if each.person else each.code for each in raters}


def ratings_table(report: WaveReport) -> tuple[list[str], list[list[Cell]]]:
    """Every point of the wave beside criterion and consensus, one row a rating and item.

    For a rater the others have no code, and stand in the order of their points within each item.
    """
    head = ["session", "scale", "item", "rater", "value", "missing_code", "unsure"]
    head += ["criterion", "criterion_missing_code", "consensus", "consensus_missing_code", "discrepancy"]
    apart = {each.place for each in report.topics}
    seen, rows = report.seen, []
    for session in sorted(seen.codes):
        shown = session if seen.leads else seen.codes[session]
        for part in report.scales:
            for item in (each.id for each in part.scale.items if each.points):
                agreed_on = _agreed_on(report, (session, item))
                given = [_given(row, item, seen) for row in seen.rows if row.session_id == session]
                given.sort(key=lambda cells: (cells[0] == "other", cells[1] is None, str(cells)))
                is_apart = "yes" if (session, item) in apart else ""
                rows += [[shown, part.scale.id, item, *cells, *agreed_on, is_apart] for cells in given]
    return head, rows


def _given(row: Any, item: str, seen: SeenWave) -> list[Cell]:
    who = row.rater_id if seen.leads else "mine" if row.rater_id == seen.own else "other"
    return [who, row.points.get(item), row.missing.get(item), "yes" if item in row.unsure else ""]


def _agreed_on(report: WaveReport, place: tuple[str, str]) -> list[Cell]:
    found: list[Cell] = []
    for kept in (report.criterion.get(place), report.consensus.get(place)):
        found += [None, None] if kept is None else [kept.value, kept.missing_code]
    return found


def figures_table(report: WaveReport) -> tuple[list[str], list[list[Cell]]]:
    """Every figure of the wave: of each rater beside the criterion, and of all raters together."""
    head = ["scale", "of", "rater", "figure", "value", "low", "high", "n", "reason"]
    rows: list[list[Cell]] = []
    for part in report.scales:
        for code, one in part.compared.items():
            who = code if report.seen.leads else "mine"
            for name, of_item in one.items.items():
                rows += figure_rows([part.scale.id, name, who], of_item.as_dict())
            for name, of_score in one.scores.items():
                rows += figure_rows([part.scale.id, name, who], of_score.as_dict())
        for name, group in part.agreed.items():
            rows += figure_rows([part.scale.id, name, "all"], {"icc_2k": group.score.as_dict()})
            means = {"icc_2k_item_mean": group.item_mean.as_dict(), "icc_2k_item_median": group.item_median.as_dict()}
            rows += figure_rows([part.scale.id, name, "all"], means)
            for item, each in group.items.items():
                rows += figure_rows([part.scale.id, item, "all"], {"icc_2k": each.as_dict()})
    return head, rows
