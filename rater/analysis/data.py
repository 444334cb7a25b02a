"""What the analysis of a study rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rater.analysis.homework import AssignedTask
from rater.analysis.models import Plan
from rater.analysis.sessions import ListedSession, analysed_sessions
from rater.analysis.taking import Given, Points, Taking
from rater.analysis.variables import Variables, variables
from rater.reliability.matrix import RatedSession
from rater.scales.schema import Scale


@dataclass(frozen=True)
class AnalysisData:
    """What an analysis rests on; `ratings` are those of the main wave that count, `covariates` by patient."""

    study: str
    scales: Sequence[Scale]
    sessions: Sequence[ListedSession]
    ratings: Sequence[RatedSession] = ()
    outcomes: Mapping[str, Points] = field(default_factory=dict)
    tasks: Sequence[AssignedTask] = ()
    difficulties: Sequence[tuple[str, str]] = ()
    covariates: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    plan: Plan = field(default_factory=lambda: Plan({}))
    taking: Taking = field(default_factory=Taking)

    def variables(self) -> Variables:
        """The variables of the sessions that are analysed."""
        given: dict[str, list[Given]] = {}
        for each in self.ratings:
            given.setdefault(each.session_id, []).append((each.position, each.points))
        analysed = analysed_sessions(self.scales, self.sessions, given, self.outcomes, self.taking)
        return variables(self.scales, analysed)
